/**
 * One core per data folder. `hub.lock` names the running one, its address and the token that programs of the same user
 * may use. The command line reads it; only the core writes it.
 *
 * Taking over a stale lock is safe against any number of programs that try at once: each lock has a random generation,
 * and whoever creates `hub.lock.next-GENERATION` (which only one can) is its only heir. An heir that died half-way is
 * itself a stale lock with its own generation, and so on. Nobody ever removes a lock that is not their own.
 */
import { execFile } from 'node:child_process';
import { chmod, link, lstat, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../shared/fault.ts';

export interface LockInfo {
  /** Where the core listens; empty until it does. */
  readonly url: string;
  /** The local token; empty until there is one. */
  readonly token: string;
  readonly version: string;
  readonly protocol: number;
}
export interface LockRecord extends LockInfo {
  readonly pid: number;
  /** Unix milliseconds. */
  readonly startedAt: number;
  /** When the process was born, as the system tells it: tells a process from a later one with the same pid. */
  readonly birth: string | null;
  readonly generation: string;
}
export interface Lock {
  /** Fills in what was not known yet. */
  update(info: Partial<LockInfo>): Promise<void>;
  release(): Promise<void>;
}

const FILE = 'hub.lock';
/** How long the loser of two that start at once waits for the winner's address, to name it. */
const ADDRESS_WITHIN = 2000;

/** Makes the data folder (0700) when it is not there. Fault `invalid` when it cannot be made or belongs to somebody else. */
export async function makeDataFolder(dataDir: string): Promise<void> {
  try {
    await makeFolders(dataDir);
    await chmod(dataDir, 0o700);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const message = `the data folder ${dataDir} cannot be made or is not yours (${why}); name another with --data DIR or QD_DATA`;
    throw new Fault('invalid', message, undefined, cause);
  }
}

/** Not `recursive` of Node's own mkdir, which never ends where a file system has no folder to give (/proc): it takes ENOENT for a missing parent for ever. */
async function makeFolders(path: string): Promise<void> {
  const make = () => mkdir(path, { mode: 0o700 });
  try {
    await make();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' && dirname(path) !== path) {
      await makeFolders(dirname(path));
      await make().catch(thereAlready(path));
    } else await thereAlready(path)(error);
  }
}
const thereAlready = (path: string) => async (error: unknown) => {
  if (!(await stat(path).catch(() => null))?.isDirectory()) throw error;
};

/** Makes the folder when it is not there. Fault `locked` names the pid and address of the core that has it. */
export async function acquireLock(dataDir: string, info: LockInfo): Promise<Lock> {
  await makeDataFolder(dataDir);
  const path = join(dataDir, FILE);
  const mine: LockRecord = {
    ...info,
    pid: process.pid,
    startedAt: Date.now(),
    birth: await birthOf(process.pid),
    generation: crypto.randomUUID(),
  };
  const draft = join(dataDir, `${FILE}.draft-${mine.generation}`);
  await writeWhole(draft, mine);
  try {
    for (;;) {
      // A link appears whole and only when there is nothing by that name: no reader ever sees half a lock.
      if (await linked(draft, path)) break;
      const chain = await readChain(path);
      const last = chain.at(-1);
      if (!last) continue;
      if (await alive(last.record)) throw await locked(dataDir, last.record);
      const heir = `${path}.next-${last.record.generation}`;
      if (!(await linked(draft, heir))) continue;
      // Another heir may have finished between our reading and our link: then this inheritance is void.
      const now = await readChain(path);
      const still =
        now.length === chain.length + 1 && chain.every((c, i) => now[i]?.record.generation === c.record.generation);
      if (!still) {
        await rm(heir, { force: true });
        continue;
      }
      await rename(heir, path);
      // Heirs that died half-way; whoever still looks at them finds that `hub.lock` has moved on.
      for (const { file } of chain.slice(1)) await rm(file, { force: true });
      break;
    }
  } finally {
    await rm(draft, { force: true });
  }

  let record = mine;
  let work = Promise.resolve();
  /** Only while the file is still ours: someone may have emptied the folder under us. */
  const ifOurs = (run: () => Promise<void>) => {
    work = work.then(async () => {
      if ((await readRecord(path))?.generation === mine.generation) await run();
    });
    return work;
  };
  return {
    update: (more) =>
      ifOurs(async () => {
        record = { ...record, ...more };
        await writeWhole(draft, record);
        await rename(draft, path);
      }),
    release: () => ifOurs(() => rm(path, { force: true })),
  };
}

