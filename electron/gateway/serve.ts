/** One connection of an authenticated peer, over any transport: its calls, feeds and pipes. */
import { type FeedName, type PipeName, PROTOCOL } from '../../shared/contract/contract.ts';
import { Fault } from '../../shared/fault.ts';
import { ClientFrame } from '../../shared/wire/client-frames.ts';
import {
  type ActsFor,
  BYTES_FRAME_MAX,
  CLOSE_POLICY,
  CLOSE_SLOW,
  packBytes,
  type ServerFrame,
  TEXT_FRAME_MAX,
  unpackBytes,
} from '../../shared/wire/frames.ts';
import type { Transport } from '../../shared/wire/transports.ts';
import {
  type Asked,
  actingFor,
  type FeedHandler,
  type PipeEnd,
  type PipeHandler,
  type PipeSink,
  type Principal,
} from '../kernel/handlers.ts';
import type { Key } from '../kernel/live.ts';
import { requireScope } from './authorise.ts';
import type { Core } from './core.ts';
import { createBucket, createLedger } from './flow.ts';
import { entryOf, faultOf, invoke, parse, prepare } from './invoke.ts';

export interface ServeLimits {
  /** Frames a second, after a burst of twice as many. */
  readonly frames: number;
  /** Calls under way, feeds and pipes open, each. */
  readonly open: number;
  /** Bytes waiting for a slow reader before its feeds pause; they go on with a new snapshot. */
  readonly feedBytes: number;
  /** Bytes waiting before the connection is given up. */
  readonly maxBytes: number;
}
export const SERVE_LIMITS: ServeLimits = {
  frames: 5000,
  open: 256,
  feedBytes: 1024 * 1024,
  maxBytes: 64 * 1024 * 1024,
};

interface Open {
  readonly kind: 'call' | 'feed' | 'pipe';
  end(): void;
  bytes?(chunk: Uint8Array): void;
  control?(message: unknown): void;
}

