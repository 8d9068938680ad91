/** The local machine as a `Host`. An SSH node wears the same face, so nothing here may leak into its callers. */
import { constants } from 'node:fs';
import { access, mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Fault } from '../../shared/fault.ts';
import { runCommand, spawnProcess } from './child.ts';
import { listInside, lookAt, readInside, writeInside } from './inside.ts';
import { INSTALL_FOLDERS } from './install-folders.ts';
import { absent, errorCode, pathFault } from './path-faults.ts';
import type { Host } from './ports.ts';
import { listProcesses } from './processes.ts';

export function createLocalHost(options: { readonly env?: NodeJS.ProcessEnv; readonly home?: string } = {}): Host {
  const env = options.env ?? process.env;
  const home = options.home ?? env['HOME'] ?? homedir();

  return {
    id: 'local',
    home,
    env,
    exec: (argv, execOptions = {}) => runCommand(argv, env, execOptions),
    spawn: (argv, spawnOptions = {}) => spawnProcess(argv, env, spawnOptions),

    async stat(path) {
      const info = await stat(path).catch(absent);
      return info ? { size: info.size, mtimeMs: info.mtimeMs, directory: info.isDirectory() } : null;
    },

    async list(dir) {
      const entries = await readdir(dir, { withFileTypes: true }).catch(absent);
      return Promise.all(
        (entries ?? []).map(async (entry) => ({
          name: entry.name,
          // A link to a folder counts as one; a dangling link is a plain name.
          directory: entry.isSymbolicLink()
            ? ((await stat(join(dir, entry.name)).catch(absent))?.isDirectory() ?? false)
            : entry.isDirectory(),
        })),
      );
    },

    async read(path, offset, length) {
      const file = await open(path, 'r').catch((error: unknown) => {
        throw pathFault(error, path);
      });
      try {
        // Grown as read: a caller may ask for far more than the file holds.
        const parts: Buffer[] = [];
        let done = 0;
        while (done < length) {
          const part = Buffer.allocUnsafe(Math.min(length - done, 1 << 18));
          const { bytesRead } = await file.read(part, 0, part.length, offset + done);
          if (bytesRead === 0) break;
          parts.push(part.subarray(0, bytesRead));
          done += bytesRead;
        }
        return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
      } catch (error) {
        throw pathFault(error, path);
      } finally {
        await file.close();
      }
    },

    async write(path, bytes, mode = 0o600) {
      // A link (people keep dot-files in a repository) stays a link: its target is replaced.
      const target = (await realpath(path).catch(absent)) ?? path;
      const temporary = join(dirname(target), `.${basename(target)}.${crypto.randomUUID().slice(0, 8)}.tmp`);
      try {
        await mkdir(dirname(target), { recursive: true, mode: 0o700 });
        const file = await open(temporary, 'wx', mode);
        try {
          await file.writeFile(bytes);
          // The umask takes bits away at creation.
          await file.chmod(mode);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(temporary, target);
      } catch (error) {
        await rm(temporary, { force: true });
        throw pathFault(error, path);
      }
    },

    look: lookAt,
    real: (path) => realpath(path).catch(absent),
    listInside,
    readInside,
    writeInside,

    async which(command) {
      if (command === '' || command.includes('\0')) return null;
      if (command.includes('/')) return (await executable(command)) ? command : null;
      for (const folder of await searchPath(env, home)) {
        const candidate = join(folder, command);
        if (await executable(candidate)) return candidate;
      }
      return null;
    },

    processes: () => listProcesses((argv) => runCommand(argv, env, { timeoutMs: 10_000 })),

    async kill(pid, signal) {
      // 0 and negative numbers mean whole groups, 1 is init: never what a caller with one process in mind wants.
      if (!Number.isSafeInteger(pid) || pid < 2)
        throw new Fault('invalid', `${pid} is not a process that may be ended.`);
      try {
        process.kill(pid, signal);
        return true;
      } catch (error) {
        if (errorCode(error) === 'ESRCH') return false;
        throw new Fault('refused', `The system does not allow ${signal} to process ${pid}.`, undefined, error);
      }
    },
  };
}

async function searchPath(env: NodeJS.ProcessEnv, home: string): Promise<readonly string[]> {
  // Relative entries would depend on where the hub was started. Windows folders under WSL hold `.exe` shims that look
  // like the real tools, and every look into them costs milliseconds.
  const wsl = env['WSL_DISTRO_NAME'] !== undefined || env['WSL_INTEROP'] !== undefined;
  const path = (env['PATH'] ?? '').split(':');
  const known = INSTALL_FOLDERS.map((folder) => folder.replace(/^~/, home));
  const versions = join(home, '.nvm/versions/node');
  const nvm = ((await readdir(versions).catch(absent)) ?? [])
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((version) => join(versions, version, 'bin'));
  const all = [...path, ...known, ...nvm].filter(
    (folder) => folder.startsWith('/') && !(wsl && /^\/mnt\/[a-zA-Z](\/|$)/.test(folder)),
  );
  return [...new Set(all)];
}

async function executable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    // Not there, or not ours to run: the search goes on.
    return false;
  }
}
