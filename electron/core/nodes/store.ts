/** The only SQL over the nodes table. */
import type { Db } from '../../platform/ports.ts';

/** What a person may edit. Changed in place: whoever holds the row reads it at each try to connect. */
export interface NodeWay {
  title: string;
  user: string | null;
  port: number | null;
  identity: string | null;
  jump: string | null;
}

export interface NodeRow extends NodeWay {
  readonly id: string;
  readonly kind: 'ssh';
  readonly host: string;
  /** Home folder there as last seen; empty before the first connection. */
  readonly home: string;
  readonly created_at: number;
  /** Who took it offline; null when it is to be connected to. */
  offline: string | null;
}

export interface NodeStore {
  all(): readonly NodeRow[];
  insert(row: NodeRow): void;
  setHome(id: string, home: string): void;
  setOffline(id: string, by: string | null): void;
  setWay(id: string, way: NodeWay): void;
  remove(id: string): void;
}

export function createNodeStore(db: Db): NodeStore {
  const all = db.prepare<NodeRow>('SELECT * FROM nodes ORDER BY created_at, id');
  const insert = db.prepare(
    'INSERT INTO nodes (id, title, kind, host, user, port, identity, jump, home, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const setHome = db.prepare('UPDATE nodes SET home = ? WHERE id = ?');
  const setOffline = db.prepare('UPDATE nodes SET offline = ? WHERE id = ?');
  const setWay = db.prepare('UPDATE nodes SET title = ?, user = ?, port = ?, identity = ?, jump = ? WHERE id = ?');
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
    setOffline: (id, by) => void setOffline.run(by, id),
    setWay: (id, { title, user, port, identity, jump }) => void setWay.run(title, user, port, identity, jump, id),
    remove: (id) => void remove.run(id),
  };
}
