/** Hostile frames and requests: each gets a fault or an end, nothing crashes, nothing is kept. */
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { entries } from '../../shared/contract/contract.ts';
import { packBytes } from '../../shared/wire/frames.ts';
import { callRoutes } from './routes.ts';
import { principal, startGateway } from './testing/fake-core.ts';

let hub: Awaited<ReturnType<typeof startGateway>>;
const problems: unknown[] = [];
const note = (error: unknown) => void problems.push(error);
beforeAll(async () => {
  hub = await startGateway({ limits: { frames: 1_000_000, open: 256, feedBytes: 1 << 20, maxBytes: 1 << 26 } });
  process.on('unhandledRejection', note);
  process.on('uncaughtException', note);
  // Handlers that break in their own ways.
  hub.answers.set('hub.info', () => {
    throw undefined;
  });
  hub.answers.set('agents.list', () => Promise.reject(new TypeError('x')));
  hub.answers.set('nodes.list', () => undefined);
});
afterAll(async () => {
  await hub.gateway.close();
  process.off('unhandledRejection', note);
  process.off('uncaughtException', note);
});

const name = fc.oneof(
  fc.constantFrom(...entries.keys()),
  fc.string(),
  fc.constantFrom('__proto__', 'constructor', 'toString'),
  // Those that fail unexpectedly, however many entries there are beside them.
  fc.constantFrom('hub.info', 'agents.list', 'nodes.list'),
);
const id = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.double(), fc.string(), fc.constant(2 ** 32));
const input = fc.oneof(
  fc.jsonValue(),
  fc.record({ name: fc.oneof(fc.string(), fc.constant('one')), q: fc.string(), id: fc.string(), text: fc.string() }),
);
const kind = fc.constantFrom(
  'hello',
  'call',
  'abort',
  'feed',
  'open',
  'control',
  'end',
  'ping',
  'nonsense',
  '__proto__',
);
const frame = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({ t: kind, id, name, input, params: input, message: input, n: fc.jsonValue() })
      .map((f) => JSON.stringify(f)),
  },
  { weight: 1, arbitrary: fc.jsonValue().map((v) => JSON.stringify(v)) },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 0, max: 40 }), fc.uint8Array()).map(([i, b]) => packBytes(i, b)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }) },
);

async function dial(token = 'admin'): Promise<WebSocket> {
  const ws = new WebSocket(`${hub.ws}/wire`, { headers: { authorization: `Bearer ${token}` } });
  ws.on('error', () => undefined);
  await new Promise((resolve, reject) => {
    ws.on('open', resolve);
    ws.on('unexpected-response', (_q, r) => reject(new Error(String(r.statusCode))));
  });
  return ws;
}
const health = async () => (await fetch(`${hub.url}/health`)).status;

describe('frames', () => {
  it('10,000 of them: faults and closes, no crash, no memory kept', async () => {
    const frames = fc.sample(frame, { numRuns: 10_000, seed: 7 });
    let ws = await dial();
    let dialled = 1;
    const codes = new Set<string>();
    let answer = () => {};
    const open = (socket: WebSocket) => {
      socket.on('close', () => answer());
      socket.on('message', (data, binary) => {
        answer();
        if (binary) return;
        const { t, fault } = JSON.parse(data.toString());
        if (t === 'fault' || t === 'ended') codes.add(fault?.code ?? 'none');
      });
    };
    open(ws);
    const round = async (some: readonly (string | Uint8Array)[]) => {
      for (const each of some) {
        if (ws.readyState !== WebSocket.OPEN) {
          // A new token each time: the rate of new connections is another test's matter.
          hub.principals.set(`f${dialled}`, principal(`f${dialled}`, ['admin']));
          ws = await dial(`f${dialled++}`);
          open(ws);
        }
        const answered = new Promise<void>((resolve) => {
          answer = resolve;
        });
        ws.send(each);
        ws.send('{"t":"ping","n":1}');
        await answered;
      }
    };
    await round(frames.slice(0, 3000));
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    await round(frames.slice(3000));
    ws.terminate();
    globalThis.gc?.();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(60 * 1024 * 1024);
    expect(problems).toEqual([]);
    expect(await health()).toBe(200);
    expect([...codes]).toEqual(expect.arrayContaining(['invalid', 'not-found', 'internal']));
    expect(dialled).toBeGreaterThan(10);
  }, 120_000);

  it('too many, too large, or all with one id, end the connection with a reason', async () => {
    const strict = await startGateway({ limits: { frames: 50, open: 5, feedBytes: 1000, maxBytes: 1 << 26 } });
    const run = async (frames: readonly (string | Uint8Array)[]) => {
      const ws = new WebSocket(`${strict.ws}/wire`, { headers: { authorization: 'Bearer admin' } });
      const got: string[] = [];
      ws.on('message', (data) => got.push(data.toString()));
      ws.on('error', () => undefined);
      await new Promise((resolve) => ws.on('open', resolve));
      const closed = new Promise<string>((resolve) => ws.on('close', (code, reason) => resolve(`${code} ${reason}`)));
      for (const each of frames) ws.send(each);
      return { closed, got, ws };
    };
    const ping = '{"t":"ping","n":1}';
    expect(await (await run(Array(200).fill(ping))).closed).toBe('1008 too many frames');
    expect(await (await run([new Uint8Array(2_000_000).fill(1)])).closed).toMatch(/^1008 a binary frame/);
    expect(await (await run([`"${'x'.repeat(25 * 1024 * 1024)}"`])).closed).toMatch(/^1009/);
    const feed = (n: number) => JSON.stringify({ t: 'feed', id: n, name: 'sessions.rows', params: {} });
    expect(await (await run([feed(1), feed(1)])).closed).toBe('1008 the id 1 is in use');
    const { got, ws } = await run([1, 2, 3, 4, 5, 6].map(feed));
    await new Promise((resolve) => {
      ws.once('close', resolve);
      ws.on('message', () => got.length >= 7 && resolve(null));
      if (got.length >= 7) resolve(null);
    });
    expect(got.at(-1)).toContain('"code":"rate-limited"');
    await strict.gateway.close();
  });
});

