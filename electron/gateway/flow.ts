/** Small accounts of a connection: how fast frames come, and how much of what one pipe sent is still on its way. */

/** Takes `rate` a second, after a burst of at most `burst`; `now` is in milliseconds. */
export function createBucket(rate: number, burst: number, now: () => number): { take(): boolean } {
  let level = burst;
  let at = now();
  return {
    take() {
      const t = now();
      level = Math.min(burst, level + ((t - at) / 1000) * rate);
      at = t;
      if (level < 1) return false;
      level -= 1;
      return true;
    },
  };
}

/**
 * All pipes of a connection share one queue, first in, first out. From the bytes sent so far and the bytes still waiting
 * follows how much of the waiting is each pipe's own, so that a busy pipe does not make the quiet ones look slow.
 */
export function createLedger(buffered: () => number): { sent(size: number): void; account(): Account } {
  let total = 0;
  return {
    sent(size) {
      total += size;
    },
    account() {
      const chunks: { readonly end: number; readonly size: number }[] = [];
      let waiting = 0;
      const settle = () => {
        const gone = total - buffered();
        let done = 0;
        for (const { end, size } of chunks) {
          if (end > gone) break;
          waiting -= size;
          done++;
        }
        if (done > 0) chunks.splice(0, done);
        return waiting;
      };
      return {
        add(size) {
          chunks.push({ end: total, size });
          waiting += size;
          if (chunks.length % 64 === 0) settle();
        },
        waiting: settle,
      };
    },
  };
}

export interface Account {
  /** After the ledger's `sent` of the same chunk. */
  add(size: number): void;
  waiting(): number;
}
