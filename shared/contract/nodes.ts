/** Words of the nodes room: the machines that sessions run on. */
import { z } from 'zod';
import { call } from './define.ts';

export const Node = z.object({
  id: z.string(),
  title: z.string(),
  kind: z.enum(['local']),
  reachable: z.boolean(),
  /** Why it is not reachable or not whole; empty when all is well. */
  problem: z.string(),
  tmux: z.string().nullable(),
  home: z.string(),
  sessions: z.number(),
});
export type Node = z.infer<typeof Node>;

export const nodes = {
  list: call({
    scope: 'read',
    summary: 'All nodes',
    input: z.object({}),
    output: z.array(Node),
    http: { method: 'GET', path: '/api/nodes' },
  }),
  folders: call({
    scope: 'run',
    summary: 'Folders that begin with what was typed, to choose a working folder',
    input: z.object({ node: z.string().default('local'), path: z.string().max(4096).default('~') }),
    output: z.array(z.string()),
    http: { method: 'GET', path: '/api/folders' },
  }),
};
