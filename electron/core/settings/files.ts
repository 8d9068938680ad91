/** The settings files on disk: read only when changed, written whole. Nothing here blocks the loop. */
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** More than this is not a file of settings. */
const MAX_BYTES = 1_048_576;

export interface Loaded {
  /** Changes whenever the file does; null when there is none. */
  readonly stamp: string | null;
  readonly bytes: Uint8Array | null;
  /** Why a file that is there could not be read. */
  readonly error: string | null;
  /** Owner of the file; null when there is none. */
  readonly uid: number | null;
}

const NONE: Loaded = { stamp: null, bytes: null, error: null, uid: null };

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? error);

/** The file now, or `before` itself when nothing changed since. Never rejects. */
export async function load(path: string, before: Loaded | null): Promise<Loaded> {
  try {
    const info = await stat(path, { bigint: true });
    const stamp = `${info.dev}:${info.ino}:${info.size}:${info.mtimeNs}:${info.ctimeNs}`;
    if (before?.stamp === stamp) return before;
    const uid = Number(info.uid);
    // Opening a named pipe would wait for a writer, for ever.
    if (!info.isFile()) return { stamp, bytes: null, error: 'is not a file', uid };
    if (info.size > MAX_BYTES) return { stamp, bytes: null, error: 'is larger than 1 MiB', uid };
    const file = await open(path, 'r');
    try {
      const buffer = new Uint8Array(Number(info.size) + 1);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      return { stamp, bytes: buffer.subarray(0, bytesRead), error: null, uid };
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return before?.stamp === null ? before : NONE;
    return { stamp: `error:${code}`, bytes: null, error: `cannot be read (${code})`, uid: null };
  }
}

/** Whole or not at all: a temporary file in the same folder, flushed, then renamed. Mode 0600. */
export async function replace(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${crypto.randomUUID()}.tmp`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

export const remove = (path: string): Promise<void> => rm(path, { force: true });
