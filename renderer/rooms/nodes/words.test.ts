import { expect, it } from 'vitest';
import { size, skew, trip, until } from './words.ts';

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KB'],
  [7.84 * 2 ** 30, '7.8 GB'],
  [400 * 2 ** 30, '400 GB'],
  [1.25 * 2 ** 40, '1.3 TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(size(bytes)).toBe(text);
});

it.each([
  [0.42, '0.4 ms'],
  [9.96, '10 ms'],
  [300.2, '300 ms'],
  [1300, '1.3 s'],
])('%d ms are %s', (ms, text) => {
  expect(trip(ms)).toBe(text);
});

it.each([
  [900, 'now'],
  [-5000, 'now'],
  [7100, 'in 8 s'],
  [180_000, 'in 3 min'],
])('%d ms from now is %s', (ms, text) => {
  expect(until(1_000_000 + ms, 1_000_000)).toBe(text);
});

it.each([
  [4000, null],
  [-61_000, 'Its clock is 61 s behind'],
  [600_000, 'Its clock is 10 min ahead'],
])('a clock %d ms away is told as %s', (ms, text) => {
  expect(skew(ms)).toBe(text);
});
