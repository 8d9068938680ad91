import { expect, test } from 'vitest';
import { withoutMarks } from './paste.ts';

test('marks of a paste are taken out, also those that taking out makes; all else stays', () => {
  expect(withoutMarks('a\x1b[201~rm\rb')).toBe('arm\rb');
  expect(withoutMarks('\u009b201~x\x1b[200~')).toBe('x');
  expect(withoutMarks('a\x1b[2\x1b[201~01~b')).toBe('ab');
  expect(withoutMarks('\x1b[31mred\x1b[0m 201~')).toBe('\x1b[31mred\x1b[0m 201~');
});
