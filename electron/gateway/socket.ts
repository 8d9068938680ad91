/** WebSocket upgrades: `/wire` for frames, `/ws/sessions/:name` for the raw bytes of one terminal. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { Fault } from '../../shared/fault.ts';
import { CLOSE_POLICY, CLOSE_SLOW, TEXT_FRAME_MAX } from '../../shared/wire/frames.ts';
import type { Transport } from '../../shared/wire/transports.ts';
import { may, type PipeEnd, type PipeSink, type Principal } from '../kernel/handlers.ts';
import type { Core } from './core.ts';
import { createBucket } from './flow.ts';
import { identify } from './identify.ts';
import { entryOf, faultOf, prepare } from './invoke.ts';
import { checkOrigin, checkTarget, type Names } from './origin.ts';
import type { Cut, Registry } from './registry.ts';
import { readQuery } from './routes.ts';
import { SERVE_LIMITS, type ServeLimits, serveConnection } from './serve.ts';

export interface SocketOptions {
  readonly core: Core;
  readonly registry: Registry;
  readonly names: () => Names;
  readonly limits?: ServeLimits;
  /** How often a peer is asked whether it is there; silent for three times as long, it is cut. */
  readonly beatMs?: number;
}

export interface Sockets {
  upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(code: number, reason: string): void;
}

