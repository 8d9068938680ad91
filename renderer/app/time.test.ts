import { describe, expect, it } from 'vitest';
import { ago, short } from './time.ts';

const now = Date.UTC(2026, 5, 15, 12);

describe('ago', () => {
  it.each([
    [0, 'now'],
    [-4000, 'now'],
    [4999, 'now'],
    [5000, '5s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [3_599_999, '59m'],
    [3_600_000, '1h'],
    [86_399_999, '23h'],
    [86_400_000, '1d'],
    [13 * 86_400_000, '13d'],
    [14 * 86_400_000, '1 Jun'],
    [300 * 86_400_000, '19 Aug 2025'],
  ])('%d ms ago is %s', (passed, text) => expect(ago(now - passed, now)).toBe(text));
});

describe('short', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1k'],
    [1234, '1.2k'],
    [9_949, '9.9k'],
    [9_951, '10k'],
    [999_499, '999k'],
    [999_500, '1M'],
    [5_600_000, '5.6M'],
    [999_500_000, '1B'],
  ])('%d is %s', (count, text) => expect(short(count)).toBe(text));
});
