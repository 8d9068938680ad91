/** Who asks, and who is meant by a name: persons and sessions. */
import type { Actor } from '../../../shared/contract/actors.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import { Fault, isFault } from '../../../shared/fault.ts';
import { actorOf } from '../../kernel/actor.ts';
import { maySee, type Principal } from '../../kernel/handlers.ts';
import type { SessionAccess } from '../sessions/sessions.ts';
import type { Viewer } from './rules.ts';

/** Who runs commands on this machine without having signed in. */
const LOCAL = 'local';

export interface People {
  viewer(who: Principal): Viewer;
  /** As what the caller speaks. */
  self(who: Principal): Actor;
  /** A person by name (in any case), a session by name or id; of one name, the person. Fault `not-found`. */
  find(name: string, who: Principal): Actor;
  isPerson(name: string): boolean;
}

export function createPeople(sessions: Pick<SessionAccess, 'get' | 'resolve'>, users: () => readonly string[]): People {
  const nameOf = (id: string) => sessions.get(id)?.name;
  /** With one user there is no telling that person from who sits at the machine: both are the same. */
  const only = (): string | null => {
    const all = users();
    return all.length === 1 ? (all[0] ?? null) : null;
  };
  const person = (name: string): string | undefined => {
    const wanted = name.toLowerCase();
    if (wanted === LOCAL) return only() ?? LOCAL;
    return users().find((each) => each.toLowerCase() === wanted);
  };
  const sessionOf = (name: string): Session | null => {
    try {
      return sessions.resolve(name);
    } catch (error) {
      if (isFault(error, 'not-found')) return null;
      throw error;
    }
  };

  return {
    viewer(who) {
      if (who.via === 'agent') return { kind: 'session', id: actorOf(who, nameOf).id };
      const one = only();
      const same = one !== null && (who.user === one || who.via === 'local');
      const ids = new Set(same ? [who.user, LOCAL, one] : [who.user]);
      return { kind: 'user', ids, admin: who.scopes.has('admin'), sessions: who.sessions };
    },
    self(who) {
      const self = actorOf(who, nameOf);
      const one = who.via === 'local' ? only() : null;
      return one === null ? self : { kind: 'user', id: one, name: one };
    },
    find(name, who) {
      const user = person(name);
      if (user !== undefined) return { kind: 'user', id: user, name: user };
      const session = sessionOf(name);
      // An agent may speak to any session that it knows the name of; it cannot list them.
      if (!session || (who.via !== 'agent' && !maySee(who, session.id))) {
        throw new Fault('not-found', `there is no person and no session ${JSON.stringify(name.slice(0, 64))}`);
      }
      return { kind: 'session', id: session.id, name: session.name };
    },
    isPerson: (name) => person(name) !== undefined,
  };
}
