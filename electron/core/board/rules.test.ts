import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Card, CardRow } from '../../../shared/contract/board.ts';
import {
  anyCycle,
  cycle,
  FIELDS,
  type KeptCard,
  mayEdit,
  mayMove,
  mayWrite,
  merge,
  type Patch,
  pickNext,
  RANK_STEP,
  rankBetween,
} from './rules.ts';

const ann = { kind: 'user', id: 'ann', name: 'ann' } as const;
const a = { kind: 'session', id: 's_a', name: 'a' } as const;
const b = { kind: 'session', id: 's_b', name: 'b' } as const;
const card = (more: Partial<KeptCard> = {}): KeptCard => ({
  key: 'QD-1',
  title: 'Card',
  description: '',
  column: 'todo',
  rank: 0,
  priority: 'normal',
  owner: null,
  claim: null,
  creator: ann,
  tags: [],
  due: null,
  dependencies: [],
  checklist: [],
  links: { session: null, branch: null, pr: null },
  cost: null,
  review: 'anyone',
  version: 3,
  createdAt: 1,
  updatedAt: 1,
  finishedAt: null,
  fence: 0,
  ownerByClaim: false,
  worker: null,
  lapsed: false,
  ...more,
});

const text = fc.string({ maxLength: 5 });
const orNull = (of: fc.Arbitrary<string>) => fc.option(of, { nil: null });
const fields = {
  title: text,
  description: text,
  priority: fc.constantFrom<Card['priority']>('urgent', 'high', 'normal', 'low'),
  owner: fc.option(fc.constantFrom(ann, a, b), { nil: null }),
  tags: fc.array(text, { maxLength: 3 }),
  due: orNull(fc.constantFrom('2030-01-31', '2031-02-01')),
  dependencies: fc.array(fc.constantFrom('QD-2', 'QD-3'), { maxLength: 3 }),
  checklist: fc.array(fc.record({ id: text, text, done: fc.boolean() }), { maxLength: 2 }),
  cost: fc.option(fc.nat(), { nil: null }),
  review: fc.constantFrom<Card['review']>('anyone', 'other'),
};
const links = { session: orNull(text), branch: orNull(text), pr: orNull(text) };
const whole = fc.record({ ...fields, links: fc.record(links) });
/** Absent and undefined mean the same. */
const patch: fc.Arbitrary<Patch> = fc.record(
  {
    ...Object.fromEntries(
      Object.entries(fields).map(([name, of]) => [name, fc.option(of as fc.Arbitrary<unknown>, { nil: undefined })]),
    ),
    links: fc.record(links, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);

describe('a partial change', () => {
  test('changes what it names and nothing else, and says what it changed', () => {
    fc.assert(
      fc.property(whole, patch, (of, change) => {
        const before = card(of);
        const { card: after, changes } = merge(before, change);
        for (const name of Object.keys(before) as (keyof KeptCard)[]) {
          const given = (FIELDS as readonly string[]).includes(name) ? change[name as keyof Patch] : undefined;
          const want =
            given === undefined ? before[name] : name === 'links' ? { ...before.links, ...(given as object) } : given;
          expect(after[name]).toEqual(want);
          const differs = JSON.stringify(before[name]) !== JSON.stringify(after[name]);
          expect(name in changes).toBe(differs);
          if (differs) expect(changes[name]).toEqual({ before: before[name], after: after[name] });
        }
        expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
        expect(merge(after, change).changes).toEqual({});
      }),
    );
  });

  test('of two that name different fields, the order does not matter', () => {
    fc.assert(
      fc.property(whole, patch, patch, (of, one, two) => {
        const other = Object.fromEntries(Object.entries(two).filter(([name]) => !(name in one))) as Patch;
        const start = card(of);
        const there = merge(merge(start, one).card, other).card;
        expect(merge(merge(start, other).card, one).card).toEqual(there);
      }),
    );
  });
});

describe('ranks', () => {
  test('lie between their neighbours, or the column is spaced anew', () => {
    const rank = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 });
    fc.assert(
      fc.property(fc.option(rank, { nil: undefined }), fc.option(rank, { nil: undefined }), (x, y) => {
        const [above, below] = x !== undefined && y !== undefined && x > y ? [y, x] : [x, y];
        const made = rankBetween(above, below);
        if (made === null) {
          expect((below ?? 0) - (above ?? 0)).toBeLessThan(1e-3);
          return;
        }
        if (above !== undefined) expect(made).toBeGreaterThan(above);
        if (below !== undefined) expect(made).toBeLessThan(below);
      }),
    );
  });

  test('any moves keep the order that was asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(10)), { maxLength: 300 }), (moves) => {
        let order = Array.from({ length: 10 }, (_, i) => ({ id: i, rank: i * RANK_STEP }));
        for (const [id, wanted] of moves) {
          const others = order.filter((each) => each.id !== id);
          const at = Math.min(wanted, others.length);
          const rank = rankBetween(others[at - 1]?.rank, others[at]?.rank);
          const want = [...others.slice(0, at).map((o) => o.id), id, ...others.slice(at).map((o) => o.id)];
          order =
            rank === null
              ? want.map((each, i) => ({ id: each, rank: i * RANK_STEP }))
              : [...others, { id, rank }].sort((x, y) => x.rank - y.rank);
          expect(order.map((o) => o.id)).toEqual(want);
        }
      }),
    );
  });
});

