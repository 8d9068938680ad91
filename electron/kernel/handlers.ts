/** How the core answers the contract: one handler for each entry, given who asks. The gateway authorises, then calls these. */
import type {
  CallName,
  CallOutput,
  CallParsed,
  FeedName,
  FeedRow,
  PipeName,
  PipeParsed,
} from '../../shared/contract/contract.ts';
import type { Scope } from '../../shared/contract/define.ts';
import type { Fault } from '../../shared/fault.ts';
import type { ActsFor } from '../../shared/wire/frames.ts';
import type { Live, RowFilter } from './live.ts';

/** Who asks. Made only by the auth room; there is no trusted address. */
export interface Principal {
  readonly user: string;
  /** Token id; revoking it cuts every socket that carries it. */
  readonly tokenId: string;
  readonly via: 'local' | 'browser' | 'token' | 'agent';
  readonly scopes: ReadonlySet<Scope>;
  /** Session ids it is limited to; null is no limit. */
  readonly sessions: ReadonlySet<string> | null;
  /** Node ids it is limited to; null or absent is no limit. */
  readonly nodes?: ReadonlySet<string> | null;
  /** Of the user whose token it is; absent for what is nobody's. */
  readonly userId?: string;
  /** A hub that has this machine among its nodes. */
  readonly hub?: true;
  /** Whom that hub says that it acts for: told and written down, and no reason to allow anything. */
  readonly actsFor?: ActsFor;
}

/** Who it was, for people. */
export const nameOf = ({ user, actsFor }: Principal): string => (actsFor ? `${actsFor.name} via ${actsFor.hub}` : user);

/** A hub's word on whom it acts for; what cannot be seen, or turns text around, is taken out. Of others it is not heard. */
export function actingFor(who: Principal, by: ActsFor | undefined): Principal {
  if (!who.hub || !by) return who;
  const clean = (text: string) => text.replace(/\p{C}/gu, '').trim().slice(0, 64);
  const [name, hub] = [clean(by.name), clean(by.hub)];
  return name === '' || hub === '' ? who : { ...who, actsFor: { name, hub, id: by.id === null ? null : clean(by.id) } };
}

/** `admin` holds every scope. */
export const may = (who: Principal, scope: Scope): boolean => who.scopes.has(scope) || who.scopes.has('admin');
export const maySee = (who: Principal, sessionId: string | null): boolean =>
  who.sessions === null || (sessionId !== null && who.sessions.has(sessionId));
export const mayUseNode = (who: Principal, node: string): boolean => !who.nodes || who.nodes.has(node);

export interface Ask {
  /** Null only for public entries. */
  readonly who: Principal | null;
  /** Address of the peer, for limits and the audit; never for trust. */
  readonly address: string;
  /** Aborted when the caller gave up. */
  readonly signal: AbortSignal;
  /** Set by auth handlers for browsers: cookie to send with the answer (null clears it). */
  cookie?: string | null;
  /** Seconds that the browser keeps the cookie; set together with it. */
  cookieMaxAge?: number;
}

/** An Ask whose principal is there: what every handler of a scoped entry gets. */
export interface Asked extends Ask {
  readonly who: Principal;
}

export interface PipeSink {
  bytes(chunk: Uint8Array): void;
  notice(message: unknown): void;
  /** Bytes handed over and not yet on the network. */
  buffered(): number;
  close(fault?: Fault): void;
}

export interface PipeEnd {
  /** Bytes from the client; only called when it may send. */
  bytes(chunk: Uint8Array): void;
  control(message: unknown): void;
  close(): void;
}

export interface FeedAnswer<Row> {
  readonly live: Live<Row>;
  readonly filter?: RowFilter<Row>;
}

export type CallHandler<N extends CallName> = (
  input: CallParsed<N>,
  ask: Asked,
) => Promise<CallOutput<N>> | CallOutput<N>;
export type FeedHandler<N extends FeedName> = (params: unknown, ask: Asked) => FeedAnswer<FeedRow<N>>;
/** The pipe may send to the sink as soon as the handler has been called. */
export type PipeHandler<N extends PipeName> = (params: PipeParsed<N>, ask: Asked, sink: PipeSink) => Promise<PipeEnd>;

export type Handlers = { [N in CallName]: CallHandler<N> } & { [N in FeedName]: FeedHandler<N> } & {
  [N in PipeName]: PipeHandler<N>;
};
