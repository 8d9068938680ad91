/** Words of the board room: cards in columns, claimed with a lease, used by people and agents alike. */
import { z } from 'zod';
import { Actor } from './actors.ts';
import { call, feed } from './define.ts';

export const CardKey = z.string().regex(/^[A-Z][A-Z0-9]{0,9}-[1-9][0-9]{0,8}$/, 'a key looks like QD-12');
export const ColumnId = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'lower-case letters, digits and dashes, at most 32');

/** What a column means: `open` is worked on, `review` waits for a second look, `done` and `discarded` are finished. */
export const ColumnKind = z.enum(['backlog', 'todo', 'doing', 'review', 'done', 'discarded']);
export type ColumnKind = z.infer<typeof ColumnKind>;

export const Column = z.object({
  id: z.string(),
  title: z.string(),
  kind: ColumnKind,
  /** Most cards it should hold; a move beyond it is refused. null: no limit. */
  limit: z.number().nullable(),
});
export type Column = z.infer<typeof Column>;

export const Priority = z.enum(['urgent', 'high', 'normal', 'low']);
export type Priority = z.infer<typeof Priority>;

const ChecklistItem = z.object({ id: z.string().min(1).max(64), text: z.string().min(1).max(500), done: z.boolean() });
const Links = z.object({
  /** Session id. */
  session: z.string().max(128).nullable(),
  branch: z.string().max(255).nullable(),
  /** Address of a pull request or issue, http or https. */
  pr: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .nullable(),
});

export const Claim = z.object({
  by: Actor,
  /** Rises with every claim of the card; a write that carries an older one is refused. */
  fence: z.number(),
  at: z.number(),
  /** When it runs out unless renewed, Unix milliseconds. */
  expiresAt: z.number(),
});
export type Claim = z.infer<typeof Claim>;

export const Card = z.object({
  key: z.string(),
  title: z.string(),
  /** Markdown. */
  description: z.string(),
  column: z.string(),
  /** Order inside the column: lower is higher up. */
  rank: z.number(),
  priority: Priority,
  owner: Actor.nullable(),
  claim: Claim.nullable(),
  creator: Actor,
  tags: z.array(z.string()),
  /** YYYY-MM-DD. */
  due: z.string().nullable(),
  /** Keys of cards that must be done before this one can be claimed. */
  dependencies: z.array(z.string()),
  checklist: z.array(ChecklistItem),
  links: Links,
  /** US dollars spent on it; null when nobody said. */
  cost: z.number().nullable(),
  /** Who may move it from review to done: `other` is anyone but its owner. */
  review: z.enum(['anyone', 'other']),
  /** Rises with every change. */
  version: z.number(),
  createdAt: z.number(),
  updatedAt: z.number(),
  /** When it came into a finished column. */
  finishedAt: z.number().nullable(),
});
export type Card = z.infer<typeof Card>;

/** A card in the feed: all but the long text, which `board.get` brings. */
export const CardRow = Card.omit({ description: true }).extend({
  /** It has a description. */
  described: z.boolean(),
  /** How many comments were made on it; a new one is read by `board.history`. */
  comments: z.number(),
  /** Dependencies that are not done (also keys that no card has): while there are any it cannot be claimed. */
  blockedBy: z.array(z.string()),
});
export type CardRow = z.infer<typeof CardRow>;

export const CardChange = z.object({
  id: z.number(),
  key: z.string(),
  at: z.number(),
  by: Actor,
  /** `created`, `edited`, `moved`, `claimed`, `renewed` is not kept, `released`, `expired`, `commented`, `removed`. */
  what: z.enum(['created', 'edited', 'moved', 'claimed', 'released', 'expired', 'commented', 'removed']),
  /** Field to its value before and after, for edits and moves. */
  changes: z.record(z.string(), z.object({ before: z.unknown(), after: z.unknown() })),
  /** Text of a comment, or why. */
  text: z.string(),
  /** Version of the card afterwards. */
  version: z.number(),
});
export type CardChange = z.infer<typeof CardChange>;

