/** Kills the core at random moments while prompts are on their way: none may be lost, none may come twice. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createBus } from '../../kernel/bus.ts';
import { openDb } from '../../platform/sqlite.ts';
import { createTestSessions, type TestSessions } from './fixtures/terminals.ts';

const SESSIONS = 12;
const EACH = 17;
const AGENT = resolve(import.meta.dirname, '../../../e2e/agent.mjs');
const CHILD = join(import.meta.dirname, 'fixtures/crash-child.ts');

let folder: string;
let socket: string;
let world: TestSessions;
let child: ChildProcess | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qd-crash-'));
  socket = `qd-test-${crypto.randomUUID().slice(0, 12)}`;
  world = createTestSessions(
    socket,
    createBus(() => undefined),
  );
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await world.close(true);
  await rm(folder, { recursive: true, force: true });
});

const log = (name: string) => join(folder, `${name}.jsonl`);
const took = async (name: string): Promise<string[]> =>
  (await readFile(log(name), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; text: string })
    .filter((line) => line.kind === 'prompt')
    .map((line) => line.text);

test(`${SESSIONS * EACH} prompts over ${SESSIONS} sessions with kills at random: each arrives once`, {
  timeout: 240_000,
}, async () => {
  const names = Array.from({ length: SESSIONS }, (_, i) => `c${i}`);
  for (const [i, name] of names.entries()) {
    // Slow and fast agents, and one that loses an Enter now and then.
    const manner = [['--echo', '40'], [], ['--deaf', '320'], ['--work', '150'], ['--echo', '200'], []][i % 6] ?? [];
    await world.add(name, { argv: [process.execPath, AGENT, '--log', log(name), '--work', '30', ...manner] });
  }
  for (const name of names) await world.until(name, (r) => r.composer !== null, { timeoutMs: 15_000 });
  const wanted = names.flatMap((name) =>
    Array.from({ length: EACH }, (_, n) => ({
      name,
      id: `${name}-${n}`,
      text: `say ${name}-${n}${n % 5 === 0 ? '\nsecond line' : ''}`,
    })),
  );
  const open = new Map(wanted.map((w) => [w.id, w]));
  let kills = 0;
  let seed = 20_240_611;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  const db = join(folder, 'core.db');
  const states = () => {
    const store = openDb(db);
    try {
      return store
        .prepare<{ state: string; n: number }>('SELECT state, count(*) AS n FROM prompts GROUP BY state')
        .all();
    } finally {
      store.close();
    }
  };
  for (;;) {
    const core = fork(CHILD, [db, socket, ...names], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child = core;
    const gone = once(core, 'exit');
    await once(core, 'message');
    core.on('message', (id) => open.delete(String(id)));
    // A client repeats what it got no answer for, under the same id.
    for (const prompt of open.values()) core.send(prompt);
    const last = kills >= 30;
    const stop = setTimeout(() => core.kill('SIGKILL'), last ? 150_000 : 100 + random() * 900);
    if (last) {
      while (states().some((s) => ['queued', 'held', 'delivering', 'delivered'].includes(s.state)) || open.size > 0) {
        await new Promise((done) => setTimeout(done, 250));
        if (core.exitCode !== null || core.signalCode !== null) break;
      }
      core.kill('SIGKILL');
    }
    await gone;
    clearTimeout(stop);
    kills += 1;
    if (last) break;
  }
  expect(states(), 'all settled').toEqual([{ state: 'confirmed', n: wanted.length }]);
  for (const name of names) {
    const expected = wanted.filter((w) => w.name === name).map((w) => w.text);
    const got = await took(name);
    expect(
      got.filter((text, i) => got.indexOf(text) !== i),
      'came twice',
    ).toEqual([]);
    expect(
      expected.filter((text) => !got.includes(text)),
      'never came',
    ).toEqual([]);
    expect(got, 'in order').toEqual(expected);
  }
});
