/** The state of a session as it is published: a scripted agent in real tmux, its events file, a clock that can be turned. */
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Session } from '../../../shared/contract/sessions.ts';
import { type Clock, systemClock } from '../../kernel/clock.ts';
import { ask, type Bench, createBench, createSink, start, startAgent, until } from './fixtures/bench.ts';

let bench: Bench;
afterEach(() => bench.end());

const h = () => bench.sessions.handlers;
const stateOf = (id: string) => bench.sessions.get(id)?.state;
/** All states that were published, without repeats. */
const states = (id: string) =>
  bench.news
    .filter((n) => n.kind === 'session.state')
    .map((n) => (n.news as { session: Session }).session)
    .filter((s) => s.id === id)
    .map((s) => s.state)
    .filter((s, i, all) => s !== all[i - 1]);
const submit = async (id: string, text: string) => {
  await bench.sessions.withInput(id, async (typist) => {
    await typist.paste(text);
    await until('the text', () => bench.sessions.text(id).includes(text));
    await typist.keys('Enter');
  });
};
const hook = (id: string, event: string, more: Record<string, unknown> = {}) =>
  appendFile(
    join(bench.dir, 'data/events', `${id}.jsonl`),
    `${JSON.stringify({ v: 1, at: Date.now(), agent: 'claude', session: 'one', event, cut: false, in: { session_id: '22222222-2222-4222-8222-222222222222', hook_event_name: event, ...more } })}\n`,
  );

it('walks through the states of a working day, each once, without flicker', async () => {
  bench = await createBench();
  const s = await startAgent(bench, 'one', '--login', '1', '--trust', '1', '--boot', '300');
  for (const [state, act] of [
    ['login', () => h()['sessions.keys']({ name: 'one', keys: ['Enter'] }, ask())],
    ['trust', () => h()['sessions.keys']({ name: 'one', keys: ['Enter'] }, ask())],
    ['idle', () => submit(s.id, 'slow 800')],
    ['working', undefined],
    ['done', () => submit(s.id, 'tool rm x')],
    ['approval', () => h()['sessions.keys']({ name: 'one', text: '2', keys: [] }, ask())],
    ['working', undefined],
    ['done', () => submit(s.id, 'choose')],
    ['question', () => h()['sessions.keys']({ name: 'one', keys: ['Enter'] }, ask())],
    ['done', () => submit(s.id, 'error')],
    ['error', () => submit(s.id, 'quote this')],
    ['done', () => submit(s.id, 'exit 0')],
    ['exited', undefined],
  ] as const) {
    await until(state, () => stateOf(s.id) === state);
    await act?.();
  }
  expect(states(s.id)).toEqual(
    'starting login trust idle working done working approval working done working question done working error working done working exited'.split(
      ' ',
    ),
  );
});

it('a change on the screen is published within 300 ms', async () => {
  bench = await createBench();
  const s = await startAgent(bench, 'one', '--log', join(bench.home, 'log'));
  await until('idle', () => stateOf(s.id) === 'idle');
  const late: number[] = [];
  for (let i = 0; i < 5; i += 1) {
    await submit(s.id, `slow 150 tool ls ${i}`);
    // The title turns in the same write as the dialog is drawn: raw bytes tell when tmux had it.
    await until('the dialog in the terminal', () => bench.sessions.text(s.id).includes('Do you want to proceed?'));
    const shown = Date.now();
    await until('approval', () => stateOf(s.id) === 'approval');
    late.push(Date.now() - shown);
    await h()['sessions.keys']({ name: 'one', text: '1', keys: [] }, ask());
    await until('done', () => stateOf(s.id) === 'done');
  }
  expect(Math.max(...late)).toBeLessThan(300);
});

it('hook events count, tell of prompts and bind the conversation; a dialog on the screen still goes before them', async () => {
  bench = await createBench();
  const s = await startAgent(bench, 'one');
  await until('idle', () => stateOf(s.id) === 'idle');
  await hook(s.id, 'UserPromptSubmit', { prompt: 'do it' });
  await submit(s.id, 'tool ls');
  await until('the event', () => bench.news.find((n) => n.kind === 'session.event'));
  expect(bench.news.find((n) => n.kind === 'session.event')?.news).toMatchObject({
    id: s.id,
    kind: 'prompt',
    text: 'do it',
  });
  expect(bench.sessions.get(s.id)?.conversationId).toBe('22222222-2222-4222-8222-222222222222');
  await until('approval', () => stateOf(s.id) === 'approval');
  await hook(s.id, 'PreToolUse', { tool_name: 'Bash' });
  await h()['sessions.keys']({ name: 'one', keys: ['Down'] }, ask());
  await until('the second event', () => bench.news.filter((n) => n.kind === 'session.event').length === 2);
  expect(stateOf(s.id)).toBe('approval');
  const told = await h()['sessions.explain']({ name: 'one' }, ask());
  expect(told.sources.find((x) => x.source === 'event')).toMatchObject({ state: 'working', believed: false });
  expect(told.dialog).toMatchObject({ kind: 'approval', subject: 'ls' });
});

it('events of before the last start are of the past', async () => {
  bench = await createBench();
  const s = await startAgent(bench, 'one');
  await until('idle', () => stateOf(s.id) === 'idle');
  await hook(s.id, 'StopFailure', { error: 'rate_limit' });
  await h()['sessions.keys']({ name: 'one', text: 'x', keys: [] }, ask());
  await until('ratelimit', () => stateOf(s.id) === 'ratelimit');
  await h()['sessions.restart']({ name: 'one', skipInit: true }, ask());
  await until('idle', () => stateOf(s.id) === 'idle');
  await bench.restart();
  await until('idle after a restart of the hub', () => stateOf(s.id) === 'idle');
});

