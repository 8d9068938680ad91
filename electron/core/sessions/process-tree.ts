/** Ends a program with everything it started, politely first. Agents start helpers in sessions of their own (setsid). */
import type { Clock } from '../../kernel/clock.ts';
import type { Host, HostProcessRow } from '../../platform/ports.ts';

/** Time a program has to leave by itself. */
const GRACE_MS = 2000;
const POLL_MS = 60;

/** `root` and all below it, and what shares a process group with one of them. */
export function treeOf(rows: readonly HostProcessRow[], root: number): readonly HostProcessRow[] {
  const found = new Map<number, HostProcessRow>();
  const groups = new Set<number>([root]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const row of rows) {
      if (found.has(row.pid) || row.pid < 2) continue;
      if (row.pid !== root && !found.has(row.ppid) && !groups.has(row.pgid)) continue;
      found.set(row.pid, row);
      // Only a group that this tree leads: the group of whoever started it is not ours.
      if (found.has(row.pgid) || row.pgid === row.pid) groups.add(row.pgid);
      grown = true;
    }
  }
  return [...found.values()];
}

export function cpuSeconds(rows: readonly HostProcessRow[]): number {
  return rows.reduce((sum, row) => sum + row.cpuSeconds, 0);
}

/**
 * Resolves with the pids that are still there after SIGKILL (none, unless the system refuses). The tree is noted before
 * the first signal: once a parent is gone, nothing tells whose its children were.
 */
export async function endTree(
  host: Pick<Host, 'processes' | 'kill'>,
  clock: Clock,
  root: number,
): Promise<readonly number[]> {
  const known = new Map(treeOf(await host.processes(), root).map((row) => [row.pid, row]));
  const alive = async (): Promise<readonly number[]> => {
    const rows = await host.processes();
    // What the tree started since the first look belongs to it; a pid used anew by another program does not.
    for (const pid of [...known.keys()])
      for (const row of treeOf(rows, pid)) if (!known.has(row.pid)) known.set(row.pid, row);
    return rows
      .filter((row) => {
        const before = known.get(row.pid);
        return before !== undefined && (before.ppid === row.ppid || row.ppid === 1 || known.has(row.ppid));
      })
      .map((row) => row.pid);
  };
  const signal = async (pids: Iterable<number>, name: 'SIGHUP' | 'SIGTERM' | 'SIGKILL') => {
    // A refusal (another user's process) must not keep the others from their signal; what stays is reported.
    await Promise.all([...pids].map((pid) => host.kill(pid, name).catch(() => false)));
  };
  if (known.size === 0) return [];
  // Interactive shells ignore SIGTERM and leave at a hang-up.
  await signal(known.keys(), 'SIGHUP');
  await signal(known.keys(), 'SIGTERM');
  const until = clock.now() + GRACE_MS;
  let left = await alive();
  while (left.length > 0 && clock.now() < until) {
    await new Promise<void>((resolve) => clock.after(POLL_MS, resolve));
    left = await alive();
  }
  for (let round = 0; left.length > 0 && round < 5; round += 1) {
    await signal(left, 'SIGKILL');
    await new Promise<void>((resolve) => clock.after(POLL_MS, resolve));
    left = await alive();
  }
  return left;
}
