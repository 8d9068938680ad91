/**
 * Words between hubs: one that runs on another machine joins this one and becomes a node of kind `hub`. Who it is is its
 * key (Ed25519); what it says of itself is signed, over the exact text that is sent.
 */
import { z } from 'zod';
import { Actor } from './actors.ts';
import { call } from './define.ts';
import { LOG_LEVELS } from './logs.ts';
import { HubAddress, Node } from './nodes.ts';

/** Seconds between two beats, and after how many without one a node counts as gone. */
export const BEAT_SECONDS = 30;
export const SILENT_SECONDS = 90;

/** What of a machine changes with every beat. */
export const Figures = z.object({
  /** Over one minute. */
  load: z.number(),
  memoryFree: z.number(),
  sessions: z.number(),
});
export type Figures = z.infer<typeof Figures>;

const about = {
  name: z.string().trim().min(1).max(64),
  protocol: z.number(),
  version: z.string().max(64),
  platform: z.string().max(32),
  arch: z.string().max(32),
  home: z.string().max(1024),
  tmux: z.string().max(64).nullable(),
  cpus: z.number(),
  memoryTotal: z.number(),
  agents: z.array(z.object({ key: z.string().max(64), version: z.string().max(64).nullable() })).max(64),
  /** Node ids of the hubs that are below it, over all steps: none may be above another that is above it. */
  below: z.array(z.string().max(64)).max(2000).optional(),
  /** Its clock, Unix milliseconds. */
  at: z.number(),
  figures: Figures,
};

/** What a hub says of itself to one that has it among its nodes. */
export const AboutHub = z.object(about);
export type AboutHub = z.infer<typeof AboutHub>;

/** A hub introduces itself. `challenge` comes from the hub that is joined: an old text is worth nothing. */
export const Introduction = z.object({
  kind: z.literal('introduction'),
  challenge: z.string().max(128),
  ...about,
  /** Best first; none when it listens nowhere that the other could reach. */
  addresses: z.array(HubAddress).max(8),
  /** A token of the hub that joins, made for the one that is joined: read, type, approve, run. */
  credential: z.string().min(1).max(256),
});
export type Introduction = z.infer<typeof Introduction>;

/** A hub asks to have another one among its nodes, and says who it is. */
export const Admission = z.object({
  kind: z.literal('admission'),
  name: z.string().trim().min(1).max(64),
  protocol: z.number(),
});
export type Admission = z.infer<typeof Admission>;

export const Admitted = z.object({
  /** Of the hub that is asked, with its signature of `word`. */
  key: z.string().max(64),
  signature: z.string().max(128),
  /** A token of it for the hub that asks: read, type, approve, run. */
  credential: z.string().min(1).max(256),
  about: AboutHub,
});
export type Admitted = z.infer<typeof Admitted>;

export const Beat = z.object({
  kind: z.enum(['beat', 'leave']),
  lease: z.string().max(64),
  /** Rises with each: a text heard before is refused. */
  n: z.int().min(1),
  at: z.number(),
  figures: Figures,
});
export type Beat = z.infer<typeof Beat>;

/** A log line of a node, as it stands there. */
export const ToldLine = z.object({
  at: z.number(),
  level: z.enum(LOG_LEVELS),
  from: z.string().max(64),
  message: z.string().max(16_384),
  data: z.record(z.string(), z.unknown()).optional(),
});
export type ToldLine = z.infer<typeof ToldLine>;
export const TOLD_LINES = 200;

/** A fact as hubs exchange it. Of two that differ the later one holds, everywhere; each hub keeps what it said before. */
export const SharedFact = z.object({
  id: z.string().min(1).max(128),
  project: z.string().min(1).max(512),
  text: z.string().min(1).max(2000),
  createdBy: Actor,
  updatedBy: Actor,
  createdAt: z.number(),
  updatedAt: z.number(),
  removed: z.boolean(),
});
export type SharedFact = z.infer<typeof SharedFact>;
/** Seconds between two exchanges, and how many facts one message holds. */
export const FACTS_SECONDS = 60;
export const FACTS_AT_ONCE = 500;

/** What the asking side of an exchange says of its facts, and what the other answers. */
const Offered = {
  /** Of all that the asker has: id and stamp. Absent: only `hash` is compared. */
  have: z
    .array(z.tuple([z.string().max(128), z.string().max(64)]))
    .max(50_000)
    .optional(),
  /** Over all ids and stamps. */
  hash: z.string().max(64),
  put: z.array(SharedFact).max(FACTS_AT_ONCE).default([]),
};
const Compared = z.object({
  /** Both sides have the same. */
  same: z.boolean(),
  newer: z.array(SharedFact),
  /** Ids that the answering side lacks or has older. */
  want: z.array(z.string()),
});

