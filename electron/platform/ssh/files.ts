/**
 * A machine's files over SFTP. Paths that others chose are confined as on this machine: what really stands there must be
 * inside the root. SFTP has no open folders, so it is looked at before and again after; whoever could win that race runs on
 * that machine as the same user already.
 */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { Fault } from '../../../shared/fault.ts';
import type { Host, HostEntry } from '../ports.ts';
import { absentThere, isAbsent, isFailure, lookOf, type Sftp, type SftpFile, sftpFault } from './sftp.ts';

const MOST_COMPARED = 64 * 1024 * 1024;
const within = (root: string, path: string): boolean =>
  path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`);
const outside = (path: string): Fault =>
  new Fault('refused', `${path} leads out of the working folder, so it is left alone.`);
const special = (path: string): Fault =>
  new Fault('refused', `${path} is no plain file (a pipe, a socket or a device), so it is not opened.`);

type Files = Pick<
  Host,
  'stat' | 'list' | 'read' | 'write' | 'look' | 'real' | 'listInside' | 'readInside' | 'writeInside'
>;

/** `use` runs the work with the file channel of the present connection. */
export function remoteFiles(use: <T>(work: (sftp: Sftp) => Promise<T>) => Promise<T>): Files {
  const doing = <T>(path: string, work: (sftp: Sftp) => Promise<T>): Promise<T> => {
    if (path.includes('\0')) return Promise.reject(new Fault('invalid', 'A path holds no NUL byte.'));
    return use(work).catch((error: unknown) => {
      throw sftpFault(error, path);
    });
  };
  /** The resolved path of what is there; null when nothing is. Servers resolve a missing last part as well. */
  const real = async (sftp: Sftp, path: string): Promise<string | null> => {
    const found = await sftp.realpath(path).catch(absentThere);
    if (found === null) return null;
    return (await sftp.lstat(found).catch(absentThere)) === null ? null : found;
  };
  const insideOf = async (sftp: Sftp, root: string, path: string): Promise<string> => {
    const asked = posix.resolve(root, path);
    if (!within(root, asked)) throw outside(path);
    const found = await real(sftp, asked);
    if (found === null) throw new Fault('not-found', `There is no file ${path}.`);
    if (!within(root, found)) throw outside(path);
    return found;
  };
  const stillThere = async (sftp: Sftp, path: string, shown: string): Promise<void> => {
    if ((await real(sftp, path)) !== path) throw outside(shown);
  };
  const closing = async <T>(file: SftpFile, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } finally {
      await file.close().catch(() => undefined);
    }
  };
  const whole = async (sftp: Sftp, path: string, most: number): Promise<Buffer> => {
    const file = await sftp.open(path, 'r');
    return closing(file, () => file.read(0, most));
  };
  /** Says that a disk is full, where it is: SFTP itself only knows that something failed. */
  const whyFailed = async (sftp: Sftp, error: unknown, folder: string): Promise<never> => {
    if (!isFailure(error)) throw error;
    const room = await sftp.free(folder).catch(() => null);
    if (room !== null && room.free < 64 * 1024)
      throw new Fault('unavailable', `The disk that holds ${folder} on that machine is full.`, undefined, error);
    throw error;
  };
  const makeFolders = async (sftp: Sftp, folder: string, mode: number): Promise<void> => {
    if ((await sftp.stat(folder).catch(absentThere)) !== null || folder === '/') return;
    await makeFolders(sftp, posix.dirname(folder), mode);
    await sftp.mkdir(folder, mode).catch(async (error: unknown) => {
      if ((await sftp.stat(folder).catch(absentThere)) === null) await whyFailed(sftp, error, posix.dirname(folder));
    });
  };
  const writeTo = async (sftp: Sftp, temporary: string, bytes: Uint8Array, mode: number): Promise<void> => {
    const file = await sftp.open(temporary, 'wx', mode);
    await closing(file, async () => {
      await file.write(bytes);
      // The umask takes bits away at creation.
      await file.chmod(mode);
    });
  };

  return {
    stat: (path) =>
      doing(path, async (sftp) => {
        const info = await sftp.stat(path).catch(absentThere);
        if (info === null) return null;
        const { size, mtimeMs, kind } = lookOf(info);
        return { size, mtimeMs, directory: kind === 'folder' };
      }),
    look: (path) =>
      doing(path, async (sftp) => {
        const info = await sftp.lstat(path).catch(absentThere);
        return info && lookOf(info);
      }),
    real: (path) => doing(path, (sftp) => real(sftp, path)),
    list: (dir) =>
      doing(dir, async (sftp) => {
        const found = await sftp.list(dir, 100_000).catch((error: unknown) => {
          if (isAbsent(error)) return { rows: [] };
          throw error;
        });
        return Promise.all(
          found.rows.map(async ({ name, attrs }) => {
            const { kind } = lookOf(attrs);
            // A link to a folder counts as one; a dangling link is a plain name.
            const there = kind === 'link' ? await sftp.stat(`${dir}/${name}`).catch(() => null) : null;
            return { name, directory: there ? lookOf(there).kind === 'folder' : kind === 'folder' };
          }),
        );
      }),
    read: (path, offset, length) =>
      doing(path, async (sftp) => {
        const file = await sftp.open(path, 'r');
        return closing(file, async () => {
          // A caller may ask for far more than there is.
          const { size } = await file.stat();
          const most = size > offset ? Math.min(length, size - offset) : Math.min(length, 32 * 1024);
          return file.read(offset, most);
        });
      }),
    write: (path, bytes, mode = 0o600) =>
      doing(path, async (sftp) => {
        const target = (await real(sftp, path)) ?? path;
        const folder = posix.dirname(target);
        const temporary = `${folder}/.${posix.basename(target)}.${crypto.randomUUID().slice(0, 8)}.tmp`;
        await makeFolders(sftp, folder, 0o700);
        try {
          await writeTo(sftp, temporary, typeof bytes === 'string' ? Buffer.from(bytes) : bytes, mode);
          await sftp.rename(temporary, target);
        } catch (error) {
          await sftp.remove(temporary).catch(() => undefined);
          await whyFailed(sftp, error, folder);
        }
      }),
    listInside: (root, path, most) =>
      doing(path, async (sftp) => {
        const there = await insideOf(sftp, root, path);
        if (lookOf(await sftp.lstat(there)).kind !== 'folder')
          throw new Fault('invalid', `${path} is a file, not a folder.`);
        const { rows, more } = await sftp.list(there, most);
        await stillThere(sftp, there, path);
        const entries: HostEntry[] = rows.map(({ name, attrs }) => ({ name, ...lookOf(attrs) }));
        return { entries, more };
      }),
    readInside: (root, path, most) =>
      doing(path, async (sftp) => {
        const there = await insideOf(sftp, root, path);
        const { kind } = lookOf(await sftp.lstat(there));
        if (kind === 'folder') throw new Fault('invalid', `${path} is a folder, not a file.`);
        if (kind !== 'file') throw special(path);
        const file = await sftp.open(there, 'r');
        return closing(file, async () => {
          const look = lookOf(await file.stat());
          if (look.kind !== 'file') throw special(path);
          const bytes = await file.read(0, Math.min(most, Math.max(look.size, 1)));
          await stillThere(sftp, there, path);
          return { bytes, look, path: there };
        });
      }),
    writeInside: (root, path, bytes, { expect, mode = 0o644 }) =>
      doing(path, async (sftp) => {
        const asked = posix.resolve(root, path);
        if (!within(root, asked) || asked === root) throw outside(path);
        const first = await sftp.lstat(asked).catch(absentThere);
        let target = asked;
        if (first && lookOf(first).kind === 'link') {
          const found = await real(sftp, asked);
          if (found === null)
            throw new Fault('refused', `${path} is a link that names nothing, so nothing is written there.`);
          if (!within(root, found)) throw outside(path);
          target = found;
        }
        const parent = posix.dirname(target);
        // The nearest folder that is there decides where links lead; what is missing is made by us below it.
        let nearest = parent;
        while ((await sftp.lstat(nearest).catch(absentThere)) === null && nearest !== root)
          nearest = posix.dirname(nearest);
        const place = await real(sftp, nearest);
        if (place === null || !within(root, place)) throw outside(path);
        if (nearest !== parent && expect !== null) return false;
        if (nearest !== parent) await makeFolders(sftp, parent, 0o755);
        const folder = await insideOf(sftp, root, posix.relative(root, parent) || '.');
        const name = `${folder}/${posix.basename(target)}`;
        const before = await sftp.lstat(name).catch(absentThere);
        const look = before && lookOf(before);
        if (look?.kind === 'folder') throw new Fault('invalid', `${path} is a folder, not a file.`);
        if (expect === null ? look !== null : look === null) return false;
        if (look && look.kind !== 'file') throw special(path);
        if (look && (look.mode & 0o200) === 0) throw new Fault('refused', `${path} is read-only.`);
        const temporary = `${folder}/.qd-${crypto.randomUUID()}.tmp`;
        try {
          await writeTo(sftp, temporary, bytes, look ? look.mode : mode);
          await stillThere(sftp, folder, path);
          if (expect === null) {
            // Never over something.
            if ((await sftp.lstat(name).catch(absentThere)) !== null) return await drop(sftp, temporary);
            await sftp.renameNew(temporary, name);
            return true;
          }
          if (look && look.size > MOST_COMPARED) return await drop(sftp, temporary);
          const now = createHash('sha256')
            .update(await whole(sftp, name, MOST_COMPARED))
            .digest('hex');
          if (now !== expect) return await drop(sftp, temporary);
          await sftp.rename(temporary, name);
          return true;
        } catch (error) {
          await sftp.remove(temporary).catch(() => undefined);
          return await whyFailed(sftp, error, folder);
        }
      }),
  };
}

async function drop(sftp: Sftp, temporary: string): Promise<false> {
  await sftp.remove(temporary);
  return false;
}
