import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Receipt } from '../../../shared/contract/prompts.ts';
import { ask, createHub, type Hub, waitFor, who } from './fixtures/hub.ts';

let hub: Hub;
beforeEach(async () => {
  hub = await createHub({ 'prompts.init': ['say HUBWIDE'] });
});
afterEach(() => hub.close());

const handlers = () => hub.prompts.handlers;
const get = async (id: string): Promise<Receipt> => handlers()['prompts.get']({ id }, ask());
const paused = async (id: string) => {
  await hub.agent(id, ['--work', '30']);
  hub.sessions.change(id, { paused: true });
};
const input = (name: string, text: string, id?: string) => ({
  name,
  text,
  now: false,
  steer: false,
  lines: false,
  ...(id && { id }),
});

test('the same id is the same prompt; under another text or session it is a conflict', async () => {
  await paused('a');
  await paused('b');
  const first = await handlers()['prompts.enqueue'](input('a', 'one\r\ntwo', 'p1'), ask());
  expect(await handlers()['prompts.enqueue'](input('a', 'one\ntwo', 'p1'), ask())).toMatchObject({
    id: 'p1',
    createdAt: first.createdAt,
  });
  const again = (name: string, text: string) =>
    Promise.resolve().then(() => handlers()['prompts.enqueue'](input(name, text, 'p1'), ask()));
  await expect(again('a', 'other')).rejects.toMatchObject({ code: 'conflict' });
  await expect(again('b', 'one\ntwo')).rejects.toMatchObject({ code: 'conflict' });
  hub.sessions.change('a', { paused: false });
  await waitFor(hub, 'p1', 'confirmed');
  expect(await again('a', 'one\ntwo')).toMatchObject({ state: 'confirmed' });
  expect(await hub.took('a')).toEqual(['one\ntwo']);
});

test('what waits can be edited, moved and cancelled; what was delivered cannot', async () => {
  await paused('a');
  for (const n of [1, 2, 3, 4]) await hub.send('a', `say ${n}`, { id: `p${n}` });
  await handlers()['prompts.edit']({ id: 'p4', before: 'p1' }, ask());
  await handlers()['prompts.edit']({ id: 'p1', before: null, text: 'say 1b' }, ask());
  await handlers()['prompts.edit']({ id: 'p3', before: 'p2' }, ask());
  expect(await handlers()['prompts.cancel']({ id: 'p2' }, ask())).toMatchObject({
    state: 'cancelled',
    reason: 'cancelled by tester',
  });
  expect(await handlers()['prompts.cancel']({ id: 'p2' }, ask())).toMatchObject({ state: 'cancelled' });
  const edit = (e: { id: string; text?: string; before?: string | null }) =>
    Promise.resolve().then(() => handlers()['prompts.edit'](e, ask()));
  await expect(edit({ id: 'p2', text: 'x' })).rejects.toMatchObject({ code: 'conflict' });
  await expect(edit({ id: 'p1', text: 'not kept', before: 'p2' })).rejects.toMatchObject({ code: 'conflict' });
  hub.sessions.change('a', { paused: false });
  await waitFor(hub, 'p1', 'idle');
  expect(await hub.took('a')).toEqual(['say 4', 'say 3', 'say 1b']);
  await expect(edit({ id: 'p1', text: 'x' })).rejects.toMatchObject({ code: 'conflict' });
  await expect(Promise.resolve().then(() => handlers()['prompts.cancel']({ id: 'p1' }, ask()))).rejects.toMatchObject({
    code: 'conflict',
  });
});

test('only the head of the queue is held, with the reason on its session', async () => {
  await paused('a');
  const [first, second] = [await hub.send('a', 'one'), await hub.send('a', 'two')];
  await expect.poll(() => get(first)).toMatchObject({ state: 'held', reason: expect.stringContaining('paused') });
  expect(await waitFor(hub, first, 'delivered', 0.1)).toMatchObject({ state: 'held', reached: false });
  expect(await get(second)).toMatchObject({ state: 'queued' });
  await handlers()['prompts.edit']({ id: second, before: first }, ask());
  await expect.poll(() => get(second)).toMatchObject({ state: 'held' });
  expect(await get(first)).toMatchObject({ state: 'queued' });
});

test('a wait ends at its deadline, when the caller left, and when nothing more can come', async () => {
  await paused('a');
  const id = await hub.send('a', 'later');
  expect(await waitFor(hub, id, 'confirmed', 0.05)).toMatchObject({ reached: false });
  const gone = new AbortController();
  const waiting = handlers()['prompts.wait']({ id, until: 'confirmed', timeout: 600 }, ask(who(), gone.signal));
  gone.abort();
  expect(await waiting).toMatchObject({ reached: false });
  const more = waitFor(hub, id, 'idle', 600);
  await handlers()['prompts.cancel']({ id }, ask());
  expect(await more).toMatchObject({ reached: false, state: 'cancelled' });
});

