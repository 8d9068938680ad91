import { expect, it } from 'vitest';
import type { Conversation, UsageRow } from '../../../shared/contract/agents.ts';
import { added, type Read, together, whole } from './everywhere.ts';

const talk = (id: string, updatedAt: number): Conversation => ({
  id,
  agent: 'claude',
  title: id,
  agentTitle: null,
  cwd: null,
  startedAt: null,
  updatedAt,
  turns: 1,
  tokens: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 },
  model: null,
  path: `/${id}`,
});
const read = (more: boolean, ...rows: Conversation[]): Read => ({ rows, more, problem: null });
const ids = (of: ReturnType<typeof together>) => of.rows.map(({ node, id }) => `${node}:${id}`);

it('conversations of all machines stand in the order of their time, and none comes in between later', () => {
  const first = new Map([
    ['a', read(true, talk('1', 90), talk('2', 50))],
    ['b', read(false, talk('3', 70), talk('4', 10))],
    ['c', { rows: [], more: false, problem: 'It is away.' }],
  ]);
  expect(ids(together(first))).toEqual(['a:1', 'b:3', 'a:2']);
  expect(together(first).next).toEqual(['a']);
  const second = new Map([...first, ['a', read(false, talk('1', 90), talk('2', 50), talk('5', 20))] as const]);
  expect(ids(together(second))).toEqual(['a:1', 'b:3', 'a:2', 'a:5', 'b:4']);
  expect(together(second).next).toEqual([]);
  expect(together(new Map())).toEqual({ rows: [], next: [] });
});

it('of several machines with more, that one goes on which holds the list up; two that stand alike both do', () => {
  const here = new Map([
    ['a', read(true, talk('1', 90))],
    ['b', read(true, talk('2', 80), talk('3', 30))],
  ]);
  expect(ids(together(here))).toEqual(['a:1']);
  expect(together(here).next).toEqual(['a']);
  const alike = new Map([
    ['a', read(true, talk('1', 50))],
    ['b', read(true, talk('2', 50))],
  ]);
  expect(together(alike).next).toEqual(['a', 'b']);
});

it('what was used is summed by key and agent, and a price that is missing is said to be', () => {
  const row = (key: string, agent: string | null, input: number, cost: number | null): UsageRow => ({
    key,
    agent,
    tokens: { input, output: 1, cacheRead: 2, cacheWrite: 3 },
    turns: 1,
    cost,
    costPartial: false,
  });
  const sums = added([
    [row('opus', 'claude', 10, 1), row('x', 'codex', 1, null)],
    [row('opus', 'claude', 5, 0.5), row('opus', 'opencode', 7, 2)],
    [row('x', 'codex', 4, null)],
  ]);
  expect(sums).toEqual([
    {
      ...row('opus', 'claude', 15, 1.5),
      tokens: { input: 15, output: 2, cacheRead: 4, cacheWrite: 6 },
      turns: 2,
    },
    { ...row('x', 'codex', 5, null), tokens: { input: 5, output: 2, cacheRead: 4, cacheWrite: 6 }, turns: 2 },
    row('opus', 'opencode', 7, 2),
  ]);
  expect(whole('n_1', [row('a', 'claude', 1, 1), row('b', 'codex', 2, null)])).toMatchObject({
    key: 'n_1',
    agent: null,
    tokens: { input: 3 },
    cost: 1,
    costPartial: true,
  });
  expect(whole('n_1', [])).toBe(null);
});
