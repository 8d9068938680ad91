import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fact, Note } from '../../../shared/contract/memory.ts';
import { Fault } from '../../../shared/fault.ts';
import { createTestClock } from '../../kernel/clock.ts';
import type { Asked, Principal } from '../../kernel/handlers.ts';
import type { Db } from '../../platform/ports.ts';
import { openDb } from '../../platform/sqlite.ts';
import { migrate } from '../migrations/migrate.ts';
import { createMemory, type Memory } from './memory.ts';

let dir: string;
let db: Db;
let room: Memory;
const clock = createTestClock();
const open = () =>
  createMemory({ db, clock, sessions: { get: (id) => (id === 's_1' ? ({ name: 'fixer' } as never) : undefined) } });
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'qd-memory-'));
  db = openDb(join(dir, 'core.db'));
  migrate(db);
  room = open();
});
afterEach(async () => {
  db.close();
  await rm(dir, { recursive: true, force: true });
});

const asked = (who: Partial<Principal>): Asked => ({
  who: { user: 'ann', tokenId: 't', via: 'browser', scopes: new Set(['admin']), sessions: null, ...who },
  address: 'test',
  signal: new AbortController().signal,
});
const ann = asked({});
const agent = asked({ user: 'agent fixer', via: 'agent', scopes: new Set(['read']), sessions: new Set(['s_1']) });
const limited = asked({ via: 'token', sessions: new Set(['s_1']) });

const add = (name: string, body = '', more: { id?: string; tags?: string[] } = {}, who = ann) =>
  room.handlers['memory.addNote']({ name, body, tags: [], ...more }, who) as Note;
const write = (note: string, version: number, change: { body?: string; name?: string; tags?: string[] }, who = ann) =>
  room.handlers['memory.writeNote']({ note, version, ...change }, who) as Note;
const get = (note: string, version?: number) =>
  room.handlers['memory.note']({ note, ...(version && { version }) }, ann) as Note;
const search = (q: string, more = {}) =>
  (room.handlers['memory.notes']({ q, limit: 100, ...more }, ann) as { name: string; found: string }[]).map(
    (n) => n.name,
  );
const history = (note: string) =>
  room.handlers['memory.noteHistory']({ note }, ann) as { version: number; name: string; by: { name: string } }[];
