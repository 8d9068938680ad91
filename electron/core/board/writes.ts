/** Making, changing and moving cards: each in one transaction, with its history. */
import type { Actor } from '../../../shared/contract/actors.ts';
import type { Card, CardChange, Column } from '../../../shared/contract/board.ts';
import type { CallParsed } from '../../../shared/contract/contract.ts';
import { Fault } from '../../../shared/fault.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Claims } from './claims.ts';
import type { Rows } from './rows.ts';
import {
  type Changes,
  cycle,
  isFinished,
  type KeptCard,
  mayEdit,
  mayMove,
  mayPlace,
  mayWrite,
  merge,
  RANK_STEP,
  type Refusal,
  rankBetween,
  unique,
} from './rules.ts';
import type { BoardStore } from './store.ts';

/** More than people and agents of one hub work through; keeps a runaway agent from filling the memory. */
export const MOST_CARDS = 50_000;

export interface WritesDeps {
  readonly store: BoardStore;
  readonly rows: Rows;
  readonly claims: Claims;
  readonly clock: Clock;
  readonly prefix: () => string;
  /** A user or a session by name or id; Fault not-found. */
  readonly whoIs: (name: string) => Actor;
}

/** What goes out: without what only decisions need. */
export function shown(card: KeptCard): Card {
  const { fence: _fence, ownerByClaim: _by, worker: _worker, lapsed: _lapsed, ...out } = card;
  return out;
}

const CARD_WITH: ReadonlySet<string> = new Set(['conflict', 'stale', 'taken']);

/** The Fault of a refusal; whoever wrote against an older state gets the card as it is. */
export function refuse(refusal: Refusal | null, card?: KeptCard): void {
  if (!refusal) return;
  const data = card && CARD_WITH.has(refusal.code) ? { card: shown(card) } : undefined;
  throw new Fault(refusal.code, refusal.message, data);
}

export const noCard = (key: string): Fault => new Fault('not-found', `there is no card ${key}`);

export type Writes = ReturnType<typeof createWrites>;

