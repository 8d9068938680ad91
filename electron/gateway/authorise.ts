/** Who may do what: the one place, for HTTP, the wire and pipes alike. No address is trusted, so none is asked for. */
import type { AnyDef, Scope } from '../../shared/contract/define.ts';
import { Fault } from '../../shared/fault.ts';
import { may, maySee, mayUseNode, type Principal } from '../kernel/handlers.ts';

/** What of an entry decides: all of the contract's, and the few routes that are not in it. */
export type Guarded = Pick<AnyDef, 'scope' | 'limited' | 'agents'>;

/**
 * Before the input is looked at: is there a principal, and does it hold the scope. `looksAtNodes`: the handler itself looks
 * at the nodes that the token is limited to; all else is about this machine.
 */
export function admit(guarded: Guarded, who: Principal | null, looksAtNodes = false): void {
  if (guarded.scope === 'public') return;
  if (!who) {
    throw new Fault(
      'unauthorized',
      'this needs a token: send `Authorization: Bearer TOKEN`, or sign in with a browser',
    );
  }
  if (!(guarded.agents && who.via === 'agent')) requireScope(who, guarded.scope);
  if (!looksAtNodes && !mayUseNode(who, 'local')) {
    throw new Fault('forbidden', 'this token is limited to other nodes than this machine (local)');
  }
  const limit = guarded.limited ?? 'never';
  if (who.sessions !== null && limit === 'never') {
    throw new Fault('forbidden', 'this token is limited to some sessions; this is about more than those');
  }
}

export function requireScope(who: Principal, scope: Scope): void {
  if (may(who, scope)) return;
  throw new Fault(
    'forbidden',
    `this needs the scope "${scope}"; the token has: ${[...who.scopes].join(', ') || 'none'}`,
    {
      scope,
    },
  );
}

/**
 * After the input is parsed: for a token limited to some sessions, `input.name` must be one of them. The answer is the
 * input with the name replaced by the id that was checked, so that a rename in between cannot point it elsewhere.
 */
export function confine<T>(
  guarded: Guarded,
  who: Principal | null,
  input: T,
  resolveSession: (name: string) => string | null,
): T {
  if (!who || who.sessions === null || guarded.scope === 'public' || guarded.limited !== 'session') return input;
  const name = input !== null && typeof input === 'object' && 'name' in input ? input.name : null;
  let id: string | null = null;
  try {
    id = typeof name === 'string' ? resolveSession(name) : null;
  } catch (error) {
    // An ambiguous prefix would list sessions that this token must not know of; to it they are all the same refusal.
    if (!(error instanceof Fault)) throw error;
  }
  if (id === null || !maySee(who, id)) {
    throw new Fault('forbidden', 'this token is limited to other sessions than this one');
  }
  return { ...input, name: id };
}
