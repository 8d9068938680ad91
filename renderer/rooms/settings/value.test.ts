import { describe, expect, it } from 'vitest';
import { kindOf, parse, show } from './value.ts';

describe('values of settings', () => {
  it.each([[true], [0], [4097], ['text'], [''], [['a', 'b']], [{ a: 1, b: [2] }]])(
    '%j is shown and read back',
    (value) => {
      const kind = kindOf(value);
      expect(kind === 'switch' ? { value } : parse(show(value), kind)).toEqual({ value });
    },
  );
  it.each([
    ['', 'number'],
    ['12x', 'number'],
    ['Infinity', 'number'],
    ['[1,', 'json'],
    ['null', 'json'],
  ] as const)('%j is no %s', (text, kind) => expect(parse(text, kind)).toHaveProperty('error'));
  it('keeps a text as it was typed, spaces and all', () => {
    expect(parse(' 12 ', 'text')).toEqual({ value: ' 12 ' });
  });
  it('an unset value is edited as JSON', () => {
    expect(kindOf(null)).toBe('json');
    expect(show(null)).toBe('null');
  });
});
