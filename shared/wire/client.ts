/**
 * The one client of the core, for the window, the phone and the command line: calls, feeds that resume, pipes that open
 * again, over any transport. Runs in browsers and in Node; knows nothing of the page (call `wake` when it shows again).
 */
import type {
  CallInput,
  CallName,
  CallOutput,
  FeedName,
  FeedParams,
  FeedRow,
  PipeName,
  PipeParams,
} from '../contract/contract.ts';
import { FAULT_STATUS, Fault, type FaultShape } from '../fault.ts';
import type { ActsFor, ServerFrame } from './frames.ts';
import { CLOSE_REVOKED, packBytes, readServerFrame, TEXT_FRAME_MAX, unpackBytes } from './frames.ts';
import { createPulse } from './pulse.ts';
import type { Transport } from './transports.ts';

export type Key = string | number;
/** `refused`: the hub said no to these credentials; only `wake` tries again. */
export type ClientState = 'connecting' | 'online' | 'offline' | 'refused';
/** `stale`: the rows are those of before the connection broke. */
export type FeedState = 'loading' | 'live' | 'stale' | 'ended';

export interface FeedChange<Row> {
  readonly put: readonly Row[];
  readonly drop: readonly Key[];
  /** The rows come from a snapshot: `put` is all of them, `drop` those of before that are gone. */
  readonly reset: boolean;
}
export interface FeedEvents<Row> {
  /** The map is the same object from one change to the next; it keeps its rows while the connection is away. */
  rows(rows: ReadonlyMap<Key, Row>, change: FeedChange<Row>): void;
  state?(state: FeedState, fault?: Fault): void;
}
export interface PipeEvents {
  /** A view that is only good during this turn. */
  bytes(chunk: Uint8Array): void;
  notice?(message: unknown): void;
  /** The far end is there; again after each reconnection. */
  opened?(): void;
  /** Something that was sent was refused (such as typing without the right to); the pipe goes on. */
  refused?(fault: Fault): void;
  /** The hub ended it: it will not be opened again. Not called for a broken connection. */
  ended?(fault?: Fault): void;
}
export interface Pipe {
  /** False when there is no connection: keystrokes are never kept for a screen that nobody has seen. */
  bytes(chunk: Uint8Array): boolean;
  control(message: unknown): boolean;
  close(): void;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Default 30 s; 0 waits for ever. */
  readonly timeoutMs?: number;
  /** Only for what may safely be done twice: wait for a connection, and send again when it broke before the answer. */
  readonly retry?: boolean;
  /** Only hubs say for whom they act. */
  readonly by?: ActsFor;
}

export interface Client {
  call<N extends CallName>(name: N, input: CallInput<N>, options?: CallOptions): Promise<CallOutput<N>>;
  /** The answer ends it. */
  feed<N extends FeedName>(name: N, params: FeedParams<N>, on: FeedEvents<FeedRow<N>>): () => void;
  pipe<N extends PipeName>(name: N, params: PipeParams<N>, on: PipeEvents, by?: ActsFor): Pipe;
  state(): ClientState;
  /** Why it is not online. */
  problem(): Fault | null;
  /** What the hub said of itself when it answered last. */
  server(): { readonly protocol: number; readonly version: string } | null;
  onState(listener: (state: ClientState) => void): () => void;
  /** The network is back, or the page shows again: try now, and find a dead connection within seconds. */
  wake(): void;
  /** Milliseconds to the hub and back, as lately measured; null before the first answer. */
  latency(): number | null;
  /** Measures anew; without an answer the connection is given up. */
  measure(): void;
  close(): void;
}

export interface ClientOptions {
  readonly connect: () => Transport;
  readonly protocol: number;
  /** Such as `web`, `desktop`, `qd`. */
  readonly client: string;
  /** Asked when no connection could be made, because a WebSocket does not tell why: a Fault ends the attempts. */
  readonly refused?: () => Promise<Fault | null>;
  /** Milliseconds; each wait is between half and all of a doubling that starts at `first` and ends at `max`. */
  readonly backoff?: { readonly first: number; readonly max: number };
}

