/** The only SQL of the fleet room: hubs that are nodes of this one, and tokens that were made for hubs above it. */
import type { Introduction } from '../../../shared/contract/fleet.ts';
import type { Node } from '../../../shared/contract/nodes.ts';
import type { Db } from '../../platform/ports.ts';

/** Everything but the credential, which is kept in memory only. */
export type About = Omit<Introduction, 'credential' | 'challenge' | 'kind'>;

export interface KnownNode {
  readonly id: string;
  readonly key: string;
  readonly title: string;
  readonly about: About;
  readonly state: Node['state'];
  readonly problem: string;
  readonly since: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

interface Raw {
  readonly id: string;
  readonly key: string;
  readonly title: string;
  readonly about: string;
  readonly state: Node['state'];
  readonly problem: string;
  readonly since: number;
  readonly first_at: number;
  readonly last_at: number;
}

export interface AdmittedHub {
  readonly token_id: string;
  readonly key: string;
  readonly name: string;
}

export type FleetStore = ReturnType<typeof createFleetStore>;

export function createFleetStore(db: Db) {
  const all = db.prepare<Raw>('SELECT * FROM fleet_nodes ORDER BY first_at, id');
  const put = db.prepare(
    `INSERT INTO fleet_nodes (id, key, title, about, state, problem, since, first_at, last_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET title = excluded.title, about = excluded.about, state = excluded.state,
       problem = excluded.problem, since = excluded.since, last_at = excluded.last_at`,
  );
  const drop = db.prepare('DELETE FROM fleet_nodes WHERE id = ?');
  const given = db.prepare<{ token_id: string }>('SELECT token_id FROM fleet_given');
  const give = db.prepare('INSERT INTO fleet_given (token_id, hub, at) VALUES (?, ?, ?)');
  const admitted = db.prepare<AdmittedHub>('SELECT token_id, key, name FROM fleet_admitted ORDER BY at');
  const admit = db.prepare('INSERT INTO fleet_admitted (token_id, key, name, at) VALUES (?, ?, ?, ?)');
  const dismiss = db.prepare('DELETE FROM fleet_admitted WHERE token_id = ?');
  const takeBack = db.prepare('DELETE FROM fleet_given WHERE token_id = ?');
  return {
    all: (): KnownNode[] =>
      all.all().map(({ about, first_at, last_at, ...raw }) => ({
        ...raw,
        about: JSON.parse(about) as About,
        firstAt: first_at,
        lastAt: last_at,
      })),
    put(node: KnownNode): void {
      const { id, key, title, about, state, problem, since, firstAt, lastAt } = node;
      put.run(id, key, title, JSON.stringify(about), state, problem, since, firstAt, lastAt);
    },
    drop: (id: string): void => void drop.run(id),
    given: (): string[] => given.all().map((row) => row.token_id),
    give: (tokenId: string, hub: string, at: number): void => void give.run(tokenId, hub, at),
    admitted: (): AdmittedHub[] => admitted.all(),
    admit: ({ token_id, key, name }: AdmittedHub, at: number): void => void admit.run(token_id, key, name, at),
    dismiss: (tokenId: string): void => void dismiss.run(tokenId),
    takeBack: (tokenId: string): void => void takeBack.run(tokenId),
  };
}
