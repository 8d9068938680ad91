/** The only SQL for the board. One winner by the WHERE of `claim`; a claim is only ever touched by its fence. */
import type { Actor } from '../../../shared/contract/actors.ts';
import type { Card, CardChange, Column } from '../../../shared/contract/board.ts';
import type { Db } from '../../platform/ports.ts';
import type { KeptCard } from './rules.ts';

interface Raw {
  readonly key: string;
  readonly title: string;
  readonly description: string;
  readonly column_id: string;
  readonly rank: number;
  readonly priority: Card['priority'];
  readonly owner: string | null;
  readonly owner_by_claim: number;
  readonly creator: string;
  readonly tags: string;
  readonly due: string | null;
  readonly dependencies: string;
  readonly checklist: string;
  readonly links: string;
  readonly cost: number | null;
  readonly review: Card['review'];
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly finished_at: number | null;
  readonly claim_by: string | null;
  readonly claim_at: number | null;
  readonly claim_until: number | null;
  readonly claim_lease: number | null;
  readonly fence: number;
  readonly worker: string | null;
  readonly lapsed: number;
}

interface RawChange {
  readonly id: number;
  readonly key: string;
  readonly at: number;
  readonly by: string;
  readonly what: CardChange['what'];
  readonly changes: string;
  readonly text: string;
  readonly version: number;
}

const actor = (text: string | null): Actor | null => (text === null ? null : (JSON.parse(text) as Actor));
/** One order of keys, so that actors can be compared as text. */
const actorText = ({ kind, id, name }: Actor): string => JSON.stringify({ kind, id, name });
const orNull = (of: Actor | null): string | null => of && actorText(of);

function cardOf(raw: Raw): KeptCard {
  const by = actor(raw.claim_by);
  return {
    key: raw.key,
    title: raw.title,
    description: raw.description,
    column: raw.column_id,
    rank: raw.rank,
    priority: raw.priority,
    owner: actor(raw.owner),
    claim: by && { by, fence: raw.fence, at: raw.claim_at ?? 0, expiresAt: raw.claim_until ?? 0 },
    creator: JSON.parse(raw.creator) as Actor,
    tags: JSON.parse(raw.tags) as string[],
    due: raw.due,
    dependencies: JSON.parse(raw.dependencies) as string[],
    checklist: JSON.parse(raw.checklist) as Card['checklist'],
    links: JSON.parse(raw.links) as Card['links'],
    cost: raw.cost,
    review: raw.review,
    version: raw.version,
    createdAt: raw.created_at,
    updatedAt: raw.updated_at,
    finishedAt: raw.finished_at,
    fence: raw.fence,
    ownerByClaim: raw.owner_by_claim === 1,
    worker: actor(raw.worker),
    lapsed: raw.lapsed === 1,
  };
}

const changeOf = (raw: RawChange): CardChange => ({
  ...raw,
  by: JSON.parse(raw.by) as Actor,
  changes: JSON.parse(raw.changes) as CardChange['changes'],
});

export type NewChange = Omit<CardChange, 'id'>;
/** A claim that stands, as much of it as keeping it alive needs. */
export interface Standing {
  readonly key: string;
  readonly fence: number;
  readonly leaseMs: number;
  readonly expiresAt: number;
  readonly by: Actor;
}

/** The card is in no finished column, and every dependency is a card in a `done` column: unknown keys are not. */
const CLAIMABLE = `column_id NOT IN (SELECT id FROM board_columns WHERE kind IN ('done', 'discarded'))
  AND NOT EXISTS (
    SELECT 1 FROM json_each(board_cards.dependencies) AS d
    LEFT JOIN board_cards AS c ON c.key = d.value
    LEFT JOIN board_columns AS k ON k.id = c.column_id
    WHERE k.kind IS NOT 'done')`;
