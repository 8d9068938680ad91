import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Screen, ScreenHint } from './ports.ts';
import { createScreen, tidy } from './screen.ts';

async function shown(text: string, size = { cols: 40, rows: 10 }): Promise<Screen> {
  const screen = createScreen(size);
  screen.write(text);
  await screen.settled();
  return screen;
}

/** Everything a viewer can tell of a screen; titles travel apart. */
function face(screen: Screen): unknown {
  const view = screen.view();
  return {
    lines: view.lines,
    runs: view.lines.map((_, row) => view.runs(row)),
    cursor: view.cursor,
    // The topmost line's beginning may be gone for good, and with it the wrap.
    wrapped: view.lines.map((_, row) => row > 0 && view.wrapped(row)),
    alternate: view.alternate,
    paste: screen.bracketedPaste,
  };
}

test('a view has the live rows only, right-trimmed of spaces but not of no-break spaces', async () => {
  const screen = await shown(`${Array.from({ length: 15 }, (_, n) => `line ${n}`).join('\r\n')}\r\n❯\u00a0   `);
  const { lines } = screen.view();
  expect(lines).toHaveLength(10);
  expect(lines[0]).toBe('line 6');
  expect(lines[9]).toBe('❯\u00a0');
  expect(screen.text(100)).toHaveLength(16);
  expect(screen.text(2)).toEqual(['line 14', '❯\u00a0']);
});

test('runs follow style, wide characters take two columns', async () => {
  const screen = await shown('\x1b[2;38;5;246m漢字\x1b[0m ok \x1b[7m \x1b[0;48;2;1;2;3mx\x1b[0m   ');
  const runs = screen.view().runs(0);
  expect(runs.map((run) => run.text)).toEqual(['漢字', ' ok ', ' ', 'x']);
  expect(runs[0]?.style).toMatchObject({ dim: true, fg: 246, bg: -1 });
  expect(runs[2]?.style.inverse).toBe(true);
  expect(runs[3]?.style.bg).toBe(0x1000000 | 0x010203);
  expect(screen.view().cursor.x).toBe(13);
});

test('a view stays what it was: after more output its lines and runs are still of one moment', async () => {
  const screen = await shown('\x1b[1mold');
  const view = screen.view();
  expect(screen.view()).toBe(view);
  screen.write('\r\x1b[0;3mnew');
  await screen.settled();
  expect(view.lines[0]).toBe('old');
  expect(view.runs(0).map((run) => run.text)).toEqual(['old']);
  expect(screen.view().runs(0)[0]?.style.italic).toBe(true);
});

test('soft wraps are told and undone in text', async () => {
  const screen = await shown('a'.repeat(45));
  expect(screen.view().wrapped(1)).toBe(true);
  expect(screen.view().wrapped(0)).toBe(false);
  expect(screen.text(10)).toEqual(['a'.repeat(45)]);
});

test('hints pass, cut to length and free of control characters', async () => {
  const screen = createScreen({ cols: 20, rows: 4 });
  const hints: ScreenHint[] = [];
  screen.onHint((hint) => hints.push(hint));
  screen.write('\x1b]2;  ✳ Title\x07\x1b]7501;state=blocked:app=codex\x1b\\\x07\x1b]9;hello\x07');
  screen.write(`\x1b]777;notify;a;${'x'.repeat(9000)}\x07\x1b]99;i=1;kitty\x1b\\`);
  await screen.settled();
  expect(hints[0]).toEqual({ kind: 'title', text: '✳ Title' });
  expect(hints[1]).toEqual({ kind: 'osc', code: 7501, text: 'state=blocked:app=codex' });
  expect(hints[2]).toEqual({ kind: 'bell' });
  expect(hints[3]).toEqual({ kind: 'osc', code: 9, text: 'hello' });
  expect(hints[4]).toMatchObject({ kind: 'osc', code: 777 });
  expect(hints[4]?.kind === 'osc' ? hints[4].text.length : 0).toBe(1024);
  expect(hints[5]).toEqual({ kind: 'osc', code: 99, text: 'i=1;kitty' });
  expect(screen.view().title).toBe('✳ Title');
  expect(tidy('a\u202eb\u009bc\nd')).toBe('a b c d');
});

