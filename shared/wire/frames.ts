/**
 * Frames of the wire. JSON text for call and feed, binary for pipe bytes: one kind byte, four bytes of id (big-endian),
 * payload. The same frames travel over memory, a MessagePort and a WebSocket.
 */
import { z } from 'zod';
import type { FaultShape } from '../fault.ts';

const Id = z.int().min(0).max(0xffff_ffff);
const Name = z.string().max(64);

/** Client to server. */
export const ClientFrame = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('hello'),
    protocol: z.number(),
    client: z.string().max(64),
    caps: z.array(z.string().max(64)).max(64),
  }),
  z.object({ t: z.literal('call'), id: Id, name: Name, input: z.unknown() }),
  /** Gives up waiting for a call. */
  z.object({ t: z.literal('abort'), id: Id }),
  /** `since` with `epoch` of before asks for the missing deltas. */
  z.object({
    t: z.literal('feed'),
    id: Id,
    name: Name,
    params: z.unknown(),
    epoch: z.string().max(64).optional(),
    since: z.number().optional(),
  }),
  z.object({ t: z.literal('open'), id: Id, name: Name, params: z.unknown() }),
  z.object({ t: z.literal('control'), id: Id, message: z.unknown() }),
  /** Ends a feed or a pipe. */
  z.object({ t: z.literal('end'), id: Id }),
  z.object({ t: z.literal('ping'), n: z.number() }),
]);
export type ClientFrame = z.infer<typeof ClientFrame>;

/** Server to client; the client reads them without a schema and ignores kinds it does not know. */
export type ServerFrame =
  | { readonly t: 'hello'; readonly protocol: number; readonly version: string; readonly caps: readonly string[] }
  | { readonly t: 'ok'; readonly id: number; readonly output: unknown }
  /** A call failed; for a feed or pipe: one message was refused, it goes on (`ended` ends it). */
  | { readonly t: 'fault'; readonly id: number; readonly fault: z.infer<typeof FaultShape> }
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
  | { readonly t: 'ended'; readonly id: number; readonly fault?: z.infer<typeof FaultShape> }
  | { readonly t: 'pong'; readonly n: number };

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
