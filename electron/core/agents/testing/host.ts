/** For the tests of this room: the real file system and real processes behind the Host port, with a home of its own. */
import { execFile } from 'node:child_process';
import { access, constants, mkdir, open, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ExecOptions, ExecResult, Host } from '../../../platform/ports.ts';

const missing = (error: unknown) => ['ENOENT', 'ENOTDIR'].includes(String((error as { code?: unknown }).code));

async function orNull<T>(run: Promise<T>): Promise<T | null> {
  try {
    return await run;
  } catch (error) {
    if (missing(error)) return null;
    throw error;
  }
}

export interface Counted {
  stats: number;
  bytes: number;
}

export function testHost(
  home: string,
  env: Record<string, string | undefined> = {},
): Host & { readonly counted: Counted } {
  const counted: Counted = { stats: 0, bytes: 0 };
  const path = env['PATH'] ?? process.env['PATH'] ?? '';
  return {
    id: 'local',
    home,
    env: { PATH: path, ...env },
    counted,
    exec: (argv, options: ExecOptions = {}) =>
      new Promise<ExecResult>((done, fail) => {
        const [file = '', ...args] = argv;
        const how = {
          env: { PATH: path, HOME: home, ...options.env },
          timeout: options.timeoutMs ?? 10_000,
          encoding: 'buffer' as const,
        };
        execFile(file, args, how, (error, stdout, stderr) => {
          const code = error ? error.code : 0;
          if (typeof code === 'string') fail(error);
          else done({ code: code ?? null, stdout, stderr });
        });
      }),
    spawn: () => {
      throw new Error('not part of these tests');
    },
    async stat(file) {
      counted.stats += 1;
      const found = await orNull(stat(file));
      return found && { size: found.size, mtimeMs: found.mtimeMs, directory: found.isDirectory() };
    },
    list: async (dir) =>
      ((await orNull(readdir(dir, { withFileTypes: true }))) ?? []).map((each) => ({
        name: each.name,
        directory: each.isDirectory(),
      })),
    async read(file, offset, length) {
      const handle = await open(file, 'r');
      try {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset);
        counted.bytes += bytesRead;
        return buffer.subarray(0, bytesRead);
      } finally {
        await handle.close();
      }
    },
    async write(file, bytes, mode = 0o600) {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(`${file}.new`, bytes, { mode });
      await rename(`${file}.new`, file);
    },
    async which(command) {
      for (const dir of path.split(':')) {
        const file = `${dir}/${command}`;
        try {
          await access(file, constants.X_OK);
          return file;
        } catch {
          // Not in this folder.
        }
      }
      return null;
    },
    processes: async () => [],
    kill: async () => false,
  };
}
