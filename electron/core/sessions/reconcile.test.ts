/** Table and tmux brought together: after crashes at every step, after changes by plain tmux, never those of others. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ask, type Bench, createBench, createSink, start, startAgent, until } from './fixtures/bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await createBench();
});
afterEach(() => bench.end());

const h = () => bench.sessions.handlers;
const custom = (name: string, command = 'echo up; sleep 600', more: Record<string, unknown> = {}) =>
  start(bench, { agent: 'custom', name, cwd: bench.home, command, ...more });
const names = async () => (await bench.tmux('list-sessions', '-F', '#{session_name}')).trim().split('\n').sort();
const report = () => h()['sessions.restoreReport']({}, ask());

it('after a restart of the hub every session is back: id, folder, state, screen byte for byte', async () => {
  const shells = await Promise.all(
    Array.from({ length: 5 }, (_, i) => custom(`s${i}`, `seq 1 ${50 * i}; printf "\\e[1mend ${i}"; sleep 600`)),
  );
  const agent = await startAgent(bench, 'agent');
  await until('all are up', () => shells.every((s, i) => bench.sessions.text(s.id).includes(`end ${i}`)));
  await until('idle', () => bench.sessions.get(agent.id)?.state === 'idle');
  const before = new Map([...shells, agent].map((s) => [s.id, bench.sessions.text(s.id)]));
  await bench.restart();
  expect((await report()).rows.map((r) => r.result)).toEqual(Array(6).fill('back'));
  for (const s of [...shells, agent]) {
    await bench.sessions.read(s.id);
    expect(bench.sessions.text(s.id)).toBe(before.get(s.id));
    const rows = (await bench.tmux('capture-pane', '-p', '-t', `=${s.name}:`))
      .split('\n')
      .map((l) => l.replace(/ +$/, ''));
    expect(bench.sessions.text(s.id)).toBe(rows.slice(0, 40).join('\n'));
    expect(bench.sessions.get(s.id)).toMatchObject({ name: s.name, cwd: s.cwd, createdAt: s.createdAt });
  }
  await until('its state again', () => bench.sessions.get(agent.id)?.state === 'idle');
  expect(bench.sessions.bracketed(agent.id)).toBe(true);
  const sink = createSink();
  await h()['sessions.terminal']({ name: 's4', scrollback: 5000 }, ask(), sink);
  await until('the whole history', () => sink.text().includes('\n2\r\n') && sink.text().includes('end 4'));
});

it('a crash between table and tmux leaves no ghost', async () => {
  const s = await custom('half');
  await bench.stop().catch(() => undefined);
  const { openDb } = await import('../../platform/sqlite.ts');
  const db = openDb(`${bench.dir}/core.db`);
  // As if the hub had died right after it wrote the row, before tmux heard of it.
  db.exec("UPDATE sessions SET phase = 'starting', id = 's_ghost', name = 'ghost'");
  db.close();
  await bench.restart().catch(() => undefined);
  expect(bench.sessions.get('s_ghost')).toBeUndefined();
  // The one that tmux has carries our mark: it is adopted under its own id.
  expect(bench.sessions.get(s.id)).toMatchObject({ name: 'half' });
  expect((await report()).rows).toMatchObject([{ id: s.id, result: 'adopted' }]);
});

it('a crash between tmux and table leaves no orphan', async () => {
  const s = await custom('made');
  bench.db.exec("UPDATE sessions SET phase = 'starting'");
  await bench.restart();
  expect((await report()).rows).toMatchObject([{ id: s.id, result: 'back' }]);
  await until('live', () => bench.sessions.text(s.id).includes('up'));
});

it('a crash while a session is being stopped or archived ends it at the next start', async () => {
  await custom('stopping');
  const archived = await custom('archived');
  bench.db.exec('UPDATE sessions SET phase = name');
  await bench.restart();
  expect(await names()).toEqual(['deck']);
  expect(h()['sessions.list']({}, ask())).toMatchObject([{ id: archived.id, archived: true }]);
});

it('reports what is lost and brings it back by name or all, under the same id', async () => {
  const [a, b, c] = [
    await custom('a'),
    await custom('b'),
    await custom('c', 'echo up; sleep 600', { cwd: bench.home }),
  ];
  await bench.stop();
  await bench.tmux('kill-server');
  await bench.restart().catch(() => undefined);
  const { rows } = await report();
  expect(rows.map((r) => [r.name, r.result, r.restore])).toEqual([
    ['a', 'lost', 'restart'],
    ['b', 'lost', 'restart'],
    ['c', 'lost', 'restart'],
  ]);
  expect(bench.sessions.get(a.id)).toMatchObject({ state: 'exited' });
  expect(await h()['sessions.restore']({ names: ['a', 'nobody'] }, ask())).toMatchObject([
    { name: 'a', ok: true },
    { name: 'nobody', ok: false },
  ]);
  expect((await h()['sessions.restore']({}, ask())).map((r) => [r.name, r.ok])).toEqual([
    ['b', true],
    ['c', true],
  ]);
  await until('all up', () => [a, b, c].every((s) => bench.sessions.text(s.id).includes('up')));
  expect(await names()).toEqual(['a', 'b', 'c', 'deck']);
});

it('follows a rename by plain tmux, gives a bad name back', async () => {
  const s = await custom('old');
  await custom('taken');
  await bench.tmux('rename-session', '-t', '=old', 'new');
  await until('the new name', () => bench.sessions.get(s.id)?.name === 'new');
  expect(bench.sessions.get(s.id)?.attach.at(-1)).toBe('=new');
  await bench.tmux('rename-session', '-t', '=new', 'not a name');
  await until('tmux has ours again', async () => (await names()).includes('new'));
  expect(bench.sessions.get(s.id)?.name).toBe('new');
});

it('a session killed by plain tmux is shown as ended and can come back', async () => {
  const s = await custom('gone');
  await bench.tmux('kill-session', '-t', '=gone');
  await until('ended', () => bench.sessions.get(s.id)?.state === 'exited');
  expect(h()['sessions.list']({}, ask())).toMatchObject([{ id: s.id, exit: { status: null }, attach: [] }]);
  expect(await h()['sessions.restore']({ names: ['gone'] }, ask())).toMatchObject([{ ok: true }]);
  await until('up', () => bench.sessions.text(s.id).includes('up'));
});

it('lists foreign sessions and adopts one only when asked, never one of another owner', async () => {
  await bench.tmux('new-session', '-d', '-s', 'my work', '-x', '90', '-y', '20', 'echo hello; sleep 600');
  await bench.tmux('new-session', '-d', '-s', 'theirs', '-e', 'QD_OWNER=other', 'sleep 600');
  await bench.tmux('set-option', '-t', '=theirs:', '@qd_markers', await marks('other'));
  const foreign = await h()['sessions.foreign']({}, ask());
  expect(foreign.map((f) => f.name)).toEqual(['my work']);
  expect(h()['sessions.list']({}, ask())).toEqual([]);
  await expect(h()['sessions.adopt']({ tmux: 'theirs', agent: 'custom' }, ask())).rejects.toMatchObject({
    code: 'refused',
  });
  await expect(h()['sessions.adopt']({ tmux: 'none', agent: 'custom' }, ask())).rejects.toMatchObject({
    code: 'not-found',
  });
  const s = await h()['sessions.adopt']({ tmux: 'my work', agent: 'custom' }, ask());
  expect(s).toMatchObject({ name: 'my-work', agent: 'custom' });
  await until('its screen', () => bench.sessions.text(s.id).includes('hello'));
  await bench.restart();
  expect((await report()).rows).toMatchObject([{ id: s.id, result: 'back' }]);
  expect(await names()).toEqual(['deck', 'my-work', 'theirs']);
});

/** The markers as the engine writes them, taken from a session of ours with another owner's name put in. */
async function marks(owner: string): Promise<string> {
  const s = await custom('sample');
  const text = await bench.tmux('show-options', '-v', '-t', '=sample:', '@qd_markers');
  await h()['sessions.stop']({ name: s.name }, ask());
  return text.trim().replace('test-owner', owner);
}

it('a start is not mistaken for a loss while changes rain in', async () => {
  const started = await Promise.all(Array.from({ length: 12 }, (_, i) => custom(`p${i}`)));
  await until('all are up', () => started.every((s) => bench.sessions.text(s.id).includes('up')));
  expect(bench.sessions.live.rows().every((s) => s.state !== 'exited')).toBe(true);
  expect((await names()).length).toBe(13);
});
