/** What a client may send over the wire, as the server reads it. */
import { z } from 'zod';

const Id = z.int().min(0).max(0xffff_ffff);
const Name = z.string().max(64);
/** Whom a hub that joined machines acts for. Believed of such hubs only, written down, and no reason to allow anything. */
const By = z
  .object({ name: z.string().max(128), id: z.string().max(128).nullable(), hub: z.string().max(128) })
  .optional()
  .catch(undefined);

export const ClientFrame = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('hello'),
    protocol: z.number(),
    client: z.string().max(64),
    caps: z.array(z.string().max(64)).max(64),
  }),
  z.object({ t: z.literal('call'), id: Id, name: Name, input: z.unknown(), by: By }),
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
  z.object({ t: z.literal('open'), id: Id, name: Name, params: z.unknown(), by: By }),
  z.object({ t: z.literal('control'), id: Id, message: z.unknown() }),
  /** Ends a feed or a pipe. */
  z.object({ t: z.literal('end'), id: Id }),
  z.object({ t: z.literal('ping'), n: z.number() }),
]);
export type ClientFrame = z.infer<typeof ClientFrame>;