export function createSockets({ core, registry, names, limits = SERVE_LIMITS, beatMs = 5000 }: SocketOptions): Sockets {
  const server = new WebSocketServer({
    noServer: true,
    // Compression costs memory per socket and delays keystrokes.
    perMessageDeflate: false,
    maxPayload: TEXT_FRAME_MAX,
    clientTracking: true,
  });

  async function serve(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const target = incoming.url ?? '';
    checkTarget(target);
    const from = checkOrigin(incoming.headers, names());
    const url = new URL(target, 'http://hub');
    const terminal = /^\/ws\/sessions\/([^/]+)$/.exec(url.pathname);
    if (url.pathname !== '/wire' && !terminal) throw new Fault('not-found', `there is no WebSocket at ${url.pathname}`);
    if (incoming.method !== 'GET') throw new Fault('invalid', 'a WebSocket begins with GET');
    const address = incoming.socket.remoteAddress ?? 'unknown';
    const { who } = await identify(core, incoming.headers, address, from, 'upgrade');
    if (!who) throw new Fault('unauthorized', 'this needs a token: send `Authorization: Bearer TOKEN`');
    const params = terminal ? terminalParams(core, who, terminal[1] ?? '', url.searchParams) : null;
    let cut: Cut = () => socket.destroy();
    const leave = registry.socket(who, (code, reason) => cut(code, reason));
    socket.on('close', leave);
    if (socket.destroyed) return leave();
    server.handleUpgrade(incoming, socket, head, (ws) => {
      // Too large or broken frames end the socket by themselves; without a listener they would end the hub.
      ws.on('error', (error) => core.log('debug', 'a WebSocket broke', { error: error.message }));
      const stopBeating = keepAlive(core, ws, beatMs);
      ws.on('close', stopBeating);
      const connection = params
        ? rawTerminal(core, ws, who, address, params, limits)
        : serveConnection(core, socketTransport(ws), who, address, { limits });
      cut = connection.close;
    });
  }

  return {
    upgrade(incoming, socket, head) {
      // Whatever happens to a socket that is not yet a WebSocket is that socket's end and nobody else's trouble.
      socket.on('error', () => socket.destroy());
      serve(incoming, socket, head).catch((error: unknown) => {
        const fault = faultOf(core, error, 'an upgrade');
        const body = JSON.stringify({ error: fault.toJSON() });
        socket.end(
          `HTTP/1.1 ${fault.status} ${STATUS_CODES[fault.status] ?? 'Error'}\r\nconnection: close\r\n` +
            `content-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
            `${fault.code === 'unauthorized' ? 'www-authenticate: Bearer\r\n' : ''}\r\n${body}`,
          () => socket.destroy(),
        );
      });
    },
    close(code, reason) {
      for (const ws of server.clients) ws.close(code, reason);
      const stop = core.clock.after(1000, () => {
        for (const ws of server.clients) ws.terminate();
      });
      server.close(stop);
    },
  };
}

const toBytes = (data: RawData): Uint8Array =>
  Array.isArray(data) ? Buffer.concat(data) : data instanceof ArrayBuffer ? new Uint8Array(data) : data;

/** A WebSocket of the server as a transport. */
function socketTransport(ws: WebSocket): Transport {
  return {
    start(events) {
      ws.on('message', (data, binary) => events.message(binary ? toBytes(data) : toBytes(data).toString()));
      ws.on('close', (code, reason) => events.close(code, reason.toString()));
      queueMicrotask(() => events.open());
    },
    send(frame) {
      if (ws.readyState === WebSocket.OPEN) ws.send(frame);
    },
    close: (code = 1000, reason = '') => endSocket(ws, code, reason),
    buffered: () => ws.bufferedAmount,
  };
}

/** A peer that does not answer the closing handshake is cut after half a second. */
function endSocket(ws: WebSocket, code: number, reason: string): void {
  // A reason has at most 123 bytes.
  ws.close(
    code,
    Buffer.from(reason)
      .subarray(0, 120)
      .toString()
      .replace(/\ufffd+$/, ''),
  );
  const timer = setTimeout(() => ws.terminate(), 500);
  timer.unref();
  ws.on('close', () => clearTimeout(timer));
}

/** Protocol pings: browsers answer them even when the page sleeps. */
function keepAlive(core: Core, ws: WebSocket, beatMs: number): () => void {
  let heardAt = core.clock.now();
  const hear = () => {
    heardAt = core.clock.now();
  };
  ws.on('pong', hear);
  ws.on('message', hear);
  return core.clock.every(beatMs, () => {
    if (core.clock.now() - heardAt > beatMs * 3 - beatMs / 2) ws.terminate();
    else ws.ping();
  });
}

function terminalParams(core: Core, who: Principal, segment: string, query: URLSearchParams): unknown {
  let name: string;
  try {
    name = decodeURIComponent(segment);
  } catch {
    throw new Fault('invalid', 'the name in the address is not UTF-8');
  }
  const number = { type: 'integer' };
  const given = readQuery(query, { properties: { cols: number, rows: number, scrollback: number } });
  const params = prepare(core, entryOf('pipe', 'sessions.terminal'), { ...given, name }, who);
  if (core.resolveSession(name) === null) throw new Fault('not-found', `there is no session ${JSON.stringify(name)}`);
  return params;
}

/**
 * The size that a text frame asks for, or null when it is something typed. Only an object with `resize` as its one key,
 * and in that only two whole numbers, is a resize: text that a person pastes may well begin with `{`.
 */
export function readResize(text: string): { readonly cols: number; readonly rows: number } | null {
  const match = /^\s*\{\s*"resize"\s*:\s*\{[^{}]{1,100}\}\s*\}\s*$/.test(text);
  if (!match) return null;
  try {
    const { resize } = JSON.parse(text) as { resize: Record<string, unknown> };
    const { cols, rows, ...rest } = resize;
    if (Object.keys(rest).length > 0 || !Number.isInteger(cols) || !Number.isInteger(rows)) return null;
    return { cols: cols as number, rows: rows as number };
  } catch {
    // Looks like one and is not JSON: typed.
    return null;
  }
}

/** Full reset: what follows is a whole screen. */
const RESET = Buffer.from('\x1bc');

function rawTerminal(
  core: Core,
  ws: WebSocket,
  who: Principal,
  address: string,
  params: unknown,
  limits: ServeLimits,
): { close: Cut } {
  const stop = new AbortController();
  let over = false;
  const bucket = createBucket(limits.frames, limits.frames * 2, core.clock.now);
  const def = entryOf('pipe', 'sessions.terminal');
  // Viewers' terminals answer queries by themselves: without the right to type that is dropped, not a reason to end.
  const types = may(who, def.input);
  let far: PipeEnd | null = null;
  let early: (string | Uint8Array)[] = [];

  /** From here on nothing more is taken from the peer, whether it answers the closing handshake or not. */
  const close: Cut = (code, reason) => {
    if (over) return;
    over = true;
    stop.abort();
    far?.close();
    far = null;
    early = [];
    endSocket(ws, code, reason);
  };
  const hear = (end: PipeEnd, frame: string | Uint8Array) => {
    const size = typeof frame === 'string' ? readResize(frame) : null;
    if (size) {
      const control = def.control.safeParse({ kind: 'resize', ...size });
      if (control.success) end.control(control.data);
      else close(CLOSE_POLICY, 'a size has 2 to 500 columns and 2 to 300 rows');
    } else if (types) end.bytes(typeof frame === 'string' ? Buffer.from(frame) : frame);
  };
  ws.on('message', (data, binary) => {
    if (over) return;
    if (!bucket.take() || early.length > 256) return close(CLOSE_POLICY, 'too many frames');
    const bytes = toBytes(data);
    const frame = binary ? bytes : Buffer.from(bytes).toString();
    if (far) hear(far, frame);
    else early.push(frame);
  });
  ws.on('close', () => close(1000, ''));
  const send = (bytes: Uint8Array) => {
    if (over) return;
    if (ws.bufferedAmount > limits.maxBytes) close(CLOSE_SLOW, 'too slow to read the terminal');
    else ws.send(bytes, { binary: true });
  };
  const ended = (fault?: Fault) => {
    // 4404, 4410 and so on: the status that HTTP would have answered.
    close(fault ? 4000 + fault.status : 1000, fault?.message ?? 'the terminal ended');
  };

  const sink: PipeSink = {
    bytes: send,
    notice(message) {
      if (message !== null && typeof message === 'object' && 'kind' in message && message.kind === 'screen')
        send(RESET);
    },
    buffered: () => ws.bufferedAmount,
    close: ended,
  };
  const start = async () => {
    const end = await core.handlers['sessions.terminal'](params as never, { who, address, signal: stop.signal }, sink);
    if (over) return end.close();
    far = end;
    for (const frame of early) hear(end, frame);
    early = [];
  };
  start().catch((error: unknown) => ended(faultOf(core, error, 'sessions.terminal')));
  return { close };
}
