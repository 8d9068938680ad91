import { expect, test } from 'vitest';
import { type Widths, widthsLikeTmux } from './widths.ts';

const base: Widths = {
  version: '11',
  wcwidth: (codepoint) => (codepoint === 0x200d || codepoint === 0x301 ? 0 : codepoint >= 0x1f300 ? 2 : 1),
  charProperties: () => 0,
};
const widths = widthsLikeTmux(base);

/** As xterm counts: a joined character takes the place of the one before. */
function columns(text: string): number {
  let all = 0;
  let preceding = 0;
  for (const char of text) {
    const answer = widths.charProperties(char.codePointAt(0) ?? 0, preceding);
    all += ((answer >> 1) & 3) - ((answer & 1) === 1 ? (preceding >> 1) & 3 : 0);
    preceding = answer;
  }
  return all;
}

test('what came after Unicode 11 is as wide as tmux has it', () => {
  expect(columns('🫠🥲🪿')).toBe(6);
  expect(widths.wcwidth(0x1f93b)).toBe(1);
  expect(widths.wcwidth(0x61)).toBe(1);
});

test('a zero width joiner makes one character of two columns, whatever its length', () => {
  expect(columns('👨‍👩‍👧‍👦')).toBe(2);
  expect(columns('👨‍👩‍👧x')).toBe(3);
  // tmux joins an ASCII letter to nothing.
  expect(columns('a\u200db')).toBe(2);
  // A joiner with nothing before it, and one that ends the text.
  expect(columns('\u200d👩')).toBe(2);
  expect(columns('👩\u200d')).toBe(2);
});

test('combining marks add nothing', () => {
  expect(columns('e\u0301')).toBe(1);
  expect(columns('👩\u0301')).toBe(2);
});
