/** The wire's client against the real gateway: what a person's window, phone and command line live on. */
import { MessageChannel } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PROTOCOL } from '../../shared/contract/contract.ts';
import { Fault } from '../../shared/fault.ts';
import { type Client, createClient, type FeedChange } from '../../shared/wire/client.ts';
import { memoryPair, portTransport, type Transport, webSocketTransport } from '../../shared/wire/transports.ts';
import { createGateway } from './gateway.ts';
import { createFakeCore, principal, startGateway, until } from './testing/fake-core.ts';

let hub: Awaited<ReturnType<typeof startGateway>>;
beforeAll(async () => {
  hub = await startGateway();
});
afterAll(() => hub.gateway.close());
const made: Client[] = [];
afterEach(() => {
  for (const client of made.splice(0)) client.close();
});

const backoff = { first: 5, max: 20 };
function client(options: Partial<Parameters<typeof createClient>[0]> & { token?: string } = {}) {
  const links: Transport[] = [];
  const { token = 'admin', ...rest } = options;
  const connect = () => {
    const transport = webSocketTransport(`${hub.ws}/wire`, { token });
    links.push(transport);
    return transport;
  };
  const it = createClient({ connect, protocol: PROTOCOL, client: 'test', backoff, ...rest });
  made.push(it);
  const online = () => until(() => it.state() === 'online', 'online');
  return { it, online, links, cut: () => links.at(-1)?.close() };
}
type Row = { id: string; text: string };
const row = (id: string, text = id) => ({ id, text }) as never;
/** The fake core's rows stand for those of sessions. */
function watch(it: Client, name: 'sessions.rows' = 'sessions.rows') {
  const changes: FeedChange<Row>[] = [];
  const states: string[] = [];
  let rows: ReadonlyMap<string | number, Row> = new Map();
  const stop = it.feed(
    name,
    {},
    {
      rows: (all, change) => {
        rows = all as never;
        changes.push(change as never);
      },
      state: (state, fault) => states.push(fault ? `${state}: ${fault.code}` : state),
    },
  );
  return { changes, states, stop, keys: () => [...rows.keys()].sort(), get: (key: string) => rows.get(key)?.text };
}

