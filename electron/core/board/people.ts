/** Who acts, and who is meant by a name: users and sessions. */
import type { Actor } from '../../../shared/contract/actors.ts';
import { Fault, isFault } from '../../../shared/fault.ts';
import { actorOf } from '../../kernel/actor.ts';
import { maySee, type Principal } from '../../kernel/handlers.ts';
import type { SessionAccess } from '../sessions/sessions.ts';
import { sameActor } from './rules.ts';

/** Who runs commands on this machine without having signed in. */
const LOCAL = 'local';

export interface People {
  self(who: Principal): Actor;
  /** A user (in any case) or a session by name or id; of one name, the user. Fault `not-found`. */
  find(name: string): Actor;
  /** Undefined when there is no such session. */
  session(name: string): Actor | undefined;
  isUser(name: string): boolean;
  /** Who gets a claim: an agent for itself, a person for themselves or for a session they may see. */
  claimant(who: Principal, session: string | undefined): Actor;
}

export function createPeople(sessions: Pick<SessionAccess, 'get' | 'resolve'>, users: () => readonly string[]): People {
  const person = (id: string): Actor => ({ kind: 'user', id, name: id });
  /** With one user there is no telling that person from who sits at the machine: both are the same. */
  const local = (): string => {
    const [one, ...more] = users();
    return one !== undefined && more.length === 0 ? one : LOCAL;
  };
  const userNamed = (name: string): string | undefined => {
    const wanted = name.toLowerCase();
    return wanted === LOCAL ? local() : users().find((each) => each.toLowerCase() === wanted);
  };
  const people: People = {
    self: (who) => (who.via === 'local' ? person(local()) : actorOf(who, (id) => sessions.get(id)?.name)),
    find(name) {
      const user = userNamed(name);
      const found = user === undefined ? people.session(name) : person(user);
      if (!found) throw new Fault('not-found', `there is no user and no session named ${JSON.stringify(name)}`);
      return found;
    },
    session(name) {
      try {
        const { id, name: now } = sessions.resolve(name);
        return { kind: 'session', id, name: now };
      } catch (error) {
        if (isFault(error, 'not-found')) return undefined;
        throw error;
      }
    },
    isUser: (name) => userNamed(name) !== undefined,
    claimant(who, session) {
      const own = people.self(who);
      if (session === undefined) return own;
      const named = people.session(session);
      if (own.kind === 'session') {
        if (sameActor(named, own)) return own;
        throw new Fault('forbidden', 'an agent claims for itself only; leave the session out');
      }
      if (!named || !maySee(who, named.id)) {
        throw new Fault('not-found', `there is no session named ${JSON.stringify(session)}`);
      }
      return named;
    },
  };
  return people;
}
