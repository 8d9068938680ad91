/** The room over real sessions in real tmux. */
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../kernel/clock.ts';
import { openRecordingFiles } from '../../platform/recording-files.ts';
import { type Bench, createBench, start, until } from '../sessions/fixtures/bench.ts';
import { KEYS, type SettingKey } from '../settings/keys.ts';
import { ask, play, shown } from './fixtures/room.ts';
import { createRecordings, type Recordings } from './recordings.ts';

let bench: Bench;
let recordings: Recordings | null = null;
const open = () =>
  createRecordings({
    files: openRecordingFiles(join(bench.dir, 'recordings')),
    bus: bench.bus,
    clock: systemClock,
    sessions: bench.sessions,
    settings: { value: ((key: SettingKey) => KEYS[key].standard) as never },
    log: (_level, message) => {
      throw new Error(message);
    },
  });
afterEach(async () => {
  await recordings?.close();
  recordings = null;
  await bench.end();
});

const type = (name: string, text: string) =>
  bench.sessions.handlers['sessions.keys']({ name, text, keys: ['Enter'] }, ask());
/** What is played is what the session shows. */
const agree = (room: Recordings, id: string, words: string) =>
  until(words, async () => {
    const text = bench.sessions.text(id);
    const played = await play(room, id).then(shown, () => []);
    return text.includes(words) && played.join('\n') === text;
  });

it('plays what a session showed: from its first byte, resized, restarted, and after the hub came back', async () => {
  bench = await createBench();
  let room = open();
  recordings = room;
  const { id } = await start(bench, {
    agent: 'custom',
    name: 'one',
    cwd: bench.home,
    command: 'echo BEGIN; exec bash --norc --noprofile',
    env: { PS1: '$ ' },
    cols: 80,
    rows: 24,
  });
  await agree(room, id, '$');
  const all = await play(room, 'one');
  expect(all.events.map(([, , text]) => text).join('')).toContain('BEGIN');
  await type(
    'one',
    'stty -echo; printf "qui%s\\n" et; read word; stty echo; printf "\\e[32mgot %s\\e[0m\\n" $(printf %s "$word" | wc -c)',
  );
  await until('no echo any more', () => bench.sessions.text(id).includes('quiet'));
  await type('one', 'hunter2-secret');
  await agree(room, id, 'got 14');
  await bench.tmux('resize-window', '-t', '=one:', '-x', '60', '-y', '12');
  await until('another size', () => bench.sessions.get(id)?.cols === 60);
  await type('one', 'echo $((6*7)) resized');
  await agree(room, id, '42 resized');
  await bench.sessions.handlers['sessions.restart']({ name: 'one', skipInit: true }, ask());
  await agree(room, id, 'BEGIN');
  const marks = (await room.handlers['recordings.get']({ id: 'one' }, ask())).marks.map((mark) => mark.kind);
  expect(marks.filter((kind) => kind === 'start')).toHaveLength(2);

  await room.close();
  await type('one', 'echo while the hub was away');
  await bench.restart();
  room = open();
  recordings = room;
  await type('one', 'echo it came back');
  await agree(room, id, 'it came back');
  // What was typed and not shown is nowhere.
  expect((await room.handlers['recordings.export']({ id: 'one' }, ask())).text).not.toContain('hunter2');
  const [hit] = await room.handlers['recordings.search']({ q: 'GOT 14', limit: 5 }, ask());
  expect(hit).toMatchObject({ session: 'one', text: 'got 14' });

  await bench.sessions.handlers['sessions.stop']({ name: 'one' }, ask());
  const rows = await room.handlers['recordings.list']({}, ask());
  expect(rows).toMatchObject([{ id, session: 'one', live: false }]);
});

it('a flood leaves a recording that ends in the very screen', async () => {
  bench = await createBench();
  const room = open();
  recordings = room;
  const { id } = await start(bench, {
    agent: 'custom',
    name: 'loud',
    cwd: bench.home,
    command: 'seq -f "%020.0f the quick brown fox jumps over the lazy dog" 1 100000; echo THE_END; read x',
  });
  await agree(room, id, 'THE_END');
});
