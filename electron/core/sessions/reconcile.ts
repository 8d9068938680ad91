/**
 * Brings the table and tmux together: at the start and whenever tmux says that something changed. tmux is right about
 * what lives, the table about what was decided. Sessions that carry another owner's mark are never touched.
 */

import type { RestoreReport } from '../../../shared/contract/sessions.ts';
import { SESSION_NAME } from '../../../shared/ids.ts';
import type { TmuxPane } from '../../platform/ports.ts';
import type { SessionsDeps } from './deps.ts';
import type { Entry } from './entry.ts';
import { rowOfPane } from './pane-row.ts';
import { freeName } from './rules.ts';
import type { SessionRow, SessionStore } from './store.ts';

export interface ReconcileDeps extends SessionsDeps {
  readonly store: SessionStore;
  /** Those of this machine. `tmux`, `host` and `agents` are its own too. */
  readonly entries: Pick<ReadonlyMap<string, Entry>, 'get' | 'values'>;
  readonly add: (row: SessionRow) => Entry;
  readonly forget: (entry: Entry) => void;
  /** Ids that were forgotten since the hub started. */
  readonly forgotten: ReadonlySet<string>;
  readonly attach: (entry: Entry, pane: TmuxPane, fresh: boolean) => void;
}

export interface Reconcile {
  /** Looks once; calls during a look share the next one. */
  now(): Promise<void>;
  /** The look at the start of the hub: also settles what a crash left half done, and makes the report. */
  first(): Promise<RestoreReport>;
}

