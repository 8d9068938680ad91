/** The door of the nodes room: the machines that sessions run on. */
import type { Duplex } from 'node:stream';
import type { Node } from '../../../shared/contract/nodes.ts';
import { Fault } from '../../../shared/fault.ts';
import { newNodeId } from '../../../shared/ids.ts';
import { type Audit, actor } from '../../kernel/audit.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type Handlers, mayUseNode, type Principal } from '../../kernel/handlers.ts';
import { createLive, type Live } from '../../kernel/live.ts';
import type { Db, OpenPort, Remote, SshHost } from '../../platform/ports.ts';
import { foldersOf } from './folders.ts';
import { createForwards } from './forwards.ts';
import { healthOf } from './health.ts';
import { createHistory } from './history.ts';
import { createMachine, type Machine, type MachineDeps } from './machine.ts';
import type { Place, PlaceWatcher } from './place.ts';
import { clean, hostFrom } from './rules.ts';
import { createNodeStore, type NodeRow } from './store.ts';
import { createWays, offlineBy } from './ways.ts';

export type { Place, PlaceWatcher } from './place.ts';

export interface NodesDeps {
  /** This machine. */
  readonly local: Place;
  readonly db: Db;
  readonly clock: Clock;
  readonly audit?: Audit;
  readonly log: (level: 'info' | 'warn', message: string) => void;
  /** Sessions by node id. */
  readonly sessions: (node: string) => number;
  /** The connection to a machine; not begun. It reads the row anew at each try. */
  readonly reach: (row: NodeRow) => Promise<Remote>;
  /** What the way to it goes through, nearest first. Rejects with a Fault `invalid` for a way that can be none. */
  readonly route: (row: NodeRow) => Promise<readonly string[]>;
  /** Those of the user's ssh configuration. */
  readonly hosts: () => Promise<readonly SshHost[]>;
  readonly build: (row: NodeRow, ...args: Parameters<MachineDeps['build']>) => ReturnType<MachineDeps['build']>;
  readonly texts: MachineDeps['texts'];
  readonly openPort: OpenPort;
  /** What is kept here for a machine goes with it. */
  readonly forget: (row: NodeRow) => Promise<void>;
}

export interface Nodes {
  list(): readonly Node[];
  readonly live: Live<Node>;
  /** By id or title. Fault `not-found`. */
  place(node: string): Place;
  places(): readonly Place[];
  /** The room above that wants to know of machines: one, before `start`. */
  watch(watcher: PlaceWatcher): void;
  /** Reads the table; to be called once, before sessions are looked for. */
  load(): Promise<void>;
  /** Begins to connect. */
  start(): void;
  /** Sessions came or went. */
  recount(): void;
  /** A connection from a machine over ssh to a port that it can reach. Fault `not-found`, `unsupported`, `unreachable`. */
  toPort(node: string, port: number, address: string): Promise<Duplex>;
  /** Folders that begin with what was typed, `~` as the home, at most 100. */
  folders(node: string, typed: string): Promise<readonly string[]>;
  close(): Promise<void>;
  readonly handlers: Pick<Handlers, Extract<keyof Handlers, `nodes.${string}`>>;
}

const isThere = ({ state }: Machine): boolean => state.state === 'live' || state.state === 'degraded';

