/** What changed in one working tree: against its last commit, or against where its branch left the default one. */
import type { Change } from '../../../shared/contract/git.ts';
import { Fault } from '../../../shared/fault.ts';
import type { Host } from '../../platform/ports.ts';
import {
  changesOf,
  cutAtHunk,
  parseDiffList,
  parseStatus,
  parseWorktrees,
  type Status,
  type StatusEntry,
} from './rules.ts';
import type { RunOptions, Tree } from './tree.ts';

export type Base = 'head' | 'fork';

export interface Changes {
  readonly status: Status;
  /** The commit compared with; null where there is none yet. */
  readonly base: string | null;
  readonly changes: readonly Change[];
  readonly truncated: boolean;
}

const MOST_CHANGES = 5000;
/** New files whose lines are counted. */
const MOST_NEW = 2000;
const MOST_DIFF = 2 * 1024 * 1024;
const SLOW_MS = 60_000;

const STATUS = ['status', '--porcelain=v2', '--branch', '-z', '--find-renames', '--ignore-submodules=dirty'];
/** Whatever the user's or the repository's settings say, the output is the same, and no program makes it. */
const PLAIN = [
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--no-relative',
  '--find-renames',
  '--ignore-submodules=dirty',
  '--submodule=short',
  '-O/dev/null',
];
const PATCH = [...PLAIN, '--src-prefix=a/', '--dst-prefix=b/', '--inter-hunk-context=0', '--patch'];

export async function statusOf(tree: Tree): Promise<Status> {
  const all = await tree
    .ask([...STATUS, '--untracked-files=all'], { maxBytes: 8 * 1024 * 1024 })
    .catch((error: unknown) => {
      // A hundred thousand new files (an unpacked archive, say) are told by their folders.
      if (error instanceof Fault && (error.code === 'too-large' || error.code === 'timeout')) return null;
      throw error;
    });
  if (all?.code === 0) return parseStatus(all.text);
  return parseStatus(await tree.run([...STATUS, '--untracked-files=normal'], { timeoutMs: SLOW_MS }));
}

/** A file that git could add; a nested repository ends in a slash. */
const isNew = (entry: StatusEntry): boolean => entry.xy === '??' && !entry.path.endsWith('/');

/**
 * A copy of the index in which new files are announced, so that one `git diff` shows them as added. The tree's own index
 * stays as it is: an agent may be using it this very moment.
 */
async function withNew<T>(
  host: Host,
  tree: Tree,
  fresh: readonly string[],
  work: (options: RunOptions) => Promise<T>,
): Promise<T> {
  if (fresh.length === 0) return work({});
  return withIndex(host, tree, async (env) => {
    const add = ['add', '--intent-to-add', '--pathspec-from-file=-', '--pathspec-file-nul'];
    // One that is gone or may not be read meanwhile: then without the new ones rather than not at all.
    const { code } = await tree.ask(add, { env, stdin: fresh.map((path) => `${path}\0`).join('') });
    return work(code === 0 ? { env } : {});
  });
}

