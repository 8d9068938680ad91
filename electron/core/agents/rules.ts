/** What an agent is, how the user's settings change it, and what a token costs. Pure. */
import type { AgentOverride, Channel, Price, SkipPermissions, Tokens } from '../../../shared/contract/agents.ts';
import type { State } from '../../../shared/contract/states.ts';

/** One agent program as data. */
export interface AgentSpec {
  readonly key: string;
  readonly title: string;
  readonly kind: 'agent' | 'shell' | 'custom';
  /** Program name, or the user's own command line. */
  readonly command: string;
  /** Names looked for on the PATH, best first. */
  readonly binaries: readonly string[];
  readonly versionArgv: readonly string[];
  /** Default flags, shell-like. */
  readonly flags: string;
  readonly env: Readonly<Record<string, string>>;
  readonly skip: SkipPermissions | null;
  /** Other spellings that switch the questions off: seeing one of them in the flags means the session asks nothing. */
  readonly skipAliases: readonly (readonly string[])[];
  /** Words with `{id}` or `{path}`; `front` puts them before all flags, as a sub-command needs. */
  readonly resume: {
    readonly id: readonly string[];
    readonly latest: readonly string[] | null;
    readonly front: boolean;
  } | null;
  readonly sessionIdFlag: string | null;
  /** Sub-commands that hold no conversation, such as a sign-in: they take none of the flags of one. */
  readonly chores: readonly string[];
  readonly install: string | null;
  readonly home: string | null;
  /** tmux key names that stop a turn. Twice the same key within 1.5 s: see `interruptGapMs`. */
  readonly interruptKeys: readonly string[];
  /** Milliseconds between two interrupt keys. Where one Escape is enough a second within 1.5 s opens a rewind picker. */
  readonly interruptGapMs: number;
  /** Typed into the composer to leave, then Enter; null where only keys do it. */
  readonly leaveText: string | null;
  readonly leaveKeys: readonly string[];
  readonly channels: readonly Channel[];
  /** Screen patterns of the user's own agents. */
  readonly ready: string | null;
  readonly states: Readonly<Partial<Record<State, string>>>;
  /** Defined or changed by the user's settings. */
  readonly custom: boolean;
}

/** A new agent of the user's own, before its override is laid over it. */
export function blankAgent(key: string): AgentSpec {
  return {
    key,
    title: key,
    kind: 'agent',
    command: key,
    binaries: [key],
    versionArgv: ['--version'],
    flags: '',
    env: {},
    skip: null,
    skipAliases: [],
    resume: null,
    sessionIdFlag: null,
    chores: [],
    install: null,
    home: null,
    interruptKeys: ['Escape'],
    interruptGapMs: 0,
    leaveText: null,
    leaveKeys: ['C-c', 'C-c'],
    channels: [],
    ready: null,
    states: {},
    custom: true,
  };
}

export type Words = (line: string) => readonly string[] | null;

export interface Merged {
  readonly agents: readonly AgentSpec[];
  /** Fields that could not be taken over, for the user to correct. */
  readonly problems: readonly string[];
}

/** The built-in agents with the user's overrides laid over them field by field, then the user's own agents. */
export function mergeAgents(
  builtIn: readonly AgentSpec[],
  overrides: Readonly<Record<string, AgentOverride>>,
  words: Words,
): Merged {
  const problems: string[] = [];
  const known = new Set(builtIn.map((agent) => agent.key));
  const take = (base: AgentSpec, over: AgentOverride | undefined) =>
    over ? applyOverride(base, over, words, (problem) => problems.push(`agents.${base.key}.${problem}`)) : base;
  const agents = builtIn.map((agent) => take(agent, overrides[agent.key]));
  for (const [key, over] of Object.entries(overrides)) if (!known.has(key)) agents.push(take(blankAgent(key), over));
  return { agents, problems };
}

function applyOverride(base: AgentSpec, over: AgentOverride, words: Words, problem: (text: string) => void): AgentSpec {
  const split = (field: 'flags' | 'skipFlags' | 'resume' | 'resumeLatest'): readonly string[] | null => {
    const line = over[field];
    if (line === undefined) return null;
    const parts = words(line);
    if (parts === null) problem(`${field}: a quote is not closed`);
    return parts;
  };
  const skipFlags = split('skipFlags');
  const resumeId = split('resume');
  const latest = split('resumeLatest');
  let resume = base.resume;
  if (resumeId && !resumeId.some((word) => word.includes('{id}') || word.includes('{path}'))) {
    problem('resume: needs {id} or {path} in it');
  } else if (resumeId) {
    resume = { id: resumeId, latest: latest ?? base.resume?.latest ?? null, front: !resumeId[0]?.startsWith('-') };
  } else if (latest && base.resume) {
    resume = { ...base.resume, latest };
  }
  const command = over.command ?? base.command;
  return {
    ...base,
    title: over.title ?? base.title,
    command,
    binaries: over.command === undefined ? base.binaries : [words(command)?.[0] ?? command],
    flags: over.flags !== undefined && split('flags') !== null ? over.flags : base.flags,
    env: { ...base.env, ...over.env },
    skip:
      skipFlags || over.skipEnv
        ? { flags: [...(skipFlags ?? base.skip?.flags ?? [])], env: { ...(over.skipEnv ?? base.skip?.env) } }
        : base.skip,
    resume,
    sessionIdFlag: over.sessionIdFlag ?? base.sessionIdFlag,
    install: over.install ?? base.install,
    interruptKeys: over.interruptKeys ?? base.interruptKeys,
    leaveText: over.leaveText ?? base.leaveText,
    ready: over.ready ?? base.ready,
    states: { ...base.states, ...over.states },
    custom: true,
  };
}

export const NO_TOKENS: Tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

export function addTokens(a: Tokens, b: Tokens, sign: 1 | -1 = 1): Tokens {
  return {
    input: a.input + sign * b.input,
    output: a.output + sign * b.output,
    cacheRead: a.cacheRead + sign * b.cacheRead,
    cacheWrite: a.cacheWrite + sign * b.cacheWrite,
  };
}

/** The price with the longest name that begins the model's name (a provider in front of it left out); null when unknown. */
export function priceOf(model: string | null, prices: Readonly<Record<string, Price>>): Price | null {
  if (model === null) return null;
  let best: string | null = null;
  for (const candidate of [model, model.slice(model.lastIndexOf('/') + 1)]) {
    for (const name of Object.keys(prices)) {
      // `gpt-5` must not price `gpt-5.1` nor `gpt-50`: after the name only a date or a variant mark may follow.
      const rest = candidate.slice(name.length);
      const fits = candidate.startsWith(name) && /^$|^\[|^@|^-\d{6,8}$|^-latest$|^-preview/.test(rest);
      if (fits && name.length > (best?.length ?? 0)) best = name;
    }
  }
  return best === null ? null : (prices[best] ?? null);
}

/** Dollars. Cached tokens without a price of their own cost what input costs. */
export function costOf(tokens: Tokens, price: Price): number {
  return (
    (tokens.input * price.input +
      tokens.output * price.output +
      tokens.cacheRead * (price.cacheRead ?? price.input) +
      tokens.cacheWrite * (price.cacheWrite ?? price.input)) /
    1_000_000
  );
}
