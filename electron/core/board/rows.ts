/** The board as the feeds show it: every card but its long text, in memory, with what it waits for. */
import type { CardRow, Column, ColumnKind } from '../../../shared/contract/board.ts';
import { createLive, type Live } from '../../kernel/live.ts';
import type { KeptCard } from './rules.ts';
import type { BoardStore } from './store.ts';

export type ColumnRow = Column & { readonly position: number };

export interface Rows {
  readonly live: Live<CardRow>;
  readonly liveColumns: Live<ColumnRow>;
  column(id: string): ColumnRow | undefined;
  columns(): readonly ColumnRow[];
  kindOf(key: string): ColumnKind | undefined;
  dependenciesOf(key: string): readonly string[];
  /** Of these, the ones that are not done; keys that no card has are not. */
  unfinished(dependencies: readonly string[]): string[];
  /** By rank. */
  inColumn(id: string): CardRow[];
  /** By column and rank. */
  sorted(): CardRow[];
  /** The last claim of the card ended without word. */
  lapsed(key: string): boolean;
  /** Shows the cards as they are now, and those that wait for them. */
  publish(...cards: readonly KeptCard[]): void;
  /** One more comment was made on the card. */
  commented(key: string): void;
  drop(key: string): void;
  /** Reads columns and cards anew; shows the cards that are not what they were. */
  reload(): void;
}

/** Rows handed to the feed at once. */
const BATCH = 2000;

export function createRows(store: BoardStore): Rows {
  const live = createLive<CardRow>({ key: (row) => row.key });
  const liveColumns = createLive<ColumnRow>({ key: (column) => column.id });
  /** Key to the cards that wait for it, whether there is such a card or not. */
  const dependents = new Map<string, Set<string>>();
  const lapsed = new Set<string>();
  const comments = new Map<string, number>();

  const kindOf = (key: string): ColumnKind | undefined => liveColumns.get(live.get(key)?.column ?? '')?.kind;
  const isDone = (key: string): boolean => kindOf(key) === 'done';
  const unfinished = (dependencies: readonly string[]): string[] => dependencies.filter((key) => !isDone(key));
  const link = (key: string, before: readonly string[], after: readonly string[]): void => {
    for (const gone of before) {
      const waiting = dependents.get(gone);
      waiting?.delete(key);
      if (waiting?.size === 0) dependents.delete(gone);
    }
    for (const wanted of after) dependents.set(wanted, (dependents.get(wanted) ?? new Set()).add(key));
  };
  const rowOf = (card: KeptCard): CardRow => {
    const { description, fence: _, ownerByClaim: _by, worker: _worker, lapsed: _lapsed, ...row } = card;
    return { ...row, described: description !== '', comments: comments.get(card.key) ?? 0, blockedBy: [] };
  };
  /** `unfinished` looks at what is in the live rows: they are put first, and once more where it came out differently. */
  const put = (rows: readonly CardRow[], touched: Iterable<string>): void => {
    live.put(...rows);
    const again: CardRow[] = [];
    for (const key of touched) {
      const row = live.get(key);
      if (!row) continue;
      const blockedBy = unfinished(row.dependencies);
      if (blockedBy.join() !== row.blockedBy.join()) again.push({ ...row, blockedBy });
    }
    if (again.length > 0) live.put(...again);
  };

  const differs = (card: KeptCard, was: CardRow | undefined): boolean =>
    !was || JSON.stringify({ ...rowOf(card), blockedBy: [] }) !== JSON.stringify({ ...was, blockedBy: [] });

  const rows: Rows = {
    live,
    liveColumns,
    column: (id) => liveColumns.get(id),
    columns: () => [...liveColumns.rows()].sort((a, b) => a.position - b.position),
    kindOf,
    dependenciesOf: (key) => live.get(key)?.dependencies ?? [],
    unfinished,
    inColumn: (id) =>
      live
        .rows()
        .filter((row) => row.column === id)
        .sort((a, b) => a.rank - b.rank),
    sorted() {
      const position = (row: CardRow) => liveColumns.get(row.column)?.position ?? 0;
      return [...live.rows()].sort((a, b) => position(a) - position(b) || a.rank - b.rank);
    },
    lapsed: (key) => lapsed.has(key),
    publish(...cards) {
      const touched = new Set<string>();
      const shown = cards.map((card) => {
        const before = live.get(card.key);
        link(card.key, before?.dependencies ?? [], card.dependencies);
        if (card.lapsed) lapsed.add(card.key);
        else lapsed.delete(card.key);
        const done = liveColumns.get(card.column)?.kind === 'done';
        if (done !== isDone(card.key)) for (const key of dependents.get(card.key) ?? []) touched.add(key);
        // Its own are known before it is shown, but for those that come in the same breath.
        return { ...rowOf(card), blockedBy: unfinished(card.dependencies) };
      });
      if (cards.length > 1) for (const { key } of cards) touched.add(key);
      put(shown, touched);
    },
    commented(key) {
      const row = live.get(key);
      comments.set(key, (comments.get(key) ?? 0) + 1);
      if (row) live.put({ ...row, comments: comments.get(key) ?? 0 });
    },
    drop(key) {
      const was = live.get(key);
      if (!was) return;
      const done = isDone(key);
      link(key, was.dependencies, []);
      lapsed.delete(key);
      live.drop(key);
      if (done) put([], dependents.get(key) ?? []);
    },
    reload() {
      const columns = store.columns().map((column, position) => ({ ...column, position }));
      for (const [key, count] of store.comments()) comments.set(key, count);
      const named = new Set(columns.map(({ id }) => id));
      liveColumns.put(...columns);
      liveColumns.drop(...[...liveColumns.rows()].map(({ id }) => id).filter((id) => !named.has(id)));
      const cards = store.all().filter((card) => differs(card, live.get(card.key)));
      for (let i = 0; i < cards.length; i += BATCH) rows.publish(...cards.slice(i, i + BATCH));
      // What a later batch brought may be what an earlier one waits for.
      put(
        [],
        live.rows().map(({ key }) => key),
      );
    },
  };
  return rows;
}