it('an interrupt typed by a person ends a turn at once, though an event claims work', async () => {
  bench = await createBench();
  const s = await startAgent(bench, 'one');
  await until('idle', () => stateOf(s.id) === 'idle');
  const end = await h()['sessions.terminal']({ name: 'one', scrollback: 0 }, ask(), createSink());
  await submit(s.id, 'slow 60000');
  await hook(s.id, 'UserPromptSubmit', { prompt: 'slow 60000' });
  await until('the event', () => bench.news.some((n) => n.kind === 'session.event'));
  await until('working', () => stateOf(s.id) === 'working');
  end.bytes(Buffer.from('\x1b'));
  const at = Date.now();
  await until('done', () => stateOf(s.id) === 'done');
  expect(Date.now() - at).toBeLessThan(1000);
});

/** Real time with a hand on the dial; `every` runs only when turned. */
function dial(): Clock & { turn(ms: number): void } {
  let ahead = 0;
  const rounds = new Set<() => void>();
  return {
    now: () => Date.now() + ahead,
    after: systemClock.after,
    every(_ms, run) {
      rounds.add(run);
      return () => void rounds.delete(run);
    },
    turn(ms) {
      ahead += ms;
      for (const run of rounds) run();
    },
  };
}

it('says that a working session stalls, when nothing shows work', async () => {
  const clock = dial();
  bench = await createBench({ clock, set: { 'sessions.stallMinutes': 5 } });
  const s = await startAgent(bench, 'one');
  await until('idle', () => stateOf(s.id) === 'idle');
  await submit(s.id, 'stall');
  await until('working', () => stateOf(s.id) === 'working');
  const stalled = () => bench.sessions.get(s.id)?.stalled;
  clock.turn(60_000);
  expect(stalled()).toBe(false);
  clock.turn(200_000);
  await until('two looks', async () => {
    clock.turn(60_000);
    return stalled();
  });
  await h()['sessions.keys']({ name: 'one', keys: ['Escape'] }, ask());
  await until('it is over', () => stateOf(s.id) === 'done' && stalled() === false);
});

it('a silent session that uses the CPU does not stall', async () => {
  const clock = dial();
  bench = await createBench({ clock, set: { 'sessions.stallMinutes': 1 } });
  const s = await startAgent(bench, 'one');
  await until('idle', () => stateOf(s.id) === 'idle');
  await submit(s.id, 'burn');
  await until('working', () => stateOf(s.id) === 'working');
  const stats = () => bench.sessions.get(s.id)?.stalled;
  for (let i = 0; i < 5; i += 1) {
    // CPU time passes in real time only; the dial turns the rest.
    await burned(bench);
    clock.turn(90_000);
    expect(stats()).toBe(false);
  }
});

/** Resolves when the processes of the bench's sessions used a third of a second of CPU more. */
async function burned(of: Bench): Promise<void> {
  const pid = Number(await of.tmux('list-panes', '-t', '=one:', '-F', '#{pane_pid}'));
  const used = async () => {
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  };
  const before = await used();
  await until('CPU time', async () => (await used()) - before > 33);
}

it('tells the branch, also of a worktree and of a detached head, and follows it', async () => {
  bench = await createBench();
  const git = join(bench.home, 'repo/.git');
  await mkdir(join(git, 'worktrees/w'), { recursive: true });
  await mkdir(join(bench.home, 'repo/deep/er'), { recursive: true });
  await mkdir(join(bench.home, 'tree'));
  await writeFile(join(git, 'HEAD'), 'ref: refs/heads/feature/x\n');
  await writeFile(join(git, 'worktrees/w/HEAD'), `${'a1b2c3d4'.repeat(5)}\n`);
  await writeFile(join(bench.home, 'tree/.git'), `gitdir: ${git}/worktrees/w\n`);
  const a = await start(bench, {
    agent: 'custom',
    name: 'a',
    cwd: join(bench.home, 'repo/deep/er'),
    command: 'read x; exit 0',
  });
  const b = await start(bench, { agent: 'custom', name: 'b', cwd: join(bench.home, 'tree'), command: 'sleep 600' });
  const c = await start(bench, { agent: 'custom', name: 'c', cwd: '/', command: 'sleep 600' });
  await until(
    'branches',
    () => bench.sessions.get(a.id)?.branch === 'feature/x' && bench.sessions.get(b.id)?.branch === 'a1b2c3d',
  );
  expect(bench.sessions.get(c.id)?.branch).toBeNull();
  await writeFile(join(git, 'HEAD'), 'ref: refs/heads/main\n');
  await h()['sessions.keys']({ name: 'a', keys: ['Enter'] }, ask());
  await until('the new branch', () => bench.sessions.get(a.id)?.branch === 'main');
});

it('until waits for a reading, gives up at its deadline and at a signal', async () => {
  bench = await createBench();
  const s = await startAgent(bench, 'one');
  const idle = await bench.sessions.until(s.id, (r) => r.state === 'idle', { timeoutMs: 10_000 });
  expect(idle?.composer?.text).toBe('');
  expect(await bench.sessions.until(s.id, (r) => r.state === 'working', { timeoutMs: 100 })).toBeNull();
  const aborted = new AbortController();
  const waiting = bench.sessions.until(s.id, () => false, { timeoutMs: 60_000, signal: aborted.signal });
  aborted.abort();
  expect(await waiting).toBeNull();
  await bench.sessions.settled(s.id, 100, 5000);
  expect(() => bench.sessions.resolve('nobody')).toThrow('no session');
});
