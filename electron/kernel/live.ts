/** A live collection: keyed rows, numbered deltas kept for a while, subscribers. What every feed of the contract serves. */
export type Key = string | number;

export interface Delta<Row> {
  readonly seq: number;
  readonly put: readonly Row[];
  readonly drop: readonly Key[];
}

export interface Snapshot<Row> {
  /** Changes with every start of the core: sequence numbers of another epoch mean nothing. */
  readonly epoch: string;
  readonly seq: number;
  readonly rows: readonly Row[];
}

/** What a subscriber may see; a row that stops passing is dropped for that subscriber. */
export type RowFilter<Row> = (row: Row) => boolean;

export interface Live<Row> {
  put(...rows: readonly Row[]): void;
  drop(...keys: readonly Key[]): void;
  get(key: Key): Row | undefined;
  rows(): readonly Row[];
  snapshot(filter?: RowFilter<Row>): Snapshot<Row>;
  /** Deltas after `seq` of `epoch`; null when they are no longer kept: take a snapshot. */
  since(epoch: string, seq: number, filter?: RowFilter<Row>): readonly Delta<Row>[] | null;
  subscribe(listener: (delta: Delta<Row>) => void, filter?: RowFilter<Row>): () => void;
}

export interface LiveOptions<Row> {
  readonly key: (row: Row) => Key;
  /** Deltas kept for clients that come back. */
  readonly history?: number;
  /** Rows kept, oldest dropped first, for endless collections such as logs; default no limit. */
  readonly limit?: number;
}

export function createLive<Row>({ key, history = 512, limit }: LiveOptions<Row>): Live<Row> {
  const epoch = crypto.randomUUID();
  const rows = new Map<Key, Row>();
  const deltas: Delta<Row>[] = [];
  const subscribers = new Set<{ listener: (delta: Delta<Row>) => void; filter: RowFilter<Row> | undefined }>();
  let seq = 0;

  const seen = (delta: Delta<Row>, filter: RowFilter<Row> | undefined): Delta<Row> => {
    if (!filter) return delta;
    const put: Row[] = [];
    const drop: Key[] = [...delta.drop];
    for (const row of delta.put) {
      if (filter(row)) put.push(row);
      else drop.push(key(row));
    }
    return { seq: delta.seq, put, drop };
  };
  const publish = (put: readonly Row[], drop: readonly Key[]) => {
    if (put.length === 0 && drop.length === 0) return;
    const delta = { seq: ++seq, put, drop };
    deltas.push(delta);
    if (deltas.length > history) deltas.splice(0, deltas.length - history);
    for (const { listener, filter } of [...subscribers]) listener(seen(delta, filter));
  };

  return {
    put(...added) {
      for (const row of added) rows.set(key(row), row);
      const dropped: Key[] = [];
      if (limit !== undefined) {
        for (const k of rows.keys()) {
          if (rows.size <= limit) break;
          rows.delete(k);
          dropped.push(k);
        }
      }
      publish(added, dropped);
    },
    drop(...keys) {
      publish(
        [],
        keys.filter((k) => rows.delete(k)),
      );
    },
    get: (k) => rows.get(k),
    rows: () => [...rows.values()],
    snapshot(filter) {
      const all = [...rows.values()];
      return { epoch, seq, rows: filter ? all.filter(filter) : all };
    },
    since(ofEpoch, from, filter) {
      if (ofEpoch !== epoch || from > seq) return null;
      if (from < seq && (deltas[0]?.seq ?? Number.POSITIVE_INFINITY) > from + 1) return null;
      return deltas.filter((d) => d.seq > from).map((d) => seen(d, filter));
    },
    subscribe(listener, filter) {
      const subscriber = { listener, filter };
      subscribers.add(subscriber);
      return () => subscribers.delete(subscriber);
    },
  };
}
