/** How the client keeps its connection; with a turned clock and no hub. All else is tested against the real gateway. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Client, createClient } from './client.ts';
import type { Transport } from './transports.ts';

const PROTOCOL = 1;
const made: Client[] = [];
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  for (const client of made.splice(0)) client.close();
  vi.useRealTimers();
});

describe('the connection', () => {
  it('finds a silent hub within 15 seconds, and at once when woken', async () => {
    let speaks = true;
    const opens: number[] = [];
    const connect = (): Transport => {
      let hear: (frame: string) => void = () => undefined;
      return {
        start(events) {
          opens.push(Date.now());
          hear = events.message;
          queueMicrotask(() => {
            events.open();
            hear(JSON.stringify({ t: 'hello', protocol: 1, version: 'x', caps: [] }));
          });
        },
        send(frame) {
          const { t, n } = JSON.parse(frame as string);
          if (t === 'ping' && speaks) queueMicrotask(() => hear(JSON.stringify({ t: 'pong', n })));
        },
        close: () => undefined,
        buffered: () => 0,
      };
    };
    const it = createClient({ connect, protocol: PROTOCOL, client: 'test' });
    made.push(it);
    await vi.advanceTimersByTimeAsync(120_700);
    expect(opens.length).toBe(1);
    speaks = false;
    await vi.advanceTimersByTimeAsync(15_000);
    expect(opens.length).toBe(2);
    const before = opens.length;
    it.wake();
    await vi.advanceTimersByTimeAsync(3500);
    expect(opens.length).toBe(before + 1);
  });
  it('waits longer after each failure, never the same for all, and not after being woken', async () => {
    const at: number[] = [];
    const connect = (): Transport => ({
      start(events) {
        at.push(Date.now());
        queueMicrotask(() => events.close(1006, ''));
      },
      send: () => undefined,
      close: () => undefined,
      buffered: () => 0,
    });
    const it = createClient({ connect, protocol: PROTOCOL, client: 'test', backoff: { first: 100, max: 1600 } });
    made.push(it);
    await vi.advanceTimersByTimeAsync(30_000);
    const waits = at.slice(1).map((t, i) => t - (at[i] ?? 0));
    waits.forEach((wait, i) => {
      const full = Math.min(1600, 100 * 2 ** i);
      expect(wait).toBeGreaterThanOrEqual(full / 2);
      expect(wait).toBeLessThanOrEqual(full + 1);
    });
    expect(new Set(waits.slice(5)).size).toBeGreaterThan(3);
    const count = at.length;
    it.wake();
    expect(at.length).toBe(count + 1);
  });

  it('sends once what a listener of the connection begins', async () => {
    const sent: string[] = [];
    const connect = (): Transport => ({
      start(events) {
        queueMicrotask(() => {
          events.open();
          events.message(JSON.stringify({ t: 'hello', protocol: 1, version: 'x', caps: [] }));
        });
      },
      send: (frame) => sent.push(String(frame)),
      close: () => undefined,
      buffered: () => 0,
    });
    const it = createClient({ connect, protocol: PROTOCOL, client: 'test' });
    made.push(it);
    it.call('hub.info', {}).catch(() => undefined);
    it.onState((state) => {
      if (state !== 'online') return;
      it.call('auth.me', {}).catch(() => undefined);
      it.feed('sessions.rows', {}, { rows: () => undefined });
    });
    await vi.advanceTimersByTimeAsync(10);
    const begun = sent.map((frame) => JSON.parse(frame)).filter(({ t }) => t === 'call' || t === 'feed');
    expect(begun.map(({ name }) => name)).toEqual(['auth.me', 'sessions.rows', 'hub.info']);
  });

  it('gives up an attempt made over the network of before, when the network is another', async () => {
    let attempts = 0;
    const connect = (): Transport => ({
      // The packets go nowhere: neither open nor close ever comes.
      start: () => {
        attempts += 1;
      },
      send: () => undefined,
      close: () => undefined,
      buffered: () => 0,
    });
    const it = createClient({ connect, protocol: PROTOCOL, client: 'test' });
    made.push(it);
    await vi.advanceTimersByTimeAsync(500);
    it.wake();
    expect(attempts).toBe(1);
    await vi.advanceTimersByTimeAsync(1000);
    it.wake();
    expect(attempts).toBe(2);
    await vi.advanceTimersByTimeAsync(5000);
    expect(attempts).toBe(2);
  });

  it('knows how far away the hub is, and takes the line for what it is without load', async () => {
    let delay = 120;
    const connect = (): Transport => {
      let hear: (frame: string) => void = () => undefined;
      return {
        start(events) {
          hear = events.message;
          queueMicrotask(() => {
            events.open();
            hear(JSON.stringify({ t: 'hello', protocol: 1, version: 'x', caps: [] }));
          });
        },
        send(frame) {
          const { t, n } = JSON.parse(frame as string);
          if (t === 'ping') setTimeout(() => hear(JSON.stringify({ t: 'pong', n })), delay);
        },
        close: () => undefined,
        buffered: () => 0,
      };
    };
    const it = createClient({ connect, protocol: PROTOCOL, client: 'test' });
    made.push(it);
    expect(it.latency()).toBeNull();
    await vi.advanceTimersByTimeAsync(200);
    expect(it.latency()).toBe(120);
    delay = 900;
    it.measure();
    await vi.advanceTimersByTimeAsync(1000);
    expect(it.latency()).toBe(120);
    for (let i = 0; i < 4; i += 1) {
      it.measure();
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(it.latency()).toBe(900);
  });
});
