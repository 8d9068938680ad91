/** Who is told what, over a real push service; what becomes of it; and what is taken back. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { as, codeOf, createRoom, MINUTE, type Room } from './fixtures/room.ts';
import { HELD_MS, SETTLE_MS } from './rules.ts';

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
const sent = () => room.service.got.map(({ to, payload }) => `${to} ${payload.do} ${payload.kind}`);
const last = () => room.service.got.at(-1)?.payload;
/** From the need to the first message. */
const settle = () => room.pass(SETTLE_MS);
const arrived = (count: number) =>
  room.until(
    () => sent().length,
    (length) => length === count,
    `${count} messages`,
  );
const status = (wanted: string) =>
  room.until(
    async () => (await room.messages())[0]?.status,
    (is) => is === wanted,
    `the newest message is ${wanted}`,
  );

it('tells the device that a session asks, without the command, and knows that it was shown and opened', async () => {
  await room.device('phone');
  room.asks('api', 'a1');
  await settle();
  await arrived(1);
  expect(last()).toMatchObject({
    do: 'show',
    kind: 'approval',
    session: 'api',
    agent: 'claude',
    path: '/s/s_api',
    approval: { id: 'a1', digest: 'digest-a1', actions: ['allow', 'deny'] },
  });
  expect(JSON.stringify(last())).not.toContain('canary');
  expect(room.service.got[0]?.headers).toMatchObject({ urgency: 'high', ttl: '86400' });
  await status('sent');
  const id = last()?.id ?? '';
  const receipt = (what: 'shown' | 'opened') => handlers()['push.receipt']({ id, what }, as('ann'));
  await receipt('shown');
  const shownAt = room.clock.now();
  await room.pass(1000);
  await receipt('opened');
  await receipt('shown');
  expect(await devices('ann')).toMatchObject([
    { state: 'on', shownAt, openedAt: shownAt + 1000, last: { id, answer: 201, attempts: 1, problem: '' } },
  ]);
});

it('shows the command when the person wants it', async () => {
  room.set('push.detail', true);
  await room.device('phone');
  room.asks('api', 'a1');
  await settle();
  await arrived(1);
  expect(last()?.body).toBe('Bash: rm -rf /tmp/secret-canary');
});

it('says nothing of what is over within a moment', async () => {
  await room.device('phone');
  const asked = room.asks('api', 'a1');
  await room.pass(SETTLE_MS - 1);
  room.answered(asked);
  await room.pass(10 * MINUTE);
  expect(room.service.asked).toEqual([]);
  expect(await room.messages()).toEqual([]);
});

it('takes back what was answered elsewhere, under the same tag and topic', async () => {
  await room.device('phone');
  const asked = room.asks('api', 'a1');
  await settle();
  await arrived(1);
  await status('sent');
  room.answered(asked);
  await room.pass(1000);
  await arrived(2);
  const [show, close] = room.service.got;
  expect(close?.payload).toMatchObject({ do: 'close', tag: show?.payload.tag, id: null });
  expect(close?.headers['topic']).toBe(show?.headers['topic']);
  await room.until(
    async () => (await room.messages())[0]?.closedAt,
    (at) => at !== null,
    'it is closed',
  );
  await room.pass(10 * MINUTE);
  expect(sent()).toHaveLength(2);
});

it('replaces the older question of a session by the newer, without taking back in between', async () => {
  await room.device('phone');
  const first = room.asks('api', 'a1');
  await settle();
  await arrived(1);
  await status('sent');
  room.answered(first);
  room.asks('api', 'a2');
  await settle();
  await room.pass(2000);
  await room.until(
    async () => (await room.messages()).map((m) => m.closedAt === null),
    (open) => String(open) === 'true,false',
    'the first is closed, the second stands',
  );
  expect(last()).toMatchObject({ do: 'show', approval: { id: 'a2' } });
  expect(new Set(room.service.got.map(({ payload }) => payload.tag)).size).toBe(1);
});

it('tells the next device when nobody reacts, and nobody more when somebody does', async () => {
  await room.device('desk');
  await room.pass(10);
  await room.device('phone');
  const asked = room.asks('api', 'a1');
  await settle();
  await arrived(1);
  await room.pass(5 * MINUTE - 1000);
  expect(sent()).toEqual(['phone show approval']);
  await room.pass(1000);
  await arrived(2);
  expect(sent()[1]).toBe('desk show approval');
  // Both are taken back.
  await room.until(async () => (await room.messages()).every((m) => m.status === 'sent'), Boolean, 'both sent');
  room.answered(asked);
  await room.pass(1000);
  await arrived(4);
  expect(sent().slice(2).sort()).toEqual(['desk close approval', 'phone close approval']);

  room.asks('api', 'a2');
  await settle();
  await arrived(5);
  await handlers()['push.receipt']({ id: last()?.id ?? '', what: 'opened' }, as('ann'));
  await room.pass(30 * MINUTE);
  expect(sent()).toHaveLength(5);
});