export function createReconcile(deps: ReconcileDeps): Reconcile {
  const { store, entries, clock, bus, log } = deps;

  /** Our panes by session id: of each session the first pane, the one that the session was started with. */
  const ours = (panes: readonly TmuxPane[]): Map<string, TmuxPane> => {
    const found = new Map<string, TmuxPane>();
    for (const pane of panes) {
      const id = pane.markers['QD_SESSION'];
      if (pane.markers['QD_OWNER'] !== deps.instanceId || id === undefined) continue;
      const other = found.get(id);
      if (!other || order(pane) < order(other)) found.set(id, pane);
    }
    return found;
  };

  const take = async (entry: Entry, pane: TmuxPane): Promise<void> => {
    if (entry.tap?.paneId === pane.paneId) {
      await followName(entry, pane);
      entry.saw(pane);
      return;
    }
    await deps.tmux.link(pane);
    // Meanwhile something else may have begun with it.
    if (entry.busy > 0 || entry.tap?.paneId === pane.paneId) return;
    entry.change({ phase: 'live' });
    await followName(entry, pane);
    deps.attach(entry, pane, false);
  };

  /** A name given by plain tmux is the name, where it can be one; else tmux gets ours back. */
  const followName = async (entry: Entry, pane: TmuxPane): Promise<void> => {
    const name = pane.sessionName;
    if (name === entry.row.name) return;
    const other = store.byName(name);
    if (SESSION_NAME.test(name) && (!other || other.id === entry.id)) {
      entry.change({ name });
      await deps.tmux.mark(pane.sessionId, { QD_SESSION_NAME: name });
    } else await deps.tmux.rename(pane.sessionId, entry.row.name);
  };

  /** A session of ours that the table does not know, as after an older copy of the database was put back. */
  const adopt = (id: string, pane: TmuxPane): Entry => {
    const key = pane.markers['QD_AGENT'] ?? 'custom';
    const known = isKnown(deps, key);
    const now = clock.now();
    const free = SESSION_NAME.test(pane.sessionName) && !store.byName(pane.sessionName);
    const row = rowOfPane(pane, now, {
      id,
      name: free ? pane.sessionName : freeName(pane.sessionName, (n) => store.byName(n) !== undefined),
      agent: known ? key : 'custom',
      node: deps.host.id,
      phase: 'live',
      command: known ? null : pane.command,
    });
    store.insert(row);
    return deps.add(row);
  };

  const lose = (entry: Entry): void => {
    entry.change({ phase: 'lost' });
    entry.detach();
    entry.status.ended({ status: null, saw: 'tmux has the session no more' });
    entry.publish();
  };

  const each = async (id: string, doing: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      // One session that cannot be settled must not keep the others from it; the next change tries again.
      log('warn', `${doing} failed: ${String(error)}`, { session: id });
    }
  };

  const look = async (): Promise<void> => {
    // What is begun or ended while tmux answers may be in the answer or not: only what stood still may be judged by it.
    const before = new Map([...entries.values()].map((entry) => [entry.id, entry.version]));
    const panes = ours(await deps.tmux.list());
    const moved = (entry: Entry) => entry.busy > 0 || before.get(entry.id) !== entry.version;
    for (const [id, pane] of panes) {
      const entry = entries.get(id);
      if (entry && (moved(entry) || entry.row.phase === 'stopping' || entry.row.phase === 'archived')) continue;
      // A session that was ended meanwhile must not come back as an unknown one.
      if (!entry && deps.forgotten.has(id)) continue;
      await each(id, 'taking up a session', () => take(entry ?? adopt(id, pane), pane));
    }
    for (const entry of [...entries.values()])
      if (!moved(entry) && entry.row.phase === 'live' && !panes.has(entry.id)) lose(entry);
  };

  const restoreOf = async (row: SessionRow): Promise<'resume' | 'restart' | 'none'> => {
    if (!isKnown(deps, row.agent)) return 'none';
    if ((await deps.host.stat(row.cwd))?.directory !== true) return 'none';
    const spec = deps.agents.get(row.agent);
    if (spec.kind === 'custom' && row.command === null) return 'none';
    return row.conversation !== null && spec.resume !== null && row.turned ? 'resume' : 'restart';
  };

  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const once = (): Promise<void> => {
    if (!running) {
      running = look().finally(() => {
        running = null;
      });
      return running;
    }
    // One more look after the one under way, however many ask for it.
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = null;
        return once();
      });
    return next;
  };

  return {
    now: once,
    async first() {
      const panes = ours(await deps.tmux.list());
      const rows: RestoreReport['rows'] = [];
      const say = (
        row: SessionRow,
        result: 'back' | 'adopted' | 'lost',
        why: string,
        restore: 'resume' | 'restart' | 'none',
      ) => rows.push({ id: row.id, name: row.name, agent: row.agent, cwd: row.cwd, result, why, restore });
      for (const entry of [...entries.values()]) {
        const { row } = entry;
        const pane = panes.get(row.id);
        panes.delete(row.id);
        await each(row.id, 'settling a session', async () => {
          if (row.phase === 'stopping' || row.phase === 'archived') {
            if (pane) await deps.tmux.kill(pane.sessionId);
            if (row.phase === 'archived') return;
            store.remove(row.id);
            deps.forget(entry);
            bus.emit('session.removed', { id: row.id, name: row.name });
          } else if (pane) {
            await take(entry, pane);
            say(entry.row, 'back', pane.dead ? 'its program had ended' : 'it was running', 'none');
          } else if (row.phase === 'starting') {
            // Nobody was told of it: as if it had never been asked for.
            store.remove(row.id);
            deps.forget(entry);
          } else {
            const before = row.phase;
            if (before === 'live') lose(entry);
            const why =
              before === 'live' ? 'tmux has it no more; the machine or tmux was restarted' : 'it was lost before';
            say(entry.row, 'lost', why, await restoreOf(row));
          }
        });
      }
      for (const [id, pane] of panes) {
        await each(id, 'adopting a session', async () => {
          const entry = adopt(id, pane);
          await take(entry, pane);
          say(entry.row, 'adopted', 'it was running, but the database did not know it', 'none');
        });
      }
      return { at: clock.now(), rows };
    },
  };
}

const order = (pane: TmuxPane): number => Number(pane.sessionId.slice(1)) * 1e6 + Number(pane.paneId.slice(1));

export function isKnown(deps: Pick<SessionsDeps, 'agents'>, key: string): boolean {
  try {
    deps.agents.get(key);
    return true;
  } catch {
    return false;
  }
}
