/** Words of the prompts room: text given to an agent once, whole, with a receipt at every step. */
import { z } from 'zod';
import { call, feed } from './define.ts';
import { ClientId } from './names.ts';

export const PROMPT_STATES = [
  'queued',
  'held',
  'delivering',
  'delivered',
  'confirmed',
  'unverified',
  'failed',
  'cancelled',
] as const;
export const PromptState = z.enum(PROMPT_STATES);
export type PromptState = z.infer<typeof PromptState>;

/** Largest prompt, in bytes of UTF-8. */
export const PROMPT_MAX_BYTES = 1_048_576;

const Text = z.string().min(1, 'a prompt has at least one character').max(PROMPT_MAX_BYTES);

export const Receipt = z.object({
  id: z.string(),
  session: z.string(),
  sessionId: z.string(),
  state: PromptState,
  /** Why it is held, unverified, failed or cancelled, and what would release it. */
  reason: z.string().optional(),
  text: z.string(),
  /** Where it came from: a person, an init prompt, a broadcast, a message in a channel. */
  origin: z.enum(['user', 'init', 'broadcast', 'channel']),
  by: z.string(),
  now: z.boolean(),
  steer: z.boolean(),
  position: z.number(),
  createdAt: z.number(),
  deliveredAt: z.number().nullable(),
  confirmedAt: z.number().nullable(),
  /** When the turn that it began had ended. */
  idleAt: z.number().nullable(),
  /** The screen at the moment of failure. */
  screen: z.string().optional(),
});
export type Receipt = z.infer<typeof Receipt>;

export const EnqueueOptions = z.strictObject({
  id: ClientId.optional(),
  text: Text,
  /** Deliver even though the state is `unknown` (shells, custom programs). Dialogs and drafts still hold it. */
  now: z.boolean().default(false),
  /** Deliver into a running turn. */
  steer: z.boolean().default(false),
  /** For programs without bracketed paste: send a text of several lines line by line. */
  lines: z.boolean().default(false),
});

export const prompts = {
  enqueue: call({
    scope: 'type',
    limited: 'session',
    summary: 'Queue a prompt; the same id twice is the same prompt',
    input: EnqueueOptions.extend({ name: z.string().min(1).max(128) }),
    output: Receipt,
    http: { method: 'POST', path: '/api/sessions/:name/prompts', status: 202 },
  }),
  list: call({
    scope: 'read',
    limited: 'session',
    summary: "A session's prompts, newest first",
    input: z.object({ name: z.string().min(1).max(128), limit: z.coerce.number().int().min(1).max(1000).default(100) }),
    output: z.array(Receipt),
    http: { method: 'GET', path: '/api/sessions/:name/prompts' },
  }),
  get: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'One receipt',
    input: z.object({ id: ClientId }),
    output: Receipt,
    http: { method: 'GET', path: '/api/prompts/:id' },
  }),
  edit: call({
    scope: 'type',
    limited: 'filtered',
    summary: 'Change the text or the place of a prompt that still waits',
    input: z.strictObject({ id: ClientId, text: Text.optional(), before: ClientId.nullable().optional() }),
    output: Receipt,
    http: { method: 'PATCH', path: '/api/prompts/:id' },
  }),
  cancel: call({
    scope: 'type',
    limited: 'filtered',
    summary: 'Cancel a prompt that still waits',
    input: z.object({ id: ClientId }),
    output: Receipt,
    http: { method: 'DELETE', path: '/api/prompts/:id' },
  }),
  wait: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'Wait until a prompt reached a state, at most `timeout` seconds; answers the receipt either way',
    input: z.strictObject({
      id: ClientId,
      until: z.enum(['delivered', 'confirmed', 'idle']),
      timeout: z.coerce.number().min(0).max(3600).default(60),
    }),
    output: Receipt.extend({ reached: z.boolean() }),
    http: { method: 'POST', path: '/api/prompts/:id/wait' },
  }),
  broadcast: call({
    scope: 'type',
    summary: 'One prompt to many sessions, one receipt each',
    input: EnqueueOptions.extend({
      /** Names; empty or absent with `all` means every live session. */
      sessions: z.array(z.string().min(1).max(128)).max(500).default([]),
      all: z.boolean().default(false),
    }),
    output: z.array(Receipt.or(z.object({ session: z.string(), error: z.string() }))),
    http: { method: 'POST', path: '/api/broadcast', status: 202 },
  }),
  rows: feed({
    scope: 'read',
    limited: 'filtered',
    summary: 'Prompts that wait or moved lately, live',
    params: z.object({ session: z.string().optional() }),
    row: Receipt,
    key: 'id',
  }),
};
