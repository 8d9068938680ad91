import { expect, it } from 'vitest';
import type { Session } from '../../../shared/contract/sessions.ts';
import { keyOf, targets, titleOf } from './quick.ts';

const session = (name: string, more: Partial<Session> = {}): Session =>
  ({
    id: `s_${name}`,
    name,
    agent: 'claude',
    cwd: `/home/ann/${name}`,
    archived: false,
    state: 'idle',
    ...more,
  }) as Session;
const names = (query: string, last: string | null = null) =>
  targets(query, [session('beta'), session('alpha'), session('gone', { state: 'exited' })], last, ['codex']).map(
    titleOf,
  );

it('names the last first, then all by name, then everybody, then new ones', () => {
  expect(names('', 's_beta')).toEqual(['beta', 'alpha', 'All 2 sessions', 'New codex session']);
  expect(names('')).toEqual(['alpha', 'beta', 'All 2 sessions', 'New codex session']);
});
it('finds by a few letters, by the words last, all and new', () => {
  expect(names('be')[0]).toBe('beta');
  expect(names('last', 's_beta')[0]).toBe('beta');
  expect(names('all')[0]).toMatch(/^All/);
  expect(names('new')[0]).toBe('New codex session');
});
it('offers no everybody of one, and nothing that has ended', () => {
  expect(targets('', [session('a')], null, []).map(keyOf)).toEqual(['s_a']);
  expect(targets('', [session('a', { archived: true })], null, [])).toEqual([]);
});
