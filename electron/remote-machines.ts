/** A part of the composition root: what the nodes room needs to make other machines of rows. ssh is loaded with the first. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentSettings } from '../shared/contract/agents.ts';
import type { Folders } from '../shared/folders.ts';
import { createAgents } from './core/agents/agents.ts';
import { migrate } from './core/migrations/migrate.ts';
import { AGENT_MIGRATIONS } from './core/migrations/migrations.ts';
import type { NodesDeps } from './core/nodes/nodes.ts';
import { attachThere } from './core/nodes/rules.ts';
import type { NodeRow } from './core/nodes/store.ts';
import type { Clock } from './kernel/clock.ts';
import { openDb } from './platform/sqlite.ts';
import { fetchingReader } from './platform/sqlite-fetch.ts';
import { readSqlite } from './platform/sqlite-reader.ts';
import { createTmux } from './platform/tmux/tmux.ts';

export interface RemoteMachinesDeps {
  readonly folders: Folders;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly resources: string;
  /** Name of the tmux server, the same everywhere. */
  readonly socket: string;
  readonly clock: Clock;
  readonly settings: () => AgentSettings;
}

export function remoteMachines(
  deps: RemoteMachinesDeps,
): Pick<NodesDeps, 'reach' | 'route' | 'hosts' | 'build' | 'texts' | 'forget'> {
  /** What is indexed of a machine's conversations: paths of two machines are often the same. */
  const folderOf = (id: string): string => join(deps.folders.data, 'nodes', id);
  const place = { home: deps.home, env: deps.env, file: deps.env['QD_SSH_CONFIG'] };
  const wishOf = (row: NodeRow) => ({
    host: row.host,
    user: row.user ?? undefined,
    port: row.port ?? undefined,
    identity: row.identity ?? undefined,
    jump: row.jump ?? undefined,
  });
  return {
    async hosts() {
      const { hostsOf } = await import('./platform/ssh/hosts.ts');
      return hostsOf(place);
    },
    async route(row) {
      const { routeTo } = await import('./platform/ssh/hosts.ts');
      return routeTo(wishOf(row), place);
    },
    async reach(row) {
      const { createRemote } = await import('./platform/ssh/ssh.ts');
      await mkdir(folderOf(row.id), { recursive: true, mode: 0o700 });
      return createRemote({
        id: row.id,
        get title() {
          return row.title;
        },
        knownHome: row.home || undefined,
        place,
        get wish() {
          return wishOf(row);
        },
      });
    },
    build(row, remote, at) {
      const { host } = remote;
      const db = openDb(join(folderOf(row.id), 'agents.db'));
      migrate(db, AGENT_MIGRATIONS);
      return {
        tmux: createTmux({
          host,
          socket: deps.socket,
          conf: at.conf,
          away: {
            until: () => remote.live(),
            get attach() {
              return attachThere(row);
            },
          },
        }),
        agents: createAgents({
          host,
          db,
          readSqlite: fetchingReader(host, readSqlite),
          settings: deps.settings,
          clock: deps.clock,
          hookScript: at.hooks,
        }),
        close: () => db.close(),
      };
    },
    async texts() {
      const [conf, hooks] = await Promise.all([
        readFile(join(deps.resources, 'tmux.conf'), 'utf8'),
        readFile(join(deps.resources, 'hooks', 'qd-hook.sh'), 'utf8'),
      ]);
      return { conf, hooks };
    },
    forget: (row) => rm(folderOf(row.id), { recursive: true, force: true }),
  };
}
