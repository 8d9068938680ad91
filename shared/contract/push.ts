/** Words of the push room: devices that are told by web push when a session needs a person, and what became of each message. */
import { z } from 'zod';
import { call, feed } from './define.ts';

/** What is told: that somebody is needed and why, that a long turn ended, or a test. */
export const PUSH_KINDS = [
  'approval',
  'question',
  'trust',
  'login',
  'ratelimit',
  'error',
  'stalled',
  'done',
  'test',
] as const;
export const PushKind = z.enum(PUSH_KINDS);
export type PushKind = z.infer<typeof PushKind>;

const Time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 22:30');

/** Hours in which a device is not disturbed; over midnight when `from` is later than `to`. */
export const QuietHours = z.strictObject({
  from: Time,
  to: Time,
  /** IANA name of the zone that the hours are meant in, such as Europe/Paris. */
  zone: z.string().min(1).max(64),
});
export type QuietHours = z.infer<typeof QuietHours>;

export const PushMessage = z.object({
  id: z.string(),
  /** Device id. */
  device: z.string(),
  kind: PushKind,
  /** Name of the session; null for a test. */
  session: z.string().nullable(),
  /**
   * `held`: a page on the device shows it, it is sent when nobody reacts; `sending`, `retrying`; `sent`: the push service took
   * it; `failed`: it did not; `unneeded`: it was over before it was sent.
   */
  status: z.enum(['held', 'sending', 'retrying', 'sent', 'failed', 'unneeded']),
  /** HTTP status of the push service's last answer; null when there was none. */
  answer: z.number().nullable(),
  attempts: z.number(),
  /** Unix milliseconds, as all times here. */
  at: z.number(),
  sentAt: z.number().nullable(),
  /** The device itself said that it showed it: only this proves that it arrived. */
  shownAt: z.number().nullable(),
  /** Somebody opened it there. */
  openedAt: z.number().nullable(),
  /** It was taken back, or opened. */
  closedAt: z.number().nullable(),
  /** Empty when there is none. */
  problem: z.string(),
});
export type PushMessage = z.infer<typeof PushMessage>;

export const PushDevice = z.object({
  id: z.string(),
  user: z.string(),
  name: z.string(),
  /** Host of the push service; the whole address is a secret. */
  service: z.string(),
  /** `gone`: its subscription ended; `signed-out`: nothing is sent there until somebody signs in on it again. */
  state: z.enum(['on', 'failing', 'gone', 'signed-out']),
  /** What is wrong and what to do; empty when nothing is. */
  problem: z.string(),
  quiet: QuietHours.nullable(),
  createdAt: z.number(),
  /** Last time that somebody used it. */
  usedAt: z.number(),
  shownAt: z.number().nullable(),
  openedAt: z.number().nullable(),
  /** The newest message to it. */
  last: PushMessage.nullable(),
});
export type PushDevice = z.infer<typeof PushDevice>;

/** What travels, encrypted for the one browser: no command and no question of the agent unless `push.detail` says so. */
export interface PushPayload {
  readonly v: 1;
  /** `close` takes back what was shown under the tag. */
  readonly do: 'show' | 'close';
  /** Message id, for receipts; null for `close`. */
  readonly id: string | null;
  /** One for each session: a newer notification replaces the older. */
  readonly tag: string;
  readonly kind: PushKind;
  readonly title: string;
  readonly body: string;
  readonly session: string | null;
  readonly agent: string | null;
  readonly approval: {
    readonly id: string;
    readonly digest: string;
    readonly actions: readonly ('allow' | 'deny')[];
  } | null;
  /** Deep link inside the app. */
  readonly path: string;
  readonly at: number;
}

const Id = z.object({ id: z.string().min(1).max(128) });
const Name = z.string().trim().min(1).max(64);

export const push = {
  key: call({
    scope: 'read',
    summary: "The hub's public VAPID key, for a browser's subscription",
    input: z.object({}),
    output: z.object({ key: z.string() }),
    http: { method: 'GET', path: '/api/push/key' },
  }),
  subscribe: call({
    scope: 'read',
    summary: 'Tell this browser by web push; the same subscription again renews it',
    input: z.strictObject({
      endpoint: z.string().min(1).max(2048),
      keys: z.strictObject({
        p256dh: z.string().regex(/^[A-Za-z0-9_-]{87}=?$/, 'a P-256 point in base64url'),
        auth: z.string().regex(/^[A-Za-z0-9_-]{22}(==)?$/, '16 bytes in base64url'),
      }),
      /** Of the device; kept when it is known already. */
      name: Name,
      /** Device id that this subscription takes the place of. */
      replaces: z.string().max(128).optional(),
    }),
    output: PushDevice,
    http: { method: 'POST', path: '/api/push/devices', status: 201 },
  }),
  devices: call({
    scope: 'read',
    summary: "One's own devices; an admin sees all",
    input: z.object({}),
    output: z.array(PushDevice),
    http: { method: 'GET', path: '/api/push/devices' },
  }),
  edit: call({
    scope: 'read',
    summary: 'Rename a device or set its quiet hours',
    input: Id.extend({ name: Name.optional(), quiet: QuietHours.nullable().optional() }).strict(),
    output: PushDevice,
    http: { method: 'PATCH', path: '/api/push/devices/:id' },
  }),
  remove: call({
    scope: 'read',
    summary: 'Forget a device; it is told nothing any more',
    input: Id,
    output: z.object({ removed: z.literal(true) }),
    http: { method: 'DELETE', path: '/api/push/devices/:id' },
  }),
  test: call({
    scope: 'read',
    summary: 'Send a test to a device, also in its quiet hours',
    input: Id.strict(),
    output: PushMessage,
    http: { method: 'POST', path: '/api/push/devices/:id/test' },
  }),
  messages: call({
    scope: 'read',
    summary: 'What was sent lately, newest first, with what became of it',
    input: z.object({
      device: z.string().max(128).optional(),
      limit: z.coerce.number().int().min(1).max(500).default(50),
    }),
    output: z.array(PushMessage),
    http: { method: 'GET', path: '/api/push/messages' },
  }),
  receipt: call({
    scope: 'read',
    summary: "A device's service worker says that it showed a message, or that somebody opened it",
    input: Id.extend({ what: z.enum(['shown', 'opened']) }).strict(),
    output: PushMessage,
    http: { method: 'POST', path: '/api/push/receipts/:id' },
  }),
  looked: call({
    scope: 'read',
    summary:
      'A page on the device, looked at right now, shows that a session needs somebody, or has it open: the message waits 20 s, or is not needed',
    input: Id.extend({ session: z.string().min(1).max(128), what: z.enum(['shown', 'opened']) }).strict(),
    output: z.object({ ok: z.literal(true) }),
    http: { method: 'POST', path: '/api/push/devices/:id/looked' },
  }),
  rows: feed({
    scope: 'read',
    summary: "One's own devices, live; an admin sees all",
    params: z.object({}),
    row: PushDevice,
    key: 'id',
  }),
};
