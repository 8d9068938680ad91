/** Notes: what may be written over what, so that nothing is lost; names, links, history. */
import { createHash } from 'node:crypto';
import type { Actor } from '../../../shared/contract/actors.ts';
import type { Note, NoteRow } from '../../../shared/contract/memory.ts';
import { Fault } from '../../../shared/fault.ts';
import { fold, wordsOf } from '../../../shared/words.ts';
import type { Clock } from '../../kernel/clock.ts';
import { createLive, type Live } from '../../kernel/live.ts';
import type { Db } from '../../platform/ports.ts';
import { lineWith, NOTE_MAX_BYTES, nameKey, relinked, tagsOf, textOf } from './rules.ts';
import { createNoteStore, type Kept, type NoteText, type StoredNote } from './store.ts';

export interface Notes {
  readonly live: Live<NoteRow>;
  list(ask: { q?: string; tag?: string; removed: boolean; limit: number }): (NoteRow & { found: string })[];
  get(wanted: string, version?: number): Note;
  add(given: { id?: string; name: string; body: string; tags: readonly string[] }, by: Actor): Note;
  /** Fault `conflict` with `data.note`, the newer whole note. */
  write(
    wanted: string,
    version: number,
    change: { name?: string | undefined; body?: string | undefined; tags?: readonly string[] | undefined },
    by: Actor,
  ): Note;
  append(wanted: string, text: string, by: Actor): Note;
  remove(wanted: string): StoredNote;
  restore(wanted: string, version: number | undefined, by: Actor): Note;
  history(wanted: string): readonly Omit<Kept, 'body'>[];
}

/** A name may have been lent from a NoteName, so it is short; an id comes as the client gave it. */
const shown = (wanted: string): string => JSON.stringify(wanted.slice(0, 120));
const digestOf = (text: NoteText): string =>
  createHash('sha256')
    .update(JSON.stringify([text.name, text.tags, text.body]))
    .digest('hex');