describe('calls', () => {
  it('answer, fault, time out and are given up', async () => {
    const { it, online } = client();
    expect(await it.call('sessions.list', { archived: true })).toEqual({
      name: 'sessions.list',
      input: { archived: true },
    });
    await online();
    expect(it.server()).toEqual({ protocol: PROTOCOL, version: '1.2.3' });
    await expect(it.call('sessions.get', {} as never)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('name: '),
    });
    await expect(it.call('sessions.nothing' as never, {} as never)).rejects.toMatchObject({ code: 'not-found' });
    const given: string[] = [];
    hub.answers.set(
      'hub.doctor',
      (_input, ask) => new Promise(() => ask.signal.addEventListener('abort', () => given.push('up'))),
    );
    await expect(it.call('hub.doctor', {}, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'timeout' });
    await expect(it.call('hub.doctor', {}, { signal: AbortSignal.timeout(20) })).rejects.toThrow();
    await until(() => given.length === 2, 'both given up');
    hub.answers.set('hub.doctor', () => {
      throw new Error('secret');
    });
    await expect(it.call('hub.doctor', {})).rejects.toMatchObject({
      code: 'internal',
      message: expect.not.stringContaining('secret'),
    });
    await expect(
      it.call('sessions.upload', { name: 'x', path: 'p', content: 'A'.repeat(30_000_000) }),
    ).rejects.toMatchObject({ code: 'too-large' });
    expect(it.state()).toBe('online');
    hub.answers.clear();
  });
  it('under way reject when the connection breaks, and only those that may be repeated are', async () => {
    const { it, online, cut } = client();
    await online();
    let asked = 0;
    hub.answers.set('prompts.enqueue', () => {
      asked++;
      return asked < 3 ? new Promise(() => undefined) : { asked };
    });
    const once = it.call('prompts.enqueue', { name: 'a', text: 'x' });
    const again = it.call('prompts.enqueue', { name: 'a', text: 'x', id: 'p1' }, { retry: true });
    await until(() => asked === 2, 'both asked');
    cut();
    await expect(once).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('may or may not'),
    });
    expect(await again).toEqual({ asked: 3 });
    hub.answers.clear();
  });
  it('without a connection fail at once, unless they may wait', async () => {
    let up = false;
    const { it } = client({
      connect: () => webSocketTransport(up ? `${hub.ws}/wire` : 'ws://127.0.0.1:1/wire', { token: 'admin' }),
    });
    const waits = it.call('hub.info', {}, { retry: true });
    await expect(it.call('hub.info', {})).rejects.toMatchObject({ code: 'unavailable' });
    up = true;
    it.wake();
    expect(await waits).toMatchObject({ name: 'hub.info' });
  });
  it('tell a refused token from a hub that is away', async () => {
    const { it } = client({ token: 'wrong', refused: async () => new Fault('unauthorized', 'this token is unknown') });
    await expect(it.call('hub.info', {}, { retry: true })).rejects.toMatchObject({ code: 'unauthorized' });
    expect(it.state()).toBe('refused');
    expect(it.problem()?.code).toBe('unauthorized');
    hub.principals.set('short', principal('short', ['read']));
    const short = client({ token: 'short' });
    await short.online();
    hub.bus.emit('auth.revoked', { tokenIds: ['short'] });
    await until(() => short.it.state() === 'refused', 'refused');
    expect(short.links.length).toBe(1);
  });
  it('are limited to what the token may', async () => {
    const { it } = client({ token: 'limited' });
    await it.call('sessions.get', { name: 'one' });
    expect(hub.asked.at(-1)?.input).toEqual({ name: 's_1' });
    await expect(it.call('sessions.get', { name: 'two' })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(it.call('auth.users', {})).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('feeds', () => {
  it('come back with the missing deltas, or with a new snapshot, and keep their rows in between', async () => {
    const { it, online, cut } = client();
    hub.rows.put(row('a'), row('b'));
    const seen = watch(it);
    await until(() => seen.keys().join() === 'a,b', 'the snapshot');
    hub.rows.put(row('a', 'A'), row('c'));
    hub.rows.drop('b');
    await until(() => seen.keys().join() === 'a,c', 'the deltas');
    expect(seen.get('a')).toBe('A');
    cut();
    await until(() => it.state() !== 'online', 'offline');
    expect(seen.keys()).toEqual(['a', 'c']);
    hub.rows.put(row('d'));
    await online();
    await until(() => seen.keys().join() === 'a,c,d', 'the missing delta');
    expect(seen.changes.filter((c) => c.reset).length).toBe(1);
    expect(seen.states).toEqual(['loading', 'live', 'stale', 'live']);
    cut();
    await until(() => it.state() !== 'online', 'offline');
    for (let i = 0; i < 30; i++) hub.rows.put(row('d', `${i}`));
    hub.rows.drop('a', 'c');
    await until(() => seen.keys().join() === 'd', 'a new snapshot');
    expect(seen.changes.at(-1)).toEqual({ put: [row('d', '29')], drop: ['a', 'c'], reset: true });
    seen.stop();
    hub.rows.drop('d');
    await it.call('hub.info', {});
    expect(seen.keys()).toEqual(['d']);
  });
  it('show a limited token its rows and not even the keys of others', async () => {
    const { it } = client({ token: 'limited' });
    hub.rows.put(row('s_1'), row('s_2'));
    const seen = watch(it);
    await until(() => seen.keys().join() === 's_1', 'the snapshot');
    hub.rows.put(row('s_2', 'x'), row('s_3'));
    hub.rows.drop('s_2');
    hub.rows.put(row('s_1', 'y'));
    await until(() => seen.get('s_1') === 'y', 'the delta');
    hub.rows.drop('s_1');
    await until(() => seen.keys().length === 0, 'the drop');
    expect(JSON.stringify(seen.changes)).not.toMatch(/s_[23]/);
    expect(watch(it, 'logs.rows' as never).states).toEqual(['loading']);
  });
  it('end with the reason when they are refused', async () => {
    const { it } = client({ token: 'reader' });
    const seen = watch(it, 'logs.rows' as never);
    await until(() => seen.states.length === 2, 'the end');
    expect(seen.states).toEqual(['loading', 'ended: forbidden']);
  });
  it('pause for a reader that does not read, and go on with one new snapshot', async () => {
    const { core, rows } = createFakeCore();
    const gateway = createGateway({ core, limits: { frames: 100, open: 10, feedBytes: 10_000, maxBytes: 50_000_000 } });
    const [near, far] = memoryPair();
    let waiting = 0;
    gateway.serve({ ...far, buffered: () => waiting }, principal('reader', ['read']), 'memory');
    const it = createClient({ connect: () => near, protocol: PROTOCOL, client: 'test' });
    made.push(it);
    const seen = watch(it);
    await until(() => seen.states.includes('live'), 'the snapshot');
    waiting = 1_000_000;
    for (let i = 0; i < 5000; i++) rows.put(row(`r${i % 100}`, `${i}`));
    await it.call('hub.info', {});
    expect(seen.changes.length).toBe(1);
    waiting = 0;
    await until(() => seen.keys().length === 100, 'a snapshot');
    expect(seen.get('r99')).toBe('4999');
    expect(seen.changes.length).toBe(2);
    rows.put(row('r0', 'after'));
    await until(() => seen.get('r0') === 'after', 'deltas again');
    await gateway.close();
  });
});

describe('pipes', () => {
  it('carry bytes and small messages, open again by themselves, and end with a reason', async () => {
    const { it, online, cut } = client();
    const log: string[] = [];
    const pipe = it.pipe(
      'sessions.terminal',
      { name: 't1' },
      {
        bytes: (chunk) => log.push(new TextDecoder().decode(chunk)),
        notice: (message) => log.push((message as { kind: string }).kind),
        opened: () => log.push('opened'),
        ended: (fault) => log.push(`ended ${fault?.code ?? ''}`),
      },
    );
    expect(pipe.bytes(Uint8Array.of(1))).toBe(false);
    await until(() => log.includes('opened'), 'opened');
    expect(log).toEqual(['screen', 'screen', 'opened']);
    const far = () => hub.terminals.findLast((t) => t.params['name'] === 't1');
    const big = new Uint8Array(300_000).map((_, i) => i % 251);
    pipe.bytes(big);
    pipe.control({ kind: 'resize', cols: 100, rows: 30 });
    await until(() => far()?.controls.length === 1, 'the size');
    expect(Buffer.concat(far()?.heard ?? []).equals(big)).toBe(true);
    cut();
    await until(() => far()?.closed === true, 'the far end closed');
    await online();
    await until(() => log.filter((l) => l === 'opened').length === 2, 'opened again');
    far()?.sink.close(new Fault('gone', 'it ended'));
    await until(() => log.at(-1) === 'ended gone', 'the end');
    cut();
    await until(() => it.state() !== 'online', 'offline');
    await online();
    await it.call('hub.info', {});
    expect(log.filter((l) => l === 'opened').length).toBe(2);
    expect(pipe.bytes(Uint8Array.of(1))).toBe(false);
  });
  it('refuse what a reader types, once, and malformed messages', async () => {
    const { it } = client({ token: 'reader' });
    const refused: string[] = [];
    let opened = false;
    const pipe = it.pipe(
      'sessions.terminal',
      { name: 't2' },
      {
        bytes: () => undefined,
        opened: () => {
          opened = true;
        },
        refused: (fault) => refused.push(fault.code),
      },
    );
    await until(() => opened, 'opened');
    pipe.bytes(Uint8Array.of(1));
    pipe.bytes(Uint8Array.of(2));
    pipe.control({ kind: 'resize', cols: 'x' });
    await until(() => refused.length === 2, 'refusals');
    await it.call('hub.info', {});
    expect(refused).toEqual(['forbidden', 'invalid']);
    expect(hub.terminals.findLast((t) => t.params['name'] === 't2')?.heard).toEqual([]);
  });
  it('know how much of what waits is their own', async () => {
    const { core, terminals } = createFakeCore();
    const gateway = createGateway({ core });
    const [near, far] = memoryPair();
    let waiting = 0;
    const sent: number[] = [];
    const slow: Transport = {
      ...far,
      send(frame) {
        far.send(frame);
        sent.push(frame.length);
        waiting += frame.length;
      },
      buffered: () => waiting,
    };
    gateway.serve(slow, principal('admin', ['admin']), 'memory');
    const it = createClient({ connect: () => near, protocol: PROTOCOL, client: 'test' });
    made.push(it);
    let opened = 0;
    for (const name of ['busy', 'quiet']) {
      it.pipe('sessions.terminal', { name }, { bytes: () => undefined, opened: () => opened++ });
    }
    await until(() => opened === 2, 'two pipes');
    waiting = 0;
    const [busy, quiet] = terminals.map((t) => t.sink);
    quiet?.bytes(new Uint8Array(95));
    for (let i = 0; i < 200; i++) busy?.bytes(new Uint8Array(995));
    expect([busy?.buffered(), quiet?.buffered()]).toEqual([200_000, 100]);
    waiting -= 100 + 150 * 1000;
    expect([busy?.buffered(), quiet?.buffered()]).toEqual([50_000, 0]);
    waiting = 0;
    expect(busy?.buffered()).toBe(0);
    await gateway.close();
  });
});

describe('the connection', () => {
  it('travels over a MessagePort too, and knows when the other side lags', async () => {
    const { port1, port2 } = new MessageChannel();
    const stop = hub.gateway.serve(portTransport(port1), principal('admin', ['admin']), 'port');
    const it = createClient({ connect: () => portTransport(port2), protocol: PROTOCOL, client: 'desktop' });
    made.push(it);
    expect(await it.call('hub.info', {})).toMatchObject({ name: 'hub.info' });
    let bytes = 0;
    let opened = false;
    it.pipe(
      'sessions.terminal',
      { name: 't3' },
      {
        bytes: (chunk) => {
          bytes += chunk.length;
        },
        opened: () => {
          opened = true;
        },
      },
    );
    await until(() => opened, 'opened');
    const sink = hub.terminals.findLast((t) => t.params['name'] === 't3')?.sink;
    for (let i = 0; i < 100; i++) sink?.bytes(new Uint8Array(10_000));
    expect(sink?.buffered()).toBeGreaterThan(800_000);
    await until(() => bytes === 1_000_006, 'all bytes');
    await until(() => sink?.buffered() === 0, 'nothing waits');
    stop();
    await until(() => it.state() !== 'online', 'offline');
  });
});