/** `work` gets the environment that names a private copy of the tree's index. */
export async function withIndex<T>(
  host: Host,
  tree: Tree,
  work: (env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const made = await host.exec(['mktemp', '-d'], { timeoutMs: 5000 });
  const folder = Buffer.from(made.stdout).toString('utf8').trim();
  if (made.code !== 0 || !folder.startsWith('/'))
    throw new Fault('unavailable', 'There is no room for temporary files on this machine.');
  try {
    const index = `${folder}/index`;
    if (await host.look(`${tree.gitDir}/index`)) {
      // With its time: git takes a file that is as young as the index for changed until it has compared its content.
      const copied = await host.exec(['cp', '-p', '--', `${tree.gitDir}/index`, index], { timeoutMs: 20_000 });
      if (copied.code !== 0) throw new Fault('unavailable', `The index of ${tree.root} cannot be copied.`);
    }
    return await work({ GIT_INDEX_FILE: index });
  } finally {
    await host.exec(['rm', '-rf', '--', folder], { timeoutMs: 10_000 });
  }
}

/** The tree without anything, in the repository's own kind of hash. */
const emptyTree = async (tree: Tree): Promise<string> =>
  (await tree.run(['hash-object', '-t', 'tree', '--stdin'], { stdin: '' })).trim();

const NAMES = ['main', 'master', 'trunk', 'develop'];

/** The commit where the branch left the default branch; null where there is no default branch to be found. */
export async function forkOf(tree: Tree, status: Pick<Status, 'head' | 'branch'>): Promise<string | null> {
  if (status.head === null) return null;
  const patterns = ['refs/remotes/*/HEAD', ...NAMES.flatMap((n) => [`refs/heads/${n}`, `refs/remotes/*/${n}`])];
  const listed = (await tree.run(['for-each-ref', '--format=%(refname)%00%(symref)%00', ...patterns])).split('\0');
  const refs = new Map<string, string>();
  for (let i = 0; i + 1 < listed.length; i += 2) refs.set((listed[i] ?? '').trim(), (listed[i + 1] ?? '').trim());
  const heads = [...refs].filter(([name]) => /^refs\/remotes\/[^/]+\/HEAD$/.test(name)).map(([, to]) => to);
  const remoteHead = heads.find((to) => to.startsWith('refs/remotes/origin/')) ?? heads.find((to) => to !== '');
  const short = (ref: string) => ref.replace(/^refs\/(?:heads|remotes\/[^/]+)\//, '');
  let name = remoteHead
    ? short(remoteHead)
    : NAMES.find((n) => [...refs.keys()].some((ref) => short(ref) === n && !ref.endsWith('/HEAD')));
  if (name === undefined && tree.linked) {
    const { code, text } = await tree.ask(['worktree', 'list', '--porcelain']);
    if (code === 0) name = parseWorktrees(text)[0]?.branch ?? undefined;
  }
  if (name === undefined) return null;
  const remotes = [
    ...new Set([
      remoteHead ?? '',
      ...[...refs.keys()].filter((r) => r.startsWith('refs/remotes/') && short(r) === name),
    ]),
  ];
  const wanted = [...remotes.filter((ref) => ref !== ''), ...(status.branch === name ? [] : [`refs/heads/${name}`])];
  const bases: string[] = [];
  for (const ref of wanted) {
    const { code, text } = await tree.ask(['merge-base', status.head, ref]);
    if (code === 0) bases.push(text.trim());
  }
  if (bases.length < 2) return bases[0] ?? null;
  // The local default branch may be ahead of the remote one, or behind: the nearest is where the branch left.
  const { code, text } = await tree.ask(['merge-base', '--independent', ...new Set(bases)]);
  return (code === 0 ? text.trim().split('\n')[0] : undefined) ?? bases[0] ?? null;
}

async function baseOf(
  tree: Tree,
  status: Status,
  base: Base,
): Promise<{ readonly commit: string | null; readonly tree: string }> {
  const commit = base === 'fork' ? ((await forkOf(tree, status)) ?? status.head) : status.head;
  return { commit, tree: commit ?? (await emptyTree(tree)) };
}

export async function changesIn(host: Host, tree: Tree, base: Base, status: Status): Promise<Changes> {
  const from = await baseOf(tree, status, base);
  const fresh = status.entries.filter(isNew).map((entry) => entry.path);
  const list = (options: RunOptions) =>
    tree.ask(['diff', '--raw', '--numstat', '-z', ...PLAIN, from.tree, '--'], { ...options, timeoutMs: SLOW_MS });
  let diff = await withNew(host, tree, fresh.slice(0, MOST_NEW), list);
  // A new file that may not be read makes the whole of it fail: its lines are then not counted.
  if (diff.code !== 0 && fresh.length > 0) diff = await list({});
  if (diff.code !== 0) throw new Fault('conflict', `git cannot compare ${tree.root}: ${diff.said}`);
  const changes = changesOf(parseDiffList(diff.text), status.entries);
  return {
    status,
    base: from.commit,
    changes: changes.slice(0, MOST_CHANGES),
    truncated: changes.length > MOST_CHANGES || fresh.length > MOST_NEW,
  };
}

/** A unified diff as text; bytes that are not UTF-8 are shown as the replacement character. */
export async function diffOf(
  host: Host,
  tree: Tree,
  options: { readonly base: Base; readonly path: string | null; readonly context: number },
): Promise<{ readonly text: string; readonly truncated: boolean }> {
  const { path } = options;
  const status = await statusOf(tree);
  const from = await baseOf(tree, status, options.base);
  const below = (each: string) => path === null || each === path || each.startsWith(`${path}/`);
  const fresh = status.entries
    .filter(isNew)
    .map((entry) => entry.path)
    .filter(below)
    .slice(0, MOST_NEW);
  const patch = async (more: RunOptions) => {
    const paths = path === null ? [] : [path];
    if (path !== null) {
      // Asked for its new name alone, a renamed file would be shown as wholly new.
      const list = await tree.ask(['diff', '--raw', '-z', ...PLAIN, from.tree, '--'], { ...more, timeoutMs: SLOW_MS });
      for (const entry of parseDiffList(list.text))
        if (entry.from !== null && below(entry.path)) paths.push(entry.from);
    }
    const args = ['diff', ...PATCH, `--unified=${options.context}`, from.tree, '--', ...paths];
    return tree.head(args, MOST_DIFF, { ...more, timeoutMs: SLOW_MS });
  };
  const found = await withNew(host, tree, fresh, patch).catch((error: unknown) => {
    if (fresh.length > 0 && error instanceof Fault && error.code === 'conflict') return patch({});
    throw error;
  });
  return { text: found.more ? cutAtHunk(found.text) : found.text, truncated: found.more };
}

/** Paths that differ from where the branch left, new files included: what a merge will bring. */
export async function touchedSince(tree: Tree, status: Status): Promise<ReadonlySet<string>> {
  const base = await forkOf(tree, status);
  const paths = new Set(
    status.entries.flatMap((entry) => (entry.from === null ? [entry.path] : [entry.path, entry.from])),
  );
  if (base !== null && base !== status.head) {
    const { code, text } = await tree.ask([
      'diff',
      '--name-only',
      '-z',
      '--no-renames',
      ...PLAIN.filter((o) => o !== '--find-renames'),
      base,
      '--',
    ]);
    if (code === 0) for (const path of text.split('\0')) if (path !== '') paths.add(path);
  }
  return paths;
}
