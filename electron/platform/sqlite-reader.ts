/** Reads databases that belong to other programs: never writes, never creates, never waits long for a lock. */
import { access } from 'node:fs/promises';
import Database from 'better-sqlite3';
import { Fault } from '../../shared/fault.ts';
import type { SqliteReader } from './ports.ts';

/** Milliseconds to wait for a writer; the call blocks meanwhile, so it is short. */
const BUSY_MS = 50;

export const readSqlite: SqliteReader = async <R>(path: string, sql: string, params: readonly unknown[]) => {
  try {
    await access(path);
  } catch {
    throw new Fault('not-found', `There is no database at ${path}.`);
  }
  let db: Database.Database | null = null;
  try {
    db = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
    return db.prepare<unknown[], R>(sql).all(...params);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Fault('unavailable', `The database ${path} cannot be read now: ${said}.`, undefined, error);
  } finally {
    db?.close();
  }
};
