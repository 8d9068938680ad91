import { appendFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { testHost } from '../fixtures/host.ts';
import { readLines } from './lines.ts';

let dir = '';
let file = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'qd-lines-'));
  file = join(dir, 'a.jsonl');
});
afterEach(() => rm(dir, { recursive: true }));

async function read(from: number, more: { chunk?: number; maxLine?: number; skip?: (head: string) => boolean } = {}) {
  const lines: unknown[] = [];
  const { offset } = await readLines(testHost(dir), file, {
    from,
    to: (await stat(file)).size,
    line: (value) => lines.push(value),
    ...more,
  });
  return { lines, offset };
}

it('goes on where it stopped, with a torn last line left for later', async () => {
  await writeFile(file, '{"n":1}\r\n\n{"n":2}\n{"n":');
  const first = await read(0);
  expect(first).toEqual({ lines: [{ n: 1 }, { n: 2 }], offset: 18 });
  await appendFile(file, '3}\n{"n":4}\n');
  expect((await read(first.offset)).lines).toEqual([{ n: 3 }, { n: 4 }]);
});

it('takes a whole last object without its line end, once', async () => {
  await writeFile(file, '{"n":1}\n{"n":2}');
  const first = await read(0);
  expect(first.lines).toEqual([{ n: 1 }, { n: 2 }]);
  await appendFile(file, '\n{"n":3}\n');
  expect((await read(first.offset)).lines).toEqual([{ n: 3 }]);
});

it('leaves out what is no JSON, and lines beyond all measure', async () => {
  await writeFile(file, `\u0000\u0000\n{"n":1}\nhalf{"\n{"big":"${'x'.repeat(5000)}"}\n{"n":2}\n`);
  expect((await read(0, { chunk: 64, maxLine: 1000 })).lines).toEqual([{ n: 1 }, { n: 2 }]);
});

it('is the same for every chunk size, characters of several bytes included', async () => {
  const values = Array.from({ length: 40 }, (_, n) => ({ n, text: '日本🙂é'.repeat(n) }));
  await writeFile(file, values.map((value) => `${JSON.stringify(value)}\n`).join(''));
  for (const chunk of [1, 2, 3, 7, 64, 4096]) expect((await read(0, { chunk })).lines).toEqual(values);
});

it('does not parse lines that are known to say nothing', async () => {
  await writeFile(file, '{"type":"big","broken\n{"n":1}\n');
  expect((await read(0, { skip: (head) => head.startsWith('{"type":"big"') })).lines).toEqual([{ n: 1 }]);
});
