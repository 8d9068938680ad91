/** The door of the sessions room: agents in tmux, their screens, their states. */
import type { RestoreReport, Session } from '../../../shared/contract/sessions.ts';
import { Fault } from '../../../shared/fault.ts';
import type { Handlers } from '../../kernel/handlers.ts';
import { createLive, type Live } from '../../kernel/live.ts';
import type { TmuxPane } from '../../platform/ports.ts';
import type { Reading } from '../agents/reading.ts';
import type { Place } from '../nodes/nodes.ts';
import { createAccess, resolveEntry } from './access.ts';
import { createAdoption } from './adoption.ts';
import type { AgentSpec, SessionsDeps } from './deps.ts';
import { createDesk, type Desk, eventsFolder } from './desk.ts';
import { createEntry, type Entry } from './entry.ts';
import { createHandlers } from './handlers.ts';
import { clean } from './launch.ts';
import { createLifecycle } from './lifecycle.ts';
import { createLostKeys } from './lost-keys.ts';
import { createOutput, type SessionOutput } from './output.ts';
import { createStallWatch } from './stall.ts';
import { createSessionStore, type SessionRow } from './store.ts';

export type { SessionsDeps } from './deps.ts';
export type { OutputListener, SessionOutput } from './output.ts';

/** Types into one session; only valid inside the work given to `withInput`, which holds the session's input lane. */
export interface Typist {
  /** Byte-exact paste, bracketed when the program asked for it. */
  paste(text: string): Promise<void>;
  /** tmux key names. */
  keys(...names: readonly string[]): Promise<void>;
  input(bytes: Uint8Array): Promise<void>;
}

