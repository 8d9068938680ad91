/** The folders of recordings: 0700, files 0600, nothing outside of them, nothing that waits for the disk. */
import { appendFile, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FolderFiles } from './ports.ts';

const MODE = 0o600;
/** What a folder or file of this port is called: a path cannot be made of it. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

const missing = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === 'ENOENT';

export function openRecordingFiles(root: string): FolderFiles {
  const at = (...names: readonly string[]): string => {
    for (const name of names) if (!NAME.test(name)) throw new Error(`not a name of a recording's file: ${name}`);
    return join(root, ...names);
  };
  const made = new Set<string>();
  const make = async (folder: string): Promise<void> => {
    if (made.has(folder)) return;
    await mkdir(at(folder), { recursive: true, mode: 0o700 });
    made.add(folder);
  };
  /** A folder that somebody took away is made again, once. */
  const inFolder = async (folder: string, work: () => Promise<void>): Promise<void> => {
    await make(folder);
    try {
      await work();
    } catch (error) {
      if (!missing(error)) throw error;
      made.delete(folder);
      await make(folder);
      await work();
    }
  };

  return {
    async folders() {
      try {
        const entries = await readdir(root, { withFileTypes: true });
        return entries.filter((entry) => entry.isDirectory() && NAME.test(entry.name)).map((entry) => entry.name);
      } catch (error) {
        if (missing(error)) return [];
        throw error;
      }
    },
    async files(folder) {
      const path = at(folder);
      try {
        const entries = await readdir(path, { withFileTypes: true });
        const names = entries.filter((entry) => entry.isFile() && NAME.test(entry.name)).map((entry) => entry.name);
        return await Promise.all(
          names.map(async (name) => {
            const { size, mtimeMs } = await stat(join(path, name));
            return { name, size, mtimeMs };
          }),
        );
      } catch (error) {
        // Also when a file was removed while the folder was read: what is asked for is what there is to read.
        if (missing(error)) return [];
        throw error;
      }
    },
    async append(folder, name, text) {
      const path = at(folder, name);
      await inFolder(folder, () => appendFile(path, text, { mode: MODE }));
    },
    async write(folder, name, text) {
      const path = at(folder, name);
      await inFolder(folder, async () => {
        await writeFile(`${path}.next`, text, { mode: MODE });
        await rename(`${path}.next`, path);
      });
    },
    async read(folder, name, tail) {
      const path = at(folder, name);
      try {
        if (tail === undefined) return await readFile(path);
        const file = await open(path, 'r');
        try {
          const { size } = await file.stat();
          const buffer = Buffer.alloc(Math.min(size, tail));
          const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, size - buffer.byteLength);
          return buffer.subarray(0, bytesRead);
        } finally {
          await file.close();
        }
      } catch (error) {
        if (missing(error)) return new Uint8Array();
        throw error;
      }
    },
    async remove(folder, name) {
      await rm(at(folder, name), { force: true });
    },
    async removeFolder(folder) {
      made.delete(folder);
      await rm(at(folder), { recursive: true, force: true });
    },
  };
}
