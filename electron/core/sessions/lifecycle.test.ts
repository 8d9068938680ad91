/** Sessions from start to end over real tmux: what is refused, what is left behind, who may see what. */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agentCommand, ask, type Bench, createBench, createSink, start, startAgent, until } from './fixtures/bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await createBench();
});
afterEach(() => bench.end());

const h = () => bench.sessions.handlers;
const custom = (name: string, command: string, more: Record<string, unknown> = {}) =>
  start(bench, { agent: 'custom', name, cwd: bench.home, command, ...more });
const stateOf = (id: string) => bench.sessions.get(id)?.state;
/** Not a zombie either: where nothing reaps them they stay in the table. */
const alive = async (pid: number) =>
  !/\) [ZX] /.test(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => `${pid} () X `));

describe('start', () => {
  it.each([
    ['an unknown agent', { agent: 'nobody' }, 'not-found'],
    ['a missing folder', { agent: 'shell', cwd: '/no/such/folder' }, 'invalid'],
    ['a relative folder', { agent: 'shell', cwd: 'here' }, 'invalid'],
    ['a file as folder', { agent: 'shell', cwd: '/etc/passwd' }, 'invalid'],
    ['an agent that is not installed, with how to install it', { agent: 'goose' }, 'not-installed'],
    ['another node', { agent: 'shell', node: 'mars' }, 'not-found'],
    ['a custom session without a command', { agent: 'custom' }, 'invalid'],
    ['flags that cannot be split', { agent: 'custom', command: 'sleep', flags: '"' }, 'invalid'],
    ['the name of the deck', { agent: 'shell', name: 'deck' }, 'taken'],
  ])('refuses %s and leaves nothing', async (_what, input, code) => {
    const error = await (async () => start(bench, input))().catch((e: unknown) => e);
    expect(error).toMatchObject({ code });
    if (code === 'not-installed') expect(String(error)).toContain('brew install');
    expect(h()['sessions.list']({}, ask())).toEqual([]);
    expect(await bench.tmux('list-sessions', '-F', '#{session_name}')).toBe('deck\n');
    expect(bench.tokens.size).toBe(0);
  });

  it('names sessions by their agent, expands the home, refuses a taken and a bad name', async () => {
    const first = await start(bench, { agent: 'shell', cwd: '~' });
    const second = await start(bench, { agent: 'shell' });
    expect([first.name, second.name, first.cwd]).toEqual(['shell', 'shell-2', bench.home]);
    await expect(start(bench, { agent: 'shell', name: 'shell-2' })).rejects.toMatchObject({ code: 'taken' });
    expect(() => start(bench, { agent: 'shell', name: 'a b' })).toThrow();
    await bench.tmux('new-session', '-d', '-s', 'foreign', 'sleep 600');
    await expect(start(bench, { agent: 'shell', name: 'foreign' })).rejects.toMatchObject({ code: 'taken' });
    expect(bench.sessions.live.rows().length).toBe(2);
  });

  it('gives the program its environment, its own values last, and the marks to tmux', async () => {
    const s = await custom('env', 'env | grep -E "^(QD_|MINE)"; sleep 600', {
      env: { MINE: 'a b;$x', QD_SESSION: 'forged' },
    });
    await until('the environment', () => bench.sessions.text(s.id).includes('QD_URL'));
    const text = bench.sessions.text(s.id);
    for (const line of [
      `QD_SESSION=${s.id}`,
      'QD_SESSION_NAME=env',
      'QD_OWNER=test-owner',
      'QD_AGENT=custom',
      'MINE=a b;$x',
      'QD_TOKEN=token-of-env',
    ])
      expect(text).toContain(line);
    expect(text).toContain(`QD_EVENTS=${bench.dir}/data/events/`);
    expect(JSON.stringify(h()['sessions.list']({}, ask()))).not.toContain('token-of');
  });

  it('chooses the conversation id where the agent lets one, so that it is bound from the first moment', async () => {
    const s = await startAgent(bench, 'one');
    expect(s.conversationId).toMatch(/^[0-9a-f-]{36}$/);
    expect(s.command).toContain(`--session-id ${s.conversationId}`);
    const own = await start(bench, {
      agent: 'claude',
      command: agentCommand(),
      flags: '--session-id 11111111-1111-4111-8111-111111111111',
    });
    expect(own.command.match(/--session-id/g)?.length).toBe(1);
  });
});

