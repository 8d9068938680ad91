/** What the core sees of another machine reached by ssh, as types. `ports.ts` hands them on to the rooms. */
import type { Duplex } from 'node:stream';
import type { Host } from '../ports.ts';

export interface SshQuestion {
  readonly kind: 'host-key' | 'passphrase' | 'password' | 'answers';
  readonly title: string;
  readonly text: string;
  /** What is to be typed; none for a host key, which is confirmed or not. */
  readonly prompts: readonly { readonly text: string; readonly echo: boolean }[];
  /** Of the host key. */
  readonly fingerprint: string | null;
}

/** One answer a prompt; null when the person does not want to, or nobody can answer any more. */
export type AskPerson = (question: SshQuestion) => Promise<readonly string[] | null>;

/** Passwords and passphrases, by what they are for. In memory only. */
export type Secrets = Map<string, string>;

/** Why there is no connection; decides whether it is tried again by itself. */
export type DownReason = 'network' | 'auth' | 'host-key' | 'unanswered' | 'config' | 'offline' | 'closed';

export type LinkState =
  | { readonly kind: 'connecting'; readonly step: string }
  | { readonly kind: 'asking'; readonly id: string; readonly question: SshQuestion }
  | { readonly kind: 'live' }
  | {
      readonly kind: 'down';
      readonly reason: DownReason;
      readonly problem: string;
      /** Unix milliseconds of the next try; null when somebody has to do something first. */
      readonly retryAt: number | null;
    };

/** A host that the user's ssh configuration names, as it would be connected to. */
export interface SshHost {
  readonly alias: string;
  readonly host: string;
  readonly user: string;
  readonly port: number;
  /** What the way there goes through, nearest first. */
  readonly via: readonly string[];
  /** Why it cannot be connected to as it stands there. */
  readonly problem: string | null;
}

export interface RemoteFacts {
  readonly home: string;
  /** `uname -s`. */
  readonly system: string;
  readonly shell: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One machine and its one connection, which is made again by itself whenever it is lost. */
export interface Remote {
  readonly host: Host;
  readonly state: LinkState;
  /** Round trip, milliseconds, as last measured; null while there is no connection. */
  readonly latencyMs: number | null;
  /** Channels that the server allows at the same time, once it has refused one; null while none was refused. */
  readonly mostChannels: number | null;
  /** What was connected to: user, host, port, the server's software. */
  readonly peer: {
    readonly user: string;
    readonly host: string;
    readonly port: number;
    readonly server: string;
  } | null;
  onState(listener: (state: LinkState) => void): void;
  /** Begins; or tries at once, when it waits. With the wish as it is now. */
  connect(): void;
  /** Ends the connection, or the try, until `connect`: nothing else brings it back. `why` is told as the problem. */
  disconnect(why: string): void;
  /** For the question with this id. False when that one is asked no more. */
  answer(id: string, answers: readonly string[] | null): boolean;
  /** Resolves when there is a connection. */
  live(): Promise<void>;
  /** A TCP connection from the machine itself to a port of its own. Fault `unreachable` when nobody listens there. */
  toPort(port: number, address: string): Promise<Duplex>;
  /** Looks whether the connection still is one, as after a sleep. */
  probe(): void;
  close(): Promise<void>;
}
