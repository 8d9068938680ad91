/** A machine as the rooms above see it. */
import type { Host, Tmux, TmuxListener } from '../../platform/ports.ts';
import type { Agents } from '../agents/agents.ts';

export interface Place {
  /** `local` for this machine. */
  readonly id: string;
  readonly title: string;
  readonly host: Host;
  /** Throws a Fault `unreachable` until the machine was reached once. */
  readonly tmux: Tmux;
  /** Throws a Fault `unreachable` until the machine was reached once. */
  readonly agents: Agents;
  /** The folder of events files lies in it. Throws as the two above. */
  readonly dataDir: string;
  /** Folder that comes first in the PATH of every session there; null where there is none of ours. */
  readonly commands: string | null;
  /** Programs there reach the hub: they are given its address and a token. */
  readonly near: boolean;
  /** Why nothing can be done there now; null when it can. */
  problem(): string | null;
}

/** The sessions room, as the nodes room tells it of machines. */
export interface PlaceWatcher {
  /** tmux there is about to be connected to for the first time. */
  listener(place: Place): TmuxListener;
  /** tmux there answers, for the first time since the hub started. */
  found(place: Place): Promise<void>;
  /** It cannot be reached, or the reason is another now. */
  away(place: Place, why: string): void;
  removed(place: Place): void;
}
