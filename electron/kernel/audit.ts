/** Who did what: the shape in which rooms hand it to the audit file. Secrets never belong in it. */
import type { ActsFor } from '../../shared/wire/frames.ts';
import { nameOf, type Principal } from './handlers.ts';

export interface AuditEntry {
  /** User name, or what acted by itself, such as `policy`. */
  readonly who: string;
  /** How they came in: `local`, `browser`, `token`, `agent`, `hub`. */
  readonly via: string;
  /** Dotted, such as `token.add`. */
  readonly action: string;
  /** Name or id of what it was done to; empty for the hub itself. */
  readonly target: string;
  readonly detail?: Readonly<Record<string, unknown>>;
  /** The person on another hub, by that hub's word, and the token by which it came in. */
  readonly for?: ActsFor & { readonly token: string };
}

/** Queued in order and written soon; never throws, a failed write is logged. */
export type Audit = (entry: AuditEntry) => void;

export const actor = (who: Principal): Pick<AuditEntry, 'who' | 'via' | 'for'> => ({
  who: nameOf(who),
  via: who.actsFor ? 'hub' : who.via,
  ...(who.actsFor ? { for: { ...who.actsFor, token: who.tokenId } } : {}),
});
