/** Terminals over real tmux: what viewers see, whose size it is, floods and gaps. */
import { afterEach, expect, it } from 'vitest';
import type { PipeEnd } from '../../kernel/handlers.ts';
import type { Screen } from '../../platform/ports.ts';
import { createScreen } from '../../platform/screen.ts';
import { ask, type Bench, createBench, createSink, start, type TestSink, until } from './fixtures/bench.ts';

let bench: Bench;
afterEach(() => bench.end());

const open = (name: string, sink: TestSink, more: Record<string, unknown> = {}): Promise<PipeEnd> =>
  bench.sessions.handlers['sessions.terminal']({ name, scrollback: 1000, ...more }, ask(), sink);
const type = (name: string, text: string) =>
  bench.sessions.handlers['sessions.keys']({ name, text, keys: ['Enter'] }, ask());
const shell = async (name: string, more: Record<string, unknown> = {}) => {
  const session = await start(bench, {
    agent: 'custom',
    name,
    cwd: bench.home,
    command: 'exec bash --norc --noprofile',
    env: { PS1: '$ ' },
    cols: 80,
    rows: 24,
    ...more,
  });
  await until('a prompt', () => bench.sessions.text(session.id).includes('$'));
  return session;
};
/** A viewer's terminal: what it shows after everything it was sent. */
const shown = async (sink: TestSink, size = { cols: 80, rows: 24 }): Promise<Screen> => {
  const screen = createScreen({ ...size, scrollback: 5000 });
  for (const chunk of sink.chunks) screen.write(chunk);
  await screen.settled();
  return screen;
};
const captured = async (name: string) =>
  (await bench.tmux('capture-pane', '-p', '-t', `=${name}:`)).split('\n').map((l) => l.replace(/ +$/, ''));
/** The viewer, the hub's own screen and tmux show the same. */
const agree = (id: string, name: string, sink: TestSink) =>
  until(
    'the same picture everywhere',
    async () => {
      const rows = (await captured(name)).slice(0, 24);
      const viewer = (await shown(sink)).view();
      return JSON.stringify(viewer.lines) === JSON.stringify(rows) && bench.sessions.text(id) === rows.join('\n');
    },
    20_000,
  );

it('gives a screen, then bytes, and types what the viewer sends', async () => {
  bench = await createBench();
  const s = await shell('one');
  const sink = createSink();
  const end = await open('one', sink);
  await until('a screen', () => sink.text().includes('$'));
  expect(sink.notices.map((n) => n.kind)).toEqual(['size', 'screen']);
  end.bytes(Buffer.from('echo h\xc3\xa9llo $((6*7))\r', 'latin1'));
  await until('its echo', () => sink.text().includes('héllo 42'));
  expect(bench.sessions.typedAt(s.id)).toBeGreaterThan(0);
  expect(bench.news.some((n) => n.kind === 'session.typed')).toBe(true);
  await agree(s.id, 'one', sink);
});

