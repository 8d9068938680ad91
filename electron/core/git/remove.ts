/** A worktree taken away, and never anything that is in it and nowhere else. */
import { posix } from 'node:path';
import type { Session } from '../../../shared/contract/sessions.ts';
import { Fault } from '../../../shared/fault.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Host } from '../../platform/ports.ts';
import { statusOf } from './look.ts';
import { isLive } from './places.ts';
import { isMade, refPart, type Status, some, stamp } from './rules.ts';
import { commit, makeRef, snapshotOf } from './snapshot.ts';
import { firstLine, type Tree, type Trees } from './tree.ts';
import { type Listed, listed, sessionsIn, unmergedOf } from './worktrees.ts';

export interface RemoveDeps {
  readonly host: Host;
  readonly clock: Clock;
  readonly trees: Trees;
  readonly sessions: readonly Session[];
}

export interface Removed {
  readonly removed: true;
  readonly path: string;
  /** Branch that holds what was in it. */
  readonly kept: string | null;
}

const SLOW_MS = 300_000;
const MOST_IGNORED = 200;
const MOST_IGNORED_BYTES = 50 * 1024 * 1024;

export async function removeWorktree(deps: RemoveDeps, from: Tree, wanted: string, keep: boolean): Promise<Removed> {
  const { host, trees } = deps;
  const { target, main } = await find(host, from, wanted);
  const path = target.path;
  const real = (await host.real(path)) ?? path;
  const running = await sessionsIn(host, real, deps.sessions.filter(isLive));
  if (running.length > 0)
    throw new Fault('conflict', `${some(running.map((s) => s.name))} works in ${path}; stop or move it first.`, {
      sessions: running.map((s) => s.name),
    });

  // From the main tree: the one that goes cannot be asked to remove itself.
  const base = main.bare ? from : await trees.open(main.path);
  const { kept, back } = (await host.look(path))
    ? await clear(deps, base, target, keep)
    : { kept: await orphan(deps, base, target, keep), back: null };
  const { code, said } = await base.ask(['worktree', 'remove', '--', path], { timeoutMs: SLOW_MS });
  if (code !== 0) {
    const where = kept ? ` What was in it so far is on the branch ${kept}.` : '';
    // Once it deletes, git goes on to the end whatever fails, and forgets the worktree.
    if (!(await listed(base)).some((each) => each.path === path))
      throw new Fault('refused', `git removed ${path}, but could not delete all of its files: ${said}${where}`, {
        kept,
      });
    await back?.();
    throw new Fault('refused', `git does not remove ${path}, which is as it was: ${said}${where}`, { kept });
  }
  const folder = posix.dirname(path);
  // Only when it is empty now; that it is not is no failure.
  if (folder.endsWith('.worktrees')) await host.exec(['rmdir', '--', folder], { timeoutMs: 5000 });
  return { removed: true, path, kept };
}

async function find(host: Host, from: Tree, wanted: string): Promise<{ target: Listed; main: Listed }> {
  const all = await listed(from);
  const real = await host.real(wanted);
  const target = all.find((each) => each.path === wanted || each.path === real);
  const main = all[0];
  if (!target || !main) {
    const others = all.slice(1).map((each) => each.path);
    const has = others.length > 0 ? `it has ${some(others)}` : 'it has none';
    throw new Fault('not-found', `${wanted} is not a worktree of the repository of ${from.root}; ${has}.`);
  }
  if (target.main) throw new Fault('refused', `${wanted} is the repository itself, not a worktree of it.`);
  if (target.locked !== null) {
    const why = target.locked === '' ? '' : ` (${target.locked})`;
    throw new Fault('locked', `${wanted} is locked${why}; unlock it with: git worktree unlock`);
  }
  return { target, main };
}

interface Cleared {
  readonly kept: string | null;
  /** Where clearing changed the tree's index and branch: as they were again. */
  readonly back: (() => Promise<void>) | null;
}