describe('circles of dependencies', () => {
  const graph = fc.array(fc.uniqueArray(fc.nat(7), { maxLength: 3 }), { minLength: 8, maxLength: 8 });
  const reaches = (
    of: (key: string) => readonly string[],
    from: string,
    to: string,
    seen = new Set<string>(),
  ): boolean => of(from).some((next) => next === to || (!seen.has(next) && reaches(of, next, to, seen.add(next))));

  test('are found exactly when there is one, and are named', () => {
    fc.assert(
      fc.property(graph, (edges) => {
        const of = (key: string) => (edges[Number(key)] ?? []).map(String);
        const holds = (way: readonly string[]) => {
          expect(way[0]).toBe(way.at(-1));
          for (const [i, key] of way.slice(0, -1).entries()) expect(of(key)).toContain(way[i + 1]);
        };
        const keys = edges.map((_, i) => String(i));
        for (const key of keys) {
          const way = cycle(key, of(key), of);
          expect(way !== null).toBe(reaches(of, key, key));
          if (way) holds(way);
        }
        const some = anyCycle(keys, of);
        expect(some !== null).toBe(keys.some((key) => reaches(of, key, key)));
        if (some) holds(some);
      }),
    );
  });

  test('are looked for in long chains without end of the stack', () => {
    const of = (key: string) => (Number(key) < 50_000 ? [String(Number(key) + 1)] : []);
    expect(cycle('0', of('0'), of)).toBeNull();
    expect(anyCycle(['0', '1'], of)).toBeNull();
    expect(anyCycle(['0'], (key) => (key === '50000' ? ['0'] : of(key)))).toHaveLength(50_002);
  });
});