it('a viewer that comes late gets history, modes and the alternate screen, without hole or double', async () => {
  bench = await createBench();
  const s = await shell('one');
  await type(
    'one',
    'seq 1 500; printf "\\e[?1049h\\e[?2004h\\e[?1h\\e[?1002h\\e[?1006h\\e[5 q\\e[HALT"; sleep 0.2; i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo "line $i"; sleep 0.002; done; read x',
  );
  await until('the alternate screen', () => bench.sessions.text(s.id).includes('line 20'));
  const sinks = [];
  for (let i = 0; i < 8; i += 1) {
    const sink = createSink();
    sinks.push(sink);
    await open('one', sink);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until('the end', () => bench.sessions.text(s.id).includes('line 400'));
  for (const sink of sinks) {
    await agree(s.id, 'one', sink);
    const screen = await shown(sink);
    expect(screen.view().alternate).toBe(true);
    expect(screen.bracketedPaste).toBe(true);
    expect(screen.serialize(0)).toContain('\x1b[?1006h');
    expect(sink.text()).toContain('\n499');
  }
});

it('only one terminal answers queries: a reply of a viewer never reaches the program', async () => {
  bench = await createBench();
  const s = await shell('one');
  const sink = createSink();
  const end = await open('one', sink);
  await type('one', 'echo re"ady"; cat -v');
  await until('cat runs', () => bench.sessions.text(s.id).includes('ready'));
  end.bytes(Buffer.from('\x1b[?62;22c'));
  end.bytes(Buffer.from('\x1b[3;4Rseen\r'));
  await until('the text', () => bench.sessions.text(s.id).includes('seen\nseen'));
  expect(bench.sessions.text(s.id)).not.toContain('62;22');
});

it('who types drives the size, who looks never does, and the size stays when the owner leaves', async () => {
  bench = await createBench();
  const s = await shell('one');
  const [a, b] = [createSink(), createSink()];
  const first = await open('one', a, { cols: 100, rows: 30 });
  const second = await open('one', b, { cols: 50, rows: 12 });
  await until('screens', () => a.chunks.length > 0 && b.chunks.length > 0);
  expect(bench.sessions.get(s.id)).toMatchObject({ cols: 80, rows: 24, sizeOwner: null });
  second.control({ kind: 'resize', cols: 51, rows: 13 });
  first.bytes(Buffer.from('echo typed\r'));
  await until('100x30', () => bench.sessions.get(s.id)?.cols === 100);
  expect((await bench.tmux('display-message', '-p', '-t', '=one:', '#{pane_width}x#{pane_height}')).trim()).toBe(
    '100x30',
  );
  expect(a.notices.findLast((n) => n.kind === 'size')).toMatchObject({ cols: 100, rows: 30, mine: true });
  expect(b.notices.findLast((n) => n.kind === 'size')).toMatchObject({ cols: 100, rows: 30, mine: false });
  second.control({ kind: 'take-size' });
  await until('51x13', () => bench.sessions.get(s.id)?.cols === 51);
  await until('a fresh screen after the resize', () =>
    b.notices.some((n) => n.kind === 'screen' && n.reason === 'resync' && n.cols === 51),
  );
  second.close();
  await until('nobody owns it', () => bench.sessions.get(s.id)?.sizeOwner === null);
  expect(bench.sessions.get(s.id)).toMatchObject({ cols: 51, rows: 13 });
});

it('a viewer over its cap is left out and gets a fresh screen, the others and the agent go on', async () => {
  bench = await createBench();
  const s = await shell('one');
  const [slow, quick] = [createSink(), createSink()];
  await open('one', slow);
  await open('one', quick);
  await until('screens', () => slow.chunks.length > 0 && quick.chunks.length > 0);
  slow.full = 2 * 1024 * 1024;
  await type('one', 'seq 1 3000; echo all "done"');
  await until('the end', () => quick.text().includes('all done\r\n'));
  expect(slow.text()).not.toContain('2999');
  slow.full = 0;
  await until('a gap', () => slow.notices.some((n) => n.kind === 'screen' && n.reason === 'gap'));
  await agree(s.id, 'one', slow);
  await agree(s.id, 'one', quick);
});

it('a hidden viewer gets nothing until it shows again', async () => {
  bench = await createBench();
  const s = await shell('one');
  const sink = createSink();
  const end = await open('one', sink);
  await until('a screen', () => sink.chunks.length > 0);
  end.control({ kind: 'visible', visible: false });
  const before = sink.chunks.length;
  await type('one', 'echo unseen $((1+1))');
  await until('it is there', () => bench.sessions.text(s.id).includes('unseen 2'));
  expect(sink.chunks.length).toBe(before);
  end.control({ kind: 'visible', visible: true });
  await until('a fresh screen', () => sink.notices.some((n) => n.kind === 'screen' && n.reason === 'shown'));
  await agree(s.id, 'one', sink);
});

it('a flood ends in the very picture that tmux has', async () => {
  bench = await createBench();
  const s = await shell('one');
  const sink = createSink();
  await open('one', sink);
  // What a viewer was sent is not kept here: only the last screen matters.
  sink.bytes = (chunk) => {
    sink.chunks.push(chunk);
    if (sink.chunks.length > 4000) sink.full = 2 * 1024 * 1024;
  };
  await type('one', 'seq 1 2500000; echo flood "over"');
  await until('the end', () => bench.sessions.text(s.id).includes('flood over'), 60_000);
  sink.full = 0;
  await agree(s.id, 'one', sink);
  await type('one', 'echo still $((40+2))');
  await until('it goes on', () => bench.sessions.text(s.id).includes('still 42'));
}, 90_000);

it('wide characters, colours, wrapped lines and a scroll region come through a cold start', async () => {
  bench = await createBench();
  const s = await shell('one');
  await type(
    'one',
    `printf '\\e[48;5;237mwide 漢字 🙂 e\\u0301\\e[K\\n%s\\n\\e[0mplain\\e[31;1mred' "$(printf 'x%.0s' $(seq 1 200))"; sleep 600`,
  );
  await until('drawn', () => bench.sessions.text(s.id).includes('plainred'));
  const before = bench.sessions.text(s.id);
  await bench.restart();
  const sink = createSink();
  await open('one', sink);
  await until('a screen', () => sink.text().includes('plain'));
  await agree(s.id, 'one', sink);
  expect(bench.sessions.text(s.id)).toBe(before);
  const runs = (await shown(sink)).view().runs(
    bench.sessions
      .text(s.id)
      .split('\n')
      .findIndex((l) => l.startsWith('plain')),
  );
  expect(runs.map((r) => [r.text, r.style.bg, r.style.fg])).toEqual([
    ['plain', -1, -1],
    ['red', -1, 1],
  ]);
});

it('a person types between two works of the queue, never inside one', async () => {
  bench = await createBench();
  const s = await shell('one');
  // Before bash has handed the terminal over, what is typed is not echoed but kept for cat, which prints it later.
  await type('one', 'echo re"ady"; exec cat');
  await until('the shell has let the terminal go', () => bench.sessions.text(s.id).includes('ready'));
  const sink = createSink();
  const end = await open('one', sink);
  const work = bench.sessions.withInput(s.id, async (typist) => {
    await typist.paste('AAA');
    end.bytes(Buffer.from('person'));
    await new Promise((resolve) => setImmediate(resolve));
    await typist.paste('BBB');
  });
  await work;
  await until('both', () => bench.sessions.text(s.id).includes('AAABBBperson'));
});
