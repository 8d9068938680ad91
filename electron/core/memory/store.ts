/** The only SQL for notes. Each write keeps a version and brings links and search words along, in one transaction. */
import type { Actor } from '../../../shared/contract/actors.ts';
import type { Note, NoteRow } from '../../../shared/contract/memory.ts';
import { fold } from '../../../shared/words.ts';
import type { Db } from '../../platform/ports.ts';
import { KEEP_VERSIONS, linksOf, nameKey, previewOf } from './rules.ts';

/** A note as the table has it: without what links to it. */
export type StoredNote = Omit<Note, 'backlinks'>;

export interface NoteText {
  readonly name: string;
  readonly tags: readonly string[];
  readonly body: string;
}
export interface Kept extends NoteText {
  readonly version: number;
  readonly at: number;
  readonly by: Actor;
  readonly bytes: number;
}

interface Raw {
  readonly id: string;
  readonly digest: string;
  readonly name: string;
  readonly tags: string;
  readonly body: string;
  readonly preview: string;
  readonly bytes: number;
  readonly links: string;
  readonly version: number;
  readonly created_by: string;
  readonly updated_by: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly removed_at: number | null;
}
interface RawVersion {
  readonly version: number;
  readonly at: number;
  readonly by: string;
  readonly name: string;
  readonly tags: string;
  readonly bytes: number;
  readonly body: string;
}

const actorFrom = (text: string) => JSON.parse(text) as Actor;
const rowOf = (raw: Omit<Raw, 'body'>): NoteRow => ({
  id: raw.id,
  name: raw.name,
  tags: JSON.parse(raw.tags) as string[],
  preview: raw.preview,
  bytes: raw.bytes,
  version: raw.version,
  links: JSON.parse(raw.links) as string[],
  createdBy: actorFrom(raw.created_by),
  updatedBy: actorFrom(raw.updated_by),
  createdAt: raw.created_at,
  updatedAt: raw.updated_at,
});
const noteOf = (raw: Raw): StoredNote => ({ ...rowOf(raw), body: raw.body });
const keptOf = (raw: RawVersion): Kept => ({
  version: raw.version,
  at: raw.at,
  by: actorFrom(raw.by),
  name: raw.name,
  tags: JSON.parse(raw.tags) as string[],
  bytes: raw.bytes,
  body: raw.body,
});

const ROW =
  'n.id, n.digest, n.name, n.tags, n.preview, n.bytes, n.links, n.version, n.created_by, n.updated_by, n.created_at, n.updated_at, n.removed_at';

export type NoteStore = ReturnType<typeof createNoteStore>;

