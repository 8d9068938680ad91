/** What several machines answer, put together. Pure. */
import type { Conversation, UsageRow } from '../../../shared/contract/agents.ts';

/** How long an answer is waited for: a machine's first look reads all of its files. */
export const FIRST_LOOK = { timeoutMs: 60_000 };

/** What is read of one machine so far. */
export interface Read {
  readonly rows: readonly Conversation[];
  /** It has older ones than these. */
  readonly more: boolean;
  /** Why the last question had no answer. */
  readonly problem: string | null;
}

export interface Found extends Conversation {
  readonly node: string;
}

/** Two machines may hold the same conversation (a home folder that both mount): each is a row of its own. */
export const keyOf = ({ node, agent, path, id }: Found): string => `${node} ${agent} ${path} ${id}`;

/**
 * Newest first over all machines. Where one has older ones that are not read yet, what is older than its last row waits, so
 * that nothing comes in between later; `next` are the machines that hold the list up.
 */
export function together(read: ReadonlyMap<string, Read>): {
  readonly rows: readonly Found[];
  readonly next: readonly string[];
} {
  const ends = [...read].flatMap(([node, { rows, more }]) => {
    const last = rows.at(-1)?.updatedAt;
    return more && last !== undefined ? [{ node, last }] : [];
  });
  const horizon = Math.max(Number.NEGATIVE_INFINITY, ...ends.map(({ last }) => last));
  return {
    rows: [...read]
      .flatMap(([node, { rows }]) => rows.map((row) => ({ ...row, node })))
      .filter(({ updatedAt }) => updatedAt >= horizon)
      .sort((a, b) => b.updatedAt - a.updatedAt),
    next: ends.filter(({ last }) => last === horizon).map(({ node }) => node),
  };
}

/** One row a key and agent out of the rows of several machines. What has no price anywhere has none in the sum. */
export function added(all: readonly (readonly UsageRow[])[]): readonly UsageRow[] {
  const sums = new Map<string, UsageRow>();
  for (const row of all.flat()) {
    const key = `${row.key}\n${row.agent ?? ''}`;
    const before = sums.get(key);
    sums.set(key, before ? sum(before, row) : row);
  }
  return [...sums.values()];
}

function sum(a: UsageRow, b: UsageRow): UsageRow {
  return {
    key: a.key,
    agent: a.agent === b.agent ? a.agent : null,
    tokens: {
      input: a.tokens.input + b.tokens.input,
      output: a.tokens.output + b.tokens.output,
      cacheRead: a.tokens.cacheRead + b.tokens.cacheRead,
      cacheWrite: a.tokens.cacheWrite + b.tokens.cacheWrite,
    },
    turns: a.turns + b.turns,
    cost: a.cost === null && b.cost === null ? null : (a.cost ?? 0) + (b.cost ?? 0),
    costPartial: a.costPartial || b.costPartial || (a.cost === null) !== (b.cost === null),
  };
}

/** All of a machine as one row under its id; null where it used nothing. */
export function whole(node: string, rows: readonly UsageRow[]): UsageRow | null {
  const [first, ...rest] = rows.map((row) => ({ ...row, key: node }));
  return first ? rest.reduce(sum, first) : null;
}
