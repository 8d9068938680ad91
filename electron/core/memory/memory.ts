/**
 * The door of the memory room: notes and facts, which people and agents share. They are about all the work here, so a
 * person's token that is limited to some sessions sees none of them; an agent's own token sees them all.
 */
import { Fault } from '../../../shared/fault.ts';
import { actorOf } from '../../kernel/actor.ts';
import { type Audit, actor } from '../../kernel/audit.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Asked, Handlers } from '../../kernel/handlers.ts';
import type { Db } from '../../platform/ports.ts';
import type { SessionAccess } from '../sessions/sessions.ts';
import { createFacts, type Facts } from './facts.ts';
import { createNotes } from './notes.ts';

export interface MemoryDeps {
  readonly db: Db;
  readonly clock: Clock;
  /** For the names of agents' sessions. */
  readonly sessions: Pick<SessionAccess, 'get'>;
  readonly audit?: Audit;
}

export interface Memory {
  readonly handlers: Pick<Handlers, Extract<keyof Handlers, `memory.${string}`>>;
  /** For hubs that share what is remembered. */
  readonly facts: Pick<Facts, 'shared' | 'merge'>;
}

export function createMemory({ db, clock, sessions, audit }: MemoryDeps): Memory {
  const notes = createNotes(db, clock);
  const facts = createFacts(db, clock);

  const admit = ({ who }: Asked): void => {
    if (who.sessions === null || who.via === 'agent') return;
    throw new Fault('forbidden', 'this token is limited to some sessions; notes and facts are about more than those');
  };
  const by = (ask: Asked) => {
    admit(ask);
    return actorOf(ask.who, (id) => sessions.get(id)?.name);
  };
  const record = (ask: Asked, action: string, target: string): void => audit?.({ ...actor(ask.who), action, target });

  return {
    facts,
    handlers: {
      'memory.notes': ({ q, tag, removed, limit }, ask) => {
        admit(ask);
        return notes.list({
          ...(q !== undefined && { q }),
          ...(tag !== undefined && { tag }),
          removed: removed === true,
          limit,
        });
      },
      'memory.note': ({ note, version }, ask) => {
        admit(ask);
        return notes.get(note, version);
      },
      'memory.addNote': ({ id, ...given }, ask) => notes.add({ ...given, ...(id !== undefined && { id }) }, by(ask)),
      'memory.writeNote': ({ note, version, ...change }, ask) => notes.write(note, version, change, by(ask)),
      'memory.appendNote': ({ note, text }, ask) => notes.append(note, text, by(ask)),
      'memory.removeNote': ({ note }, ask) => {
        admit(ask);
        const { id, name } = notes.remove(note);
        record(ask, 'note.remove', name);
        return { removed: true, id, name };
      },
      'memory.restoreNote': ({ note, version }, ask) => {
        const restored = notes.restore(note, version, by(ask));
        record(ask, 'note.restore', restored.name);
        return restored;
      },
      'memory.noteHistory': ({ note }, ask) => {
        admit(ask);
        return notes.history(note).map(({ tags: _, ...version }) => version);
      },
      'memory.facts': (input, ask) => {
        admit(ask);
        return facts.list(input);
      },
      'memory.addFact': (input, ask) => facts.add(input, by(ask)),
      'memory.editFact': ({ id, version, ...change }, ask) => facts.write(id, version, change, by(ask)),
      'memory.removeFact': ({ id }, ask) => {
        const fact = facts.remove(id, by(ask));
        record(ask, 'fact.remove', `${fact.project}: ${fact.text.slice(0, 80)}`);
        return { removed: true, id };
      },
      'memory.factHistory': ({ id }, ask) => {
        admit(ask);
        return facts.history(id);
      },
      'memory.noteRows': (_params, ask) => {
        admit(ask);
        return { live: notes.live };
      },
      'memory.factRows': (_params, ask) => {
        admit(ask);
        return { live: facts.live };
      },
    },
  };
}
