/** The one forward-only ledger: which migrations a database has seen is its `user_version`. */
import { Fault } from '../../../shared/fault.ts';
import type { Db } from '../../platform/ports.ts';
import { MIGRATIONS, type Migration } from './migrations.ts';

const versionOf = (db: Db): number =>
  db.prepare<{ user_version: number }>('PRAGMA user_version').get()?.user_version ?? 0;

/**
 * Brings the database to this version and answers its number. Each migration is one transaction: a crash leaves it done
 * or undone. A database written by a newer version is left as it is: Fault `newer-version`.
 */
export function migrate(db: Db, migrations: readonly Migration[] = MIGRATIONS): number {
  let newest = 0;
  for (const { version, name } of migrations) {
    if (!Number.isInteger(version) || version <= newest)
      throw new Error(`migration ${version}-${name} is out of order`);
    newest = version;
  }
  const found = versionOf(db);
  if (found > newest) {
    throw new Fault(
      'newer-version',
      `the database is of a newer Quarterdeck (schema ${found}, this one knows ${newest}); update Quarterdeck, or name another data folder with QD_DATA. Nothing was changed`,
      { found, known: newest },
    );
  }
  for (const { version, sql } of migrations) {
    db.transaction(() => {
      // Asked again inside the transaction: another process may just have done it.
      if (versionOf(db) >= version) return;
      db.exec(sql);
      db.exec(`PRAGMA user_version = ${version}`);
    });
  }
  return newest;
}
