import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../../../shared/contract/sessions.ts';
import {
  facetCounts,
  filters,
  fits,
  groupCounts,
  inOrder,
  readView,
  SORTS,
  toggled,
  unread,
  type View,
  writeView,
} from './view.ts';

const session = (given: Partial<Session>): Session => ({
  id: 'x',
  name: 'x',
  agent: 'claude',
  node: 'local',
  cwd: '/home/ann/app',
  command: '',
  flags: '',
  skipPermissions: false,
  tags: [],
  state: 'idle',
  needsYou: false,
  draft: false,
  asks: false,
  retrying: false,
  since: 0,
  evidence: [],
  stalled: false,
  title: '',
  conversationId: null,
  branch: null,
  exit: null,
  resets: null,
  contextLeft: null,
  tokens: null,
  cols: 80,
  rows: 24,
  sizeOwner: null,
  queued: 0,
  held: null,
  paused: false,
  archived: false,
  createdAt: 0,
  startedAt: 0,
  outputAt: null,
  attach: [],
  ...given,
});
const plain = readView('');
const all = [
  session({ id: '1', name: 'api', agent: 'claude', tags: ['back'], state: 'working' }),
  session({ id: '2', name: 'web', agent: 'codex', tags: ['front', 'back'], state: 'approval', needsYou: true }),
  session({ id: '3', name: 'ops', agent: 'codex', node: 'tower', cwd: '/srv', state: 'exited' }),
];
const shown = (view: View) => all.filter((each) => fits(each, view)).map((each) => each.name);

describe('the address', () => {
  it('says the whole view, and any view comes back from it', () => {
    const words = fc.array(fc.string({ minLength: 1 }), { maxLength: 3 }).map((list) => [...new Set(list)]);
    const view = fc.record({
      text: fc.string(),
      group: fc.constantFrom('all', 'needs you', 'working', 'ready', 'ended'),
      facets: fc.record({ node: words, agent: words, folder: words, tag: words }),
      sort: fc.constantFrom(...SORTS),
    });
    // An address is Unicode: half a character cannot be in it.
    fc.assert(
      fc.property(view, (v) => {
        const whole = JSON.parse(JSON.stringify(v).toWellFormed()) as View;
        expect(readView(writeView(whole))).toEqual(whole);
      }),
    );
  });
  it('the plain view needs none, and nonsense is the plain view', () => {
    expect(writeView(plain)).toBe('');
    expect(readView('?state=x&sort=y&z=1')).toEqual(plain);
    expect(filters(plain)).toBe(false);
    expect(filters(readView('sort=recent'))).toBe(false);
  });
});

describe('filters', () => {
  it('any of one facet, all facets together', () => {
    expect(shown(toggled(plain, 'agent', 'codex'))).toEqual(['web', 'ops']);
    expect(shown(toggled(toggled(plain, 'agent', 'codex'), 'tag', 'back'))).toEqual(['web']);
    expect(shown(toggled(toggled(plain, 'tag', 'front'), 'tag', 'back'))).toEqual(['api', 'web']);
    expect(toggled(toggled(plain, 'tag', 'a'), 'tag', 'a')).toEqual(plain);
    expect(shown({ ...plain, text: 'CODEX srv' })).toEqual(['ops']);
  });
  it('counts tell what each choice would show', () => {
    expect(facetCounts(all, plain, 'agent')).toEqual([
      { value: 'codex', count: 2 },
      { value: 'claude', count: 1 },
    ]);
    const codex = toggled(plain, 'agent', 'codex');
    expect(facetCounts(all, codex, 'agent')).toEqual(facetCounts(all, plain, 'agent'));
    expect(facetCounts(all, codex, 'tag')).toEqual([
      { value: 'back', count: 1 },
      { value: 'front', count: 1 },
    ]);
    expect(facetCounts(all, toggled(codex, 'tag', 'gone'), 'tag')).toContainEqual({ value: 'gone', count: 0 });
    expect(groupCounts(all, codex).map((each) => each.count)).toEqual([2, 1, 0, 0, 1]);
  });
});

describe('order', () => {
  it('who waits longest comes first; the rest keeps its place', () => {
    const list = [
      session({ name: 'b', createdAt: 2 }),
      session({ name: 'late', needsYou: true, since: 9, createdAt: 3 }),
      session({ name: 'early', needsYou: true, since: 5, createdAt: 4 }),
      session({ name: 'a', createdAt: 1 }),
    ];
    expect([...list].sort((a, b) => inOrder('needs', a, b)).map((each) => each.name)).toEqual([
      'early',
      'late',
      'a',
      'b',
    ]);
    const said = [
      session({ name: 'old', outputAt: 1 }),
      session({ name: 'never' }),
      session({ name: 'new', outputAt: 7 }),
    ];
    expect(said.sort((a, b) => inOrder('recent', a, b)).map((each) => each.name)).toEqual(['new', 'old', 'never']);
  });
});

describe('unread', () => {
  it('is output after the last look, once the agent has come to rest', () => {
    const looked = { at: 100, first: 0 };
    expect(unread({ state: 'idle', outputAt: 101, stalled: false, startedAt: -9999 }, looked)).toBe(true);
    expect(unread({ state: 'idle', outputAt: 100, stalled: false, startedAt: -9999 }, looked)).toBe(false);
    expect(unread({ state: 'working', outputAt: 101, stalled: false, startedAt: -9999 }, looked)).toBe(false);
    expect(unread({ state: 'working', outputAt: 101, stalled: true, startedAt: -9999 }, looked)).toBe(true);
    expect(unread({ state: 'idle', outputAt: null, stalled: false, startedAt: -9999 }, looked)).toBe(false);
    expect(
      unread({ state: 'idle', outputAt: 50, stalled: false, startedAt: -9999 }, { at: undefined, first: 60 }),
    ).toBe(false);
    expect(unread({ state: 'idle', outputAt: 2000, stalled: false, startedAt: 1000 }, looked)).toBe(false);
  });
});
