import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTestClock } from '../../kernel/clock.ts';
import { createScreen } from '../../platform/screen.ts';
import { createAuthority } from './authority.ts';
import { skim } from './skim.ts';

const SIZE = { cols: 20, rows: 4, scrollback: 10 };
const numbered = (n: number, of = (i: number) => `line ${i}`) =>
  Array.from({ length: n }, (_, i) => `${of(i)}\r\n`).join('');
/** Fast enough within fifty milliseconds. */
const FLOOD = Buffer.from(numbered(10_000));
const cut = (text: string, at: readonly number[]): Buffer[] => {
  const bytes = Buffer.from(text);
  const places = [0, ...at.map((each) => each % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((to, i) => bytes.subarray(places[i] ?? 0, to));
};

it('keeps as many ends of lines as are asked for, and begins at a line', () => {
  const found = skim([Buffer.from(numbered(10))], 3);
  expect(numbered(10).slice(found?.drop)).toBe('line 7\r\nline 8\r\nline 9\r\n');
  expect(skim([Buffer.from(numbered(3))], 3)).toBeNull();
});

it('drops nothing before what may do more than print', () => {
  for (const strange of [
    '\x1b[2J',
    '\x1b7',
    '\x1b]0;title\x07',
    '\x07',
    '\x0e',
    '\x1b[1;3r',
    '\x1b[?25l',
    '\u009b2J',
    '\b',
    '\x1bc',
  ])
    expect([strange, skim([Buffer.from(strange + numbered(20))], 3)]).toEqual([strange, null]);
  // What comes behind enough lines does not matter.
  expect(skim([Buffer.from(`${numbered(20)}\x1b[2J${numbered(20)}`)], 3)?.drop).toBe(Buffer.byteLength(numbered(17)));
});

it('tells the colours that hold where it begins', () => {
  const text = `\x1b[1m\x1b[0;31mred\r\n\x1b[44mblue\r\n${numbered(9)}`;
  expect(skim([Buffer.from(text)], 5)?.pen).toBe('\x1b[0;31m\x1b[44m');
  expect(skim([Buffer.from(`\x1b[31mred\x1b[m\r\n${numbered(9)}`)], 5)?.pen).toBe('\x1b[m');
});

it('a flood leaves the screen, its history and its colours as if all of it had been parsed', async () => {
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.nat(40).map((n) => numbered(n + 1, (i) => `${n} ${'word '.repeat(i % 7)}`)) },
    {
      weight: 2,
      arbitrary: fc.constantFrom('\x1b[31m', '\x1b[m', '\x1b[0;1;42m', '\x1b[38;2;1;2;3m', 'é°漢\u{1f600}', '\t'),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '\x1b[2;3r',
        '\x1b[r',
        '\x1b[H',
        '\x1b[?1049h',
        '\x1b[?1049l',
        '\n',
        '\x1b(0',
        '\x1b[4h',
      ),
    },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { minLength: 1, maxLength: 30 }),
      fc.array(fc.nat(), { maxLength: 20 }),
      async (pieces, at) => {
        const clock = createTestClock();
        const screen = createScreen(SIZE);
        const whole = createScreen(SIZE);
        const authority = createAuthority(screen, () => undefined, clock);
        const write = (chunk: Buffer) => {
          authority.write(chunk);
          whole.write(chunk);
        };
        write(FLOOD);
        await authority.settled();
        clock.advance(50);
        // From here on it is a flood, and waits.
        for (const chunk of [FLOOD, ...cut(pieces.join(''), at)]) write(chunk);
        clock.advance(300);
        await Promise.all([authority.settled(), whole.settled()]);
        expect(screen.serialize(10)).toBe(whole.serialize(10));
        expect(screen.text(100)).toEqual(whole.text(100));
      },
    ),
    { numRuns: 40 },
  );
});

it('somebody who comes in the middle of a flood is given the screen, and what is not on it yet', async () => {
  const clock = createTestClock();
  const screen = createScreen(SIZE);
  const authority = createAuthority(screen, () => undefined, clock);
  authority.write(FLOOD);
  await authority.settled();
  clock.advance(50);
  authority.write(FLOOD);
  clock.advance(1);
  authority.write(Buffer.from('the last'));
  const { escapes, rest } = await authority.quiet((waits) => ({ escapes: screen.serialize(10), rest: waits }));
  const late = createScreen(SIZE);
  late.write(escapes);
  for (const bytes of rest) late.write(bytes);
  await Promise.all([late.settled(), authority.settled()]);
  expect(late.text(100)).toEqual(screen.text(100));
  expect(late.text(1)).toEqual(['the last']);
  // Most of it was never parsed.
  expect(rest.reduce((sum, bytes) => sum + bytes.byteLength, 0)).toBeLessThan(1000);
});
