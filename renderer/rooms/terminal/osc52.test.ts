import { expect, it } from 'vitest';
import { clipboardText } from './osc52.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

it.each([
  [`c;${base64('hello')}`, 'hello'],
  [`;${base64('grüße 日本')}`, 'grüße 日本'],
  [`s;${base64('x\ny')}`, 'x\ny'],
  ['c;?', null],
  ['c;', null],
  [`p;${base64('primary only')}`, null],
  ['c;***', null],
  [`c;${Buffer.from([0xff, 0xfe]).toString('base64')}`, null],
  ['nothing', null],
])('%j', (data, text) => expect(clipboardText(data)).toBe(text));
