import { expect, it } from 'vitest';
import { completed } from './prefix.ts';

it('completes the beginning of one name, never a name that is there, and lists candidates', () => {
  const rows = [
    { id: 's_1', name: 'a' },
    { id: 's_2', name: 'ab' },
    { id: 's_3', name: 'abc' },
    { id: 's_31', name: 'other' },
  ];
  expect(completed(rows, 'a')).toBeNull();
  expect(completed(rows, 's_3')).toBeNull();
  expect(completed(rows, 'oth')).toBe(rows[3]);
  expect(completed(rows.slice(2), 'a')).toBe(rows[2]);
  expect(completed(rows, 'x')).toBeNull();
  expect(() => completed(rows.slice(1), 'a')).toThrow(expect.objectContaining({ code: 'ambiguous' }));
  expect(() => completed(rows.slice(1), 's_')).toThrow(/ab, abc, other/);
});
