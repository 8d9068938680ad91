/** SQLite behind the `Db` port. One connection for the whole core; statements are short, so it is synchronous. */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { Fault } from '../../shared/fault.ts';
import type { Db, Statement } from './ports.ts';

/** better-sqlite3 needs Node-API 10; an older Node crashes in it instead of saying so. */
const NODE_API = 10;

/** Why this Node cannot hold the database; null when it can. */
export function unfitNode(versions: { readonly node: string; readonly napi?: string | undefined }): string | null {
  if (Number(versions.napi ?? 0) >= NODE_API) return null;
  return `Node ${versions.node} is too old for the database (Node-API ${versions.napi ?? 'unknown'}, needed ${NODE_API}): use Node 22.14 or newer, best 24`;
}

function explain(error: unknown, path: string): Fault {
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  const why =
    code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')
      ? 'is damaged or is not a database; move it away to start with an empty one'
      : code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')
        ? 'is held by another program; close that first'
        : code === 'SQLITE_FULL' || code === 'ENOSPC'
          ? 'cannot be written: the disk is full'
          : `cannot be opened: ${error instanceof Error ? error.message : String(error)}`;
  return new Fault('unavailable', `the database ${path} ${why}`, { path }, error);
}

/** With its parents. Node's own recursive form never returns in folders such as /proc that refuse new entries. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    makeFolder(dirname(path));
    mkdirSync(path, 0o700);
  }
}

/**
 * Opens, or makes, the database at `path` (0600, its folder 0700 when new). Called before anything is served, so it may
 * block. A write that returned survives the end of this process, kill -9 included (write-ahead log); only a loss of power
 * may take the last few. Fault `unavailable` with what to do.
 */
export function openDb(path: string): Db {
  const unfit = unfitNode(process.versions);
  if (unfit) throw new Fault('unsupported', unfit);
  let database: Database.Database | null = null;
  try {
    makeFolder(dirname(path));
    // SQLite would make it 0644, and gives its -wal and -shm files the mode of the main file.
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
    database = new Database(path, { timeout: 2000 });
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    database.pragma('foreign_keys = ON');
    // Functions and views of a file that somebody else prepared must not do more than tables.
    database.pragma('trusted_schema = OFF');
  } catch (error) {
    database?.close();
    throw explain(error, path);
  }
  const db = database;
  return {
    prepare: <R>(sql: string) => db.prepare(sql) as unknown as Statement<R>,
    // Immediate: a transaction that begins by reading and then writes could otherwise fail half-way as busy.
    transaction: (fn) => db.transaction(fn).immediate(),
    exec: (sql) => void db.exec(sql),
    close: () => void db.close(),
  };
}
