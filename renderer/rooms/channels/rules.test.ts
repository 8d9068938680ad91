import { expect, it } from 'vitest';
import type { Message } from '../../../shared/contract/channels.ts';
import { continues, mentionAt, titleOf, unread } from './rules.ts';

const member = (kind: 'user' | 'session', id: string, read = 0) => ({ kind, id, name: id, read, gone: false });

it('counts what the user has not seen, and nothing where the user is no member', () => {
  const channel = { members: [member('user', 'ann', 3), member('session', 's_1')], last: 5 };
  expect(unread(channel, 'ann')).toBe(2);
  expect(unread(channel, 'bob')).toBe(0);
  expect(unread({ ...channel, last: 2 }, 'ann')).toBe(0);
});

it('names a pair by the other one, a group by its name, strangers by both', () => {
  const members = [member('user', 'ann'), member('session', 'fixer')];
  expect(titleOf({ kind: 'direct', name: 'x', members }, 'ann')).toBe('fixer');
  expect(titleOf({ kind: 'direct', name: 'x', members }, 'bob')).toBe('ann and fixer');
  expect(titleOf({ kind: 'direct', name: 'x', members: [member('user', 'ann')] }, 'ann')).toBe('ann');
  expect(titleOf({ kind: 'group', name: 'build', members }, 'ann')).toBe('#build');
});

it('sees a mention being typed, and no address', () => {
  expect(mentionAt('hello @fi', 9)).toEqual({ from: 6, word: 'fi' });
  expect(mentionAt('@', 1)).toEqual({ from: 0, word: '' });
  expect(mentionAt('@fixer do', 9)).toBeNull();
  expect(mentionAt('ann@example', 11)).toBeNull();
  expect(mentionAt('@fixer do', 4)).toEqual({ from: 0, word: 'fix' });
});

it('joins what one says in a row', () => {
  const say = (id: string, at: number, replyTo: number | null = null) =>
    ({ by: { kind: 'user', id, name: id }, at, replyTo }) as Message;
  expect(continues(say('a', 1000), say('a', 0))).toBe(true);
  expect(continues(say('a', 1000), say('b', 0))).toBe(false);
  expect(continues(say('a', 400_000), say('a', 0))).toBe(false);
  expect(continues(say('a', 1000, 1), say('a', 0))).toBe(false);
  expect(continues(say('a', 1000), undefined)).toBe(false);
});
