/** Facts: short lines about a project, each with its history. */
import { createHash } from 'node:crypto';
import type { Actor } from '../../../shared/contract/actors.ts';
import type { SharedFact } from '../../../shared/contract/fleet.ts';
import type { Fact } from '../../../shared/contract/memory.ts';
import { Fault } from '../../../shared/fault.ts';
import { fold, holdsAll, wordsOf } from '../../../shared/words.ts';
import type { Clock } from '../../kernel/clock.ts';
import { createLive, type Live } from '../../kernel/live.ts';
import type { Db } from '../../platform/ports.ts';
import { createFactStore, type KeptFact } from './fact-store.ts';
import { laterFact, ofProject, projectOf, textOf } from './rules.ts';

export interface Facts {
  readonly live: Live<Fact>;
  list(ask: { project?: string | undefined; q?: string | undefined }): Fact[];
  add(given: { id?: string | undefined; project: string; text: string }, by: Actor): Fact;
  /** Fault `conflict` with `data.fact`. */
  write(
    id: string,
    version: number,
    change: { text?: string | undefined; project?: string | undefined },
    by: Actor,
  ): Fact;
  remove(id: string, by: Actor): Fact;
  history(id: string): KeptFact[];
  /** All, forgotten ones too, as other hubs are told of them. */
  shared(): readonly SharedFact[];
  /** From another hub: the later of two holds; what was here stays in the history. The answer is how many were news. */
  merge(facts: readonly SharedFact[]): number;
}

const digestOf = (text: { project: string; text: string }): string =>
  createHash('sha256').update(JSON.stringify(text)).digest('hex');

export function createFacts(db: Db, clock: Clock): Facts {
  const store = createFactStore(db);
  const live = createLive<Fact>({ key: (fact) => fact.id });
  live.put(...store.all());

  const any = (id: string) => {
    const found = store.find(id);
    if (!found) throw new Fault('not-found', `there is no fact ${JSON.stringify(id.slice(0, 128))}`);
    return found;
  };
  const standing = (id: string): Fact => {
    const { fact, removed } = any(id);
    if (removed) throw new Fault('gone', 'the fact was forgotten; add it again if it is true after all');
    return fact;
  };

  return {
    live,
    list({ project, q }) {
      const words = wordsOf(q ?? '');
      return live
        .rows()
        .filter((fact) => project === undefined || ofProject(fact.project, project))
        .filter((fact) => words.length === 0 || holdsAll(fold(`${fact.project}\n${fact.text}`), words))
        .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    },
    shared: () => store.every(),
    merge(facts) {
      let news = 0;
      db.transaction(() => {
        const here = new Map(store.every().map((fact) => [fact.id, fact]));
        for (const fact of facts) {
          const mine = here.get(fact.id);
          if (mine && !laterFact(fact, mine)) continue;
          const written = store.adopt(fact, digestOf({ project: fact.project, text: fact.text }));
          here.set(fact.id, fact);
          news++;
          if (fact.removed) live.drop(fact.id);
          else live.put(written);
        }
      });
      return news;
    },
    add({ id, ...given }, by) {
      const text = { project: projectOf(given.project), text: textOf(given.text) };
      const digest = digestOf(text);
      const known = id === undefined ? undefined : store.find(id);
      if (known) {
        if (known.digest !== digest || known.fact.createdBy.id !== by.id) {
          throw new Fault('conflict', 'there is another fact with this id already; take a new id', { id });
        }
        return standing(known.fact.id);
      }
      const fact = db.transaction(() => store.add(id ?? `f_${crypto.randomUUID()}`, digest, text, by, clock.now()));
      live.put(fact);
      return fact;
    },
    write(id, version, change, by) {
      const fact = standing(id);
      const text = {
        project: change.project === undefined ? fact.project : projectOf(change.project),
        text: change.text === undefined ? fact.text : textOf(change.text),
      };
      if (text.project === fact.project && text.text === fact.text) return fact;
      if (fact.version !== version) {
        throw new Fault(
          'conflict',
          `${fact.updatedBy.name} changed the fact meanwhile: it is at version ${fact.version}, you read ${version}`,
          { fact },
        );
      }
      const written = db.transaction(() => store.write(id, text, by, clock.now()));
      live.put(written);
      return written;
    },
    remove(id, by) {
      const fact = standing(id);
      db.transaction(() => store.write(id, fact, by, clock.now(), true));
      live.drop(id);
      return fact;
    },
    history: (id) => [...store.history(any(id).fact.id)],
  };
}
