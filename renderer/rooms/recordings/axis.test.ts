import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Mark } from '../../../shared/contract/recordings.ts';
import { createAxis, markAt, SQUEEZED, span, ticksOf } from './axis.ts';

it('is the time itself when nothing is squeezed', () => {
  const axis = createAxis(1000, 61_000, [[2000, 60_000]], false);
  expect(axis.length).toBe(60_000);
  expect(axis.along(31_000)).toBe(30_000);
  expect(axis.time(30_000)).toBe(31_000);
  expect([axis.along(0), axis.along(1e9), axis.time(-1), axis.time(1e9)]).toEqual([0, 60_000, 1000, 61_000]);
});

it('squeezes silence, and nothing else', () => {
  const axis = createAxis(
    0,
    100_000,
    [
      [10_000, 60_000],
      [70_000, 90_000],
    ],
    true,
  );
  expect(axis.length).toBe(10_000 + SQUEEZED + 10_000 + SQUEEZED + 10_000);
  expect(axis.along(10_000)).toBe(10_000);
  expect(axis.along(60_000)).toBe(10_000 + SQUEEZED);
  expect(axis.along(65_000)).toBe(15_000 + SQUEEZED);
  expect(axis.time(10_000 + SQUEEZED / 2)).toBe(35_000);
});

it('goes there and back, rising, whatever the stretches', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100_000), { maxLength: 40 }), fc.nat(2_000_000), fc.boolean(), (cuts, x, squeeze) => {
      const sorted = [...cuts].sort((a, b) => a - b);
      const quiet: [number, number][] = [];
      for (let i = 0; i + 1 < sorted.length; i += 2) quiet.push([sorted[i] ?? 0, sorted[i + 1] ?? 0]);
      const axis = createAxis(500, 90_000, quiet, squeeze);
      expect(axis.along(axis.time(x))).toBeCloseTo(Math.min(x, axis.length), 3);
      expect(axis.time(x)).toBeLessThanOrEqual(axis.time(x + 1000));
      expect(axis.length).toBeGreaterThanOrEqual(0);
      expect(axis.length).toBeLessThanOrEqual(89_500);
    }),
  );
});

it('an empty recording has a line of no length', () => {
  const axis = createAxis(5, 5, [], true);
  expect([axis.length, axis.along(5), axis.time(0)]).toEqual([0, 0, 5]);
});

it('says times as players do', () => {
  expect([0, 7999, 754_000, 3_723_000, -5].map(span)).toEqual(['0:00', '0:07', '12:34', '1:02:03', '0:00']);
});

const mark = (at: number, kind: Mark['kind']): Mark => ({ at, kind, text: '' });
it('of marks on one spot the most important is shown', () => {
  const axis = createAxis(0, 1000, [], false);
  const marks = [mark(500, 'state'), mark(500.1, 'approval'), mark(500.2, 'prompt'), mark(900, 'exit')];
  expect(ticksOf(marks, axis, 100).map((tick) => tick.kind)).toEqual(['approval', 'exit']);
  expect(
    ticksOf(
      Array.from({ length: 5000 }, (_, i) => mark(i / 5, 'state')),
      axis,
      100,
    ).length,
  ).toBeLessThanOrEqual(101);
});

it('finds the mark that a moment belongs to', () => {
  const marks = [mark(10, 'start'), mark(20, 'prompt'), mark(20, 'state'), mark(30, 'exit')];
  expect([5, 10, 19, 20, 25, 99].map((at) => markAt(marks, at))).toEqual([-1, 0, 0, 2, 2, 3]);
  expect(markAt([], 5)).toBe(-1);
});
