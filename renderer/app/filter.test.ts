import { describe, expect, it } from 'vitest';
import { STATES } from '../../shared/contract/states.ts';
import { byUrgency, type Filtered, GROUPS, groupOf, matches, shortPath } from './filter.ts';

const session = (over: Partial<Filtered>): Filtered => ({
  name: 'api',
  agent: 'claude',
  cwd: '/home/ann/Work/api',
  branch: 'fix/login',
  tags: ['urgent'],
  title: 'Fix the login',
  state: 'idle',
  needsYou: false,
  archived: false,
  ...over,
});

describe('filter of sessions', () => {
  it('puts every state in a group that exists', () => {
    for (const state of STATES) expect(GROUPS).toContain(groupOf(session({ state })));
  });

  it('an ended session does not need you, whatever its last words were', () => {
    expect(groupOf(session({ state: 'exited', needsYou: true }))).toBe('ended');
    expect(groupOf(session({ state: 'idle', archived: true }))).toBe('ended');
  });

  it('follows needsYou, not the state alone: an agent that retries by itself needs nobody', () => {
    expect(groupOf(session({ state: 'ratelimit', needsYou: false }))).toBe('ready');
    expect(groupOf(session({ state: 'done', needsYou: true }))).toBe('needs you');
  });

  it('finds all words in any order and case, over name, folder, branch, tags, title and state', () => {
    expect(matches(session({}), 'LOGIN claude', 'all')).toBe(true);
    expect(matches(session({}), ' urgent  work ', 'all')).toBe(true);
    expect(matches(session({}), 'login codex', 'all')).toBe(false);
    expect(matches(session({ branch: null }), 'fix/', 'all')).toBe(false);
    expect(matches(session({}), '', 'working')).toBe(false);
  });

  it('does not join fields into words that nobody wrote', () => {
    expect(matches(session({ name: 'ab', agent: 'cd' }), 'abcd', 'all')).toBe(false);
  });

  it('orders: needs you, others, ended; numbers as numbers', () => {
    const rows = [
      session({ name: 'z', state: 'exited' }),
      session({ name: 'a10' }),
      session({ name: 'a2' }),
      session({ name: 'x', needsYou: true, state: 'approval' }),
    ];
    expect(rows.sort(byUrgency).map((r) => r.name)).toEqual(['x', 'a2', 'a10', 'z']);
  });
});

it.each([
  ['/', '/'],
  ['/srv/app', '/srv/app'],
  ['/home/ann/api', '/home/ann/api'],
  ['/home/ann/work/api', '…/work/api'],
  ['/home/ann/work/api/', '…/work/api'],
])('%s is shown as %s', (path, shown) => expect(shortPath(path)).toBe(shown));
