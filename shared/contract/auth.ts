/** Words of the auth room: users, tokens, who is asking. */
import { z } from 'zod';
import { USER_NAME, USER_NAME_RULE } from '../ids.ts';
import { call, feed, SCOPES } from './define.ts';

export const Scopes = z.array(z.enum(SCOPES)).min(1).max(SCOPES.length);

const UserName = z.string().regex(USER_NAME, USER_NAME_RULE);
const Passphrase = z.string().min(10, 'a passphrase has at least 10 characters').max(1024);

export const User = z.object({
  id: z.string(),
  name: z.string(),
  scopes: Scopes,
  createdAt: z.number(),
  lastLoginAt: z.number().nullable(),
});
export type User = z.infer<typeof User>;

export const Token = z.object({
  id: z.string(),
  name: z.string(),
  user: z.string(),
  scopes: Scopes,
  /** Session ids it is limited to; null is no limit. */
  sessions: z.array(z.string()).nullable(),
  nodes: z.array(z.string()).nullable(),
  createdAt: z.number(),
  expiresAt: z.number().nullable(),
  lastUsedAt: z.number().nullable(),
});
export type Token = z.infer<typeof Token>;

/** Who is asking, as the client may know it. */
export const Me = z.object({
  user: z.string(),
  scopes: Scopes,
  /** `local`: the lock's token; `browser`: a cookie; `token`: a named token; `agent`: a session's own token. */
  via: z.enum(['local', 'browser', 'token', 'agent']),
  sessions: z.array(z.string()).nullable(),
});
export type Me = z.infer<typeof Me>;

const DeviceName = z.string().trim().min(1).max(64);

/** A browser that is signed in. */
export const Device = z.object({
  /** Ends it as a token's id does: `auth.removeToken`. */
  id: z.string(),
  /** What it calls itself, such as "Safari on iPhone". */
  name: z.string(),
  user: z.string(),
  createdAt: z.number(),
  expiresAt: z.number().nullable(),
  lastUsedAt: z.number().nullable(),
  /** It is the one that asks. */
  current: z.boolean(),
});
export type Device = z.infer<typeof Device>;

/**
 * Letting a phone in by a code that it reads from a screen. `open`: nobody used the code yet; `claimed`: a device did, and
 * shows `number`; `accepted`: somebody confirmed, the device is about to fetch it; `paired`, `declined`, `expired`: over.
 */
export const Pairing = z.object({
  id: z.string(),
  /** Whoever began it. */
  by: z.string(),
  /** Whom the device will be signed in as. */
  user: z.string(),
  state: z.enum(['open', 'claimed', 'accepted', 'paired', 'declined', 'expired']),
  /** Six digits that the device shows too; null until a device used the code. */
  number: z.string().nullable(),
  /** What the device calls itself, which proves nothing, and where it asked from. */
  device: z.string().nullable(),
  address: z.string().nullable(),
  /** Unix milliseconds: until then the code can be used, or the number be confirmed. */
  expiresAt: z.number(),
});
export type Pairing = z.infer<typeof Pairing>;

