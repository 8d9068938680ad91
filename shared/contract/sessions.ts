/** Words of the sessions room: agents in tmux, their states and their terminals. */
import { z } from 'zod';
import { Conversation } from './agents.ts';
import { call, feed, pipe } from './define.ts';
import { SessionName } from './names.ts';
import { Evidence, State } from './states.ts';
import { ViewerControl, ViewerNotice } from './viewers.ts';

/** A session named by its name, its id, or on the command line a unique prefix of either. */
const Named = z.object({ name: z.string().min(1).max(128) });

const Env = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'an environment name has letters, digits and _'),
  z.string().refine((v) => !v.includes('\0'), 'an environment value has no NUL'),
);
const PromptText = z.string().min(1).max(1_048_576);

export const Session = z.object({
  id: z.string(),
  name: z.string(),
  agent: z.string(),
  node: z.string(),
  cwd: z.string(),
  /** What tmux is asked to run, for people; secrets in the environment are not here. */
  command: z.string(),
  flags: z.string(),
  skipPermissions: z.boolean(),
  tags: z.array(z.string()),
  state: State,
  needsYou: z.boolean(),
  draft: z.boolean(),
  asks: z.boolean(),
  retrying: z.boolean(),
  /** When the state began, Unix milliseconds. */
  since: z.number(),
  /** Strongest first, at most 5. */
  evidence: z.array(Evidence),
  /** `working` without bytes, transcript or CPU for longer than the stall limit. */
  stalled: z.boolean(),
  title: z.string(),
  conversationId: z.string().nullable(),
  branch: z.string().nullable(),
  exit: z.object({ status: z.number().nullable() }).nullable(),
  resets: z.string().nullable(),
  contextLeft: z.number().nullable(),
  tokens: z.object({ input: z.number(), output: z.number() }).nullable(),
  cols: z.number(),
  rows: z.number(),
  /** Viewer id that drives the size; null when nobody has yet. */
  sizeOwner: z.string().nullable(),
  queued: z.number(),
  /** Why the first queued prompt waits. */
  held: z.string().nullable(),
  paused: z.boolean(),
  archived: z.boolean(),
  createdAt: z.number(),
  startedAt: z.number(),
  outputAt: z.number().nullable(),
  /** Bytes typed that wait for the node to be reachable again; absent when there are none. */
  unsent: z.number().optional(),
  /** Bytes typed that never reached the program, and why, until somebody types again; absent when there are none. */
  lostKeys: z.object({ count: z.number(), why: z.string() }).optional(),
  /** Attach without Quarterdeck. */
  attach: z.array(z.string()),
});
export type Session = z.infer<typeof Session>;

export const StartInput = z.strictObject({
  agent: z.string().min(1).max(64),
  name: SessionName.optional(),
  node: z.string().default('local'),
  /** Must exist; `~` is the host's home. Default: the home folder. */
  cwd: z.string().min(1).max(4096).optional(),
  flags: z.string().max(8192).default(''),
  flagsMode: z.enum(['append', 'replace']).default('append'),
  skipPermissions: z.boolean().optional(),
  env: Env.default({}),
  /** Command line for `custom`, or instead of the agent's own. */
  command: z.string().max(8192).optional(),
  /** First prompts, in order, fired again by restart. */
  init: z.array(PromptText).max(50).default([]),
  skipInit: z.boolean().default(false),
  /** Conversation id, or `latest`. */
  resume: z.string().max(256).optional(),
  tags: z.array(z.string().min(1).max(64)).max(32).default([]),
  cols: z.int().min(2).max(500).default(120),
  rows: z.int().min(2).max(300).default(40),
});
export type StartInput = z.infer<typeof StartInput>;

export const ScreenOutput = z.object({
  /** Plain text, or with escapes for `ansi`. */
  text: z.string(),
  cols: z.number(),
  rows: z.number(),
  cursor: z.object({ x: z.number(), y: z.number(), visible: z.boolean() }),
  alternate: z.boolean(),
  title: z.string(),
  lines: z.array(z.string()),
});
export type ScreenOutput = z.infer<typeof ScreenOutput>;

export const Choice = z.object({
  n: z.number(),
  label: z.string(),
  description: z.string().optional(),
  selected: z.boolean(),
  means: z.enum(['allow', 'allow-always', 'deny', 'other']),
});
export type Choice = z.infer<typeof Choice>;

export const Explanation = z.object({
  session: z.string(),
  agent: z.string(),
  state: State,
  needsYou: z.boolean(),
  draft: z.boolean(),
  asks: z.boolean(),
  since: z.number(),
  evidence: z.array(Evidence),
  /** What each source says on its own, whether it was believed, and why not. */
  sources: z.array(z.object({ source: z.string(), state: State.nullable(), believed: z.boolean(), note: z.string() })),
  dialog: z
    .object({ kind: z.string(), title: z.string(), subject: z.string().optional(), choices: z.array(Choice) })
    .nullable(),
});
export type Explanation = z.infer<typeof Explanation>;