const WAKE_PONG_WITHIN = 3000;
const MEASURE_PONG_WITHIN = 10_000;
const CONNECT_WITHIN = 10_000;
/** An attempt that is older than this when the network changes was made over the network of before. */
const STUCK_MS = 1000;
const BYTES_CHUNK = 64 * 1024;

interface Pending {
  readonly send: () => void;
  readonly settle: (fault: Fault | null, output?: unknown) => void;
  readonly retry: boolean;
}
interface OpenFeed {
  readonly name: string;
  readonly params: unknown;
  readonly on: FeedEvents<never>;
  readonly rows: Map<Key, unknown>;
  key: string;
  epoch: string | null;
  seq: number;
}
interface OpenPipe {
  readonly name: string;
  readonly params: unknown;
  readonly on: PipeEvents;
  readonly by: ActsFor | undefined;
}

/** A code of a newer hub that this client does not know still carries its message. */
const faultOf = (shape: FaultShape): Fault =>
  shape.code in FAULT_STATUS ? Fault.from(shape) : new Fault('internal', `${shape.message} (${shape.code})`);

export function createClient(options: ClientOptions): Client {
  const { first, max } = options.backoff ?? { first: 300, max: 15_000 };
  const calls = new Map<number, Pending>();
  const feeds = new Map<number, OpenFeed>();
  const pipes = new Map<number, OpenPipe>();
  const listeners = new Set<(state: ClientState) => void>();
  let nextId = 1;
  let state: ClientState = 'connecting';
  let problem: Fault | null = null;
  let server: { protocol: number; version: string } | null = null;
  let link: { readonly transport: Transport; readonly since: number } | null = null;
  let attempts = 0;
  let closed = false;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let deadline: ReturnType<typeof setTimeout> | undefined;

  const turn = (to: ClientState) => {
    if (state === to) return;
    state = to;
    for (const listener of [...listeners]) listener(to);
  };
  const send = (frame: { readonly t: string; readonly id?: number; readonly [field: string]: unknown }): boolean => {
    if (state !== 'online' || !link) return false;
    const text = JSON.stringify(frame);
    // The hub would end the whole connection for it. No character takes more than three bytes in UTF-8.
    if (text.length > TEXT_FRAME_MAX / 3 && new TextEncoder().encode(text).length > TEXT_FRAME_MAX) {
      calls.get(frame.id ?? 0)?.settle(new Fault('too-large', `a message has at most ${TEXT_FRAME_MAX} bytes`));
      return false;
    }
    link.transport.send(text);
    return true;
  };
  const openFeed = (id: number, feed: OpenFeed) =>
    send({
      t: 'feed',
      id,
      name: feed.name,
      params: feed.params,
      ...(feed.epoch === null ? {} : { epoch: feed.epoch, since: feed.seq }),
    });
  const pulse = createPulse(
    (n) => send({ t: 'ping', n }),
    () => lose(link, 1006, 'the hub fell silent'),
  );
  const openPipe = (id: number, pipe: OpenPipe) =>
    send({ t: 'open', id, name: pipe.name, params: pipe.params, by: pipe.by });

  const connect = () => {
    clearTimeout(retryTimer);
    if (closed || link) return;
    const transport = options.connect();
    const mine = { transport, since: Date.now() };
    link = mine;
    turn('connecting');
    deadline = setTimeout(() => lose(mine, 1006, 'no answer'), CONNECT_WITHIN);
    transport.start({
      open: () =>
        transport.send(JSON.stringify({ t: 'hello', protocol: options.protocol, client: options.client, caps: [] })),
      message: (frame) => {
        if (link === mine) hear(frame);
      },
      close: (code, reason) => lose(mine, code, reason),
    });
  };

  const lose = (which: typeof link, code: number, reason: string) => {
    if (!which || link !== which) return;
    const wasOnline = state === 'online';
    link = null;
    pulse.rest();
    clearTimeout(deadline);
    which.transport.close();
    // A hub that takes the connection and drops it at once is not a reason to begin the back-off anew.
    if (wasOnline && Date.now() - which.since > 5000) attempts = 0;
    const why = reason ? ` (${reason})` : '';
    problem =
      code === CLOSE_REVOKED
        ? new Fault('unauthorized', `the hub ended this sign-in${why}: sign in again`)
        : new Fault('unavailable', `no connection to the hub${why}`);
    turn(code === CLOSE_REVOKED ? 'refused' : 'offline');
    const fault = wasOnline
      ? new Fault('unavailable', `the connection broke before the answer came${why}: it may or may not have been done`)
      : problem;
    for (const [, pending] of [...calls]) if (!pending.retry || state === 'refused') pending.settle(fault);
    if (wasOnline) for (const feed of [...feeds.values()]) feed.on.state?.('stale');
    if (state === 'refused' || closed) return;
    const step = Math.min(max, first * 2 ** Math.min(attempts++, 16));
    retryTimer = setTimeout(connect, step * (0.5 + Math.random() / 2));
    if (!wasOnline) {
      options
        .refused?.()
        .then((verdict) => {
          if (!verdict || link || closed) return;
          clearTimeout(retryTimer);
          problem = verdict;
          turn('refused');
          for (const [, pending] of [...calls]) pending.settle(verdict);
        })
        // Not knowing why is no reason to stop trying.
        .catch(() => undefined);
    }
  };

  const greet = (frame: Extract<ServerFrame, { t: 'hello' }>) => {
    clearTimeout(deadline);
    server = { protocol: frame.protocol, version: frame.version };
    problem = null;
    // What a listener begins now is sent at once, and must not be sent a second time below.
    const before = { feeds: [...feeds], pipes: [...pipes], calls: [...calls] };
    turn('online');
    pulse.begin();
    for (const [id, feed] of before.feeds) if (feeds.get(id) === feed) openFeed(id, feed);
    for (const [id, pipe] of before.pipes) if (pipes.get(id) === pipe) openPipe(id, pipe);
    for (const [id, pending] of before.calls) if (calls.get(id) === pending) pending.send();
  };

  const hear = (raw: string | Uint8Array) => {
    pulse.heard();
    if (typeof raw !== 'string') {
      const bytes = unpackBytes(raw);
      if (bytes) pipes.get(bytes.id)?.on.bytes(bytes.payload);
      return;
    }
    const frame = readServerFrame(raw);
    if (!frame) return lose(link, 1002, 'what it sent is no frame of a hub');
    if (frame.t === 'hello') greet(frame);
    else if (frame.t === 'pong') pulse.pong(frame.n);
    else if (frame.t === 'ok') calls.get(frame.id)?.settle(null, frame.output);
    else if (frame.t === 'fault') {
      calls.get(frame.id)?.settle(faultOf(frame.fault));
      pipes.get(frame.id)?.on.refused?.(faultOf(frame.fault));
    } else if (frame.t === 'opened') pipes.get(frame.id)?.on.opened?.();
    else if (frame.t === 'notice') pipes.get(frame.id)?.on.notice?.(frame.message);
    else if (frame.t === 'ended') {
      const fault = frame.fault && faultOf(frame.fault);
      const feed = feeds.get(frame.id);
      const pipe = pipes.get(frame.id);
      feeds.delete(frame.id);
      pipes.delete(frame.id);
      feed?.on.state?.('ended', fault);
      pipe?.on.ended?.(fault);
    } else if (frame.t === 'snapshot' || frame.t === 'delta' || frame.t === 'resumed') {
      const feed = feeds.get(frame.id);
      if (feed) hearFeed(feed, frame);
    }
  };

  const hearFeed = (feed: OpenFeed, frame: Extract<ServerFrame, { t: 'snapshot' | 'delta' | 'resumed' }>) => {
    feed.seq = frame.seq;
    const on = feed.on as FeedEvents<unknown>;
    if (frame.t === 'resumed') return on.state?.('live');
    if (frame.t === 'delta') {
      for (const row of frame.put) feed.rows.set((row as Record<string, Key>)[feed.key] as Key, row);
      for (const key of frame.drop) feed.rows.delete(key);
      return on.rows(feed.rows, { put: frame.put, drop: frame.drop, reset: false });
    }
    feed.key = frame.key;
    feed.epoch = frame.epoch;
    const gone = new Set(feed.rows.keys());
    feed.rows.clear();
    for (const row of frame.rows) {
      const key = (row as Record<string, Key>)[frame.key] as Key;
      feed.rows.set(key, row);
      gone.delete(key);
    }
    on.rows(feed.rows, { put: frame.rows, drop: [...gone], reset: true });
    on.state?.('live');
  };

  connect();
  return {
    call(name, input, { signal, timeoutMs = 30_000, retry = false, by } = {}) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        if (closed || state === 'refused' || (state === 'offline' && !retry)) {
          return reject(problem ?? new Fault('unavailable', 'this client was closed'));
        }
        const id = nextId++;
        const leave = () => {
          calls.delete(id);
          clearTimeout(timer);
          signal?.removeEventListener('abort', abort);
        };
        const give = (reason: unknown) => {
          leave();
          send({ t: 'abort', id });
          reject(reason);
        };
        const abort = () => give(signal?.reason);
        const timer =
          timeoutMs > 0
            ? setTimeout(() => give(new Fault('timeout', `no answer to ${name} within ${timeoutMs} ms`)), timeoutMs)
            : undefined;
        signal?.addEventListener('abort', abort);
        const pending: Pending = {
          retry,
          send: () => send({ t: 'call', id, name, input, by }),
          settle: (fault, output) => {
            leave();
            if (fault) reject(fault);
            else resolve(output as never);
          },
        };
        calls.set(id, pending);
        pending.send();
      });
    },
    feed(name, params, on) {
      const id = nextId++;
      const feed = { name, params, on: on as FeedEvents<never>, rows: new Map(), key: '', epoch: null, seq: 0 };
      feeds.set(id, feed);
      on.state?.('loading');
      openFeed(id, feed);
      return () => {
        if (feeds.delete(id)) send({ t: 'end', id });
      };
    },
    pipe(name, params, on, by) {
      const id = nextId++;
      const pipe = { name, params, on, by };
      pipes.set(id, pipe);
      openPipe(id, pipe);
      return {
        bytes(chunk) {
          if (state !== 'online' || !link || !pipes.has(id)) return false;
          for (let at = 0; at < chunk.length; at += BYTES_CHUNK) {
            link.transport.send(packBytes(id, chunk.subarray(at, at + BYTES_CHUNK)));
          }
          return true;
        },
        control: (message) => pipes.has(id) && send({ t: 'control', id, message }),
        close() {
          if (pipes.delete(id)) send({ t: 'end', id });
        },
      };
    },
    state: () => state,
    problem: () => problem,
    server: () => server,
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    wake() {
      if (closed) return;
      attempts = 0;
      if (!link) return connect();
      if (state === 'online') return pulse.ask(WAKE_PONG_WITHIN);
      if (Date.now() - link.since < STUCK_MS) return;
      lose(link, 1006, 'the network changed');
      connect();
    },
    latency: pulse.latency,
    measure: () => pulse.ask(MEASURE_PONG_WITHIN),
    close() {
      if (closed) return;
      closed = true;
      pulse.close();
      if (link) lose(link, 1000, 'closed');
      else turn('offline');
      clearTimeout(retryTimer);
      problem = new Fault('unavailable', 'this client was closed');
      for (const pending of [...calls.values()]) pending.settle(problem);
      feeds.clear();
      pipes.clear();
    },
  };
}
