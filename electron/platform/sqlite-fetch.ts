/** Databases on another machine: brought here whole, with what stands beside them, read, and thrown away. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../shared/fault.ts';
import type { Host, SqliteReader } from './ports.ts';

/** A larger one would be fetched with every change of it. */
const MOST_BYTES = 64 * 1024 * 1024;

export function fetchingReader(host: Pick<Host, 'stat' | 'read'>, read: SqliteReader): SqliteReader {
  return async <R>(path: string, sql: string, params: readonly unknown[]) => {
    const folder = await mkdtemp(join(tmpdir(), 'qd-fetched-'));
    try {
      const copy = join(folder, 'copy.db');
      for (const beside of ['', '-wal']) {
        const info = await host.stat(path + beside);
        if (!info) {
          if (beside === '') throw new Fault('not-found', `There is no database at ${path}.`);
          continue;
        }
        if (info.size > MOST_BYTES)
          throw new Fault('unavailable', `The database ${path} is too large to be read from another machine.`);
        await writeFile(copy + beside, await host.read(path + beside, 0, info.size), { mode: 0o600 });
      }
      return await read<R>(copy, sql, params);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}
