import { describe, expect, it } from 'vitest';
import type { Card } from '../../../shared/contract/board.ts';
import { changeOf, conflicts, joined, needed, told } from './merge.ts';

const card = (over: Partial<Card>) => ({ title: 'One', description: 'old', tags: ['a'], ...over }) as Card;

describe('typed against what the card has become', () => {
  const mine = changeOf(card({}), 'title', 'Mine');
  it('is no conflict while the field is as it was, whatever else changed', () => {
    expect(conflicts(mine, card({ description: 'new' }))).toBe(false);
    expect(needed(mine, card({ description: 'new' }))).toBe(true);
  });
  it('is one when both sides changed it, but not to the same', () => {
    expect(conflicts(mine, card({ title: 'Theirs' }))).toBe(true);
    expect(conflicts(mine, card({ title: 'Mine' }))).toBe(false);
    expect(needed(mine, card({ title: 'Mine' }))).toBe(false);
  });
  it('compares lists by what is in them', () => {
    const tags = changeOf(card({}), 'tags', ['a', 'b']);
    expect(conflicts(tags, card({ tags: ['a'] }))).toBe(false);
    expect(conflicts(tags, card({ tags: ['a', 'c'] }))).toBe(true);
    expect(joined(tags, card({ tags: ['a', 'c'] }))).toEqual(['a', 'c', 'b']);
  });
  it('joins texts without losing a word, and titles not at all', () => {
    expect(joined(changeOf(card({}), 'description', 'mine'), card({ description: 'theirs' }))).toBe('theirs\n\nmine');
    expect(joined(mine, card({ title: 'Theirs' }))).toBeNull();
  });
});

describe('a value for people', () => {
  it.each([
    ['owner', { kind: 'user', id: 'ann', name: 'Ann' }, 'Ann'],
    ['due', null, 'nothing'],
    ['tags', ['a', 'b'], 'a, b'],
    ['tags', [], 'nothing'],
    ['checklist', [{ id: '1', text: 'sew', done: true }], '☑ sew'],
    ['links', { session: null, branch: 'main', pr: null }, 'branch: main'],
    ['review', 'other', 'somebody else'],
    ['cost', 0, '0'],
  ])('%s', (field, value, text) => expect(told(field, value)).toBe(text));
});
