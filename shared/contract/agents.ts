/** Words of the agents room: which agent programs there are, their conversations, what they used. */
import { z } from 'zod';
import { call } from './define.ts';

export const Agent = z.object({
  key: z.string(),
  title: z.string(),
  /** Program name as configured. */
  command: z.string(),
  installed: z.boolean(),
  path: z.string().nullable(),
  version: z.string().nullable(),
  /** How to install it, when it is missing. */
  install: z.string(),
  home: z.string(),
  canResume: z.boolean(),
  canSkipPermissions: z.boolean(),
  /** Whether the user chose to start it without permission dialogs. */
  skipPermissions: z.boolean(),
  hooks: z.enum(['unsupported', 'absent', 'installed', 'untrusted', 'outdated']),
  /** Defined by the user, not built in. */
  custom: z.boolean(),
});
export type Agent = z.infer<typeof Agent>;

export const Tokens = z.object({
  input: z.number(),
  output: z.number(),
  cacheRead: z.number(),
  cacheWrite: z.number(),
});
export type Tokens = z.infer<typeof Tokens>;

export const Conversation = z.object({
  id: z.string(),
  agent: z.string(),
  title: z.string(),
  cwd: z.string(),
  updatedAt: z.number(),
  turns: z.number(),
  tokens: Tokens,
  path: z.string(),
  /** Name of the session that is bound to it now. */
  session: z.string().nullable(),
});
export type Conversation = z.infer<typeof Conversation>;

export const UsageRow = z.object({
  /** Value of the grouping: a day (YYYY-MM-DD, local time of the hub), agent key, model or conversation id. */
  group: z.string(),
  tokens: Tokens,
  turns: z.number(),
  /** US dollars by the price table; null when a model has no price. */
  cost: z.number().nullable(),
});
export type UsageRow = z.infer<typeof UsageRow>;

export const HookPlan = z.object({
  agent: z.string(),
  state: z.enum(['unsupported', 'absent', 'installed', 'untrusted', 'outdated']),
  file: z.string(),
  /** The exact change as a unified diff; empty when there is nothing to change. */
  diff: z.string(),
  events: z.array(z.string()),
  /** What the user still has to do, such as trusting the hooks in the agent. */
  note: z.string(),
});
export type HookPlan = z.infer<typeof HookPlan>;

const Key = z.object({ agent: z.string().min(1).max(64) });

export const agents = {
  list: call({
    scope: 'read',
    summary: 'Every agent, installed or not',
    input: z.object({ refresh: z.stringbool().or(z.boolean()).optional() }),
    output: z.array(Agent),
    http: { method: 'GET', path: '/api/agents' },
  }),
  conversations: call({
    scope: 'read',
    summary: 'Conversations on this machine, newest first',
    input: z.object({
      agent: z.string().max(64).optional(),
      cwd: z.string().max(4096).optional(),
      limit: z.coerce.number().int().min(1).max(500).default(50),
      /** Only those older than this, Unix milliseconds, for the next page. */
      before: z.coerce.number().optional(),
    }),
    output: z.array(Conversation),
    http: { method: 'GET', path: '/api/conversations' },
  }),
  usage: call({
    scope: 'read',
    summary: 'Tokens and cost by day, agent, model or conversation',
    input: z.object({
      by: z.enum(['day', 'agent', 'model', 'conversation']).default('day'),
      agent: z.string().max(64).optional(),
      since: z.coerce.number().optional(),
    }),
    output: z.array(UsageRow),
    http: { method: 'GET', path: '/api/usage' },
  }),
  hookPlan: call({
    scope: 'admin',
    summary: "The exact change that hooks would make to an agent's settings",
    input: Key,
    output: HookPlan,
    http: { method: 'GET', path: '/api/agents/:agent/hooks' },
  }),
  installHooks: call({
    scope: 'admin',
    summary: "Install Quarterdeck's hooks beside those already there",
    input: Key.strict(),
    output: HookPlan,
    http: { method: 'POST', path: '/api/agents/:agent/hooks' },
  }),
  removeHooks: call({
    scope: 'admin',
    summary: "Remove Quarterdeck's hooks, nothing else",
    input: Key,
    output: HookPlan,
    http: { method: 'DELETE', path: '/api/agents/:agent/hooks' },
  }),
};