/** Makes sure that nothing of the tree is lost; the branch that keeps it, where one was made. */
async function clear(deps: RemoveDeps, base: Tree, target: Listed, keep: boolean): Promise<Cleared> {
  const { host, trees } = deps;
  const tree = await trees.open(target.path);
  const { path } = target;
  if (tree.common !== base.common || !tree.linked || tree.root !== ((await host.real(path)) ?? path))
    throw new Fault('refused', `${path} is not the worktree that the repository takes it for; look at it by hand.`);
  const status = await statusOf(tree);
  const nested = status.entries.filter((entry) => entry.path.endsWith('/') && entry.xy === '??');
  if (nested.length > 0)
    throw new Fault(
      'conflict',
      `${path} holds other repositories (${some(nested.map((e) => e.path))}); move them away first.`,
    );
  const links = (await tree.run(['ls-files', '--stage', '-z'], { maxBytes: 128 * 1024 * 1024 })).split('\0');
  if (links.some((line) => line.startsWith('160000 ')))
    throw new Fault('unsupported', `${path} has submodules, whose work is not in this repository; remove it by hand.`);

  const head = status.head;
  if (head === null) throw new Fault('unsupported', `${path} has no commit yet; remove it by hand.`);
  const snapshot = await snapshotOf(host, tree);
  const headTree = (await tree.run(['rev-parse', `${head}^{tree}`])).trim();
  const staged = snapshot.index !== headTree && snapshot.index !== snapshot.tree;
  const dirty = snapshot.tree !== headTree || staged || status.entries.length > 0;
  const unmerged = await unmergedOf(tree, head, status.branch);
  const ignored = await ignoredIn(host, tree, base);
  if (!keep) {
    const reasons = [
      ...(dirty
        ? [`uncommitted changes (${some(status.entries.map((e) => e.path)) || 'in files that the index hides'})`]
        : []),
      ...(unmerged > 0
        ? [`${unmerged} ${unmerged === 1 ? 'commit' : 'commits'} that no other branch and no remote has`]
        : []),
      ...(ignored.length > 0 ? [`${ignored.length} ignored files that are nowhere else (${some(ignored)})`] : []),
    ];
    if (reasons.length > 0)
      throw new Fault(
        'conflict',
        `${path} still holds ${reasons.join('; ')}. Keep them with \`keep\`, or see to them first.`,
        {
          changed: status.entries.length,
          unmerged,
          ignored,
        },
      );
    return { kept: null, back: null };
  }
  if (!dirty && unmerged === 0 && ignored.length === 0) return { kept: null, back: null };
  const name = `${refPart(posix.basename(path))}-${stamp(deps.clock.now())}`;
  if (ignored.length > 0) await keepIgnored(host, tree, head, ignored, name);
  if (!dirty && unmerged === 0) return { kept: null, back: null };
  const words = `Kept from the worktree ${posix.basename(path)}`;
  let last = head;
  if (staged) last = await commit(tree, snapshot.index, last, `${words}: what was staged\n`);
  if (dirty) last = await commit(tree, snapshot.tree, last, `${words}\n`);
  const branch = `qd/kept/${name}`;
  await makeRef(tree, `refs/heads/${branch}`, last);
  return { kept: branch, back: await standOn(host, tree, status, branch, last) };
}

/**
 * The tree stands on what was kept, so that git's own look before it removes sees whatever was written since. What it
 * gives takes that back.
 */
