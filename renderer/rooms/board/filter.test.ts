import { describe, expect, it } from 'vitest';
import type { CardRow } from '../../../shared/contract/board.ts';
import { dayOf, type Filter, isOverdue, matches, NO_FILTER, NOBODY, readFilter, writeFilter } from './filter.ts';

const row = (over: Partial<CardRow> = {}): CardRow => ({
  key: 'QD-1',
  title: 'Mend the Sails',
  column: 'todo',
  rank: 0,
  priority: 'normal',
  owner: null,
  claim: null,
  creator: { kind: 'user', id: 'ann', name: 'ann' },
  tags: ['deck'],
  due: null,
  dependencies: [],
  checklist: [],
  links: { session: null, branch: null, pr: null },
  cost: null,
  review: 'anyone',
  version: 1,
  createdAt: 0,
  updatedAt: 0,
  finishedAt: null,
  described: false,
  comments: 0,
  blockedBy: [],
  ...over,
});
const around = { me: 'ann', today: '2026-03-10', described: new Set<string>(), nodes: new Map([['s1', 'far']]) };
const passes = (over: Partial<CardRow>, filter: Partial<Filter>) =>
  matches(row(over), { ...NO_FILTER, ...filter }, around);
const claim = (id: string, kind: 'user' | 'session' = 'user') => ({
  by: { kind, id, name: id },
  fence: 1,
  at: 0,
  expiresAt: 9,
});

describe('a filter in the address', () => {
  it('comes back as it was written, whatever is in it', () => {
    const filter: Filter = {
      text: 'a&b=c #%ü 😀',
      tag: 'x y',
      owner: 'session:s_1',
      priority: 'urgent',
      mine: true,
      blocked: true,
      overdue: true,
      node: 'node_1',
    };
    expect(readFilter(writeFilter(filter))).toEqual(filter);
    expect(writeFilter(NO_FILTER)).toBe('');
  });
  it('leaves out what it does not know', () => {
    expect(readFilter('?priority=huge&mine=yes&what=1')).toEqual(NO_FILTER);
  });
});

describe('a card against a filter', () => {
  it('wants every word, in title, key, tags or people, whatever the case', () => {
    expect(passes({}, { text: 'SAILS qd-1 deck' })).toBe(true);
    expect(passes({}, { text: 'sails mast' })).toBe(false);
    expect(passes({ claim: claim('coder', 'session') }, { text: 'coder' })).toBe(true);
  });
  it('takes what the hub found in descriptions, but only for the text', () => {
    const found = { ...around, described: new Set(['QD-1']) };
    expect(matches(row(), { ...NO_FILTER, text: 'mast' }, found)).toBe(true);
    expect(matches(row(), { ...NO_FILTER, text: 'mast', tag: 'other' }, found)).toBe(false);
  });
  it('is on the machine of a session that claims it, owns it or is linked to it', () => {
    expect(passes({ claim: claim('s1', 'session') }, { node: 'far' })).toBe(true);
    expect(passes({ links: { session: 's1', branch: null, pr: null } }, { node: 'far' })).toBe(true);
    expect(passes({ claim: claim('s1', 'user') }, { node: 'far' })).toBe(false);
    expect(passes({ claim: claim('s2', 'session') }, { node: 'far' })).toBe(false);
    expect(passes({}, { node: 'far' })).toBe(false);
  });
  it('tells an owner from a session of the same name', () => {
    const owner = { kind: 'session' as const, id: 'ann', name: 'ann' };
    expect(passes({ owner }, { owner: 'user:ann' })).toBe(false);
    expect(passes({ owner }, { owner: 'session:ann' })).toBe(true);
    expect(passes({ owner }, { owner: NOBODY })).toBe(false);
    expect(passes({}, { owner: NOBODY })).toBe(true);
  });
  it('counts what I own and what I claim as mine, and nobody else’s', () => {
    expect(passes({ owner: { kind: 'user', id: 'ann', name: 'Ann' } }, { mine: true })).toBe(true);
    expect(passes({ claim: claim('ann') }, { mine: true })).toBe(true);
    expect(passes({ claim: claim('ann', 'session') }, { mine: true })).toBe(false);
  });
  it('knows blocked, priority and overdue', () => {
    expect(passes({ blockedBy: ['QD-9'] }, { blocked: true })).toBe(true);
    expect(passes({}, { blocked: true })).toBe(false);
    expect(passes({ priority: 'low' }, { priority: 'high' })).toBe(false);
    expect(passes({ due: '2026-03-09' }, { overdue: true })).toBe(true);
    expect(passes({ due: '2026-03-10' }, { overdue: true })).toBe(false);
  });
});

describe('overdue', () => {
  it('is a passed day of a card that is not finished', () => {
    expect(isOverdue({ due: '2026-03-09', finishedAt: null }, '2026-03-10')).toBe(true);
    expect(isOverdue({ due: '2026-03-09', finishedAt: 5 }, '2026-03-10')).toBe(false);
    expect(isOverdue({ due: null, finishedAt: null }, '2026-03-10')).toBe(false);
  });
  it('goes by the calendar of the person who looks', () => {
    expect(dayOf(new Date(2026, 0, 5, 23, 59).getTime())).toBe('2026-01-05');
  });
});
