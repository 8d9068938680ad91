/** What one line of an agent's transcript says, in one vocabulary for all agents, and how facts add up to a conversation. Pure. */
import type { Limit, Tokens } from '../../../../shared/contract/agents.ts';
import { addTokens, NO_TOKENS } from '../rules.ts';
import { promptText, titleOf } from './prompt.ts';

export type Fact =
  | {
      readonly kind: 'about';
      readonly id?: string;
      readonly cwd?: string;
      readonly at?: number;
      readonly model?: string;
      /** A sub-agent or side thread: not listed, its usage counts for `parent`. */
      readonly parent?: string;
      readonly hidden?: boolean;
    }
  /** `user`: a name given by a person. */
  | { readonly kind: 'title'; readonly text: string; readonly by: 'user' | 'agent' }
  /** The raw text of a user message; synthetic ones are sorted out when it is added. */
  | { readonly kind: 'prompt'; readonly at: number; readonly text: string; readonly attachment?: boolean }
  /** The whole history written anew: all user texts in it. */
  | { readonly kind: 'rewrite'; readonly prompts: readonly string[] }
  | { readonly kind: 'said'; readonly at: number; readonly text: string }
  /** Something of a turn under way: a tool call, a result, a task begun. */
  | { readonly kind: 'working'; readonly at: number }
  | { readonly kind: 'ended'; readonly at: number }
  /** The agent spoke, and nothing in its file can tell whether the turn goes on. */
  | { readonly kind: 'unclear'; readonly at: number }
  | { readonly kind: 'interrupted'; readonly at: number }
  | {
      readonly kind: 'failed';
      readonly at: number;
      readonly message: string;
      readonly retrying: boolean;
      readonly limited: boolean;
    }
  /** Tokens of one model answer; the same key again replaces the earlier count. */
  | {
      readonly kind: 'usage';
      readonly at: number;
      readonly key: string;
      readonly model: string | null;
      readonly tokens: Tokens;
      readonly side: boolean;
    }
  /** A running sum over the conversation, used only where no `usage` is given. */
  | { readonly kind: 'total'; readonly at: number; readonly tokens: Tokens }
  | { readonly kind: 'context'; readonly used: number; readonly window: number | null }
  | { readonly kind: 'limits'; readonly limits: readonly Limit[] };

export type Phase = 'working' | 'done' | 'interrupted' | 'error';

/** What is known of one conversation after some lines: small, and stored as JSON so that reading goes on where it stopped. */
export interface Digest {
  id: string | null;
  cwd: string | null;
  parent: string | null;
  hidden: boolean;
  userTitle: string | null;
  agentTitle: string | null;
  promptTitle: string | null;
  startedAt: number | null;
  updatedAt: number | null;
  turns: number;
  tokens: Tokens;
  model: string | null;
  /** null: the transcript cannot tell. */
  phase: Phase | null;
  phaseAt: number | null;
  retrying: boolean;
  error: string | null;
  limited: boolean;
  /** Beginning of the last thing the agent said. */
  said: string | null;
  context: { used: number; window: number | null } | null;
  limits: readonly Limit[];
  /** Newest answers by key, so that a line that comes again is not counted twice. */
  recent: [key: string, tokens: Tokens, turn: number][];
  total: Tokens | null;
  counted: boolean;
  lastPrompt: { text: string; at: number } | null;
}

export function emptyDigest(): Digest {
  return {
    id: null,
    cwd: null,
    parent: null,
    hidden: false,
    userTitle: null,
    agentTitle: null,
    promptTitle: null,
    startedAt: null,
    updatedAt: null,
    turns: 0,
    tokens: NO_TOKENS,
    model: null,
    phase: null,
    phaseAt: null,
    retrying: false,
    error: null,
    limited: false,
    said: null,
    context: null,
    limits: [],
    recent: [],
    total: null,
    counted: false,
    lastPrompt: null,
  };
}

/** Tokens to book. `first` is false when they correct an answer already booked under the same key. */
export interface Booking {
  readonly key: string;
  readonly first: boolean;
  readonly at: number;
  readonly turn: number;
  readonly model: string | null;
  readonly side: boolean;
  readonly tokens: Tokens;
}

const RECENT = 48;
const SAID = 400;

