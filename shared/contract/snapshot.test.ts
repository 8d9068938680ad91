/**
 * The contract only grows. `snapshot.json` is its JSON Schema as it was promised; what was there must still be there, take
 * at least what it took and give at least what it gave, unless PROTOCOL rises. `UPDATE_SNAPSHOT=1` writes it anew.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { entries, PROTOCOL } from './contract.ts';

type Json = { readonly [key: string]: unknown };
interface Snapshot {
  readonly protocol: number;
  readonly entries: { readonly [name: string]: Json };
}
const FILE = join(import.meta.dirname, 'snapshot.json');

const schema = (type: z.ZodType, io: 'input' | 'output') =>
  z.toJSONSchema(type, { io, unrepresentable: 'any' }) as Json;
/** `takes` is what clients send, `gives` what they get. */
function snapshot(): Snapshot {
  const all = [...entries].map(([name, def]): [string, Json] => {
    const common = { verb: def.verb, scope: def.scope, limited: def.limited ?? 'never' };
    if (def.verb === 'call') {
      const http = def.http ? { http: { status: 200, as: 'json', ...def.http } } : {};
      return [name, { ...common, ...http, takes: schema(def.input, 'input'), gives: schema(def.output, 'output') }];
    }
    if (def.verb === 'feed') {
      return [name, { ...common, key: def.key, takes: schema(def.params, 'input'), gives: schema(def.row, 'output') }];
    }
    const pipe = { input: def.input, takes: schema(def.params, 'input') };
    return [name, { ...common, ...pipe, control: schema(def.control, 'input'), gives: schema(def.notice, 'output') }];
  });
  return { protocol: PROTOCOL, entries: Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
const object = (value: unknown): Json => (value !== null && typeof value === 'object' ? (value as Json) : {});
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/**
 * What a peer of before would miss. `in` schemas may only widen; `out` schemas may gain fields, values of an enum and
 * kinds of message, which clients ignore when they do not know them, and nothing else.
 */
function narrowed(before: Json, after: Json, way: 'in' | 'out', at = ''): string[] {
  const found: string[] = [];
  const note = (what: string) => found.push(`${at || 'the whole'}: ${what}`);
  const unionOf = (s: Json) => (list(s['anyOf']).length > 0 ? list(s['anyOf']) : list(s['oneOf'])) as readonly Json[];
  const [was, is] = [unionOf(before), unionOf(after)];
  if (was.length > 0 || is.length > 0) {
    const olds = was.length > 0 ? was : [before];
    const news = is.length > 0 ? is : [after];
    // `in`: each old alternative must still be taken. `out`: each new alternative must be one that was known.
    const [must, among] = way === 'in' ? [olds, news] : [news, olds];
    must.forEach((one, i) => {
      const kind = Object.values(object(one['properties'])).some((p) => 'const' in object(p));
      if (way === 'out' && kind && was.length > 0) return;
      const fits = among.some(
        (other) => (way === 'in' ? narrowed(one, other, way) : narrowed(other, one, way)).length === 0,
      );
      if (!fits) note(`alternative ${i} ${way === 'in' ? 'is no longer taken' : 'is new to a peer of before'}`);
    });
    return found;
  }
  const [typesBefore, typesAfter] = [list(before['type']), list(after['type'])];
  const wide = way === 'in' ? typesAfter : typesBefore;
  const narrow = way === 'in' ? typesBefore : typesAfter;
  if (wide.length > 0) {
    if (narrow.length === 0) note('its type became another');
    for (const type of narrow) {
      if (!wide.includes(type) && !(type === 'integer' && wide.includes('number')))
        note(`type ${type} ${way === 'in' ? 'is no longer taken' : 'is new'}`);
    }
  }
  const values = (s: Json) => ('const' in s ? [s['const']] : 'enum' in s ? list(s['enum']) : null);
  const [valuesBefore, valuesAfter] = [values(before), values(after)];
  if (way === 'in' && valuesAfter) {
    if (!valuesBefore) note('only some values are taken now');
    for (const value of valuesBefore ?? []) {
      if (!valuesAfter.includes(value)) note(`value ${JSON.stringify(value)} is no longer taken`);
    }
  }
  if (way === 'out' && valuesBefore && !valuesAfter) note('anything may come now where values were named');
  if (way === 'in') {
    for (const limit of ['maxLength', 'maximum', 'maxItems', 'exclusiveMaximum']) {
      const [old, now] = [before[limit], after[limit]];
      if (typeof now === 'number' && (typeof old !== 'number' || now < old)) note(`${limit} shrank to ${now}`);
    }
    for (const limit of ['minLength', 'minimum', 'minItems', 'exclusiveMinimum']) {
      const [old, now] = [before[limit], after[limit]];
      if (typeof now === 'number' && (typeof old !== 'number' || now > old)) note(`${limit} rose to ${now}`);
    }
    for (const rule of ['pattern', 'format'])
      if (after[rule] !== undefined && !same(before[rule], after[rule])) note(`${rule} changed`);
    if (after['additionalProperties'] === false && before['additionalProperties'] !== false)
      note('unknown fields are refused now');
    for (const field of list(after['required']))
      if (!list(before['required']).includes(field)) note(`${field} is required now`);
  } else {
    for (const field of list(before['required']))
      if (!list(after['required']).includes(field)) note(`${field} may be missing now`);
  }
  const after_ = object(after['properties']);
  for (const [field, old] of Object.entries(object(before['properties']))) {
    const now = after_[field];
    if (now === undefined) note(`the field ${field} is gone`);
    else found.push(...narrowed(object(old), object(now), way, `${at}.${field}`));
  }
  for (const part of ['items', 'additionalProperties']) {
    if (typeof before[part] === 'object' && typeof after[part] === 'object')
      found.push(...narrowed(object(before[part]), object(after[part]), way, `${at}[]`));
  }
  return found;
}

function broken(before: Snapshot, after: Snapshot): string[] {
  return Object.entries(before.entries).flatMap(([name, old]) => {
    const now = after.entries[name];
    if (!now) return [`${name} is gone`];
    const fixed = ['verb', 'scope', 'http', 'key', 'input']
      .filter((k) => !same(old[k], now[k]))
      .map((k) => `${name}: ${k} changed`);
    const reach = ['never', 'session', 'filtered'];
    if (reach.indexOf(String(now['limited'])) < reach.indexOf(String(old['limited'])))
      fixed.push(`${name}: limited tokens may less`);
    for (const [part, way] of [
      ['takes', 'in'],
      ['control', 'in'],
      ['gives', 'out'],
    ] as const) {
      if (old[part] !== undefined)
        fixed.push(...narrowed(object(old[part]), object(now[part]), way).map((p) => `${name} ${part} ${p}`));
    }
    return fixed;
  });
}

describe('the contract', () => {
  it('keeps what was promised, or raises PROTOCOL; and its snapshot is up to date', async () => {
    const now = snapshot();
    // As it is read back, without keys that are undefined.
    const plain = JSON.parse(JSON.stringify(now)) as Snapshot;
    const text = `${JSON.stringify(plain, null, 1)}\n`;
    const committed = await readFile(FILE, 'utf8').catch(() => null);
    if (committed !== null) {
      const before = JSON.parse(committed) as Snapshot;
      if (plain.protocol <= before.protocol) expect(broken(before, plain)).toEqual([]);
      expect(plain.protocol).toBeGreaterThanOrEqual(before.protocol);
    }
    if (process.env['UPDATE_SNAPSHOT'] === '1') await writeFile(FILE, text);
    else expect(committed, 'run UPDATE_SNAPSHOT=1 npx vitest run shared/contract').toBe(text);
  });

  it('sees what was removed or narrowed, and lets grow what may', () => {
    const input = (s: z.ZodType) => schema(s, 'input');
    const output = (s: z.ZodType) => schema(s, 'output');
    const base = z.object({ a: z.string().max(10), b: z.enum(['x', 'y']).optional() });
    const taken = (s: z.ZodType) => narrowed(input(base), input(s), 'in');
    expect(taken(base.extend({ c: z.string().optional() }))).toEqual([]);
    expect(taken(base.extend({ a: z.string().max(20), b: z.enum(['x', 'y', 'z']).optional() }))).toEqual([]);
    for (const worse of [
      base.omit({ b: true }),
      base.required(),
      base.strict(),
      base.extend({ a: z.string().max(9) }),
      base.extend({ a: z.string().max(10).regex(/^x/) }),
      base.extend({ a: z.number() }),
      base.extend({ b: z.enum(['x']).optional() }),
      base.extend({ c: z.string() }),
    ]) {
      expect(taken(worse)).not.toEqual([]);
    }
    const given = (s: z.ZodType) => narrowed(output(base), output(s), 'out');
    expect(given(base.extend({ c: z.string() }))).toEqual([]);
    expect(given(base.required())).toEqual([]);
    expect(given(base.extend({ b: z.enum(['x', 'y', 'z']) }))).toEqual([]);
    for (const worse of [
      base.omit({ a: true }),
      base.partial(),
      base.extend({ a: z.string().nullable() }),
      base.extend({ b: z.string() }),
    ]) {
      expect(given(worse)).not.toEqual([]);
    }
    const union = z.union([z.string(), z.object({ k: z.literal('a') })]);
    expect(narrowed(input(union), input(z.string()), 'in')).not.toEqual([]);
    expect(narrowed(input(z.string()), input(union), 'in')).toEqual([]);
    expect(narrowed(output(z.string()), output(union), 'out')).not.toEqual([]);
    const one = {
      protocol: 1,
      entries: { 'a.b': { verb: 'call', scope: 'read', limited: 'filtered', takes: {}, gives: {} } },
    };
    expect(broken(one, { protocol: 1, entries: {} })).toEqual(['a.b is gone']);
    const other = { 'a.b': { ...one.entries['a.b'], scope: 'run', limited: 'never' } };
    expect(broken(one, { protocol: 1, entries: other })).toEqual([
      'a.b: scope changed',
      'a.b: limited tokens may less',
    ]);
  });
});
