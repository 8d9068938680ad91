/** The board's rows, followed while a screen that shows them is open, and kept until sign-out so that coming back flashes nothing. */
import { useEffect } from 'react';
import { create } from 'zustand';
import type { CardRow } from '../../shared/contract/board.ts';
import type { FeedRow } from '../../shared/contract/contract.ts';
import { useAuth } from './connect.ts';
import { follow, type RowsStore } from './feeds.ts';
import { changeRows, noRows, type Rows } from './rows.ts';

export type ColumnRow = FeedRow<'board.columnRows'>;

export const useCards: RowsStore<CardRow> = create<Rows<CardRow>>(() => noRows);
export const useColumns: RowsStore<ColumnRow> = create<Rows<ColumnRow>>(() => noRows);

useAuth.subscribe(({ stage }) => {
  if (stage === 'in') return;
  useCards.setState(noRows, true);
  useColumns.setState(noRows, true);
});

/** Follows both feeds while the component is there; answers why the hub ended them, null while it did not. */
export function useBoardFeeds(): string | null {
  const cards = useCards((rows) => rows.refused);
  const columns = useColumns((rows) => rows.refused);
  useEffect(() => {
    const stops = [
      follow('board.cards', useCards, (row) => row.key),
      follow('board.columnRows', useColumns, (row) => row.id),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  return cards ?? columns;
}

export const useCard = (key: string): CardRow | undefined => useCards((rows) => rows.byKey.get(key));
export const cardNow = (key: string): CardRow | undefined => useCards.getState().byKey.get(key);

/** Takes an answer of the hub into the rows, unless the feed was faster. */
export function learn(
  card: Omit<CardRow, 'described' | 'comments' | 'blockedBy'> & { readonly description?: string },
): void {
  const before = cardNow(card.key);
  if (!before || before.version >= card.version) return;
  const { description, ...rest } = card;
  const row: CardRow = {
    ...before,
    ...rest,
    described: description === undefined ? before.described : description !== '',
  };
  useCards.setState((rows) => changeRows(rows, [row], [], (each) => each.key), true);
}

export const orderedColumns = (rows: Rows<ColumnRow>): readonly ColumnRow[] =>
  [...rows.byKey.values()].sort((a, b) => a.position - b.position);
