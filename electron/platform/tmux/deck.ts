/**
 * The deck: a hidden session into which the window of every owned session is linked, so that one control client hears
 * them all. It goes with its client; the sessions stay. Here: attaching, attaching again, linking, and ending windows
 * whose session is gone.
 */
import { Fault, isFault } from '../../../shared/fault.ts';
import type { Host } from '../ports.ts';
import { type ControlClient, type Notification, openControlClient } from './control-client.ts';
import { type DeadMan, keepAlive } from './dead-man.ts';
import { cleanEnvironment } from './environment.ts';
import { command } from './quote.ts';
import type { FoundTmux } from './version.ts';

export const DECK = 'deck';
/** Seconds that output may wait in tmux until it is dropped and the pane resynchronised. Without it tmux would stop the agent. */
const PAUSE_AFTER = 2;
const DECK_LEAVES = `if-shell -F -t =${DECK}: '#{==:#{session_attached},0}' 'kill-session -t =${DECK}'`;
/** Our own client, and all that control the deck. */
const CLIENTS = [
  command('display-message', '-p', '#{client_pid}'),
  command('list-clients', '-t', `=${DECK}:`, '-F', '#{?client_control_mode,#{client_pid},}'),
];
const OPEN_TRIES = 30;
/** Milliseconds between two tries: a server takes a moment to end. */
const OPEN_AGAIN_MS = 100;
const BACKOFF_MS = { first: 100, most: 5_000 };

