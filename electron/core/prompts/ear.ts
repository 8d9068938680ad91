/** What the agent itself said about prompts it took, for the delivery that is under way in one session. */
import type { Echo } from './echo.ts';

export interface Ear {
  /** An event of the agent's own came: it took a prompt. `text` is null when the event does not carry it. */
  hear(text: string | null, at: number): void;
  /** The agent took this prompt at `since` (Unix milliseconds) or later. */
  heard(echo: Echo, since: number): boolean;
  /** Calls after each event until cancelled. */
  onHear(listener: () => void): () => void;
}

/** Events of one prompt come once; a few are kept because several prompts may be on their way in a running turn. */
const KEPT = 16;

export function createEar(): Ear {
  const events: { readonly text: string | null; readonly at: number }[] = [];
  const listeners = new Set<() => void>();
  return {
    hear(text, at) {
      events.push({ text, at });
      if (events.length > KEPT) events.shift();
      for (const listener of [...listeners]) listener();
    },
    heard: (echo, since) => events.some((e) => e.at >= since && (e.text === null || echo.same(e.text))),
    onHear(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
