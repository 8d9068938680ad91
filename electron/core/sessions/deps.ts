/** What the sessions room is given, and words of lower rooms derived from their doors. Types only. */
import type { Audit } from '../../kernel/audit.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Db, Host, Screen, ScreenView, Tmux } from '../../platform/ports.ts';
import type { Agents } from '../agents/agents.ts';
import type { ScreenFacts } from '../agents/reading.ts';
import type { Nodes } from '../nodes/nodes.ts';
import type { SettingsAccess } from '../settings/settings.ts';

export type AgentSpec = ReturnType<Agents['get']>;
export type LaunchPlan = Awaited<ReturnType<Agents['launchPlan']>>;
export type HookEvent = Awaited<ReturnType<Agents['events']>>['events'][number];
export type Tail = ReturnType<Agents['tail']>;
export type TailState = NonNullable<Awaited<ReturnType<Tail['next']>>>['state'];

export type Log = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  data?: Readonly<Record<string, unknown>>,
) => void;

export interface RecordedScreen {
  readonly view: ScreenView;
  readonly facts: ScreenFacts;
  readonly agent: string;
}

export interface SessionsDeps {
  readonly tmux: Tmux;
  readonly host: Host;
  readonly db: Db;
  /** Other machines; without it there is this one alone. */
  readonly nodes?: Pick<Nodes, 'place' | 'places' | 'watch' | 'recount'>;
  readonly agents: Agents;
  readonly settings: Pick<SettingsAccess, 'value' | 'forProject'>;
  readonly makeScreen: (options: {
    readonly cols: number;
    readonly rows: number;
    readonly scrollback: number;
  }) => Screen;
  /** A recorded screen as readers see it; rejects with a Fault `invalid` for anything else. */
  readonly readRecorded: (json: unknown) => Promise<RecordedScreen>;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly log: Log;
  readonly audit?: Audit;
  /** A token for the agent of this session, limited to it. */
  readonly agentToken: (sessionId: string, name: string) => Promise<string> | string;
  readonly revokeAgentToken: (sessionId: string) => Promise<void> | void;
  /** The folder of events files lies in it, and on a crash nothing else of ours. */
  readonly dataDir: string;
  /** Folder that comes first in the PATH of every session: `qd` is there. */
  readonly commands?: string;
  /** Names this data folder: sessions with another owner's mark are never touched. */
  readonly instanceId: string;
  /** Addresses of the hub for agents, best first; empty until it listens. */
  readonly urls: () => readonly string[];
}
