/** The door of the agents room: what can be started and how, what was said before, what it cost, the hooks that tell. */
import {
  type Agent,
  AgentKey,
  AgentOverride,
  type AgentSettings,
  type Conversation,
  type ConversationQuery,
  type HookPlan,
  type LaunchRequest,
  type UsageQuery,
  type UsageRow,
} from '../../../shared/contract/agents.ts';
import { Fault } from '../../../shared/fault.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Db, Host, SqliteReader } from '../../platform/ports.ts';
import { CATALOGUE } from './catalogue.ts';
import { createIndex } from './conversations.ts';
import { createDetection } from './detect.ts';
import { splitWords } from './flags.ts';
import { HISTORIES } from './histories.ts';
import { createHooks, type HooksStanding } from './hooks/hooks.ts';
import { type EventReading, readEvents } from './hooks/spool.ts';
import { type LaunchPlan, launchPlan } from './launch.ts';
import { conversationOf, type isListed, newest, ofId, usageRows } from './listing.ts';
import { patternReader } from './pattern-reader.ts';
import { PRICES } from './prices.ts';
import { readerFor } from './readers/readers.ts';
import type { ScreenReader } from './reading.ts';
import { type AgentSpec, mergeAgents } from './rules.ts';
import { createAgentStore } from './store.ts';
import { createTail, type Tail, type TailTarget } from './tail.ts';

export interface AgentsDeps {
  readonly host: Host;
  readonly db: Db;
  readonly readSqlite: SqliteReader;
  readonly settings: () => AgentSettings;
  readonly clock: Clock;
  /** Absolute path of `qd-hook.sh`, one that stays when the program is updated. */
  readonly hookScript: string;
}

export interface ConversationPage {
  readonly conversations: readonly Conversation[];
  /** True while files are still being read for the first time: more may come. */
  readonly indexing: boolean;
}

export interface Agents {
  /** Every agent with what is known now; what is not known yet is being looked for. With `refresh` it waits for all. */
  list(refresh?: boolean): Promise<readonly Agent[]>;
  /** Fault `not-found` for an unknown key. */
  get(key: string): AgentSpec;
  /** What is wrong with the `agents` setting; null when nothing is. For the settings room's check. */
  check(agents: unknown): string | null;
  launchPlan(request: LaunchRequest): Promise<LaunchPlan>;
  conversations(query: ConversationQuery): Promise<ConversationPage>;
  /** null when there is none of this id. The newest file, should two have it. */
  conversation(agent: string, id: string): Promise<Conversation | null>;
  tail(target: TailTarget): Tail;
  usage(query: UsageQuery): Promise<readonly UsageRow[]>;
  hooks(agent: string): Promise<HooksStanding | null>;
  hookPlan(agent: string, action: 'install' | 'remove'): Promise<HookPlan>;
  installHooks(agent: string): Promise<HookPlan>;
  removeHooks(agent: string): Promise<HookPlan>;
  /** Hook events of one session, from an offset on. */
  events(path: string, offset: number): Promise<EventReading>;
  reader(agentKey: string): ScreenReader;
  /** Called when a listing may have changed. The answer ends it. */
  onChange(listener: () => void): () => void;
}

/** Milliseconds a list waits for what is new, with a page at hand, and without one. */
const WAIT_WARM = 50;
const WAIT_COLD = 3000;

