/**
 * All that is in a working tree, as objects of its repository, without touching the tree or its index: what `git stash`
 * would take, the new files too, and also what flags in the index hide from `git status`.
 */
import { Fault } from '../../../shared/fault.ts';
import type { Host } from '../../platform/ports.ts';
import { withIndex } from './look.ts';
import type { Ran, RunOptions, Tree } from './tree.ts';

export interface Snapshot {
  /** Everything as it is on the disk. */
  readonly tree: string;
  /** As the index has it; what is in conflict as the branch itself has it. */
  readonly index: string;
}

const SLOW_MS = 120_000;
const MOST_LISTED = 128 * 1024 * 1024;

/**
 * `ignored`: files that are taken along although git's rules leave them out. Fault `conflict` when something cannot be
 * taken, such as a file that may not be read.
 */
export async function snapshotOf(host: Host, tree: Tree, ignored: readonly string[] = []): Promise<Snapshot> {
  return withIndex(host, tree, async (env) => {
    // In a sparse checkout git clears some flags by itself, each time it reads the index and never in it: without the
    // setting all of these commands see the same flags.
    const options = { env, timeoutMs: SLOW_MS, config: ['core.sparseCheckout=false'] };
    const staged = await stagedIn(tree, options);
    const hidden = await hiddenIn(host, tree, options);
    if (hidden.length > 0) {
      const stdin = hidden.map((path) => `${path}\0`).join('');
      await tree.run(['update-index', '--no-assume-unchanged', '-z', '--stdin'], { ...options, stdin });
      await tree.run(['update-index', '--no-skip-worktree', '-z', '--stdin'], { ...options, stdin });
    }
    await tree.run(['add', '--all', '--', '.'], options);
    if (ignored.length > 0)
      await tree.run(['add', '--force', '--pathspec-from-file=-', '--pathspec-file-nul'], {
        ...options,
        stdin: ignored.map((path) => `${path}\0`).join(''),
      });
    const all = (await tree.run(['write-tree'], options)).trim();
    return { tree: all, index: staged };
  });
}

/** The index as a tree. `options` names a private copy, in which conflicts are resolved on the way. */
async function stagedIn(tree: Tree, options: RunOptions): Promise<string> {
  const plain = await tree.ask(['write-tree'], options);
  if (plain.code === 0) return plain.text.trim();
  // In the middle of a merge with conflicts there is no tree to be written, but what else was staged is work as well.
  const unmerged = await tree.run(['ls-files', '--unmerged', '-z'], { ...options, maxBytes: MOST_LISTED });
  const stdin = unmerged
    .split('\0')
    .map((line) => /^(\d+) ([0-9a-f]+) ([123])\t(.+)$/s.exec(line))
    .flatMap((found) => (found ? [found] : []))
    // Stage 2 is the side of the branch; a path that it does not have is taken out.
    .map(([, mode = '', id = '', stage, path = '']) =>
      stage === '2' ? `${mode} ${id} 0\t${path}\0` : `0 ${'0'.repeat(id.length)}\t${path}\0`,
    )
    .sort((a, b) => Number(!a.startsWith('0 ')) - Number(!b.startsWith('0 ')))
    .join('');
  await tree.run(['update-index', '-z', '--index-info'], { ...options, stdin });
  return (await tree.run(['write-tree'], options)).trim();
}

/**
 * Files that the index says not to look at (`assume-unchanged`, `skip-worktree`), those that were deleted as well. Not
 * what a sparse checkout left out: that is absent because git never wrote it.
 */
async function hiddenIn(host: Host, tree: Tree, options: RunOptions): Promise<string[]> {
  const listed = await tree.run(['ls-files', '-v', '-z'], { ...options, maxBytes: MOST_LISTED });
  const found: string[] = [];
  let sparse: Promise<Ran> | null = null;
  for (const line of listed.split('\0')) {
    if (!/^(?:[a-z]|S) /.test(line)) continue;
    const path = line.slice(2);
    if (/^s /i.test(line) && !(await host.look(`${tree.root}/${path}`))) {
      // As the tree has it: `options` says otherwise.
      sparse ??= tree.ask(['config', '--type=bool', '--get', 'core.sparseCheckout']);
      if ((await sparse).text.trim() === 'true') continue;
    }
    found.push(path);
  }
  return found;
}

/** A commit by plumbing: no hooks, no signature that would ask for a passphrase. */
export async function commit(tree: Tree, content: string, parent: string, message: string): Promise<string> {
  const args = ['commit-tree', '-p', parent, content];
  const first = await tree.ask(args, { stdin: message });
  if (first.code === 0) return first.text.trim();
  // Nobody told git who they are.
  const who = { NAME: 'Quarterdeck', EMAIL: 'quarterdeck@localhost' };
  const env = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((role) => Object.entries(who).map(([k, v]) => [`GIT_${role}_${k}`, v])),
  );
  return (await tree.run(args, { stdin: message, env })).trim();
}

/** A new ref, never over one that is there. Fault `taken`. */
export async function makeRef(tree: Tree, ref: string, to: string): Promise<void> {
  const { code, said } = await tree.ask(['update-ref', '--', ref, to, '0'.repeat(to.length)]);
  if (code !== 0) throw new Fault('taken', `${ref} cannot be made: ${said}`);
}
