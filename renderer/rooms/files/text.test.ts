import { describe, expect, it } from 'vitest';
import { lineEnds, marked, sizeWord, toField, toFile } from './text.ts';

describe('lineEnds', () => {
  it('knows when a field would change a text', () => {
    expect(['a\nb\n', '', 'a\r\nb\r\n', 'a\r\nb\n', 'a\rb'].map(lineEnds)).toEqual([
      'lf',
      'lf',
      'crlf',
      'mixed',
      'mixed',
    ]);
  });
  it('brings the same text back', () => {
    for (const text of ['a\nb', 'a\r\n\r\nb\r\n']) expect(toFile(toField(text), lineEnds(text))).toBe(text);
  });
});

describe('marked', () => {
  it('keeps both where they differ', () => {
    expect(marked('a\nmine\nc\n', 'a\ntheirs\nc\n')).toBe(
      'a\n<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> in the folder\nc\n',
    );
    expect(marked('same\n', 'same\n')).toBe('same\n');
  });
});

it('says sizes', () => {
  expect([0, 1, 999, 1000, 1536, 20_000, 5_000_000].map(sizeWord)).toEqual([
    '0 bytes',
    '1 byte',
    '999 bytes',
    '1.0 KB',
    '1.5 KB',
    '20 KB',
    '4.8 MB',
  ]);
});