export const auth = {
  setupState: call({
    scope: 'public',
    summary: 'Whether the first user is still to be made',
    input: z.object({}),
    output: z.object({ needed: z.boolean() }),
    http: { method: 'GET', path: '/api/setup' },
  }),
  setup: call({
    scope: 'public',
    summary: 'Make the first user with the one-time code of the setup link',
    input: z.strictObject({
      code: z.string().min(1).max(256),
      user: UserName,
      passphrase: Passphrase,
      device: DeviceName.optional(),
    }),
    output: Me,
    http: { method: 'POST', path: '/api/setup', status: 201 },
  }),
  login: call({
    scope: 'public',
    summary: 'Sign a browser in: the answer sets a cookie',
    input: z.strictObject({
      user: z.string().min(1).max(128),
      passphrase: z.string().min(1).max(1024),
      device: DeviceName.optional(),
    }),
    output: Me,
    http: { method: 'POST', path: '/api/login' },
  }),
  logout: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'End this browser session',
    input: z.object({}),
    output: z.object({ ok: z.literal(true) }),
    http: { method: 'POST', path: '/api/logout' },
  }),
  me: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'Who is asking',
    input: z.object({}),
    output: Me,
    http: { method: 'GET', path: '/api/me' },
  }),
  users: call({
    scope: 'admin',
    summary: 'All users',
    input: z.object({}),
    output: z.array(User),
    http: { method: 'GET', path: '/api/users' },
  }),
  addUser: call({
    scope: 'admin',
    summary: 'Add a user',
    input: z.strictObject({
      name: UserName,
      passphrase: Passphrase,
      scopes: Scopes.default(['read', 'type', 'approve', 'run']),
    }),
    output: User,
    http: { method: 'POST', path: '/api/users', status: 201 },
  }),
  editUser: call({
    scope: 'read',
    summary: "Change a passphrase (one's own, or any as admin; revokes that user's tokens) or, as admin, scopes",
    input: z.strictObject({
      name: z.string(),
      passphrase: Passphrase.optional(),
      current: z.string().max(1024).optional(),
      scopes: Scopes.optional(),
    }),
    output: User,
    http: { method: 'PATCH', path: '/api/users/:name' },
  }),
  removeUser: call({
    scope: 'admin',
    summary: 'Remove a user and revoke their tokens; the last admin stays',
    input: z.object({ name: z.string() }),
    output: z.object({ removed: z.literal(true) }),
    http: { method: 'DELETE', path: '/api/users/:name' },
  }),
  tokens: call({
    scope: 'read',
    summary: "One's own tokens; an admin sees all",
    input: z.object({}),
    output: z.array(Token),
    http: { method: 'GET', path: '/api/tokens' },
  }),
  addToken: call({
    scope: 'read',
    summary: "Mint a token, never with more than one's own scopes; it is shown once",
    input: z.strictObject({
      name: z.string().min(1).max(128),
      scopes: Scopes,
      sessions: z.array(z.string()).max(200).nullable().default(null),
      nodes: z.array(z.string()).max(200).nullable().default(null),
      user: z.string().optional(),
      /** Seconds from now. */
      expiresIn: z.int().min(1).max(315_360_000).optional(),
    }),
    output: z.object({ id: z.string(), token: z.string(), info: Token }),
    http: { method: 'POST', path: '/api/tokens', status: 201 },
  }),
  removeToken: call({
    scope: 'read',
    summary: 'Revoke a token; its open sockets are cut',
    input: z.object({ id: z.string() }),
    output: z.object({ revoked: z.literal(true) }),
    http: { method: 'DELETE', path: '/api/tokens/:id' },
  }),
  devices: call({
    scope: 'read',
    summary: "One's own signed-in browsers; an admin sees all",
    input: z.object({}),
    output: z.array(Device),
    http: { method: 'GET', path: '/api/devices' },
  }),
  offerPairing: call({
    scope: 'read',
    summary: 'Begin to let a phone in: a code for 60 s and one use, to be shown as `ADDRESS/#pair=CODE`',
    /** `user`: whom it is signed in as, never with more rights than the asker's; default oneself. */
    input: z.strictObject({ user: z.string().optional() }),
    output: z.object({ code: z.string(), pairing: Pairing }),
    http: { method: 'POST', path: '/api/pairings', status: 201 },
  }),
  pairing: call({
    scope: 'read',
    summary: 'How a pairing stands',
    input: z.object({ id: z.string() }),
    output: Pairing,
    http: { method: 'GET', path: '/api/pairings/:id' },
  }),
  answerPairing: call({
    scope: 'read',
    summary: 'Let the device in that shows this number, or turn it away; without a device the code is withdrawn',
    input: z.strictObject({
      id: z.string(),
      accept: z.boolean(),
      /** As it stands on both screens; accepting needs it. */
      number: z.string().max(16).optional(),
    }),
    output: Pairing,
    http: { method: 'POST', path: '/api/pairings/:id' },
  }),
  pairings: feed({
    scope: 'read',
    summary: "One's own pairings, live; an admin sees all",
    params: z.object({}),
    row: Pairing,
    key: 'id',
  }),
  claimPairing: call({
    scope: 'public',
    summary: 'Use the code of a pairing: the answer is a number to be compared',
    input: z.strictObject({ code: z.string().min(1).max(256), device: DeviceName }),
    /** `claim`: the only proof that this is the device that used the code. */
    output: z.object({ claim: z.string(), number: z.string(), user: z.string(), expiresAt: z.number() }),
    http: { method: 'POST', path: '/api/pair' },
  }),
  awaitPairing: call({
    scope: 'public',
    summary: 'Wait up to 20 s for the confirmation; once it is there the answer sets a cookie',
    input: z.strictObject({ claim: z.string().min(1).max(256) }),
    output: z.object({ state: z.enum(['claimed', 'paired']), me: Me.nullable() }),
    http: { method: 'POST', path: '/api/pair/wait' },
  }),
};
