/** Words of the agents room: which agent programs there are, their conversations, what they used, and the hooks that tell. */
import { z } from 'zod';
import { call } from './define.ts';

/** An agent's key: built-in ones and the user's own. */
export const AgentKey = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'lower-case letters, digits, - and _, at most 40');
export type AgentKey = z.infer<typeof AgentKey>;

/** Counts of tokens. `input` leaves out what a cache read or wrote; `output` includes reasoning. */
export const Tokens = z.object({
  input: z.number(),
  output: z.number(),
  cacheRead: z.number(),
  cacheWrite: z.number(),
});
export type Tokens = z.infer<typeof Tokens>;

/** How a program is told not to ask for permissions, in its own words. */
export const SkipPermissions = z.object({
  flags: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  /** Said instead where neither flags nor environment can do it. */
  note: z.string().optional(),
});
export type SkipPermissions = z.infer<typeof SkipPermissions>;

/** `untrusted`: written, but the agent itself will not run them until a person trusts them there. */
export const HooksState = z.enum(['absent', 'installed', 'outdated', 'untrusted', 'unreadable']);
export type HooksState = z.infer<typeof HooksState>;

/** The agent's own ways of telling and taking things, beside its screen. */
export const Channel = z.enum(['hooks', 'transcript', 'http', 'file-pair', 'osc', 'statusline']);
export type Channel = z.infer<typeof Channel>;

export const Agent = z.object({
  key: AgentKey,
  title: z.string(),
  kind: z.enum(['agent', 'shell', 'custom']),
  /** Program name or command line as configured. */
  command: z.string(),
  /** Default flags as configured. */
  flags: z.string(),
  /** False while the first look for it is still under way. */
  checked: z.boolean(),
  installed: z.boolean(),
  path: z.string().nullable(),
  version: z.string().nullable(),
  /** Why it could not be looked at, does not tell its version, or its conversations cannot be read. */
  problem: z.string().nullable(),
  /** The official command that installs it. */
  install: z.string().nullable(),
  home: z.string().nullable(),
  /** null when it cannot be told. */
  skipPermissions: SkipPermissions.nullable(),
  /** Whether the user chose to start it without permission dialogs. */
  skipsPermissions: z.boolean(),
  resumes: z.boolean(),
  /** A new conversation's id can be chosen before the start. */
  choosesId: z.boolean(),
  /** Its conversations are listed. */
  keepsConversations: z.boolean(),
  /** null for an agent that has no hooks we know. */
  hooks: HooksState.nullable(),
  /** What the state of the hooks means and what to do, for a person. */
  hooksNote: z.string().nullable(),
  channels: z.array(Channel),
  /** Defined or changed by the user. */
  custom: z.boolean(),
});
export type Agent = z.infer<typeof Agent>;

export const Conversation = z.object({
  id: z.string(),
  agent: AgentKey,
  /** A name given by the user, else the first line of the first real prompt, else the agent's own title. */
  title: z.string(),
  /** The title that the agent made, when it has one. */
  agentTitle: z.string().nullable(),
  cwd: z.string().nullable(),
  /** Unix milliseconds, both. */
  startedAt: z.number().nullable(),
  updatedAt: z.number(),
  /** Prompts by a person. */
  turns: z.number(),
  /** Of the main thread; sub-agents count in the usage only. */
  tokens: Tokens,
  model: z.string().nullable(),
  path: z.string(),
});
export type Conversation = z.infer<typeof Conversation>;

export const ConversationQuery = z.object({
  /** The machine that is asked about; this one when absent. */
  node: z.string().max(128).optional(),
  agent: AgentKey.optional(),
  cwd: z.string().max(4096).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  /** Only older ones than this (Unix milliseconds), for the next page. */
  before: z.coerce.number().optional(),
});
export type ConversationQuery = z.output<typeof ConversationQuery>;

export const Limit = z.object({
  name: z.string(),
  usedPercent: z.number(),
  windowMinutes: z.number().nullable(),
  /** Unix milliseconds. */
  resetsAt: z.number().nullable(),
});
export type Limit = z.infer<typeof Limit>;

export const UsageQuery = z.object({
  node: z.string().max(128).optional(),
  by: z.enum(['day', 'agent', 'model', 'conversation', 'turn']).default('day'),
  /** Days as YYYY-MM-DD in the hub's time zone, both included. */
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  agent: AgentKey.optional(),
  conversation: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});
export type UsageQuery = z.output<typeof UsageQuery>;

export const UsageRow = z.object({
  /** The day, agent, model, conversation id, or turn number. */
  key: z.string(),
  /** null when several agents are in it. */
  agent: z.string().nullable(),
  tokens: Tokens,
  turns: z.number(),
  /** US dollars by the price table; null when no part of it has a price. */
  cost: z.number().nullable(),
  /** Some of it has no price: `cost` is only a part. */
  costPartial: z.boolean(),
});
export type UsageRow = z.infer<typeof UsageRow>;

