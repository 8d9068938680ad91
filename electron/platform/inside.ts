/**
 * Files below one folder, by paths that others chose. A path is checked, and then what was opened is checked again: between
 * the two anybody who may write in the folder can put a link in its place. Where the system has `/proc/self/fd`, an open
 * folder is a place that no link can change, so everything is done from there.
 */
import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import {
  access,
  chmod,
  chown,
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  opendir,
  readlink,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { Fault } from '../../shared/fault.ts';
import { absent, errorCode, pathFault } from './path-faults.ts';
import type { HostEntry, HostLook } from './ports.ts';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants;
const STATS_AT_ONCE = 64;
const READ_STEP = 1 << 18;
/** A file larger than this is never what somebody edited as text. */
const MOST_COMPARED = 64 * 1024 * 1024;

const within = (root: string, path: string): boolean =>
  path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);

const outside = (path: string): Fault =>
  new Fault('refused', `${path} leads out of the working folder, so it is left alone.`);

const lookOf = (info: Stats): HostLook => ({
  kind: info.isFile() ? 'file' : info.isDirectory() ? 'folder' : info.isSymbolicLink() ? 'link' : 'other',
  size: info.size,
  mtimeMs: info.mtimeMs,
  mode: info.mode & 0o7777,
});

export async function lookAt(path: string): Promise<HostLook | null> {
  const info = await lstat(path).catch(absent);
  return info && lookOf(info);
}

/** Where the system says that an open file stands; null where it cannot say. */
const placeOf = (handle: FileHandle): Promise<string | null> =>
  readlink(`/proc/self/fd/${handle.fd}`).catch(() => null);

