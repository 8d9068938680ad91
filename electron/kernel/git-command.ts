/**
 * How git is run on a repository that nobody vouches for: it asks nothing, opens nothing, runs no program that the
 * repository's own configuration names, reaches no network, and takes no lock that an agent's git may be waiting for.
 */

/** Names of git's own variables that tie it to one repository, as `git rev-parse --local-env-vars` lists them. */
const LOCAL =
  /^GIT_(?:DIR|WORK_TREE|IMPLICIT_WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|PREFIX|NAMESPACE|GRAFT_FILE|SHALLOW_FILE|REPLACE_REF_BASE|CONFIG|CONFIG_PARAMETERS|CONFIG_COUNT|EXTERNAL_DIFF|TRACE\w*|ATTR_SOURCE|LITERAL_PATHSPECS|GLOB_PATHSPECS|ICASE_PATHSPECS|QUARANTINE_PATH)$/;

const ENV: Readonly<Record<string, string>> = {
  LC_ALL: 'C',
  LANGUAGE: '',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: 'true',
  SSH_ASKPASS: 'true',
  GIT_PAGER: 'cat',
  GIT_EDITOR: 'true',
  GIT_SEQUENCE_EDITOR: 'true',
  // A partial clone would fetch what it lacks through whatever program its remote names.
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: '',
  // Names are names: no `:(magic)`, no globs.
  GIT_LITERAL_PATHSPECS: '1',
};

const CONFIG: readonly string[] = [
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'core.hooksPath=/dev/null',
  'core.pager=cat',
  'core.quotePath=false',
  'core.bigFileThreshold=16m',
  'diff.suppressBlankEmpty=false',
  'diff.orderFile=/dev/null',
  'gc.auto=0',
  'maintenance.auto=false',
  'advice.addEmbeddedRepo=false',
];

export interface GitCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** `host`: the variables that the program would inherit. `config`: further `name=value` settings for this run. */
export function gitCommand(
  host: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
  options: { readonly config?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): GitCommand {
  // A hub that was started from a git hook would see that hook's repository everywhere.
  const inherited = Object.keys(host).filter((name) => LOCAL.test(name) && !Object.hasOwn(ENV, name));
  const without = inherited.length > 0 ? ['env', ...inherited.flatMap((name) => ['-u', name])] : [];
  const config = [...CONFIG, ...(options.config ?? [])].flatMap((each) => ['-c', each]);
  return { argv: [...without, 'git', '--no-pager', ...config, ...args], env: { ...ENV, ...options.env } };
}
