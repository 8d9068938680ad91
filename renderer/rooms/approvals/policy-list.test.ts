import { describe, expect, it } from 'vitest';
import type { Approval, Policy } from '../../../shared/contract/approvals.ts';
import { fits } from '../../../shared/policies.ts';
import { allowsAll, patternsFor, placeFor, shadowOf } from './policy-list.ts';

const policy = (more: Partial<Policy>): Policy => ({ tool: '*', subject: '*', decision: 'allow', ...more });
const request = { kind: 'approval', session: 'web', tool: 'Bash', subject: 'npm run build --now' } as Approval;

describe('policies', () => {
  it('a new one stands before the first that fits its request already', () => {
    const list = [policy({ tool: 'Edit' }), policy({ decision: 'ask' }), policy({ tool: 'x' })];
    expect(placeFor(list, request)).toBe(1);
    expect(placeFor(list.slice(0, 1), request)).toBe(1);
    expect(placeFor(list, null)).toBe(3);
  });
  it('knows which is never reached', () => {
    const list = [
      policy({ session: 'web', decision: 'ask' }),
      policy({ session: 'web' }),
      policy({}),
      policy({ tool: 'Bash' }),
    ];
    expect(list.map((_, i) => shadowOf(list, i))).toEqual([null, 0, null, 2]);
  });
  it('knows what allows everything', () => {
    expect(allowsAll(policy({ session: 'web' }))).toBe(true);
    expect(allowsAll(policy({ subject: '**' }))).toBe(true);
    expect(allowsAll(policy({ tool: 'Bash' }))).toBe(false);
    expect(allowsAll(policy({ decision: 'deny' }))).toBe(false);
  });
  it.each([
    ['npm run build --now', ['npm run build --now', 'npm run *', 'npm *']],
    ['npm run build && npm test', ['npm run build && npm test']],
    ['ls', ['ls']],
    ['git status', ['git status', 'git *']],
    ['rm -rf /', ['rm -rf /', 'rm *']],
    ['a\nb', ['a\nb']],
    ['$(x) y', ['$(x) y']],
  ])('offers patterns for %j', (subject, patterns) => {
    expect(patternsFor(subject)).toEqual(patterns);
    for (const pattern of patterns) {
      expect(fits(policy({ subject: pattern }), { ...request, subject })).toBe(true);
    }
  });
});