/** Adds one fact; the answer is the usage to book for it. */
export function addFact(digest: Digest, fact: Fact): Booking | null {
  if ('at' in fact && fact.at !== undefined && Number.isFinite(fact.at)) {
    digest.startedAt ??= fact.at;
    digest.updatedAt = Math.max(digest.updatedAt ?? 0, fact.at);
  }
  switch (fact.kind) {
    case 'about':
      // The first one counts: a forked file carries its ancestor's header further down.
      digest.id ??= fact.id ?? null;
      digest.cwd ??= fact.cwd ?? null;
      digest.parent ??= fact.parent ?? null;
      digest.model = fact.model ?? digest.model;
      digest.hidden ||= fact.hidden ?? false;
      return null;
    case 'title':
      if (fact.by === 'user') digest.userTitle = titleOf(fact.text);
      else digest.agentTitle = titleOf(fact.text);
      return null;
    case 'prompt':
      addPrompt(digest, fact);
      return null;
    case 'rewrite': {
      const real = fact.prompts.map(promptText).filter((text) => text !== null);
      digest.turns = Math.max(digest.turns, real.length);
      if (real[0] !== undefined) digest.promptTitle ??= titleOf(real[0]);
      return null;
    }
    case 'said':
      if (fact.text.trim() !== '') digest.said = clip(fact.text.trim(), SAID);
      return null;
    case 'working':
      setPhase(digest, 'working', fact.at);
      return null;
    case 'ended':
      // An end after an error or an interrupt is the end of the same turn, not a success.
      if ((digest.phase !== 'error' || digest.retrying) && digest.phase !== 'interrupted')
        setPhase(digest, 'done', fact.at);
      return null;
    case 'unclear':
      setPhase(digest, null, fact.at);
      return null;
    case 'interrupted':
      setPhase(digest, 'interrupted', fact.at);
      return null;
    case 'failed':
      setPhase(digest, 'error', fact.at);
      digest.error = clip(fact.message, 300);
      digest.retrying = fact.retrying;
      digest.limited = fact.limited;
      return null;
    case 'usage':
      return addUsage(digest, fact);
    case 'total': {
      const before = digest.total ?? NO_TOKENS;
      const step = addTokens(fact.tokens, before, -1);
      const grew = step.input >= 0 && step.output >= 0 && step.cacheRead >= 0 && step.cacheWrite >= 0;
      digest.total = fact.tokens;
      // A sum that fell was started anew; what it says then is all new.
      const tokens = grew ? step : fact.tokens;
      if (digest.counted || isZero(tokens)) return null;
      digest.tokens = addTokens(digest.tokens, tokens);
      const key = `total:${fact.at}:${fact.tokens.input}:${fact.tokens.output}`;
      return { key, first: true, at: fact.at, turn: digest.turns, model: digest.model, side: false, tokens };
    }
    case 'context':
      digest.context = { used: fact.used, window: fact.window };
      return null;
    case 'limits':
      digest.limits = fact.limits;
      return null;
  }
}

function addPrompt(digest: Digest, fact: Extract<Fact, { kind: 'prompt' }>): void {
  const text = promptText(fact.text) ?? (fact.attachment && fact.text.trim() === '' ? '' : null);
  if (text === null) return;
  // Some versions write one prompt twice, as an event and as an item.
  const last = digest.lastPrompt;
  if (last !== null && last.text === text.slice(0, 80) && Math.abs(fact.at - last.at) < 1000) return;
  digest.lastPrompt = { text: text.slice(0, 80), at: fact.at };
  digest.turns += 1;
  if (text !== '') digest.promptTitle ??= titleOf(text);
  setPhase(digest, 'working', fact.at);
}

function addUsage(digest: Digest, fact: Extract<Fact, { kind: 'usage' }>): Booking | null {
  if (fact.model !== null && !fact.side) digest.model = fact.model;
  if (!fact.side) digest.counted = true;
  const { key, at, model, side } = fact;
  const known = digest.recent.find((each) => each[0] === key);
  const tokens = known ? addTokens(fact.tokens, known[1], -1) : fact.tokens;
  if (isZero(tokens)) return null;
  if (!side) digest.tokens = addTokens(digest.tokens, tokens);
  const turn = known?.[2] ?? digest.turns;
  if (known) known[1] = fact.tokens;
  else digest.recent = [...digest.recent.slice(-(RECENT - 1)), [key, fact.tokens, turn]];
  return { key, first: known === undefined, at, turn, model, side, tokens };
}

function setPhase(digest: Digest, phase: Phase | null, at: number): void {
  digest.phase = phase;
  digest.phaseAt = at;
  digest.retrying = false;
  if (phase !== 'error') digest.error = null;
  digest.limited = false;
}

function isZero(tokens: Tokens): boolean {
  return tokens.input === 0 && tokens.output === 0 && tokens.cacheRead === 0 && tokens.cacheWrite === 0;
}

export function clip(text: string, max: number): string {
  return text.length <= max ? text : `${Array.from(text.slice(0, max)).slice(0, -1).join('')}…`;
}
