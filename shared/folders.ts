/** Where Quarterdeck keeps its things. Pure: the caller says what the environment, the home and the working folder are. */

export interface Folders {
  /** State: database, lock, logs, audit, overlay. 0700. */
  readonly data: string;
  /** The user's own: config.yaml, .env, profiles. */
  readonly config: string;
}

/** `data` (`--data DIR`), else `QD_DATA`, is the one folder for both; else the XDG folders (base directory specification). */
export function folders(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  cwd: string,
  data?: string,
): Folders {
  const one = data ?? (env['QD_DATA'] || undefined);
  if (one !== undefined) {
    const path = one.startsWith('/') ? one : `${cwd}/${one}`;
    return { data: path, config: path };
  }
  // the specification says that a relative path is to be ignored
  const xdg = (value: string | undefined, fallback: string) => (value?.startsWith('/') ? value : `${home}/${fallback}`);
  return {
    data: `${xdg(env['XDG_STATE_HOME'], '.local/state')}/quarterdeck`,
    config: `${xdg(env['XDG_CONFIG_HOME'], '.config')}/quarterdeck`,
  };
}
