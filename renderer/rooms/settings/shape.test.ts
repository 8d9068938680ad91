import { describe, expect, it } from 'vitest';
import { readJson, readNumber, readRows, rowsOf, shapeOf, unitOf } from './shape.ts';

const of = (schema: Record<string, unknown>, summary = '') => shapeOf({ schema, value: null, summary });

describe('shapeOf', () => {
  it('knows each kind by its schema', () => {
    expect(of({ type: 'boolean' }).kind).toBe('switch');
    expect(of({ type: 'integer', minimum: 0, maximum: 9 }, 'Seconds that')).toEqual({
      kind: 'number',
      whole: true,
      least: 0,
      most: 9,
      unit: 'seconds',
    });
    expect(of({ type: 'string', enum: ['a', 'b'] })).toEqual({ kind: 'choice', options: ['a', 'b'] });
    expect(of({ type: 'string' }).kind).toBe('text');
    expect(of({ type: 'array', items: { type: 'string', maxLength: 253 } })).toEqual({ kind: 'list', long: false });
    expect(of({ type: 'array', items: { type: 'string', maxLength: 65_536 } })).toEqual({ kind: 'list', long: true });
    expect(of({ type: 'object', additionalProperties: { type: 'boolean' } }).kind).toBe('flags');
    expect(
      of({
        type: 'object',
        additionalProperties: {
          type: 'object',
          properties: { input: { type: 'number' }, cacheRead: { type: 'number' } },
          required: ['input'],
        },
      }),
    ).toEqual({
      kind: 'table',
      columns: [
        { key: 'input', required: true },
        { key: 'cacheRead', required: false },
      ],
    });
    expect(of({ type: 'array', items: { type: 'object' } }).kind).toBe('json');
    expect(of({}).kind).toBe('json');
  });
  it('goes by the value where a hub tells no schema', () => {
    const by = (value: unknown) => shapeOf({ value, summary: '' }).kind;
    expect([true, 1, 'a', ['a'], [], { a: 1 }, null].map(by)).toEqual([
      'switch',
      'number',
      'text',
      'list',
      'json',
      'json',
      'json',
    ]);
  });
  it.each([
    ['Minutes without a sign', 'minutes'],
    ['Megabytes of output', 'MB'],
    ['Size of terminal text in pixels', 'px'],
    ['Port that the hub listens on', null],
  ])('%s: %s', (summary, unit) => expect(unitOf(summary)).toBe(unit));
});

describe('what was typed', () => {
  const port = { kind: 'number', whole: true, least: 0, most: 65_535, unit: null } as const;
  it('numbers', () => {
    expect(readNumber(' 4097 ', port)).toEqual({ value: 4097 });
    expect(readNumber('2,5', { ...port, whole: false })).toEqual({ value: 2.5 });
    for (const text of ['', 'x', '12x', 'Infinity', '2.5', '-1', '65536']) {
      expect(readNumber(text, port)).toHaveProperty('error');
    }
  });
  it('JSON, with what is wrong in it', () => {
    expect(readJson('{"a": [1]}')).toEqual({ value: { a: [1] } });
    expect(readJson('null')).toHaveProperty('error');
    expect(readJson('{\n "a": x\n}')).toEqual({ error: expect.stringMatching(/^This is not JSON: ./) });
  });
  it('rows of a table', () => {
    const columns = [
      { key: 'input', required: true },
      { key: 'cacheRead', required: false },
    ];
    const value = { 'gpt-5': { input: 1.25 }, __proto__x: { input: 0, cacheRead: 2 } };
    expect(readRows(rowsOf(value, columns), columns)).toEqual({ value });
    const row = (name: string, input: string) => ({ name, cells: { input } });
    expect(readRows([row('a', '1'), row(' a', '2')], columns)).toHaveProperty('error');
    expect(readRows([row('', '1')], columns)).toHaveProperty('error');
    expect(readRows([row('a', '')], columns)).toHaveProperty('error');
    expect(readRows([row('a', '-1')], columns)).toHaveProperty('error');
    const odd = readRows([row('__proto__', '1')], columns);
    expect('value' in odd && JSON.stringify(odd.value)).toBe('{"__proto__":{"input":1}}');
  });
});