/** A claim while it waits for review is the reviewer's: it makes nobody the one who did the work. */
const IN_REVIEW = "column_id IN (SELECT id FROM board_columns WHERE kind = 'review')";
/** The owner that a claim brought leaves with it, unless the card waits for review: then the owner did the work. */
const LEAVES = `owner_by_claim = 1 AND NOT (${IN_REVIEW})`;
const UNCLAIMED = 'claim_by = NULL, claim_at = NULL, claim_until = NULL, claim_lease = NULL';

export type BoardStore = ReturnType<typeof createBoardStore>;

export function createBoardStore(db: Db) {
  const one = (sql: string) => {
    const statement = db.prepare<Raw>(sql);
    return (...params: readonly unknown[]): KeptCard | undefined => {
      const raw = statement.get(...params);
      return raw && cardOf(raw);
    };
  };
  const columns = db.prepare<Omit<Column, 'limit'> & { readonly most: number | null }>(
    'SELECT id, title, kind, most FROM board_columns ORDER BY position',
  );
  const dropColumn = db.prepare('DELETE FROM board_columns WHERE id = ?');
  const putColumn = db.prepare(
    `INSERT INTO board_columns (id, title, kind, most, position) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE
     SET title = excluded.title, kind = excluded.kind, most = excluded.most, position = excluded.position`,
  );
  const all = db.prepare<Raw>('SELECT * FROM board_cards');
  const count = db.prepare<{ n: number; bytes: number | null }>(
    'SELECT count(*) AS n, sum(length(description)) AS bytes FROM board_cards',
  );
  const numbers = db.prepare<{ last: number }>(
    `INSERT INTO board_counters (prefix, last) VALUES (?, ?) ON CONFLICT (prefix) DO UPDATE SET last = last + excluded.last
     RETURNING last`,
  );
  const raise = db.prepare(
    `INSERT INTO board_counters (prefix, last) VALUES (?, ?)
     ON CONFLICT (prefix) DO UPDATE SET last = max(last, excluded.last)`,
  );
  const counter = db.prepare<{ last: number }>('SELECT last FROM board_counters WHERE prefix = ?');
  const insert = db.prepare(
    `INSERT INTO board_cards (key, title, description, column_id, rank, priority, owner, owner_by_claim, creator, tags, due,
       dependencies, checklist, links, cost, review, version, created_at, updated_at, finished_at, fence, lapsed)
     VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)`,
  );
  const save = db.prepare(
    `UPDATE board_cards SET title = ?, description = ?, column_id = ?, rank = ?, priority = ?, owner = ?, owner_by_claim = ?,
       tags = ?, due = ?, dependencies = ?, checklist = ?, links = ?, cost = ?, review = ?, version = ?, updated_at = ?,
       finished_at = ?, worker = ?, lapsed = ? WHERE key = ? AND version = ?`,
  );
  const place = db.prepare('UPDATE board_cards SET rank = ? WHERE key = ?');
  const drop = db.prepare('DELETE FROM board_cards WHERE key = ?');
  const claim = one(
    `UPDATE board_cards SET claim_by = ?, claim_at = ?, claim_until = ?, claim_lease = ?, fence = fence + 1,
       worker = CASE WHEN ${IN_REVIEW} THEN worker ELSE ? END,
       owner = CASE WHEN (owner IS NULL OR owner_by_claim = 1) AND NOT (${IN_REVIEW}) THEN ? ELSE owner END,
       owner_by_claim = CASE WHEN owner IS NULL AND NOT (${IN_REVIEW}) THEN 1 ELSE owner_by_claim END,
       lapsed = 0, version = version + 1, updated_at = ?
     WHERE key = ? AND claim_by IS NULL AND ${CLAIMABLE} RETURNING *`,
  );
  const renew = one(
    'UPDATE board_cards SET claim_until = ?, claim_lease = ? WHERE key = ? AND fence = ? AND claim_by IS NOT NULL RETURNING *',
  );
  const end = one(
    `UPDATE board_cards SET ${UNCLAIMED}, owner = CASE WHEN ${LEAVES} THEN NULL ELSE owner END,
       owner_by_claim = CASE WHEN ${LEAVES} THEN 0 ELSE owner_by_claim END, lapsed = 1, version = version + 1,
       updated_at = ? WHERE key = ? AND fence = ? AND claim_by IS NOT NULL RETURNING *`,
  );
  /** A card that moved into a finished column: who worked on it stays its owner. */
  const finish = db.prepare(`UPDATE board_cards SET ${UNCLAIMED}, lapsed = 0 WHERE key = ? AND claim_by IS NOT NULL`);
  const standing = db.prepare<Pick<Raw, 'key' | 'fence' | 'claim_lease' | 'claim_until' | 'claim_by'>>(
    'SELECT key, fence, claim_lease, claim_until, claim_by FROM board_cards WHERE claim_by IS NOT NULL',
  );
  const refinish = db.prepare(
    `UPDATE board_cards SET finished_at = CASE WHEN finished_at IS NULL THEN ? ELSE NULL END
     WHERE (finished_at IS NOT NULL) <> (column_id IN (SELECT id FROM board_columns WHERE kind IN ('done', 'discarded')))`,
  );
  const made = db.prepare<{ key: string }>('SELECT key FROM board_made WHERE source = ?');
  const note = db.prepare('INSERT INTO board_made (source, key) VALUES (?, ?) ON CONFLICT (source) DO NOTHING');
  const change = db.prepare<RawChange>(
    'INSERT INTO board_changes (key, at, by, what, changes, text, version) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING *',
  );
  const said = db.prepare<RawChange>(
    'SELECT c.* FROM board_said AS s JOIN board_changes AS c ON c.id = s.change_id WHERE s.source = ?',
  );
  const keepSaid = db.prepare('INSERT INTO board_said (source, change_id) VALUES (?, ?)');
  const comments = db.prepare<{ key: string; count: number }>(
    "SELECT key, count(*) AS count FROM board_changes WHERE what = 'commented' GROUP BY key",
  );
  const history = db.prepare<RawChange>('SELECT * FROM board_changes WHERE key = ? ORDER BY id DESC LIMIT ?');
  const mentions = db.prepare<{ key: string }>(
    "SELECT key FROM board_cards WHERE description LIKE ? ESCAPE '\\' OR description LIKE ? ESCAPE '\\'",
  );
  const putCalendar = db.prepare(
    `INSERT INTO board_calendars (user, secret_hash, created_at) VALUES (?, ?, ?) ON CONFLICT (user) DO UPDATE
     SET secret_hash = excluded.secret_hash, created_at = excluded.created_at`,
  );
  const calendar = db.prepare<{ user: string }>('SELECT user FROM board_calendars WHERE secret_hash = ?');

  return {
    transaction: <T>(work: () => T): T => db.transaction(work),
    columns: (): Column[] => columns.all().map(({ id, title, kind, most }) => ({ id, title, kind, limit: most })),
    /** In this order; those that are not named go, which fails while they hold cards. */
    setColumns(wanted: readonly Column[], at: number): void {
      const ids = new Set(wanted.map(({ id }) => id));
      for (const { id } of columns.all()) if (!ids.has(id)) dropColumn.run(id);
      for (const [i, { id, title, kind, limit }] of wanted.entries()) putColumn.run(id, title, kind, limit, i);
      refinish.run(at);
    },
    get: one('SELECT * FROM board_cards WHERE key = ?'),
    all: (): KeptCard[] => all.all().map(cardOf),
    /** Cards, and characters in all descriptions together. */
    size: () => ({ cards: count.get()?.n ?? 0, characters: count.get()?.bytes ?? 0 }),
    /** The first of `many` new numbers of a prefix; they are never given again. */
    take: (prefix: string, many = 1): number => (numbers.get(prefix, many)?.last ?? many) - many + 1,
    /** Numbers up to this one are given. */
    raise: (prefix: string, to: number): void => void raise.run(prefix, to),
    given: (prefix: string): number => counter.get(prefix)?.last ?? 0,
    insert(card: Card): void {
      const { key, title, description, column, rank, priority, review, version } = card;
      const lists = [card.dependencies, card.checklist, card.links].map((value) => JSON.stringify(value));
      const head = [key, title, description, column, rank, priority, orNull(card.owner), actorText(card.creator)];
      const times = [card.createdAt, card.updatedAt, card.finishedAt];
      insert.run(...head, JSON.stringify(card.tags), card.due, ...lists, card.cost, review, version, ...times);
    },
    /** All but the claim. False when the stored one is not of the version before this. */
    save(card: KeptCard): boolean {
      const { title, description, column, rank, priority, review, version } = card;
      const lists = [card.dependencies, card.checklist, card.links].map((value) => JSON.stringify(value));
      const head = [title, description, column, rank, priority, orNull(card.owner), Number(card.ownerByClaim)];
      const times = [card.updatedAt, card.finishedAt, orNull(card.worker), Number(card.lapsed)];
      const rest = [JSON.stringify(card.tags), card.due, ...lists, card.cost, review, version, ...times];
      return save.run(...head, ...rest, card.key, version - 1).changes === 1;
    },
    place: (key: string, rank: number): void => void place.run(rank, key),
    drop: (key: string): boolean => drop.run(key).changes === 1,
    /** Undefined when somebody holds it, it is finished, or a dependency is not done. */
    claim: (key: string, by: Actor, at: number, leaseMs: number): KeptCard | undefined =>
      claim(actorText(by), at, at + leaseMs, leaseMs, actorText(by), actorText(by), at, key),
    /** Undefined when the claim with this fence has ended. */
    renew: (key: string, fence: number, until: number, leaseMs: number): KeptCard | undefined =>
      renew(until, leaseMs, key, fence),
    /** Undefined when the claim with this fence has ended already. */
    end: (key: string, fence: number, at: number): KeptCard | undefined => end(at, key, fence),
    finish: (key: string): void => void finish.run(key),
    standing: (): Standing[] =>
      standing.all().map((raw) => ({
        key: raw.key,
        fence: raw.fence,
        leaseMs: raw.claim_lease ?? 0,
        expiresAt: raw.claim_until ?? 0,
        by: JSON.parse(raw.claim_by ?? 'null') as Actor,
      })),
    /** The card that was made from this, also when it is gone since. */
    made: (source: string): string | undefined => made.get(source)?.key,
    note: (source: string, key: string): void => void note.run(source, key),
    change(c: NewChange): CardChange {
      const raw = change.get(c.key, c.at, actorText(c.by), c.what, JSON.stringify(c.changes), c.text, c.version);
      if (!raw) throw new Error('the database took a change and gave none back');
      return changeOf(raw);
    },
    /** The comment that was made from this source. */
    said(source: string): CardChange | undefined {
      const raw = said.get(source);
      return raw && changeOf(raw);
    },
    keepSaid: (source: string, id: number): void => void keepSaid.run(source, id),
    /** How many were made on each card that has any. */
    comments: (): Map<string, number> => new Map(comments.all().map(({ key, count }) => [key, count])),
    /** Newest first. */
    history: (key: string, limit: number): CardChange[] => history.all(key, limit).map(changeOf),
    /** Keys of cards whose description has this word, in any case where it is ASCII. */
    mentions(word: string): Set<string> {
      const like = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`;
      return new Set(mentions.all(like(word), like(word.toUpperCase())).map(({ key }) => key));
    },
    /** The user's earlier secret stops working. */
    putCalendar: (user: string, hash: Uint8Array, at: number): void => void putCalendar.run(user, hash, at),
    calendarOf: (hash: Uint8Array): string | undefined => calendar.get(hash)?.user,
  };
}
