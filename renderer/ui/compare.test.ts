import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spentMs } from '../../shared/testing.ts';
import { common, compareLines, compareWords } from './compare.ts';

const sides = (before: string, after: string) => {
  const lines = compareLines(before, after, 100_000).flatMap((hunk) => hunk.lines);
  const side = (kind: 'added' | 'removed') =>
    lines
      .filter((line) => line.kind !== kind)
      .map((line) => line.text + (line.unended ? '' : '\n'))
      .join('');
  return { old: side('added'), now: side('removed') };
};

describe('compareLines', () => {
  it('finds the smallest change', () => {
    const [hunk, ...more] = compareLines('a\nb\nc\nd\ne\n', 'a\nb\nX\nd\ne\n', 1);
    expect(more).toEqual([]);
    expect(hunk).toMatchObject({ oldStart: 2, oldCount: 3, newStart: 2, newCount: 3 });
    expect(hunk?.lines.map(({ kind, text }) => `${kind[0]}${text}`)).toEqual(['sb', 'rc', 'aX', 'sd']);
  });
  it('keeps changes far apart in hunks of their own', () => {
    const before = Array.from({ length: 40 }, (_, i) => `${i}\n`).join('');
    expect(compareLines(before, before.replace('3\n', 'x\n').replace('35\n', 'y\n'))).toHaveLength(2);
  });
  it('sees a newline that is gone from the end', () => {
    expect(compareLines('a\n', 'a').flatMap((hunk) => hunk.lines.map((line) => [line.kind, line.unended]))).toEqual([
      ['removed', false],
      ['added', true],
    ]);
    expect(compareLines('a\n', 'a\n')).toEqual([]);
  });
  it('gives both texts back from its lines, whatever they are', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', '')).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        fc.pre(before !== after && before !== '' && after !== '');
        expect(sides(before, after)).toEqual({ old: before, now: after });
      }),
      { numRuns: 500 },
    );
  });
  it('ends soon on texts that have nothing in common', () => {
    const many = (mark: string) => Array.from({ length: 20_000 }, (_, i) => `${mark}${i}`).join('\n');
    const began = spentMs();
    expect(compareLines(many('a'), many('b'))[0]?.lines).toHaveLength(40_000);
    expect(spentMs() - began).toBeLessThan(3000);
  });
});

describe('common', () => {
  it('is a longest common subsequence', () => {
    expect(common([...'ABCABBA'], [...'CBABAC'])).toHaveLength(4);
  });
});

describe('compareWords', () => {
  const marked = (before: string, after: string) => {
    const found = compareWords(before, after);
    return found && [found.old.map(([a, b]) => before.slice(a, b)), found.now.map(([a, b]) => after.slice(a, b))];
  };
  it('marks the words that differ', () => {
    expect(marked('const a = read(path);', 'const a = await read(file);')).toEqual([['path'], ['await ', 'file']]);
  });
  it('marks nothing where all is new, and nothing in lines that are too long', () => {
    expect(marked('one two three', 'vier fünf sechs')).toBeNull();
    expect(marked(`${'x '.repeat(400)}a`, `${'x '.repeat(400)}b`)).toBeNull();
  });
  it('cuts no character in two', () => {
    expect(marked('wert = "👍🏽 schön"', 'wert = "👍🏽 schade"')).toEqual([['schön'], ['schade']]);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, after) => {
        const found = compareWords(before, after);
        for (const [a, b] of found?.now ?? []) expect(after.slice(a, b).isWellFormed()).toBe(true);
      }),
    );
  });
});
