/**
 * The way to another hub, over the network of this machine or through a tunnel. Its token is only sent to an address that
 * has just proved to hold the hub's key: an address may meanwhile belong to another machine. Whatever answers there may be
 * broken or hostile: pieces are bounded, and so is what comes within a while.
 */
import { type IncomingMessage, request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as overTls } from 'node:tls';
import { type RawData, WebSocket } from 'ws';
import { FAULT_STATUS, Fault, type FaultCode } from '../../shared/fault.ts';
import { TEXT_FRAME_MAX } from '../../shared/wire/frames.ts';
import type { Transport, TransportEvents } from '../../shared/wire/transports.ts';

/** A connection to a port of another machine, made there, for each that is wanted. Null: the network of this machine. */
export type Through = (() => Promise<Duplex>) | null;

/** Another hub, reached over the network or a tunnel; frames go to whatever address proves to hold its key. */
export type DialHub = (to: {
  /** Origins, best first. */
  readonly addresses: readonly string[];
  readonly through: Through;
  readonly token: string;
  /** Whether who answers with this key and signature of `word` is the hub that is meant. */
  readonly proves: (key: string, word: string, signature: string) => boolean;
  /** The address that was taken. */
  readonly found: (address: string) => void;
  /** Why none was, for people. `other`: another hub answers there. */
  readonly failed: (why: string, other: boolean) => void;
}) => Transport;

/** One request to a hub that is not known yet. Rejects with a Fault in words for people; that of the hub when it answers one. */
export type AskHub = (to: {
  readonly address: string;
  readonly through: Through;
  readonly path: string;
  /** Sent only with what is a POST. */
  readonly token?: string;
  /** JSON; absent: GET. */
  readonly body?: unknown;
}) => Promise<unknown>;

const PROOF_MS = 4000;
const ASK_MS = 15_000;
const ANSWER_MAX = 256 * 1024;
/** Text that a hub may send within so many milliseconds: reading it is work that keeps others waiting. */
const TEXT_MAX = 4 * TEXT_FRAME_MAX;
const TEXT_MS = 10_000;
const NO_HUB = 'what answers there is no Quarterdeck hub';

/** Why no answer came, in words. */
const reason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.message === '') return reason(error.errors[0]);
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ENOTFOUND') return 'there is no such host';
  if (code === 'ECONNRESET' || /socket hang up/.test(error.message)) return NO_HUB;
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
    return `it sent more than ${TEXT_FRAME_MAX / 2 ** 20} MiB in one piece`;
  if (code === 'WS_ERR_INVALID_UTF8') return 'it sent text that is no UTF-8';
  return code.startsWith('HPE_') ? NO_HUB : error.message || code;
};

