import { describe, expect, it } from 'vitest';
import { entries } from '../../../shared/contract/contract.ts';
import {
  addressesFor,
  beatRefused,
  GRACE_MS,
  mayRepeat,
  meaning,
  retryIn,
  SILENT_MS,
  type Standing,
  standingOf,
  titleFor,
  wayOf,
} from './rules.ts';

describe('where an entry goes', () => {
  it.each([
    ['sessions.stop', 'session'],
    ['sessions.terminal', 'session'],
    ['prompts.enqueue', 'session'],
    ['files.write', 'session'],
    ['git.isolate', 'session'],
    ['sessions.start', 'node'],
    ['agents.list', 'node'],
    ['nodes.folders', 'node'],
    ['prompts.wait', 'prompt'],
    ['approvals.answer', 'approval'],
    ['recordings.read', 'recording'],
    ['sessions.adopt', 'here'],
    ['board.claim', 'here'],
    ['auth.removeUser', 'here'],
    ['memory.addFact', 'here'],
    ['sessions.rows', 'here'],
  ])('%s by its %s', (name, way) => expect(wayOf(name)).toBe(way));

  it('every call about one session by name has a way, whatever room comes', () => {
    const lost = [...entries].filter(([name, def]) => def.limited === 'session' && wayOf(name) !== 'session');
    expect(lost.map(([name]) => name)).toEqual([]);
  });

  it('repeats what only looks, and a prompt that has an id', () => {
    expect(mayRepeat('sessions.screen', { name: 'a' })).toBe(true);
    expect(mayRepeat('prompts.enqueue', { id: 'p', text: 'x' })).toBe(true);
    expect(mayRepeat('prompts.enqueue', { text: 'x' })).toBe(false);
    for (const name of ['sessions.keys', 'sessions.start', 'approvals.answer'])
      expect(mayRepeat(name, { id: 'x' })).toBe(false);
  });
});

describe('whom a name means', () => {
  const row = (id: string, name: string, node: string) => ({ id, name, node });
  const own = [row('s_1', 'api', 'local'), row('s_2', 'web', 'n_1')];
  const others = [
    row('s_3', 'api', 'h_1'),
    row('s_4', 'docs', 'h_1'),
    row('s_5', 'docs', 'h_2'),
    row('s_6', 'one', 'h_2'),
  ];
  const nodes = [
    { id: 'local', title: 'desk' },
    { id: 'n_1', title: 'box' },
    { id: 'h_1', title: 'alpha' },
    { id: 'h_2', title: 'beta:2' },
  ];
  const means = (text: string) => {
    const found = meaning(text, own, others, nodes);
    return found === null || found.is === 'several' ? found : found.session.id;
  };
  it.each([
    ['api', 's_1'],
    ['s_3', 's_3'],
    ['one', 's_6'],
    ['local:api', 's_1'],
    ['desk:api', 's_1'],
    ['box:web', 's_2'],
    ['local:web', null],
    ['alpha:api', 's_3'],
    ['h_1:s_3', 's_3'],
    ['beta:2:docs', 's_5'],
    ['gamma:api', null],
    ['ap', null],
    ['alpha:', null],
  ])('%s is %s', (text, id) => expect(means(text)).toBe(id));
  it('two on other machines: says which there are', () => {
    expect(means('docs')).toEqual({ is: 'several', choices: ['alpha:docs', 'beta:2:docs'] });
  });
});

it('titles are never shared, and never hold what parts a title from a name', () => {
  const id = 'h_abcdefghijklmnopqrstuvwxy';
  expect(titleFor('box', id, new Set())).toBe('box');
  expect(titleFor('box', id, new Set(['box']))).toBe('box-abcd');
  expect(titleFor('box', id, new Set(['box', 'box-abcd']))).toBe('box-abcde');
  expect(titleFor('a:b\u202e\n', id, new Set())).toBe('a b');
  expect(titleFor('\u0007', id, new Set())).toBe('hub');
});

it('says no loopback address to a hub on another machine', () => {
  const urls = ['http://127.0.0.1:4097', 'http://10.0.0.7:4097'];
  expect(addressesFor('http://central:4097', '', urls)).toEqual(['http://10.0.0.7:4097']);
  expect(addressesFor('http://central:4097', '', urls.slice(0, 1))).toEqual([]);
  for (const near of ['http://localhost:1', 'http://127.0.0.9:1', 'http://[::1]:1'])
    expect(addressesFor(near, '', urls)).toEqual(urls);
  expect(addressesFor('http://central:4097', 'http://me.lan:1', urls)).toEqual(['http://me.lan:1']);
});

it('backs off to a minute, never two at once', () => {
  expect([0, 1, 3].map((n) => retryIn(n, 1))).toEqual([1000, 2000, 8000]);
  expect([50, 5000].map((n) => retryIn(n, 1))).toEqual([60_000, 60_000]);
  expect(retryIn(3, 0)).toBe(4000);
});

it('takes each beat once', () => {
  expect(beatRefused({ lease: 'a', n: 1 }, { lease: 'a', n: 0 })).toBeNull();
  expect(beatRefused({ lease: 'a', n: 1 }, { lease: 'a', n: 1 })).toBe('replayed');
  expect(beatRefused({ lease: 'a', n: 9 }, { lease: 'b', n: 0 })).toBe('unknown');
  expect(beatRefused({ lease: 'a', n: 9 }, null)).toBe('unknown');
});

describe('how a node stands', () => {
  const NOW = 1_000_000;
  const base: Standing = {
    added: false,
    link: 'online',
    linkSince: NOW - 60_000,
    linkProblem: '',
    beatAt: NOW - 1000,
    left: false,
    first: false,
    addresses: 1,
  };
  const state = (change: Partial<Standing>) => standingOf({ ...base, ...change }, NOW);
  it.each<[string, Partial<Standing>, string, string]>([
    ['all well', {}, 'live', ''],
    ['no beats', { beatAt: NOW - SILENT_MS - 1 }, 'degraded', 'no beat'],
    ['being called', { link: 'calling', first: true }, 'connecting', ''],
    [
      'cannot be called back',
      { link: 'away', first: true, linkProblem: 'nothing listens there' },
      'unreachable',
      'called back: nothing',
    ],
    ['a blink', { link: 'away', linkSince: NOW - GRACE_MS, linkProblem: 'broke' }, 'live', ''],
    ['a cut', { link: 'away', linkSince: NOW - GRACE_MS - 1, linkProblem: 'broke' }, 'unreachable', 'broke'],
    ['gone', { link: 'away', linkProblem: 'broke', beatAt: NOW - SILENT_MS - 1 }, 'unreachable', 'broke; no beat'],
    ['left', { left: true, link: 'none' }, 'unreachable', 'shut down'],
    ['listens nowhere', { link: 'none', addresses: 0 }, 'unreachable', '--bind'],
    ['added, silent', { added: true, beatAt: NOW - SILENT_MS - 1 }, 'degraded', 'no figures'],
    ['added, cut', { added: true, link: 'away', linkProblem: 'broke', beatAt: 0 }, 'unreachable', 'broke'],
    ['added, called', { added: true, link: 'calling', first: true }, 'connecting', 'calling it'],
    ['of before', { link: 'none', beatAt: NOW - SILENT_MS - 1 }, 'unreachable', 'since this hub started'],
  ])('%s', (_what, change, expected, problem) => {
    expect(state(change).state).toBe(expected);
    expect(state(change).problem).toContain(problem);
  });
});
