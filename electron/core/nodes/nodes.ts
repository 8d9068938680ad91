/** The door of the nodes room: the machines that sessions run on. For now this one machine. */
import { posix } from 'node:path';
import type { Node } from '../../../shared/contract/nodes.ts';
import { Fault } from '../../../shared/fault.ts';
import type { Handlers } from '../../kernel/handlers.ts';
import type { Host } from '../../platform/ports.ts';

export interface NodesDeps {
  readonly host: Host;
  /** Name of this machine, for people. */
  readonly title: string;
  /** Version of tmux; null while it is not connected. */
  readonly tmux: () => string | null;
  /** Why this node is not whole; empty when it is. */
  readonly problem: () => string;
  /** Sessions by node id. */
  readonly sessions: (node: string) => number;
}

export interface Nodes {
  list(): readonly Node[];
  /** Folders that begin with what was typed, `~` as the home, at most 100. Fault `not-found` for an unknown node. */
  folders(node: string, typed: string): Promise<readonly string[]>;
  readonly handlers: Pick<Handlers, 'nodes.list' | 'nodes.folders'>;
}

const MOST_FOLDERS = 100;

export function createNodes({ host, title, tmux, problem, sessions }: NodesDeps): Nodes {
  const list = (): Node[] => [
    {
      id: host.id,
      title,
      kind: 'local',
      reachable: true,
      problem: problem(),
      tmux: tmux(),
      home: host.home,
      sessions: sessions(host.id),
    },
  ];
  const folders = async (node: string, typed: string): Promise<string[]> => {
    if (node !== host.id) throw new Fault('not-found', `There is no node "${node.slice(0, 64)}".`);
    const tilde = typed === '~' || typed.startsWith('~/');
    const path = tilde ? host.home + typed.slice(1) : typed;
    if (!path.startsWith('/') || path.includes('\0')) return [];
    // What stands after the last slash is the beginning of a name; a bare `~` means the folders in it.
    const at = typed === '~' ? path.length : path.lastIndexOf('/');
    const parent = posix.normalize(`${path.slice(0, at)}/`);
    const begin = path.slice(at + 1);
    let found: readonly { readonly name: string; readonly directory: boolean }[];
    try {
      found = await host.list(parent);
    } catch (error) {
      // A folder that may not be read has nothing to offer; that is no failure of whoever types.
      if (error instanceof Fault) return [];
      throw error;
    }
    return found
      .filter((each) => each.directory && !/\p{Cc}/u.test(each.name))
      .filter((each) => each.name.startsWith(begin) && (begin.startsWith('.') || !each.name.startsWith('.')))
      .map((each) => `${parent}${each.name}`)
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      .slice(0, MOST_FOLDERS)
      .map((each) => (tilde && each.startsWith(`${host.home}/`) ? `~${each.slice(host.home.length)}` : each));
  };
  return {
    list,
    folders,
    handlers: {
      'nodes.list': list,
      'nodes.folders': ({ node, path }) => folders(node, path),
    },
  };
}