export const RecordedReading = z.object({
  file: z.string(),
  agent: z.string(),
  state: State,
  needsYou: z.boolean(),
  draft: z.boolean(),
  asks: z.boolean(),
  evidence: z.array(Evidence),
});
export type RecordedReading = z.infer<typeof RecordedReading>;

export const Foreign = z.object({
  name: z.string(),
  /** tmux socket it lives on. */
  socket: z.string(),
  cwd: z.string(),
  command: z.string(),
  createdAt: z.number(),
});

export const RestoreRow = z.object({
  id: z.string(),
  name: z.string(),
  agent: z.string(),
  cwd: z.string(),
  /** `back`: found alive again; `adopted`: alive but not in the table; `lost`: tmux has it no more. */
  result: z.enum(['back', 'adopted', 'lost']),
  why: z.string(),
  /** How it can be brought back: by its conversation, anew, or not. */
  restore: z.enum(['resume', 'restart', 'none']),
});
export const RestoreReport = z.object({ at: z.number(), rows: z.array(RestoreRow) });
export type RestoreReport = z.infer<typeof RestoreReport>;

export const SearchHit = z.object({
  /** Name and id of the session. */
  session: z.string(),
  id: z.string().optional(),
  line: z.number(),
  text: z.string(),
  from: z.number(),
  to: z.number(),
});

