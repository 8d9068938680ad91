import { expect, test } from 'vitest';
import { createLive, type Delta } from './live.ts';

interface Row {
  readonly id: number;
  readonly text: string;
}
const rows = (limit?: number) =>
  createLive<Row>({ key: (row) => row.id, history: 3, ...(limit === undefined ? {} : { limit }) });
const row = (id: number, text = 'x'): Row => ({ id, text });

test('a snapshot and the deltas after it are the whole truth, without a hole or a double', () => {
  const live = rows();
  live.put(row(1));
  const snapshot = live.snapshot();
  const seen: Delta<Row>[] = [];
  live.subscribe((delta) => seen.push(delta));
  live.put(row(2), row(1, 'y'));
  live.drop(1, 99);
  expect(snapshot.rows).toEqual([row(1)]);
  expect(seen.map((delta) => delta.seq)).toEqual([snapshot.seq + 1, snapshot.seq + 2]);
  expect(seen.at(-1)).toMatchObject({ put: [], drop: [1] });
  expect(live.rows()).toEqual([row(2)]);
});

test('dropping what is not there is no news', () => {
  const live = rows();
  const before = live.snapshot().seq;
  live.drop(1);
  expect(live.snapshot().seq).toBe(before);
});

test('a client that comes back gets what it missed, or nothing when that is no longer kept', () => {
  const live = rows();
  const { epoch, seq } = live.snapshot();
  expect(live.since(epoch, seq)).toEqual([]);
  for (let id = 1; id <= 3; id++) live.put(row(id));
  expect(live.since(epoch, seq)?.map((delta) => delta.put)).toEqual([[row(1)], [row(2)], [row(3)]]);
  live.put(row(4));
  expect(live.since(epoch, seq), 'the first delta is gone').toBeNull();
  expect(live.since(epoch, seq + 1)).toHaveLength(3);
  expect(live.since('another start', seq + 1)).toBeNull();
  expect(live.since(epoch, 99), 'a number from the future').toBeNull();
});

test('who may not see a row never gets it, and loses it when it stops passing', () => {
  const live = rows();
  const open = (each: Row) => each.text === 'open';
  const seen: Delta<Row>[] = [];
  live.subscribe((delta) => seen.push(delta), open);
  live.put(row(1, 'open'), row(2, 'secret'));
  live.put(row(1, 'secret'));
  expect(live.snapshot(open).rows).toEqual([]);
  expect(seen.map(({ put, drop }) => ({ put, drop }))).toEqual([
    { put: [row(1, 'open')], drop: [2] },
    { put: [], drop: [1] },
  ]);
  expect(JSON.stringify(seen)).not.toContain('secret');
});

test('an endless collection keeps its newest rows and says which went', () => {
  const live = rows(2);
  const seen: Delta<Row>[] = [];
  live.subscribe((delta) => seen.push(delta));
  live.put(row(1), row(2));
  live.put(row(3));
  expect(live.rows()).toEqual([row(2), row(3)]);
  expect(seen.at(-1)?.drop).toEqual([1]);
});
