/** Words of the hub itself: is it well, what happened, what is wrong with this machine. */
import { z } from 'zod';
import { call, feed } from './define.ts';

export const HubEvent = z.object({
  id: z.number(),
  at: z.number(),
  /** `session.started`, `session.state`, `session.stopped`, `session.changed`, `prompt.state`, `approval.opened`, `approval.closed`. */
  type: z.string(),
  /** Session id it is about, or null. */
  sessionId: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
});
export type HubEvent = z.infer<typeof HubEvent>;

export const Check = z.object({
  name: z.string(),
  result: z.enum(['pass', 'warn', 'fail']),
  message: z.string(),
  hint: z.string().optional(),
});
export type Check = z.infer<typeof Check>;

export const hub = {
  health: call({
    scope: 'public',
    summary: 'Alive, and which version',
    input: z.object({}),
    output: z.object({ status: z.literal('ok'), version: z.string() }),
    http: { method: 'GET', path: '/health' },
  }),
  info: call({
    scope: 'read',
    summary: 'Process, addresses and versions of the hub',
    input: z.object({}),
    output: z.object({
      version: z.string(),
      pid: z.number(),
      node: z.string(),
      tmux: z.string().nullable(),
      socket: z.string(),
      startedAt: z.number(),
      data: z.string(),
      urls: z.array(z.string()),
      memory: z.number(),
    }),
    http: { method: 'GET', path: '/api/hub' },
  }),
  doctor: call({
    scope: 'admin',
    summary: 'Check everything that Quarterdeck needs on this machine',
    input: z.object({}),
    output: z.array(Check),
    http: { method: 'GET', path: '/api/doctor' },
  }),
  events: feed({
    scope: 'read',
    limited: 'filtered',
    summary: 'What happens, live (SSE at /api/events)',
    params: z.object({}),
    row: HubEvent,
    key: 'id',
  }),
};
