/**
 * The tmux engine on one host, over its command line and one control client (see deck.ts). Commands and output share one
 * stream, so that a snapshot stands exactly between the output it holds and the output that follows.
 */
import { Fault, isFault } from '../../../shared/fault.ts';
import type { Host, Tmux, TmuxListener, TmuxPane } from '../ports.ts';
import {
  asWhole,
  bufferLines,
  checkName,
  checkVariable,
  environmentArguments,
  keyLines,
  programWords,
  typedSteps,
} from './arguments.ts';
import type { Notification } from './control-client.ts';
import { createDeck, DECK } from './deck.ts';
import { createHeldInput } from './held-input.ts';
import {
  decodeMarkers,
  encodeMarkers,
  MARKER_OPTION,
  markersOf,
  onePerPane,
  PANE_FORMAT,
  parsePanes,
} from './panes.ts';
import { command, keyName, literalFormat, literalPattern } from './quote.ts';
import { parseSnapshot, SNAPSHOT_PARTS, snapshotCommand } from './snapshot.ts';
import { type FoundTmux, findTmux } from './version.ts';

/** Milliseconds: a start is tried again under a server that is just ending, for so long and so often. */
const START_WITHIN_MS = 3000;
const START_AGAIN_MS = 100;

export function createTmux(options: {
  readonly host: Host;
  /** Name of the tmux server (`-L`). */
  readonly socket: string;
  /** Path of tmux.conf on the host. */
  readonly conf: string;
  readonly command?: string;
  /** For a machine that may go away. */
  readonly away?: {
    /** Resolves when it can be reached. */
    readonly until: () => Promise<void>;
    /** What a person types before the command to attach, such as `ssh -t HOST`. */
    readonly attach: readonly string[];
  };
}): Tmux {
  const { host, socket, conf } = options;
  const program = options.command ?? 'tmux';
  let found: FoundTmux | null = null;
  let listener: TmuxListener | null = null;
  let closed = false;
  let pastes = 0;
  /** Window id to `COLSxROWS`, as last told or asked. */
  const sizes = new Map<string, string>();
  /** Panes that may show copy mode or a menu of tmux's, where keys would be commands of that mode. */
  const modal = new Set<string>();
  /** Panes known to be dead, so that a later renaming of their window is no news. */
  const ended = new Set<string>();

  let changedSoon = false;
  /** News come in bursts (a new session is four notices): one call a turn of the event loop. */
  const changed = (): void => {
    if (changedSoon) return;
    changedSoon = true;
    setImmediate(() => {
      changedSoon = false;
      // A connection that is being made anew brings many of them, and the listener would ask it too early: what it is told
      // when all stands again covers them.
      if (!closed && !deck.returning) listener?.changed();
    });
  };

  /**
   * tmux throws away what a control client has not yet been told when a program ends, which are its last words: often
   * the very error it ended with. The screen has them.
   */
  const endedNow = (paneId: string): void => {
    if (paneId === '' || ended.has(paneId)) return;
    ended.add(paneId);
    listener?.gap(paneId);
  };
  const lookForEnded = async (windowId: string): Promise<void> => {
    const [body] = await run(command('list-panes', '-t', windowId, '-f', '#{pane_dead}', '-F', '#{pane_id}'));
    for (const paneId of Buffer.from(body ?? [])
      .toString('latin1')
      .split('\n'))
      endedNow(paneId);
  };

  const onEvent = (event: Notification): void => {
    switch (event.kind) {
      case 'output':
        listener?.output(event.pane, event.bytes);
        break;
      case 'pause':
        // What tmux held back is gone for good. The order is: go on, then whatever the listener asks.
        run(command('refresh-client', '-A', `${event.pane}:continue`)).catch(pass);
        listener?.gap(event.pane);
        break;
      case 'pane-mode-changed':
        modal.add(event.pane);
        break;
      case 'layout-change':
        sizes.set(event.window, `${event.cols}x${event.rows}`);
        listener?.resized(event.window, event.cols, event.rows);
        break;
      case 'sessions-changed':
        // A person may have ended a session with plain tmux: its window would run on in the deck, unseen. (What a new
        // connection brings is swept by itself.)
        if (!deck.returning) deck.sweep().catch(pass);
        changed();
        break;
      case 'window-close':
        sizes.delete(event.window);
        changed();
        break;
      case 'window-renamed':
        // tmux.conf renames a window to its own name when a pane dies: tmux itself tells control clients nothing of that.
        lookForEnded(event.window).catch(pass);
        changed();
        break;
      case 'subscription-changed':
        lookedAt(event.value);
        break;
      case 'window-add':
      case 'session-renamed':
        changed();
        break;
      default:
    }
  };

  /** `PANE DEADSTATUS`, as the deck has tmux look at each window. */
  const lookedAt = (value: string): void => {
    const [, pane, dead] = /^(%\d+) (1.*)$/.exec(value) ?? [];
    if (pane === undefined) return;
    // Ended, but not yet waited for: tmux 3.3a can miss the signal and would learn of it with the next child that ends.
    // So give it one.
    if (dead === '1') run(command('run-shell', '-b', ':')).catch(pass);
    endedNow(pane);
    changed();
  };

  const deck = createDeck({
    host,
    socket,
    conf,
    onEvent,
    onDown(reason) {
      held?.lost();
      listener?.down(reason, true);
    },
    onAttached(inMode) {
      sizes.clear();
      modal.clear();
      ended.clear();
      for (const paneId of inMode) modal.add(paneId);
    },
    onReturn: changed,
    ...(options.away ? { until: options.away.until, beforeReturn: () => held?.back() ?? Promise.resolve() } : {}),
  });
  const { run } = deck;
  const held = options.away ? createHeldInput(run) : null;

  const list = async (): Promise<TmuxPane[]> => {
    const [body] = await run(command('list-panes', '-a', '-f', `#{!=:#{session_name},${DECK}}`, '-F', PANE_FORMAT));
    return onePerPane(parsePanes(body ?? new Uint8Array()));
  };

  const folder = async (cwd: string): Promise<string> => {
    const info = cwd.startsWith('/') ? await host.stat(cwd) : null;
    // tmux would silently start in the home folder instead.
    if (!info?.directory) throw new Fault('invalid', `There is no folder ${cwd}: create it or choose another.`);
    return literalFormat(cwd);
  };

  const size = (cols: number, rows: number): readonly [string, string] => {
    for (const n of [cols, rows]) {
      if (!Number.isInteger(n) || n < 1 || n > 10_000)
        throw new Fault('invalid', `${cols}x${rows} is no terminal size.`);
    }
    return [String(cols), String(rows)];
  };

  const settle = async (tmux: FoundTmux): Promise<void> => {
    const until = performance.now() + START_WITHIN_MS;
    for (;;) {
      // A server that runs since an older version of the app learns the present options.
      const sourced = await host.exec([tmux.path, '-L', socket, 'source-file', literalPattern(conf)]);
      const late = performance.now() > until;
      if (sourced.code === 0) {
        try {
          return await deck.sweep();
        } catch (error) {
          if (late || !isFault(error, 'unavailable')) throw error;
        }
      } else if (late) {
        const why = Buffer.from(sourced.stderr).toString('utf8').trim();
        throw new Fault('unavailable', `tmux could not read ${conf}: ${why}`);
      }
      await new Promise((resolve) => setTimeout(resolve, START_AGAIN_MS));
    }
  };

  return {
    get version() {
      return found?.version ?? '';
    },

    attachCommand: (sessionName) => [
      ...(options.away?.attach ?? []),
      ...[program, '-L', socket, 'attach', '-t', `=${sessionName}`],
    ],

    async start(newListener) {
      listener = newListener;
      closed = false;
      const tmux = await findTmux(host, program);
      found = tmux;
      await deck.open(tmux);
      try {
        await settle(tmux);
      } catch (error) {
        // Whoever starts it again must not find a second one that reconnects by itself.
        await this.close();
        throw error;
      }
    },

    list,

    async create(session) {
      checkName(session.name);
      const words = programWords(session.argv);
      const env = environmentArguments(session.env);
      const [cols, rows] = size(session.cols, session.rows);
      const history = Math.min(1_000_000, Math.max(0, Math.trunc(session.historyLines)));
      const cwd = await folder(session.cwd);
      const target = `=${session.name}:`;
      const line = [
        // The limit holds for panes made from now on, so it must be set before; a session's own comes too late.
        command('set-option', '-g', 'history-limit', String(history)),
        command(
          'new-session',
          '-d',
          '-E',
          '-s',
          session.name,
          '-x',
          cols,
          '-y',
          rows,
          '-c',
          cwd,
          ...env,
          '--',
          ...words,
        ),
        command('set-option', '-t', target, MARKER_OPTION, encodeMarkers(markersOf(session.env))),
        // In the same line, so that tmux has not yet read anything from the pane. (What a program prints while the hub is
        // away is never lost either: a snapshot shows it.)
        command('link-window', '-d', '-s', target, '-t', `=${DECK}:`),
        command('list-panes', '-t', target, '-F', PANE_FORMAT),
      ];
      const pane = parsePanes((await run(line.join(' ; '), line.length))[line.length - 1] ?? new Uint8Array())[0];
      if (!pane) throw new Fault('internal', `tmux made the session ${session.name} but does not show its pane.`);
      deck.linked(pane.windowId);
      sizes.set(pane.windowId, `${pane.cols}x${pane.rows}`);
      return pane;
    },

    link: (pane) => deck.link(pane.windowId),

    async mark(sessionId, markers) {
      const target = `${sessionId}:`;
      const [old] = await run(command('display-message', '-p', '-t', target, `#{${MARKER_OPTION}}`));
      const all = { ...decodeMarkers(Buffer.from(old ?? []).toString('utf8')), ...markersOf(markers) };
      const line = [
        ...Object.entries(markers).map(([name, value]) => {
          checkVariable(name);
          return command('set-environment', '-t', sessionId, '--', name, value);
        }),
        command('set-option', '-t', target, MARKER_OPTION, encodeMarkers(all)),
      ];
      await run(line.join(' ; '), line.length);
    },

    async kill(sessionId) {
      await run(command('kill-session', '-t', sessionId));
      // Its windows still stand in the deck; a sweep under way may have looked before they were alone.
      await deck.sweep();
    },

    async rename(sessionId, name) {
      checkName(name);
      await run(command('rename-session', '-t', sessionId, '--', name));
    },

    async respawn(paneId, spec) {
      const words = programWords(spec.argv);
      const env = environmentArguments(spec.env);
      const cwd = await folder(spec.cwd);
      const pane = (await list()).find((other) => other.paneId === paneId);
      if (!pane) throw new Fault('not-found', `There is no pane ${paneId}: its session has ended.`);
      // Named in full: a bare pane id may be resolved through the deck, whose environment is not the session's.
      const target = `${pane.sessionId}:${pane.windowId}.${paneId}`;
      const markers = encodeMarkers({ ...pane.markers, ...markersOf(spec.env) });
      // tmux 3.3a keeps its reading positions from the old program's buffer: output that was not yet taken then shifts all
      // that the new one prints, and what still waited for us ends the whole server ("not enough data"). So: drop what
      // waits, put a silent program in between, and let tmux come round once, which sets the positions right. What was
      // dropped is a gap for the listener. The reset before moves what the old program showed into the scrollback, where tmux
      // would only wipe it.
      const silence = [
        command('send-keys', '-R', '-t', target),
        command('refresh-client', '-A', `${paneId}:pause`),
        command('respawn-pane', '-k', '-t', target, '--', 'sleep', '2147483647'),
      ];
      await run(silence.join(' ; '), silence.length);
      const line = [
        command('refresh-client', '-A', `${paneId}:continue`),
        command('set-option', '-t', `${pane.sessionId}:`, MARKER_OPTION, markers),
        command('respawn-pane', '-k', '-c', cwd, ...env, '-t', target, '--', ...words),
      ];
      ended.delete(paneId);
      const done = run(line.join(' ; '), line.length);
      listener?.gap(paneId);
      await done;
    },

    async resize(windowId, cols, rows) {
      const [x, y] = size(cols, rows);
      const wanted = `${x}x${y}`;
      if (sizes.get(windowId) === wanted) return;
      await run(command('resize-window', '-t', windowId, '-x', x, '-y', y));
      sizes.set(windowId, wanted);
    },

    async input(paneId, bytes) {
      if (asWhole(bytes)) return throughBuffer(paneId, bytes, false);
      await Promise.all(keyLines(paneId, bytes).map((line) => typed(paneId, line)));
    },

    async type(paneId, bytes) {
      if (!held) return this.input(paneId, bytes);
      await held.type(paneId, typedSteps(paneId, bytes, newBuffer(), modal.delete(paneId)));
    },

    held: (paneId) => held?.waiting(paneId) ?? 0,

    async keys(paneId, keys) {
      if (keys.length === 0) return;
      await typed(paneId, command('send-keys', '-t', paneId, '--', ...keys.map(keyName)));
    },

    async paste(paneId, bytes) {
      if (bytes.length > 0) await throughBuffer(paneId, bytes, true);
    },

    async snapshot(paneId, scrollbackLines) {
      const parts = await run(snapshotCommand(paneId, scrollbackLines), SNAPSHOT_PARTS, true);
      return parseSnapshot(parts, scrollbackLines);
    },

    async close() {
      closed = true;
      held?.close();
      await deck.close();
    },
  };

  function newBuffer(): string {
    pastes += 1;
    return `qd-${process.pid}-${pastes}`;
  }

  async function throughBuffer(paneId: string, bytes: Uint8Array, bracketed: boolean): Promise<void> {
    const buffer = newBuffer();
    const lines = bufferLines(paneId, bytes, buffer, bracketed);
    try {
      // Through the control pipe like everything else, so that it keeps its place among the keys.
      await Promise.all(lines.map(([line, answers]) => run(line, answers)));
    } catch (error) {
      await run(command('delete-buffer', '-b', buffer)).catch(pass);
      throw error;
    }
  }

  /** Keys for a pane in copy mode would be commands of that mode: leave it first. Not asked each time, tmux tells of modes. */
  function typed(paneId: string, line: string): Promise<unknown> {
    return modal.delete(paneId) ? run(`${command('copy-mode', '-q', '-t', paneId)} ; ${line}`, 2) : run(line);
  }
}

/** For what may fail because its object is gone already, or because the connection is (which `down` tells). */
function pass(): void {}
