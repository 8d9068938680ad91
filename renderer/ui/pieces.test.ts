import { describe, expect, it } from 'vitest';
import { blocksOf, languageOf } from './colours.ts';
import { LONGEST_SHOWN, pieces } from './pieces.ts';
import { colour } from './syntax.ts';

describe('pieces', () => {
  it('joins colours and marks', () => {
    const line = 'let a = 1;';
    const found = pieces(
      line,
      [
        ['keyword', 'let'],
        [null, ' a = '],
        ['number', '1'],
        [null, ';'],
      ],
      [[2, 5]],
    );
    expect(found.map((piece) => `${piece.type ?? '-'}${piece.marked ? '!' : ''}:${piece.text}`)).toEqual([
      'keyword:le',
      'keyword!:t',
      '-!: a',
      '-: = ',
      'number:1',
      '-:;',
    ]);
  });
  it('shows what would not show, so that a line says what it does', () => {
    const found = pieces('a\u202eb\u200bc\r', undefined);
    expect(found.map((piece) => piece.text)).toEqual(['a', 'U+202E', 'b', 'U+200B', 'c', '␍']);
    expect(found.filter((piece) => piece.hidden)).toHaveLength(3);
  });
  it('leaves tabs, joined emoji and other letters alone', () => {
    expect(pieces('\tשלום 👩‍👧', undefined).map((piece) => piece.text)).toEqual(['\tשלום 👩‍👧']);
  });
  it('cuts a line that no one could read', () => {
    expect(pieces('x'.repeat(5000), [['string', 'x'.repeat(5000)]]).map((piece) => piece.text.length)).toEqual([
      LONGEST_SHOWN,
    ]);
  });
});

describe('colour', () => {
  it('gives every line its text back', () => {
    const lines = ['/* a', ' b */ const x = `1', '2`;', ''];
    const tokens = colour('typescript', lines);
    expect(tokens?.map((line) => line.map(([, text]) => text).join(''))).toEqual(lines);
    expect(tokens?.[1]?.[0]).toEqual(['comment', ' b */']);
  });
  it('knows every language that a name stands for', () => {
    for (const name of ['a.ts', 'b.PY', 'Makefile', 'x.toml', 'q.vue', '.bashrc', 'z.mm', 'a.ino', 'b.wat', 'c.vb'])
      expect(colour(languageOf(name) ?? 'none', ['x']), name).not.toBeNull();
    expect(languageOf('constructor')).toBeNull();
    expect(languageOf('a.__proto__')).toBeNull();
  });
  it('cuts a long text into blocks that know what stands before them', () => {
    const blocks = blocksOf(
      'c',
      Array.from({ length: 250 }, (_, i) => String(i)),
    );
    expect(blocks.map((block) => [block.lines[block.lead], block.lines.length - block.lead])).toEqual([
      ['0', 100],
      ['100', 100],
      ['200', 50],
    ]);
  });
});
