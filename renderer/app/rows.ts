/**
 * A feed projected: rows by key, kept while the connection is away so that nothing flashes. Rows that did not change
 * keep their identity, so a component that selects one row renders for that row alone.
 */

export interface Rows<Row> {
  /** False until the first snapshot: an empty list before that is not yet an answer. */
  readonly ready: boolean;
  /** Why the hub ended the feed; null while it tells. What it told before stays. */
  readonly refused: string | null;
  readonly byKey: ReadonlyMap<string, Row>;
}

export const noRows = { ready: false, refused: null, byKey: new Map<string, never>() } as const;

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.keys(a);
  if (left.length !== Object.keys(b).length) return false;
  return left.every((key) => Object.hasOwn(b, key) && same(Reflect.get(a, key), Reflect.get(b, key)));
}

/** A whole new collection; equal rows of before stay the very same objects. */
export function replaceRows<Row>(before: Rows<Row>, rows: readonly Row[], keyOf: (row: Row) => string): Rows<Row> {
  const byKey = new Map<string, Row>();
  for (const row of rows) {
    const key = keyOf(row);
    const old = before.byKey.get(key);
    byKey.set(key, old !== undefined && same(old, row) ? old : row);
  }
  return { ready: true, refused: null, byKey };
}

/** Rows put (added or replaced whole) and keys dropped. The order of rows already there does not change. */
export function changeRows<Row>(
  before: Rows<Row>,
  put: readonly Row[],
  drop: readonly (string | number)[],
  keyOf: (row: Row) => string,
): Rows<Row> {
  if (put.length === 0 && drop.length === 0) return before;
  const byKey = new Map(before.byKey);
  for (const key of drop) byKey.delete(String(key));
  for (const row of put) byKey.set(keyOf(row), row);
  return { ...before, byKey };
}
