/**
 * Frames of the wire. JSON text for call and feed, binary for pipe bytes: one kind byte, four bytes of id (big-endian),
 * payload. The same frames travel over memory, a MessagePort and a WebSocket. What a client sends is read by the schema
 * in `client-frames.ts`; clients themselves need no schema.
 */
import type { FaultShape } from '../fault.ts';

/** Server to client; the client reads them without a schema and ignores kinds it does not know. */
export type ServerFrame =
  | { readonly t: 'hello'; readonly protocol: number; readonly version: string; readonly caps: readonly string[] }
  | { readonly t: 'ok'; readonly id: number; readonly output: unknown }
  /** A call failed; for a feed or pipe: one message was refused, it goes on (`ended` ends it). */
  | { readonly t: 'fault'; readonly id: number; readonly fault: FaultShape }
  | {
      readonly t: 'snapshot';
      readonly id: number;
      /** Field of a row that is its key. */
      readonly key: string;
      readonly epoch: string;
      readonly seq: number;
      readonly rows: readonly unknown[];
    }
  | {
      readonly t: 'delta';
      readonly id: number;
      readonly seq: number;
      readonly put: readonly unknown[];
      readonly drop: readonly (string | number)[];
    }
  /** The resumed feed has all its missing deltas; live from here. */
  | { readonly t: 'resumed'; readonly id: number; readonly seq: number }
  | { readonly t: 'opened'; readonly id: number }
  | { readonly t: 'notice'; readonly id: number; readonly message: unknown }
  /** The server ended a feed or a pipe. */
  | { readonly t: 'ended'; readonly id: number; readonly fault?: FaultShape }
  | { readonly t: 'pong'; readonly n: number };

/** The person that a hub acts for on another one: shown and written down there, never a reason to allow anything. */
export interface ActsFor {
  readonly name: string;
  /** Of the user, on the hub that acts; null for what has none. */
  readonly id: string | null;
  /** What the hub that acts calls itself. */
  readonly hub: string;
}

const isKey = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number';
const isRow = (value: unknown): boolean => value !== null && typeof value === 'object';
const isFault = (value: unknown): boolean =>
  isRow(value) && typeof (value as FaultShape).code === 'string' && typeof (value as FaultShape).message === 'string';

/** What came over the wire as a frame; null when it is none. A hub may be broken, or no hub at all. */
export function readServerFrame(text: string): ServerFrame | null {
  let frame: { readonly [field: string]: unknown };
  try {
    frame = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRow(frame) || typeof frame['t'] !== 'string') return null;
  const { t, id, seq, fault } = frame;
  const list = (name: string, passes: (value: unknown) => boolean) => {
    const value = frame[name];
    return Array.isArray(value) && value.every(passes);
  };
  const whole = (): boolean => {
    if (t === 'hello') return typeof frame['protocol'] === 'number' && typeof frame['version'] === 'string';
    if (t === 'pong') return typeof frame['n'] === 'number';
    if (t === 'snapshot')
      return isKey(frame['key']) && typeof frame['epoch'] === 'string' && isKey(seq) && list('rows', isRow);
    if (t === 'delta') return isKey(seq) && list('put', isRow) && list('drop', isKey);
    if (t === 'fault') return isFault(fault);
    return t !== 'ended' || fault === undefined || isFault(fault);
  };
  return (t === 'hello' || t === 'pong' || typeof id === 'number' || id === undefined) && whole()
    ? (frame as unknown as ServerFrame)
    : null;
}

export const FRAME_BYTES = 1;
export const FRAME_HEADER = 5;
/** Largest text frame a server takes, in bytes: an upload of 16 MiB in base64 fits. */
export const TEXT_FRAME_MAX = 24 * 1024 * 1024;
/** Largest binary frame a server takes; clients cut what they type or paste into smaller ones. */
export const BYTES_FRAME_MAX = 1024 * 1024;
/** Close codes of our own: the token is no longer good (do not come back with it), the hub stops (do come back). */
export const CLOSE_REVOKED = 4401;
export const CLOSE_STOPPING = 1001;
export const CLOSE_POLICY = 1008;
export const CLOSE_SLOW = 1013;

export function packBytes(id: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER + payload.length);
  frame[0] = FRAME_BYTES;
  new DataView(frame.buffer).setUint32(1, id);
  frame.set(payload, FRAME_HEADER);
  return frame;
}

/** null for anything that is not a bytes frame; the payload is a view, not a copy. */
export function unpackBytes(frame: Uint8Array): { readonly id: number; readonly payload: Uint8Array } | null {
  if (frame.length < FRAME_HEADER || frame[0] !== FRAME_BYTES) return null;
  const id = new DataView(frame.buffer, frame.byteOffset, frame.byteLength).getUint32(1);
  return { id, payload: frame.subarray(FRAME_HEADER) };
}
