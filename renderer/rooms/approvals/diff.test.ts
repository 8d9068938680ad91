import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines } from './diff.ts';

const kinds = (text: string) => diffLines(text).map((line) => line.kind);

describe('diffLines', () => {
  it('marks a unified diff', () => {
    expect(kinds('@@ -1,2 +1,2 @@\n a\n-b\n+c')).toEqual(['place', 'plain', 'removed', 'added']);
  });
  it('marks the numbered diff that agents draw', () => {
    expect(kinds(' 12   keep\n 13 - old\n 13 + new')).toEqual(['plain', 'removed', 'added']);
  });
  it('leaves commands alone, whatever their lines begin with', () => {
    expect(kinds('rm \\\n  -rf \\\n- x\n+ y')).toEqual(['plain', 'plain', 'plain', 'plain']);
    expect(kinds('git diff --stat')).toEqual(['plain']);
  });
  it('never loses or changes a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(
          diffLines(text)
            .map((line) => line.text)
            .join('\n'),
        ).toBe(text);
      }),
    );
  });
});
