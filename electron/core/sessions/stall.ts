/** Says so when a session claims to work and nothing shows it: no bytes, no event, no transcript, no CPU time. */
import type { Place } from '../nodes/nodes.ts';
import type { SessionsDeps } from './deps.ts';
import type { Entry } from './entry.ts';
import { cpuSeconds, treeOf } from './process-tree.ts';

const LOOK_MS = 15_000;
/** CPU time between two looks that counts as work: a waiting program with timers uses less. */
const WORK_SECONDS = 0.15;

export function createStallWatch(
  deps: Pick<SessionsDeps, 'clock' | 'settings' | 'log'> & { readonly placeOf: (node: string) => Place },
  entries: ReadonlyMap<string, Entry>,
): { look(): Promise<void>; close(): void } {
  const { clock } = deps;
  const used = new Map<string, number>();
  let looking = false;

  const look = async (): Promise<void> => {
    const minutes = deps.settings.value('sessions.stallMinutes');
    if (looking) return;
    const limit = minutes * 60_000;
    const quiet = [...entries.values()].filter((entry) => {
      const silent = clock.now() - lastSign(entry);
      const works = minutes > 0 && entry.status.state === 'working' && entry.pane !== null;
      if (entry.stalled && (!works || silent < limit)) tell(entry, false);
      return works && silent >= Math.min(limit, LOOK_MS);
    });
    for (const id of used.keys()) if (!quiet.some((entry) => entry.id === id)) used.delete(id);
    if (quiet.length === 0) return;
    looking = true;
    try {
      // Each machine on its own: one that is away keeps nobody else's from being looked at.
      await Promise.all([...new Set(quiet.map((entry) => entry.row.node))].map((node) => lookAt(node, quiet, limit)));
    } catch (error) {
      deps.log('warn', `looking at processes failed: ${String(error)}`);
    } finally {
      looking = false;
    }
  };
  const lookAt = async (node: string, quiet: readonly Entry[], limit: number): Promise<void> => {
    const place = deps.placeOf(node);
    if (place.problem() !== null) return;
    const rows = await place.host.processes();
    for (const entry of quiet) {
      if (entry.row.node !== node) continue;
      const now = cpuSeconds(treeOf(rows, entry.pane?.pid ?? 0));
      const before = used.get(entry.id);
      used.set(entry.id, now);
      if (before !== undefined && now - before >= WORK_SECONDS) entry.signAt = clock.now();
      // One look alone cannot tell whether the CPU is used.
      if (before !== undefined) tell(entry, clock.now() - lastSign(entry) >= limit);
    }
  };
  const stop = clock.every(LOOK_MS, () => void look());
  return { look, close: stop };
}

const lastSign = (entry: Entry): number => Math.max(entry.outputAt ?? 0, entry.signAt, entry.status.since);

function tell(entry: Entry, stalled: boolean): void {
  if (entry.stalled === stalled) return;
  entry.stalled = stalled;
  entry.publish();
}