describe('requests', () => {
  it('thousands of hostile ones: a fault each, no crash', async () => {
    const bodies = fc.sample(
      fc.oneof(
        fc.json(),
        fc.string(),
        input.map((v) => JSON.stringify(v)),
      ),
      { numRuns: 4000, seed: 3 },
    );
    const segments = fc.sample(
      fc.oneof(fc.string(), fc.constantFrom('..', '%00', '%ff', 'one', '__proto__', 'a%2fb')),
      { numRuns: 4000, seed: 4 },
    );
    const statuses = new Map<number, number>();
    const one = async (i: number) => {
      const route = callRoutes[i % callRoutes.length];
      if (!route) return;
      const raw = i % 3 === 0 ? (segments[i] ?? '') : encodeURIComponent(segments[i] ?? '');
      const path = route.http.path.replace(/:\w+/g, () => raw.replace(/[?#]/g, ''));
      // With `..` in it `/api/recordings/:id/events` is the stream of events, which has no end to wait for.
      if (new URL(path, hub.url).pathname === '/api/events') return;
      const query = route.query
        ? `?${encodeURIComponent(segments[(i * 7) % 4000] ?? '')}=${encodeURIComponent(bodies[i] ?? '')}`
        : '';
      const init = { method: route.http.method, ...(route.query ? {} : { body: bodies[i] ?? '' }) };
      const got = await hub.get(path + query, init);
      const text = await got.text();
      statuses.set(got.status, (statuses.get(got.status) ?? 0) + 1);
      if (got.status >= 400) {
        const { error } = JSON.parse(text);
        if (typeof error.code !== 'string' || typeof error.message !== 'string') throw new Error(text);
      }
    };
    for (let i = 0; i < 4000; i += 20) await Promise.all(Array.from({ length: 20 }, (_, k) => one(i + k)));
    expect(problems).toEqual([]);
    // 500 only from the two handlers that throw what is no fault.
    expect(
      hub.logged.every((l) =>
        ['hub.info failed unexpectedly', 'agents.list failed unexpectedly', 'a WebSocket broke'].includes(l.message),
      ),
    ).toBe(true);
    expect([...statuses.keys()].sort()).toEqual(expect.arrayContaining([200, 400, 404]));
  }, 60_000);

  it('bytes that are no requests', async () => {
    const junk = fc.sample(
      fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 200 }).map((b) => Buffer.from(b)),
        fc.string().map((s) => Buffer.from(`GET /${s} HTTP/1.1\r\nhost: 127.0.0.1:${hub.port}\r\n${s}\r\n\r\n`)),
      ),
      { numRuns: 600, seed: 5 },
    );
    const throwAt = (bytes: Buffer) =>
      new Promise<void>((resolve) => {
        const socket = connect(hub.port, '127.0.0.1', () => socket.end(bytes));
        socket.resume();
        socket.on('error', () => undefined);
        socket.on('close', () => resolve());
      });
    for (let i = 0; i < junk.length; i += 30) await Promise.all(junk.slice(i, i + 30).map(throwAt));
    expect(problems).toEqual([]);
    expect(await health()).toBe(200);
  });
});
