/** Who acts, in the words of the rooms that people and agents share: an agent's token stands for its session. */
import type { Actor } from '../../shared/contract/actors.ts';
import { nameOf, type Principal } from './handlers.ts';

/** `sessionName`: a session's name now, by its id; undefined when it is gone, then its id is the name. */
export function actorOf(who: Principal, sessionName: (sessionId: string) => string | undefined): Actor {
  const own = who.via === 'agent' ? [...(who.sessions ?? [])][0] : undefined;
  if (own === undefined) return { kind: 'user', id: who.user, name: nameOf(who) };
  return { kind: 'session', id: own, name: sessionName(own) ?? own };
}
