import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLogFiles } from './log-files.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'qd-log-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const linesOf = async (name: string) => (await readFile(join(dir, name), 'utf8')).split('\n').slice(0, -1);

it('rotates by size, keeps the newest files, 0600, no line torn or lost between them', async () => {
  const files = openLogFiles({ dir, files: 3, bytes: 1000 });
  for (let n = 0; n < 100; n++) {
    files.write(`line ${n} ${'x'.repeat(40)}`);
    if (n % 7 === 0) await files.flush();
  }
  await files.close();
  const names = ['qd.log.2', 'qd.log.1', 'qd.log'];
  expect((await readdir(dir)).sort()).toEqual([...names].reverse());
  const all: string[] = [];
  for (const name of names) {
    const info = await stat(join(dir, name));
    expect(info.size).toBeLessThanOrEqual(1000);
    expect(info.mode & 0o777).toBe(0o600);
    all.push(...(await linesOf(name)));
  }
  const numbers = all.map((line) => Number(/^line (\d+) x{40}$/.exec(line)?.[1]));
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => 100 - numbers.length + i));
  expect(numbers.length).toBeGreaterThan(40);
});

it('makes one line of a text with line ends, and appends after a restart', async () => {
  const first = openLogFiles({ dir });
  first.write('a\nb\r\nc');
  await first.close();
  const second = openLogFiles({ dir });
  second.write('d');
  await second.close();
  expect(await linesOf('qd.log')).toEqual(['a b c', 'd']);
});

it('does not throw, hang or grow when the disk refuses, and says later how many lines are missing', async () => {
  const parent = join(dir, 'parent');
  const files = openLogFiles({ dir: join(parent, 'logs'), waiting: 50 });
  for (let n = 0; n < 1000; n++) files.write(`lost ${n}`);
  await files.flush();
  await mkdir(parent);
  files.write('back');
  await files.close();
  const lines = await linesOf('parent/logs/qd.log');
  expect((await stat(join(parent, 'logs'))).mode & 0o777).toBe(0o700);
  expect(lines.at(-1)).toBe('back');
  expect(lines[0]).toMatch(/\d+ lines were lost/);
});

it('keeps lines of two writers whole', async () => {
  const writers = [openLogFiles({ dir }), openLogFiles({ dir })];
  for (let n = 0; n < 300; n++)
    for (const [who, writer] of writers.entries()) writer.write(`${who}${'y'.repeat(5000)}${who}`);
  await Promise.all(writers.map((writer) => writer.close()));
  for (const name of await readdir(dir)) {
    for (const line of await linesOf(name)) expect(/^(?:0y{5000}0|1y{5000}1)$/.test(line)).toBe(true);
  }
});
