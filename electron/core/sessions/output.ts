/** What rooms above may hear of a session's terminal: its bytes in order, its sizes, and where its screen was taken anew. */
import type { Entry } from './entry.ts';
import type { WholeScreen } from './tap.ts';

export interface OutputListener {
  /** The pane printed this. The array is the listener's to keep, not to change. */
  bytes(id: string, bytes: Uint8Array): void;
  /** The terminal has this size for all bytes from now on. */
  size(id: string, cols: number, rows: number): void;
  /**
   * The screen was taken from tmux: bytes were lost, the program was started anew, or the hub was. What was heard before
   * does not lead to what is shown; `wholeScreen` does.
   */
  anew(id: string): void;
}

export interface SessionOutput {
  /** Called on the path of every byte: do little, keep the rest for later. The answer ends it. */
  onOutput(listener: OutputListener): () => void;
  /**
   * Hands out the screen as escapes at the next moment at which it is known what they contain, with the bytes heard
   * before that are not in them. What is heard afterwards follows both. Never called when the terminal goes away first.
   */
  wholeScreen(id: string, serve: (screen: WholeScreen) => void): void;
  /** The newest `count` lines of history and screen as plain text, soft wraps undone, oldest first; as far as parsed. */
  newestLines(id: string, count: number): readonly string[];
}

export interface OutputTeller extends OutputListener {
  readonly output: SessionOutput;
}

/** A listener that throws loses that piece and harms neither the session nor the others. */
export function createOutput(entries: ReadonlyMap<string, Entry>, failed: (error: unknown) => void): OutputTeller {
  const listeners = new Set<OutputListener>();
  const tell = (say: (listener: OutputListener) => void) => {
    for (const listener of listeners) {
      try {
        say(listener);
      } catch (error) {
        failed(error);
      }
    }
  };
  return {
    bytes: (id, bytes) => tell((listener) => listener.bytes(id, bytes)),
    size: (id, cols, rows) => tell((listener) => listener.size(id, cols, rows)),
    anew: (id) => tell((listener) => listener.anew(id)),
    output: {
      onOutput(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      wholeScreen: (id, serve) => entries.get(id)?.tap?.wholeScreen(serve),
      newestLines(id, count) {
        const tap = entries.get(id)?.tap;
        return tap && !tap.cold ? tap.screen.text(count) : [];
      },
    },
  };
}