export const sessions = {
  start: call({
    scope: 'run',
    summary: 'Start an agent in a tmux session',
    input: StartInput,
    output: Session,
    http: { method: 'POST', path: '/api/sessions', status: 201 },
  }),
  list: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'All sessions',
    input: z.object({ archived: z.stringbool().or(z.boolean()).optional() }),
    output: z.array(Session),
    http: { method: 'GET', path: '/api/sessions' },
  }),
  get: call({
    scope: 'read',
    limited: 'session',
    summary: 'One session',
    input: Named,
    output: Session,
    http: { method: 'GET', path: '/api/sessions/:name' },
  }),
  edit: call({
    scope: 'run',
    summary: 'Rename a session or change how it starts; `apply` respawns it now',
    input: Named.extend({
      rename: SessionName.optional(),
      flags: z.string().max(8192).optional(),
      skipPermissions: z.boolean().optional(),
      env: Env.optional(),
      cwd: z.string().min(1).max(4096).optional(),
      init: z.array(PromptText).max(50).optional(),
      tags: z.array(z.string().min(1).max(64)).max(32).optional(),
      conversationId: z.string().max(256).nullable().optional(),
      paused: z.boolean().optional(),
      apply: z.boolean().default(false),
    }).strict(),
    output: Session,
    http: { method: 'PATCH', path: '/api/sessions/:name' },
  }),
  stop: call({
    scope: 'run',
    summary: 'End a session and its whole process tree, politely first',
    input: Named,
    output: z.object({ stopped: z.literal(true), id: z.string(), name: z.string() }),
    http: { method: 'DELETE', path: '/api/sessions/:name' },
  }),
  restart: call({
    scope: 'run',
    summary: 'Start the agent anew in the same session; init prompts fire again',
    input: Named.extend({ skipInit: z.boolean().default(false) }).strict(),
    output: Session,
    http: { method: 'POST', path: '/api/sessions/:name/restart' },
  }),
  resume: call({
    scope: 'run',
    summary: 'Start the agent with a conversation of before; init prompts do not fire',
    input: Named.extend({ conversationId: z.string().max(256).default('latest') }).strict(),
    output: Session,
    http: { method: 'POST', path: '/api/sessions/:name/resume' },
  }),
  fork: call({
    scope: 'run',
    summary: "Copy a session's conversation into a new session",
    input: Named.extend({ as: SessionName.optional(), conversationId: z.string().max(256).optional() }).strict(),
    output: Session,
    http: { method: 'POST', path: '/api/sessions/:name/fork', status: 201 },
  }),
  archive: call({
    scope: 'run',
    summary: 'End the process, keep the session to wake it later',
    input: Named,
    output: Session,
    http: { method: 'POST', path: '/api/sessions/:name/archive' },
  }),
  wake: call({
    scope: 'run',
    summary: 'Bring an archived or lost session back by its conversation, or anew',
    input: Named,
    output: Session,
    http: { method: 'POST', path: '/api/sessions/:name/wake' },
  }),
  interrupt: call({
    scope: 'type',
    limited: 'session',
    summary: "Stop the agent's turn the way that agent wants it",
    input: Named,
    output: z.object({ sent: z.array(z.string()), state: State }),
    http: { method: 'POST', path: '/api/sessions/:name/interrupt' },
  }),
  keys: call({
    scope: 'type',
    limited: 'session',
    summary: 'Press keys, named as tmux names them (Enter, Escape, C-c, Up), or type text literally',
    input: Named.extend({
      keys: z.array(z.string().min(1).max(32)).max(100).default([]),
      text: z.string().max(65_536).optional(),
    }).strict(),
    output: z.object({ sent: z.number() }),
    http: { method: 'POST', path: '/api/sessions/:name/keys' },
  }),
  screen: call({
    scope: 'read',
    limited: 'session',
    summary: 'What the terminal shows, with history lines when asked',
    input: Named.extend({
      format: z.enum(['text', 'ansi', 'json']).default('text'),
      lines: z.coerce.number().int().min(1).max(100_000).optional(),
    }),
    output: ScreenOutput,
    http: { method: 'GET', path: '/api/sessions/:name/screen', as: 'text' },
  }),
  explain: call({
    scope: 'read',
    limited: 'session',
    summary: 'Why the state is what it is: every source and what it saw',
    input: Named,
    output: Explanation,
    http: { method: 'GET', path: '/api/sessions/:name/explain' },
  }),
  explainRecorded: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'The state that recorded screens read as',
    input: z.strictObject({
      captures: z
        .array(z.object({ file: z.string().max(4096), capture: z.unknown() }))
        .min(1)
        .max(1000),
    }),
    output: z.array(RecordedReading),
    http: { method: 'POST', path: '/api/explain' },
  }),
  conversations: call({
    scope: 'read',
    limited: 'session',
    summary: "Conversations in the session's folder, newest first",
    input: Named.extend({ limit: z.coerce.number().int().min(1).max(500).default(50) }),
    /** `session`: name of the session that is bound to it now. */
    output: z.array(Conversation.extend({ session: z.string().nullable() })),
    http: { method: 'GET', path: '/api/sessions/:name/conversations' },
  }),
  upload: call({
    scope: 'type',
    limited: 'session',
    summary: "Put a file into the session's working folder",
    input: Named.extend({
      /** Relative to the working folder. */
      path: z.string().min(1).max(1024),
      /** Base64. */
      content: z.base64().max(22_369_624),
      overwrite: z.boolean().default(false),
    }).strict(),
    output: z.object({ path: z.string(), size: z.number() }),
    http: { method: 'POST', path: '/api/sessions/:name/files', status: 201 },
  }),
  search: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'Search the scrollback of all sessions',
    input: z.object({ q: z.string().min(1).max(256), limit: z.coerce.number().int().min(1).max(1000).default(100) }),
    output: z.array(SearchHit),
    http: { method: 'GET', path: '/api/search' },
  }),
  foreign: call({
    scope: 'run',
    summary: 'tmux sessions that Quarterdeck does not own',
    input: z.object({}),
    output: z.array(Foreign),
    http: { method: 'GET', path: '/api/foreign' },
  }),
  adopt: call({
    scope: 'run',
    summary: 'Take over a tmux session of this socket that Quarterdeck did not start',
    input: z.strictObject({
      tmux: z.string().min(1).max(256),
      name: SessionName.optional(),
      agent: z.string().default('custom'),
    }),
    output: Session,
    http: { method: 'POST', path: '/api/adopt', status: 201 },
  }),
  restoreReport: call({
    scope: 'read',
    summary: 'What came back at the last start of the hub, and what did not',
    input: z.object({}),
    output: RestoreReport,
    http: { method: 'GET', path: '/api/restore' },
  }),
  restore: call({
    scope: 'run',
    summary: 'Bring lost sessions back, all or the named ones',
    input: z.strictObject({ names: z.array(z.string()).optional() }),
    output: z.array(z.object({ name: z.string(), ok: z.boolean(), message: z.string() })),
    http: { method: 'POST', path: '/api/restore' },
  }),
  rows: feed({
    scope: 'read',
    limited: 'filtered',
    summary: 'Sessions, live',
    params: z.object({}),
    row: Session,
    key: 'id',
  }),
  terminal: pipe({
    scope: 'read',
    limited: 'session',
    summary: "A session's terminal: a screen, then its bytes; bytes sent are typed",
    params: Named.extend({
      cols: z.int().min(2).max(500).optional(),
      rows: z.int().min(2).max(300).optional(),
      scrollback: z.int().min(0).max(5000).default(1000),
    }),
    input: 'type',
    control: ViewerControl,
    notice: ViewerNotice,
  }),
};
