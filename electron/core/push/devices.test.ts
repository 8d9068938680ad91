/** The hub's own keys, and whose devices may be told: strangers' services refused, other people's devices unseen. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { as, codeOf, createRoom, type Room } from './fixtures/room.ts';

let room: Room;
beforeEach(async () => {
  room = await createRoom();
});
afterEach(async () => {
  expect(room.logged).toEqual([]);
  await room.end();
});

const handlers = () => room.push.handlers;
const devices = (...who: Parameters<typeof as>) => room.devices(...who);

it('keeps its keys to itself, and never replaces damaged ones', async () => {
  const { key } = await handlers()['push.key']({}, as('ann'));
  expect(Buffer.from(key, 'base64url')).toHaveLength(65);
  const path = join(room.dir, 'push-keys.json');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await writeFile(path, '{"publicKey":');
  room.restart();
  expect(await codeOf(() => handlers()['push.key']({}, as('ann')))).toBe('unavailable');
  expect(await readFile(path, 'utf8')).toBe('{"publicKey":');
});

it('refuses what is no push service, and what belongs to others', async () => {
  const good = room.service.subscribe('x');
  const subscribe = (change: object) =>
    codeOf(() => handlers()['push.subscribe']({ ...good, name: 'x', ...change }, as('ann')));
  room.set('push.hosts', []);
  for (const endpoint of [
    good.endpoint,
    'https://127.0.0.1/x',
    'https://localhost/x',
    'https://0x7f.1/x',
    'https://[::1]/x',
    'https://[::ffff:10.0.0.1]/x',
    'https://169.254.169.254/latest',
    'https://10.0.0.1/x',
    'https://intranet/x',
    'http://push.example.com/x',
    'https://push.example.com:8443/x',
    'https://u:p@push.example.com/x',
    'file:///etc/passwd',
    'nonsense',
  ]) {
    expect(await subscribe({ endpoint }), endpoint).toBe('refused');
  }
  expect(await subscribe({ endpoint: 'https://push.example.com/x' })).toBe('nothing');
  const p256dh = Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 7)]).toString('base64url');
  expect(await subscribe({ endpoint: 'https://push.example.com/y', keys: { ...good.keys, p256dh } })).toBe('refused');

  const [device] = await devices('ann');
  const id = device?.id ?? '';
  expect(device).toMatchObject({ service: 'push.example.com' });
  expect(JSON.stringify(device)).not.toContain(good.keys.auth);
  const bob = as('bob');
  expect(await codeOf(() => handlers()['push.remove']({ id }, bob))).toBe('not-found');
  expect(await codeOf(() => handlers()['push.test']({ id }, bob))).toBe('not-found');
  expect(await codeOf(() => handlers()['push.messages']({ device: id, limit: 5 }, bob))).toBe('not-found');
  expect(await devices('bob')).toEqual([]);
  const feed = handlers()['push.rows']({}, bob);
  expect(feed.live.rows().filter(feed.filter ?? (() => true))).toEqual([]);
  expect(handlers()['push.remove']({ id }, as('ann'))).toEqual({ removed: true });
});

it('makes a browser the device of whoever signed in last, and keeps at most fifty of one user', async () => {
  const first = await room.device('shared', 'ann');
  const second = await room.device('shared', 'bob');
  expect(second.id).not.toBe(first.id);
  expect(await devices('ann')).toEqual([]);
  for (let i = 0; i < 50; i += 1) await room.device(`d${i}`);
  expect(await codeOf(() => room.device('one more'))).toBe('too-large');
  expect((await room.device('d7')).id).toBeTruthy();
});
