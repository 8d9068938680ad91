/** Pages of conversations, newest first, and sums of usage with their cost. Pure over the index and the store's sums. */
import type { Conversation, Price, Tokens, UsageRow } from '../../../shared/contract/agents.ts';
import { addTokens, costOf, NO_TOKENS, priceOf } from './rules.ts';
import type { Entry, UsageSum } from './store.ts';

/** Listed are conversations of people: with at least one prompt, not of sub-agents. */
export function isListed({ digest }: Entry): boolean {
  return !digest.hidden && digest.id !== null && digest.turns > 0;
}

export function conversationOf(entry: Entry): Conversation {
  const { digest } = entry;
  return {
    id: digest.id ?? entry.key,
    agent: entry.agent,
    title: digest.userTitle ?? digest.promptTitle ?? digest.agentTitle ?? 'Untitled',
    agentTitle: digest.agentTitle,
    cwd: digest.cwd,
    startedAt: digest.startedAt,
    updatedAt: digest.updatedAt ?? entry.mtimeMs,
    turns: digest.turns,
    tokens: digest.tokens,
    model: digest.model,
    path: entry.path,
  };
}

/** The newest `limit` entries that fit and are older than `before` (Unix milliseconds). */
export function newest(
  entries: Iterable<Entry>,
  fits: (entry: Entry) => boolean,
  limit: number,
  before = Infinity,
): readonly Entry[] {
  const all: { entry: Entry; at: number }[] = [];
  for (const entry of entries) {
    const at = entry.digest.updatedAt ?? entry.mtimeMs;
    if (at < before && isListed(entry) && fits(entry)) all.push({ entry, at });
  }
  all.sort((a, b) => b.at - a.at || (a.entry.key < b.entry.key ? -1 : 1));
  return all.slice(0, limit).map((each) => each.entry);
}

/**
 * The conversation of this id. Should two files have it (resuming may leave a second one with a header only): the one
 * with prompts, then the newest.
 */
export function ofId(entries: Iterable<Entry>, agent: string, id: string): Entry | null {
  let best: Entry | null = null;
  for (const entry of entries) {
    if (entry.agent !== agent || entry.digest.id !== id) continue;
    const better =
      best === null || (isListed(entry) !== isListed(best) ? isListed(entry) : entry.mtimeMs > best.mtimeMs);
    if (better) best = entry;
  }
  return best;
}

/** Sums by model become rows by key; what no price is known for is left out of the cost, and said. */
export function usageRows(
  sums: readonly UsageSum[],
  turns: ReadonlyMap<string, number>,
  prices: Readonly<Record<string, Price>>,
): readonly UsageRow[] {
  const rows = new Map<string, { tokens: Tokens; agents: Set<string | null>; cost: number | null; partial: boolean }>();
  for (const sum of sums) {
    const row = rows.get(sum.key) ?? { tokens: NO_TOKENS, agents: new Set(), cost: null, partial: false };
    const price = priceOf(sum.model === '' ? null : sum.model, prices);
    row.tokens = addTokens(row.tokens, sum.tokens);
    row.agents.add(sum.agent);
    if (price) row.cost = (row.cost ?? 0) + costOf(sum.tokens, price);
    else row.partial = true;
    rows.set(sum.key, row);
  }
  return [...rows].map(([key, row]) => ({
    key,
    agent: row.agents.size === 1 ? ([...row.agents][0] ?? null) : null,
    tokens: row.tokens,
    turns: turns.get(key) ?? 0,
    cost: row.cost,
    costPartial: row.partial,
  }));
}
