import { describe, expect, it } from 'vitest';
import { parseFile } from '../../ui/diff.ts';
import { anchorOf, type Comment, promptOf, standsAt } from './comments.ts';

const file = (body: string) => parseFile(`diff --git a/x.ts b/x.ts\n--- a/x.ts\n+++ b/x.ts\n${body}`);
const FILE = file('@@ -10,4 +10,4 @@\n a\n-b\n-c\n+B\n+C\n d\n');
const comment = (more: Partial<Comment>): Comment => ({
  id: '1',
  path: 'x.ts',
  side: 'now',
  from: 11,
  to: 11,
  quote: ['B'],
  text: 'why?',
  ...more,
});

describe('anchorOf', () => {
  const [hunk] = FILE.hunks;
  if (!hunk) throw new Error('no hunk');
  it('is beside the new lines of a choice', () => {
    expect(anchorOf('x.ts', hunk, 4, 1)).toEqual({ path: 'x.ts', side: 'now', from: 11, to: 12, quote: ['B', 'C'] });
  });
  it('is beside the old ones where all are gone', () => {
    expect(anchorOf('x.ts', hunk, 1, 2)).toEqual({ path: 'x.ts', side: 'old', from: 11, to: 12, quote: ['b', 'c'] });
  });
});

describe('standsAt', () => {
  it('finds the line by its words when others came before it', () => {
    expect(standsAt(comment({}), FILE)).toEqual({ hunk: 0, line: 3 });
    const later = file('@@ -1,2 +1,4 @@\n+new\n+B\n x\n y\n@@ -10,4 +13,4 @@\n a\n-b\n-c\n+B\n+C\n d\n');
    expect(standsAt(comment({}), later)).toEqual({ hunk: 1, line: 3 });
  });
  it('knows when the line is gone', () => {
    expect(standsAt(comment({ quote: ['other'] }), FILE)).toBeNull();
  });
});

describe('promptOf', () => {
  it('names place, lines and remark of each, in order, and leaves empty ones out', () => {
    const prompt = promptOf([
      comment({ id: '2', path: 'z.ts', from: 3, to: 4, quote: ['one\r', ''], text: ' second \n' }),
      comment({ id: '3', text: '  ' }),
      comment({ side: 'old', quote: ['b'] }),
    ]);
    expect(prompt).toBe(
      '2 comments on your changes:\n\n1. x.ts:11 (removed)\n> b\nwhy?\n\n2. z.ts:3-4\n> one\n>\nsecond',
    );
  });
  it('quotes long choices in part', () => {
    const quote = Array.from({ length: 50 }, (_, i) => `line ${i}`);
    expect(promptOf([comment({ quote })])).toContain('> line 11\n> ... 38 more lines\nwhy?');
  });
});