export function createNotes(db: Db, clock: Clock): Notes {
  const store = createNoteStore(db);
  const live = createLive<NoteRow>({ key: (row) => row.id });
  live.put(...store.rows());

  const whole = (note: StoredNote): Note => ({ ...note, backlinks: store.backlinks(note) });
  const rowOf = ({ body: _, ...row }: StoredNote): NoteRow => row;
  const publish = (...notes: readonly StoredNote[]): void => live.put(...notes.map(rowOf));

  /** Also those that were put away. */
  const any = (wanted: string) => {
    const found = store.find(wanted);
    if (!found) throw new Fault('not-found', `there is no note ${shown(wanted)}`);
    return found;
  };
  const standing = (wanted: string): StoredNote => {
    const { note, removed } = any(wanted);
    if (!removed) return note;
    throw new Fault('gone', `the note ${shown(note.name)} was put away; restore it first`, { id: note.id });
  };
  /** Ids and names open the same doors, so neither may be taken by the other. */
  const free = (name: string, own?: string): void => {
    const other = store.byName(name) ?? store.byId(name)?.note;
    if (!other || other.id === own) return;
    const why =
      nameKey(other.name) === nameKey(name)
        ? `there is a note ${shown(other.name)} already`
        : 'the name is the id of another note';
    throw new Fault('taken', `${why}; choose another name`, { id: other.id });
  };
  const fits = (text: NoteText): NoteText => {
    const bytes = Buffer.byteLength(text.body);
    if (bytes <= NOTE_MAX_BYTES) return text;
    throw new Fault('too-large', `the note would have ${bytes} bytes, ${NOTE_MAX_BYTES} are allowed; split it in two`);
  };
  const same = (note: NoteText, text: NoteText): boolean =>
    note.name === text.name && note.body === text.body && JSON.stringify(note.tags) === JSON.stringify(text.tags);

  /** Writes the note, and in the same transaction the links of others to a name that it gives up. */
  const write = (note: StoredNote, text: NoteText, by: Actor): Note => {
    const written = db.transaction(() => {
      free(text.name, note.id);
      const at = clock.now();
      const before = nameKey(note.name);
      const renamed = before !== nameKey(text.name);
      // Its links to itself follow too, unless the new text was written without them.
      const body = renamed ? relinked(text.body, before, text.name) : text.body;
      const first = store.write(note.id, fits({ ...text, body }), by, at);
      if (!renamed) return [first];
      const others = store.linking(before, note.id).map((other) => {
        const following = relinked(other.body, before, text.name);
        return store.write(other.id, { name: other.name, tags: other.tags, body: following }, by, at);
      });
      return [first, ...others];
    });
    publish(...written);
    return whole(standing(note.id));
  };

  return {
    live,
    list({ q, tag, removed, limit }) {
      const words = wordsOf(q ?? '');
      const tagged = (row: NoteRow) => tag === undefined || row.tags.some((each) => fold(each) === fold(tag));
      if (words.length === 0 && !removed) {
        const rows = live.rows().filter(tagged);
        const newest = rows.sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1));
        return newest.slice(0, limit).map((row) => ({ ...row, found: '' }));
      }
      return store
        .search(words, removed, tag === undefined ? limit : 5000)
        .filter(tagged)
        .slice(0, limit)
        .map((note) => ({ ...rowOf(note), found: words[0] === undefined ? '' : lineWith(note.body, words[0]) }));
    },
    get(wanted, version) {
      if (version === undefined) return whole(standing(wanted));
      const { note } = any(wanted);
      const kept = store.version(note.id, version);
      if (!kept) throw new Fault('not-found', `version ${version} of the note ${shown(note.name)} is not kept`);
      const { name, tags, body, bytes, by, at } = kept;
      return { ...whole(note), name, tags: [...tags], body, bytes, version, updatedBy: by, updatedAt: at };
    },
    add(given, by) {
      const text = fits({ name: textOf(given.name), tags: tagsOf(given.tags), body: textOf(given.body) });
      const digest = digestOf(text);
      const made = db.transaction(() => {
        const known = given.id === undefined ? undefined : store.byId(given.id);
        if (known) {
          const again = known.digest === digest && known.note.createdBy.id === by.id;
          if (!again) {
            throw new Fault('conflict', 'there is another note with this id already; take a new id', { id: given.id });
          }
          if (known.removed)
            throw new Fault('gone', `the note ${shown(known.note.name)} was put away; restore it first`);
          return null;
        }
        free(text.name);
        if (given.id !== undefined && store.byName(given.id)) {
          throw new Fault('taken', 'the id is the name of another note; take a new id', { id: given.id });
        }
        return store.add(given.id ?? `n_${crypto.randomUUID()}`, digest, text, by, clock.now());
      });
      if (made) publish(made);
      return whole(made ?? standing(given.id ?? ''));
    },
    write(wanted, version, change, by) {
      const note = standing(wanted);
      const text: NoteText = {
        name: change.name === undefined ? note.name : textOf(change.name),
        tags: change.tags === undefined ? note.tags : tagsOf(change.tags),
        body: change.body === undefined ? note.body : textOf(change.body),
      };
      // Also what a sender says again who never heard that it had arrived.
      if (same(note, text)) return whole(note);
      if (note.version !== version) {
        throw new Fault(
          'conflict',
          `${note.updatedBy.name} changed the note meanwhile: it is at version ${note.version}, you read ${version}. Bring both together and write again`,
          { note: whole(note) },
        );
      }
      return write(note, text, by);
    },
    append(wanted, text, by) {
      const note = standing(wanted);
      const before = note.body === '' || note.body.endsWith('\n') ? note.body : `${note.body}\n`;
      const added = textOf(text);
      return write(note, { ...note, body: `${before}${added}${added.endsWith('\n') ? '' : '\n'}` }, by);
    },
    remove(wanted) {
      const note = standing(wanted);
      store.remove(note.id, clock.now());
      live.drop(note.id);
      return note;
    },
    restore(wanted, version, by) {
      const { note, removed } = any(wanted);
      if (version === undefined) return removed ? write(note, note, by) : whole(note);
      const kept = store.version(note.id, version);
      if (!kept) throw new Fault('not-found', `version ${version} of the note ${shown(note.name)} is not kept`);
      if (!removed && same(note, kept)) return whole(note);
      return write(note, kept, by);
    },
    history: (wanted) => store.versions(any(wanted).note.id),
  };
}
