/** Follows the transcript of one running session: what is new since the last look, and what all of it comes to. */
import type { Limit, Tokens } from '../../../shared/contract/agents.ts';
import { Fault } from '../../../shared/fault.ts';
import type { ConversationIndex } from './conversations.ts';
import type { Fact, Phase } from './history/facts.ts';
import { ofId } from './listing.ts';
import type { Entry } from './store.ts';

/** Which transcript: by its path or id where known (hooks tell), else by the folder and the time of the start. */
export interface TailTarget {
  readonly agent: string;
  readonly path?: string;
  readonly conversationId?: string;
  readonly cwd?: string;
  /** Unix milliseconds. */
  readonly startedAfter?: number;
  /** Conversations bound to other sessions. */
  readonly taken?: () => ReadonlySet<string>;
  /** A search of the agent's folders that began less than so many milliseconds ago, for whomever, is good enough. Default 0. */
  readonly searchRestMs?: number;
}

export interface TailState {
  readonly conversationId: string | null;
  readonly path: string;
  readonly cwd: string | null;
  readonly title: string | null;
  /** null: the transcript cannot tell. */
  readonly phase: Phase | null;
  /** Unix milliseconds of the line that said so. */
  readonly phaseAt: number | null;
  readonly error: string | null;
  /** The agent tries again by itself. */
  readonly retrying: boolean;
  /** The error is a usage or rate limit. */
  readonly limited: boolean;
  /** Beginning of the agent's last words, at most 400 characters. */
  readonly said: string | null;
  readonly turns: number;
  readonly tokens: Tokens;
  readonly model: string | null;
  readonly context: {
    readonly used: number;
    readonly window: number | null;
    readonly leftPercent: number | null;
  } | null;
  readonly limits: readonly Limit[];
}

export interface TailNews {
  /** New since the last call, oldest first; the newest 200 when there were more. */
  readonly facts: readonly Fact[];
  readonly state: TailState;
}

export interface Tail {
  /** null while there is no transcript yet, or no single one it could be. */
  next(): Promise<TailNews | null>;
  close(): void;
}

const KEPT = 200;
/** Clocks of the agent and ours may differ a little, and the first line can be older than its file. */
const SLACK_MS = 2000;

export function createTail(index: ConversationIndex, target: TailTarget): Tail {
  let key: string | null = null;
  let unfollow: (() => void) | null = null;
  let queue: Fact[] = [];
  let previous: readonly Fact[] = [];

  const bind = (entry: Entry) => {
    key = entry.key;
    // A database is read whole each time: only what differs from the last reading is news.
    const whole = entry.key.includes('#');
    const known = entry.digest.updatedAt ?? 0;
    unfollow = index.follow(entry.key, (facts) => {
      const news = !whole
        ? facts
        : previous.length === 0
          ? facts.filter((fact) => 'at' in fact && (fact.at ?? 0) > known)
          : facts.slice(sameUntil(previous, facts));
      if (whole) previous = facts;
      queue.push(...news);
      if (queue.length > KEPT) queue = queue.slice(-KEPT);
    });
  };

  return {
    async next() {
      if (key === null) {
        const found = await findTranscript(index, target);
        if (found === null) return null;
        bind(found);
        return { facts: [], state: stateOf(found) };
      }
      const entry = index.entry(key);
      if (entry) await index.touch(target.agent, entry.path);
      const now = index.entry(key);
      if (!now) return null;
      const facts = queue;
      queue = [];
      return { facts, state: stateOf(now) };
    },
    close: () => unfollow?.(),
  };
}

function sameUntil(before: readonly Fact[], now: readonly Fact[]): number {
  let same = 0;
  while (same < before.length && JSON.stringify(before[same]) === JSON.stringify(now[same])) same += 1;
  return same;
}

/** By path, then by id; by folder only when exactly one conversation fits: file times say nothing about whose it is. */
export async function findTranscript(index: ConversationIndex, target: TailTarget): Promise<Entry | null> {
  if (target.path !== undefined) {
    await index.touch(target.agent, target.path);
    return index.entry(target.path) ?? null;
  }
  if (target.conversationId === undefined && target.cwd === undefined)
    throw new Fault('invalid', 'To follow a transcript its path, its id or the session folder is needed.');
  await index.refresh(target.agent, target.searchRestMs);
  if (target.conversationId !== undefined) return ofId(index.entries(), target.agent, target.conversationId);
  const taken = target.taken?.() ?? new Set();
  const after = (target.startedAfter ?? 0) - SLACK_MS;
  const fits = [...index.entries()].filter(({ agent, digest }) => {
    if (agent !== target.agent || digest.hidden || digest.id === null) return false;
    return digest.cwd === target.cwd && (digest.startedAt ?? 0) >= after && !taken.has(digest.id);
  });
  return fits.length === 1 ? (fits[0] ?? null) : null;
}

export function stateOf({ path, digest }: Entry): TailState {
  const { context } = digest;
  const window = context?.window ?? null;
  const leftPercent =
    window !== null && context ? Math.max(0, Math.min(100, Math.round(100 - (100 * context.used) / window))) : null;
  return {
    conversationId: digest.id,
    path,
    cwd: digest.cwd,
    title: digest.userTitle ?? digest.promptTitle ?? digest.agentTitle,
    phase: digest.phase,
    phaseAt: digest.phaseAt,
    error: digest.error,
    retrying: digest.retrying,
    limited: digest.limited,
    said: digest.said,
    turns: digest.turns,
    tokens: digest.tokens,
    model: digest.model,
    context: context && { ...context, leftPercent },
    limits: digest.limits,
  };
}
