/** The sessions of one machine: which pane is whose, what its tmux tells, and what is to be done when it was away. */
import type { RestoreReport } from '../../../shared/contract/sessions.ts';
import type { TmuxListener, TmuxPane } from '../../platform/ports.ts';
import type { Place } from '../nodes/nodes.ts';
import type { SessionsDeps } from './deps.ts';
import type { Entry } from './entry.ts';
import { createReconcile, type ReconcileDeps } from './reconcile.ts';

export interface DeskDeps extends SessionsDeps {
  readonly place: Place;
  readonly store: ReconcileDeps['store'];
  /** Of all machines. */
  readonly entries: ReadonlyMap<string, Entry>;
  readonly add: ReconcileDeps['add'];
  readonly forget: ReconcileDeps['forget'];
  readonly forgotten: ReadonlySet<string>;
}

export interface Desk {
  readonly listener: TmuxListener;
  /** Output of panes that nobody knows yet is kept while something is being made. */
  making(by: 1 | -1): void;
  attach(entry: Entry, pane: TmuxPane, fresh: boolean): void;
  detach(entry: Entry): void;
  /** The first look after the hub started; from then on every change brings another. */
  first(): Promise<RestoreReport['rows']>;
  /** The machine cannot be reached. */
  away(why: string): void;
  /** Whether this session has an events file there. */
  hasEvents(id: string): Promise<boolean>;
  close(): void;
}

/** Output kept of one pane that nobody knows yet: it is being made, and its first bytes come before its name. */
const EARLY_BYTES = 4 * 1024 * 1024;
const FOLDER_MS = 300;
const AGAIN_MS = 2000;

export const eventsFolder = (place: Place): string => `${place.dataDir}/events`;

export function createDesk(deps: DeskDeps): Desk {
  const { place, log } = deps;
  const byPane = new Map<string, Entry>();
  const early = new Map<string, { bytes: Uint8Array[]; size: number }>();
  let making = 0;
  let closed = false;
  let started = false;
  /** tmux was away: what was printed meanwhile is missing on every screen. */
  let lostTmux = false;
  let againSoon = false;
  /** Names in the events folder as of a moment ago: a hundred sessions ask, the folder is read once. */
  let folder: { readonly at: number; readonly names: Promise<ReadonlySet<string>> } | null = null;

  const own = (): Entry[] => [...deps.entries.values()].filter((entry) => entry.row.node === place.id);
  const entries: ReconcileDeps['entries'] = {
    get(id) {
      const entry = deps.entries.get(id);
      return entry?.row.node === place.id ? entry : undefined;
    },
    values: () => own().values(),
  };
  const detach = (entry: Entry): void => {
    for (const [pane, other] of byPane) if (other === entry) byPane.delete(pane);
  };
  const attach = (entry: Entry, pane: TmuxPane, fresh: boolean): void => {
    detach(entry);
    byPane.set(pane.paneId, entry);
    const waited = early.get(pane.paneId);
    early.delete(pane.paneId);
    // More than is kept came before its name did: the rest is taken from tmux.
    const whole = fresh && (waited?.size ?? 0) < EARLY_BYTES;
    entry.attach(pane, whole);
    if (whole) for (const bytes of waited?.bytes ?? []) entry.tap?.output(bytes);
  };
  const reconcile = createReconcile({
    ...deps,
    entries,
    attach,
    host: place.host,
    get tmux() {
      return place.tmux;
    },
  });
  const away = (why: string): void => {
    for (const entry of own()) {
      if (entry.row.phase === 'lost' || entry.row.phase === 'archived') continue;
      // Of a machine that was never reached nothing is known, terminal or not.
      if (entry.tap || !place.near) entry.status.unreachable(why);
      entry.tap?.away();
    }
    lostTmux = true;
  };
  const look = (): void => {
    if (closed || !started) return;
    if (lostTmux) {
      lostTmux = false;
      for (const entry of own()) {
        entry.status.unreachable(null);
        void entry.tap?.resync();
        // What was held is on its way.
        entry.publish();
      }
    }
    reconcile.now().catch((error: unknown) => {
      if (closed) return;
      log('warn', `looking at tmux failed: ${String(error)}`, { node: place.id });
      // A tmux that went away is looked at when it is back; one that is slow tells nothing by itself.
      if (!lostTmux && !againSoon) {
        againSoon = true;
        deps.clock.after(AGAIN_MS, () => {
          againSoon = false;
          look();
        });
      }
    });
  };

  return {
    attach,
    detach,
    away,
    making(by) {
      making += by;
      if (making === 0) early.clear();
    },
    async hasEvents(id) {
      if (!folder || deps.clock.now() - folder.at > FOLDER_MS) {
        const names = place.host.list(eventsFolder(place)).then((found) => new Set(found.map((each) => each.name)));
        folder = { at: deps.clock.now(), names };
      }
      return (await folder.names).has(`${id}.jsonl`);
    },
    listener: {
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
        log('warn', `tmux: ${reason}`, { node: place.id });
        const why = reconnecting ? `tmux is not connected (${reason}); it is being reconnected` : reason;
        away(place.problem() ?? why);
      },
    },
    async first() {
      // Those that an earlier look, which did not come to its end, has taken up already.
      const taken = own().filter(({ tap }) => tap);
      lostTmux = false;
      const { rows } = await reconcile.first();
      // Not before: who hears that it is back types, and needs a terminal to type into.
      for (const entry of own()) entry.status.unreachable(null);
      started = true;
      for (const entry of taken) void entry.tap?.resync();
      // What changed while the first look was under way.
      look();
      return rows;
    },
    close() {
      closed = true;
    },
  };
}
