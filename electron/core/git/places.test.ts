/** The feed of places: news makes looks, quiet costs nothing, and one look serves everybody in a tree. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ask, createRoom, type Room, until } from './fixtures/room.ts';

let room: Room;
beforeEach(async () => {
  room = await createRoom();
});
afterEach(() => room.end());

const place = (name: string) => room.git.places.get(`s_${name}`);
const state = (name: string, to: string, before: string) => {
  const session = { ...room.sessions.get(`s_${name}`), state: to } as never;
  room.sessions.put(session);
  room.bus.emit('session.state', { session, before: before as never });
};
const statuses = () => room.ran.filter((line) => / status /.test(line)).length;

it('a session in a repository has a row; outside of one it has none', async () => {
  room.add('none', join(room.dir, 'home'));
  room.add('one', room.repo);
  const row = await until('its row', () => place('one'));
  expect(row).toMatchObject({ session: 'one', root: room.repo, branch: 'main', changed: 0, worktree: false });
  expect(place('none')).toBeUndefined();
  const { live, filter } = room.git.handlers['git.places']({}, ask(['s_none']));
  expect(live.snapshot(filter).rows).toEqual([]);
});

it('after a turn it looks again, at most every few seconds, and says nothing when nothing changed', async () => {
  room.add('one', room.repo);
  await until('its row', () => place('one'));
  const deltas: unknown[] = [];
  room.git.places.subscribe((delta) => deltas.push(delta));
  await room.put(join(room.repo, 'new.txt'), 'x');
  const before = statuses();
  for (let i = 0; i < 5; i += 1) {
    state('one', 'working', 'idle');
    state('one', 'idle', 'working');
  }
  await room.git.handlers['git.worktrees']({ name: 'one' }, ask());
  expect(place('one')?.changed).toBe(0);
  const settled = statuses();
  expect(settled - before).toBeLessThanOrEqual(1);
  room.clock.advance(3000);
  await until('the change', () => place('one')?.changed === 1);
  expect(deltas).toHaveLength(1);
  room.clock.advance(10_000);
  state('one', 'working', 'idle');
  state('one', 'idle', 'working');
  await until('another look', () => statuses() > settled + 1);
  await room.git.handlers['git.status']({ name: 'one', base: 'head' }, ask());
  expect(deltas).toHaveLength(1);
  room.bus.emit('files.written', { id: 's_one', path: 'x' });
  await room.put(join(room.repo, 'other.txt'), 'x');
  room.clock.advance(10_000);
  await until('what was written', () => place('one')?.changed === 2);
});

it('a hundred sessions in one tree are one look, and idle ones none', async () => {
  for (let i = 0; i < 100; i += 1) room.add(`s${i}`, room.repo);
  await until('all of them', () => room.git.places.rows().length === 100);
  expect(statuses()).toBe(1);
  expect(place('s7')?.sharedWith).toHaveLength(99);
  const ran = room.ran.length;
  room.clock.advance(600_000);
  for (const session of room.sessions.rows()) room.bus.emit('session.changed', { session: { ...session, title: 'x' } });
  await room.git.places.rows();
  room.clock.advance(600_000);
  expect(room.ran.length).toBe(ran);
});

it('tells who works in the same tree, while they live', async () => {
  room.add('one', room.repo);
  await mkdir(join(room.repo, 'sub'));
  room.add('two', join(room.repo, 'sub'));
  await until('both', () => place('one')?.sharedWith.join() === 'two' && place('two')?.sharedWith.join() === 'one');
  state('two', 'exited', 'idle');
  await until('alone', () => place('one')?.sharedWith.length === 0);
  room.bus.emit('session.removed', { id: 's_two', name: 'two' });
  expect(place('two')).toBeUndefined();
  const moved = { ...room.sessions.get('s_one'), cwd: join(room.dir, 'home') } as never;
  room.sessions.put(moved);
  room.bus.emit('session.changed', { session: moved });
  await until('gone', () => place('one') === undefined);
});

it('tells which files others changed too, committed or not, in other trees of the repository', async () => {
  room.add('one', room.repo);
  await until('its row', () => place('one'));
  const { path } = await room.git.handlers['git.isolate']({ name: 'one', carry: false, as: 'two' }, ask());
  await room.put(join(path, 'a.txt'), 'two\n');
  await room.put(join(path, 'mine.txt'), 'two\n');
  await room.sh(path, 'add', '.');
  await room.sh(path, 'commit', '-qm', 'two');
  await room.put(join(room.repo, 'a.txt'), 'one\n');
  await room.put(join(room.repo, 'else.txt'), 'one\n');
  room.clock.advance(10_000);
  const look = (name: string) => room.git.handlers['git.status']({ name, base: 'head' }, ask());
  await look('two');
  expect((await look('one')).overlaps).toEqual([{ session: 'two', path: 'a.txt' }]);
  expect(place('two')?.overlaps).toEqual([{ session: 'one', path: 'a.txt' }]);
  expect(place('two')).toMatchObject({ branch: 'qd/one', worktree: true, ours: true, changed: 0 });
  await room.sh(room.repo, 'checkout', '-q', 'a.txt');
  await look('one');
  expect(place('two')?.overlaps).toEqual([]);
  expect(room.logged).toEqual([]);
});

it('a working session is looked at now and then', async () => {
  room.add('one', room.repo, { state: 'working' });
  await until('its row', () => place('one'));
  await room.put(join(room.repo, 'new.txt'), 'x');
  room.clock.advance(20_000);
  await until('the change', () => place('one')?.changed === 1);
});
