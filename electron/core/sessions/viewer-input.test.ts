import { expect, it } from 'vitest';
import { createViewerInput } from './viewer-input.ts';

const typed = (...chunks: string[]) => {
  const input = createViewerInput();
  return chunks.map((chunk) => Buffer.from(input.take(Buffer.from(chunk, 'latin1'))).toString('latin1')).join('|');
};

it.each([
  ['primary attributes', '\x1b[?62;4;22c'],
  ['secondary attributes', '\x1b[>0;276;0c'],
  ['status', '\x1b[0n'],
  ['cursor position', '\x1b[12;40R'],
  ['cursor position at home', '\x1b[1;1R'],
  ['private cursor position', '\x1b[?12;40R'],
  ['mode report', '\x1b[?2026;2$y'],
  ['window size', '\x1b[8;24;80t'],
  ['keyboard flags', '\x1b[?1u'],
  ['focus', '\x1b[I'],
  ['foreground colour', '\x1b]10;rgb:ffff/ffff/ffff\x1b\\'],
  ['palette colour', '\x1b]4;1;rgb:0000/0000/0000\x07'],
  ['settings', '\x1bP1$r0m\x1b\\'],
  ['name and version', '\x1bP>|xterm.js(6.0.0)\x1b\\'],
])('what a terminal answers by itself does not arrive: %s', (_what, reply) => {
  expect(typed(reply)).toBe('');
  expect(typed(`a${reply}b`)).toBe('ab');
  expect(typed(`${reply}${reply}`)).toBe('');
});

it.each([
  'plain \xc3\xa9 text',
  '\x1b',
  '\x1b[A',
  '\x1bOA',
  '\x1b[1;5D',
  '\x1b[1;2R',
  '\x1b[13~',
  '\x1b[<0;12;3M',
  '\x1b[<0;12;3m',
  '\x1b[97;5u',
  '\x1b]',
  '\x1bP',
  '\x1bx',
  '\x1b\x1b',
])('keys arrive as they are: %j', (key) => expect(typed(key)).toBe(key));

it('a pasted reply is text, even over several chunks', () => {
  expect(typed('\x1b[200~a\x1b[0nb', 'c\x1b[1;1Rd\x1b[201~', '\x1b[0n')).toBe(
    '\x1b[200~a\x1b[0nb|c\x1b[1;1Rd\x1b[201~|',
  );
});
