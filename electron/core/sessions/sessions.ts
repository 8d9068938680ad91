/** The door of the sessions room: agents in tmux, their screens, their states. */
import type { RestoreReport, Session } from '../../../shared/contract/sessions.ts';
import type { Handlers } from '../../kernel/handlers.ts';
import { createLive, type Live } from '../../kernel/live.ts';
import type { TmuxPane } from '../../platform/ports.ts';
import type { Reading } from '../agents/reading.ts';
import { createAccess, resolveEntry } from './access.ts';
import { createAdoption } from './adoption.ts';
import type { AgentSpec, SessionsDeps } from './deps.ts';
import { createEntry, type Entry } from './entry.ts';
import { createHandlers } from './handlers.ts';
import { createLifecycle } from './lifecycle.ts';
import { createOutput, type SessionOutput } from './output.ts';
import { createReconcile } from './reconcile.ts';
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

/** Output kept of one pane that nobody knows yet: it is being made, and its first bytes come before its name. */
const EARLY_BYTES = 4 * 1024 * 1024;
const FOLDER_MS = 300;

/** Reads the table at once; `start` does the rest. */
export function createSessions(deps: SessionsDeps): Sessions {
  const { tmux, bus, log } = deps;
  const store = createSessionStore(deps.db);
  const live = createLive<Session>({ key: (session) => session.id });
  const entries = new Map<string, Entry>();
  const byPane = new Map<string, Entry>();
  const early = new Map<string, { bytes: Uint8Array[]; size: number }>();
  let making = 0;
  let report: RestoreReport = { at: deps.clock.now(), rows: [] };
  let closed = false;
  /** The first look is done: from then on every change brings another. */
  let started = false;

  const eventsDir = `${deps.dataDir}/events`;
  const eventsPath = (id: string) => `${eventsDir}/${id}.jsonl`;
  /** Names in the events folder as of a moment ago: a hundred sessions ask, the folder is read once. */
  let folder: { readonly at: number; readonly names: Promise<ReadonlySet<string>> } | null = null;
  const hasEvents = async (id: string): Promise<boolean> => {
    if (!folder || deps.clock.now() - folder.at > FOLDER_MS) {
      const names = deps.host.list(eventsDir).then((found) => new Set(found.map((each) => each.name)));
      folder = { at: deps.clock.now(), names };
    }
    return (await folder.names).has(`${id}.jsonl`);
  };
  const taken = (id: string): ReadonlySet<string> => {
    const bound = [...entries.values()].filter((entry) => entry.id !== id).map((entry) => entry.row.conversation);
    return new Set(bound.filter((conversation) => conversation !== null));
  };
  const spec = (key: string): AgentSpec => deps.agents.get(key);
  const heard = createOutput(entries, (error) => log('error', `a listener of output failed: ${String(error)}`));
  const entryDeps = { ...deps, heard, store, live, eventsPath, hasEvents, taken };
  const add = (row: SessionRow): Entry => {
    const entry = createEntry(row, entryDeps);
    entries.set(row.id, entry);
    entry.publish();
    return entry;
  };
  const forgotten = new Set<string>();
  const forget = (entry: Entry): void => {
    forgotten.add(entry.id);
    entry.close();
    entries.delete(entry.id);
    for (const [pane, other] of byPane) if (other === entry) byPane.delete(pane);
    live.drop(entry.id);
  };
  const attach = (entry: Entry, pane: TmuxPane, fresh: boolean): void => {
    for (const [paneId, other] of byPane) if (other === entry) byPane.delete(paneId);
    byPane.set(pane.paneId, entry);
    const waited = early.get(pane.paneId);
    early.delete(pane.paneId);
    // More than is kept came before its name did: the rest is taken from tmux.
    const whole = fresh && (waited?.size ?? 0) < EARLY_BYTES;
    entry.attach(pane, whole);
    if (whole) for (const bytes of waited?.bytes ?? []) entry.tap?.output(bytes);
  };
  const shared = { ...deps, store, entries, add, forget, forgotten, attach };
  const lifecycle = createLifecycle({
    ...shared,
    eventsPath,
    making(by) {
      making += by;
      if (making === 0) early.clear();
    },
  });
  const reconcile = createReconcile(shared);
  const stall = createStallWatch(deps, entries);
  /** tmux was away: what was printed meanwhile is missing on every screen. */
  let lostTmux = false;
  const look = () => {
    if (closed || !started) return;
    if (lostTmux) {
      lostTmux = false;
      for (const entry of entries.values()) {
        if (!entry.tap) continue;
        entry.status.unreachable(null);
        void entry.tap.resync();
      }
    }
    reconcile.now().catch((error: unknown) => {
      if (!closed) log('warn', `looking at tmux failed: ${String(error)}`);
    });
  };
  for (const row of store.all()) {
    const entry = add(row);
    if (row.phase === 'lost') entry.status.ended({ status: row.exitStatus, saw: 'tmux has the session no more' });
    if (row.phase === 'archived') entry.status.ended({ status: row.exitStatus, saw: 'it is archived' });
  }

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
      adoption: createAdoption(shared),
    }),
    async start() {
      await deps.host.exec(['mkdir', '-p', '-m', '700', eventsDir], { timeoutMs: 5000 });
      await tmux.start({
        output(paneId, bytes) {
          const entry = byPane.get(paneId);
          if (entry?.tap) return entry.tap.output(bytes);
          if (making === 0) return;
          const kept = early.get(paneId) ?? { bytes: [], size: 0 };
          early.set(paneId, kept);
          kept.size += bytes.byteLength;
          if (kept.size < EARLY_BYTES) kept.bytes.push(bytes);
        },
        gap(paneId) {
          void byPane.get(paneId)?.tap?.resync();
        },
        changed: look,
        resized(windowId, cols, rows) {
          for (const entry of byPane.values()) if (entry.tap?.windowId === windowId) entry.tap.resized(cols, rows);
        },
        down(reason, reconnecting) {
          log('warn', `tmux: ${reason}`);
          const why = reconnecting ? `tmux is not connected (${reason}); it is being reconnected` : reason;
          for (const entry of entries.values()) if (entry.tap) entry.status.unreachable(why);
          lostTmux = true;
        },
      });
      report = await reconcile.first();
      started = true;
      // What changed while the first look was under way.
      look();
      return report;
    },
    async close() {
      closed = true;
      stall.close();
      for (const entry of entries.values()) entry.close();
      await tmux.close();
    },
  };
}
