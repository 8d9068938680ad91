/** The one-time code that makes the first user: in a file of the owner alone, hashed in the database, 24 hours. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../kernel/clock.ts';
import type { Store } from './store.ts';
import { digest } from './tokens.ts';

const VALID_MS = 24 * 60 * 60 * 1000;

export interface Setup {
  /** The code while there is no user, the same over restarts until it expires; null otherwise. */
  prepare(): Promise<string | null>;
  /** Constant time; false when it expired or there is none. */
  fits(code: string): boolean;
  /** The first user is made: nobody else may use the code. */
  done(): Promise<void>;
}

export function createSetup(store: Store, clock: Clock, dir: string): Setup {
  const path = join(dir, 'setup-code');
  const fits = (code: string): boolean => {
    const known = store.setup();
    return known !== null && known.expires_at > clock.now() && timingSafeEqual(digest(code), known.code_hash);
  };
  const done = async () => {
    store.dropSetup();
    await rm(path, { force: true });
  };
  return {
    fits,
    done,
    async prepare() {
      if (store.users().length > 0) {
        await done();
        return null;
      }
      let known = '';
      try {
        known = (await readFile(path, 'utf8')).trim();
      } catch (error) {
        if ((error as { code?: unknown } | null)?.code !== 'ENOENT') throw error;
      }
      if (known !== '' && fits(known)) return known;
      const code = randomBytes(20).toString('hex');
      // Removed first: an old file, or a link put there, would keep its own mode and place.
      await rm(path, { force: true });
      const file = await open(path, 'wx', 0o600);
      try {
        await file.writeFile(`${code}\n`);
      } finally {
        await file.close();
      }
      store.saveSetup(digest(code), clock.now() + VALID_MS);
      return code;
    },
  };
}
