/** The only SQL for facts. Each write keeps what it said; a forgotten fact is kept as removed. */
import type { Actor } from '../../../shared/contract/actors.ts';
import type { SharedFact } from '../../../shared/contract/fleet.ts';
import type { Fact } from '../../../shared/contract/memory.ts';
import type { Db } from '../../platform/ports.ts';
import { KEEP_VERSIONS } from './rules.ts';

interface Raw {
  readonly id: string;
  readonly digest: string;
  readonly project: string;
  readonly text: string;
  readonly version: number;
  readonly created_by: string;
  readonly updated_by: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly removed_at: number | null;
}
export interface KeptFact {
  readonly version: number;
  readonly at: number;
  readonly by: Actor;
  readonly project: string;
  readonly text: string;
  readonly removed: boolean;
}

const factOf = (raw: Raw): Fact => ({
  id: raw.id,
  project: raw.project,
  text: raw.text,
  version: raw.version,
  createdBy: JSON.parse(raw.created_by) as Actor,
  updatedBy: JSON.parse(raw.updated_by) as Actor,
  createdAt: raw.created_at,
  updatedAt: raw.updated_at,
});

export type FactStore = ReturnType<typeof createFactStore>;

export function createFactStore(db: Db) {
  const get = db.prepare<Raw>('SELECT * FROM memory_facts WHERE id = ?');
  const all = db.prepare<Raw>('SELECT * FROM memory_facts WHERE removed_at IS NULL ORDER BY created_at, id');
  const insert = db.prepare<Raw>(
    `INSERT INTO memory_facts (id, digest, project, text, version, created_by, updated_by, created_at, updated_at)
     VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?) RETURNING *`,
  );
  const update = db.prepare<Raw>(
    `UPDATE memory_facts SET project = ?, text = ?, version = version + 1, updated_by = ?, updated_at = ?, removed_at = ?
     WHERE id = ? RETURNING *`,
  );
  const every = db.prepare<Raw>('SELECT * FROM memory_facts ORDER BY id');
  const adopt = db.prepare<Raw>(
    `INSERT INTO memory_facts (id, digest, project, text, version, created_by, updated_by, created_at, updated_at, removed_at)
     VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET project = excluded.project, text = excluded.text, version = version + 1,
       updated_by = excluded.updated_by, updated_at = excluded.updated_at, removed_at = excluded.removed_at RETURNING *`,
  );
  const keep = db.prepare(
    'INSERT INTO memory_fact_versions (fact_id, version, at, by, project, text, removed) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const prune = db.prepare('DELETE FROM memory_fact_versions WHERE fact_id = ? AND version <= ?');
  const history = db.prepare<{
    version: number;
    at: number;
    by: string;
    project: string;
    text: string;
    removed: number;
  }>('SELECT * FROM memory_fact_versions WHERE fact_id = ? ORDER BY version DESC');

  const kept = (raw: Raw | undefined): Fact => {
    if (!raw) throw new Error('the database took a fact and gave none back');
    const removed = Number(raw.removed_at !== null);
    keep.run(raw.id, raw.version, raw.updated_at, raw.updated_by, raw.project, raw.text, removed);
    prune.run(raw.id, raw.version - KEEP_VERSIONS);
    return factOf(raw);
  };

  return {
    find(id: string) {
      const raw = get.get(id);
      return raw && { fact: factOf(raw), removed: raw.removed_at !== null, digest: raw.digest };
    },
    /** Oldest first. */
    all: (): readonly Fact[] => all.all().map(factOf),
    add(id: string, digest: string, text: { project: string; text: string }, by: Actor, at: number): Fact {
      const who = JSON.stringify(by);
      return kept(insert.get(id, digest, text.project, text.text, who, who, at, at));
    },
    write(id: string, text: { project: string; text: string }, by: Actor, at: number, removed = false): Fact {
      return kept(update.get(text.project, text.text, JSON.stringify(by), at, removed ? at : null, id));
    },
    /** Forgotten ones too. */
    every: (): readonly SharedFact[] =>
      every.all().map((raw) => {
        const { version: _own, ...fact } = factOf(raw);
        return { ...fact, removed: raw.removed_at !== null };
      }),
    /** As another hub has it, under its time and name. */
    adopt(fact: SharedFact, digest: string): Fact {
      const { id, project, text, createdAt, updatedAt, removed } = fact;
      const [maker, changer] = [JSON.stringify(fact.createdBy), JSON.stringify(fact.updatedBy)];
      return kept(
        adopt.get(id, digest, project, text, maker, changer, createdAt, updatedAt, removed ? updatedAt : null),
      );
    },
    history: (id: string): readonly KeptFact[] =>
      history.all(id).map((raw) => ({
        version: raw.version,
        at: raw.at,
        by: JSON.parse(raw.by) as Actor,
        project: raw.project,
        text: raw.text,
        removed: raw.removed === 1,
      })),
  };
}
