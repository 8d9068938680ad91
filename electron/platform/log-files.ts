/** Log lines to rotated files: `qd.log`, then `qd.log.1` (newer) to `qd.log.4` (oldest). Nothing blocks, nothing grows without bound. */
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { LineSink } from '../kernel/logger.ts';

export interface LogFilesOptions {
  /** Made (0700) when it is not there; its parent must be. */
  readonly dir: string;
  /** Files kept, the current one included. */
  readonly files?: number;
  /** Bytes of one file. */
  readonly bytes?: number;
  /** Lines that wait for a slow disk; beyond that the oldest are dropped and counted. */
  readonly waiting?: number;
}

export function openLogFiles({ dir, files = 5, bytes: most = 2_097_152, waiting = 20_000 }: LogFilesOptions): LineSink {
  const path = join(dir, 'qd.log');
  let queue: string[] = [];
  let dropped = 0;
  let handle: FileHandle | null = null;
  let size = 0;
  let working: Promise<void> | null = null;

  const openFile = async (): Promise<FileHandle> => {
    await mkdir(dir, 0o700).catch((error: unknown) => {
      if ((error as { code?: unknown } | null)?.code !== 'EEXIST') throw error;
    });
    const file = await open(path, 'a', 0o600);
    await file.chmod(0o600);
    size = (await file.stat()).size;
    handle = file;
    return file;
  };
  const rotate = async () => {
    await handle?.close();
    handle = null;
    for (let n = files - 1; n >= 1; n--) {
      try {
        await rename(n === 1 ? path : `${path}.${n - 1}`, `${path}.${n}`);
      } catch (error) {
        if ((error as { code?: unknown } | null)?.code !== 'ENOENT') throw error;
      }
    }
  };
  /** As many whole lines as fit, in one write: concurrent writers cannot tear them. */
  const writeSome = async (lines: readonly string[]): Promise<number> => {
    let file = handle ?? (await openFile());
    let count = 0;
    let text = '';
    let length = 0;
    for (const line of lines) {
      const more = Buffer.byteLength(line) + 1;
      if (count > 0 && size + length + more > most) break;
      text += `${line}\n`;
      length += more;
      count++;
    }
    if (size > 0 && size + length > most) {
      await rotate();
      file = await openFile();
    }
    // Not `appendFile`, which cuts what is long into several writes.
    const bytes = Buffer.from(text);
    for (let at = 0; at < length; ) at += (await file.write(bytes, at)).bytesWritten;
    size += length;
    return count;
  };
  const work = async () => {
    while (queue.length > 0) {
      if (dropped > 0) {
        const note = {
          seq: 0,
          at: Date.now(),
          level: 'warn',
          from: 'logs',
          message: `${dropped} lines were lost: the disk did not keep up`,
        };
        queue.unshift(JSON.stringify(note));
        dropped = 0;
      }
      const batch = queue;
      queue = [];
      try {
        const written = await writeSome(batch);
        queue.unshift(...batch.slice(written));
      } catch {
        // A full or read-only disk must not stop the hub, and the log cannot tell of itself: the lines stay in the ring
        // in memory, and the next line that can be written says how many are missing.
        dropped += batch.length;
        await handle?.close().catch(() => undefined);
        handle = null;
        return;
      }
    }
  };
  const flush = async () => {
    while (working) await working;
  };

  return {
    write(line) {
      // An embedded line end would make two lines of one.
      queue.push(line.replace(/[\r\n]+/g, ' '));
      if (queue.length > waiting) {
        queue.splice(0, queue.length - waiting);
        dropped++;
      }
      working ??= work().finally(() => {
        working = null;
      });
    },
    flush,
    async close() {
      await flush();
      await handle?.close();
      handle = null;
    },
  };
}
