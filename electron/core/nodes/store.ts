/** The only SQL over the nodes table. */
import type { Db } from '../../platform/ports.ts';

export interface NodeRow {
  readonly id: string;
  readonly title: string;
  readonly kind: 'ssh';
  readonly host: string;
  readonly user: string | null;
  readonly port: number | null;
  readonly identity: string | null;
  readonly jump: string | null;
  /** Home folder there as last seen; empty before the first connection. */
  readonly home: string;
  readonly created_at: number;
}

export interface NodeStore {
  all(): readonly NodeRow[];
  insert(row: NodeRow): void;
  setHome(id: string, home: string): void;
  remove(id: string): void;
}

export function createNodeStore(db: Db): NodeStore {
  const all = db.prepare<NodeRow>('SELECT * FROM nodes ORDER BY created_at, id');
  const insert = db.prepare(
    'INSERT INTO nodes (id, title, kind, host, user, port, identity, jump, home, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const setHome = db.prepare('UPDATE nodes SET home = ? WHERE id = ?');
  const remove = db.prepare('DELETE FROM nodes WHERE id = ?');
  return {
    all: () => all.all(),
    insert(row) {
      insert.run(
        ...[
          row.id,
          row.title,
          row.kind,
          row.host,
          row.user,
          row.port,
          row.identity,
          row.jump,
          row.home,
          row.created_at,
        ],
      );
    },
    setHome: (id, home) => void setHome.run(home, id),
    remove: (id) => void remove.run(id),
  };
}
