/** What of the board agents work on, and what is left for the next one. Pure. */
import type { CardRow, ColumnKind } from '../../../shared/contract/board.ts';

/** Keys of the cards that sessions hold, the claim that ends first before the others. */
export const heldCards = (cards: Iterable<CardRow>): readonly string[] =>
  [...cards]
    .flatMap(({ key, claim }) => (claim?.by.kind === 'session' ? [{ key, ends: claim.expiresAt }] : []))
    .sort((a, b) => a.ends - b.ends)
    .map(({ key }) => key);

/** How many cards wait for anybody: neither held, owned, nor in need of another one. */
export function freeCards(
  cards: Iterable<CardRow>,
  columns: ReadonlyMap<string, { readonly kind: ColumnKind }>,
): number {
  let count = 0;
  for (const card of cards) {
    const kind = columns.get(card.column)?.kind;
    if (kind !== 'todo' && kind !== 'backlog') continue;
    if (card.claim === null && card.owner === null && card.blockedBy.length === 0) count += 1;
  }
  return count;
}
