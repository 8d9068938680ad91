import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines, nameOfHidden, partsOf } from './text-diff.ts';

const kinds = (text: string, sure?: boolean) => diffLines(text, sure).map((line) => line.kind);

describe('diffLines', () => {
  it('marks a unified diff', () => {
    expect(kinds('--- a\n+++ b\n@@ -1,2 +1,2 @@\n a\n-b\n+c')).toEqual([
      'place',
      'place',
      'place',
      'plain',
      'removed',
      'added',
    ]);
  });
  it('takes changed lines that begin with dashes for what they are', () => {
    expect(kinds('@@ -1 +1 @@\n--- a comment in SQL\n+++ plus')).toEqual(['place', 'removed', 'added']);
  });
  it('marks the numbered diff that agents draw', () => {
    expect(kinds(' 12   keep\n 13 - old\n 13 + new')).toEqual(['plain', 'removed', 'added']);
  });
  it('leaves commands alone, whatever their lines begin with', () => {
    expect(kinds('rm \\\n  -rf \\\n- x\n+ y')).toEqual(['plain', 'plain', 'plain', 'plain']);
    expect(kinds('git diff --stat')).toEqual(['plain']);
    expect(kinds('- x\n+ y', true)).toEqual(['removed', 'added']);
  });
  it('never loses or changes a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (text, sure) => {
        expect(
          diffLines(text, sure)
            .map((line) => line.text)
            .join('\n'),
        ).toBe(text);
      }),
    );
  });
});

describe('partsOf', () => {
  const hidden = (line: string) => partsOf(line).flatMap((part) => (part.hidden ? [nameOfHidden(part.text)] : []));
  it.each([
    ['ls \u202emoc.elif', ['U+202E']],
    ['rm\u200b -rf', ['U+200B']],
    ['echo a\rrm b', ['U+000D']],
    ['a\u200db', ['U+200D']],
    ['\ud800', []],
    ['plain\ttext 日本 עברית', []],
    ['family 👨‍👩‍👧 and 🏳️‍🌈', []],
    ['👨\u202e', ['U+202E']],
  ])('%j shows %j', (line, shown) => expect(hidden(line)).toEqual(shown));
  it('never loses a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (line) => {
        expect(
          partsOf(line)
            .map((part) => part.text)
            .join(''),
        ).toBe(line);
      }),
    );
  });
});
