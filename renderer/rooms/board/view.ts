/**
 * What stands where on the board now: columns in order, all their cards, and those that the filter lets through. Computed
 * once per change, outside of React: a column draws when its own list changed, a card when its own row did.
 */
import { create } from 'zustand';
import { type ColumnRow, orderedColumns, useCards, useColumns } from '../../app/cards.ts';
import { type Around, type Filter, isFiltered, matches, NO_FILTER } from './filter.ts';
import { filterLists, type Lists, listOf, makeLists } from './lists.ts';
import { useMoves } from './moves.ts';

interface View {
  readonly filter: Filter;
  readonly around: Around;
  readonly columns: readonly ColumnRow[];
  readonly all: Lists;
  readonly shown: Lists;
}

export const useView = create<View>(() => ({
  filter: NO_FILTER,
  around: { me: '', today: '', described: new Set(), nodes: new Map() },
  columns: [],
  all: new Map(),
  shown: new Map(),
}));

function compute(): void {
  useView.setState((before) => {
    const { byKey } = useCards.getState();
    const ordered = orderedColumns(useColumns.getState());
    const same = ordered.length === before.columns.length && ordered.every((column, i) => column === before.columns[i]);
    const columns = same ? before.columns : ordered;
    const ids = columns.map(({ id }) => id);
    const all = makeLists(byKey.values(), ids, useMoves.getState().pending, before.all);
    const passes = (key: string) => {
      const row = byKey.get(key);
      return row !== undefined && matches(row, before.filter, before.around);
    };
    const shown = isFiltered(before.filter) ? filterLists(all, passes, before.shown) : all;
    return { columns, all, shown };
  });
}

useCards.subscribe(compute);
useColumns.subscribe(compute);
useMoves.subscribe((now, before) => {
  if (now.pending !== before.pending) compute();
});

export function setFilter(filter: Filter, around: Around): void {
  useView.setState({ filter, around });
  compute();
}

export interface Spot {
  readonly column: string;
  readonly index: number;
}

/** Where a card is among those that are shown. */
export function spotOf(key: string): Spot | null {
  for (const [column, keys] of useView.getState().shown) {
    const index = keys.indexOf(key);
    if (index >= 0) return { column, index };
  }
  return null;
}

export const shownIn = (column: string): readonly string[] => listOf(useView.getState().shown, column);
export const allIn = (column: string): readonly string[] => listOf(useView.getState().all, column);
