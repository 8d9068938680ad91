/**
 * For a control client on a machine that may go away. tmux 3.3a reads nothing from a pane while its control client takes
 * nothing, and a machine notices a dead network late or never: its agents would stand still until then. So tmux itself ends
 * our client when it has not heard from us for a while.
 */
import { command } from './quote.ts';

/** Milliseconds between two signs of life. */
const BEAT_MS = 5_000;
/** Seconds of silence after which the client is ended there. */
const SILENCE_S = 20;

export interface DeadMan {
  stop(): void;
}

/** `pid` is that of our client there, `tmux` the path of the program. */
export function keepAlive(options: {
  readonly run: (line: string, parts?: number) => Promise<unknown>;
  readonly pid: string;
  readonly tmux: string;
  readonly beatMs?: number;
  readonly silenceS?: number;
}): DeadMan {
  const { run, pid } = options;
  if (!/^\d+$/.test(pid)) return { stop: () => undefined };
  const option = `@qd_beat_${pid}`;
  const program = `'${options.tmux.replaceAll("'", `'\\''`)}'`;
  // Looked at again there before anything is ended: another program may have the number by then. The sign before the brace
  // is doubled because the command is expanded once more when it is run.
  const end = `${program} list-clients -F '##{client_pid}' | grep -qx ${pid} && kill -9 ${pid}`;
  let beats = 0;
  const beat = (): void => {
    beats += 1;
    const late = command(
      'if-shell',
      '-F',
      `#{==:#{${option}},${beats}}`,
      `${command('run-shell', '-b', end)} ; ${command('set-option', '-gu', option)}`,
    );
    const line = [
      command('set-option', '-g', option, String(beats)),
      command('run-shell', '-b', '-d', String(options.silenceS ?? SILENCE_S), '-C', late),
    ];
    // A connection that is gone is told elsewhere.
    run(line.join(' ; '), line.length).catch(() => undefined);
  };
  beat();
  const timer = setInterval(beat, options.beatMs ?? BEAT_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