describe('end', () => {
  it('takes the whole tree along, also what called setsid, and forgets the session', async () => {
    const inner = 'trap "" TERM HUP; echo $$ > inner.pid; while :; do sleep 600 & wait; done';
    await writeFile(join(bench.home, 'inner.sh'), inner);
    const s = await custom('tree', 'setsid bash inner.sh & setsid setsid sleep 601 & echo up; wait');
    const pid = Number(
      await until('the inner process', () => readFile(join(bench.home, 'inner.pid'), 'utf8').catch(() => '')),
    );
    await until('up', () => bench.sessions.text(s.id).includes('up'));
    expect(await alive(pid)).toBe(true);
    expect(await h()['sessions.stop']({ name: 'tree' }, ask())).toEqual({ stopped: true, id: s.id, name: 'tree' });
    expect(await alive(pid)).toBe(false);
    expect(bench.sessions.get(s.id)).toBeUndefined();
    expect(await bench.tmux('list-sessions', '-F', '#{session_name}')).toBe('deck\n');
    expect(bench.news.at(-1)).toEqual({ kind: 'session.removed', news: { id: s.id, name: 'tree' } });
    expect(bench.tokens.size).toBe(0);
  });

  it('shows the exit status and the last screen; a signal as shells number it', async () => {
    // It waits before it ends: tmux itself loses some of what is printed right before the end.
    const s = await custom('three', 'echo last words; read go; exit 3');
    const sink = createSink();
    await h()['sessions.terminal']({ name: 'three', scrollback: 100 }, ask(), sink);
    await until('its words', () => bench.sessions.text(s.id).includes('last words'));
    await h()['sessions.keys']({ name: 'three', keys: ['Enter'] }, ask());
    await until('its end', () => stateOf(s.id) === 'exited');
    expect(bench.sessions.get(s.id)).toMatchObject({ exit: { status: 3 }, needsYou: false });
    const { text } = await h()['sessions.screen']({ name: 'three', format: 'text', lines: 100 }, ask());
    expect(text).toContain('last words');
    await until('the viewer is told', () => sink.notices.some((n) => n.kind === 'exit' && n.status === 3));
    const killed = await custom('killed', 'exec sleep 600');
    // again and again: the first may come before the program is there to be interrupted
    await until('its end', async () => {
      await bench.tmux('send-keys', '-t', '=killed:', 'C-c').catch(() => undefined);
      return stateOf(killed.id) === 'exited';
    });
    expect(bench.sessions.get(killed.id)?.exit).toEqual({ status: 130 });
    await expect(bench.sessions.withInput(s.id, async () => undefined)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('never ends a session whose name only begins the same', async () => {
    await custom('ab', 'sleep 600');
    const other = await custom('abc', 'sleep 600');
    await h()['sessions.stop']({ name: 'ab' }, ask());
    expect((await bench.tmux('list-sessions', '-F', '#{session_name}')).split('\n')).toContain('abc');
    expect(bench.sessions.get(other.id)).toBeDefined();
  });
});

describe('again', () => {
  it('restart starts the program anew in its pane and says so; resume brings the conversation, without init prompts', async () => {
    const s = await startAgent(bench, 'one', '--log', join(bench.home, 'log'));
    await until('idle', () => stateOf(s.id) === 'idle');
    const sink = createSink();
    await h()['sessions.terminal']({ name: 'one', scrollback: 100 }, ask(), sink);
    await h()['sessions.keys']({ name: 'one', text: 'exit 4', keys: [] }, ask());
    await until('draft', () => bench.sessions.get(s.id)?.draft);
    await h()['sessions.keys']({ name: 'one', keys: ['Enter'] }, ask());
    await until('exited', () => stateOf(s.id) === 'exited');
    const restarted = await h()['sessions.restart']({ name: 'one', skipInit: false }, ask());
    expect(restarted.conversationId).not.toBe(s.conversationId);
    await until('idle again', () => stateOf(s.id) === 'idle');
    expect(sink.notices.some((n) => n.kind === 'restarted')).toBe(true);
    expect(bench.sessions.bracketed(s.id)).toBe(true);
    const started = () =>
      bench.news.filter((n) => n.kind === 'session.started').map((n) => (n.news as { fresh: boolean }).fresh);
    expect(started()).toEqual([true, true]);
    const resumed = await h()['sessions.resume']({ name: 'one', conversationId: 'latest' }, ask());
    expect(resumed).toMatchObject({ conversationId: restarted.conversationId, id: s.id });
    await until('the old conversation', () =>
      bench.sessions.text(s.id).includes(`resumed ${restarted.conversationId}`),
    );
    expect(started()).toEqual([true, true, false]);
  });

  it('edit changes what the next start does, and applies it when asked; a new folder must exist', async () => {
    const s = await custom('ed', 'echo in $PWD $X; sleep 600');
    await mkdir(join(bench.home, 'sub'));
    await expect(h()['sessions.edit']({ name: 'ed', cwd: '/none', apply: true }, ask())).rejects.toMatchObject({
      code: 'invalid',
    });
    const edited = await h()['sessions.edit'](
      {
        name: 'ed',
        rename: 'ed2',
        cwd: join(bench.home, 'sub'),
        env: { X: 'new' },
        tags: ['t'],
        init: ['hello'],
        paused: true,
        apply: true,
      },
      ask(),
    );
    expect(edited).toMatchObject({ id: s.id, name: 'ed2', tags: ['t'], paused: true });
    expect(bench.sessions.initPrompts(s.id)).toEqual(['hello']);
    await until('the new folder', () => bench.sessions.text(s.id).includes(`in ${bench.home}/sub new`));
    expect(await bench.tmux('list-sessions', '-F', '#{session_name}')).toBe('deck\ned2\n');
  });

  it('archive ends the process and keeps the session, wake brings it back under its id', async () => {
    const s = await custom('nap', 'echo up; sleep 600');
    expect(await h()['sessions.archive']({ name: 'nap' }, ask())).toMatchObject({ archived: true, state: 'exited' });
    expect(await bench.tmux('list-sessions', '-F', '#{session_name}')).toBe('deck\n');
    await expect(start(bench, { agent: 'shell', name: 'nap' })).rejects.toMatchObject({ code: 'taken' });
    expect(await h()['sessions.wake']({ name: 'nap' }, ask())).toMatchObject({ id: s.id, archived: false });
    await until('up', () => bench.sessions.text(s.id).includes('up'));
    await expect(h()['sessions.wake']({ name: 'nap' }, ask())).rejects.toMatchObject({ code: 'conflict' });
  });

  it('moves to another folder with the conversation that it has, and stays where it was when that fails', async () => {
    const s = await startAgent(bench, 'one');
    await until('idle', () => stateOf(s.id) === 'idle');
    await mkdir(join(bench.home, 'other'));
    const other = join(bench.home, 'other');
    await expect(bench.sessions.move(s.id, join(bench.home, 'none'))).rejects.toMatchObject({ code: 'invalid' });
    expect(bench.sessions.get(s.id)).toMatchObject({ cwd: bench.home, conversationId: s.conversationId });
    // Nothing was said yet, so there is no conversation to go on with.
    const { session, left } = await bench.sessions.move(s.id, other);
    expect({ id: session.id, cwd: session.cwd, left }).toEqual({ id: s.id, cwd: other, left: null });
    expect(await bench.tmux('list-panes', '-t', '=one:', '-F', '#{pane_current_path}')).toBe(`${other}\n`);
  });

  it('begins another like it in another folder, with its first prompts', async () => {
    const s = await custom('one', 'echo in $PWD $X; sleep 600', { env: { X: 'same' }, init: ['hello'], tags: ['t'] });
    await mkdir(join(bench.home, 'other'));
    await expect(bench.sessions.beside(s.id, 'one', bench.home)).rejects.toMatchObject({ code: 'taken' });
    const made = await bench.sessions.beside(s.id, 'two', join(bench.home, 'other'));
    expect(made).toMatchObject({ name: 'two', agent: 'custom', cwd: join(bench.home, 'other'), tags: ['t'] });
    expect(bench.sessions.initPrompts(made.id)).toEqual(['hello']);
    await until('the other folder', () => bench.sessions.text(made.id).includes(`in ${bench.home}/other same`));
    expect(bench.sessions.get(s.id)?.cwd).toBe(bench.home);
  });

  it('fork is refused where the agent has no way, with the reason', async () => {
    await custom('one', 'sleep 600');
    await expect(h()['sessions.fork']({ name: 'one', conversationId: 'abc' }, ask())).rejects.toMatchObject({
      code: 'unsupported',
    });
    const agent = await startAgent(bench, 'two');
    const copy = await h()['sessions.fork']({ name: 'two', as: 'three' }, ask());
    expect(copy.command).toContain(`--resume ${agent.conversationId} --fork-session`);
    expect(copy.id).not.toBe(agent.id);
  });

  it('a second change while one is under way is told so', async () => {
    await custom('slow', 'trap "" TERM HUP; while :; do sleep 1; done');
    const stopping = h()['sessions.stop']({ name: 'slow' }, ask());
    await expect(h()['sessions.restart']({ name: 'slow', skipInit: true }, ask())).rejects.toMatchObject({
      code: 'conflict',
    });
    await stopping;
  });
});

it('interrupt presses the keys of that agent, never two Escapes in a row', async () => {
  const s = await startAgent(bench, 'one');
  await until('idle', () => stateOf(s.id) === 'idle');
  await h()['sessions.keys']({ name: 'one', text: 'slow 60000', keys: [] }, ask());
  await until('draft', () => bench.sessions.get(s.id)?.draft);
  await h()['sessions.keys']({ name: 'one', keys: ['Enter'] }, ask());
  await until('working', () => stateOf(s.id) === 'working');
  expect((await h()['sessions.interrupt']({ name: 'one' }, ask())).sent).toEqual(['Escape']);
  await until('done', () => stateOf(s.id) === 'done');
  await expect(h()['sessions.interrupt']({ name: 'one' }, ask())).rejects.toMatchObject({ code: 'not-ready' });
});

it('a principal limited to one session finds and sees no other', async () => {
  const mine = await custom('mine', 'echo needle; sleep 600');
  const other = await custom('minefield', 'echo needle; sleep 600');
  await until('both', () => [mine, other].every((s) => bench.sessions.text(s.id).includes('needle')));
  const limited = ask([mine.id], ['read', 'type']);
  expect(h()['sessions.list']({}, limited)).toMatchObject([{ name: 'mine' }]);
  expect(await h()['sessions.search']({ q: 'needle', limit: 10 }, limited)).toMatchObject([
    { session: 'mine', text: 'needle' },
  ]);
  expect((await h()['sessions.search']({ q: 'NEEDLE', limit: 10 }, ask())).length).toBe(2);
  const { live, filter } = h()['sessions.rows']({}, limited);
  expect(live.snapshot(filter).rows.map((row) => row.name)).toEqual(['mine']);
  await expect(async () => h()['sessions.get']({ name: 'minefield' }, limited)).rejects.toMatchObject({
    code: 'not-found',
  });
  await expect(
    h()['sessions.terminal']({ name: other.id, scrollback: 0 }, limited, createSink()),
  ).rejects.toMatchObject({ code: 'not-found' });
  // `a` that is gone must not become `ab`: only the command line completes names, for people.
  for (const name of ['min', 'minefiel', mine.id.slice(0, -1)])
    await expect(async () => h()['sessions.get']({ name }, ask())).rejects.toMatchObject({ code: 'not-found' });
});

describe('upload', () => {
  const put = (path: string, text = 'x', overwrite = false) =>
    h()['sessions.upload']({ name: 'up', path, content: Buffer.from(text).toString('base64'), overwrite }, ask());
  beforeEach(async () => {
    await custom('up', 'sleep 600');
  });

  it('writes inside the folder, folders made on the way, nothing overwritten unasked', async () => {
    expect(await put('a/b/c.txt', 'hello')).toEqual({ path: join(bench.home, 'a/b/c.txt'), size: 5 });
    expect(await readFile(join(bench.home, 'a/b/c.txt'), 'utf8')).toBe('hello');
    await expect(put('a/b/c.txt')).rejects.toMatchObject({ code: 'conflict' });
    await put('a/b/c.txt', 'two', true);
    expect(await readFile(join(bench.home, 'a/b/c.txt'), 'utf8')).toBe('two');
  });

  it.each([
    '../out',
    'a/../../out',
    '/etc/out',
    'a//b',
    './x',
    'a/.',
    '.git/hooks/pre-commit',
    'sub/.GIT/config',
    'bad\0name',
    'x/',
    '',
  ])('refuses %j', async (path) => {
    await expect(put(path)).rejects.toMatchObject({ code: 'invalid' });
  });

  it('does not write through links, dangling ones included', async () => {
    await mkdir(join(bench.dir, 'outside'));
    await writeFile(join(bench.dir, 'outside/file'), 'safe');
    await symlink(join(bench.dir, 'outside'), join(bench.home, 'dir'));
    await symlink(join(bench.dir, 'outside/file'), join(bench.home, 'file'));
    await symlink(join(bench.dir, 'outside/new'), join(bench.home, 'dangling'));
    for (const path of ['dir/x', 'file', 'dangling', 'dir/deep/er/x'])
      await expect(put(path, 'evil', true)).rejects.toMatchObject({ code: 'invalid' });
    expect(await readFile(join(bench.dir, 'outside/file'), 'utf8')).toBe('safe');
  });
});

it('the screen as text, with colours and with history', async () => {
  const s = await custom('scr', 'seq 1 100; printf "\\033[31mred\\033[0m"; sleep 600', { rows: 10 });
  await until('drawn', () => bench.sessions.text(s.id).includes('red'));
  const plain = await h()['sessions.screen']({ name: 'scr', format: 'text' }, ask());
  expect(plain.lines.length).toBe(10);
  expect(plain.text).toContain('100\nred');
  expect((await h()['sessions.screen']({ name: 'scr', format: 'ansi' }, ask())).text).toContain('\x1b[31mred');
  const long = await h()['sessions.screen']({ name: 'scr', format: 'json', lines: 60 }, ask());
  expect(long.lines.length).toBe(60);
  expect(long.lines.slice(0, 2)).toEqual(['42', '43']);
});

it('what recorded screens read as, through the same readers', async () => {
  const file = new URL('../../../e2e/recordings/claude/approval-1.json', import.meta.url);
  const capture: unknown = JSON.parse(await readFile(file, 'utf8'));
  const [reading] = await h()['sessions.explainRecorded']({ captures: [{ file: 'x.json', capture }] }, ask([]));
  expect(reading).toMatchObject({ file: 'x.json', agent: 'claude', state: 'approval', needsYou: true });
  await expect(h()['sessions.explainRecorded']({ captures: [{ file: 'y', capture: 7 }] }, ask())).rejects.toMatchObject(
    { code: 'invalid' },
  );
});
