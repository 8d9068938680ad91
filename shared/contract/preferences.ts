/** Words of the preferences room: what a user chose for the face (layouts, keymap), the same on every device, with its history. */
import { z } from 'zod';
import { call, feed } from './define.ts';

/** Largest value, in bytes of its JSON. */
export const PREFERENCE_MAX_BYTES = 65_536;

const Key = z.string().regex(/^[a-z][a-z0-9.-]{0,63}$/, 'lower-case letters, digits, dots and dashes, at most 64');

export const Preference = z.object({
  key: z.string(),
  /** Any JSON; its reader checks its shape. */
  value: z.unknown(),
  /** 1 for the first; rises with every change. */
  version: z.number(),
  /** Unix milliseconds. */
  at: z.number(),
});
export type Preference = z.infer<typeof Preference>;

export const preferences = {
  list: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'What the calling user chose',
    input: z.object({}),
    output: z.array(Preference),
    http: { method: 'GET', path: '/api/preferences' },
  }),
  set: call({
    scope: 'type',
    limited: 'filtered',
    summary: "Change one of the calling user's choices; a stale version is refused with the newer one",
    input: z.strictObject({
      key: Key,
      value: z.unknown(),
      /** The version that was seen; 0 for none. Absent: whatever is there is replaced (and kept in the history). */
      version: z.int().min(0).optional(),
    }),
    output: Preference,
    http: { method: 'PUT', path: '/api/preferences/:key' },
  }),
  history: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'Earlier values, newest first; the last 50 are kept',
    input: z.object({ key: Key }),
    output: z.array(Preference),
    http: { method: 'GET', path: '/api/preferences/:key/history' },
  }),
  rows: feed({
    scope: 'read',
    limited: 'filtered',
    summary: "The calling user's choices, live",
    params: z.object({}),
    row: Preference,
    key: 'key',
  }),
};
