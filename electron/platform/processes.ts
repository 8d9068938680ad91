/** The process table: /proc on Linux, `ps` elsewhere. */
import { readdir, readFile } from 'node:fs/promises';
import { Fault } from '../../shared/fault.ts';
import type { ExecResult, HostProcessRow } from './ports.ts';

/** USER_HZ, the unit of CPU times in /proc: 100 on every Linux that Node runs on, whatever the kernel's own tick. */
const TICKS_PER_SECOND = 100;
/** Reads in flight at once: enough to be quick, few enough to leave the thread pool to others. */
const READERS = 16;

export async function listProcesses(exec: (argv: readonly string[]) => Promise<ExecResult>): Promise<HostProcessRow[]> {
  if (process.platform === 'linux') return readProc();
  const result = await exec(['ps', '-axo', 'pid=,ppid=,pgid=,time=,comm=']);
  if (result.code !== 0) {
    throw new Fault('unavailable', `ps failed: ${Buffer.from(result.stderr).toString('utf8').trim()}`);
  }
  return parsePs(Buffer.from(result.stdout).toString('utf8'));
}

async function readProc(): Promise<HostProcessRow[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const rows: HostProcessRow[] = [];
  const next = pids.values();
  const read = async (): Promise<void> => {
    for (const pid of next) {
      try {
        const row = parseStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
        if (row) rows.push(row);
      } catch {
        // It ended between the listing and the reading.
      }
    }
  };
  await Promise.all(Array.from({ length: READERS }, read));
  return rows;
}

/** One line of /proc/PID/stat. The name stands in parentheses and may itself hold spaces and parentheses: the last one closes it. */
export function parseStat(text: string): HostProcessRow | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return null;
  const rest = text.slice(close + 2).split(' ');
  // A zombie runs no more; where nothing reaps it (many containers) it would look alive for ever.
  if (rest[0] === 'Z' || rest[0] === 'X') return null;
  const row = {
    pid: Number.parseInt(text, 10),
    ppid: Number(rest[1]),
    pgid: Number(rest[2]),
    cpuSeconds: (Number(rest[11]) + Number(rest[12])) / TICKS_PER_SECOND,
    command: text.slice(open + 1, close),
  };
  return Number.isFinite(row.pid + row.ppid + row.pgid + row.cpuSeconds) ? row : null;
}

/** Lines of `ps -o pid=,ppid=,pgid=,time=,comm=`; the time reads [[days-]hours:]minutes:seconds[.hundredths]. */
export function parsePs(text: string): HostProcessRow[] {
  const rows: HostProcessRow[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(?:(\d+)-)?([\d:.]+)\s+(.*?)\s*$/.exec(line);
    if (!match) continue;
    const clock = (match[5] ?? '').split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
    rows.push({
      pid: Number(match[1]),
      ppid: Number(match[2]),
      pgid: Number(match[3]),
      cpuSeconds: Number(match[4] ?? 0) * 86_400 + clock,
      // macOS gives the whole path.
      command: (match[6] ?? '').slice((match[6] ?? '').lastIndexOf('/') + 1),
    });
  }
  return rows;
}
