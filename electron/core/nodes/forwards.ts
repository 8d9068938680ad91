/** Ports that programs on a machine listen on, and those of them that lead here. */
import type { NodeForward, NodePort } from '../../../shared/contract/nodes.ts';
import { Fault } from '../../../shared/fault.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { HostProcessRow, OpenPort } from '../../platform/ports.ts';
import type { Machine } from './machine.ts';
import type { Place } from './place.ts';
import {
  callbackPort,
  type Listening,
  NODE_THREAD,
  onePerPort,
  portsFromLsof,
  portsFromProc,
  portsFromSs,
  programsFromPs,
  reachAt,
} from './rules.ts';

/** A log-in page that nobody came back from in this time is not come back from. */
const CALLBACK_MS = 10 * 60_000;
const MOST_FORWARDS = 50;

interface Forward {
  readonly node: string;
  readonly port: number;
  readonly local: number;
  readonly endsAt: number | null;
  readonly end: () => void;
}

export interface Forwards {
  ports(place: Place): Promise<NodePort[]>;
  forward(machine: Machine, port: number, local: number | null): Promise<NodeForward>;
  callback(machine: Machine, url: string): Promise<NodeForward>;
  unforward(machine: Machine, port: number): boolean;
  /** All of one machine, or all. */
  close(node?: string): void;
}

export function createForwards(clock: Clock, openPort: OpenPort): Forwards {
  const open = new Map<string, Forward>();
  const keyOf = (node: string, port: number) => `${node} ${port}`;
  const shown = ({ node, port, local, endsAt }: Forward): NodeForward => ({ node, port, local, endsAt });

  /** What a command there says; null where it fails or is not there. */
  const said = async ({ host }: Place, argv: readonly string[]): Promise<string | null> => {
    try {
      const { code, stdout } = await host.exec(argv);
      return code === 0 ? Buffer.from(stdout).toString('utf8') : null;
    } catch (error) {
      if (error instanceof Fault && error.code === 'not-installed') return null;
      throw error;
    }
  };
  const listening = async (place: Place): Promise<readonly Listening[]> => {
    const ss = await said(place, ['ss', '-Hltnp']);
    if (ss !== null) return onePerPort(portsFromSs(ss));
    const proc = await said(place, ['sh', '-c', 'cat /proc/net/tcp /proc/net/tcp6 2>/dev/null']);
    if (proc) return onePerPort(portsFromProc(proc));
    const lsof = await said(place, ['lsof', '-nP', '-iTCP', '-sTCP:LISTEN', '-F', 'pcn']);
    if (lsof !== null) return onePerPort(portsFromLsof(lsof));
    throw new Fault(
      'unsupported',
      'The machine has neither ss nor lsof to tell its open ports; give the number yourself.',
    );
  };

  /** The same, programs that Node runs by what they were started as. */
  const named = async (place: Place, all: readonly Listening[]): Promise<readonly Listening[]> => {
    const threads = all.filter((each) => each.pid !== null && each.command === NODE_THREAD);
    if (threads.length === 0) return all;
    const text = await said(place, ['ps', '-o', 'pid=,args=', '-p', threads.map((each) => each.pid).join(',')]);
    const programs = programsFromPs(text ?? '');
    return all.map((each) =>
      threads.includes(each) ? { ...each, command: programs.get(each.pid ?? 0) ?? 'node' } : each,
    );
  };

  const addressOf = async (place: Place, port: number): Promise<string> => {
    // A port that nobody listens on yet, or that cannot be asked for, is looked for at the usual address.
    const known = await listening(place).catch((): readonly Listening[] => []);
    return reachAt(known.find((each) => each.port === port)?.address ?? '127.0.0.1');
  };

  const start = async (
    machine: Machine,
    port: number,
    local: number | null,
    endsAt: number | null,
  ): Promise<NodeForward> => {
    const key = keyOf(machine.row.id, port);
    const there = open.get(key);
    if (there && (local === null || there.local === local)) return shown(there);
    if (open.size >= MOST_FORWARDS)
      throw new Fault('conflict', `${MOST_FORWARDS} ports are forwarded already; take some away first.`);
    const address = await addressOf(machine.place, port);
    const made = await openPort(local, () => machine.remote.toPort(port, address));
    there?.end();
    let cancel = (): void => undefined;
    const forward: Forward = {
      node: machine.row.id,
      port,
      local: made.port,
      endsAt,
      end() {
        cancel();
        if (open.get(key) === forward) open.delete(key);
        void made.close();
      },
    };
    if (endsAt !== null) cancel = clock.after(endsAt - clock.now(), forward.end);
    open.set(key, forward);
    return shown(forward);
  };

  return {
    async ports(place) {
      const all = await named(place, await listening(place));
      const owned = all.some((each) => each.pid !== null);
      const [rows, panes] = owned ? await Promise.all([place.host.processes(), place.tmux.list()]) : [[], []];
      const names = new Map(
        panes.flatMap((pane) =>
          pane.markers['QD_SESSION'] === undefined ? [] : [[pane.pid, pane.sessionName] as const],
        ),
      );
      const parents = new Map(rows.map((row: HostProcessRow) => [row.pid, row.ppid]));
      const sessionOf = (pid: number | null): string | null => {
        for (let at = pid ?? 0, steps = 0; at > 1 && steps < 100; at = parents.get(at) ?? 0, steps += 1) {
          const name = names.get(at);
          if (name !== undefined) return name;
        }
        return null;
      };
      return all.map((each) => ({
        ...each,
        session: sessionOf(each.pid),
        local: open.get(keyOf(place.id, each.port))?.local ?? null,
      }));
    },
    forward: (machine, port, local) => start(machine, port, local, null),
    async callback(machine, url) {
      const port = callbackPort(url);
      if (port === null)
        throw new Fault(
          'invalid',
          'That address does not lead back to a program on the machine (no loopback redirect_uri in it).',
        );
      // The page leads the browser to this very number.
      return start(machine, port, port, clock.now() + CALLBACK_MS);
    },
    unforward(machine, port) {
      const there = open.get(keyOf(machine.row.id, port));
      there?.end();
      return there !== undefined;
    },
    close(node) {
      for (const forward of [...open.values()]) if (node === undefined || forward.node === node) forward.end();
    },
  };
}
