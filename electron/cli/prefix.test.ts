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

it('completes names of sessions on other machines, with the machine before them or without', () => {
  const at = (id: string, name: string, node: string) => ({ id, name, attach: ['qd', 'attach', `${node}:${name}`] });
  const rows = [at('s_1', 'helm', 'alpha'), at('s_2', 'helm', 'beta'), at('s_3', 'hold', 'beta')];
  expect(completed(rows, 'beta:hel')).toBe(rows[1]);
  expect(completed(rows, 'hol')).toBe(rows[2]);
  expect(completed(rows, 'beta:helm')).toBeNull();
  expect(completed(rows, 'gamma:h')).toBeNull();
  expect(() => completed(rows, 'he')).toThrow(/alpha:helm, beta:helm/);
});