export const HookPlan = z.object({
  agent: AgentKey,
  action: z.enum(['install', 'remove']),
  file: z.string(),
  /** The file's text now, null when there is none, and as it will be. */
  before: z.string().nullable(),
  after: z.string(),
  /** The exact change as a unified diff; empty when there is nothing to change. */
  diff: z.string(),
  events: z.array(z.string()),
  /** What the user still has to do, such as trusting the hooks in the agent. */
  note: z.string().nullable(),
});
export type HookPlan = z.infer<typeof HookPlan>;

/** Dollars for a million tokens. */
export const Price = z.strictObject({
  input: z.number().min(0),
  output: z.number().min(0),
  cacheRead: z.number().min(0).optional(),
  cacheWrite: z.number().min(0).optional(),
});
export type Price = z.infer<typeof Price>;

const Line = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\0\r\n]*$/, 'one line, no control characters');
const EnvName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'a variable name');
const Pattern = z
  .string()
  .min(1)
  .max(300)
  .refine((source) => {
    try {
      new RegExp(source, 'u');
      return true;
    } catch {
      return false;
    }
  }, 'a regular expression');

/** What the configuration file may say of one agent, built-in or new. Unknown fields are refused: a typing error must be seen. */
export const AgentOverride = z.strictObject({
  title: Line(80).optional(),
  /** Program, or a whole command line; what only a shell understands runs through /bin/sh. */
  command: Line(2000).min(1).optional(),
  /** Default flags, shell-like quoting. */
  flags: Line(4000).optional(),
  env: z.record(EnvName, z.string().max(32_768)).optional(),
  skipFlags: Line(2000).optional(),
  skipEnv: z.record(EnvName, z.string().max(4096)).optional(),
  /** With `{id}` or `{path}` in it, for example `--resume {id}`. */
  resume: Line(1000).optional(),
  resumeLatest: Line(1000).optional(),
  sessionIdFlag: Line(80).optional(),
  install: Line(500).optional(),
  /** On the screen when the agent waits for its first prompt. */
  ready: Pattern.optional(),
  /** Patterns on the screen, by the state they mean. */
  states: z
    .partialRecord(z.enum(['working', 'approval', 'question', 'idle', 'done', 'error', 'login', 'trust']), Pattern)
    .optional(),
  interruptKeys: z.array(Line(20).min(1)).max(4).optional(),
  leaveText: Line(200).optional(),
});
export type AgentOverride = z.infer<typeof AgentOverride>;

/** What the settings room hands over: `agents` as written by the user, checked here agent by agent. */
export interface AgentSettings {
  readonly agents: Readonly<Record<string, unknown>>;
  readonly skipPermissions: Readonly<Record<string, boolean>>;
  readonly prices: Readonly<Record<string, Price>>;
}

/** Everything that decides how a session's program is started. */
export const LaunchRequest = z.object({
  agent: AgentKey,
  /** Shell-like; appended to, or instead of, the agent's default flags. */
  flags: Line(8000).default(''),
  flagsMode: z.enum(['append', 'replace']).default('append'),
  skipPermissions: z.boolean().default(false),
  /** A conversation id, or `latest`. */
  resume: z.string().max(400).optional(),
  /** Id for a new conversation, where the agent lets one choose it. */
  conversationId: z.string().max(200).optional(),
  /** For `custom` the command line; for others instead of their command. */
  command: Line(8000).optional(),
});
export type LaunchRequest = z.input<typeof LaunchRequest>;

const Key = z.object({ agent: AgentKey, node: z.string().max(128).optional() });

/** Where an agent's hooks stand and the exact change that installs or removes them; null for an agent that has none. */
export const HooksView = z.object({ agent: AgentKey, state: HooksState.nullable(), plan: HookPlan.nullable() });
export type HooksView = z.infer<typeof HooksView>;

export const agents = {
  list: call({
    scope: 'read',
    summary: 'Every agent, installed or not',
    input: z.object({ refresh: z.stringbool().or(z.boolean()).optional(), node: z.string().max(128).optional() }),
    output: z.array(Agent),
    http: { method: 'GET', path: '/api/agents' },
  }),
  conversations: call({
    scope: 'read',
    summary: 'Conversations on this machine, newest first',
    input: ConversationQuery,
    output: z.array(Conversation),
    http: { method: 'GET', path: '/api/conversations' },
  }),
  usage: call({
    scope: 'read',
    summary: 'Tokens and cost by day, agent, model, conversation or turn',
    input: UsageQuery,
    output: z.array(UsageRow),
    http: { method: 'GET', path: '/api/usage' },
  }),
  hookPlan: call({
    scope: 'admin',
    summary: "The exact change that hooks would make to an agent's settings",
    input: Key,
    output: HooksView,
    http: { method: 'GET', path: '/api/agents/:agent/hooks' },
  }),
  installHooks: call({
    scope: 'admin',
    summary: "Install Quarterdeck's hooks beside those already there",
    input: Key.strict(),
    output: HooksView,
    http: { method: 'POST', path: '/api/agents/:agent/hooks' },
  }),
  removeHooks: call({
    scope: 'admin',
    summary: "Remove Quarterdeck's hooks, nothing else",
    input: Key,
    output: HooksView,
    http: { method: 'DELETE', path: '/api/agents/:agent/hooks' },
  }),
};