async function standOn(
  host: Host,
  tree: Tree,
  { head, branch: before }: Status,
  branch: string,
  last: string,
): Promise<() => Promise<void>> {
  // In the folder that goes along with the worktree.
  const [index, spare] = [`${tree.gitDir}/index`, `${tree.gitDir}/quarterdeck-index`];
  const had = (await host.look(index)) !== null;
  const move = async (...argv: string[]): Promise<void> => {
    const { code, stderr } = await host.exec(argv, { timeoutMs: 20_000 });
    if (code !== 0)
      throw new Fault('conflict', `The index of ${tree.root}: ${firstLine(Buffer.from(stderr).toString('utf8'))}`);
  };
  if (had) await move('cp', '-p', '--', index, spare);
  const back = async (): Promise<void> => {
    await (had ? move('mv', '-f', '--', spare, index) : move('rm', '-f', '--', index));
    if (before !== null) await tree.run(['symbolic-ref', 'HEAD', `refs/heads/${before}`]);
    else await tree.run(['update-ref', '--no-deref', 'HEAD', head ?? last]);
  };
  try {
    await tree.run(['symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
    // Without `--reset`, which would stop at files that the old index hides.
    await tree.run(['read-tree', last], { timeoutMs: SLOW_MS });
    await tree.ask(['update-index', '-q', '--refresh'], { timeoutMs: SLOW_MS });
  } catch (error) {
    await back();
    throw error;
  }
  return back;
}

/** Its folder is gone already; only commits can be left. */
async function orphan({ clock }: RemoveDeps, base: Tree, target: Listed, keep: boolean): Promise<string | null> {
  const unmerged = await unmergedOf(base, target.head, target.branch);
  if (unmerged === 0 || target.head === null) return null;
  if (!keep)
    throw new Fault(
      'conflict',
      `${target.path} is gone, but had ${unmerged} commits that no other branch and no remote has. Keep them with \`keep\`.`,
      { changed: 0, unmerged, ignored: [] },
    );
  const branch = `qd/kept/${refPart(posix.basename(target.path))}-${stamp(clock.now())}`;
  await makeRef(base, `refs/heads/${branch}`, target.head);
  return branch;
}

/** Ignored files that no tool makes again and that the main tree has not, byte for byte: an `.env` that was changed here. */
async function ignoredIn(host: Host, tree: Tree, base: Tree): Promise<string[]> {
  const listing = ['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--directory'];
  const top = (await tree.run(listing)).split('\0').filter((path) => path !== '' && !isMade(path));
  const files: string[] = [];
  for (const path of top) {
    if (!path.endsWith('/')) files.push(path);
    // A folder that is ignored as a whole: its files, without those that tools made in it.
    else {
      const inside = await tree.run(['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--', path]);
      files.push(...inside.split('\0').filter((each) => each !== '' && !isMade(each)));
    }
  }
  const own: string[] = [];
  for (const path of files) {
    const look = await host.look(`${tree.root}/${path}`);
    // What a link names is elsewhere, and stays there.
    if (!look || look.kind === 'link') continue;
    if (tree.root === base.root || !(await same(host, tree.root, base.root, path))) own.push(path);
  }
  return own;
}

async function same(host: Host, one: string, other: string, path: string): Promise<boolean> {
  const [a, b] = [await host.look(`${one}/${path}`), await host.look(`${other}/${path}`)];
  if (a?.kind !== 'file' || b?.kind !== 'file' || a.size !== b.size) return false;
  const { code } = await host.exec(['cmp', '-s', '--', `${one}/${path}`, `${other}/${path}`], { timeoutMs: 20_000 });
  return code === 0;
}

/** Beside the branches: files that are ignored may be secret, and a branch is pushed sooner or later. */
async function keepIgnored(
  host: Host,
  tree: Tree,
  head: string,
  paths: readonly string[],
  name: string,
): Promise<void> {
  let size = 0;
  for (const path of paths) size += (await host.look(`${tree.root}/${path}`))?.size ?? 0;
  const nested = paths.filter((path) => path.endsWith('/'));
  if (nested.length > 0)
    throw new Fault('conflict', `${tree.root} holds other repositories (${some(nested)}); move them away first.`);
  if (paths.length > MOST_IGNORED || size > MOST_IGNORED_BYTES)
    throw new Fault(
      'too-large',
      `${tree.root} holds ${paths.length} ignored files of ${Math.ceil(size / 1024 / 1024)} MiB that are nowhere else (${some(paths)}); move them away first.`,
    );
  const { tree: content } = await snapshotOf(host, tree, paths);
  const held = await commit(tree, content, head, `Ignored files of the worktree ${posix.basename(tree.root)}\n`);
  await makeRef(tree, `refs/quarterdeck/ignored/${name}`, held);
}