export function createNodes(deps: NodesDeps): Nodes {
  const { local, clock, audit, log } = deps;
  const store = createNodeStore(deps.db);
  const live = createLive<Node>({ key: (node) => node.id });
  const machines = new Map<string, Machine>();
  const forwards = createForwards(clock, deps.openPort);
  const began = clock.now();
  const routes = new Map<string, readonly string[]>();
  let watcher: PlaceWatcher | null = null;
  let printed = new Map<string, string>();

  const localRow = (): Node => ({
    id: local.id,
    title: local.title,
    kind: 'local',
    reachable: true,
    problem: '',
    reason: null,
    tmux: local.tmux.version || null,
    home: local.host.home,
    sessions: deps.sessions(local.id),
    state: 'live',
    since: began,
    address: '',
    question: null,
    trying: false,
    retryAt: null,
    latencyMs: null,
    via: [],
    given: null,
  });
  const rowOf = (machine: Machine): Node => {
    const { state } = machine;
    const { id, title, host, user, port, identity, jump } = machine.row;
    return {
      id,
      title,
      kind: 'ssh',
      reachable: isThere(machine),
      home: machine.place.host.home,
      sessions: deps.sessions(id),
      latencyMs: machine.remote.latencyMs,
      via: [...(routes.get(id) ?? [])],
      given: { host, user, port, identity, jump },
      ...state,
    };
  };
  const list = (): Node[] => [localRow(), ...[...machines.values()].map(rowOf)];
  const publish = (): void => {
    const next = new Map<string, string>();
    for (const node of list()) {
      // The round trip changes with every beat: it travels with other news.
      const print = JSON.stringify({ ...node, latencyMs: 0 });
      next.set(node.id, print);
      if (printed.get(node.id) !== print) live.put(node);
    }
    for (const id of printed.keys()) if (!next.has(id)) live.drop(id);
    printed = next;
  };

  const history = createHistory(clock, () => [
    { place: local, reachable: true, latencyMs: null },
    ...[...machines.values()].map((machine) => ({
      place: machine.place,
      reachable: isThere(machine),
      latencyMs: machine.remote.latencyMs,
    })),
  ]);
  const statusOf = (wanted: string, deep: boolean) => {
    const machine = find(wanted);
    const at = place(wanted);
    const latencyMs = machine?.remote.latencyMs ?? null;
    return healthOf(machine ? rowOf(machine) : localRow(), at, machine?.remote ?? null, clock, deep, (found) =>
      history.note({ place: at, reachable: true, latencyMs }, found),
    );
  };
  /** For the picture only: a way that makes no sense is told by the try to connect. */
  const readRoute = (row: NodeRow): void => {
    const put = (route: readonly string[]): void => {
      if (!machines.has(row.id)) return;
      routes.set(row.id, route);
      publish();
    };
    deps.route(row).then(put, () => put([]));
  };

  const find = (wanted: string): Machine | null => {
    if (wanted === local.id || wanted === local.title) return null;
    const machine = machines.get(wanted) ?? [...machines.values()].find(({ row }) => row.title === wanted);
    if (machine) return machine;
    throw new Fault('not-found', `There is no node "${clean(wanted).slice(0, 64)}"; qd node list shows them.`);
  };
  const place = (wanted: string): Place => find(wanted)?.place ?? local;
  const remoteOf = (wanted: string): Machine => {
    const machine = find(wanted);
    if (machine) return machine;
    throw new Fault('unsupported', 'This machine needs no connection.');
  };

  const take = async (row: NodeRow): Promise<Machine> => {
    const remote = await deps.reach(row);
    const machine: Machine = createMachine({
      row,
      remote,
      clock,
      build: (...args) => deps.build(row, ...args),
      texts: deps.texts,
      listener(at) {
        if (watcher) return watcher.listener(at);
        throw new Error('nobody listens for sessions');
      },
      found: async (at) => watcher?.found(at),
      changed() {
        if (!machines.has(row.id)) return;
        const why = machine.place.problem();
        if (why !== null) watcher?.away(machine.place, why);
        publish();
      },
      setHome: (home) => store.setHome(row.id, home),
      log,
    });
    machines.set(row.id, machine);
    readRoute(row);
    publish();
    return machine;
  };
  /** Fault `taken` when another machine is called that. */
  const claim = (title: string, own: string | null): void => {
    const others = [...machines.values()].filter(({ row }) => row.id !== own).map(({ row }) => row.title);
    if (title === local.id || title === local.title || others.includes(title))
      throw new Fault('taken', `There is a node named ${title} already; give this one another title.`);
  };

  const seen = (who: Principal) => (node: Node) => mayUseNode(who, node.id);

  return {
    list,
    live,
    place,
    places: () => [local, ...[...machines.values()].map((machine) => machine.place)],
    watch(next) {
      watcher = next;
    },
    async load() {
      for (const row of store.all()) {
        try {
          await take(row);
        } catch (error) {
          log('warn', `${row.title} cannot be connected to: ${String(error)}`);
        }
      }
    },
    start() {
      publish();
      for (const machine of machines.values())
        if (machine.row.offline === null) machine.connect();
        else machine.disconnect(offlineBy(machine.row.offline));
    },
    recount: publish,
    toPort: (node, port, address) => remoteOf(node).remote.toPort(port, address),
    folders: (node, typed) => foldersOf(place(node).host, typed),
    async close() {
      history.close();
      forwards.close();
      await Promise.all([...machines.values()].map((machine) => machine.close()));
    },
    handlers: {
      ...createWays({ deps, store, machines, find: remoteOf, claim, readRoute, publish, rowOf }),
      'nodes.list': (_input, { who }) => list().filter(seen(who)),
      'nodes.rows': (_params, { who }) => ({ live, ...(who.nodes ? { filter: seen(who) } : {}) }),
      'nodes.folders': async ({ node, path }) => foldersOf(place(node).host, path),
      'nodes.add': async (input, ask) => {
        const wish = hostFrom(input.host);
        if (!wish)
          throw new Fault(
            'invalid',
            `"${clean(input.host).slice(0, 100)}" is no host; write host, user@host or user@host:port.`,
          );
        const title = clean(input.title ?? wish.host) || wish.host;
        claim(title, null);
        const row: NodeRow = {
          id: newNodeId(),
          title,
          kind: 'ssh',
          host: wish.host,
          user: input.user ?? wish.user,
          port: input.port ?? wish.port,
          identity: input.identity ?? null,
          jump: input.jump ?? null,
          home: '',
          created_at: clock.now(),
          offline: null,
        };
        const machine = await take(row);
        store.insert(row);
        audit?.({ ...actor(ask.who), action: 'node.add', target: title, detail: { host: row.host, user: row.user } });
        machine.connect();
        return rowOf(machine);
      },
      'nodes.remove': async ({ node, force }, ask) => {
        const machine = remoteOf(node);
        const { row } = machine;
        const count = deps.sessions(row.id);
        if (count > 0 && !force)
          throw new Fault(
            'conflict',
            `${row.title} has ${count} ${count === 1 ? 'session' : 'sessions'}. Stop or archive them first; or remove it by force, then they go on running there and leave this list.`,
            { sessions: count },
          );
        machines.delete(row.id);
        routes.delete(row.id);
        history.forget(row.id);
        store.remove(row.id);
        forwards.close(row.id);
        watcher?.removed(machine.place);
        await machine.close();
        await deps.forget(row);
        publish();
        audit?.({ ...actor(ask.who), action: 'node.remove', target: row.title, detail: { force, sessions: count } });
        return { removed: true, id: row.id, title: row.title };
      },
      'nodes.answer': ({ node, question, answers }, ask) => {
        const machine = remoteOf(node);
        const asked = machine.state.question;
        if (!machine.remote.answer(question, answers))
          throw new Fault('stale', `${machine.row.title} does not ask that any more; look what it asks now.`);
        // What was answered is a secret; that somebody did is not.
        audit?.({
          ...actor(ask.who),
          action: 'node.answer',
          target: machine.row.title,
          detail: { kind: asked?.kind ?? '', declined: answers === null, fingerprint: asked?.fingerprint ?? null },
        });
        return { taken: true };
      },
      'nodes.status': ({ node, deep }) => statusOf(node, deep),
      'nodes.doctor': async ({ node }) => (await statusOf(node, true)).checks,
      'nodes.history': ({ node, since }, { who }) => {
        const wanted = node === undefined ? list().filter(seen(who)) : [{ id: place(node).id }];
        return wanted.map(({ id }) => ({ node: id, samples: [...history.of(id, since)] }));
      },
      'nodes.ports': ({ node }) => forwards.ports(place(node)),
      'nodes.forward': async ({ node, port, local: wanted }, ask) => {
        const machine = remoteOf(node);
        const made = await forwards.forward(machine, port, wanted ?? null);
        audit?.({
          ...actor(ask.who),
          action: 'node.forward',
          target: machine.row.title,
          detail: { port, local: made.local },
        });
        return made;
      },
      'nodes.unforward': ({ node, port }) => {
        const machine = remoteOf(node);
        if (!forwards.unforward(machine, port))
          throw new Fault('not-found', `Port ${port} of ${machine.row.title} is not forwarded.`);
        return { removed: true };
      },
      'nodes.callback': async ({ node, url }, ask) => {
        const machine = remoteOf(node);
        const made = await forwards.callback(machine, url);
        audit?.({
          ...actor(ask.who),
          action: 'node.forward',
          target: machine.row.title,
          detail: { port: made.port, local: made.local },
        });
        return made;
      },
    },
  };
}
