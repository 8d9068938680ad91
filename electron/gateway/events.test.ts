import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HubEvent } from '../../shared/contract/hub.ts';
import type { Asked } from '../kernel/handlers.ts';
import { eventStream } from './events.ts';
import { createFakeCore, principal, startGateway, until } from './testing/fake-core.ts';

const event = (id: number): HubEvent => ({
  id,
  at: id,
  type: 'session.state',
  sessionId: 's_1',
  data: { text: 'a\nb' },
});

interface Got {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}
/** Reads a stream of server-sent events as an EventSource would. */
function reader(body: ReadableStream<Uint8Array> | null) {
  const all: Got[] = [];
  const done = (async () => {
    let text = '';
    for await (const chunk of (body ?? new ReadableStream()).pipeThrough(
      new TextDecoderStream() as never,
    ) as never as AsyncIterable<string>) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        all.push(
          Object.fromEntries(
            block.split('\n').map((line) => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]),
          ),
        );
      }
    }
  })();
  return { all, done, of: (kind: string) => all.filter((e) => e.event === kind) };
}

let hub: Awaited<ReturnType<typeof startGateway>>;
beforeAll(async () => {
  hub = await startGateway({ pace: { ping: 50 } });
});
afterAll(() => hub.gateway.close());

describe('GET /api/events', () => {
  it('pings with real events, sends what happens, and resumes after the last id', async () => {
    const stop = new AbortController();
    const first = await hub.get('/api/events', { signal: stop.signal });
    expect(first.headers.get('content-type')).toContain('text/event-stream');
    const got = reader(first.body);
    got.done.catch(() => undefined);
    await until(() => got.of('ping').length >= 2, 'two pings');
    hub.events.put(event(1), event(2));
    await until(() => got.of('session.state').length === 2, 'two events');
    expect(got.of('session.state')[1]).toEqual({ id: '2', event: 'session.state', data: JSON.stringify(event(2)) });
    stop.abort();

    for (let id = 3; id <= 1500; id++) hub.events.put(event(id));
    const again = new AbortController();
    const resumed = async (last: string) => {
      const answer = await hub.get('/api/events', { signal: again.signal, headers: { 'last-event-id': last } });
      const it = reader(answer.body);
      it.done.catch(() => undefined);
      await until(() => it.of('ping').length >= 2 && it.of('session.state').at(-1)?.id === '1500', 'the last event');
      return it;
    };
    const near = await resumed('1490');
    expect(near.of('session.state').map((e) => e.id)).toEqual([
      '1491',
      '1492',
      '1493',
      '1494',
      '1495',
      '1496',
      '1497',
      '1498',
      '1499',
      '1500',
    ]);
    expect(near.of('dropped')).toEqual([]);
    // The collection holds 1000: of 1499 events, 499 are gone and told.
    const far = await resumed('2');
    expect(far.of('dropped').map((e) => e.data)).toEqual(['{"count":498}']);
    expect(far.of('session.state').length).toBe(1000);
    // From a hub whose numbers were higher: everything is new.
    expect((await resumed('999999')).of('session.state').length).toBe(1000);
    again.abort();
  });

  it('ends within a second of the client leaving, also when nothing happens', async () => {
    const fresh = await startGateway({ pace: { ping: 60_000 } });
    let listeners = 0;
    const { subscribe } = fresh.events;
    (fresh.events as { subscribe: typeof subscribe }).subscribe = (...args) => {
      listeners++;
      const stop = subscribe(...args);
      return () => {
        listeners--;
        stop();
      };
    };
    const sockets = Array.from({ length: 20 }, () => {
      const socket = connect(fresh.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(`GET /api/events HTTP/1.1\r\nhost: 127.0.0.1:${fresh.port}\r\nauthorization: Bearer admin\r\n\r\n`);
      return socket;
    });
    await until(() => listeners === 20, 'twenty listeners');
    for (const socket of sockets) socket.destroy();
    await until(() => listeners === 0, 'no listeners');
    await fresh.gateway.close();
  });

  it('is cut when the token is revoked', async () => {
    hub.principals.set('short', principal('short', ['read']));
    const got = reader((await hub.get('/api/events', { token: 'short' })).body);
    await until(() => got.of('ping').length > 0, 'a ping');
    const at = Date.now();
    hub.principals.delete('short');
    hub.bus.emit('auth.revoked', { tokenIds: ['short'] });
    await got.done;
    expect(Date.now() - at).toBeLessThan(1000);
  });

  it('keeps a bounded queue for a slow reader, and tells it what was dropped', async () => {
    const { core, events } = createFakeCore();
    const stop = new AbortController();
    const ask: Asked = { who: principal('a', ['read']), address: '', signal: stop.signal };
    let ended = 0;
    const stream = eventStream(core, ask, null, () => ended++, { queue: 10, pingMs: 60_000 });
    for (let id = 1; id <= 5000; id++) events.put(event(id));
    const got = reader(stream);
    await until(() => got.of('session.state').at(-1)?.id === '5000', 'the last event');
    const dropped = got.of('dropped').map((e) => JSON.parse(e.data ?? '').count);
    expect(dropped.length).toBe(1);
    expect(dropped[0] + got.of('session.state').length).toBe(5000);
    expect(got.of('session.state').length).toBeLessThan(2000);
    stop.abort();
    await got.done;
    expect(ended).toBe(1);
  });
});
