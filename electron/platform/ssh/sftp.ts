/** Files over the connection's SFTP channel, each operation with a deadline, refusals in words for people. */
import type { SFTPWrapper, Stats } from 'ssh2';
import { Fault } from '../../../shared/fault.ts';
import type { HostLook } from '../ports.ts';

const OPERATION_MS = 15_000;
/** Asked for in one go; servers answer up to 256 KiB, older ones 32. */
const READ_STEP = 32 * 1024;
const READS_AT_ONCE = 8;

/** SFTP status codes. */
const NO_SUCH_FILE = 2;
const PERMISSION_DENIED = 3;
const FAILURE = 4;
const UNSUPPORTED = 8;

const codeOf = (error: unknown): number | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : null;

export const isAbsent = (error: unknown): boolean => codeOf(error) === NO_SUCH_FILE;
export const isFailure = (error: unknown): boolean => codeOf(error) === FAILURE;

/** For `catch`: nothing there is an answer, anything else stays an error. */
export function absentThere(error: unknown): null {
  if (isAbsent(error)) return null;
  throw error;
}

export function sftpFault(error: unknown, path: string): Error {
  if (error instanceof Fault) return error;
  switch (codeOf(error)) {
    case NO_SUCH_FILE:
      return new Fault('not-found', `There is no file ${path}.`, undefined, error);
    case PERMISSION_DENIED:
      return new Fault(
        'refused',
        `The machine does not allow access to ${path}: check its owner and mode.`,
        undefined,
        error,
      );
    case FAILURE:
      return new Fault(
        'unavailable',
        `The machine could not do that with ${path}: is its disk full?`,
        undefined,
        error,
      );
    case UNSUPPORTED:
      return new Fault('unsupported', `The machine's SFTP server cannot do that (${path}).`, undefined, error);
    default:
      return new Fault(
        'unavailable',
        `${path}: ${error instanceof Error ? error.message : String(error)}`,
        undefined,
        error,
      );
  }
}

export function lookOf(attrs: Pick<Stats, 'mode' | 'size' | 'mtime'>): HostLook {
  const type = attrs.mode & 0o170000;
  return {
    kind: type === 0o100000 ? 'file' : type === 0o040000 ? 'folder' : type === 0o120000 ? 'link' : 'other',
    size: attrs.size,
    mtimeMs: attrs.mtime * 1000,
    mode: attrs.mode & 0o7777,
  };
}

