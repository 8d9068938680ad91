/** Programs without a composer: a raw receiver that writes down every byte, a shell, a program that reads lines. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ask, createHub, type Hub, waitFor } from './fixtures/hub.ts';

const RECEIVER = `
const fs = require('node:fs');
process.stdin.setRawMode(true);
process.stdout.write('\\x1b[?2004hready\\r\\n');
process.stdin.on('data', (b) => { fs.appendFileSync(process.argv[2], b); process.stdout.write(process.argv[3] === 'quiet' ? '' : '.'); });
`;
let hub: Hub;
beforeEach(async () => {
  hub = await createHub();
});
afterEach(() => hub.close());

const start = async (id: string, quiet = false) => {
  const script = join(hub.folder, 'receiver.cjs');
  const out = join(hub.folder, `${id}.bytes`);
  await writeFile(script, RECEIVER);
  await writeFile(out, '');
  await hub.sessions.add(id, { argv: [process.execPath, script, out, quiet ? 'quiet' : 'loud'], agent: 'custom' });
  await hub.sessions.until(id, () => hub.sessions.text(id).includes('ready'), { timeoutMs: 10_000 });
  return out;
};

const HOSTILE = [
  '-leading dash',
  '--',
  ';',
  'trailing ;',
  '#{pane_id} #(touch x)',
  '$(touch x) `id` $HOME',
  `"double" 'single' \\ back`,
  'tabs\tin\tit\t',
  'one\ntwo\n\nfour\n',
  Array.from({ length: 1000 }, (_, i) => `line ${i}`).join('\n'),
  'y'.repeat(100_000),
  '👩‍💻 🎉 e\u0301',
  '日本語 한국어 中文',
  '{"type":"resize","cols":10,"rows":5}',
  ' leading and trailing blanks ',
];

test('every byte arrives, bracketed, and one Enter after it', async () => {
  const out = await start('raw');
  for (const text of HOSTILE) {
    await writeFile(out, '');
    const receipt = await waitFor(hub, await hub.send('raw', text, { now: true }), 'confirmed');
    expect(receipt).toMatchObject({ state: 'confirmed', reached: true });
    // Any answer on its screen counts as its word: it may still be reading the last of it.
    await expect
      .poll(async () => (await readFile(out, 'utf8')) === `\x1b[200~${text}\x1b[201~\r`, {
        message: JSON.stringify(text.slice(0, 60)),
      })
      .toBe(true);
  }
});

test('control characters go, line ends become LF, and no text breaks out of the paste', async () => {
  const out = await start('raw');
  const id = await hub.send('raw', 'a\r\nb\x1b[201~\rrm -rf /\r\x03\x07c\u009b', { now: true });
  await waitFor(hub, id, 'confirmed');
  await expect.poll(() => readFile(out, 'utf8')).toBe('\x1b[200~a\nb[201~rm -rf /c\x1b[201~\r');
});

test('a NUL is refused, an empty prompt is refused', async () => {
  await start('raw');
  await expect(hub.send('raw', 'a\0b')).rejects.toMatchObject({ code: 'invalid' });
  await expect(hub.send('raw', '\x1b\x07')).rejects.toMatchObject({ code: 'invalid' });
  await expect(hub.send('raw', '漢'.repeat(400_000))).rejects.toMatchObject({ code: 'too-large' });
});

test('without "now" a program of unknown state is left alone', async () => {
  const out = await start('raw');
  const id = await hub.send('raw', 'hello');
  await expect.poll(async () => (await hub.prompts.handlers['prompts.get']({ id }, ask())).state).toBe('held');
  const receipt = await waitFor(hub, id, 'delivered', 0.3);
  expect(receipt).toMatchObject({ reached: false, state: 'held' });
  expect(receipt.reason).toContain('"now"');
  expect(await readFile(out, 'utf8')).toBe('');
});

test('a program that shows nothing gets the text and an honest receipt', async () => {
  const out = await start('quiet', true);
  const receipt = await waitFor(hub, await hub.send('quiet', 'secret', { now: true }), 'confirmed');
  expect(receipt.state).toBe('unverified');
  await expect.poll(() => readFile(out, 'utf8')).toBe('\x1b[200~secret\x1b[201~\r');
});

test('several lines to a program without bracketed paste are refused, or go line by line when asked for', async () => {
  const out = join(hub.folder, 'lines.txt');
  await writeFile(out, '');
  const script = `printf 'ready\\n'; while IFS= read -r l; do printf '%s|' "$l" >> '${out}'; done`;
  await hub.sessions.add('sh', { argv: ['sh', '-c', script], agent: 'custom' });
  await hub.sessions.until('sh', () => hub.sessions.text('sh').includes('ready'), { timeoutMs: 10_000 });
  const refused = await waitFor(hub, await hub.send('sh', 'one\ntwo', { now: true }), 'confirmed');
  expect(refused.state).toBe('failed');
  expect(refused.reason).toContain('"lines"');
  const sent = await waitFor(hub, await hub.send('sh', 'one\ntwo\nthree', { now: true, lines: true }), 'confirmed');
  expect(sent.state).toBe('confirmed');
  await expect.poll(() => readFile(out, 'utf8')).toBe('one|two|three|');
});