describe('who may write', () => {
  const claimed = card({ claim: { by: a, fence: 4, at: 0, expiresAt: 1000 }, worker: a, fence: 4 });
  test.each([
    ['the claimant, with or without its fence', claimed, a, {}, null],
    ['the claimant with its fence', claimed, a, { fence: 4 }, null],
    ['a claimant of before', claimed, b, { fence: 3 }, 'stale'],
    ['a claimant of before, when nobody claims it', card(), a, { fence: 3 }, 'stale'],
    ['another agent', claimed, b, {}, 'taken'],
    ['another agent that read the fence', claimed, b, { fence: 4 }, 'taken'],
    ['a person', claimed, ann, { version: 3 }, null],
    ['a person who saw an older one', claimed, ann, { version: 2 }, 'conflict'],
    ['somebody who saw one that never was', card(), ann, { version: 4 }, 'conflict'],
    ['an agent, when nobody claims it', card(), a, {}, null],
    [
      'an agent, when a person claims it',
      card({ claim: { ...claimed.claim, by: ann } as Card['claim'] }),
      a,
      {},
      'taken',
    ],
  ])('%s', (_who, of, by, seen, code) => {
    expect(mayWrite(of, by, seen)?.code ?? null).toBe(code);
  });

  const column = (kind: 'todo' | 'doing' | 'review' | 'done', limit: number | null = null) => ({
    id: kind,
    title: kind,
    kind,
    limit,
  });
  const move = (
    of: KeptCard,
    by: typeof ann | typeof a | typeof b,
    to: ReturnType<typeof column>,
    holds = 0,
    blockedBy: string[] = [],
  ) => mayMove({ card: of, by, from: column('todo'), to, holds, blockedBy })?.message ?? null;
  test('work and done have their conditions', () => {
    expect(move(card(), a, column('doing'))).toMatch(/claim QD-1 first/);
    expect(move(card(), ann, column('doing'))).toBeNull();
    expect(move(claimed, a, column('doing'))).toBeNull();
    const looked = { ...claimed, review: 'other' } as const;
    expect(move(looked, a, column('done'))).toMatch(/anybody but its owner/);
    expect(move(looked, b, column('done'))).toBeNull();
    expect(move({ ...looked, claim: null }, a, column('done'))).toMatch(/anybody but/);
    expect(move(card({ owner: ann, review: 'other' }), ann, column('done'))).toMatch(/anybody but/);
    expect(move(card(), a, column('done'), 0, ['QD-2'])).toMatch(/waits for QD-2, which is not done/);
    expect(move(card(), ann, column('done'), 0, ['QD-2'])).toBeNull();
    expect(move(card(), ann, column('review', 2), 2)).toMatch(/holds 2 of at most 2 cards/);
    expect(move(card(), ann, column('review', 2), 1)).toBeNull();
    expect(
      mayMove({ card: card(), by: a, from: column('doing', 0), to: column('doing', 0), holds: 9, blockedBy: [] }),
    ).toBeNull();
    const weaker = { review: { before: 'other', after: 'anyone' } };
    expect(mayEdit(looked, a, weaker)?.code).toBe('refused');
    expect(mayEdit(looked, b, weaker)).toBeNull();
    expect(mayEdit(looked, ann, weaker)).toBeNull();
  });
});

test('the next card is the least by priority, kind of column, column and rank, whatever the order of rows', () => {
  const columns = new Map(
    (['todo', 'backlog', 'doing', 'review', 'done'] as const).map((kind, position) => [kind, { kind, position }]),
  );
  const row = fc.record({
    priority: fc.constantFrom<Card['priority']>('urgent', 'high', 'normal', 'low'),
    column: fc.constantFrom('todo', 'backlog', 'doing', 'review', 'done', 'gone'),
    rank: fc.nat(50),
    free: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 30 }), (given) => {
      const rows = given.map(({ free, ...each }, i): CardRow => {
        const { description, fence: _f, ownerByClaim: _o, worker: _w, lapsed: _l, ...rest } = card(each);
        return {
          ...rest,
          key: `QD-${i + 1}`,
          described: description !== '',
          comments: 0,
          blockedBy: free ? [] : ['X-1'],
        };
      });
      const score = (r: CardRow) =>
        ['urgent', 'high', 'normal', 'low'].indexOf(r.priority) * 1000 + (r.column === 'todo' ? 0 : 100) + r.rank;
      const able = rows.filter((r) => r.blockedBy.length === 0 && (r.column === 'todo' || r.column === 'backlog'));
      const best = pickNext(rows, columns, { actor: a, wanted: undefined, has: [] }, () => false);
      if (able.length === 0) expect(best).toBeUndefined();
      else expect(best && score(best)).toBe(Math.min(...able.map(score)));
    }),
  );
});