/** What rooms above may ask of a session. */
export interface SessionAccess {
  /** By whole name or id; Fault not-found. */
  resolve(nameOrId: string): Session;
  /** Undefined when there is none (any more). */
  get(id: string): Session | undefined;
  readonly live: Live<Session>;
  /** Fresh reading of what the screen shows now, all output so far parsed. Fault `unavailable` when it has no terminal. */
  read(id: string): Promise<Reading>;
  /** First reading for which `test` holds, checked now and after each change of the screen; null at the deadline. */
  until(
    id: string,
    test: (reading: Reading) => boolean,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<Reading | null>;
  /** Resolves when the screen has not changed for `quietMs`, at the latest after `timeoutMs`. */
  settled(id: string, quietMs: number, timeoutMs: number): Promise<void>;
  /** Plain text of the live screen, rows joined by LF. */
  text(id: string): string;
  /** The program asked for bracketed paste. */
  bracketed(id: string): boolean;
  /** One at a time per session, shared with people's keystrokes: nobody else types while `work` runs. */
  withInput<T>(id: string, work: (typist: Typist) => Promise<T>): Promise<T>;
  /** When a person last typed, Unix milliseconds. */
  typedAt(id: string): number | null;
  /** The prompts room says how its queue stands, for the session's row. */
  noteQueue(id: string, queue: { readonly queued: number; readonly held: string | null }): void;
  /** Keys that end a turn for this session's agent; opencode wants Escape twice. */
  interruptKeys(id: string): readonly string[];
  /** Init prompts of this session (its own, not the hub-wide ones). */
  initPrompts(id: string): readonly string[];
}

/** What rooms above may do to where sessions work. The asking and its audit are theirs. */
export interface SessionMoves {
  /**
   * Started again in another folder, with its conversation where the agent takes it along; `left` is the one that stays
   * behind. Its old folder stays its own on a Fault.
   */
  move(id: string, cwd: string): Promise<{ readonly session: Session; readonly left: string | null }>;
  /** A new session that starts as this one does, in another folder. Fault `taken` for the name. */
  beside(id: string, name: string, cwd: string): Promise<Session>;
}

export type SessionHandlers = Pick<Handlers, Extract<keyof Handlers, `sessions.${string}`>>;

export interface Sessions extends SessionAccess, SessionMoves, SessionOutput {
  readonly handlers: SessionHandlers;
  /** Connects to tmux and finds every session again. Until then all of the table are there, without terminals. */
  start(): Promise<RestoreReport>;
  /** Lets go of tmux; the sessions live on. */
  close(): Promise<void>;
}

/** Reads the table at once; `start` does the rest. */
export function createSessions(deps: SessionsDeps): Sessions {
  const { bus, log, nodes } = deps;
  const store = createSessionStore(deps.db);
  const live = createLive<Session>({ key: (session) => session.id });
  const lostKeys = createLostKeys(deps.db);
  const entries = new Map<string, Entry>();
  const desks = new Map<string, Desk>();
  let report: RestoreReport = { at: deps.clock.now(), rows: [] };

  const here: Place = nodes?.place(deps.host.id) ?? {
    id: deps.host.id,
    title: 'this machine',
    host: deps.host,
    tmux: deps.tmux,
    agents: deps.agents,
    dataDir: deps.dataDir,
    commands: deps.commands ?? null,
    near: true,
    problem: () => null,
  };
  /** By id or title. Fault `not-found`. */
  const placeOf = (node: string): Place => {
    if (node === here.id) return here;
    if (nodes) return nodes.place(node);
    throw new Fault('not-found', `There is no node "${clean(node)}"; this hub has only ${here.id}.`);
  };
  const deskOf = (place: Place): Desk => {
    const desk = desks.get(place.id) ?? createDesk({ ...shared, place });
    desks.set(place.id, desk);
    return desk;
  };

  const eventsPath = (node: string, id: string) => `${eventsFolder(placeOf(node))}/${id}.jsonl`;
  const taken = (id: string): ReadonlySet<string> => {
    const bound = [...entries.values()].filter((entry) => entry.id !== id).map((entry) => entry.row.conversation);
    return new Set(bound.filter((conversation) => conversation !== null));
  };
  const spec = (key: string): AgentSpec => deps.agents.get(key);
  const heard = createOutput(entries, (error) => log('error', `a listener of output failed: ${String(error)}`));
  const add = (row: SessionRow): Entry => {
    const place = placeOf(row.node);
    const entry = createEntry(row, {
      ...deps,
      place,
      heard,
      store,
      live,
      lostKeys,
      eventsPath: (id) => eventsPath(row.node, id),
      hasEvents: (id) => deskOf(place).hasEvents(id),
      taken,
    });
    entries.set(row.id, entry);
    entry.publish();
    nodes?.recount();
    return entry;
  };
  const forgotten = new Set<string>();
  const forget = (entry: Entry): void => {
    forgotten.add(entry.id);
    entry.close();
    entries.delete(entry.id);
    desks.get(entry.row.node)?.detach(entry);
    live.drop(entry.id);
    nodes?.recount();
  };
  const shared = { ...deps, store, entries, add, forget, forgotten };
  const making = (node: string, by: 1 | -1) => deskOf(placeOf(node)).making(by);
  const attach = (entry: Entry, pane: TmuxPane, fresh: boolean) =>
    deskOf(placeOf(entry.row.node)).attach(entry, pane, fresh);
  const lifecycle = createLifecycle({ ...shared, eventsPath, making, attach, placeOf });
  const stall = createStallWatch({ ...deps, placeOf }, entries);
  for (const row of store.all()) {
    let entry: Entry;
    try {
      entry = add(row);
    } catch (error) {
      // Its machine was taken off the list while the hub was down in the middle of that.
      log('warn', `a session of an unknown node is left out: ${String(error)}`, { session: row.id });
      continue;
    }
    if (row.phase === 'lost') entry.status.ended({ status: row.exitStatus, saw: 'tmux has the session no more' });
    else if (row.phase === 'archived') entry.status.ended({ status: row.exitStatus, saw: 'it is archived' });
    else if (row.node !== here.id) entry.status.unreachable(placeOf(row.node).problem());
  }
  nodes?.watch({
    listener: (place) => deskOf(place).listener,
    async found(place) {
      const rows = await deskOf(place).first();
      report = {
        at: deps.clock.now(),
        rows: [...report.rows.filter(({ id }) => rows.every((row) => row.id !== id)), ...rows],
      };
    },
    away: (place, why) => deskOf(place).away(why),
    removed(place) {
      desks.get(place.id)?.close();
      desks.delete(place.id);
      for (const entry of [...entries.values()]) {
        if (entry.row.node !== place.id) continue;
        store.remove(entry.id);
        forget(entry);
        bus.emit('session.removed', { id: entry.id, name: entry.row.name });
      }
    },
  });

  return {
    ...createAccess({ entries, live, bus, clock: deps.clock, spec }),
    async move(id, cwd) {
      const entry = resolveEntry(entries.values(), id);
      const left = await lifecycle.move(entry, cwd);
      return { session: entry.session(), left };
    },
    beside: async (id, name, cwd) => (await lifecycle.beside(resolveEntry(entries.values(), id), name, cwd)).session(),
    ...heard.output,
    handlers: createHandlers({
      ...shared,
      live,
      lifecycle,
      spec,
      report: () => report,
      placeOf,
      adoption: createAdoption({ ...shared, attach }),
    }),
    async start() {
      const folder = eventsFolder(here);
      await deps.host.exec(['mkdir', '-p', '-m', '700', folder], { timeoutMs: 5000 });
      const desk = deskOf(here);
      await deps.tmux.start(desk.listener);
      report = { at: deps.clock.now(), rows: await desk.first() };
      return report;
    },
    async close() {
      for (const desk of desks.values()) desk.close();
      stall.close();
      for (const entry of entries.values()) entry.close();
      await deps.tmux.close();
    },
  };
}
