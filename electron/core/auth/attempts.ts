/** Failed attempts by address and by user name, so that neither one guesser nor many can try for long. */
import { Fault } from '../../../shared/fault.ts';
import { recent, waitFor } from './rules.ts';

const WINDOW_MS = 15 * 60_000;
/** Names and addresses remembered; beyond it the oldest are forgotten, so that a flood of names takes no memory. */
const REMEMBERED = 10_000;

export function createAttempts(now: () => number, limit: () => number) {
  const failures = new Map<string, readonly number[]>();
  const keys = (address: string, user: string) => [`address ${address}`, `user ${user.toLowerCase()}`];
  return {
    /** Fault `rate-limited` with `retryAfterMs` when there were too many. Counts as a failure until `passed`. */
    begin(address: string, user: string): void {
      for (const key of keys(address, user)) {
        const wait = waitFor(failures.get(key) ?? [], now(), limit(), WINDOW_MS);
        if (wait > 0) {
          throw new Fault('rate-limited', `too many failed attempts; try again in ${Math.ceil(wait / 60_000)} min`, {
            retryAfterMs: wait,
          });
        }
      }
      for (const key of keys(address, user)) {
        const counted = [...recent(failures.get(key) ?? [], now(), WINDOW_MS), now()];
        failures.delete(key);
        failures.set(key, counted);
      }
      for (const key of failures.keys()) {
        if (failures.size <= REMEMBERED) break;
        failures.delete(key);
      }
    },
    /** The user's failures are forgotten; the address keeps those at other names, so that one's own login wins no guesses. */
    passed(address: string, user: string): void {
      const [byAddress = '', byUser = ''] = keys(address, user);
      failures.delete(byUser);
      failures.set(byAddress, (failures.get(byAddress) ?? []).slice(0, -1));
    },
  };
}