const Signature = z.string().max(128);
const Word = z.string().regex(/^[A-Za-z0-9_-]{22,64}$/);
const Lease = z.string().min(1).max(64);

export const JOIN_STATES = ['off', 'joining', 'joined', 'failed'] as const;

export const fleet = {
  add: call({
    scope: 'admin',
    summary: 'Have another hub among the nodes of this one: it needs to reach nothing here',
    input: z.strictObject({
      url: HubAddress,
      /** One of that hub with read, type, approve and run; used once, and not kept. */
      token: z.string().min(1).max(512),
      /** A machine over ssh through which it is reached: the address is then as seen from there. Id or title. */
      through: z.string().min(1).max(128).optional(),
    }),
    output: Node,
    http: { method: 'POST', path: '/api/fleet/hubs', status: 201 },
  }),
  admit: call({
    scope: 'run',
    summary: 'Another hub has this one among its nodes from now on; it is given a token',
    input: z.strictObject({
      word: Word,
      /** JSON of an `Admission`. */
      text: z.string().max(8192),
      key: z.string().max(64),
      signature: Signature,
    }),
    output: Admitted,
    http: { method: 'POST', path: '/api/fleet/admit' },
  }),
  about: call({
    scope: 'read',
    summary: 'What this hub says of itself to one that has it among its nodes',
    input: z.object({}),
    output: AboutHub,
  }),
  dismiss: call({
    scope: 'read',
    summary: 'A hub gives its token for this one back',
    input: z.strictObject({}),
    output: z.object({ dismissed: z.literal(true) }),
    http: { method: 'POST', path: '/api/fleet/dismiss' },
  }),
  challenge: call({
    scope: 'join',
    summary: 'A word that the next introduction must hold; good once, for a minute',
    input: z.strictObject({}),
    output: z.object({ challenge: z.string() }),
  }),
  introduce: call({
    scope: 'join',
    summary: 'Another hub introduces itself as a node of this one',
    input: z.strictObject({
      /** JSON of an `Introduction`. */
      text: z.string().max(65_536),
      /** Ed25519, 32 bytes in base64url. */
      key: z.string().max(64),
      signature: Signature,
    }),
    output: z.object({
      /** Its node id here; follows from the key. */
      node: z.string(),
      title: z.string(),
      /** Named by beats; a new one with each introduction. */
      lease: Lease,
      beatSeconds: z.number(),
    }),
  }),
  beat: call({
    scope: 'join',
    summary: 'A node says that it is there, or that it leaves; `stale` asks for a new introduction',
    input: z.strictObject({ text: z.string().max(8192), signature: Signature }),
    output: z.object({ heard: z.literal(true) }),
  }),
  log: call({
    scope: 'join',
    summary: 'A node tells what its hub did; `stale` asks for a new introduction',
    input: z.strictObject({ lease: Lease, lines: z.array(ToldLine).max(TOLD_LINES) }),
    output: z.object({ taken: z.number() }),
  }),
  facts: call({
    scope: 'join',
    summary: 'Facts are exchanged: those that the node says are taken, those that it lacks or has older are answered',
    input: z.strictObject({ lease: Lease, ...Offered }),
    output: Compared,
  }),
  lines: call({
    scope: 'read',
    summary: 'What this hub did and has not told yet, for a hub that has it among its nodes',
    input: z.strictObject({
      /** The mark of an answer whose lines were taken. */
      taken: z.string().max(64).nullable(),
    }),
    output: z.object({
      lines: z.array(ToldLine).max(TOLD_LINES),
      /** Null with no line. */
      mark: z.string().max(64).nullable(),
    }),
  }),
  share: call({
    scope: 'type',
    summary: 'Facts are exchanged with a hub that has this one among its nodes: as `fleet.facts`, the other way round',
    input: z.strictObject(Offered),
    output: Compared,
  }),
  prove: call({
    scope: 'public',
    summary: 'Whoever answers here holds the key of a node: signs a word of the asker',
    input: z.object({ word: Word }),
    output: z.object({ key: z.string(), signature: z.string() }),
    http: { method: 'GET', path: '/api/fleet/proof' },
  }),
  joined: call({
    scope: 'read',
    summary: 'The hub that this one has joined as a node, and how that stands',
    input: z.object({}),
    output: z.object({
      /** Null when it joins none. */
      hub: z.string().nullable(),
      state: z.enum(JOIN_STATES),
      /** What is wrong and what to do; empty when all is well. */
      problem: z.string(),
      /** When that state began, Unix milliseconds. */
      since: z.number(),
      /** Its id and title there; null until it was taken. */
      node: z.string().nullable(),
      title: z.string().nullable(),
      addresses: z.array(z.string()),
    }),
    http: { method: 'GET', path: '/api/fleet' },
  }),
};
