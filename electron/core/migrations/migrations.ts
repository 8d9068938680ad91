/** All migrations in order. Append only: one that was released never changes; numbers rise by tens. */
import { sql as auth } from './0010-auth.ts';
import { sql as agents } from './0030-agents.ts';
import { sql as sessions } from './0040-sessions.ts';
import { sql as prompts } from './0050-prompts.ts';
import { sql as approvals } from './0060-approvals.ts';
import { sql as board } from './0070-board.ts';
import { sql as memory } from './0080-memory.ts';
import { sql as channels } from './0090-channels.ts';
import { sql as preferences } from './0100-preferences.ts';
import { sql as push } from './0110-push.ts';
import { sql as comments } from './0120-comments.ts';
import { sql as nodes } from './0130-nodes.ts';
import { sql as nodesOffline } from './0140-nodes-offline.ts';
import { sql as fleet } from './0150-fleet.ts';
import { sql as lostKeys } from './0160-lost-keys.ts';
import { sql as fleetHubs } from './0170-fleet-hubs.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  /** Several statements, no BEGIN or COMMIT: it runs inside a transaction. */
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  { version: 10, name: 'auth', sql: auth },
  { version: 30, name: 'agents', sql: agents },
  { version: 40, name: 'sessions', sql: sessions },
  { version: 50, name: 'prompts', sql: prompts },
  { version: 60, name: 'approvals', sql: approvals },
  { version: 70, name: 'board', sql: board },
  { version: 80, name: 'memory', sql: memory },
  { version: 90, name: 'channels', sql: channels },
  { version: 100, name: 'preferences', sql: preferences },
  { version: 110, name: 'push', sql: push },
  { version: 120, name: 'comments', sql: comments },
  { version: 130, name: 'nodes', sql: nodes },
  { version: 140, name: 'nodes-offline', sql: nodesOffline },
  { version: 150, name: 'fleet', sql: fleet },
  { version: 160, name: 'lost-keys', sql: lostKeys },
  { version: 170, name: 'fleet-hubs', sql: fleetHubs },
];

/** A database of its own for the agents of another machine. */
export const AGENT_MIGRATIONS: readonly Migration[] = [{ version: 30, name: 'agents', sql: agents }];
