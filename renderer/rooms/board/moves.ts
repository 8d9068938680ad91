/** Moving cards at once on the screen, then in the hub; what it refuses goes back to where it was, and why is said. */
import { create } from 'zustand';
import type { Card, CardRow } from '../../../shared/contract/board.ts';
import { isFault } from '../../../shared/fault.ts';
import { cardNow, learn, useColumns } from '../../app/cards.ts';
import { messageOf, wire } from '../../app/connect.ts';
import { toast } from '../../ui/Toasts.tsx';
import type { PendingMove } from './lists.ts';

interface Moves {
  readonly pending: ReadonlyMap<string, PendingMove>;
  /** Cards that have just gone back, to be shown at them. */
  readonly refused: ReadonlyMap<string, string>;
}
export const useMoves = create<Moves>(() => ({ pending: new Map(), refused: new Map() }));

/** Milliseconds that a card shows that it went back. */
const REFUSED_MS = 6000;

function setPending(key: string, move: PendingMove | null): void {
  useMoves.setState(({ pending }) => {
    const next = new Map(pending);
    next.delete(key);
    if (move) next.set(key, move);
    return { pending: next };
  });
}

function tellRefused(key: string, why: string): void {
  useMoves.setState(({ refused }) => ({ refused: new Map(refused).set(key, why) }));
  setTimeout(
    () =>
      useMoves.setState(({ refused }) => {
        if (refused.get(key) !== why) return {};
        const next = new Map(refused);
        next.delete(key);
        return { refused: next };
      }),
    REFUSED_MS,
  );
}

export const columnTitle = (id: string): string => useColumns.getState().byKey.get(id)?.title ?? id;
export const cardOfFault = (error: unknown): Card | null =>
  isFault(error) ? ((error.data?.['card'] as Card | undefined) ?? null) : null;

const newest = new Map<string, PendingMove>();

/**
 * `seen`: the card as the person saw it when they took it. A newer card in the same column is no reason to refuse; one that
 * somebody moved meanwhile is. Answers whether it went well.
 */
export async function moveCard(seen: CardRow, move: PendingMove): Promise<boolean> {
  const { key } = seen;
  newest.set(key, move);
  setPending(key, move);
  const send = (version: number) =>
    wire().call('board.move', { key, column: move.column, before: move.before, version });
  try {
    let card: Card;
    try {
      card = await send(seen.version);
    } catch (failure) {
      const now = isFault(failure, 'conflict') ? cardOfFault(failure) : null;
      if (!now || now.column !== seen.column) throw failure;
      card = await send(now.version);
    }
    learn(card);
    return true;
  } catch (failure) {
    const now = isFault(failure, 'conflict') ? cardOfFault(failure) : null;
    const why =
      now && now.column !== seen.column
        ? `somebody moved it to ${columnTitle(now.column)} meanwhile`
        : messageOf(failure);
    tellRefused(key, why);
    toast('bad', `${key} was not moved: ${why}`);
    return false;
  } finally {
    // A later move of the same card is still on its way: its place stays.
    if (newest.get(key) === move) {
      newest.delete(key);
      setPending(key, null);
    }
  }
}

/** To the end of a column, as a menu or a command asks. */
export function moveTo(key: string, column: string): void {
  const row = cardNow(key);
  if (row && row.column !== column) void moveCard(row, { column, before: null });
}
