/** Whether the other side still lives, and how far away it is: pings when it is silent, and what their answers took. */

export interface Pulse {
  /** A connection stands from now on; until then, and after `rest`, nothing is asked. */
  begin(): void;
  rest(): void;
  /** Anything came. */
  heard(): void;
  /** An answer to a ping, with the number that was sent: its time. */
  pong(n: number): void;
  /** Asks now; without any word within `withinMs` the other side is taken for dead. */
  ask(withinMs: number): void;
  /** Milliseconds there and back: the least of the last few answers; null before the first. */
  latency(): number | null;
  close(): void;
}

/** Together they find a dead hub within 15 s of its last word: 4 + 2.5 until asked, 7.5 until given up. */
const TICK = 2500;
const SILENT_FOR = 4000;
const PONG_WITHIN = 7000;
/** A ping behind a large answer takes as long as that: the least of a few is the line, the rest is the load. */
const SAMPLES = 4;

export function createPulse(send: (n: number) => void, dead: () => void): Pulse {
  let on = false;
  let heardAt = 0;
  let pingAt: number | null = null;
  let samples: number[] = [];

  // Pages in the background get this seldom: a dead peer is one that did not answer our ping, not one we have not asked.
  const ticker = setInterval(() => {
    if (!on) return;
    const now = Date.now();
    if (pingAt !== null && now - pingAt >= PONG_WITHIN) dead();
    else if (pingAt === null && now - heardAt >= SILENT_FOR) {
      pingAt = now;
      send(now);
    }
  }, TICK);

  return {
    begin() {
      on = true;
      pingAt = null;
      heardAt = Date.now();
      samples = [];
      // The first measure of this line.
      send(heardAt);
    },
    rest() {
      on = false;
    },
    heard() {
      heardAt = Date.now();
      pingAt = null;
    },
    pong(n) {
      const took = Date.now() - n;
      // A clock that was set in between measures nothing.
      if (took >= 0 && took < 60_000) samples = [...samples.slice(1 - SAMPLES), took];
    },
    ask(withinMs) {
      if (!on) return;
      const asked = Date.now();
      pingAt ??= asked;
      send(asked);
      setTimeout(() => {
        if (on && heardAt < asked) dead();
      }, withinMs);
    },
    latency: () => (samples.length === 0 ? null : Math.min(...samples)),
    close: () => clearInterval(ticker),
  };
}
