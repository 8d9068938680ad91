/** The board as people and agents use it: cards, moves, conflicts, dependencies, who may see what. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CardRow } from '../../../shared/contract/board.ts';
import { agent, ask, createRoom, person, type Room } from './fixtures/room.ts';

let room: Room;
beforeEach(async () => {
  room = await createRoom();
  room.session('s_a');
  room.session('s_b');
});
afterEach(async () => {
  expect(room.errors).toEqual([]);
  await room.close();
});

const add = (title: string, more: object = {}, who = person()) => room.call('board.add', { title, ...more }, who);
const row = (key: string): CardRow | undefined => room.board.handlers['board.cards']({}, ask(person())).live.get(key);
const keys = async (column: string) => (await room.call('board.list', { column })).map((card) => card.key);

describe('cards', () => {
  test('are made with the next number of their prefix, and keep it', async () => {
    expect(await room.call('board.columns', {})).toMatchObject(
      ['backlog', 'todo', 'doing', 'review', 'done', 'discarded'].map((kind) => ({ id: kind, kind, limit: null })),
    );
    const first = await add('  One ');
    expect(first).toMatchObject({
      key: 'QD-1',
      title: 'One',
      column: 'backlog',
      priority: 'normal',
      owner: null,
      claim: null,
      creator: { kind: 'user', id: 'ann', name: 'ann' },
      version: 1,
      links: { session: null, branch: null, pr: null },
    });
    expect((await add('Two', { prefix: 'WEB', column: 'todo' })).key).toBe('WEB-1');
    await room.call('board.remove', { key: 'QD-1' });
    expect((await add('Three')).key).toBe('QD-2');
    room.restart();
    expect((await add('Four')).key).toBe('QD-3');
    expect(await room.call('board.history', { key: 'QD-1' })).toMatchObject([
      { what: 'removed', text: 'One' },
      { what: 'created' },
    ]);
    expect(room.audited).toMatchObject([{ who: 'ann', action: 'board.remove', target: 'QD-1' }]);
  });

  test('the same client id twice is the same card, for each who made it', async () => {
    const card = await add('Once', { id: 'x' });
    expect(await add('Once', { id: 'x' })).toEqual(card);
    expect((await add('Of another', { id: 'x' }, agent('s_a'))).key).not.toBe(card.key);
    await room.call('board.remove', { key: card.key });
    await expect(add('Once', { id: 'x' })).rejects.toMatchObject({ code: 'gone' });
  });

  test('a comment that is sent again under its id is said once', async () => {
    const { key } = await add('Card');
    const say = (text: string, id?: string, who = person()) =>
      room.call('board.comment', { key, text, ...(id === undefined ? {} : { id }) }, who);
    const said = await say('lost on the way', 'k_1');
    expect(await say('lost on the way', 'k_1')).toEqual(said);
    await expect(say('something else', 'k_1')).rejects.toMatchObject({ code: 'conflict' });
    // Ids are each person's own, and without one every comment is another.
    expect((await say('lost on the way', 'k_1', person('bob'))).id).not.toBe(said.id);
    await say('again');
    await say('again');
    const texts = (await room.call('board.history', { key, limit: 20 })).map(({ text }) => text);
    expect(texts.filter(Boolean)).toEqual(['again', 'again', 'lost on the way', 'lost on the way']);
    // Whoever has the card open reads them when the feed counts another; also after the hub was away.
    expect(row(key)).toMatchObject({ comments: 4, version: 1 });
    room.restart();
    expect(row(key)).toMatchObject({ comments: 4 });
  });

  test('a partial change changes what it names', async () => {
    const { key } = await add('Card', { description: 'long text', tags: ['a', 'a', 'b'], links: { branch: 'main' } });
    const next = await room.call('board.edit', { key, priority: 'high', links: { pr: 'https://x.test/1' } });
    expect(next).toMatchObject({
      description: 'long text',
      tags: ['a', 'b'],
      priority: 'high',
      links: { session: null, branch: 'main', pr: 'https://x.test/1' },
      version: 2,
    });
    expect(await room.call('board.edit', { key, priority: 'high' })).toMatchObject({ version: 2 });
    expect((await room.call('board.history', { key }))[0]).toMatchObject({
      what: 'edited',
      by: { id: 'ann' },
      version: 2,
      changes: { priority: { before: 'normal', after: 'high' } },
    });
  });

  test('a write against an older version gets the card as it is', async () => {
    const { key } = await add('Card');
    await room.call('board.edit', { key, title: 'Mine', version: 1 }, person('bob'));
    await expect(room.call('board.edit', { key, title: 'Yours', version: 1 })).rejects.toMatchObject({
      code: 'conflict',
      data: { card: { title: 'Mine', version: 2 } },
    });
    await expect(room.call('board.move', { key, column: 'todo', version: 1 })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await room.call('board.get', { key })).toMatchObject({ title: 'Mine', column: 'backlog' });
  });

  test('owners are users and sessions that there are', async () => {
    const { key } = await add('Card', { owner: 'bob' });
    expect((await room.call('board.edit', { key, owner: 'a' })).owner).toEqual({
      kind: 'session',
      id: 's_a',
      name: 'a',
    });
    await expect(room.call('board.edit', { key, owner: 'nobody' })).rejects.toMatchObject({ code: 'not-found' });
    expect(await room.call('board.list', { owner: 'a' })).toHaveLength(1);
    expect((await room.call('board.edit', { key, owner: null })).owner).toBeNull();
  });

  test('with one user, who sits at the machine is that user', async () => {
    const local = { ...person('local'), via: 'local' as const };
    expect((await add('Of many', {}, local)).creator).toEqual({ kind: 'user', id: 'local', name: 'local' });
    room.users.splice(1);
    expect(await add('Of one', { owner: 'LOCAL' }, local)).toMatchObject({
      creator: { id: 'ann' },
      owner: { id: 'ann' },
    });
    expect((await room.call('board.list', { owner: 'local' })).map(({ title }) => title)).toEqual(['Of one']);
  });

  test('are found by words in any case, in title and text', async () => {
    await add('Straße bauen', { description: '100% of_it' });
    await add('Other');
    const found = async (q: string) => (await room.call('board.list', { q })).map(({ key }) => key);
    expect(await found('STRASSE')).toEqual([]);
    expect(await found('straße BAUEN')).toEqual(['QD-1']);
    expect(await found('qd-1 100% f_i')).toEqual(['QD-1']);
    expect(await found('10%0')).toEqual([]);
    expect(row('QD-1')).toMatchObject({ described: true });
    expect(row('QD-1')).not.toHaveProperty('description');
    expect(row('QD-1')).not.toHaveProperty('fence');
  });
});

describe('moves', () => {
  test('put a card where it is wanted, again and again in the same gap', async () => {
    for (let i = 0; i < 60; i++) await add(`${i}`, { column: 'todo' });
    expect((await keys('todo')).slice(0, 3)).toEqual(['QD-1', 'QD-2', 'QD-3']);
    for (let i = 60; i > 2; i--) await room.call('board.move', { key: `QD-${i}`, column: 'todo', before: 'QD-2' });
    const order = await keys('todo');
    expect(order.slice(0, 3)).toEqual(['QD-1', 'QD-60', 'QD-59']);
    expect(order.at(-1)).toBe('QD-2');
    expect(new Set(order).size).toBe(60);
    room.restart();
    expect(await keys('todo')).toEqual(order);
  });

  test('to where it stands already change nothing; above a card that left are refused', async () => {
    await add('1', { column: 'todo' });
    await add('2', { column: 'todo' });
    expect(await room.call('board.move', { key: 'QD-1', column: 'todo', before: 'QD-2' })).toMatchObject({
      version: 1,
    });
    expect(await room.call('board.move', { key: 'QD-2', column: 'todo' })).toMatchObject({ version: 1 });
    expect(await room.call('board.move', { key: 'QD-1', column: 'todo' })).toMatchObject({ version: 2 });
    await room.call('board.move', { key: 'QD-2', column: 'doing' });
    for (const [before, code] of [
      ['QD-2', 'conflict'],
      ['QD-9', 'not-found'],
      ['QD-1', 'invalid'],
    ] as const) {
      await expect(room.call('board.move', { key: 'QD-1', column: 'todo', before })).rejects.toMatchObject({ code });
    }
    await expect(room.call('board.move', { key: 'QD-1', column: 'nope' })).rejects.toThrow(/there are: backlog/);
  });

  test('a full column takes no more, its own cards move freely', async () => {
    const columns = (await room.call('board.columns', {})).map((c) => (c.id === 'doing' ? { ...c, limit: 1 } : c));
    await room.call('board.setColumns', { columns });
    await add('1');
    await add('2');
    await room.call('board.move', { key: 'QD-1', column: 'doing' });
    await expect(room.call('board.move', { key: 'QD-2', column: 'doing' })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('"Doing" holds 1 of at most 1 card'),
    });
    await expect(add('3', { column: 'doing' })).rejects.toMatchObject({ code: 'refused' });
    await room.call('board.move', { key: 'QD-1', column: 'doing' });
    await room.call('board.move', { key: 'QD-1', column: 'done' });
    expect(await room.call('board.move', { key: 'QD-2', column: 'doing' })).toMatchObject({ column: 'doing' });
  });

  test('into and out of finished columns set and clear the time', async () => {
    const { key } = await add('Card');
    room.clock.advance(5000);
    const done = await room.call('board.move', { key, column: 'done' });
    expect(done.finishedAt).toBe(room.clock.now());
    expect((await room.call('board.move', { key, column: 'todo' })).finishedAt).toBeNull();
  });

  test('many at once lose no card', async () => {
    for (let i = 0; i < 20; i++) await add(`${i}`);
    const columns = ['backlog', 'todo', 'review', 'done'];
    await Promise.allSettled(
      Array.from({ length: 400 }, (_, i) =>
        room.call('board.move', {
          key: `QD-${((i * 7) % 20) + 1}`,
          column: columns[(i * 13) % 4] ?? 'todo',
          before: i % 3 === 0 ? `QD-${((i * 11) % 20) + 1}` : null,
        }),
      ),
    );
    const all = await room.call('board.list', {});
    expect(new Set(all.map(({ key }) => key)).size).toBe(20);
    for (const column of columns) {
      const ranks = all.filter((card) => card.column === column).map((card) => card.rank);
      expect(new Set(ranks).size).toBe(ranks.length);
    }
  });
});

describe('dependencies', () => {
  test('hold a card until they are done; what is unknown is not', async () => {
    await add('1');
    await add('2', { dependencies: ['QD-1', 'QD-9', 'QD-1'] });
    expect(row('QD-2')).toMatchObject({ blockedBy: ['QD-1', 'QD-9'] });
    await expect(room.call('board.claim', { key: 'QD-2' })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('QD-1, QD-9'),
    });
    await room.call('board.move', { key: 'QD-1', column: 'discarded' });
    expect(row('QD-2')?.blockedBy).toEqual(['QD-1', 'QD-9']);
    await room.call('board.move', { key: 'QD-1', column: 'done' });
    expect(row('QD-2')?.blockedBy).toEqual(['QD-9']);
    await expect(room.call('board.move', { key: 'QD-2', column: 'done' }, agent('s_a'))).rejects.toThrow(/QD-9/);
    await room.call('board.edit', { key: 'QD-2', dependencies: ['QD-1'] });
    expect(row('QD-2')?.blockedBy).toEqual([]);
    await room.call('board.remove', { key: 'QD-1' });
    expect(row('QD-2')?.blockedBy).toEqual(['QD-1']);
    room.restart();
    expect(row('QD-2')?.blockedBy).toEqual(['QD-1']);
  });

  test('never run in a circle, not even over a card that comes later', async () => {
    await add('1', { dependencies: ['QD-3'] });
    await add('2', { dependencies: ['QD-1'] });
    await expect(add('3', { dependencies: ['QD-2'] })).rejects.toMatchObject({
      code: 'refused',
      data: { cycle: ['QD-3', 'QD-2', 'QD-1', 'QD-3'] },
    });
    await expect(room.call('board.edit', { key: 'QD-1', dependencies: ['QD-1'] })).rejects.toThrow(/wait for itself/);
    await expect(room.call('board.edit', { key: 'QD-1', dependencies: ['QD-2'] })).rejects.toThrow(/wait for itself/);
    // The refused card took no number.
    expect(await add('3')).toMatchObject({ key: 'QD-3' });
  });
});

describe('columns', () => {
  test('that hold cards stay, as does one of each kind', async () => {
    await add('1', { column: 'review' });
    const now = await room.call('board.columns', {});
    const without = (id: string) => room.call('board.setColumns', { columns: now.filter((c) => c.id !== id) });
    await expect(without('review')).rejects.toThrow(/holds 1 card/);
    await expect(without('doing')).rejects.toThrow(/kind doing/);
    await expect(room.call('board.setColumns', { columns: [...now, ...now] })).rejects.toThrow(/two columns/);
    await room.call('board.move', { key: 'QD-1', column: 'todo' });
    expect((await without('review')).map(({ id }) => id)).not.toContain('review');
    const rows = room.board.handlers['board.columnRows']({}, ask(person())).live.rows();
    expect([...rows].sort((a, b) => a.position - b.position).map(({ id }) => id)).toEqual([
      'backlog',
      'todo',
      'doing',
      'done',
      'discarded',
    ]);
  });

  test('of another kind finish their cards, and end their claims', async () => {
    await add('1', { column: 'review' });
    await add('2', { dependencies: ['QD-1'] });
    await room.call('board.claim', { key: 'QD-1' }, agent('s_a'));
    const kind = (id: string, to: 'done' | 'review') =>
      room
        .call('board.columns', {})
        .then((now) =>
          room.call('board.setColumns', { columns: now.map((c) => (c.id === id ? { ...c, kind: to } : c)) }),
        );
    await add('3', { column: 'todo' });
    const put: string[] = [];
    const off = room.board.handlers['board.cards']({}, ask(person())).live.subscribe((delta) => {
      put.push(...delta.put.map(({ key }) => key));
    });
    await kind('review', 'done');
    off();
    expect([...new Set(put)].sort()).toEqual(['QD-1', 'QD-2']);
    expect(await room.call('board.get', { key: 'QD-1' })).toMatchObject({ claim: null, finishedAt: room.clock.now() });
    expect(row('QD-2')?.blockedBy).toEqual([]);
    await kind('review', 'review');
    expect(await room.call('board.get', { key: 'QD-1' })).toMatchObject({ finishedAt: null });
    expect(row('QD-2')?.blockedBy).toEqual(['QD-1']);
  });
});

test('a person limited to a session sees what it has to do with; agents see the board', async () => {
  await add('of nobody');
  const linked = await add('linked', { links: { session: 's_a' } });
  const limited = person('bob', ['s_a']);
  const own = await add('own', {}, limited);
  const seen = (await room.call('board.list', {}, limited)).map(({ key }) => key);
  expect(seen.sort()).toEqual([linked.key, own.key]);
  await expect(room.call('board.get', { key: 'QD-1' }, limited)).rejects.toMatchObject({ code: 'not-found' });
  await expect(room.call('board.edit', { key: 'QD-1', title: 'x' }, limited)).rejects.toMatchObject({
    code: 'not-found',
  });
  await expect(room.call('board.history', { key: 'QD-1' }, limited)).rejects.toMatchObject({ code: 'not-found' });
  await expect(room.call('board.claim', { key: own.key, session: 'b' }, limited)).rejects.toMatchObject({
    code: 'not-found',
  });
  expect(JSON.parse((await room.call('board.export', {}, limited)).text)).toMatchObject({ cards: [{}, {}] });
  const { live, filter } = room.board.handlers['board.cards']({}, ask(limited));
  expect(live.snapshot(filter).rows).toHaveLength(2);
  expect(await room.call('board.list', {}, agent('s_b'))).toHaveLength(3);
});
