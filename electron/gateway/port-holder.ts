/** Who holds a port that is taken: told to the user, never acted upon. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

export interface Holder {
  /** Such as `Quarterdeck 0.1.0` or `node (pid 4711)`; null when it cannot be known. */
  readonly text: string | null;
  readonly pid: number | null;
  readonly quarterdeck: boolean;
}

/** At most about two seconds. `address` is a literal as it is bound. */
export async function portHolder(address: string, port: number): Promise<Holder> {
  const [version, pid] = await Promise.all([quarterdeckAt(address, port), pidOf(port).catch(() => null)]);
  // The program only: what follows it on the command line may be secret.
  const line = pid === null ? '' : await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const process =
    pid === null ? null : `${basename(line.split('\0')[0] ?? '').slice(0, 40) || 'a process'} (pid ${pid})`;
  if (version !== null) {
    return { text: `Quarterdeck ${version}${pid === null ? '' : ` (pid ${pid})`}`, pid, quarterdeck: true };
  }
  return { text: process, pid, quarterdeck: false };
}

/** The version that a Quarterdeck there answers on /health. */
async function quarterdeckAt(address: string, port: number): Promise<string | null> {
  const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '[::1]' : bracket(address);
  try {
    const response = await fetch(`http://${host}:${port}/health`, {
      signal: AbortSignal.timeout(1500),
      redirect: 'error',
    });
    // Whoever it is may answer without end: only the beginning of it matters.
    const reader = response.body?.getReader();
    const first = await reader?.read();
    await reader?.cancel();
    const body: unknown = JSON.parse(new TextDecoder().decode(first?.value ?? new Uint8Array()).slice(0, 4096));
    if (body === null || typeof body !== 'object') return null;
    return 'status' in body && 'version' in body && typeof body.version === 'string' ? body.version.slice(0, 40) : null;
  } catch {
    // Refused, silent or not ours: not a Quarterdeck as far as can be told.
    return null;
  }
}

export const bracket = (address: string) => (address.includes(':') ? `[${address}]` : address);

/** Linux: the listening socket's inode, then the process that has it open. Null where that cannot be read. */
async function pidOf(port: number): Promise<number | null> {
  const wanted = new Set<string>();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const table = await readFile(file, 'utf8').catch(() => '');
    for (const line of table.split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === '0A' && inode && Number.parseInt(local?.split(':')[1] ?? '', 16) === port) wanted.add(inode);
    }
  }
  if (wanted.size === 0) return null;
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    // Other users' processes are closed to us.
    const open = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const fd of open) {
      const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode !== undefined && wanted.has(inode)) return Number(pid);
    }
  }
  return null;
}
