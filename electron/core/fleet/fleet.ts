/**
 * The door of the fleet room, the top of the ladder: hubs on other machines. It wraps the handlers of all rooms, so that no
 * other room knows of other hubs: to those who ask, a session there is a session here. See README of the floor for why.
 */
import { cpus, freemem, loadavg, totalmem } from 'node:os';
import { entries } from '../../../shared/contract/contract.ts';
import { PROTOCOL, SCOPES } from '../../../shared/contract/define.ts';
import type { AboutHub, ToldLine } from '../../../shared/contract/fleet.ts';
import type { HubEvent } from '../../../shared/contract/hub.ts';
import type { LogLine } from '../../../shared/contract/logs.ts';
import type { Node } from '../../../shared/contract/nodes.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import { Fault } from '../../../shared/fault.ts';
import type { Transport } from '../../../shared/wire/transports.ts';
import type { Audit } from '../../kernel/audit.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Asked, Handlers, Principal } from '../../kernel/handlers.ts';
import { createLive, type Live } from '../../kernel/live.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { AskHub, Db, DialHub } from '../../platform/ports.ts';
import type { Agents } from '../agents/agents.ts';
import type { Auth } from '../auth/auth.ts';
import type { Nodes } from '../nodes/nodes.ts';
import type { SettingsAccess } from '../settings/settings.ts';
import { createAsking } from './asking.ts';
import { gather } from './gather.ts';
import { createHubs } from './hubs.ts';
import { createJoining } from './joining.ts';
import { type HubKey, openKey } from './keys.ts';
import { createLists } from './lists.ts';
import { createMachines } from './machines.ts';
import type { Rows } from './mirror.ts';
import { createRegistry } from './registry.ts';
import { answerFacts, type Remembered } from './remember.ts';
import { wayOf } from './rules.ts';
import { createFleetStore } from './store.ts';
import { createTelling } from './telling.ts';
import { createWays } from './ways.ts';

type FleetHandlers = Pick<Handlers, Extract<keyof Handlers, `fleet.${string}`>>;

export interface FleetDeps {
  /** The handlers of all rooms below. */
  readonly own: Omit<Handlers, keyof FleetHandlers>;
  readonly db: Db;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit: Audit;
  readonly logs: { readonly live: Live<LogLine>; take(node: string, lines: readonly ToldLine[]): void };
  readonly memory: Remembered;
  /** From now on taken out of every log line. */
  readonly hide: (secret: string) => void;
  readonly settings: Pick<SettingsAccess, 'value'>;
  readonly auth: Pick<Auth, 'hubToken' | 'tokenStands' | 'dropToken'>;
  readonly agents: Pick<Agents, 'list'>;
  readonly nodes: Pick<Nodes, 'toPort'>;
  readonly dial: DialHub;
  readonly ask: AskHub;
  readonly connect: (hub: string, token: string) => Transport;
  readonly refusal: (hub: string, token: string) => Promise<string | null>;
  /** Folder of the key. */
  readonly dir: string;
  readonly version: string;
  readonly home: string;
  readonly tmuxVersion: string | null;
  /** This machine's title. */
  readonly title: string;
}

export interface Fleet {
  /** All there is, with other hubs behind. */
  readonly handlers: Handlers;
  resolveSession(name: string): string | null;
  /** Whether the entry looks by itself at the nodes that a token is limited to. */
  looksAtNodes(name: string): boolean;
  /** Where this hub listens: from now on it may join another. */
  listening(urls: readonly string[]): void;
  close(): Promise<void>;
}

const EVENTS_KEPT = 2000;
const JOIN_KEYS = ['node.hub', 'node.token', 'node.name', 'node.url'];
/** Sees what every room has; never leaves this room. */
const SELF: Principal = {
  user: 'hub',
  tokenId: 'hub',
  via: 'local',
  scopes: new Set(SCOPES),
  sessions: null,
  nodes: null,
};

const ofHub = ({ hub }: Principal): void => {
  if (!hub) throw new Fault('forbidden', 'that is for a hub that has this one among its nodes');
};

/** What happens on all hubs under numbers of this one's own; they go on over restarts, as those of the hub room do. */
function gatherEvents(own: Live<HubEvent>, clock: Clock) {
  const live = createLive<HubEvent>({ key: (event) => event.id, limit: EVENTS_KEPT, history: EVENTS_KEPT });
  let id = clock.now() * 100;
  const add = (event: HubEvent) => live.put({ ...event, id: ++id });
  for (const event of own.rows()) add(event);
  const stop = own.subscribe(({ put }) => put.forEach(add));
  return { live, add, stop };
}