/** For `request` and `ws`: their own connection, or one over what leads there. */
async function over(address: string, through: Through): Promise<{ createConnection?: () => Duplex }> {
  if (through === null) return {};
  const { protocol, hostname } = new URL(address);
  const stream = await through();
  const host = hostname.replace(/^\[|\]$/g, '');
  return {
    createConnection: () =>
      protocol === 'https:' ? overTls({ socket: stream, ...(isIP(host) ? { host } : { servername: host }) }) : stream,
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function ask(
  url: string,
  through: Through,
  given: { readonly ms: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string },
): Promise<Answer> {
  const signal = AbortSignal.timeout(given.ms);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${given.ms / 1000} s`)));
  });
  const way = over(url, through);
  // One that comes too late is of no use, and is not left open.
  way.then(
    ({ createConnection }) => signal.aborted && createConnection?.().destroy(),
    () => undefined,
  );
  const { createConnection } = await Promise.race([way, late]);
  const response = new Promise<Answer>((resolve, reject) => {
    const made = (url.startsWith('https:') ? secure : plain)(url, {
      method: given.body === undefined ? 'GET' : 'POST',
      headers: { connection: 'close', ...given.headers },
      signal,
      // An agent would make connections of its own.
      ...(createConnection ? { createConnection } : { agent: false }),
    });
    made.on('error', reject);
    made.on('response', (answer: IncomingMessage) => {
      const parts: Buffer[] = [];
      let size = 0;
      answer.on('error', reject);
      answer.on('data', (part: Buffer) => {
        size += part.length;
        parts.push(part);
        if (size > ANSWER_MAX) made.destroy(new Error(NO_HUB));
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }));
    });
    made.end(given.body);
  });
  response.catch(() => undefined);
  return Promise.race([response, late]);
}

const read = ({ text }: Answer): { readonly [field: string]: unknown } => {
  try {
    const json: unknown = JSON.parse(text);
    if (json !== null && typeof json === 'object') return json as { readonly [field: string]: unknown };
  } catch {
    // Told below.
  }
  throw new Error(NO_HUB);
};
const told = (error: unknown): { readonly code: string; readonly message: string } | null =>
  error !== null &&
  typeof error === 'object' &&
  'message' in error &&
  typeof error.message === 'string' &&
  'code' in error &&
  typeof error.code === 'string'
    ? { code: error.code, message: error.message.replace(/\p{C}/gu, ' ').slice(0, 300) }
    : null;

async function proof(address: string, word: string, through: Through) {
  const { key, signature, error } = read(
    await ask(`${address}/api/fleet/proof?word=${word}`, through, { ms: PROOF_MS }),
  );
  if (typeof key === 'string' && typeof signature === 'string') return { key, signature };
  throw new Error(told(error)?.message ?? NO_HUB);
}

/** A WebSocket with bounds on what may come. */
function hubSocket(address: string, token: string, through: Through): Transport {
  let socket: WebSocket | null = null;
  let closed = false;
  let why = '';
  let heard = 0;
  let since = Date.now();
  const text = (data: RawData): string => {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : data instanceof ArrayBuffer ? Buffer.from(data) : data;
    return bytes.toString('utf8');
  };
  const begin = async (events: TransportEvents): Promise<void> => {
    const way = await over(address, through);
    if (closed) return void way.createConnection?.().destroy();
    const made = new WebSocket(`${address.replace(/^http/, 'ws')}/wire`, {
      headers: { authorization: `Bearer ${token}` },
      perMessageDeflate: false,
      maxPayload: TEXT_FRAME_MAX,
      followRedirects: false,
      ...way,
    } as ConstructorParameters<typeof WebSocket>[2]);
    socket = made;
    made.on('open', () => events.open());
    made.on('error', (error) => {
      why = reason(error);
    });
    made.on('message', (data, binary) => {
      if (closed) return;
      if (binary) return events.message(data as Buffer);
      const frame = text(data);
      if (Date.now() - since > TEXT_MS) [heard, since] = [0, Date.now()];
      heard += frame.length;
      if (heard > TEXT_MAX) {
        why = 'it sends more than can be read';
        return made.terminate();
      }
      events.message(frame);
    });
    made.on('close', (code, said) => events.close(code, why || said.toString()));
  };
  return {
    start(events) {
      begin(events).catch((error: unknown) => events.close(1006, reason(error)));
    },
    send(frame) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(frame);
    },
    close(code = 1000, said = '') {
      closed = true;
      if (!socket || socket.readyState >= WebSocket.CLOSING) return;
      const made = socket;
      if (made.readyState === WebSocket.CONNECTING) return made.terminate();
      made.close(code === 1000 || code >= 3000 ? code : 1000, said.slice(0, 100));
      // A peer that does not answer the closing handshake is cut.
      const timer = setTimeout(() => made.terminate(), 500);
      timer.unref();
      made.on('close', () => clearTimeout(timer));
    },
    buffered: () => socket?.bufferedAmount ?? 0,
  };
}

/** All addresses are asked at once; the first in their order that proves itself is taken. */
export const dialHub: DialHub = ({ addresses, through, token, proves, found, failed }): Transport => {
  let far: Transport | null = null;
  let over = false;
  const start = async (events: TransportEvents): Promise<void> => {
    const word = Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('base64url');
    let other = false;
    const tries = addresses.map(async (address) => {
      const { key, signature } = await proof(address, word, through);
      if (proves(key, word, signature)) return address;
      other = true;
      throw new Error('another hub answers there: its key is not the one that is known');
    });
    // Each is looked at in its turn below, or not at all once one was taken.
    for (const each of tries) each.catch(() => undefined);
    const whys: string[] = [];
    for (const [i, each] of tries.entries()) {
      try {
        const address = await each;
        if (over) return;
        found(address);
        far = hubSocket(address, token, through);
        return far.start({
          ...events,
          close(code, said) {
            // What ended it is told by the side that saw it.
            if (!over && code !== 1000 && said !== '') failed(said, false);
            events.close(code, said);
          },
        });
      } catch (error) {
        whys.push(`${addresses[i]}: ${reason(error)}`);
      }
    }
    if (over) return;
    over = true;
    failed(whys.join('; '), other);
    events.close(1006, whys.join('; '));
  };
  return {
    start: (events) => void start(events),
    send: (frame) => far?.send(frame),
    close(code, said) {
      over = true;
      far?.close(code, said);
    },
    buffered: () => far?.buffered() ?? 0,
  };
};

/** The wire of a hub that is joined. */
export const connectHub = (hub: string, token: string): Transport => hubSocket(hub, token, null);

/** Why a hub takes no connection with this token, for people; null when it would. */
export async function refusalOf(hub: string, token: string): Promise<string | null> {
  try {
    const headers = { authorization: `Bearer ${token}` };
    const { status } = await ask(`${hub}/api/me`, null, { ms: PROOF_MS, headers });
    if (status === 401) return 'it refuses the token (QD_HUB_TOKEN): unknown, expired or revoked';
    // A token that may only join must not ask who it is: then it is a good one.
    return status === 200 || status === 403 ? null : `it answers ${status}: is that a Quarterdeck hub?`;
  } catch (error) {
    return `it cannot be reached: ${reason(error)}`;
  }
}

export const askHub: AskHub = async ({ address, through, path, token, body }) => {
  let answer: Answer;
  try {
    answer = await ask(`${address}${path}`, through, {
      ms: ASK_MS,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('unreachable', `${address}: ${reason(error)}`);
  }
  const noHub = new Fault('invalid', `${address}: ${NO_HUB} of this version`);
  let json: ReturnType<typeof read>;
  try {
    json = read(answer);
  } catch {
    throw noHub;
  }
  if (answer.status >= 200 && answer.status < 300) return json;
  const fault = told(json['error']);
  if (!fault) throw noHub;
  throw new Fault(fault.code in FAULT_STATUS ? (fault.code as FaultCode) : 'unavailable', fault.message);
};