/** The running core of this data folder, or null when none runs. */
export async function readLock(dataDir: string): Promise<LockRecord | null> {
  const last = (await readChain(join(dataDir, FILE))).at(-1);
  return last && (await alive(last.record)) ? last.record : null;
}

async function locked(dataDir: string, holder: LockRecord): Promise<Fault> {
  let { url } = holder;
  for (let waited = 0; url === '' && waited < ADDRESS_WITHIN; waited += 50) {
    await sleep(50);
    const now = await readLock(dataDir);
    if (!now || now.pid !== holder.pid) break;
    url = now.url;
  }
  const at = url === '' ? 'still starting' : `at ${url}`;
  return new Fault('locked', `a Quarterdeck core already runs on ${dataDir} (pid ${holder.pid}, ${at}): use that one`, {
    pid: holder.pid,
    url,
  });
}

/** The lock and, after it, heirs that have not finished (or died before they did). */
async function readChain(path: string): Promise<{ readonly file: string; readonly record: LockRecord }[]> {
  const chain: { file: string; record: LockRecord }[] = [];
  for (let file = path; ; ) {
    const read = await readRecord(file);
    if (!read) return chain;
    // A damaged record has lost its generation: its place in the chain is as good.
    const record = read.generation === '' ? { ...read, generation: `damaged-${chain.length}` } : read;
    chain.push({ file, record });
    file = `${path}.next-${record.generation}`;
  }
}

async function readRecord(file: string): Promise<LockRecord | null> {
  let text: string;
  try {
    if (!(await lstat(file)).isFile()) throw new Fault('refused', `${file} is not a file; look at it and remove it`);
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  let raw: Partial<Record<keyof LockRecord, unknown>> = {};
  try {
    const json: unknown = JSON.parse(text);
    if (json !== null && typeof json === 'object') raw = json;
  } catch {
    // Not written by a core (those appear whole): damaged by hand or by a full disk. It is nobody's lock.
  }
  const word = (value: unknown) => (typeof value === 'string' ? value : '');
  const number = (value: unknown) => (typeof value === 'number' && Number.isSafeInteger(value) ? value : 0);
  const generation = word(raw.generation);
  return {
    pid: number(raw.pid),
    url: word(raw.url),
    token: word(raw.token),
    version: word(raw.version),
    protocol: number(raw.protocol),
    startedAt: number(raw.startedAt),
    birth: raw.birth === null ? null : word(raw.birth),
    generation: /^[\w-]{1,64}$/.test(generation) ? generation : '',
  };
}

/** Is it the very process that wrote the lock: same pid, born at the same time. */
async function alive({ pid, birth }: LockRecord): Promise<boolean> {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, under another user.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const now = await birthOf(pid);
  // Where the system does not tell, a living pid counts: refusing to start harms less than two cores.
  return now === null || birth === null || now === birth;
}

/** Linux: boot and start time in ticks; elsewhere what `ps` says; null when neither can be had. */
async function birthOf(pid: number): Promise<string | null> {
  try {
    const [boot, line] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // The name before it may hold spaces and parentheses: count from the last parenthesis.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    // A zombie has its pid still and holds nothing any more.
    if (fields[0] === 'Z' || fields[0] === 'X') return 'dead';
    return fields[19] === undefined ? null : `${boot.trim()}/${fields[19]}`;
  } catch {
    // No /proc here, or the process has just ended.
  }
  return new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C' };
    execFile('ps', ['-o', 'lstart=', '-p', String(pid)], { timeout: 2000, env }, (error, stdout) =>
      resolve(error || stdout.trim() === '' ? null : stdout.trim()),
    );
  });
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function writeWhole(file: string, record: LockRecord): Promise<void> {
  await writeFile(file, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600, flag: 'w', flush: true });
}
