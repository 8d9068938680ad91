/** Where Quarterdeck keeps its things. `QD_DATA` moves all of it into one folder, for a second instance or a container. */
import { isAbsolute, join, resolve } from 'node:path';

export interface Folders {
  /** Database, lock, audit, logs, overlay. */
  readonly data: string;
  /** The user's own `config.yaml` and `.env`. */
  readonly config: string;
}

/** By the XDG rules a relative folder in the environment is ignored. */
const base = (value: string | undefined, home: string, ...standard: readonly string[]): string =>
  value !== undefined && isAbsolute(value) ? value : join(home, ...standard);

export function foldersOf(env: Readonly<Record<string, string | undefined>>, home: string): Folders {
  const own = env['QD_DATA'];
  if (own) return { data: resolve(own), config: resolve(own) };
  return {
    data: join(base(env['XDG_DATA_HOME'], home, '.local', 'share'), 'quarterdeck'),
    config: join(base(env['XDG_CONFIG_HOME'], home, '.config'), 'quarterdeck'),
  };
}