export interface Sftp {
  stat(path: string): Promise<Stats>;
  lstat(path: string): Promise<Stats>;
  /** With every link in it resolved; servers answer also for a last part that is not there. */
  realpath(path: string): Promise<string>;
  /** Names with what stands there, links not followed; at most `most` and whether there are more. */
  list(
    path: string,
    most: number,
  ): Promise<{ readonly rows: readonly { name: string; attrs: Stats }[]; readonly more: boolean }>;
  open(path: string, flags: 'r' | 'wx', mode?: number): Promise<SftpFile>;
  mkdir(path: string, mode: number): Promise<void>;
  /** Over whatever stands there, where the server can do that in one step. */
  rename(from: string, to: string): Promise<void>;
  /** Fails where something is. */
  renameNew(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Bytes that a user may still write to the disk of `path`; null when the server cannot say. */
  free(path: string): Promise<{ readonly free: number; readonly total: number } | null>;
}

export interface SftpFile {
  stat(): Promise<Stats>;
  read(offset: number, length: number): Promise<Buffer>;
  write(bytes: Uint8Array): Promise<void>;
  chmod(mode: number): Promise<void>;
  close(): Promise<void>;
}

type Done<T> = (error?: Error | null, value?: T) => void;

/** Nothing is waited for longer than the deadline; a late answer is dropped. */
function within<T>(start: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Fault('timeout', `The machine did not answer about its files within ${OPERATION_MS / 1000} s.`)),
      OPERATION_MS,
    );
    const done: Done<T> = (error, value) => {
      clearTimeout(late);
      if (error) reject(error);
      else resolve(value as T);
    };
    try {
      start(done);
    } catch (error) {
      clearTimeout(late);
      reject(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

export function sftpOf(raw: SFTPWrapper): Sftp {
  return {
    stat: (path) => within((done) => raw.stat(path, done)),
    lstat: (path) => within((done) => raw.lstat(path, done)),
    realpath: (path) => within((done) => raw.realpath(path, done)),
    async list(path, most) {
      const handle = await within<Buffer>((done) => raw.opendir(path, done));
      const rows: { name: string; attrs: Stats }[] = [];
      let more = false;
      try {
        for (;;) {
          const some = await within<readonly { filename: string; attrs: Stats }[] | false>((done) =>
            raw.readdir(handle, (error, list) => {
              // The end of the list comes as an error of its own.
              if (error && codeOf(error) === 1) done(null, false);
              else done(error ?? null, (list as unknown as { filename: string; attrs: Stats }[] | undefined) ?? false);
            }),
          );
          if (some === false) break;
          for (const { filename, attrs } of some) {
            if (filename === '.' || filename === '..') continue;
            if (rows.length >= most) more = true;
            else rows.push({ name: filename, attrs });
          }
          if (more) break;
        }
      } finally {
        await within<void>((done) => raw.close(handle, done)).catch(() => undefined);
      }
      return { rows, more };
    },
    async open(path, flags, mode) {
      const handle = await within<Buffer>((done) =>
        mode === undefined ? raw.open(path, flags, done) : raw.open(path, flags, mode, done),
      );
      return fileOf(raw, handle);
    },
    mkdir: (path, mode) => within((done) => raw.mkdir(path, { mode }, done)),
    rename: (from, to) =>
      within((done) => {
        try {
          raw.ext_openssh_rename(from, to, done);
        } catch {
          // Not OpenSSH: the plain one, which fails over an existing file.
          raw.rename(from, to, done);
        }
      }),
    renameNew: (from, to) => within((done) => raw.rename(from, to, done)),
    remove: (path) => within((done) => raw.unlink(path, done)),
    free: (path) =>
      within<{ free: number; total: number } | null>((done) => {
        try {
          raw.ext_openssh_statvfs(path, (error, info) => {
            const { f_frsize = 0, f_bavail = 0, f_blocks = 0 } = (info ?? {}) as unknown as Record<string, number>;
            done(
              null,
              error ? null : { free: Number(f_frsize) * Number(f_bavail), total: Number(f_frsize) * Number(f_blocks) },
            );
          });
        } catch {
          done(null, null);
        }
      }),
  };
}

function fileOf(raw: SFTPWrapper, handle: Buffer): SftpFile {
  const piece = (offset: number, length: number): Promise<Buffer> =>
    within((done) => {
      const into = Buffer.allocUnsafe(length);
      raw.read(handle, into, 0, length, offset, (error, bytes) => {
        if (error && codeOf(error) === 1) done(null, into.subarray(0, 0));
        else done(error ?? null, into.subarray(0, bytes ?? 0));
      });
    });
  return {
    stat: () => within((done) => raw.fstat(handle, done)),
    async read(offset, length) {
      const parts: Buffer[] = [];
      let done = 0;
      while (done < length) {
        // Several at once, so that a far machine does not cost a round trip for each piece.
        const sizes: { at: number; size: number }[] = [];
        for (let at = done; at < length && sizes.length < READS_AT_ONCE; at += READ_STEP)
          sizes.push({ at, size: Math.min(READ_STEP, length - at) });
        const pieces = await Promise.all(sizes.map(({ at, size }) => piece(offset + at, size)));
        let short = false;
        for (const [i, bytes] of pieces.entries()) {
          if (short) break;
          parts.push(bytes);
          done += bytes.length;
          short = bytes.length < (sizes[i]?.size ?? 0);
        }
        // A short one may be the end, or a server that gives less at a time: what is missing is asked for again.
        if (parts.at(-1)?.length === 0) break;
      }
      return Buffer.concat(parts, done);
    },
    async write(bytes) {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let at = 0; at < buffer.length; at += READ_STEP) {
        const size = Math.min(READ_STEP, buffer.length - at);
        await within<void>((done) => raw.write(handle, buffer, at, size, at, done));
      }
    },
    chmod: (mode) => within((done) => raw.fchmod(handle, mode, done)),
    close: () => within((done) => raw.close(handle, done)),
  };
}
