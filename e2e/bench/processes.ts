/** Processes of a desktop app, by what they are, and the memory they hold. Linux only: what is read is /proc. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Every process below this one, itself included. */
export async function family(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,ppid=']);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const parent of found)
    for (const [child, of] of rows) if (of === parent && child !== undefined) found.push(child);
  return found;
}

export interface Process {
  readonly pid: number;
  /** `shell`, `page`, `core`, `gpu`, `zygote`, or Chromium's name of the service. */
  readonly kind: string;
  /** Megabytes of its own share: pages that several processes share count once in all of them together. */
  readonly pss: number;
  /** Megabytes that it sees, shared ones in full. */
  readonly rss: number;
}

const KINDS: Readonly<Record<string, string>> = { renderer: 'page', 'gpu-process': 'gpu', zygote: 'zygote' };
const kindOf = (line: string): string => {
  if (/hub\.js/.test(line)) return 'core';
  const type = /--type=(\S+)/.exec(line)?.[1];
  if (type === undefined) return 'shell';
  return KINDS[type] ?? /--utility-sub-type=(?:\w+\.)*?(\w+)(?:\s|$)/.exec(line)?.[1] ?? type;
};

/** One that ends meanwhile is left out. */
export async function processes(pid: number): Promise<Process[]> {
  const all = await Promise.all(
    (await family(pid)).map(async (each) => {
      const read = (file: string) => readFile(`/proc/${each}/${file}`, 'utf8').catch(() => '');
      const [line, memory] = await Promise.all([read('cmdline'), read('smaps_rollup')]);
      const kb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(memory)?.[1] ?? 0);
      const kind = kindOf(line.replaceAll('\0', ' '));
      return { pid: each, kind, pss: kb('Pss') / 1024, rss: kb('Rss') / 1024 };
    }),
  );
  return all.filter(({ rss }) => rss > 0);
}

export const sum = (all: readonly Process[], what: 'pss' | 'rss' = 'pss'): number =>
  all.reduce((total, each) => total + each[what], 0);