it('tells every user, each on a device of their own, and nobody whose sign-in is over', async () => {
  await room.device('phone', 'ann');
  await room.device('tablet', 'bob');
  await room.device('old', 'eve');
  room.signedOut.add('eve');
  room.bus.emit('auth.revoked', { tokenIds: ['t_eve'] });
  room.session('api', { state: 'error', needsYou: true });
  await settle();
  await arrived(2);
  expect(sent().sort()).toEqual(['phone show error', 'tablet show error']);
  expect(await devices('eve')).toMatchObject([{ state: 'signed-out' }]);
  expect(await devices('root', ['admin'])).toHaveLength(3);
  // A sign-in that ended by time alone, without news of it.
  room.signedOut.add('bob');
  room.session('web', { state: 'login', needsYou: true });
  await settle();
  await arrived(3);
  expect(sent()[2]).toBe('phone show login');
  // Who comes back is told again, what still stands too.
  room.signedOut.delete('eve');
  await room.device('old', 'eve');
  await room.pass(10);
  await arrived(5);
  room.users = ['ann'];
  room.bus.emit('auth.revoked', { tokenIds: [] });
  expect((await devices('root', ['admin'])).length).toBe(1);
});

it('waits for a page that shows it, but sends it after all when nobody opens it', async () => {
  const phone = await room.device('phone');
  const looked = (what: 'shown' | 'opened', session = 'api') =>
    handlers()['push.looked']({ id: phone.id, session, what }, as('ann'));
  room.asks('api', 'a1');
  await looked('shown');
  await settle();
  expect((await room.messages())[0]?.status).toBe('held');
  await room.pass(HELD_MS - 1);
  expect(room.service.asked).toEqual([]);
  await room.pass(1);
  await arrived(1);

  // Opened on the page: nothing is sent, to no other device either.
  await room.device('tablet');
  room.asks('web', 'b1');
  await looked('shown', 'web');
  await settle();
  await looked('opened', 'web');
  await room.pass(30 * MINUTE);
  const web = (await room.messages()).filter((m) => m.session === 'web');
  expect(web.map((m) => [m.device, m.status])).toEqual([[phone.id, 'unneeded']]);

  // A page that showed an earlier question says nothing about this one.
  room.asks('web', 'b2');
  await settle();
  await room.until(
    () => last()?.approval?.id,
    (id) => id === 'b2',
    'the new question is sent',
  );
});

it('keeps quiet hours, but not for a test', async () => {
  const phone = await room.device('phone');
  const at = new Date(room.clock.now()).toISOString().slice(11, 16);
  const to = new Date(room.clock.now() + 2 * MINUTE).toISOString().slice(11, 16);
  handlers()['push.edit']({ id: phone.id, quiet: { from: at, to, zone: 'UTC' } }, as('ann'));
  room.asks('api', 'a1');
  await settle();
  expect(room.service.asked).toEqual([]);
  await handlers()['push.test']({ id: phone.id }, as('ann'));
  await arrived(1);
  expect(last()).toMatchObject({ kind: 'test', session: null });
  await room.pass(2 * MINUTE);
  await arrived(2);
  expect(last()).toMatchObject({ kind: 'approval' });
  expect(
    await codeOf(() =>
      handlers()['push.edit']({ id: phone.id, quiet: { from: '01:00', to: '02:00', zone: 'Mars/Base' } }, as('ann')),
    ),
  ).toBe('invalid');
});

it('tries again after 429 and 5xx, as late as asked for, and not once it is over', async () => {
  await room.device('phone');
  room.service.answers.push((answer) => answer.writeHead(429, { 'retry-after': '10' }).end('slow down'), 503);
  const asked = room.asks('api', 'a1');
  await settle();
  await status('retrying');
  expect((await room.messages())[0]).toMatchObject({ answer: 429, attempts: 1 });
  expect((await room.messages())[0]?.problem).toContain('slow down');
  await room.pass(9999);
  expect(room.service.asked).toHaveLength(1);
  await room.pass(1);
  await room.until(
    async () => (await room.messages())[0]?.answer,
    (code) => code === 503,
    'the second answer',
  );
  await room.pass(8000);
  await arrived(1);
  await status('sent');
  room.answered(asked);
  await room.pass(1000);
  await arrived(2);

  room.service.answers.push(500);
  const other = room.asks('api', 'a2');
  await settle();
  await status('retrying');
  room.answered(other);
  await status('unneeded');
  await room.pass(10 * MINUTE);
  expect(room.service.asked).toHaveLength(6 - 1);
});