export function createWrites({ store, rows, claims, clock, prefix, whoIs }: WritesDeps) {
  const columnOf = (id: string): Column => {
    const column = rows.column(id);
    if (column) return column;
    const ids = rows.columns().map((each) => each.id);
    throw new Fault('not-found', `there is no column ${id}; there are: ${ids.join(', ')}`, { columns: ids });
  };
  const cardOf = (key: string): KeptCard => {
    const card = store.get(key);
    if (!card) throw noCard(key);
    return card;
  };
  const record = (card: KeptCard, by: Actor, what: CardChange['what'], changes: Changes, text = '') =>
    store.change({ key: card.key, at: card.updatedAt, by, what, changes, text, version: card.version });
  const checkCycle = (key: string, dependencies: readonly string[]): void => {
    const way = cycle(key, dependencies, rows.dependenciesOf);
    if (!way) return;
    const message = `${key} would wait for itself: ${way.join(' waits for ')}; take one of these dependencies away`;
    throw new Fault('refused', message, { cycle: way });
  };
  const checkItems = (items: Card['checklist'] | undefined): void => {
    if (items && new Set(items.map(({ id }) => id)).size !== items.length) {
      throw new Fault('invalid', 'checklist: two items have the same id');
    }
  };
  const save = (card: KeptCard): void => {
    // All writes come one after another through this process: another version here is a fault of ours.
    if (!store.save(card)) throw new Error(`${card.key} was changed in the middle of a change`);
  };
  /** The rank above `before`, or at the end; cards that must make room are in `moved`. */
  const rankIn = (column: string, key: string, before: string | null): { rank: number; moved: Map<string, number> } => {
    const others = rows.inColumn(column).filter((row) => row.key !== key);
    const at = before === null ? others.length : others.findIndex((row) => row.key === before);
    if (at < 0) throw new Fault('conflict', `${before} is not in ${column} any more; look again where to put ${key}`);
    const rank = rankBetween(others[at - 1]?.rank, others[at]?.rank);
    if (rank !== null) return { rank, moved: new Map() };
    const moved = new Map(others.map((row, i) => [row.key, (i < at ? i : i + 1) * RANK_STEP]));
    return { rank: at * RANK_STEP, moved };
  };
  const makeRoom = (moved: ReadonlyMap<string, number>): void => {
    for (const [key, rank] of moved) store.place(key, rank);
  };

  return {
    columnOf,
    cardOf,
    add(by: Actor, input: CallParsed<'board.add'>): KeptCard {
      const { id, prefix: wanted, column, owner, title, ...fields } = input;
      checkItems(fields.checklist);
      const source = id === undefined ? null : `${by.kind}:${by.id}:${id}`;
      const known = source === null ? undefined : store.made(source);
      if (known !== undefined) {
        const card = store.get(known);
        if (card) return card;
        throw new Fault('gone', `${known} was made under this id and has been removed since; use another id`);
      }
      const to = column === undefined ? rows.columns().find(({ kind }) => kind === 'backlog') : columnOf(column);
      if (!to) throw new Fault('not-found', 'there is no backlog column; name one');
      const inside = rows.inColumn(to.id);
      refuse(mayPlace(by, to, inside.length));
      if (store.size().cards >= MOST_CARDS) {
        throw new Fault('refused', `the board holds ${MOST_CARDS} cards, its most; remove some first`);
      }
      const owned = owner === undefined || owner === null ? null : whoIs(owner);
      const now = clock.now();
      const card = store.transaction(() => {
        const by_ = wanted ?? prefix();
        const key = `${by_}-${store.take(by_)}`;
        const dependencies = unique(fields.dependencies ?? []);
        checkCycle(key, dependencies);
        store.insert({
          key,
          title,
          description: fields.description ?? '',
          column: to.id,
          rank: rankBetween(inside.at(-1)?.rank, undefined) ?? 0,
          priority: fields.priority ?? 'normal',
          owner: owned,
          claim: null,
          creator: by,
          tags: unique(fields.tags ?? []),
          due: fields.due ?? null,
          dependencies,
          checklist: fields.checklist ?? [],
          links: { session: null, branch: null, pr: null, ...given(fields.links ?? {}) },
          cost: fields.cost ?? null,
          review: fields.review ?? 'anyone',
          version: 1,
          createdAt: now,
          updatedAt: now,
          finishedAt: isFinished(to.kind) ? now : null,
        });
        if (source !== null) store.note(source, key);
        const made = cardOf(key);
        record(made, by, 'created', {});
        return made;
      });
      rows.publish(card);
      return card;
    },

    edit(by: Actor, input: CallParsed<'board.edit'>): KeptCard {
      const { key, version, fence, owner, ...fields } = input;
      const card = cardOf(key);
      refuse(mayWrite(card, by, { version, fence }), card);
      checkItems(fields.checklist);
      const { card: merged, changes } = merge(card, {
        ...fields,
        ...(owner === undefined ? {} : { owner: owner === null ? null : whoIs(owner) }),
        ...(fields.tags && { tags: unique(fields.tags) }),
        ...(fields.dependencies && { dependencies: unique(fields.dependencies) }),
        ...(fields.links && { links: given(fields.links) }),
      });
      if (Object.keys(changes).length === 0) return card;
      refuse(mayEdit(card, by, changes), card);
      if (changes['dependencies']) checkCycle(key, merged.dependencies);
      const next: KeptCard = {
        ...merged,
        ownerByClaim: card.ownerByClaim && !changes['owner'],
        version: card.version + 1,
        updatedAt: clock.now(),
      };
      store.transaction(() => {
        save(next);
        record(next, by, 'edited', changes);
      });
      rows.publish(next);
      return next;
    },

    move(by: Actor, input: CallParsed<'board.move'>): KeptCard {
      const { key, version, fence } = input;
      const before = input.before ?? null;
      if (before === key) throw new Fault('invalid', 'before: a card cannot stand above itself');
      const card = cardOf(key);
      const to = columnOf(input.column);
      refuse(mayWrite(card, by, { version, fence }), card);
      const from = rows.column(card.column);
      const blockedBy = rows.unfinished(card.dependencies);
      refuse(mayMove({ card, by, from, to, holds: rows.inColumn(to.id).length, blockedBy }), card);
      if (before !== null && !rows.live.get(before)) throw noCard(before);
      const { rank, moved } = rankIn(to.id, key, before);
      const same = card.column === to.id;
      if (same && moved.size === 0 && stands(rows.inColumn(to.id), key, before)) return card;
      const finished = isFinished(to.kind);
      // The owner that came with a claim goes when the work is open again and nobody holds it.
      const free = !same && card.ownerByClaim && !card.claim && !finished && to.kind !== 'review';
      const next: KeptCard = {
        ...card,
        column: to.id,
        rank,
        owner: free ? null : card.owner,
        ownerByClaim: card.ownerByClaim && !free,
        claim: finished ? null : card.claim,
        worker: to.kind === 'doing' && card.claim ? card.claim.by : card.worker,
        lapsed: same && card.lapsed,
        version: card.version + 1,
        updatedAt: clock.now(),
        finishedAt: finished ? (card.finishedAt ?? clock.now()) : null,
      };
      store.transaction(() => {
        save(next);
        if (finished) store.finish(key);
        makeRoom(moved);
        const changes: Changes = same
          ? { rank: { before: card.rank, after: rank } }
          : { column: { before: card.column, after: to.id } };
        record(next, by, 'moved', changes);
      });
      claims.note(next);
      rows.publish(next, ...[...moved.keys()].map(cardOf));
      return next;
    },

    /** `id`: of the client; the same one again answers what was said. */
    comment(by: Actor, { key, text, id }: CallParsed<'board.comment'>): CardChange {
      const card = cardOf(key);
      const source = id === undefined ? null : `${by.kind}:${by.id}:${id}`;
      const known = source === null ? undefined : store.said(source);
      if (known && (known.key !== key || known.text !== text)) {
        throw new Fault('conflict', 'another comment was made under this id; use another one');
      }
      if (known) return known;
      const said = store.transaction(() => {
        const at = clock.now();
        const change = store.change({ key, at, by, what: 'commented', changes: {}, text, version: card.version });
        if (source !== null) store.keepSaid(source, change.id);
        return change;
      });
      rows.commented(key);
      return said;
    },

    remove(by: Actor, key: string, version: number | undefined): KeptCard {
      const card = cardOf(key);
      refuse(mayWrite(card, by, { version }), card);
      store.transaction(() => {
        store.drop(key);
        const text = card.title;
        store.change({ key, at: clock.now(), by, what: 'removed', changes: {}, text, version: card.version });
      });
      claims.forget(key);
      rows.drop(key);
      return card;
    },
  };
}

/** Without the fields that are not given. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** It stands already where it is wanted. */
function stands(inside: readonly { readonly key: string }[], key: string, before: string | null): boolean {
  const at = inside.findIndex((row) => row.key === key);
  return at >= 0 && (inside[at + 1]?.key ?? null) === before;
}
