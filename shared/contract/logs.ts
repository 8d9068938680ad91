/** Words of the logs room: what the hub did (log) and who did what (audit). */
import { z } from 'zod';
import { call, feed } from './define.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export const LogLine = z.object({
  seq: z.number(),
  at: z.number(),
  level: z.enum(LOG_LEVELS),
  /** Room or part that speaks. */
  from: z.string(),
  message: z.string(),
  data: z.record(z.string(), z.unknown()).optional(),
  /** Title of the machine whose hub said it, which stands in `from` too; absent for this hub. */
  node: z.string().optional(),
});
export type LogLine = z.infer<typeof LogLine>;

export const AuditLine = z.object({
  seq: z.number(),
  at: z.number(),
  who: z.string(),
  via: z.string(),
  action: z.string(),
  target: z.string(),
  detail: z.record(z.string(), z.unknown()),
  hash: z.string(),
});
export type AuditLine = z.infer<typeof AuditLine>;

export const logs = {
  list: call({
    scope: 'admin',
    summary: 'The last log lines, oldest first',
    input: z.object({
      limit: z.coerce.number().int().min(1).max(500).default(500),
      level: z.enum(LOG_LEVELS).default('debug'),
      /** Unix milliseconds. */
      since: z.coerce.number().min(0).optional(),
      /** Only what this machine said, by its title; `local` is this hub. */
      node: z.string().max(128).optional(),
    }),
    output: z.array(LogLine),
    http: { method: 'GET', path: '/api/logs' },
  }),
  audit: call({
    scope: 'admin',
    summary: 'Who did what, newest first',
    input: z.object({ limit: z.coerce.number().int().min(1).max(5000).default(200) }),
    output: z.array(AuditLine),
    http: { method: 'GET', path: '/api/audit' },
  }),
  verifyAudit: call({
    scope: 'admin',
    summary: 'Check the chain of the audit file',
    input: z.object({}),
    output: z.object({ ok: z.boolean(), lines: z.number(), problem: z.string().nullable() }),
    http: { method: 'GET', path: '/api/audit/verify' },
  }),
  rows: feed({ scope: 'admin', summary: 'Log lines, live', params: z.object({}), row: LogLine, key: 'seq' }),
};
