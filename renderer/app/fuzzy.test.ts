import fc from 'fast-check';
import { expect, it } from 'vitest';
import { best, score } from './fuzzy.ts';

const pick = (query: string, ...all: readonly string[]) => best(query, all, (one) => one, 10);

it('puts the exact, the beginning of words and the shorter first', () => {
  expect(pick('board', 'Keyboard shortcuts', 'Go to Board', 'Go to Dashboard')[0]).toBe('Go to Board');
  expect(pick('gb', 'Go to Inbox', 'Go to Board')[0]).toBe('Go to Board');
  expect(pick('ns', 'Sessions', 'New session')).toEqual(['New session', 'Sessions']);
  expect(pick('session new', 'New session', 'New card')).toEqual(['New session']);
  expect(pick('gset', 'Go to Sessions', 'Go to Settings')).toEqual(['Go to Settings']);
  expect(pick('zz', 'New session')).toEqual([]);
  expect(pick('', 'b', 'a')).toEqual(['b', 'a']);
});

it('puts what is found beside the name last', () => {
  const all = [
    ['Usage', 'Go to tokens'],
    ['People and tokens', 'Go to'],
  ] as const;
  const by = (query: string) =>
    best(
      query,
      all,
      ([name]) => name,
      5,
      ([, beside]) => beside,
    ).map(([name]) => name);
  expect(by('tokens')).toEqual(['People and tokens', 'Usage']);
  expect(by('goto usage')).toEqual(['Usage']);
});

it('finds any text by a part of it, and never by a letter that is not there', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string(), fc.string(), (part, before, after) => {
      expect(score(part, before + part + after)).not.toBeNull();
      expect(score('\u{10ffff}', before + part)).toBe(null);
    }),
  );
});
