/** One machine over ssh: its connection, what must lie there, and the tmux engine on it. */
import type { Node, NodeQuestion, NodeReason } from '../../../shared/contract/nodes.ts';
import { Fault, isFault } from '../../../shared/fault.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { DownReason, LinkState, Remote, Tmux, TmuxListener } from '../../platform/ports.ts';
import type { Agents } from '../agents/agents.ts';
import type { Place } from './place.ts';
import type { NodeRow } from './store.ts';

/** A machine whose tmux could not be started is looked at again. */
const AGAIN_MS = 60_000;
/** One that was lost or too slow in the middle of that. */
const SOON_MS = 2000;
/** To take leave of a machine. One whose network is gone does not answer. */
const LEAVE_MS = 400;

export interface MachineParts {
  readonly tmux: Tmux;
  readonly agents: Agents;
  close(): void;
}

export interface MachineDeps {
  readonly row: NodeRow;
  readonly remote: Remote;
  readonly clock: Clock;
  /** The engine and the agents of that machine, once it is known where its home is. */
  readonly build: (
    remote: Remote,
    at: { readonly dataDir: string; readonly conf: string; readonly hooks: string },
  ) => MachineParts;
  /** What must lie there: tmux.conf and the hook script. */
  readonly texts: () => Promise<{ readonly conf: string; readonly hooks: string }>;
  readonly listener: (place: Place) => TmuxListener;
  readonly found: (place: Place) => Promise<void>;
  readonly changed: () => void;
  readonly setHome: (home: string) => void;
  readonly log: (level: 'info' | 'warn', message: string) => void;
}

export interface Machine {
  readonly row: NodeRow;
  readonly remote: Remote;
  readonly place: Place;
  readonly state: Pick<
    Node,
    'state' | 'since' | 'problem' | 'reason' | 'question' | 'trying' | 'retryAt' | 'tmux' | 'address'
  >;
  /** Tries at once; a degraded one is looked at anew. */
  connect(): void;
  /** Until `connect`; `why` is told as the problem. */
  disconnect(why: string): void;
  /** The way there is another now: the connection is made anew. */
  moved(): void;
  close(): Promise<void>;
}

