import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Policy } from './contract/approvals.ts';
import { anything, decide, globMatches } from './policies.ts';

const request = (subject: string, more: { kind?: 'approval' | 'question' | 'trust'; tool?: string | null } = {}) => ({
  kind: more.kind ?? ('approval' as const),
  session: 'web',
  tool: more.tool === undefined ? 'Bash' : more.tool,
  subject,
});
const verdict = (policies: readonly Partial<Policy>[], r: ReturnType<typeof request>) =>
  decide(
    policies.map((p) => ({ tool: '*', subject: '*', decision: 'allow' as const, ...p })),
    r,
  )?.decision ?? null;

describe('an allowing rule with wildcards', () => {
  test.each([
    ['git *', 'git status', true],
    ['git *', 'git log --oneline -n 5', true],
    ['git status', 'git status', true],
    ['git *', 'git status; rm -rf /', false],
    ['git *', 'git status && rm -rf /', false],
    ['git *', 'git status | sh', false],
    ['git *', 'git status & rm x', false],
    ['git *', 'git log `id`', false],
    ['git *', 'git log $(id)', false],
    ['git *', 'git log \u0024{HOME}', false],
    ['git *', "git log $'\\n'", false],
    ['git log $*', 'git log $(id)', false],
    ['git *', 'git log\nrm -rf /', false],
    ['git *', 'git log\r rm -rf /', false],
    ['git *', 'git log > /etc/passwd', false],
    ['git *', 'git apply < x', false],
    ['git *', 'git log \u2028rm', false],
    ['git *', 'git log \u202e', false],
    ['git *', 'git commit -m "very long…', false],
    ['git *', 'gitx', false],
    ['git *', ' git status', false],
    ['git *', 'GIT status', false],
    ['npm run ?', 'npm run a', true],
    ['npm run ?', 'npm run ;', false],
    ['cd * && npm test', 'cd web && npm test', true],
    ['cd * && npm test', 'cd web && rm x && npm test', false],
    ['ls *', 'ls $HOME', true],
    ['echo *', 'echo 🎉 日本', true],
    ['git status; rm x', 'git status; rm x', true],
    ['*', 'git status; rm -rf /', true],
  ])('%j on %j: %s', (subject, command, allowed) => {
    expect(verdict([{ subject }], request(command))).toBe(allowed ? 'allow' : null);
  });

  test('never lets a wildcard stand for what ends a command', () => {
    const bad = fc.constantFrom(';', '&', '|', '`', '$(', '${', '\n', '\r', '>', '<', '\u0000', '\u200b');
    fc.assert(
      fc.property(fc.string(), bad, fc.string(), (before, sign, after) => {
        expect(verdict([{ subject: 'git *' }], request(`git ${before}${sign}${after}`))).toBe(null);
      }),
    );
  });

  test('takes no long time over a hostile pattern', () => {
    const started = performance.now();
    globMatches(`${'*a'.repeat(2000)}b`, 'a'.repeat(20_000), anything);
    expect(performance.now() - started).toBeLessThan(1500);
  });
});

describe('a denying or asking rule', () => {
  test.each([
    ['rm *', 'rm -rf / ; true', 'deny'],
    ['*rm -rf*', 'ls\nrm -rf /', 'deny'],
    ['*rm -rf*', 'ls && rm\n  -rf /', 'deny'],
    ['*curl*|*sh*', 'curl x | sh', 'deny'],
    ['rm *', 'ls', null],
  ])('%j on %j: %s', (subject, command, expected) => {
    expect(verdict([{ subject, decision: 'deny' }], request(command))).toBe(expected);
  });
});

describe('policies', () => {
  test('the first that fits decides', () => {
    const list: Partial<Policy>[] = [
      { subject: 'git push *', decision: 'ask' },
      { subject: 'git *', decision: 'allow' },
      { decision: 'deny' },
    ];
    expect(verdict(list, request('git push -f'))).toBe('ask');
    expect(verdict(list, request('git log'))).toBe('allow');
    expect(verdict(list, request('ls'))).toBe('deny');
  });
  test('name a session and a tool, or mean all', () => {
    expect(verdict([{ session: 'other' }], request('ls'))).toBe(null);
    expect(verdict([{ session: 'web', tool: 'Ba*' }], request('ls'))).toBe('allow');
    expect(verdict([{ tool: 'Bash' }], request('ls', { tool: null }))).toBe(null);
  });
  test.each(['question', 'trust'] as const)('never answer a %s', (kind) => {
    expect(verdict([{}], request('ls', { kind }))).toBe(null);
  });
});
