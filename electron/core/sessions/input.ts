/** The input lane of one session: people's keystrokes and the prompt queue share it and never interleave. */
import type { Tmux } from '../../platform/ports.ts';
import type { Typist } from './sessions.ts';

/** Keystrokes kept while the lane is taken; more is a paste that the person would have to repeat. */
const WAITING_CAP = 4 * 1024 * 1024;

export interface Input {
  /**
   * A person's bytes. A free lane hands them to tmux in the same turn: tmux answers commands in order, so there is
   * nothing to wait for. False when the lane is taken and too much waits already.
   */
  type(bytes: Uint8Array): boolean;
  /** Nobody else types while `work` runs; works run one after the other, in order of asking. */
  hold<T>(work: (typist: Typist) => Promise<T>): Promise<T>;
}

export function createInput(
  tmux: Pick<Tmux, 'input' | 'type' | 'keys' | 'paste'>,
  paneId: () => string,
  /** So many bytes did not arrive. */
  failed: (error: unknown, bytes: number) => void,
): Input {
  let held = 0;
  let last: Promise<unknown> = Promise.resolve();
  let waiting: Uint8Array[] = [];
  let size = 0;

  const send = (bytes: Uint8Array) => {
    tmux.type(paneId(), bytes).catch((error: unknown) => failed(error, bytes.byteLength));
  };
  const typist: Typist = {
    paste: (text) => tmux.paste(paneId(), Buffer.from(text)),
    keys: (...names) => tmux.keys(paneId(), names),
    input: (bytes) => tmux.input(paneId(), bytes),
  };
  const release = () => {
    held -= 1;
    if (held > 0 || size === 0) return;
    const bytes = waiting.length === 1 && waiting[0] ? waiting[0] : Buffer.concat(waiting, size);
    waiting = [];
    size = 0;
    send(bytes);
  };

  return {
    type(bytes) {
      if (held === 0) send(bytes);
      else if (size + bytes.byteLength > WAITING_CAP) return false;
      else {
        waiting.push(bytes);
        size += bytes.byteLength;
      }
      return true;
    },
    hold(work) {
      held += 1;
      const run = last.then(() => work(typist)).finally(release);
      // The next one starts whether this one failed or not; its own caller hears of the failure.
      last = run.catch(() => undefined);
      return run;
    },
  };
}
