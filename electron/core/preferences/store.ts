/** The only SQL for preferences: every value is a row, so that an earlier one can be brought back. */
import type { Preference } from '../../../shared/contract/preferences.ts';
import type { Db } from '../../platform/ports.ts';

interface Raw {
  readonly key: string;
  readonly version: number;
  readonly value: string;
  readonly at: number;
}
const rowOf = ({ value, ...raw }: Raw): Preference => ({ ...raw, value: JSON.parse(value) as unknown });

/** Values kept of each key. */
export const KEPT = 50;

export function createPreferenceStore(db: Db) {
  const newest = db.prepare<Raw>(
    `SELECT key, max(version) AS version, value, at FROM preferences WHERE user = ? GROUP BY key ORDER BY key`,
  );
  const history = db.prepare<Raw>(
    'SELECT key, version, value, at FROM preferences WHERE user = ? AND key = ? ORDER BY version DESC',
  );
  const add = db.prepare('INSERT INTO preferences (user, key, version, value, at) VALUES (?, ?, ?, ?, ?)');
  const trim = db.prepare('DELETE FROM preferences WHERE user = ? AND key = ? AND version <= ?');
  return {
    all: (user: string): readonly Preference[] => newest.all(user).map(rowOf),
    /** Newest first. */
    history: (user: string, key: string): readonly Preference[] => history.all(user, key).map(rowOf),
    add(user: string, { key, version, value, at }: Preference): void {
      add.run(user, key, version, JSON.stringify(value), at);
      trim.run(user, key, version - KEPT);
    },
  };
}