const Key = z.object({ key: CardKey });
export const Tag = z.string().min(1).max(64);
/** The fields that a person or agent sets; absent ones stay as they are. */
export const CardFields = z.strictObject({
  title: z.string().trim().min(1).max(300).optional(),
  description: z.string().max(262_144).optional(),
  priority: Priority.optional(),
  /** User name, session name or id; null takes the owner away. */
  owner: z.string().min(1).max(128).nullable().optional(),
  tags: z.array(Tag).max(32).optional(),
  due: z.iso.date().nullable().optional(),
  dependencies: z.array(CardKey).max(100).optional(),
  checklist: z.array(ChecklistItem).max(200).optional(),
  links: Links.partial().optional(),
  cost: z.number().min(0).max(1_000_000).nullable().optional(),
  review: z.enum(['anyone', 'other']).optional(),
});
/**
 * What a writer knows. `version`: the one that was seen; a newer one there is Fault `conflict` with `data.card`, the card
 * as it is now. `fence`: of the writer's claim; Fault `stale` with `data.card` when it is not the claim there is.
 */
const Seen = { version: z.int().min(1).optional(), fence: z.int().min(1).optional() };

/** Seconds of a lease. */
const Lease = z.coerce.number().int().min(5).max(86_400).default(900);

export const board = {
  columns: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'The columns, in order',
    input: z.object({}),
    output: z.array(Column),
    http: { method: 'GET', path: '/api/board/columns' },
  }),
  setColumns: call({
    scope: 'run',
    summary: 'Replace the columns; one that holds cards cannot be left out, and one of each kind but review must stay',
    input: z.strictObject({
      columns: z
        .array(
          z.strictObject({
            id: ColumnId,
            title: z.string().trim().min(1).max(60),
            kind: ColumnKind,
            limit: z.int().min(1).max(10_000).nullable().default(null),
          }),
        )
        .min(1)
        .max(40),
    }),
    output: z.array(Column),
    http: { method: 'PUT', path: '/api/board/columns' },
  }),
  list: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'Cards, by column and rank',
    input: z.object({
      column: ColumnId.optional(),
      tag: Tag.optional(),
      /** User name, session name or id. */
      owner: z.string().max(128).optional(),
      /** Words that must all be in key, title or description. */
      q: z.string().max(256).optional(),
      limit: z.coerce.number().int().min(1).max(10_000).default(2000),
    }),
    output: z.array(CardRow),
    http: { method: 'GET', path: '/api/board/cards' },
  }),
  get: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'One card, whole',
    input: Key,
    output: Card,
    http: { method: 'GET', path: '/api/board/cards/:key' },
  }),
  history: call({
    scope: 'read',
    limited: 'filtered',
    summary: "A card's changes and comments, newest first",
    input: Key.extend({ limit: z.coerce.number().int().min(1).max(1000).default(200) }),
    output: z.array(CardChange),
    http: { method: 'GET', path: '/api/board/cards/:key/history' },
  }),
  add: call({
    scope: 'type',
    limited: 'filtered',
    agents: true,
    summary: 'Make a card; the same client id twice is the same card',
    input: CardFields.extend({
      title: z.string().trim().min(1).max(300),
      /** Minted by the client. */
      id: z.string().min(1).max(128).optional(),
      prefix: z
        .string()
        .regex(/^[A-Z][A-Z0-9]{0,9}$/, 'capital letters and digits, at most 10')
        .optional(),
      column: ColumnId.optional(),
    }),
    output: Card,
    http: { method: 'POST', path: '/api/board/cards', status: 201 },
  }),
  edit: call({
    scope: 'type',
    limited: 'filtered',
    agents: true,
    summary: 'Change what is named, leave the rest',
    input: CardFields.extend({ key: CardKey, ...Seen }),
    output: Card,
    http: { method: 'PATCH', path: '/api/board/cards/:key' },
  }),
  move: call({
    scope: 'type',
    limited: 'filtered',
    agents: true,
    summary: 'Move a card to a column and a place in it',
    input: z.strictObject({
      key: CardKey,
      column: ColumnId,
      /** The card that it comes to stand above; null or absent: the end of the column. */
      before: CardKey.nullable().optional(),
      ...Seen,
    }),
    output: Card,
    http: { method: 'POST', path: '/api/board/cards/:key/move' },
  }),
  comment: call({
    scope: 'type',
    limited: 'filtered',
    agents: true,
    summary: 'Say something on a card; the same client id twice is the same comment',
    input: z.strictObject({
      key: CardKey,
      text: z.string().trim().min(1).max(16_384),
      /** Minted by the client. */
      id: z.string().min(1).max(128).optional(),
    }),
    output: CardChange,
    http: { method: 'POST', path: '/api/board/cards/:key/comments', status: 201 },
  }),
  remove: call({
    scope: 'run',
    limited: 'filtered',
    summary: 'Delete a card for good; its history stays',
    input: Key.extend({ version: z.coerce.number().int().min(1).optional() }),
    output: z.object({ removed: z.literal(true), key: z.string() }),
    http: { method: 'DELETE', path: '/api/board/cards/:key' },
  }),
  claim: call({
    scope: 'type',
    limited: 'filtered',
    agents: true,
    summary: 'Take a card for the caller, or for a named session; one winner, the others are told who',
    input: z.strictObject({
      key: CardKey,
      /** Session name or id to claim for; an agent claims for itself. */
      session: z.string().min(1).max(128).optional(),
      lease: Lease,
    }),
    output: Card,
    http: { method: 'POST', path: '/api/board/cards/:key/claim' },
  }),
  renew: call({
    scope: 'type',
    limited: 'filtered',
    agents: true,
    summary: "Keep a claim alive; a session's activity does so by itself",
    input: z.strictObject({ key: CardKey, fence: z.int().min(1), lease: Lease }),
    output: Card,
    http: { method: 'POST', path: '/api/board/cards/:key/renew' },
  }),
  release: call({
    scope: 'type',
    limited: 'filtered',
    agents: true,
    summary: "Give a claim back; without a fence a person takes away anybody's",
    input: z.strictObject({ key: CardKey, fence: z.int().min(1).optional() }),
    output: Card,
    http: { method: 'POST', path: '/api/board/cards/:key/release' },
  }),
  next: call({
    scope: 'type',
    limited: 'filtered',
    agents: true,
    summary: 'Claim the best free card by priority that tags and dependencies allow; null when there is none',
    input: z.strictObject({
      session: z.string().min(1).max(128).optional(),
      /** Only cards that carry all of these. Absent: a session gets cards without tags, or whose tags it has. */
      tags: z.array(Tag).max(32).optional(),
      lease: Lease,
    }),
    output: z.object({ card: Card.nullable() }),
    http: { method: 'POST', path: '/api/board/next' },
  }),
  export: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'The board as JSON, CSV, or a calendar of due dates',
    input: z.object({ as: z.enum(['json', 'csv', 'ical']).default('json') }),
    output: z.object({ text: z.string() }),
    http: {
      method: 'GET',
      path: '/api/board/export',
      as: 'text',
      media: { by: 'as', types: { json: 'application/json', csv: 'text/csv', ical: 'text/calendar' } },
    },
  }),
  import: call({
    scope: 'run',
    summary: "Cards from this board's JSON or from GitHub's issues JSON; what was imported before is left alone",
    input: z.strictObject({
      format: z.enum(['quarterdeck', 'github']),
      text: z.string().max(20_000_000),
    }),
    output: z.object({ added: z.number(), skipped: z.number(), keys: z.array(z.string()) }),
    http: { method: 'POST', path: '/api/board/import' },
  }),
  calendar: call({
    scope: 'type',
    summary: 'A new secret address of the calendar feed for the calling user; the one before stops working',
    input: z.strictObject({}),
    output: z.object({ path: z.string() }),
    http: { method: 'POST', path: '/api/board/calendar', status: 201 },
  }),
  calendarFeed: call({
    scope: 'public',
    summary: 'Due dates as iCalendar; the secret in the path opens this and nothing else',
    input: z.object({ secret: z.string().min(1).max(200) }),
    output: z.object({ text: z.string() }),
    http: { method: 'GET', path: '/api/board/calendar/:secret', as: 'text', media: 'text/calendar' },
  }),
  cards: feed({
    scope: 'read',
    limited: 'filtered',
    summary: 'Cards, live',
    params: z.object({}),
    row: CardRow,
    key: 'key',
  }),
  columnRows: feed({
    scope: 'read',
    limited: 'filtered',
    summary: 'Columns, live, with their order',
    params: z.object({}),
    row: Column.extend({ position: z.number() }),
    key: 'id',
  }),
};