test('who is limited to other sessions sees nothing and changes nothing', async () => {
  await paused('a');
  const id = await hub.send('a', 'mine');
  const other = ask(who(['b']));
  for (const call of [
    () => handlers()['prompts.get']({ id }, other),
    () => handlers()['prompts.cancel']({ id }, other),
    () => handlers()['prompts.edit']({ id, text: 'x' }, other),
    () => handlers()['prompts.wait']({ id, until: 'delivered', timeout: 1 }, other),
    () => handlers()['prompts.list']({ name: 'a', limit: 1 }, other),
    () => handlers()['prompts.enqueue'](input('a', 'x'), other),
  ])
    await expect(Promise.resolve().then<unknown>(call)).rejects.toMatchObject({ code: 'not-found' });
  const { live, filter } = handlers()['prompts.rows']({}, other);
  expect(live.snapshot(filter).rows).toEqual([]);
  const mine = handlers()['prompts.rows']({ session: 'a' }, ask(who(['a'])));
  expect(mine.live.snapshot(mine.filter).rows).toMatchObject([{ id }]);
});

test('eight prompts to eight sessions go side by side; each session has one receipt', async () => {
  const names = Array.from({ length: 8 }, (_, n) => `s${n}`);
  for (const name of names) await hub.agent(name);
  const alone = await waitFor(hub, await hub.send('s0', 'say ALONE'), 'idle');
  const single = (alone.deliveredAt ?? 0) - alone.createdAt;
  const started = Date.now();
  const answers = await handlers()['prompts.broadcast'](
    {
      sessions: [...names, 's3', 'nobody'],
      all: false,
      text: 'say ALL',
      id: 'b1',
      now: false,
      steer: false,
      lines: false,
    },
    ask(),
  );
  expect(answers).toHaveLength(9);
  expect(answers.at(-1)).toMatchObject({ session: 'nobody', error: expect.any(String) });
  const receipts = await Promise.all(answers.flatMap((a) => ('id' in a ? [waitFor(hub, a.id, 'confirmed')] : [])));
  expect(receipts.map((r) => r.state)).toEqual(names.map(() => 'confirmed'));
  const slowest = Math.max(...receipts.map((r) => (r.deliveredAt ?? Number.POSITIVE_INFINITY) - started));
  console.info(`one delivered in ${single} ms, the last of eight in ${slowest} ms`);
  expect(slowest).toBeLessThan(2000);
  for (const name of names) expect((await hub.took(name)).filter((t) => t === 'say ALL')).toHaveLength(1);
});

test('init prompts go first, once for each start, and a new start replaces those of the one before', async () => {
  hub.sessions.initPrompts = () => ['say OWN'];
  await paused('a');
  await hub.send('a', 'say LATER');
  const fire = () => hub.prompts.fireInit('a');
  await fire();
  await fire();
  hub.sessions.change('a', { startedAt: Date.now() + 1000 });
  await fire();
  const all = await handlers()['prompts.list']({ name: 'a', limit: 100 }, ask());
  expect(
    all
      .filter((r) => r.state === 'cancelled')
      .map((r) => r.text)
      .sort(),
  ).toEqual(['say HUBWIDE', 'say OWN']);
  hub.sessions.change('a', { paused: false });
  const last = all.find((r) => r.text === 'say LATER');
  await waitFor(hub, last?.id ?? '', 'confirmed');
  expect(await hub.took('a')).toEqual(['say HUBWIDE', 'say OWN', 'say LATER']);
  const session = hub.sessions.resolve('a');
  hub.bus.emit('session.started', { session, fresh: false });
  expect(await handlers()['prompts.list']({ name: 'a', limit: 100 }, ask())).toHaveLength(all.length);
});

test('a removed session ends what waited for it', async () => {
  await paused('a');
  const id = await hub.send('a', 'never');
  hub.bus.emit('session.removed', { id: 'a', name: 'a' });
  expect(await get(id)).toMatchObject({ state: 'cancelled', reason: expect.stringContaining('removed') });
});

test("the agent's own word confirms a prompt that nothing on the screen confirmed", async () => {
  await hub.agent('a', ['--swallow', '99']);
  const id = await hub.send('a', 'say LATE');
  expect(await waitFor(hub, id, 'confirmed')).toMatchObject({ state: 'unverified' });
  hub.bus.emit('session.event', { id: 'a', kind: 'prompt', text: 'another', at: Date.now() });
  expect(await get(id)).toMatchObject({ state: 'unverified' });
  hub.bus.emit('session.event', { id: 'a', kind: 'prompt', text: 'say LATE', at: Date.now() });
  expect(await get(id)).toMatchObject({ state: 'confirmed' });
});
