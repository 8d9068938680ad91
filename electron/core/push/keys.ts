/** The hub's VAPID pair: made once, in a file of the owner alone. A new pair would end every subscription there is. */
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault } from '../../../shared/fault.ts';
import type { PushKeys } from '../../platform/ports.ts';

const Pair = z.object({
  publicKey: z.string().regex(/^[A-Za-z0-9_-]{87}$/),
  privateKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

/** Made when first asked for; a damaged file is left alone and said: Fault `unavailable`. */
export function createKeys(dir: string, make: () => PushKeys): () => Promise<PushKeys> {
  const path = join(dir, 'push-keys.json');
  const load = async (): Promise<PushKeys> => {
    let text: string | null = null;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as { code?: unknown } | null)?.code !== 'ENOENT') throw error;
    }
    if (text !== null) {
      try {
        return Pair.parse(JSON.parse(text));
      } catch (cause) {
        const message = `${path} is damaged: bring it back from a backup, or remove it; then every device turns notifications on again`;
        throw new Fault('unavailable', message, undefined, cause);
      }
    }
    const made = make();
    const next = `${path}.${process.pid}`;
    await rm(next, { force: true });
    const file = await open(next, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(made)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, path);
    return made;
  };
  let pair: Promise<PushKeys> | null = null;
  return () => {
    pair ??= load().catch((error: unknown) => {
      // Not kept: the person may mend the file.
      pair = null;
      throw error;
    });
    return pair;
  };
}