test('settled resolves even when the screen is disposed meanwhile, and writing then is harmless', async () => {
  const screen = createScreen({ cols: 20, rows: 4 });
  screen.write('x'.repeat(100_000));
  const settled = screen.settled();
  screen.dispose();
  await settled;
  screen.write('more');
  await screen.settled();
});

const MODES = [
  ['\x1b[?2004h', 'bracketed paste'],
  ['\x1b[?1002h\x1b[?1006h', 'mouse with SGR coordinates'],
  ['\x1b[?1h', 'application cursor'],
  ['\x1b[?25l', 'hidden cursor'],
  ['\x1b[5 q', 'bar cursor'],
  ['\x1b[3;7r\x1b[5;5H', 'scroll region'],
  ['\x1b[3;7r\x1b[?6h\x1b[2;3Hhere', 'origin mode'],
] as const;

test.each(MODES)('serialize restores %j (%s)', async (sequence) => {
  for (const before of ['text\r\n', 'normal\x1b[44m\x1b[?1049h\x1b[2Jalternate']) {
    const first = await shown(before + sequence);
    const again = await shown(first.serialize(100));
    expect(face(again)).toEqual(face(first));
    expect(again.serialize(100)).toBe(first.serialize(100));
  }
});

test('serialize carries mouse encoding, cursor style and visibility, and forgets them after a reset', async () => {
  const set = '\x1b[?1003h\x1b[?1006h\x1b[4 q\x1b[?25l';
  const text = (await shown(set)).serialize(0);
  for (const part of ['\x1b[?1003h', '\x1b[?1006h', '\x1b[4 q', '\x1b[?25l']) expect(text).toContain(part);
  expect((await shown(`${set}\x1bc`)).serialize(0)).toBe('\x1b[1;1H');
});

test('a painted background reaches the last row', async () => {
  const screen = await shown('\x1b[?1049h\x1b[48;2;10;10;10m\x1b[2J\x1b[Htop');
  expect(screen.serialize(0).split('\x1b[48;2;10;10;10m').length).toBeGreaterThan(10);
});

test('serialize limits history', async () => {
  const screen = await shown(Array.from({ length: 60 }, (_, n) => `line ${n}`).join('\r\n'));
  const again = await shown(screen.serialize(5));
  expect(again.text(100)[0]).toBe('line 45');
  expect(face(again)).toEqual(face(screen));
});

test('serialize draws no old line at the cursor once the history is full', async () => {
  const screen = createScreen({ cols: 20, rows: 3, scrollback: 10 });
  for (let i = 0; i < 50; i += 1) screen.write(`line ${i}\r\n`);
  await screen.settled();
  for (const history of [0, 5, 10]) {
    const again = await shown(screen.serialize(history), { cols: 20, rows: 3 });
    expect(again.view().lines).toEqual(['line 48', 'line 49', '']);
  }
});

test('the scroll region of the main screen survives a visit to the alternate one', async () => {
  const screen = await shown('\x1b[2;5r\x1b[?1049h\x1b[1;3r\x1b[?1049l');
  expect(screen.serialize(0)).toContain('\x1b[2;5r');
  screen.resize(30, 12);
  expect(screen.serialize(0)).not.toContain('r');
});

const escapes = fc.constantFrom(
  '\r\n',
  '\x1b[2J',
  '\x1b[K',
  '\x1b[H',
  '\x1b[3;4H',
  '\x1b[1;31m',
  '\x1b[48;5;237m',
  '\x1b[38;2;10;20;30m',
  '\x1b[7m',
  '\x1b[m',
  '\x1b[L',
  '\x1b[M',
  '\x1b[5P',
  '\x1b[2@',
  '\x1b[A',
  '\x1b[?1049h',
  '\x1b[?1049l',
  '\x1b[?25l',
  '\x1b[?25h',
  '\x1bM',
  '\t',
);
const words = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '─', '漢', '❯', '\u00a0', 'é'), maxLength: 50 });

test('what is serialized looks the same when it is written to a fresh screen', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(escapes, words), { maxLength: 40 }), async (parts) => {
      const first = await shown(parts.join(''), { cols: 22, rows: 6 });
      const again = await shown(first.serialize(50), { cols: 22, rows: 6 });
      expect(face(again)).toEqual(face(first));
      first.dispose();
      again.dispose();
    }),
    { numRuns: 150 },
  );
});
