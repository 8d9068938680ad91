import { describe, expect, it } from 'vitest';
import { createTame, momentOf, WIPE } from './tame.ts';

const tame = (text: string) => createTame()(text);

describe('recorded output', () => {
  it('draws', () => {
    const drawing =
      'a\x1b[1;31mb\x1b[0m\x1b[2J\x1b[10;5H\x1b[?25l\x1b[?1049h\x1b[3;9r\x1b7\x1b8\x1bM\x1b(0q\x1b(B\x1b]8;;http://x\x1b\\l\x1b]8;;\x07\r\n\t\x1b[2 q\x1b[!p';
    expect(tame(drawing)).toBe(drawing);
  });
  it.each([
    ['status', '\x1b[6n'],
    ['private status', '\x1b[?6n'],
    ['attributes', '\x1b[c'],
    ['more attributes', '\x1b[>0c'],
    ['old attributes', '\x1bZ'],
    ['modes', '\x1b[?2004$p'],
    ['name', '\x1b[>0q'],
    ['keys', '\x1b[?u'],
    ['push keys', '\x1b[>1u'],
    ['modify keys', '\x1b[>4;2m'],
    ['window', '\x1b[21t'],
    ['answerback', '\x05'],
    ['clipboard', '\x1b]52;c;aGk=\x07'],
    ['clipboard query', '\x1b]52;c;?\x1b\\'],
    ['title', '\x1b]0;owned\x07'],
    ['colour query', '\x1b]11;?\x07'],
    ['settings query', '\x1bP$qm\x1b\\'],
    ['graphics', '\x1b_Gi=1;AAAA\x1b\\'],
    ['mouse', '\x1b[?1000;1006h'],
    ['paste', '\x1b[?2004h'],
  ])('asks and sets nothing: %s', (_what, text) => {
    expect(tame(`a${text}b`)).toBe('ab');
    for (let cut = 1; cut < text.length; cut += 1) {
      const each = createTame();
      expect(each(`a${text.slice(0, cut)}`) + each(`${text.slice(cut)}b`)).toBe('ab');
    }
  });
  it('keeps the modes that draw beside those that send', () => {
    expect(tame('\x1b[?25;1004;7h')).toBe('\x1b[?25;7h');
  });
  it('wipes where it reset', () => {
    expect(tame('a\x1bcb')).toBe(`a${WIPE}b`);
  });
  it('does not wait for ever', () => {
    const each = createTame();
    each(`\x1b]0;${'x'.repeat(100_000)}`);
    expect(each('after')).toBe('after');
  });
});

it('moments are told from the beginning, or as dates', () => {
  const at = (text: string) => momentOf(text, 1000);
  expect(at('90')).toBe(91_000);
  expect(at('1m30s')).toBe(91_000);
  expect(at('1:30')).toBe(91_000);
  expect(at('1:00:00')).toBe(3_601_000);
  expect(at('2026-01-02T03:04:05Z')).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
  for (const wrong of ['', 'soon', '-5', '1:99', '5x']) expect(at(wrong)).toBeNull();
});
