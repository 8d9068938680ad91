/** Small things that the shell keeps on this machine, each a JSON file in its own folder; what is broken counts as nothing. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';

export const Kept = z.object({
  quietUntil: z.number().nullable().optional(),
  shortcut: z.string().max(64).optional(),
  /** That agents go on was said when it was quit. */
  quitSaid: z.boolean().optional(),
});
export type Kept = z.infer<typeof Kept>;

export interface Drawer<T> {
  value(): T;
  /** Known at once, written in order; a disk that refuses is told to `failed`. */
  set(value: T): void;
  /** All that was set is on the disk. */
  settled(): Promise<void>;
}

export async function openDrawer<T>(
  path: string,
  schema: z.ZodType<T>,
  empty: T,
  failed: (error: unknown) => void,
): Promise<Drawer<T>> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const read = (): T => {
    try {
      const known = schema.safeParse(JSON.parse(text));
      return known.success ? known.data : empty;
    } catch {
      // Nothing, half a file, or not JSON: layout is not worth an error.
      return empty;
    }
  };
  let value = read();
  let work: Promise<void> = Promise.resolve();
  const write = async () => {
    const next = `${path}.next`;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(next, `${JSON.stringify(value)}\n`, { mode: 0o600 });
    await rename(next, path);
  };
  return {
    value: () => value,
    set(given) {
      value = given;
      work = work.then(write).catch(failed);
    },
    settled: () => work,
  };
}
