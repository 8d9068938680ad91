/**
 * For a control client on a machine that may go away. tmux 3.3a reads nothing from a pane while its control client takes
 * nothing, and a machine notices a dead network late or never: its agents would stand still until then. So tmux itself ends
 * our client when it has not heard from us for a while.
 */
import { quoted } from '../../../shared/shell.ts';
import { command } from './quote.ts';

/** Milliseconds between two signs of life. */
const BEAT_MS = 8_000;
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
  const program = quoted(options.tmux);
  let beats = 0;
  const beat = (): void => {
    beats += 1;
    // Decided by the shell when its time has come: what tmux itself expands in a delayed command, and when, differs from
    // version to version, so no sign that it would expand stands in here. The client is looked for again before it is ended:
    // another program may have its number by then. It always ends well and in silence: what a shell of tmux's says, its
    // failure included, tmux shows over the pane that it holds for the current one, which then hears no key any more.
    const late = [
      `[ "$(${program} show-options -gqv ${option})" = ${beats} ]`,
      `${program} set-option -gu ${option}`,
      `${program} list-clients -F "$(printf '\\043{client_pid}')" | grep -qx ${pid}`,
      `kill -9 ${pid}`,
    ].join(' && ');
    const quiet = `{ ${late}; } >/dev/null 2>&1; exit 0`;
    const line = [
      command('set-option', '-g', option, String(beats)),
      command('run-shell', '-b', '-d', String(options.silenceS ?? SILENCE_S), quiet),
    ];
    // A connection that is gone is told elsewhere.
    run(line.join(' ; '), line.length).catch(() => undefined);
  };
  beat();
  const timer = setInterval(beat, options.beatMs ?? BEAT_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