const faultOf = (run: () => unknown): Fault => {
  try {
    run();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('no fault came');
};

describe('a note', () => {
  it('is made, read and changed by people and agents, each named', () => {
    const made = add('Plan', 'first', { tags: ['build', 'Build'] });
    expect(made).toMatchObject({ version: 1, tags: ['build'], createdBy: { kind: 'user', id: 'ann' } });
    const next = write('plan', 1, { body: 'second' }, agent);
    expect(next).toMatchObject({
      id: made.id,
      version: 2,
      body: 'second',
      updatedBy: { kind: 'session', id: 's_1', name: 'fixer' },
    });
    expect(get(made.id, 1).body).toBe('first');
    expect(history('Plan').map((v) => [v.version, v.by.name])).toEqual([
      [2, 'fixer'],
      [1, 'ann'],
    ]);
  });

  it('of two writers the second gets the newer text, and neither loses a word', () => {
    const { version } = add('Plan', 'base');
    write('Plan', version, { body: 'of the agent' }, agent);
    const fault = faultOf(() => write('Plan', version, { body: 'of ann' }));
    expect(fault.code).toBe('conflict');
    expect(fault.data?.['note']).toMatchObject({ version: 2, body: 'of the agent', name: 'Plan' });
    expect(get('Plan').body).toBe('of the agent');
    expect(write('Plan', 2, { body: 'of both' }).version).toBe(3);
    expect([1, 2, 3].map((n) => get('Plan', n).body)).toEqual(['base', 'of the agent', 'of both']);
  });

  it('said again by a sender who heard no answer is no conflict and no version', () => {
    add('Plan', 'a');
    write('Plan', 1, { body: 'b' });
    expect(write('Plan', 1, { body: 'b' }).version).toBe(2);
    const made = add('Once', 'x', { id: 'mine' });
    expect(add('Once', 'x', { id: 'mine' })).toEqual(made);
    expect(faultOf(() => add('Once', 'y', { id: 'mine' })).code).toBe('conflict');
    expect(faultOf(() => add('Once', 'x', { id: 'mine' }, agent)).code).toBe('conflict');
  });

  it('a change changes what it names', () => {
    add('Plan', 'text', { tags: ['a'] });
    expect(write('Plan', 1, { tags: ['b'] })).toMatchObject({ body: 'text', name: 'Plan', tags: ['b'] });
  });

  it('has a name of its own, whatever the case', () => {
    const first = add('Straße  Ä', '', { id: 'one' });
    expect(faultOf(() => add('STRAßE ä')).code).toBe('taken');
    add('Two');
    expect(faultOf(() => write('Two', 1, { name: 'straße ä' })).code).toBe('taken');
    expect(write('one', 1, { name: 'STRASSE' }).id).toBe(first.id);
    expect(faultOf(() => add('one')).code).toBe('taken');
    expect(faultOf(() => add('Three', '', { id: 'Two' })).code).toBe('taken');
  });

  it('a rename takes the links of others along, in code not', () => {
    add('Old', 'I am [[Old]]');
    add('Other', 'see [[old|it]], `[[Old]]`');
    expect(get('Old').backlinks).toEqual(['Other']);
    const renamed = write('Old', 1, { name: 'New' });
    expect(renamed).toMatchObject({ body: 'I am [[New]]', backlinks: ['Other'] });
    expect(get('Other')).toMatchObject({ version: 2, body: 'see [[New|it]], `[[Old]]`', links: ['New'] });
    expect(faultOf(() => write('Other', 1, { body: 'stale' })).code).toBe('conflict');
  });

  it('that was put away comes back, and its name is free meanwhile', () => {
    const { id } = add('Plan', 'precious');
    room.handlers['memory.removeNote']({ note: 'plan' }, ann);
    expect(faultOf(() => get('Plan')).code).toBe('gone');
    expect(search('')).toEqual([]);
    expect(search('precious', { removed: true })).toEqual(['Plan']);
    add('Plan', 'another');
    expect(faultOf(() => room.handlers['memory.restoreNote']({ note: id }, ann)).code).toBe('taken');
    write('Plan', 1, { name: 'Later' });
    expect(room.handlers['memory.restoreNote']({ note: 'Plan' }, ann)).toMatchObject({
      id,
      body: 'precious',
      version: 2,
    });
    write(id, 2, { body: 'changed' });
    expect(room.handlers['memory.restoreNote']({ note: id, version: 1 }, ann)).toMatchObject({
      body: 'precious',
      version: 4,
    });
    expect(get(id, 3).body).toBe('changed');
  });

  it('keeps its last 200 versions', () => {
    add('Log');
    for (let i = 0; i < 210; i += 1) room.handlers['memory.appendNote']({ note: 'Log', text: `line ${i}` }, agent);
    expect(history('Log')).toHaveLength(200);
    expect(history('Log').at(-1)?.version).toBe(12);
    expect(get('Log').body.split('\n')).toHaveLength(211);
  });

  it('is found by all of the words, in any script and case', () => {
    add('One', 'Die GRÜNE Wiese\nund mehr');
    add('Zwei', 'grüne Äpfel', { tags: ['obst'] });
    add('日本語のメモ', 'テスト');
    add('Percent', '100% _sure_ \'quoted" \\');
    expect(search('grüne').sort()).toEqual(['One', 'Zwei']);
    expect(search('WIESE grüne')).toEqual(['One']);
    expect(search('obst')).toEqual(['Zwei']);
    expect(search('本語')).toEqual(['日本語のメモ']);
    expect(search('100% _sure_ \'quoted" \\')).toEqual(['Percent']);
    expect(search('%')).toEqual(['Percent']);
    expect(search('nothing')).toEqual([]);
  });

  it('takes any text as it is', () => {
    const body = 'tab\t \u202e \u{1f600} \r\n end\u2028';
    expect(add('Odd', `${body}\0`).body).toBe(body);
    expect(faultOf(() => add('Big', 'é'.repeat(600_000))).code).toBe('too-large');
  });

  it('is there after a start anew, in the feed too', () => {
    add('Plan', 'text');
    room = open();
    const { live } = room.handlers['memory.noteRows']({}, ann);
    expect(live.rows()).toMatchObject([{ name: 'Plan' }]);
    expect(JSON.stringify(live.rows())).not.toContain('body');
  });
});

describe('facts', () => {
  const fact = (project: string, text: string, who = ann) =>
    room.handlers['memory.addFact']({ project, text }, who) as Fact;
  const facts = (input: { project?: string; q?: string }) =>
    (room.handlers['memory.facts'](input, ann) as Fact[]).map((f) => f.text);

  it('belong to a project, those of * to all', () => {
    fact('deck', 'uses Node 24');
    fact('/home/ann/other/', 'needs Redis');
    fact('*', 'speak plainly');
    expect(facts({ project: 'deck' }).sort()).toEqual(['speak plainly', 'uses Node 24']);
    expect(facts({ project: 'other' }).sort()).toEqual(['needs Redis', 'speak plainly']);
    expect(facts({ q: 'NODE' })).toEqual(['uses Node 24']);
  });

  it('are changed with their version, and what they said is kept', () => {
    const { id } = fact('deck', 'uses Node 22', agent);
    room.handlers['memory.editFact']({ id, version: 1, text: 'uses Node 24' }, ann);
    const stale = faultOf(() => room.handlers['memory.editFact']({ id, version: 1, text: 'uses Bun' }, agent));
    expect([stale.code, stale.data?.['fact']]).toMatchObject(['conflict', { text: 'uses Node 24', version: 2 }]);
    room.handlers['memory.removeFact']({ id }, agent);
    expect(facts({})).toEqual([]);
    expect(faultOf(() => room.handlers['memory.editFact']({ id, version: 2, text: 'x' }, ann)).code).toBe('gone');
    expect(room.handlers['memory.factHistory']({ id }, ann)).toMatchObject([
      { version: 3, removed: true, by: { name: 'fixer' } },
      { version: 2, removed: false, text: 'uses Node 24', by: { name: 'ann' } },
      { version: 1, text: 'uses Node 22' },
    ]);
  });
});

it('a token limited to some sessions sees none of it', () => {
  add('Secret');
  for (const ask of [
    () => room.handlers['memory.notes']({ limit: 10 }, limited),
    () => room.handlers['memory.note']({ note: 'Secret' }, limited),
    () => room.handlers['memory.noteHistory']({ note: 'Secret' }, limited),
    () => room.handlers['memory.facts']({}, limited),
    () => room.handlers['memory.noteRows']({}, limited),
    () => room.handlers['memory.factRows']({}, limited),
    () => room.handlers['memory.appendNote']({ note: 'Secret', text: 'x' }, limited),
    () => room.handlers['memory.removeNote']({ note: 'Secret' }, limited),
  ]) {
    expect(faultOf(ask).code).toBe('forbidden');
  }
});