export function createAgents(deps: AgentsDeps): Agents {
  const { host, clock } = deps;
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const store = createAgentStore(deps.db);
  const index = createIndex({ host, readSqlite: deps.readSqlite, store, histories: HISTORIES });
  const detection = createDetection(host, clock.now, changed);
  const hooks = createHooks(host, deps.hookScript);
  index.onChange(changed);

  const words = (line: string) => {
    const split = splitWords(line);
    return split.ok ? split.words : null;
  };

  /** Asked for with every screen that is read: made anew only when the setting is another object. */
  let made: { readonly from: unknown; readonly merged: ReturnType<typeof mergeAgents> } | null = null;
  const readers = new WeakMap<AgentSpec, ScreenReader>();
  const merged = () => {
    const from = deps.settings().agents;
    if (made?.from === from) return made.merged;
    const overrides: Record<string, AgentOverride> = {};
    // A broken entry is left out here and named by `check`: the others must go on working.
    for (const [key, value] of Object.entries(from)) {
      const read = AgentOverride.safeParse(value);
      if (read.success && AgentKey.safeParse(key).success) overrides[key] = read.data;
    }
    made = { from, merged: mergeAgents(CATALOGUE, overrides, words) };
    return made.merged;
  };

  const get = (key: string): AgentSpec => {
    const found = merged().agents.find((agent) => agent.key === key);
    if (found) return found;
    throw new Fault(
      'not-found',
      `There is no agent "${key}". Known are: ${merged()
        .agents.map((each) => each.key)
        .join(', ')}.`,
    );
  };

  const agentOf = async (spec: AgentSpec): Promise<Agent> => {
    const found = detection.get(spec);
    const standing = await hooks.standing(spec.key);
    return {
      key: spec.key,
      title: spec.title,
      kind: spec.kind,
      command: spec.command,
      flags: spec.flags,
      checked: found.checked,
      installed: spec.kind !== 'agent' || found.path !== null,
      path: found.path,
      version: found.version,
      problem: found.problem ?? index.problems().get(spec.key) ?? null,
      install: spec.install,
      home: spec.home,
      skipPermissions: spec.skip && { ...spec.skip, flags: [...spec.skip.flags], env: { ...spec.skip.env } },
      skipsPermissions: deps.settings().skipPermissions[spec.key] ?? false,
      resumes: spec.resume !== null,
      choosesId: spec.sessionIdFlag !== null,
      keepsConversations: HISTORIES.some((history) => history.agent === spec.key),
      hooks: standing?.state ?? null,
      hooksNote: standing?.note ?? null,
      channels: [...spec.channels],
      custom: spec.custom,
    };
  };

  const pause = (ms: number) => new Promise<void>((done) => clock.after(ms, done));

  const lookedAt = new Set<string>();
  /** Waits a moment for what is new; in the very first look longer, until a page is full or all was looked at. */
  const freshen = async (agent: string | undefined, full: () => boolean) => {
    const looked = index.refresh(agent).then(() => {
      lookedAt.add(agent ?? '*');
    });
    if (lookedAt.has('*') || lookedAt.has(agent ?? '*') || full()) return Promise.race([looked, pause(WAIT_WARM)]);
    let stop = () => {};
    const there = new Promise<void>((done) => {
      stop = index.onChange(() => {
        if (full()) done();
      });
    });
    await Promise.race([looked, there, pause(WAIT_COLD)]).finally(() => stop());
  };

  const conversation = async (agent: string, id: string): Promise<Conversation | null> => {
    await index.loaded();
    const find = () => ofId(index.entries(), agent, id);
    let found = find();
    // One that is known is only read on; one that is not may be new.
    if (found && !found.key.includes('#')) await index.touch(agent, found.path);
    else await index.refresh(agent);
    found = find();
    return found ? conversationOf(found) : null;
  };

  return {
    async list(refresh = false) {
      const specs = merged().agents;
      if (refresh) await detection.look(specs);
      return Promise.all(specs.map(agentOf));
    },
    get,
    check(agents) {
      if (typeof agents !== 'object' || agents === null) return 'must be a map of agents by key';
      const overrides: Record<string, AgentOverride> = {};
      for (const [key, value] of Object.entries(agents)) {
        const read = AgentOverride.safeParse(value);
        if (!read.success) {
          const issue = read.error.issues[0];
          return `${[key, ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'not understood'}`;
        }
        if (!AgentKey.safeParse(key).success) return `${key}: use lower-case letters, digits, - and _, at most 40`;
        overrides[key] = read.data;
      }
      return mergeAgents(CATALOGUE, overrides, words).problems[0] ?? null;
    },
    async launchPlan(request) {
      const spec = get(request.agent);
      const found = detection.get(spec);
      const byPath = request.resume !== undefined && spec.resume?.id.some((word) => word.includes('{path}'));
      const known = byPath ? await conversation(spec.key, request.resume ?? '') : null;
      return launchPlan(spec, request, {
        ...(found.path === null ? {} : { binary: found.path }),
        ...(host.env['SHELL'] ? { shell: host.env['SHELL'] } : {}),
        ...(known ? { conversationPath: known.path } : {}),
      });
    },
    async conversations({ agent, cwd, limit, before }) {
      await index.loaded();
      const fits = (entry: Parameters<typeof isListed>[0]) =>
        (agent === undefined || entry.agent === agent) && (cwd === undefined || entry.digest.cwd === cwd);
      const page = () => newest(index.entries(), fits, limit, before);
      await freshen(agent, () => page().length >= limit);
      return { conversations: page().map(conversationOf), indexing: index.indexing };
    },
    conversation,
    tail: (target) => createTail(index, target),
    async usage(query) {
      await index.loaded();
      await freshen(query.agent, () => true);
      const rows = usageRows(store.usage(query), store.turns(query), { ...PRICES, ...deps.settings().prices });
      const weight = (row: UsageRow) =>
        row.tokens.input + row.tokens.output + row.tokens.cacheRead + row.tokens.cacheWrite;
      const sorted =
        query.by === 'day' || query.by === 'turn'
          ? rows.toSorted((a, b) => b.key.localeCompare(a.key, 'en', { numeric: true }))
          : rows.toSorted((a, b) => weight(b) - weight(a));
      return sorted.slice(0, query.limit);
    },
    hooks: (agent) => hooks.standing(agent),
    hookPlan: (agent, action) => hooks.plan(agent, action),
    installHooks: (agent) => hooks.apply(agent, 'install'),
    removeHooks: (agent) => hooks.apply(agent, 'remove'),
    events: (path, offset) => readEvents(host, path, offset),
    reader(key) {
      const spec = merged().agents.find((agent) => agent.key === key);
      if (!spec) return readerFor(key);
      const reader = readers.get(spec) ?? patternReader(spec, readerFor(key));
      readers.set(spec, reader);
      return reader;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
