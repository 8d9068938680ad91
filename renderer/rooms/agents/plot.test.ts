import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { UsageRow } from '../../../shared/contract/agents.ts';
import { daysBetween, money, stacks, ticks, tokensOf } from './plot.ts';

const row = (key: string, input: number, cost: number | null = null): UsageRow => ({
  key,
  agent: null,
  tokens: { input, output: 1, cacheRead: 2, cacheWrite: 3 },
  turns: 1,
  cost,
  costPartial: false,
});

it('ticks are round, few, and reach above every value', () => {
  expect(ticks(97)).toEqual([0, 50, 100]);
  expect(ticks(1)).toEqual([0, 0.5, 1]);
  expect(ticks(0)).toEqual([0, 1]);
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (most) => {
      const all = ticks(most);
      expect(all[0]).toBe(0);
      expect(all.at(-1)).toBeGreaterThanOrEqual(most * (1 - 1e-9));
      expect(all.length).toBeGreaterThan(1);
      expect(all.length).toBeLessThan(7);
    }),
  );
});

it('a span has each of its days once, over months and summer time', () => {
  expect(daysBetween('2026-02-27', '2026-03-02')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02']);
  expect(daysBetween('2026-10-24', '2026-10-26')).toHaveLength(3);
  expect(daysBetween('2026-03-02', '2026-03-01')).toEqual([]);
  expect(daysBetween('nonsense', '2026-03-01')).toEqual([]);
});

it('stacks series day by day', () => {
  const made = stacks(
    ['a', 'b'],
    [
      { name: 'claude', rows: [row('a', 4)] },
      { name: 'codex', rows: [row('a', 14), row('b', 0)] },
    ],
    'tokens',
  );
  expect(made).toEqual([
    {
      day: 'a',
      total: 30,
      parts: [
        { series: 'claude', from: 0, to: 10 },
        { series: 'codex', from: 10, to: 30 },
      ],
    },
    { day: 'b', total: 6, parts: [{ series: 'codex', from: 0, to: 6 }] },
  ]);
  expect(stacks(['a'], [{ name: 'x', rows: [row('a', 4)] }], 'cost')[0]).toMatchObject({ total: 0, parts: [] });
  expect(tokensOf(row('a', 4))).toBe(10);
});

it('says money as people read it', () => {
  expect([0, 0.001, 0.5, 12.345, 1234.5].map(money)).toEqual(['$0', '< $0.01', '$0.50', '$12.35', '$1235']);
});