/** `path` is real; a link that took its place since then is not followed, nor a folder above it that moved. */
async function openReal(root: string, path: string, flags: number): Promise<FileHandle> {
  const handle = await open(path, flags | O_NOFOLLOW | O_NONBLOCK);
  try {
    const place = await placeOf(handle);
    if (place !== null) {
      if (!within(root, place)) throw outside(path);
    } else {
      const [mine, there, real] = await Promise.all([handle.stat(), stat(path), realpath(path)]);
      if (real !== path || mine.ino !== there.ino || mine.dev !== there.dev) throw outside(path);
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function realInside(root: string, path: string): Promise<string> {
  const asked = resolve(root, path);
  if (!within(root, asked)) throw outside(path);
  const real = await realpath(asked);
  if (!within(root, real)) throw outside(path);
  return real;
}

/** A prefix for names in an open folder. */
async function insideOf(folder: FileHandle, path: string): Promise<string> {
  return (await placeOf(folder)) === null ? path : `/proc/self/fd/${folder.fd}`;
}

export async function listInside(
  root: string,
  path: string,
  most: number,
): Promise<{ readonly entries: readonly HostEntry[]; readonly more: boolean }> {
  try {
    const real = await realInside(root, path);
    if (!(await lstat(real)).isDirectory()) throw new Fault('invalid', `${path} is a file, not a folder.`);
    const folder = await openReal(root, real, O_RDONLY | O_DIRECTORY);
    try {
      const at = await insideOf(folder, real);
      const names: string[] = [];
      let more = false;
      for await (const { name } of await opendir(at, { bufferSize: 256 })) {
        if (names.length === most) {
          more = true;
          break;
        }
        names.push(name);
      }
      const entries: HostEntry[] = [];
      for (let i = 0; i < names.length; i += STATS_AT_ONCE) {
        const some = names.slice(i, i + STATS_AT_ONCE).map(async (name): Promise<HostEntry | null> => {
          const info = await lstat(`${at}/${name}`).catch(() => null);
          if (info) return { name, ...lookOf(info) };
          // A name that is not UTF-8 cannot be asked for by its text; one that is gone meanwhile is left out.
          return name.includes('\ufffd') ? { name, kind: 'other', size: 0, mtimeMs: 0, mode: 0 } : null;
        });
        for (const entry of await Promise.all(some)) if (entry) entries.push(entry);
      }
      return { entries, more };
    } finally {
      await folder.close();
    }
  } catch (error) {
    throw pathFault(error, path);
  }
}

async function readOpen(file: FileHandle, most: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let done = 0;
  while (done < most) {
    const part = Buffer.allocUnsafe(Math.min(most - done, READ_STEP));
    const { bytesRead } = await file.read(part, 0, part.length, done);
    if (bytesRead === 0) break;
    parts.push(part.subarray(0, bytesRead));
    done += bytesRead;
  }
  return Buffer.concat(parts);
}

/** A plain file, open for reading. Pipes, sockets and devices are told apart before they are opened. */
async function openFile(root: string, real: string, path: string): Promise<FileHandle> {
  const kind = lookOf(await lstat(real)).kind;
  if (kind === 'folder') throw new Fault('invalid', `${path} is a folder, not a file.`);
  if (kind !== 'file') throw special(path);
  const file = await openReal(root, real, O_RDONLY);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw special(path);
}

const special = (path: string): Fault =>
  new Fault('refused', `${path} is no plain file (a pipe, a socket or a device), so it is not opened.`);

export async function readInside(
  root: string,
  path: string,
  most: number,
): Promise<{ readonly bytes: Uint8Array; readonly look: HostLook; readonly path: string }> {
  try {
    const real = await realInside(root, path);
    const file = await openFile(root, real, path);
    try {
      const look = lookOf(await file.stat());
      return { bytes: await readOpen(file, most), look, path: real };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw pathFault(error, path);
  }
}

/** The folder of `real`, open, and the missing ones on the way made when `make`. */
async function openParent(root: string, real: string, make: boolean): Promise<{ folder: FileHandle; at: string }> {
  const missing: string[] = [];
  let there = dirname(real);
  let known = await realpath(there).catch(absent);
  while (known === null && make && within(root, there) && there !== root) {
    missing.unshift(basename(there));
    there = dirname(there);
    known = await realpath(there).catch(absent);
  }
  if (known === null) throw new Fault('not-found', `There is no folder ${there}.`);
  if (!within(root, known)) throw outside(real);
  let folder = await openReal(root, known, O_RDONLY | O_DIRECTORY);
  try {
    let at = await insideOf(folder, known);
    for (const name of missing) {
      known = join(known, name);
      await mkdir(`${at}/${name}`).catch((error: unknown) => {
        if (errorCode(error) !== 'EEXIST') throw error;
      });
      const next = await open(`${at}/${name}`, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
      await folder.close();
      folder = next;
      at = await insideOf(folder, known);
    }
    return { folder, at };
  } catch (error) {
    await folder.close();
    throw error;
  }
}

/** Where the bytes go: a link to a file inside is followed, so that the link stays one. */
async function targetOf(root: string, path: string): Promise<string> {
  const asked = resolve(root, path);
  if (!within(root, asked) || asked === root) throw outside(path);
  const info = await lstat(asked).catch(absent);
  if (!info?.isSymbolicLink()) return asked;
  const real = await realpath(asked).catch(absent);
  if (real === null) throw new Fault('refused', `${path} is a link that names nothing, so nothing is written there.`);
  if (!within(root, real)) throw outside(path);
  return real;
}

export async function writeInside(
  root: string,
  path: string,
  bytes: Uint8Array,
  { expect, mode = 0o644 }: { readonly expect: string | null; readonly mode?: number },
): Promise<boolean> {
  let temporary: string | null = null;
  let folder: FileHandle | null = null;
  try {
    const target = await targetOf(root, path);
    const parent = await openParent(root, target, expect === null);
    folder = parent.folder;
    const name = `${parent.at}/${basename(target)}`;
    const before = await lstat(name).catch(absent);
    if (before?.isDirectory()) throw new Fault('invalid', `${path} is a folder, not a file.`);
    if (expect === null ? before !== null : before === null) return false;
    if (before && !before.isFile()) throw special(path);
    // A rename asks for no right to the file itself: one that its owner made read-only stays as it is.
    if (before) await access(name, constants.W_OK);
    temporary = `${parent.at}/.qd-${crypto.randomUUID()}.tmp`;
    const file = await open(temporary, 'wx', before ? before.mode & 0o7777 : mode);
    try {
      await file.writeFile(bytes);
      if (before) {
        const made = await file.stat();
        // Only root may give a file away; for others the file is theirs afterwards, as with every editor.
        if (made.uid !== before.uid || made.gid !== before.gid)
          await chown(temporary, before.uid, before.gid).catch(() => undefined);
        await chmod(temporary, before.mode & 0o7777);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    if (expect === null) return await placeNew(temporary, name);
    if ((await digest(name)) !== expect) return false;
    await rename(temporary, name);
    temporary = null;
    return true;
  } catch (error) {
    throw pathFault(error, path);
  } finally {
    if (temporary !== null) await rm(temporary, { force: true });
    await folder?.close();
  }
}

/** Never over something: a second name is made, which fails where one is; on disks without second names, looked first. */
async function placeNew(temporary: string, name: string): Promise<boolean> {
  try {
    await link(temporary, name);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errorCode(error) ?? '')) throw error;
  }
  if ((await lstat(name).catch(absent)) !== null) return false;
  await rename(temporary, name);
  return true;
}

async function digest(path: string): Promise<string | null> {
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(absent);
  if (!file) return null;
  try {
    const info = await file.stat();
    if (!info.isFile() || info.size > MOST_COMPARED) return null;
    return createHash('sha256')
      .update(await readOpen(file, MOST_COMPARED + 1))
      .digest('hex');
  } finally {
    await file.close();
  }
}
