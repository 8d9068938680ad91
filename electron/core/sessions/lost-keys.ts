/**
 * Keys that never reached their program, told until the person goes on typing. How many wait is written down as well (never
 * the keys: passwords are among them), so that a hub that was killed in the meantime can tell what went with it.
 */
import { isFault } from '../../../shared/fault.ts';
import type { Db } from '../../platform/ports.ts';

export interface Lost {
  /** Bytes; for letters that is as many keys. */
  readonly count: number;
  /** One sentence. */
  readonly why: string;
}

export interface LostKeys {
  of(id: string): Lost | undefined;
  /** So many bytes wait for its machine now. */
  wait(id: string, count: number): void;
  lose(id: string, count: number, error: unknown): void;
  /** The person knows. */
  seen(id: string): void;
}

interface Row {
  readonly session: string;
  readonly waiting: number;
  readonly lost: number;
  readonly why: string;
}

const RESTARTED = 'The hub was started anew in the meantime.';
const ENDED = 'The session had ended by then.';

export function createLostKeys(db: Db): LostKeys {
  // A session that is just being removed takes what is known of it along.
  const save = db.prepare(
    'INSERT OR REPLACE INTO lost_keys (session, waiting, lost, why) SELECT ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM sessions WHERE id = ?)',
  );
  const remove = db.prepare('DELETE FROM lost_keys WHERE session = ?');
  const rows = new Map<string, Row>();
  const put = (row: Row): void => {
    if (row.waiting === 0 && row.lost === 0) {
      if (rows.delete(row.session)) remove.run(row.session);
      return;
    }
    rows.set(row.session, row);
    save.run(row.session, row.waiting, row.lost, row.why, row.session);
  };
  const get = (session: string): Row => rows.get(session) ?? { session, waiting: 0, lost: 0, why: '' };
  for (const row of db.prepare<Row>('SELECT session, waiting, lost, why FROM lost_keys').all()) {
    rows.set(row.session, row);
    if (row.waiting > 0) put({ ...row, waiting: 0, lost: row.lost + row.waiting, why: RESTARTED });
  }
  return {
    of(id) {
      const { lost, why } = get(id);
      return lost > 0 ? { count: lost, why } : undefined;
    },
    wait(id, count) {
      const row = get(id);
      if (row.waiting !== count) put({ ...row, waiting: count });
    },
    lose(id, count, error) {
      const row = get(id);
      const why = isFault(error, 'not-found') ? ENDED : error instanceof Error ? error.message : String(error);
      put({ ...row, waiting: Math.max(0, row.waiting - count), lost: row.lost + count, why });
    },
    seen(id) {
      const row = get(id);
      if (row.lost > 0) put({ ...row, lost: 0, why: '' });
    },
  };
}
