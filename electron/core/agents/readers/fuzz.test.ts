/** Any screen at all: no reader throws, and every reading keeps its promises. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NEEDS_YOU } from '../../../../shared/contract/states.ts';
import type { CellStyle, ScreenView, StyledRun } from '../../../platform/ports.ts';
import type { Reading } from '../reading.ts';
import { AGENTS, recordings } from './fixtures/recorded-screens.ts';
import { readerFor } from './readers.ts';

const PLAIN: CellStyle = { bold: false, dim: false, italic: false, underline: false, inverse: false, fg: -1, bg: -1 };

function viewOf(
  lines: readonly string[],
  cols: number,
  title: string,
  style: CellStyle,
  cursor: { x: number; y: number },
): ScreenView {
  const shown = lines.map((line) => line.replace(/ +$/, ''));
  return {
    cols,
    rows: shown.length,
    lines: shown,
    runs: (row): readonly StyledRun[] =>
      shown[row] ? [{ text: shown[row], style: row % 2 === 0 ? style : PLAIN }] : [],
    wrapped: () => false,
    cursor: { ...cursor, visible: true },
    alternate: false,
    title,
  };
}

function check(reading: Reading): void {
  expect(reading.needsYou).toBe(NEEDS_YOU.has(reading.state) && !reading.retrying);
  if (reading.dialog !== null) {
    expect(reading.state).toBe(reading.dialog.kind);
    const numbers = reading.dialog.choices.map((choice) => choice.n);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 1) + index));
    for (const choice of reading.dialog.choices) expect(choice.label).toBe(choice.label.trim());
  }
  if (reading.asks) expect(reading.state).toBe('done');
  if (reading.draft) expect(reading.composer?.text).not.toBe('');
  if (reading.contextLeft !== null) expect(reading.contextLeft >= 0 && reading.contextLeft <= 100).toBe(true);
  expect(reading.evidence.length).toBeGreaterThan(0);
  for (const sight of reading.evidence) {
    expect(sight.saw.length).toBeLessThanOrEqual(200);
    expect(sight.saw).not.toMatch(/\p{Cc}/u);
    expect(sight.confidence > 0 && sight.confidence <= 1).toBe(true);
  }
}

const PIECES = [
  '❯\u00a0',
  '❯ 1. Yes',
  '  2. No',
  '› 1. Yes, proceed (y)',
  '› ',
  '────────────────────────────────────────',
  '▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄',
  '▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀',
  ' >   Type your message or @path/to/file',
  '╭──────────────────────╮',
  '│ ● 1. Allow once      │',
  '│ ? Shell  ls          │',
  '╰──────────────────────╯',
  '  ┃',
  '  ┃  Build · Model',
  '  ╹▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀',
  '  ┃  △ Permission required',
  '  ┃   Allow once   Reject  enter confirm',
  '● API Error: 500',
  '■ limit',
  '✕ [API Error: 429]',
  '✻ Thinking… (3s)',
  '⠋ Thinking... (esc to cancel, 4s)',
  '• Working (3s • esc to interrupt)',
  'Esc to cancel · Tab to amend',
  'Press enter to confirm or esc to cancel',
  'Overwrite? [y/N] ',
  '$ ',
  '漢字🙂',
  '\u200b',
  'Title     esc',
  'esc to interrupt',
  '[retrying in 3s attempt #1]',
  '12. x',
  '99. y',
  '100. z',
  '',
];

const row = fc.oneof(
  fc.constantFrom(...PIECES),
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
);
const screen = fc.record({
  lines: fc.array(row, { minLength: 1, maxLength: 30 }),
  cols: fc.integer({ min: 1, max: 160 }),
  title: fc.constantFrom('', '⠂ x', '✳ x', '✦  Working… (x)', '[ . ] Action Required | x'),
  fg: fc.constantFrom(-1, 1, 220, 246, 0x1000000 | 0xe06c75),
  dim: fc.boolean(),
  x: fc.integer({ min: 0, max: 160 }),
  y: fc.integer({ min: 0, max: 29 }),
  command: fc.constantFrom(undefined, 'claude', 'node', 'bash', 'zsh'),
  dead: fc.constantFrom(undefined, false, true),
});

test.each([...AGENTS, 'generic'])('%s: random screens', (agent) => {
  const read = readerFor(agent);
  fc.assert(
    fc.property(screen, ({ lines, cols, title, fg, dim, x, y, command, dead }) => {
      const view = viewOf(lines, cols, title, { ...PLAIN, fg, dim }, { x, y: Math.min(y, lines.length - 1) });
      check(read(view, { ...(command && { command }), ...(dead !== undefined && { dead }) }));
    }),
    { numRuns: 1500 },
  );
});

test.each(AGENTS)('%s: recorded screens with rows torn out, doubled and cut', async (agent) => {
  const views = (await recordings(agent)).map(({ screen: { view } }) => view);
  const read = readerFor(agent);
  fc.assert(
    fc.property(
      fc.constantFrom(...views),
      fc.array(fc.record({ at: fc.nat(50), what: fc.constantFrom('drop', 'double', 'cut', 'blank') }), {
        maxLength: 8,
      }),
      (view, tears) => {
        const lines = [...view.lines];
        for (const { at, what } of tears) {
          const index = at % lines.length;
          const text = lines[index] ?? '';
          if (what === 'drop' && lines.length > 1) lines.splice(index, 1);
          if (what === 'double') lines.splice(index, 0, text);
          if (what === 'cut') lines[index] = text.slice(0, Math.floor(text.length / 2));
          if (what === 'blank') lines[index] = '';
        }
        check(read(viewOf(lines, view.cols, view.title, PLAIN, { x: 0, y: 0 }), {}));
      },
    ),
    { numRuns: 400 },
  );
});

test('every reader is pure: the same screen gives the same reading', async () => {
  for (const agent of AGENTS) {
    for (const {
      screen: { view, facts },
    } of (await recordings(agent)).slice(0, 10)) {
      expect(readerFor(agent)(view, facts)).toEqual(readerFor(agent)(view, facts));
    }
  }
});

test('a screen made to be slow is not', () => {
  const hostile = [
    Array.from({ length: 50 }, () => 'a '.repeat(400)),
    Array.from({ length: 50 }, (_, n) => `❯ ${n}. ${' '.repeat(300)}x`),
    Array.from({ length: 50 }, () => '─'.repeat(800)),
    Array.from({ length: 50 }, () => `│${' ·'.repeat(390)}│`),
    Array.from({ length: 50 }, () => 'esc '.repeat(200)),
    Array.from({ length: 50 }, () => '?'.repeat(800)),
    Array.from({ length: 50 }, () => `x${' '.repeat(400)}y`),
  ];
  for (const agent of [...AGENTS, 'generic']) {
    for (const lines of hostile) {
      // Its own time on the processor: what runs beside it is not the reader's.
      const before = process.cpuUsage();
      for (let round = 0; round < 3; round += 1) readerFor(agent)(viewOf(lines, 800, '', PLAIN, { x: 0, y: 49 }), {});
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 3000, `${agent}: ${lines[0]?.slice(0, 20)}`).toBeLessThan(60);
    }
  }
});
