import { expect, it } from 'vitest';
import type { NodeSample } from '../../../shared/contract/nodes.ts';
import { figure, isMuch, linesOf, nowText, roundUp, summary, table, topOf } from './series.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const sample = (ago: number, more: Partial<NodeSample> = {}): NodeSample => ({
  at: NOW - ago * MINUTE,
  load: 1,
  cpus: 2,
  memory: { total: 100, free: 25 },
  disk: null,
  latencyMs: null,
  ...more,
});

it('draws the last hour, with a gap where nothing was heard for minutes', () => {
  const lines = linesOf([sample(70), sample(50), sample(49), sample(10, { load: null }), sample(2)], 'load', NOW);
  expect(lines.map((line) => line.length)).toEqual([2, 1]);
  expect(linesOf([sample(5)], 'memory', NOW)).toEqual([[{ at: NOW - 5 * MINUTE, value: 0.75 }]]);
  expect(linesOf([sample(5)], 'disk', NOW)).toEqual([]);
});

it.each([
  [0, 1],
  [Number.NaN, 1],
  [0.4, 0.5],
  [1, 1],
  [1.01, 2],
  [21, 50],
  [1000, 1000],
])('%d fits under %d', (value, top) => expect(roundUp(value)).toBe(top));

it('scales the load by processors, memory by all of it, the round trip by a round number', () => {
  const points = (...values: number[]) => values.map((value, i) => ({ at: i, value }));
  expect(topOf('load', points(0.1), 4)).toBe(4);
  expect(topOf('load', points(7), 4)).toBe(10);
  expect(topOf('load', [], null)).toBe(1);
  expect(topOf('memory', points(0.2), null)).toBe(1);
  expect(topOf('trip', points(0.2), null)).toBe(1);
  expect(topOf('trip', points(130), null)).toBe(200);
});

it('says it in words', () => {
  expect(nowText(sample(0), 'load')).toBe('1.00 of 2 CPUs');
  expect(nowText(sample(0), 'memory')).toBe('25 B of 100 B free');
  expect(nowText(sample(0), 'trip')).toBe(null);
  expect(figure('disk', 0.505)).toBe('51 %');
  expect(isMuch(sample(0), 'load')).toBe(false);
  expect(isMuch(sample(0, { load: 2.1 }), 'load')).toBe(true);
  expect(isMuch(sample(0, { memory: { total: 100, free: 5 } }), 'memory')).toBe(true);
  const [line = []] = linesOf([sample(2, { load: 0.5 }), sample(1)], 'load', NOW);
  expect(summary('load', line)).toBe('Load over 1 min: now 1.00, between 0.50 and 1.00');
  expect(summary('trip', [])).toMatch(/nothing was heard/);
});

it('is a table of means', () => {
  const rows = table([sample(61), sample(7, { load: 3 }), sample(6), sample(1, { memory: null })], NOW);
  expect(rows.map(({ values }) => values)).toEqual([
    { load: 1, memory: null, disk: null, trip: null },
    { load: 2, memory: 0.75, disk: null, trip: null },
  ]);
});
