/** Time as a port, so that tests can turn it; the only part of the world that tests may fake. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Calls once after `ms`; the answer cancels. Does not keep the process alive. */
  after(ms: number, run: () => void): () => void;
  /** Calls every `ms` until cancelled. */
  every(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref?.();
    return () => clearTimeout(timer);
  },
  every(ms, run) {
    const timer = setInterval(run, ms);
    timer.unref?.();
    return () => clearInterval(timer);
  },
};

/** A clock that stands still until `advance`; due callbacks run in order of their time. */
export function createTestClock(start = 1_750_000_000_000): Clock & { advance(ms: number): void } {
  let now = start;
  let next = 0;
  const timers = new Map<number, { at: number; every: number | null; run: () => void }>();
  const add = (ms: number, every: number | null, run: () => void) => {
    const id = next++;
    timers.set(id, { at: now + ms, every, run });
    return () => {
      timers.delete(id);
    };
  };
  return {
    now: () => now,
    after: (ms, run) => add(ms, null, run),
    every: (ms, run) => add(ms, ms, run),
    advance(ms) {
      const until = now + ms;
      for (;;) {
        const due = [...timers].filter(([, t]) => t.at <= until).sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
        if (!due) break;
        const [id, timer] = due;
        now = Math.max(now, timer.at);
        if (timer.every === null) timers.delete(id);
        else timer.at += timer.every;
        timer.run();
      }
      now = until;
    },
  };
}