export function createNoteStore(db: Db) {
  const byId = db.prepare<Raw>('SELECT * FROM memory_notes WHERE id = ?');
  const byName = db.prepare<Raw>('SELECT * FROM memory_notes WHERE name_key = ? AND removed_at IS NULL');
  const removedByName = db.prepare<Raw>(
    'SELECT * FROM memory_notes WHERE name_key = ? AND removed_at IS NOT NULL ORDER BY removed_at DESC LIMIT 1',
  );
  const rows = db.prepare<Omit<Raw, 'body'>>(
    `SELECT ${ROW} FROM memory_notes n WHERE n.removed_at IS NULL ORDER BY n.updated_at, n.id`,
  );
  const insert = db.prepare(
    `INSERT INTO memory_notes (id, digest, name, name_key, tags, body, preview, bytes, links, version, created_by, updated_by, created_at, updated_at)
     VALUES (?, ?, '', '', '[]', '', '', 0, '[]', 0, ?, ?, ?, ?)`,
  );
  const update = db.prepare<Raw>(
    `UPDATE memory_notes SET name = ?, name_key = ?, tags = ?, body = ?, preview = ?, bytes = ?, links = ?,
     version = version + 1, updated_by = ?, updated_at = ?, removed_at = NULL WHERE id = ? RETURNING *`,
  );
  const keep = db.prepare(
    `INSERT INTO memory_note_versions (note_id, version, at, by, name, tags, bytes, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const prune = db.prepare('DELETE FROM memory_note_versions WHERE note_id = ? AND version <= ?');
  const words = db.prepare(
    'INSERT INTO memory_note_words (note_id, text) VALUES (?, ?) ON CONFLICT (note_id) DO UPDATE SET text = excluded.text',
  );
  const unlink = db.prepare('DELETE FROM memory_note_links WHERE note_id = ?');
  const link = db.prepare('INSERT INTO memory_note_links (note_id, target) VALUES (?, ?)');
  const linking = db.prepare<Raw>(
    `SELECT n.* FROM memory_note_links l JOIN memory_notes n ON n.id = l.note_id
     WHERE l.target = ? AND n.id <> ? AND n.removed_at IS NULL ORDER BY n.name_key`,
  );
  const linkingNames = db.prepare<{ name: string }>(
    `SELECT n.name FROM memory_note_links l JOIN memory_notes n ON n.id = l.note_id
     WHERE l.target = ? AND n.id <> ? AND n.removed_at IS NULL ORDER BY n.name_key`,
  );
  const remove = db.prepare<Raw>(
    'UPDATE memory_notes SET removed_at = ? WHERE id = ? AND removed_at IS NULL RETURNING *',
  );
  const version = db.prepare<RawVersion>('SELECT * FROM memory_note_versions WHERE note_id = ? AND version = ?');
  const versions = db.prepare<Omit<RawVersion, 'body'>>(
    'SELECT version, at, by, name, tags, bytes FROM memory_note_versions WHERE note_id = ? ORDER BY version DESC',
  );
  const found = (raw: Raw | undefined) =>
    raw && { note: noteOf(raw), removed: raw.removed_at !== null, digest: raw.digest };

  /** Everything of a note but who made it. */
  const write = (id: string, { name, tags, body }: NoteText, by: Actor, at: number): StoredNote => {
    const links = linksOf(body);
    const bytes = Buffer.byteLength(body);
    const who = JSON.stringify(by);
    const key = nameKey(name);
    const list = JSON.stringify(tags);
    const raw = update.get(name, key, list, body, previewOf(body), bytes, JSON.stringify(links.shown), who, at, id);
    if (!raw) throw new Error(`the note ${id} is not in the table`);
    keep.run(id, raw.version, at, who, name, list, bytes, body);
    prune.run(id, raw.version - KEEP_VERSIONS);
    words.run(id, fold([name, ...tags, body].join('\n')));
    unlink.run(id);
    for (const target of links.targets) link.run(id, target);
    return noteOf(raw);
  };

  return {
    /** By id, else by name; a removed one only when no other has the name, the newest first. */
    find: (wanted: string) =>
      found(byId.get(wanted) ?? byName.get(nameKey(wanted)) ?? removedByName.get(nameKey(wanted))),
    byName: (name: string): StoredNote | undefined => {
      const raw = byName.get(nameKey(name));
      return raw && noteOf(raw);
    },
    byId: (id: string) => found(byId.get(id)),
    /** Oldest change first. */
    rows: (): readonly NoteRow[] => rows.all().map(rowOf),
    /** Those with all of the words (folded), newest change first; with their text, to show where the words stand. */
    search(wanted: readonly string[], removed: boolean, limit: number): readonly StoredNote[] {
      const holds = wanted.map(() => ' AND instr(w.text, ?) > 0').join('');
      const state = removed ? 'NOT NULL' : 'NULL';
      const sql = `SELECT n.* FROM memory_notes n JOIN memory_note_words w ON w.note_id = n.id
        WHERE n.removed_at IS ${state}${holds} ORDER BY n.updated_at DESC, n.id LIMIT ?`;
      return db
        .prepare<Raw>(sql)
        .all(...wanted, limit)
        .map(noteOf);
    },
    add(id: string, digest: string, text: NoteText, by: Actor, at: number): StoredNote {
      const who = JSON.stringify(by);
      insert.run(id, digest, who, who, at, at);
      return write(id, text, by, at);
    },
    write,
    /** Other notes that link to this name (a key). */
    linking: (key: string, except: string): readonly StoredNote[] => linking.all(key, except).map(noteOf),
    backlinks: (note: { readonly id: string; readonly name: string }): string[] =>
      linkingNames.all(nameKey(note.name), note.id).map((row) => row.name),
    remove: (id: string, at: number): boolean => remove.get(at, id) !== undefined,
    version(id: string, n: number): Kept | undefined {
      const raw = version.get(id, n);
      return raw && keptOf(raw);
    },
    /** Newest first, without their texts. */
    versions: (id: string): readonly Omit<Kept, 'body'>[] =>
      versions.all(id).map((raw) => {
        const { body: _, ...rest } = keptOf({ ...raw, body: '' });
        return rest;
      }),
  };
}