export interface Deck {
  /** Starts the server where there is none, makes the deck, attaches. Rejects with a Fault; does not try again by itself. */
  open(tmux: FoundTmux): Promise<void>;
  /** The connection was lost, and what stood on it does not stand on a new one yet: `onReturn` comes. */
  readonly returning: boolean;
  /** One command line; see `ControlClient.run`. Rejects with `unavailable` while there is no connection. */
  run(line: string, parts?: number, hold?: boolean): Promise<readonly Uint8Array[]>;
  /** Links the window, unless it is in the deck. It will be linked again after each reconnection. */
  link(windowId: string): Promise<void>;
  /** Notes that a command of the caller's own has linked the window. */
  linked(windowId: string): void;
  /** Ends windows that stand in the deck alone; resolves when they are gone. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

export function createDeck(options: {
  readonly host: Host;
  readonly socket: string;
  readonly conf: string;
  readonly onEvent: (event: Notification) => void;
  /** The connection is lost and is being made again. */
  readonly onDown: (reason: string) => void;
  /** Attached, at first or again; windows are linked again after this. */
  readonly onAttached: (inMode: readonly string[]) => void;
  /** Everything is linked again after a loss. */
  readonly onReturn: () => void;
  /** Resolves when the machine can be reached: before that no try is made. */
  readonly until?: () => Promise<void>;
  /** Runs between the two, on the new connection. */
  readonly beforeReturn?: () => Promise<void>;
}): Deck {
  const { host, socket, conf, onEvent, onDown, onAttached, onReturn, until } = options;
  let client: ControlClient | null = null;
  let closed = false;
  /** Rises with each opening and closing: what was begun before it has no say any more. */
  let life = 0;
  /** The life in which a lost connection is being made again; what is of an earlier one ends by itself. */
  let returning = -1;
  /** Process ids of our clients until now: on a machine that was away each of them may still be there. */
  const mine = new Set<string>();
  let deadMan: DeadMan | null = null;
  let closing = Promise.withResolvers<void>();
  /** The deck's own window, which is never swept. */
  let home = '';
  /** Windows that are to be in the deck, and those of them that are, or are on their way, on this connection. */
  const wanted = new Set<string>();
  const there = new Set<string>();
  /** Windows that tmux looks at for us on this connection. */
  const watched = new Set<string>();

  const run = async (line: string, parts = 1, hold = false): Promise<readonly Uint8Array[]> => {
    if (!client) {
      throw new Fault(
        'unavailable',
        closed ? 'The tmux engine is closed.' : 'tmux is not connected; it is being reconnected.',
      );
    }
    return client.run(line, parts, hold);
  };

  const connect = async (tmux: FoundTmux): Promise<ControlClient> => {
    const of = life;
    const opened = openControlClient({
      host,
      argv: [
        ...['env', ...cleanEnvironment(host.env, tmux.system)],
        ...[tmux.path, '-u', '-L', socket, '-f', conf, '-C'],
        // Starts the server if there is none, makes the deck if there is none, and attaches: nothing can come between.
        ...['new-session', '-A', '-s', DECK, '-x', '80', '-y', '24', '-f', `ignore-size,pause-after=${PAUSE_AFTER}`],
        // Two words, so that tmux runs it without a shell. It only keeps the deck's own window open.
        ...['--', 'sleep', '2147483647'],
      ],
      onEvent,
      onDown(reason) {
        if (client !== opened) return;
        client = null;
        deadMan?.stop();
        if (closed) return;
        const again = returning !== life;
        // Before anybody is told: who then asks for something is not to take a new connection for a finished one.
        returning = life;
        onDown(reason);
        if (again) void reconnect(tmux);
      },
    });
    let pid = '';
    try {
      await opened.ready;
      // The deck goes with its last client. Not by `destroy-unattached`: with that tmux 3.3a destroys the session while a
      // client that is leaving still points at it, and crashes with every agent in it, in one of some 80 losses of the
      // control client measured here. This hook runs once the client is gone for good. A client that never comes to leave
      // (its hub was killed in the middle of output: tmux then waits for ever to be rid of it) does not count as attached,
      // and goes with the deck.
      // Asked in one go: over a long way each answer takes its time, and they come in this order anyway.
      const [, , inDeck, inMode, clients] = await Promise.all([
        opened.run(command('set-hook', '-t', `=${DECK}:`, 'client-detached', DECK_LEAVES)),
        opened.run(command('set-option', '-t', `=${DECK}:`, 'status', 'off')),
        opened.run(command('list-windows', '-t', `=${DECK}:`, '-F', '#{window_id} #{@qd_home}')),
        opened.run(command('list-panes', '-a', '-f', '#{pane_in_mode}', '-F', '#{pane_id}')),
        opened.run(CLIENTS.join(' ; '), CLIENTS.length),
      ]);
      const windows = rows(inDeck);
      home = (windows.find((row) => row.endsWith(' 1')) ?? windows[0] ?? '').split(' ', 1)[0] ?? '';
      there.clear();
      watched.clear();
      for (const row of windows) there.add(row.split(' ', 1)[0] ?? '');
      onAttached(rows(inMode));
      [pid] = await Promise.all([
        endLeftovers(clients),
        opened.run(command('set-option', '-w', '-t', home, '@qd_home', '1')),
      ]);
      if (of !== life) throw new Fault('unavailable', 'The tmux engine was closed meanwhile.');
    } catch (error) {
      await opened.end();
      throw error;
    }
    client = opened;
    if (until) deadMan = keepAlive({ run: opened.run, pid, tmux: tmux.path });
    return opened;
  };

  /**
   * Control clients on the deck whose hub was killed. tmux 3.3a waits for ever to be rid of what it still had to tell them,
   * and a `kill-server` would then wait as long and leave a server that nobody can use. Another hub's client has a parent.
   * Over a network, a client of ours that is left behind may still be given what was sent to it before the loss, when all of
   * that is typed anew already: so all of ours end here, before anything is. Answers with the process id of our own one.
   */
  const endLeftovers = async ([self, all]: readonly Uint8Array[]): Promise<string> => {
    const [me = ''] = rows([self ?? new Uint8Array()]);
    const others = rows([all ?? new Uint8Array()]).filter((pid) => pid !== '' && pid !== me);
    // Numbers are given anew in time: what is no client any more is not ours.
    for (const pid of mine) if (!others.includes(pid)) mine.delete(pid);
    const former = new Set(mine);
    mine.add(me);
    if (others.length === 0) return me;
    const processes = await host.processes();
    const orphan = (ppid: number) =>
      ppid <= 1 || /^(?:systemd|init|launchd|Relay)/.test(processes.find((row) => row.pid === ppid)?.command ?? 'init');
    const dead = processes.filter(
      (row) => others.includes(String(row.pid)) && (former.has(String(row.pid)) || orphan(row.ppid)),
    );
    await Promise.all(dead.map((row) => host.kill(row.pid, 'SIGKILL')));
    return me;
  };

  const reconnect = async (tmux: FoundTmux): Promise<void> => {
    const of = life;
    let wait = 0;
    while (of === life) {
      if (!until || wait > 0)
        await new Promise<void>((resolve) => setTimeout(resolve, wait || BACKOFF_MS.first).unref());
      wait = Math.min(wait * 2 || BACKOFF_MS.first, BACKOFF_MS.most);
      if (until) await Promise.race([until(), closing.promise]);
      if (of !== life) return;
      try {
        // One that stands, and on which something went wrong, is gone on with: a slow machine is not helped by another.
        const now = client ?? (await connect(tmux));
        await sweep();
        await Promise.all([...wanted].map((windowId) => link(windowId).catch(unlessGone)));
        await options.beforeReturn?.();
        // Only when all of it stands: a connection without it would look whole and hold back what is typed for ever.
        if (client === now && of === life) break;
      } catch {
        // Still away, or too slow: the next try comes, later each time.
      }
    }
    if (of !== life) return;
    returning = -1;
    onReturn();
  };

  /**
   * The slow but sure way to hear of ended programs: tmux looks at the window once a second. One window each, never `%*`
   * for all of them: with that tmux 3.3a walks the windows of the client's session even when the client has just lost its
   * session, and crashes with every agent in it, in one of some 10 kills of the hub while it starts something.
   */
  const watch = (windowId: string): void => {
    if (watched.has(windowId)) return;
    watched.add(windowId);
    const what = '#{pane_id} #{pane_dead}#{pane_dead_status}#{pane_dead_signal}';
    run(command('refresh-client', '-B', `qd${windowId}:${windowId}:${what}`)).catch(() => watched.delete(windowId));
  };
  const unwatch = (windowId: string): void => {
    if (watched.delete(windowId)) run(command('refresh-client', '-B', `qd${windowId}`)).catch(pass);
  };

  const link = async (windowId: string): Promise<void> => {
    wanted.add(windowId);
    watch(windowId);
    if (there.has(windowId)) return;
    there.add(windowId);
    try {
      await run(command('link-window', '-d', '-s', windowId, '-t', `=${DECK}:`));
    } catch (error) {
      there.delete(windowId);
      throw error;
    }
  };

  let sweeping: Promise<void> | null = null;
  let sweepAgain = false;
  const sweep = (): Promise<void> => {
    // Not begun, so that nobody who asks on the next connection shares in its failure.
    if (!client) return Promise.reject(new Fault('unavailable', 'tmux is not connected; it is being reconnected.'));
    if (sweeping) {
      // The one under way may have looked before the caller's session ended.
      sweepAgain = true;
      return sweeping;
    }
    sweeping = (async () => {
      try {
        do {
          sweepAgain = false;
          await sweepOnce();
        } while (sweepAgain);
      } finally {
        sweeping = null;
      }
    })();
    return sweeping;
  };
  const sweepOnce = async (): Promise<void> => {
    // What is linked while the answer is on its way is not in the answer.
    const asked = [...there];
    const inDeck = new Set<string>();
    const owned = new Set<string>();
    for (const row of rows(await run(command('list-windows', '-a', '-F', '#{window_id} #{session_name}')))) {
      const space = row.indexOf(' ');
      (row.slice(space + 1) === DECK ? inDeck : owned).add(row.slice(0, space));
    }
    for (const windowId of asked) {
      if (!inDeck.has(windowId)) there.delete(windowId);
      if (owned.has(windowId)) continue;
      wanted.delete(windowId);
      unwatch(windowId);
    }
    const orphans = [...inDeck].filter((windowId) => windowId !== home && !owned.has(windowId));
    await Promise.all(orphans.map((windowId) => run(command('kill-window', '-t', windowId)).catch(pass)));
  };

  const detach = async (): Promise<void> => {
    deadMan?.stop();
    const last = client;
    client = null;
    await last?.end();
  };

  return {
    get returning() {
      return returning === life;
    },
    async open(tmux) {
      closed = false;
      life += 1;
      closing = Promise.withResolvers<void>();
      for (let left = OPEN_TRIES - 1; ; left -= 1) {
        try {
          await connect(tmux);
          return;
        } catch (error) {
          // A server that is just ending still takes the connection, or the deck; the next try finds none and starts one anew.
          if (
            left === 0 ||
            !(error instanceof Fault) ||
            !/server exited|lost server|no such session/.test(error.message)
          )
            throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, OPEN_AGAIN_MS));
      }
    },
    run,
    link,
    linked(windowId) {
      wanted.add(windowId);
      there.add(windowId);
      watch(windowId);
    },
    sweep,
    async close() {
      closed = true;
      life += 1;
      closing.resolve();
      await detach();
    },
  };
}

/** Lines of a reply. */
function rows(bodies: readonly Uint8Array[]): string[] {
  const text = Buffer.concat(bodies).toString('utf8');
  return text === '' ? [] : text.split('\n');
}

/** A window that has ended meanwhile cannot be linked again, and whoever listens lists anyway. */
function unlessGone(error: unknown): void {
  if (!isFault(error) || isFault(error, 'unavailable') || isFault(error, 'timeout')) throw error;
}

/** For what may fail because its object is gone already, or because the connection is (which `onDown` tells). */
function pass(): void {}
