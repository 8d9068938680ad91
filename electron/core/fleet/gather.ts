/** Rows of this hub and of others as one live collection. */
import { createLive, type Key, type Live } from '../../kernel/live.ts';

export interface Gathered<Row> {
  readonly live: Live<Row>;
  /** Null for a row of this hub. */
  nodeOf(key: Key): string | null;
  nodeOfRow(row: Row): string | null;
  keyOf(row: Row): Key;
  /** All rows of one node, as they are now. */
  of(node: string): readonly Row[];
  /** How many that are. */
  size(node: string): number;
  put(node: string, rows: readonly Row[]): void;
  drop(node: string, keys: readonly Key[]): void;
  dropAll(node: string): void;
  close(): void;
}

/** `own`: this hub's rows; they go through here, so that whoever subscribes sees both from one numbered source. */
export function gather<Row>(
  own: Live<Row>,
  key: (row: Row) => Key,
  limits: { limit?: number; history?: number } = {},
): Gathered<Row> {
  const live = createLive<Row>({ key, ...limits });
  const nodes = new Map<Key, string>();
  const sizes = new Map<string, number>();
  const count = (node: string, by: number) => sizes.set(node, (sizes.get(node) ?? 0) + by);
  live.put(...own.rows());
  const stop = own.subscribe(({ put, drop }) => {
    if (put.length > 0) live.put(...put);
    // What went on this hub may be there still, on another.
    const gone = drop.filter((each) => !nodes.has(each));
    if (gone.length > 0) live.drop(...gone);
  });
  const drop = (node: string, keys: readonly Key[]) => {
    const mine = keys.filter((each) => nodes.get(each) === node);
    for (const each of mine) nodes.delete(each);
    count(node, -mine.length);
    if (mine.length > 0) live.drop(...mine);
  };
  return {
    live,
    nodeOf: (each) => nodes.get(each) ?? null,
    nodeOfRow: (row) => nodes.get(key(row)) ?? null,
    keyOf: key,
    size: (node) => sizes.get(node) ?? 0,
    of: (node) => live.rows().filter((row) => nodes.get(key(row)) === node),
    put(node, rows) {
      const fresh = rows.filter((row) => {
        const known = nodes.get(key(row)) ?? (live.get(key(row)) === undefined ? node : null);
        // Ids are random: one that is here already is somebody's mistake, or worse, and stays what it was.
        return known === node;
      });
      for (const row of fresh) {
        if (!nodes.has(key(row))) count(node, 1);
        nodes.set(key(row), node);
      }
      if (fresh.length > 0) live.put(...fresh);
    },
    drop,
    dropAll: (node) =>
      drop(
        node,
        [...nodes].filter(([, of]) => of === node).map(([each]) => each),
      ),
    close: stop,
  };
}