/** Serves until either side ends it. The answer ends it from this side. */
export function serveConnection(
  core: Core,
  transport: Transport,
  who: Principal,
  address: string,
  { limits = SERVE_LIMITS, onClose }: { readonly limits?: ServeLimits; readonly onClose?: () => void } = {},
): { close(code: number, reason: string): void } {
  const open = new Map<number, Open>();
  const bucket = createBucket(limits.frames, limits.frames * 2, core.clock.now);
  const ledger = createLedger(() => transport.buffered());
  /** Feeds that paused for a slow reader, each with its way to go on. */
  const paused = new Map<number, () => void>();
  let stopPolling: (() => void) | null = null;
  let closed = false;

  const close = (code: number, reason: string) => {
    if (closed) return;
    transport.close(code, reason);
    gone();
  };
  const gone = () => {
    if (closed) return;
    closed = true;
    stopPolling?.();
    for (const each of [...open.values()]) each.end();
    open.clear();
    onClose?.();
  };
  const push = (frame: string | Uint8Array) => {
    if (closed) return;
    if (transport.buffered() > limits.maxBytes) return close(CLOSE_SLOW, 'too slow to read what was asked for');
    transport.send(frame);
    ledger.sent(frame.length);
  };
  const send = (frame: ServerFrame) => push(JSON.stringify(frame));
  const refuse = (t: 'fault' | 'ended', id: number, error: unknown, doing: string) => {
    if (!closed) send({ t, id, fault: faultOf(core, error, doing).toJSON() });
  };
  const asked = (signal: AbortSignal, by?: ActsFor): Asked => ({ who: actingFor(who, by), address, signal });

  async function call({ id, name, input, by }: Extract<ClientFrame, { t: 'call' }>): Promise<void> {
    const stop = new AbortController();
    const self: Open = { kind: 'call', end: () => stop.abort(new Fault('gone', 'the caller gave up')) };
    open.set(id, self);
    try {
      const { output } = await invoke(core, name, input, asked(stop.signal, by));
      if (open.get(id) === self) send({ t: 'ok', id, output });
    } catch (error) {
      if (open.get(id) === self) refuse('fault', id, error, name);
    } finally {
      if (open.get(id) === self) open.delete(id);
    }
  }

  function feed(id: number, name: string, raw: unknown, epoch: string | undefined, since: number | undefined): void {
    const def = entryOf('feed', name);
    const params = prepare(core, def, raw, who);
    const stop = new AbortController();
    const handler = core.handlers[name as FeedName] as FeedHandler<FeedName>;
    const { live, filter } = handler(params, asked(stop.signal)) as ReturnType<FeedHandler<'hub.events'>>;
    /** Keys that a filtered subscriber was given: it must not learn the keys of rows that it may not see. */
    const given = filter ? new Set<Key>() : null;
    const keyOf = (row: unknown) => (row as Record<string, Key>)[def.key] as Key;
    const snapshot = () => {
      const { epoch: now, seq, rows } = live.snapshot(filter);
      given?.clear();
      for (const row of rows) given?.add(keyOf(row));
      send({ t: 'snapshot', id, key: def.key, epoch: now, seq, rows });
    };
    // From here to the subscription nothing is awaited: no delta is missed, none comes twice.
    const missed = epoch !== undefined && since !== undefined && !given ? live.since(epoch, since) : null;
    if (missed) {
      for (const delta of missed) send({ t: 'delta', id, ...delta });
      send({ t: 'resumed', id, seq: missed.at(-1)?.seq ?? since ?? 0 });
    } else snapshot();
    const unsubscribe = live.subscribe(({ seq, put, drop }) => {
      if (paused.has(id)) return;
      if (transport.buffered() > limits.feedBytes) return pause(id, snapshot);
      for (const row of put) given?.add(keyOf(row));
      const gone = given ? drop.filter((key) => given.delete(key)) : drop;
      if (put.length > 0 || gone.length > 0) send({ t: 'delta', id, seq, put, drop: gone });
    }, filter);
    const self: Open = {
      kind: 'feed',
      end() {
        unsubscribe();
        paused.delete(id);
        stop.abort();
      },
    };
    // The snapshot may have been one too many for a slow reader.
    if (closed) self.end();
    else open.set(id, self);
  }
  const pause = (id: number, goOn: () => void) => {
    paused.set(id, goOn);
    stopPolling ??= core.clock.every(50, () => {
      for (const [each, resume] of [...paused]) {
        if (transport.buffered() > limits.feedBytes / 4) return;
        paused.delete(each);
        resume();
      }
      stopPolling?.();
      stopPolling = null;
    });
  };

  async function pipe({ id, name, params: raw, by }: Extract<ClientFrame, { t: 'open' }>): Promise<void> {
    const def = entryOf('pipe', name);
    const params = prepare(core, def, raw, who);
    const stop = new AbortController();
    const account = ledger.account();
    /** What came before the far end was ready, in order. */
    let early: ((end: PipeEnd) => void)[] | null = [];
    let far: PipeEnd | null = null;
    let told = false;
    const self: Open = {
      kind: 'pipe',
      end() {
        stop.abort();
        far?.close();
      },
      bytes(chunk) {
        try {
          requireScope(who, def.input);
          if (far) far.bytes(chunk);
          else if (early && early.length < 256) early.push((end) => end.bytes(chunk));
          else throw new Fault('not-ready', 'the pipe is not open yet: wait for `opened` before sending this much');
        } catch (error) {
          // Once: a viewer without the right to type is told so, not for every key.
          if (!told) refuse('fault', id, error, name);
          told = true;
        }
      },
      control(message) {
        const parsed = parse(def.control, message);
        if (far) far.control(parsed);
        else if (early && early.length < 256) early.push((end) => end.control(parsed));
      },
    };
    const mine = () => !closed && open.get(id) === self;
    const sink: PipeSink = {
      bytes(chunk) {
        if (!mine()) return;
        push(packBytes(id, chunk));
        account.add(chunk.length + 5);
      },
      notice: (message) => mine() && send({ t: 'notice', id, message }),
      buffered: account.waiting,
      close(fault) {
        if (!mine()) return;
        open.delete(id);
        send({ t: 'ended', id, ...(fault ? { fault: fault.toJSON() } : {}) });
      },
    };
    open.set(id, self);
    try {
      const end = await (core.handlers[name as PipeName] as PipeHandler<PipeName>)(
        params as never,
        asked(stop.signal, by),
        sink,
      );
      if (!mine()) return end.close();
      far = end;
      send({ t: 'opened', id });
      for (const run of early) run(end);
      early = null;
    } catch (error) {
      if (!mine()) return;
      open.delete(id);
      refuse('ended', id, error, name);
    }
  }

  function begin(frame: Extract<ClientFrame, { t: 'call' | 'feed' | 'open' }>): void {
    const { t, id, name } = frame;
    const failed = t === 'call' ? 'fault' : 'ended';
    if (open.has(id)) {
      close(CLOSE_POLICY, `the id ${id} is in use`);
      return;
    }
    const kind = t === 'open' ? 'pipe' : t;
    let count = 0;
    for (const each of open.values()) if (each.kind === kind) count++;
    if (count >= limits.open) {
      refuse(failed, id, new Fault('rate-limited', `a connection has at most ${limits.open} ${kind}s at once`), name);
      return;
    }
    try {
      if (t === 'call') void call(frame);
      else if (t === 'feed') feed(id, name, frame.params, frame.epoch, frame.since);
      else pipe(frame).catch((error: unknown) => refuse('ended', id, error, name));
    } catch (error) {
      refuse(failed, id, error, name);
    }
  }

  function text(raw: string): void {
    let json: unknown;
    try {
      json = raw.length <= TEXT_FRAME_MAX ? JSON.parse(raw) : undefined;
    } catch {
      json = undefined;
    }
    if (json === undefined) {
      close(CLOSE_POLICY, 'a text frame is not JSON, or too large');
      return;
    }
    const result = ClientFrame.safeParse(json);
    if (!result.success) {
      const id = json !== null && typeof json === 'object' && 'id' in json ? json.id : null;
      // With an id the sender can be told; without one it may be a kind that only a newer client knows: no harm.
      if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && !open.has(id)) {
        refuse(
          'fault',
          id,
          new Fault('invalid', 'this frame is malformed, or of a kind that this hub does not know'),
          '',
        );
      }
      return;
    }
    const frame = result.data;
    if (frame.t === 'call' || frame.t === 'feed' || frame.t === 'open') begin(frame);
    else if (frame.t === 'ping') send({ t: 'pong', n: frame.n });
    else if (frame.t === 'control') {
      try {
        open.get(frame.id)?.control?.(frame.message);
      } catch (error) {
        refuse('fault', frame.id, error, 'control');
      }
    } else if (frame.t === 'abort' || frame.t === 'end') {
      const each = open.get(frame.id);
      open.delete(frame.id);
      each?.end();
    }
  }

  transport.start({
    open: () => send({ t: 'hello', protocol: PROTOCOL, version: core.version, caps: [] }),
    message(frame) {
      if (closed) return;
      if (!bucket.take()) return close(CLOSE_POLICY, 'too many frames');
      if (typeof frame === 'string') return text(frame);
      const bytes = frame.length <= BYTES_FRAME_MAX ? unpackBytes(frame) : null;
      if (!bytes) return close(CLOSE_POLICY, 'a binary frame is malformed or too large');
      // An unknown id is that of a pipe that has just ended.
      open.get(bytes.id)?.bytes?.(bytes.payload);
    },
    close: gone,
  });
  return { close };
}