it('forgets a subscription that ended, says so, and tells the next device at once', async () => {
  await room.device('desk');
  await room.pass(10);
  const phone = await room.device('phone');
  handlers()['push.edit']({ id: phone.id, name: 'My phone' }, as('ann'));
  room.service.answers.push(410);
  room.asks('api', 'a1');
  await settle();
  await arrived(1);
  expect(sent()).toEqual(['desk show approval']);
  const gone = (await devices('ann')).find(({ id }) => id === phone.id);
  expect(gone).toMatchObject({ state: 'gone', last: { status: 'failed', answer: 410 } });
  expect(gone?.problem).toContain('turn notifications on again');
  expect(await codeOf(() => handlers()['push.test']({ id: phone.id }, as('ann')))).toBe('gone');
  // The same device with a new subscription keeps its name and place.
  const again = await room.device('phone2', 'ann', phone.id);
  expect(again).toMatchObject({ id: phone.id, name: 'My phone', state: 'on', problem: '' });
});

it('tells of the end of a long turn only when that is wanted, until somebody goes on', async () => {
  await room.device('phone');
  const turn = async (minutes: number) => {
    room.session('api', { state: 'working' });
    await room.pass(minutes * MINUTE);
    room.session('api', { state: 'done' });
    await settle();
    await room.pass(1000);
  };
  await turn(60);
  expect(room.service.asked).toEqual([]);
  room.set('push.doneMinutes', 10);
  await turn(9);
  expect(room.service.asked).toEqual([]);
  // A permission dialog in between does not end the turn.
  room.session('api', { state: 'working' });
  await room.pass(6 * MINUTE);
  room.session('api', { state: 'approval' });
  room.session('api', { state: 'working' });
  await room.pass(6 * MINUTE);
  room.session('api', { state: 'done' });
  await settle();
  await arrived(1);
  expect(sent()).toEqual(['phone show done']);
  await status('sent');
  room.restart();
  room.bus.emit('session.typed', { id: 's_api', at: room.clock.now() });
  await room.pass(1000);
  await arrived(2);
  expect(sent()[1]).toBe('phone close done');
});

it('comes back after a restart: tells nobody twice, goes on with the next device, takes back what is over', async () => {
  await room.device('desk');
  await room.pass(10);
  await room.device('phone');
  const api = room.asks('api', 'a1');
  room.asks('web', 'b1');
  await settle();
  await arrived(2);
  await room.until(async () => (await room.messages()).every((m) => m.status === 'sent'), Boolean, 'both sent');
  const { key } = await handlers()['push.key']({}, as('ann'));
  room.push.close();
  room.answered(api);
  room.restart();
  await room.pass(1000);
  await arrived(3);
  expect(last()).toMatchObject({ do: 'close', session: 'api' });
  expect((await handlers()['push.key']({}, as('ann'))).key).toBe(key);
  await room.pass(5 * MINUTE);
  await arrived(4);
  expect(room.service.got.at(-1)).toMatchObject({ to: 'desk', payload: { do: 'show', session: 'web' } });
});

it('tells of a session of another hub as of one here, stays so while its machine is away, and after a restart', async () => {
  await room.device('phone');
  const there = (change: object = {}) =>
    room.bus.emit('elsewhere.session', { session: { ...room.session('x'), id: 's_far', name: 'box:far', ...change } });
  const asks = { id: 'a9', sessionId: 's_far', session: 'box:far', status: 'open' } as const;
  const approval = { ...room.asks('x', 'a9'), ...asks };
  room.remove('x');
  const need = () => {
    there({ state: 'approval', needsYou: true });
    room.bus.emit('elsewhere.approval', { approval });
  };
  need();
  await settle();
  await arrived(1);
  expect(last()).toMatchObject({ do: 'show', session: 'box:far', path: '/s/s_far', approval: { id: 'a9' } });
  await status('sent');
  await handlers()['push.looked'](
    { id: (await devices('ann'))[0]?.id ?? '', session: 'box:far', what: 'shown' },
    as('ann'),
  );
  // Nothing is known of it until its machine is heard of again.
  room.restart();
  await room.pass(MINUTE);
  need();
  await room.pass(10 * MINUTE);
  expect(sent()).toEqual(['phone show approval']);
  room.bus.emit('elsewhere.approval', { approval: { ...approval, status: 'answered' } });
  there({ state: 'working', needsYou: false });
  await room.pass(1000);
  await arrived(2);
  expect(last()).toMatchObject({ do: 'close', tag: 'session:s_far' });
});
