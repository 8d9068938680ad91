/** Keys of cards by column, in order, with moves on top that the hub has not answered yet. Pure. */
import type { CardRow } from '../../../shared/contract/board.ts';

export interface PendingMove {
  readonly column: string;
  /** The card that it comes to stand above; null: the end. */
  readonly before: string | null;
}
export type Lists = ReadonlyMap<string, readonly string[]>;
const EMPTY: readonly string[] = [];
export const listOf = (lists: Lists, column: string): readonly string[] => lists.get(column) ?? EMPTY;

const equal = (a: readonly string[] | undefined, b: readonly string[]): a is readonly string[] =>
  a !== undefined && a.length === b.length && a.every((key, i) => key === b[i]);

/** Lists that came out the same as before stay the very same arrays, so that their columns are not drawn again. */
function keep(before: Lists, now: Map<string, string[]>): Lists {
  const kept = new Map<string, readonly string[]>();
  let same = before.size === now.size;
  for (const [column, keys] of now) {
    const old = before.get(column);
    if (equal(old, keys)) kept.set(column, old);
    else {
      kept.set(column, keys);
      same = false;
    }
  }
  return same ? before : kept;
}

/** Every card by column and rank; rows of a column that is not there any more are left out until the rows follow. */
export function makeLists(
  rows: Iterable<CardRow>,
  columns: readonly string[],
  moves: ReadonlyMap<string, PendingMove>,
  before: Lists,
): Lists {
  const byColumn = new Map<string, CardRow[]>(columns.map((id) => [id, []]));
  const moved: string[] = [];
  for (const row of rows) {
    if (moves.has(row.key)) moved.push(row.key);
    else byColumn.get(row.column)?.push(row);
  }
  const now = new Map<string, string[]>();
  for (const [id, list] of byColumn) {
    now.set(
      id,
      list.sort((a, b) => a.rank - b.rank || a.createdAt - b.createdAt).map((row) => row.key),
    );
  }
  // In the order they were made: a later move may stand above an earlier one.
  for (const [key, move] of moves) {
    if (!moved.includes(key)) continue;
    const list = now.get(move.column);
    const at = move.before === null ? -1 : (list?.indexOf(move.before) ?? -1);
    if (at < 0) list?.push(key);
    else list?.splice(at, 0, key);
  }
  return keep(before, now);
}

export function filterLists(all: Lists, passes: (key: string) => boolean, before: Lists): Lists {
  const now = new Map<string, string[]>();
  for (const [column, keys] of all) now.set(column, keys.filter(passes));
  return keep(before, now);
}

/**
 * The card that `key` comes to stand above when it is put into gap `slot` of what is shown (gap 0: above the first). Behind
 * the last one that is shown means right behind it, not behind what the filter hides.
 */
export function beforeOf(all: readonly string[], shown: readonly string[], slot: number, key: string): string | null {
  for (const next of shown.slice(slot)) if (next !== key) return next;
  const last = shown.filter((each) => each !== key).at(-1);
  if (last === undefined) return all.find((each) => each !== key) ?? null;
  const rest = all.slice(all.indexOf(last) + 1);
  return rest.find((each) => each !== key) ?? null;
}

/** It stands there already. */
export function stands(all: readonly string[], key: string, before: string | null): boolean {
  const at = all.indexOf(key);
  return at >= 0 && (all[at + 1] ?? null) === before;
}
