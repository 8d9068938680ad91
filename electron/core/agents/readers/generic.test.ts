import { expect, test } from 'vitest';
import { readRecorded } from '../../../platform/recorded-screen.ts';
import type { Reading, ScreenFacts } from '../reading.ts';
import { readerFor } from './readers.ts';

/** The cursor stands behind the last line unless told otherwise. */
async function read(
  screen: readonly string[],
  facts: ScreenFacts = {},
  cursor?: { x: number; y: number },
): Promise<Reading> {
  const last = screen.length - 1;
  const { view } = await readRecorded({
    agent: 'custom',
    cols: 80,
    rows: 24,
    screen,
    cursor: { visible: true, ...(cursor ?? { x: (screen[last] ?? '').length, y: last }) },
  });
  return readerFor('custom')(view, facts);
}

test.each([
  ['Overwrite existing file? [y/N] ', 'No'],
  ["Allow edits to src/app.ts? (Y)es/(N)o/(D)on't ask again [Yes]: ", 'Yes'],
  ['Are you sure you want to continue connecting (yes/no/[fingerprint])? ', null],
  ['Do you want to continue? [Y/n] ', 'Yes'],
  ['Proceed? (y/n): ', null],
])('a yes-or-no prompt at the cursor is a question: %s', async (prompt, preset) => {
  const reading = await read(['$ ./install', 'Reading package lists... Done', prompt]);
  expect([reading.state, reading.needsYou]).toEqual(['question', true]);
  expect(reading.dialog?.answerBy).toBe('text');
  expect(reading.dialog?.choices.find((choice) => choice.selected)?.label ?? null).toBe(preset);
});

test.each([
  'Password: ',
  "Enter passphrase for key '/home/dev/.ssh/id_ed25519': ",
  "Username for 'https://example.com': ",
  '[sudo] password for dev: ',
  'Press Enter to continue...',
])('a prompt for a secret or a key is a question: %s', async (prompt) => {
  const reading = await read(['$ git push', prompt]);
  expect(reading.state).toBe('question');
  expect(reading.dialog?.choices).toEqual([]);
});

test('the same words above a shell prompt are history', async () => {
  expect((await read(['Overwrite? [y/N] n', '$ '])).state).toBe('unknown');
  expect((await read(['Password: ', 'Login incorrect', 'dev@host:~$ '])).state).toBe('unknown');
  expect((await read(['$ cat notes', 'Do you want to continue? [Y/n]', '', '$ ls'])).state).toBe('unknown');
});

test('a list with a marker needs its key hints; then permission and question part by the words', async () => {
  const list = [
    '? Run this command?',
    '  npm test',
    '',
    '❯ 1. Yes, run it',
    '  2. Yes, always allow npm in this session',
    '  3. No',
  ];
  const asked = await read([...list, '', 'Use ↑/↓ to navigate, Enter to select, Esc to cancel']);
  expect([asked.state, asked.needsYou, asked.dialog?.answerBy]).toEqual(['approval', true, 'digit']);
  expect(asked.dialog?.choices.map((choice) => choice.means)).toEqual(['allow', 'allow-always', 'deny']);
  expect((await read(list)).state).toBe('unknown');
  const plain = await read(['Which colour?', '', '  Blue', '▸ Green', '  Red', '', 'enter to select · esc to cancel']);
  expect([plain.state, plain.dialog?.answerBy]).toEqual(['question', 'vertical']);
  expect(plain.dialog?.choices.map((choice) => [choice.label, choice.selected])).toEqual([
    ['Blue', false],
    ['Green', true],
    ['Red', false],
  ]);
});

test('a permission in a box asks without key hints', async () => {
  const box = [
    '╭──────────────────────────────╮',
    '│ Allow this tool?             │',
    '│                              │',
    '│ ❯ 1. Yes                     │',
    '│   2. No                      │',
    '╰──────────────────────────────╯',
  ];
  expect((await read(box)).state).toBe('approval');
  expect((await read([...box, '', '$ '])).state).toBe('unknown');
});

test('a spinner with its stop key is work; a quoted one without a spinner is not', async () => {
  expect((await read(['⠹ Thinking… (esc to interrupt)', '', '> '])).state).toBe('working');
  expect((await read(['∴ Running tests', '* Cooking... (12s • ctrl+c to stop)'])).state).toBe('working');
  expect((await read(['Press esc to interrupt.', '> '])).state).toBe('unknown');
  expect((await read(['❯ esc to interrupt', '$ '])).state).toBe('unknown');
});

test('a shell in front is no sign of an end here, a dead pane is', async () => {
  expect((await read(['$ '], { command: 'bash' })).state).toBe('unknown');
  const dead = await read(['$ '], { command: 'bash', dead: true, deadStatus: 130 });
  expect(dead.state).toBe('exited');
  expect(dead.evidence[0]?.saw).toContain('130');
  expect((await read([''])).state).toBe('unknown');
});

test('a pager at the foot of the screen would swallow what is typed', async () => {
  const page = [...Array.from({ length: 23 }, (_, row) => `commit ${row}`), '(END)'];
  expect((await read(page)).state).toBe('menu');
});
