/** Claims: one winner, leases that end, fences, second looks, who comes next. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Card, CardRow } from '../../../shared/contract/board.ts';
import { agent, ask, createRoom, person, type Room } from './fixtures/room.ts';

let room: Room;
beforeEach(async () => {
  room = await createRoom();
  room.session('s_a', ['web']);
  room.session('s_b');
});
afterEach(async () => {
  expect(room.errors).toEqual([]);
  await room.close();
});

const add = (title: string, more: object = {}, who = person()) => room.call('board.add', { title, ...more }, who);
const get = (key: string) => room.call('board.get', { key });
const row = (key: string): CardRow | undefined => room.board.handlers['board.cards']({}, ask(person())).live.get(key);
const what = async (key: string) => (await room.call('board.history', { key })).map((change) => change.what).reverse();
const claim = (key: string, who = agent('s_a'), lease = 60) => room.call('board.claim', { key, lease }, who);

describe('a claim', () => {
  test('of 1,000 has one winner, and 999 are told who', async () => {
    const { key } = await add('Card');
    for (let i = 0; i < 1000; i++) room.session(`s_${i}`);
    const results = await Promise.allSettled(Array.from({ length: 1000 }, (_, i) => claim(key, agent(`s_${i}`))));
    const won = results.flatMap((r) => (r.status === 'fulfilled' ? [r.value] : []));
    expect(won).toHaveLength(1);
    const holder = won[0]?.claim?.by;
    expect(await get(key)).toMatchObject({ claim: { by: holder, fence: 1, expiresAt: room.clock.now() + 60_000 } });
    const lost = results.filter((r) => r.status === 'rejected');
    expect(lost).toHaveLength(999);
    for (const each of lost) {
      expect(each).toMatchObject({
        reason: { code: 'taken', data: { by: holder, fence: 1, expiresAt: room.clock.now() + 60_000 } },
      });
      expect((each as PromiseRejectedResult).reason.message).toContain(`claimed by ${holder?.name} until 20`);
    }
    await expect(claim(key, agent(holder?.id ?? ''))).rejects.toMatchObject({ code: 'taken' });
  });

  test('is for oneself, or by a person for a session', async () => {
    await add('1');
    await add('2');
    const { key } = await add('3');
    expect((await claim('QD-1', person('bob'))).claim?.by).toEqual({ kind: 'user', id: 'bob', name: 'bob' });
    expect((await room.call('board.claim', { key: 'QD-2', session: 'b' })).claim?.by.id).toBe('s_b');
    await expect(room.call('board.claim', { key, session: 'b' }, agent('s_a'))).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect((await room.call('board.claim', { key, session: 'a' }, agent('s_a'))).claim?.by.id).toBe('s_a');
    await expect(room.call('board.claim', { key: 'QD-9' })).rejects.toMatchObject({ code: 'not-found' });
  });

  test('is refused for what is finished', async () => {
    for (const column of ['done', 'discarded']) {
      const { key } = await add(column, { column });
      await expect(claim(key)).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('finished') });
    }
    const { key } = await add('Card');
    await claim(key);
    expect(await room.call('board.move', { key, column: 'done' }, agent('s_a'))).toMatchObject({
      claim: null,
      owner: { id: 's_a' },
    });
    await expect(claim(key, agent('s_b'))).rejects.toMatchObject({ code: 'refused' });
    room.clock.advance(3_600_000);
    expect(await what(key)).toEqual(['created', 'claimed', 'moved']);
  });

  test('runs out on the clock, and is free for the next with a higher fence', async () => {
    const { key } = await add('Card');
    const first = await claim(key);
    expect(first).toMatchObject({ owner: { id: 's_a' }, version: 2 });
    room.clock.advance(59_999);
    expect(row(key)?.claim).not.toBeNull();
    room.clock.advance(1);
    expect(row(key)).toMatchObject({ claim: null, owner: null, version: 3 });
    expect((await claim(key, agent('s_b'))).claim).toMatchObject({ fence: 2, by: { id: 's_b' } });
    expect(await what(key)).toEqual(['created', 'claimed', 'expired', 'claimed']);
    const old = { key, fence: 1 };
    for (const late of [
      room.call('board.edit', { ...old, title: 'late' }, agent('s_a')),
      room.call('board.move', { ...old, column: 'review' }, agent('s_a')),
      room.call('board.renew', old, agent('s_a')),
      room.call('board.release', old, agent('s_a')),
    ]) {
      await expect(late).rejects.toMatchObject({ code: 'stale', data: { card: { claim: { fence: 2 } } } });
    }
    await expect(room.call('board.renew', { key, fence: 2 }, agent('s_a'))).rejects.toMatchObject({ code: 'stale' });
    await expect(room.call('board.edit', { key, title: 'late' }, agent('s_a'))).rejects.toMatchObject({
      code: 'taken',
      data: { card: { claim: { fence: 2 } } },
    });
    await expect(room.call('board.release', { key }, agent('s_a'))).rejects.toMatchObject({ code: 'taken' });
    expect(await room.call('board.edit', { key, title: 'by a person' })).toMatchObject({ title: 'by a person' });
    expect(await room.call('board.edit', { key, fence: 2, cost: 1 }, agent('s_b'))).toMatchObject({ cost: 1 });
  });

  test('outlives the core, and runs out while it is away', async () => {
    const one = await add('1');
    const two = await add('2');
    await claim(one.key, agent('s_a'), 60);
    await claim(two.key, agent('s_b'), 600);
    room.board.close();
    room.clock.advance(60_000);
    room.restart();
    expect(row(one.key)?.claim).toBeNull();
    expect(row(two.key)?.claim?.fence).toBe(1);
    room.clock.advance(540_000);
    expect(row(two.key)?.claim).toBeNull();
    expect((await claim(two.key)).claim?.fence).toBe(2);
  });

  test('is renewed by hand and given back; a person takes away anybody’s', async () => {
    const { key } = await add('Card');
    await claim(key);
    room.clock.advance(50_000);
    const renewed = await room.call('board.renew', { key, fence: 1, lease: 100 }, agent('s_a'));
    expect(renewed).toMatchObject({ claim: { expiresAt: room.clock.now() + 100_000 }, version: 2 });
    room.clock.advance(99_000);
    expect(await room.call('board.release', { key, fence: 1 }, agent('s_a'))).toMatchObject({
      claim: null,
      owner: null,
    });
    expect(await room.call('board.release', { key }, agent('s_a'))).toMatchObject({ claim: null });
    await claim(key);
    expect(await room.call('board.release', { key }, person())).toMatchObject({ claim: null });
    expect((await room.call('board.history', { key }))[0]).toMatchObject({ what: 'released', by: { id: 'ann' } });
  });

  test('lives as long as its session is active, written seldom', async () => {
    const { key } = await add('Card');
    await claim(key, agent('s_a'), 100);
    let writes = 0;
    const off = room.board.handlers['board.cards']({}, ask(person())).live.subscribe(() => writes++);
    for (let second = 0; second < 400; second++) {
      room.clock.advance(1000);
      for (let i = 0; i < 20; i++) room.bus.emit('session.screen', { id: 's_a' });
      room.bus.emit('session.screen', { id: 's_b' });
    }
    expect(row(key)?.claim?.fence).toBe(1);
    expect(writes).toBe(16);
    off();
    room.clock.advance(90_000);
    room.bus.emit('session.state', { session: room.session('s_a', [], 'idle'), before: 'working' });
    room.clock.advance(5000);
    room.bus.emit('session.state', { session: room.session('s_a', [], 'working'), before: 'idle' });
    room.clock.advance(99_999);
    expect(row(key)?.claim).not.toBeNull();
    room.clock.advance(1);
    expect(row(key)?.claim).toBeNull();
    room.bus.emit('session.screen', { id: 's_a' });
    expect(row(key)?.claim).toBeNull();
  });

  test('goes with its session', async () => {
    const { key } = await add('Card');
    await claim(key);
    room.removed('s_a');
    expect(row(key)).toMatchObject({ claim: null, owner: null });
    expect((await room.call('board.history', { key }))[0]).toMatchObject({ what: 'released', by: { id: 's_a' } });
  });
});

describe('an agent', () => {
  test('works on what it has claimed', async () => {
    const { key } = await add('Card');
    const doing = () => room.call('board.move', { key, column: 'doing' }, agent('s_a'));
    await expect(doing()).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('qd board claim'),
    });
    await expect(add('New', { column: 'doing' }, agent('s_a'))).rejects.toMatchObject({ code: 'refused' });
    await claim(key, agent('s_b'));
    await expect(doing()).rejects.toMatchObject({ code: 'taken' });
    await room.call('board.release', { key }, agent('s_b'));
    await claim(key);
    expect(await doing()).toMatchObject({ column: 'doing' });
  });

  test('does not pass its own work where somebody else must look', async () => {
    const { key } = await add('Card', { review: 'other' });
    await claim(key);
    await room.call('board.move', { key, column: 'review' }, agent('s_a'));
    const done = (who = agent('s_a')) => room.call('board.move', { key, column: 'done' }, who);
    await expect(done()).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('anybody but') });
    await room.call('board.release', { key }, agent('s_a'));
    await expect(done()).rejects.toMatchObject({ code: 'refused' });
    for (const trick of [{ review: 'anyone' }, { owner: 'b' }, { owner: null }] as const) {
      await expect(room.call('board.edit', { key, ...trick }, agent('s_a'))).rejects.toMatchObject({ code: 'refused' });
    }
    await room.call('board.edit', { key, description: 'more' }, agent('s_a'));
    // The reviewer claims it for the review: that makes it nobody's own work.
    await claim(key, agent('s_b'));
    expect(await done(agent('s_b'))).toMatchObject({ column: 'done', owner: { id: 's_a' } });
  });

  test('a card reopened after it is done is free again', async () => {
    const { key } = await add('Card');
    await claim(key);
    await room.call('board.move', { key, column: 'done' }, agent('s_a'));
    expect(await room.call('board.move', { key, column: 'todo' })).toMatchObject({ owner: null });
    const owned = await add('Owned', { owner: 'bob' });
    await claim(owned.key);
    await room.call('board.release', { key: owned.key }, agent('s_a'));
    expect(await get(owned.key)).toMatchObject({ owner: { id: 'bob' } });
  });
});

describe('next', () => {
  const next = (who = agent('s_b'), more: object = {}) =>
    room.call('board.next', more, who).then(({ card }) => (card as Card | null)?.title ?? null);

  test('is the best by priority, then column, then place; never blocked, owned by others or finished', async () => {
    await add('backlog high', { priority: 'high' });
    await add('todo high 1', { priority: 'high', column: 'todo' });
    await add('todo high 2', { priority: 'high', column: 'todo' });
    await add('low', { priority: 'low', column: 'todo' });
    await add('blocked', { priority: 'urgent', dependencies: ['QD-4'] });
    await add('of bob', { priority: 'urgent', owner: 'bob' });
    await add('own', { priority: 'urgent', owner: 'b' });
    await add('review', { priority: 'urgent', column: 'review' });
    await add('doing', { priority: 'urgent', column: 'doing' });
    await add('done', { priority: 'urgent', column: 'done' });
    const order: (string | null)[] = [];
    for (let i = 0; i < 6; i++) order.push(await next());
    expect(order).toEqual(['own', 'todo high 1', 'todo high 2', 'backlog high', 'low', null]);
    await room.call('board.move', { key: 'QD-4', column: 'done' });
    expect(await next()).toBe('blocked');
    expect(await next(person('bob'))).toBe('of bob');
  });

  test('fits the tags', async () => {
    await add('web and api', { tags: ['web', 'api'] });
    await add('web', { tags: ['web'] });
    await add('none', { priority: 'low' });
    expect(await next(agent('s_b'))).toBe('none');
    expect(await next(agent('s_b'))).toBeNull();
    expect(await next(agent('s_b'), { tags: ['api'] })).toBe('web and api');
    expect(await next(agent('s_a'))).toBe('web');
    expect(await next(person())).toBeNull();
  });

  test('takes up what a claim left behind', async () => {
    const { key } = await add('Card');
    await claim(key);
    await room.call('board.move', { key, column: 'doing' }, agent('s_a'));
    expect(await next()).toBeNull();
    room.clock.advance(60_000);
    await add('new', { column: 'todo' });
    expect(await next()).toBe('Card');
    expect(await get(key)).toMatchObject({ claim: { by: { id: 's_b' }, fence: 2 }, column: 'doing' });
  });

  test('of many at once gives each a card of its own', async () => {
    for (let i = 0; i < 50; i++) await add(`${i}`);
    for (let i = 0; i < 80; i++) room.session(`s_${i}`);
    const got = await Promise.all(Array.from({ length: 80 }, (_, i) => next(agent(`s_${i}`))));
    const cards = got.filter((title) => title !== null);
    expect(cards).toHaveLength(50);
    expect(new Set(cards).size).toBe(50);
  });
});
