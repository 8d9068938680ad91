/** What a viewer of a terminal and the hub say to each other beside the bytes. */
import { z } from 'zod';

export const ViewerControl = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('resize'), cols: z.int().min(2).max(500), rows: z.int().min(2).max(300) }),
  /** Asks to drive the size from now on. */
  z.object({ kind: z.literal('take-size') }),
  /** A hidden pane asks for no bytes until it shows again; then it gets a fresh screen. */
  z.object({ kind: z.literal('visible'), visible: z.boolean() }),
]);
export const ViewerNotice = z.discriminatedUnion('kind', [
  /** The next bytes are a whole screen: reset, then write them. */
  z.object({
    kind: z.literal('screen'),
    cols: z.number(),
    rows: z.number(),
    reason: z.enum(['open', 'gap', 'resync', 'shown']),
  }),
  z.object({
    kind: z.literal('size'),
    cols: z.number(),
    rows: z.number(),
    owner: z.string().nullable(),
    mine: z.boolean(),
  }),
  z.object({ kind: z.literal('exit'), status: z.number().nullable() }),
  z.object({ kind: z.literal('restarted') }),
]);
export type ViewerControl = z.infer<typeof ViewerControl>;
export type ViewerNotice = z.infer<typeof ViewerNotice>;