export function createMachine(deps: MachineDeps): Machine {
  const { row, remote, clock, log } = deps;
  const { host } = remote;
  let parts: MachineParts | null = null;
  let dataDir: string | null = null;
  let started = false;
  /** Its sessions were looked for, too. */
  let ready = false;
  let preparing = false;
  /** The home that `parts` were built for. */
  let home = '';
  /** Why sessions cannot run there although it answers. */
  let flaw: Flaw | null = null;
  /** Why the last try failed: told while the next one is under way. */
  let fell: Extract<LinkState, { kind: 'down' }> | null = null;
  let since = clock.now();
  let shown: Node['state'] = 'connecting';
  let cancelAgain: (() => void) | null = null;
  let closed = false;

  const unreached = (): never => {
    throw new Fault('unreachable', place.problem() ?? `${row.title} was not reached yet.`);
  };
  const place: Place = {
    id: row.id,
    get title() {
      return row.title;
    },
    host,
    get tmux() {
      return parts?.tmux ?? unreached();
    },
    get agents() {
      return parts?.agents ?? unreached();
    },
    get dataDir() {
      return dataDir ?? unreached();
    },
    commands: null,
    near: false,
    problem() {
      if (remote.state.kind === 'live') return ready ? null : (flaw?.problem ?? `${row.title} is being prepared.`);
      return `${row.title}: ${words()}`;
    },
  };
  const words = (): string =>
    remote.state.kind === 'connecting' && shown === 'unreachable' && fell ? fell.problem : wordsOf(remote.state);

  const stateOf = (): Node['state'] => {
    switch (remote.state.kind) {
      case 'live':
        return flaw !== null ? 'degraded' : ready ? 'live' : 'connecting';
      case 'asking':
        return 'asking';
      case 'connecting':
        // A try now and then of a machine that is away does not make it less away.
        return shown === 'unreachable' && tried > 1 ? 'unreachable' : 'connecting';
      default:
        return 'unreachable';
    }
  };
  let tried = 0;
  const told = (): void => {
    const next = stateOf();
    if (next !== shown) {
      shown = next;
      since = clock.now();
    }
    deps.changed();
  };

  /** Writes a file only where it is another: a full disk must not keep a machine away that was prepared before. */
  const lay = async (path: string, text: string, mode: number): Promise<void> => {
    const there = await host.stat(path);
    if (there?.size === Buffer.byteLength(text)) {
      const bytes = await host.read(path, 0, there.size);
      if (Buffer.from(bytes).toString('utf8') === text) return;
    }
    await host.write(path, text, mode);
  };

  /** What must lie there, and tmux. */
  const begin = async (): Promise<void> => {
    const base = host.env['XDG_DATA_HOME']?.startsWith('/') ? host.env['XDG_DATA_HOME'] : `${host.home}/.local/share`;
    const own = `${base}/quarterdeck/remote`;
    const at = { dataDir: own, conf: `${own}/tmux.conf`, hooks: `${own}/hooks/qd-hook.sh` };
    if (host.home !== row.home) deps.setHome(host.home);
    const { code, stderr } = await host.exec(['mkdir', '-p', '-m', '700', `${own}/events`, `${own}/hooks`]);
    if (code !== 0)
      throw new Fault('unavailable', `${own} cannot be made on ${row.title}: ${Buffer.from(stderr).toString().trim()}`);
    const texts = await deps.texts();
    await lay(at.conf, texts.conf, 0o600);
    await lay(at.hooks, texts.hooks, 0o700);
    dataDir = own;
    home = host.home;
    parts ??= deps.build(remote, at);
    await parts.tmux.start(deps.listener(place));
    started = true;
    log('info', `${row.title} is there, tmux ${parts.tmux.version}`);
  };

  const prepare = async (): Promise<void> => {
    if (preparing || ready || closed) return;
    preparing = true;
    cancelAgain?.();
    try {
      if (!started) await begin();
      await deps.found(place);
      ready = true;
      flaw = null;
    } catch (error) {
      if (!isFault(error)) log('warn', `preparing ${row.title} failed: ${String(error)}`);
      // A connection that went away meanwhile is told by itself, and the next one tries again.
      if (remote.state.kind === 'live') {
        flaw = {
          reason: isFault(error) && error.code === 'not-installed' ? 'tmux' : 'prepare',
          problem: error instanceof Error ? error.message : String(error),
        };
        // A loss in the middle of it, or slowness, says nothing of the machine.
        const soon = started || isFault(error, 'unreachable') || isFault(error, 'timeout');
        cancelAgain = clock.after(soon ? SOON_MS : AGAIN_MS, () => void prepare());
      }
    } finally {
      preparing = false;
      told();
    }
  };

  /** Another account than before answers: nothing of what was built fits it. */
  const leave = (): void => {
    const before = parts;
    parts = null;
    dataDir = null;
    started = false;
    ready = false;
    void before?.tmux
      .close()
      .catch(() => undefined)
      .then(() => before.close());
  };

  remote.onState((state) => {
    if (closed) return;
    if (state.kind === 'connecting') tried += 1;
    if (state.kind === 'live') {
      tried = 0;
      fell = null;
      if (parts && host.home !== home) leave();
      void prepare();
    } else if (state.kind === 'down') {
      flaw = null;
      fell = state;
    }
    told();
  });

  return {
    row,
    remote,
    place,
    get state() {
      const link = remote.state;
      const peer = remote.peer;
      const port = peer?.port ?? row.port ?? 22;
      const user = peer?.user ?? row.user;
      return {
        state: shown,
        since,
        problem: shown === 'live' || shown === 'asking' ? '' : (flaw?.problem ?? words()),
        reason:
          shown === 'degraded'
            ? (flaw?.reason ?? null)
            : shown === 'unreachable' && fell
              ? reasonOf(fell.reason)
              : null,
        question: link.kind === 'asking' ? questionOf(link) : null,
        trying: link.kind === 'connecting',
        retryAt: link.kind === 'down' ? link.retryAt : null,
        tmux: parts?.tmux.version || null,
        address: `${user === null ? '' : `${user}@`}${peer?.host ?? row.host}${port === 22 ? '' : `:${port}`}`,
      };
    },
    connect() {
      if (remote.state.kind === 'live') void prepare();
      else remote.connect();
    },
    disconnect(why) {
      remote.disconnect(why);
    },
    moved() {
      tried = 0;
      remote.disconnect(`it is reached another way from now on`);
      remote.connect();
    },
    async close() {
      closed = true;
      cancelAgain?.();
      // Politely while there is a connection: the deck goes, the sessions stay.
      const left = started ? parts?.tmux.close().catch(() => undefined) : undefined;
      if (remote.state.kind === 'live')
        await Promise.race([left, new Promise<void>((resolve) => clock.after(LEAVE_MS, resolve))]);
      await remote.close();
      await left;
      parts?.close();
    },
  };
}

interface Flaw {
  readonly reason: NodeReason;
  readonly problem: string;
}

/** `closed` is told by nobody: the hub ends, or has not begun. */
const reasonOf = (reason: DownReason): NodeReason | null => (reason === 'closed' ? null : reason);

const wordsOf = (state: LinkState): string => {
  switch (state.kind) {
    case 'down':
      return state.problem;
    case 'asking':
      return `it waits for an answer: ${state.question.title}`;
    case 'connecting':
      return `connecting ${state.step}`;
    default:
      return '';
  }
};

const questionOf = ({ id, question }: Extract<LinkState, { kind: 'asking' }>): NodeQuestion => ({
  id,
  kind: question.kind,
  title: question.title,
  text: question.text,
  prompts: question.prompts.map((each) => ({ ...each })),
  fingerprint: question.fingerprint,
});