export function createFleet(deps: FleetDeps): Fleet {
  const { db, clock, log, settings, auth } = deps;
  const own = deps.own as Handlers;
  const ask: Asked = { who: SELF, address: '', signal: new AbortController().signal };
  const ownNodes = own['nodes.rows']({}, ask).live;
  const ownSessions = own['sessions.rows']({}, ask).live;
  const events = gatherEvents(own['hub.events']({}, ask).live, clock);
  const sessions = gather<Session>(ownSessions, (row) => row.id);
  const prompts = gather(own['prompts.rows']({}, ask).live, (row) => row.id);
  const approvals = gather(own['approvals.rows']({}, ask).live, (row) => row.id);
  const places = gather(own['git.places']({}, ask).live, (row) => row.sessionId);
  /** As a person who does not look at a list of machines is told of it. */
  const called = (node: string, name: string): string => `${registry.find(node)?.known.title ?? node}:${name}`;
  const rows: Rows = {
    sessions,
    prompts,
    approvals,
    places,
    event: (node, event) => events.add({ ...event, data: { ...event.data, node } }),
    news: {
      session: (node, session) =>
        deps.bus.emit('elsewhere.session', { session: { ...session, name: called(node, session.name), node } }),
      gone: (id) => deps.bus.emit('elsewhere.gone', { id }),
      approval: (node, approval) =>
        deps.bus.emit('elsewhere.approval', { approval: { ...approval, session: called(node, approval.session) } }),
    },
  };
  const store = createFleetStore(db);
  let key: HubKey | null = null;
  const registry = createRegistry({
    self: () => key?.key ?? null,
    above: (other) => store.admitted().some((hub) => hub.key === other && auth.tokenStands(hub.token_id)),
    store,
    clock,
    log,
    audit: deps.audit,
    hide: deps.hide,
    dial: deps.dial,
    told: deps.logs.take,
    memory: deps.memory,
    rows,
    taken: () => [deps.title, 'local', ...ownNodes.rows().flatMap((node) => [node.id, node.title])],
  });
  const nodes = gather<Node>(ownNodes, (node) => node.id);
  nodes.put('', registry.live.rows());
  const stopNodes = registry.live.subscribe(({ put, drop }) => {
    nodes.drop('', drop);
    nodes.put('', put);
  });

  // Tokens of an earlier start: nobody has their secrets any more.
  for (const id of store.given()) {
    auth.dropToken(id);
    store.takeBack(id);
  }
  const given = new Map<string, { readonly id: string; readonly secret: string }>();
  const credential = (hub: string) => {
    const made = given.get(hub) ?? auth.hubToken(hub);
    if (!given.has(hub)) {
      given.set(hub, made);
      deps.hide(made.secret);
      store.give(made.id, hub, clock.now());
    }
    return made;
  };
  let opening: Promise<HubKey> | null = null;
  const openedKey = async (): Promise<HubKey> => {
    opening ??= openKey(deps.dir);
    key = await opening;
    return key;
  };
  const telling = createTelling(deps.logs.live);
  const untold = () => {
    const next = telling.untold('joined');
    return next && { lines: next.lines, heard: () => telling.taken('joined', next.mark) };
  };
  const figures = () => ({
    load: loadavg()[0] ?? 0,
    memoryFree: freemem(),
    sessions: ownSessions.rows().filter((session) => !session.archived).length,
  });
  const about = async () => {
    const found = (await deps.agents.list(false)).filter((agent) => agent.kind === 'agent' && agent.installed);
    return {
      platform: process.platform,
      arch: process.arch,
      home: deps.home,
      tmux: deps.tmuxVersion,
      cpus: cpus().length,
      memoryTotal: totalmem(),
      agents: found
        .slice(0, 64)
        .map(({ key: agent, version }) => ({ key: agent.slice(0, 64), version: version?.slice(0, 64) ?? null })),
      below: registry.below().slice(0, 2000),
    };
  };
  const name = () => settings.value('node.name').trim() || deps.title.slice(0, 64) || 'hub';
  const aboutHub = async (): Promise<AboutHub> => ({
    name: name(),
    protocol: PROTOCOL,
    version: deps.version,
    ...(await about()),
    at: clock.now(),
    figures: figures(),
  });
  const hubs = createHubs({
    store,
    clock,
    log,
    audit: deps.audit,
    hide: deps.hide,
    auth,
    key: openedKey,
    registry,
    ask: deps.ask,
    about: aboutHub,
    over(wanted, address) {
      const node = ownNodes.rows().find((each) => each.id === wanted || each.title === wanted);
      if (node?.kind !== 'ssh')
        throw new Fault('invalid', `${wanted} is no machine over ssh: a tunnel leads through one of those`);
      const { hostname, port, protocol } = new URL(address);
      const to = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
      return {
        id: node.id,
        title: node.title,
        through: () => deps.nodes.toPort(node.id, to, hostname.replace(/^\[|\]$/g, '')),
      };
    },
    dir: deps.dir,
  });
  /** Machines that answer now: those that were away give their tunnels back. */
  const there = new Set<string>();
  const stopWaking = ownNodes.subscribe(({ put }) => {
    for (const { id, kind, reachable } of put) {
      const back = kind === 'ssh' && reachable && !there.has(id);
      if (reachable) there.add(id);
      else there.delete(id);
      if (back) hubs.wake(id);
    }
  });
  const joining = createJoining({
    untold,
    memory: deps.memory,
    clock,
    log,
    version: deps.version,
    key: openedKey,
    connect: deps.connect,
    refusal: deps.refusal,
    figures,
    about,
    credential,
    stands: auth.tokenStands,
  });
  const stopAsking = createAsking({
    clock,
    log,
    members: registry.members,
    told: deps.logs.take,
    memory: deps.memory,
  });
  let urls: readonly string[] = [];
  const begin = () => {
    if (urls.length === 0) return;
    const token = settings.value('node.token');
    if (token !== '') deps.hide(token);
    const wish = {
      hub: settings.value('node.hub'),
      token,
      name: settings.value('node.name'),
      url: settings.value('node.url'),
    };
    joining.begin(wish, urls);
  };
  const stopSettings = deps.bus.on('settings.changed', ({ keys }) => {
    if (keys.some((each) => JOIN_KEYS.includes(each))) begin();
  });

  const ways = createWays({
    own,
    ownSessions: () => ownSessions.rows(),
    ownNodes: () => [{ id: 'local', title: deps.title }, ...ownNodes.rows()],
    registry,
    rows,
    clock,
    audit: deps.audit,
    name,
  });
  const together = {
    ...createLists({ ways, nodes: nodes.live, events: events.live }),
    ...createMachines(ways, hubs),
  };
  const calls = [...entries].flatMap(([name, def]) =>
    def.verb === 'call' && !name.startsWith('fleet.') ? [[name, ways.routed(name as 'hub.health')]] : [],
  );
  const fleet: FleetHandlers = {
    ...registry.handlers,
    ...hubs.handlers,
    'fleet.about': aboutHub,
    'fleet.lines': ({ taken }, { who }) => {
      ofHub(who);
      if (taken !== null) telling.taken(who.tokenId, taken);
      return telling.untold(who.tokenId) ?? { lines: [], mark: null };
    },
    'fleet.share': (offered, { who }) => {
      ofHub(who);
      return answerFacts(deps.memory, offered);
    },
    'fleet.prove': async ({ word }) => {
      if (settings.value('node.hub') === '' && !hubs.hasAbove())
        throw new Fault('not-found', 'this hub is a node of no other: it proves its key to nobody');
      const mine = await openedKey();
      return { key: mine.key, signature: mine.sign('proof', word) };
    },
    'fleet.joined': () => joining.state(),
  };
  const doctor: Handlers['hub.doctor'] = async (input, asked) => {
    const checks = await own['hub.doctor'](input, asked);
    const { hub, state, problem, title } = joining.state();
    if (hub === null) return checks;
    const name = 'joined hub';
    if (state === 'joined') return [...checks, { name, result: 'pass', message: `${hub}, as ${title}` }];
    return [
      ...checks,
      { name, result: state === 'failed' ? 'fail' : 'warn', message: `${hub}: ${problem || 'it is being called'}` },
    ];
  };
  return {
    handlers: {
      ...own,
      ...(Object.fromEntries(calls) as Partial<Handlers>),
      ...together,
      'sessions.terminal': ways.terminal,
      'hub.doctor': doctor,
      ...fleet,
    },
    resolveSession: (name) => ways.find(name)?.session.id ?? null,
    looksAtNodes: (name) => Object.hasOwn(together, name) || name === 'sessions.terminal' || wayOf(name) !== 'here',
    listening(now) {
      urls = now;
      begin();
    },
    async close() {
      stopSettings();
      stopWaking();
      stopAsking();
      await joining.close();
      registry.close();
      stopNodes();
      events.stop();
      for (const each of [sessions, prompts, approvals, places, nodes]) each.close();
      for (const { id } of given.values()) {
        auth.dropToken(id);
        store.takeBack(id);
      }
    },
  };
}
