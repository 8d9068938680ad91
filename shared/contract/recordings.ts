/** Words of the recordings room: what each session printed, kept in a bounded ring on disk, with marks, to be played again. */
import { z } from 'zod';
import { call } from './define.ts';

export const Mark = z.object({
  /** Unix milliseconds. */
  at: z.number(),
  kind: z.enum(['prompt', 'approval', 'state', 'start', 'exit']),
  /** For people: the prompt's beginning, the command that was asked for, the state. */
  text: z.string(),
});
export type Mark = z.infer<typeof Mark>;

export const Recording = z.object({
  /** Session id: each session has one. It stays when the session is stopped, until it is removed or too old. */
  id: z.string(),
  session: z.string(),
  agent: z.string(),
  /** The session is still there. */
  live: z.boolean(),
  /** Unix milliseconds of the oldest and newest kept event. */
  from: z.number(),
  to: z.number(),
  /** On disk. */
  bytes: z.number(),
  /** Older output was dropped from the ring. */
  trimmed: z.boolean(),
});
export type Recording = z.infer<typeof Recording>;

/** `o` output, `r` a resize (`80x24`), `s` a whole screen: reset, then write it. Of asciicast v3 but `s`, which an export writes as `o`. */
export const PlayEvent = z.tuple([z.number(), z.enum(['o', 'r', 's']), z.string()]);
export type PlayEvent = z.infer<typeof PlayEvent>;

/** Milliseconds. */
export const QUIET_MS = 5000;

const Id = z.object({
  /** Session id, or the name of a session there is. */
  id: z.string().min(1).max(128),
});

export const recordings = {
  list: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'Recordings, newest first',
    input: z.object({}),
    output: z.array(Recording),
    http: { method: 'GET', path: '/api/recordings' },
  }),
  get: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'One recording with its marks, oldest first',
    input: Id,
    output: Recording.extend({
      marks: z.array(Mark),
      /** Stretches of at least `QUIET_MS` without output, oldest first; players pass over them. */
      quiet: z.array(z.tuple([z.number(), z.number()])),
    }),
    http: { method: 'GET', path: '/api/recordings/:id' },
  }),
  read: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'Events from the last whole screen at or before a moment on; `next` continues, null at the end',
    input: Id.extend({
      /** Unix milliseconds; absent: from the beginning. */
      at: z.coerce.number().optional(),
      /** What the page before answered as `next`, instead of `at`. */
      next: z.string().max(200).optional(),
    }),
    output: z.object({
      /** Each with Unix milliseconds. */
      events: z.array(PlayEvent),
      cols: z.number(),
      rows: z.number(),
      next: z.string().nullable(),
    }),
    http: { method: 'GET', path: '/api/recordings/:id/events' },
  }),
  export: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'The recording as asciicast v3 with markers',
    input: Id,
    output: z.object({ text: z.string() }),
    http: { method: 'GET', path: '/api/recordings/:id/export', as: 'text' },
  }),
  search: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'Where a text stood on recorded screens, newest first',
    input: z.object({
      q: z.string().min(1).max(256),
      id: z.string().max(128).optional(),
      limit: z.coerce.number().int().min(1).max(500).default(50),
    }),
    output: z.array(
      z.object({
        id: z.string(),
        session: z.string(),
        at: z.number(),
        text: z.string(),
        from: z.number(),
        to: z.number(),
      }),
    ),
    http: { method: 'GET', path: '/api/recordings/search' },
  }),
  remove: call({
    scope: 'run',
    limited: 'filtered',
    summary: 'Delete a recording; a live session begins a new one',
    input: Id,
    output: z.object({ removed: z.literal(true), id: z.string() }),
    http: { method: 'DELETE', path: '/api/recordings/:id' },
  }),
};
