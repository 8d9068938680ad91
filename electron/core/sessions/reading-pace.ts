/**
 * When screens are read: soon after something came, seldom while it keeps coming, never while nothing does. One pace for
 * all sessions, so that a hundred busy ones cost little.
 */
import type { Clock } from '../../kernel/clock.ts';

/** Milliseconds from the first new bytes to the first reading: most redraws come in several pieces. */
const SOON_MS = 15;
/** Between two readings of one session; longer while they bring nothing new. */
const NEXT_MS = 80;
const LONGEST_MS = 240;
/** Somebody waits for this screen. */
const WATCHED_MS = 30;

export interface Pace {
  /** Something new is on the screen. */
  dirty(): void;
  /** Reads at once if something is new. */
  now(): void;
  /** How many wait for a change. */
  watch(by: 1 | -1): void;
  close(): void;
}

/** `read` answers whether the reading brought anything new. */
export function createPace(clock: Clock, read: () => boolean): Pace {
  let isDirty = false;
  let cancel: (() => void) | null = null;
  let dueAt = 0;
  let readAt = Number.NEGATIVE_INFINITY;
  let interval = NEXT_MS;
  let watchers = 0;
  let closed = false;

  const run = () => {
    cancel?.();
    cancel = null;
    if (closed || !isDirty) return;
    isDirty = false;
    readAt = clock.now();
    interval = read() ? NEXT_MS : Math.min(LONGEST_MS, interval * 1.5);
  };
  const plan = () => {
    const now = clock.now();
    const gap = watchers > 0 ? WATCHED_MS : interval;
    // A rest longer than the gap: what comes now is the beginning of something.
    if (now - readAt > LONGEST_MS * 2) interval = NEXT_MS;
    const at = Math.max(now + SOON_MS, readAt + gap);
    if (cancel && dueAt <= at) return;
    cancel?.();
    dueAt = at;
    cancel = clock.after(at - now, run);
  };
  return {
    dirty() {
      isDirty = true;
      if (!closed) plan();
    },
    now: run,
    watch(by) {
      watchers += by;
      if (isDirty && by > 0 && !closed) plan();
    },
    close() {
      closed = true;
      cancel?.();
    },
  };
}
