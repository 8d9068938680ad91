/** Failed logins in a sliding window, for each address and each user name. An attempt counts from its beginning. */
import { Fault } from '../../../shared/fault.ts';
import type { Clock } from '../../kernel/clock.ts';

export const WINDOW_MS = 15 * 60 * 1000;
/** Keys kept; an attacker with many addresses must not fill the memory. */
const KEYS = 10_000;

export interface Attempt {
  /** The attempt was right: it no longer counts, nor do earlier ones on the keys in `forgive`. */
  succeeded(forgive?: readonly string[]): void;
}

export interface Attempts {
  /** Fault `rate-limited`, with `retryAfter` in seconds, when one of the keys has used up its attempts. */
  begin(keys: readonly string[]): Attempt;
}

export function createAttempts(clock: Clock, allowed: () => number): Attempts {
  const times = new Map<string, number[]>();
  const recent = (key: string): number[] => (times.get(key) ?? []).filter((at) => at > clock.now() - WINDOW_MS);

  return {
    begin(keys) {
      const now = clock.now();
      for (const key of keys) {
        const kept = recent(key);
        const oldest = kept[0];
        if (kept.length >= allowed() && oldest !== undefined) {
          const retryAfter = Math.max(1, Math.ceil((oldest + WINDOW_MS - now) / 1000));
          const minutes = Math.ceil(retryAfter / 60);
          throw new Fault('rate-limited', `too many failed attempts; try again in ${minutes} min`, { retryAfter });
        }
      }
      for (const key of keys) {
        const kept = [...recent(key), now];
        times.delete(key);
        times.set(key, kept);
      }
      for (const key of times.keys()) {
        if (times.size <= KEYS) break;
        times.delete(key);
      }
      return {
        succeeded(forgive = []) {
          for (const key of keys) {
            const kept = recent(key);
            const own = kept.indexOf(now);
            if (own >= 0) kept.splice(own, 1);
            if (kept.length === 0 || forgive.includes(key)) times.delete(key);
            else times.set(key, kept);
          }
        },
      };
    },
  };
}
