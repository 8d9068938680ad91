/** Words of the approvals room: permission dialogs of agents as objects that are answered once. */
import { z } from 'zod';
import { call, feed } from './define.ts';
import { Choice } from './sessions.ts';

export const Approval = z.object({
  id: z.string(),
  session: z.string(),
  sessionId: z.string(),
  agent: z.string(),
  kind: z.enum(['approval', 'question', 'trust']),
  title: z.string(),
  tool: z.string().nullable(),
  /** The exact command or diff, as the agent shows it. */
  subject: z.string(),
  /** SHA-256 over session, kind, title, tool, subject and choices: an answer that names another digest is refused. */
  digest: z.string(),
  choices: z.array(Choice),
  multiple: z.boolean(),
  status: z.enum(['open', 'answering', 'answered', 'gone']),
  createdAt: z.number(),
  answer: z
    .object({
      by: z.string(),
      at: z.number(),
      choice: z.number().nullable(),
      label: z.string(),
      reason: z.string().optional(),
    })
    .nullable(),
});
export type Approval = z.infer<typeof Approval>;

export const Policy = z.strictObject({
  id: z.string().max(64).optional(),
  /** Session name; absent means every session. */
  session: z.string().max(128).optional(),
  /** Glob (`*`, `?`) over the tool's name. */
  tool: z.string().max(256).default('*'),
  /** Glob over the exact subject. */
  subject: z.string().max(4096).default('*'),
  decision: z.enum(['allow', 'deny', 'ask']),
});
export type Policy = z.infer<typeof Policy>;

export const approvals = {
  list: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'Open requests, newest first; with `all` also those answered lately',
    input: z.object({ all: z.stringbool().or(z.boolean()).optional() }),
    output: z.array(Approval),
    http: { method: 'GET', path: '/api/approvals' },
  }),
  answer: call({
    scope: 'approve',
    limited: 'filtered',
    summary: 'Answer a request; the first answer wins, a changed or closed dialog refuses it',
    input: z.strictObject({
      id: z.string().min(1).max(128),
      decision: z.enum(['allow', 'deny']).optional(),
      /** 1-based choice instead of a decision. */
      choice: z.int().min(1).max(99).optional(),
      digest: z.string().max(128).optional(),
      reason: z.string().max(4096).optional(),
    }),
    output: Approval,
    http: { method: 'POST', path: '/api/approvals/:id' },
  }),
  policies: call({
    scope: 'read',
    summary: 'Rules that answer permission dialogs by themselves, in order; the first that fits decides',
    input: z.object({}),
    output: z.array(Policy),
    http: { method: 'GET', path: '/api/policies' },
  }),
  setPolicies: call({
    scope: 'admin',
    summary: 'Replace the policies',
    input: z.strictObject({ policies: z.array(Policy).max(200) }),
    output: z.array(Policy),
    http: { method: 'PUT', path: '/api/policies' },
  }),
  rows: feed({
    scope: 'read',
    limited: 'filtered',
    summary: 'Requests, live',
    params: z.object({}),
    row: Approval,
    key: 'id',
  }),
};
