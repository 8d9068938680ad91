/** How machines are reached, changed by people: chosen from the ssh configuration, edited, connected to, taken offline. */
import type { Node } from '../../../shared/contract/nodes.ts';
import { Fault } from '../../../shared/fault.ts';
import { actor } from '../../kernel/audit.ts';
import type { Handlers } from '../../kernel/handlers.ts';
import type { Machine } from './machine.ts';
import type { NodesDeps } from './nodes.ts';
import { clean, isMoved, nodeOf } from './rules.ts';
import type { NodeRow, NodeStore, NodeWay } from './store.ts';

interface Room {
  readonly deps: Pick<NodesDeps, 'audit' | 'hosts' | 'route' | 'sessions'>;
  readonly store: Pick<NodeStore, 'setOffline' | 'setWay'>;
  readonly machines: ReadonlyMap<string, Machine>;
  /** By id or title. Fault `not-found`. */
  readonly find: (node: string) => Machine;
  /** Fault `taken` when another machine is called that. */
  readonly claim: (title: string, own: string) => void;
  readonly readRoute: (row: NodeRow) => void;
  readonly publish: () => void;
  readonly rowOf: (machine: Machine) => Node;
}

export const offlineBy = (who: string): string => `taken offline by ${who}; connect to it to bring it back`;

export function createWays(
  room: Room,
): Pick<Handlers, 'nodes.hosts' | 'nodes.edit' | 'nodes.connect' | 'nodes.disconnect'> {
  const { deps, store, machines, claim, readRoute, publish, rowOf } = room;
  const { audit } = deps;
  return {
    'nodes.hosts': async () => {
      const rows = [...machines.values()].map(({ row }) => row);
      return (await deps.hosts()).map((host) => ({ ...host, via: [...host.via], node: nodeOf(host, rows) }));
    },
    'nodes.edit': async ({ node, title, ...way }, ask) => {
      const machine = room.find(node);
      const { row } = machine;
      // Before anything is kept: a way that can be none is refused. What follows is of one piece.
      if (isMoved(row, { ...row, ...way })) await deps.route({ ...row, ...way });
      const next: NodeRow = { ...row, ...way, title: title === undefined ? row.title : clean(title) };
      if (next.title === '') throw new Fault('invalid', 'A machine needs a title that can be read.');
      claim(next.title, row.id);
      const moved = isMoved(row, next);
      const count = deps.sessions(row.id);
      if (next.user !== row.user && count > 0)
        throw new Fault(
          'conflict',
          `${row.title} has ${count} ${count === 1 ? 'session' : 'sessions'} of the user that it has now. Stop or archive them first, or add the machine once more with the other user.`,
          { sessions: count },
        );
      const change: NodeWay = {
        title: next.title,
        user: next.user,
        port: next.port,
        identity: next.identity,
        jump: next.jump,
      };
      Object.assign(row, change);
      store.setWay(row.id, change);
      if (moved) {
        readRoute(row);
        if (row.offline === null) machine.moved();
      }
      publish();
      audit?.({ ...actor(ask.who), action: 'node.edit', target: row.title, detail: { ...change } });
      return rowOf(machine);
    },
    'nodes.connect': ({ node }, ask) => {
      const machine = room.find(node);
      const { row } = machine;
      if (row.offline !== null) {
        row.offline = null;
        store.setOffline(row.id, null);
        audit?.({ ...actor(ask.who), action: 'node.connect', target: row.title });
      }
      readRoute(row);
      machine.connect();
      return rowOf(machine);
    },
    'nodes.disconnect': ({ node }, ask) => {
      const machine = room.find(node);
      const { row } = machine;
      const by = ask.who.user;
      row.offline = by;
      store.setOffline(row.id, by);
      machine.disconnect(offlineBy(by));
      audit?.({ ...actor(ask.who), action: 'node.disconnect', target: row.title });
      return rowOf(machine);
    },
  };
}
