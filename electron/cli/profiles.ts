/** Named hubs and their tokens, in `profiles.json` (0600) of the configuration folder. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault } from '../../shared/fault.ts';

const Profile = z.object({ server: z.string(), token: z.string() });
const Profiles = z.object({ use: z.string().nullable(), profiles: z.record(z.string(), Profile) });
export type Profiles = z.infer<typeof Profiles>;

const file = (config: string) => join(config, 'profiles.json');

/** Fault `invalid` when the file is there and broken: it is never overwritten then. */
export async function readProfiles(config: string): Promise<Profiles> {
  let text: string;
  try {
    text = await readFile(file(config), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { use: null, profiles: {} };
    throw error;
  }
  try {
    return Profiles.parse(JSON.parse(text));
  } catch (cause) {
    throw new Fault('invalid', `${file(config)} is broken; mend it or remove it`, undefined, cause);
  }
}

export async function writeProfiles(config: string, profiles: Profiles): Promise<void> {
  await mkdir(config, { recursive: true, mode: 0o700 });
  const next = `${file(config)}.${process.pid}`;
  await writeFile(next, `${JSON.stringify(profiles, null, 2)}\n`, { mode: 0o600 });
  await rename(next, file(config));
}

/** The named profile, or the one in use; null when there is none in use. */
export async function profileInUse(config: string, name?: string): Promise<z.infer<typeof Profile> | null> {
  const all = await readProfiles(config);
  const wanted = name ?? all.use;
  if (wanted === null) return null;
  const profile = all.profiles[wanted];
  if (!profile) throw new Fault('not-found', `there is no profile ${wanted}; see: qd auth list`);
  return profile;
}
