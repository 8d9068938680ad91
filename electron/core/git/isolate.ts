/** A worktree and a branch for a session of its own. The tree that it leaves is not touched. */
import { posix } from 'node:path';
import type { Session } from '../../../shared/contract/sessions.ts';
import { Fault, isFault } from '../../../shared/fault.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { SessionMoves } from '../sessions/sessions.ts';
import { statusOf } from './look.ts';
import { MARK } from './places.ts';
import { follow, type RecipeDeps } from './recipe.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import type { Tree, Trees } from './tree.ts';
import { listed } from './worktrees.ts';

export interface IsolateDeps extends RecipeDeps {
  readonly trees: Trees;
  readonly clock: Clock;
  readonly sessions: SessionMoves;
  /** One at a time: two that are made at once would choose the same names. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
}

export interface IsolateWish {
  readonly branch?: string | undefined;
  readonly carry: boolean;
  readonly as?: string | undefined;
}

export interface Isolated {
  readonly session: string;
  readonly path: string;
  readonly branch: string;
  readonly recipe: string[];
}

const SLOW_MS = 120_000;
const MOST_NAMES = 100;

export async function isolate(deps: IsolateDeps, session: Session, wish: IsolateWish): Promise<Isolated> {
  const { host, trees } = deps;
  if (session.archived)
    throw new Fault('not-ready', `${session.name} is archived; wake it first, or start a new session.`);
  const from = await trees.open(session.cwd);
  const outer = await from.ask(['rev-parse', '--show-superproject-working-tree']);
  if (outer.text.trim() !== '')
    throw new Fault('unsupported', `${from.root} is a submodule: give its outer repository a worktree instead.`);
  const { head } = await statusOf(from);
  if (head === null)
    throw new Fault('not-ready', `The repository ${from.root} has no commit yet; make a first one, then isolate.`);
  const taken = wish.carry ? await snapshotOf(host, from) : null;
  const { branch, path } = await deps.alone(async () => {
    const names = {
      branch: await branchFor(from, session.name, wish.branch),
      path: await pathFor(deps, from, wish.as ?? session.name),
    };
    const add = ['worktree', 'add', '--quiet', '--no-track', '-b', names.branch, '--', names.path, head];
    const added = await from.ask(add, { timeoutMs: SLOW_MS });
    if (added.code !== 0) throw new Fault('refused', `No worktree could be made at ${names.path}: ${added.said}`);
    return names;
  });
  const recipe: string[] = [];
  let to: Tree | null = null;
  try {
    to = await trees.open(path);
    await host.write(`${to.gitDir}/${MARK}`, `${JSON.stringify({ session: session.id, at: deps.clock.now() })}\n`);
    if (taken) recipe.push(await carry(from, to, head, taken));
    for (const name of from.filters)
      recipe.push(`filter ${name}: not run, because the repository's own configuration names its program`);
    recipe.push(...(await follow(deps, from, to)));
    const cwd = await folderIn(deps, from, to, session.cwd);
    if (wish.as !== undefined) {
      const { name } = await deps.sessions.beside(session.id, wish.as, cwd);
      return { session: name, path: to.root, branch, recipe };
    }
    const { left } = await deps.sessions.move(session.id, cwd);
    if (left !== null)
      recipe.push(`conversation: ${session.agent} keeps ${left} with ${session.cwd}, so it was started anew here`);
    return { session: session.name, path: to.root, branch, recipe };
  } catch (error) {
    const stands = await undo(from, to, path, branch, head);
    if (isFault(error)) throw new Fault(error.code, `${error.message} ${stands}`, error.data, error);
    throw new Fault('internal', `${String(error)} ${stands}`, undefined, error);
  }
}

/** Fault `invalid` for a name that git does not take, `taken` for one that is there. */
async function branchFor(tree: Tree, session: string, wanted: string | undefined): Promise<string> {
  const is = async (name: string) =>
    (await tree.ask(['show-ref', '--verify', '--quiet', `refs/heads/${name}`])).code === 0;
  if (wanted !== undefined) {
    const checked = await tree.ask(['check-ref-format', '--branch', wanted]);
    // `@{-1}` and the like are names of other branches.
    if (checked.code !== 0 || checked.text.replace(/\n$/, '') !== wanted)
      throw new Fault('invalid', `"${wanted.replace(/\p{Cc}/gu, ' ')}" is not a name that git takes for a branch.`);
    if (await is(wanted)) throw new Fault('taken', `There is a branch ${wanted} already; choose another name.`);
    return wanted;
  }
  // Where a branch is called `qd`, none can be called `qd/...`.
  const stem = (await is('qd')) ? `qd-${session}` : `qd/${session}`;
  for (let n = 1; n <= MOST_NAMES; n += 1) {
    const name = n === 1 ? stem : `${stem}-${n}`;
    if (!(await is(name))) return name;
  }
  throw new Fault('taken', `There are ${MOST_NAMES} branches ${stem}-... already; name one, or remove some.`);
}

/** Beside the repository, so that no tool that walks the main tree finds a second copy in it. */
async function pathFor({ host }: IsolateDeps, tree: Tree, name: string): Promise<string> {
  const main = (await listed(tree))[0];
  const home = main?.path ?? tree.root;
  const parent = posix.dirname(home);
  if (parent === home)
    throw new Fault('unsupported', `${home} has no folder around it that a worktree could stand in.`);
  const folder = `${home.replace(/\.git$/, '').replace(/\/+$/, '')}.worktrees`;
  const there = await host.look(folder);
  if (there && (await host.stat(folder))?.directory !== true)
    throw new Fault('taken', `${folder} is a file; worktrees would stand in a folder of that name.`);
  for (let n = 1; n <= MOST_NAMES; n += 1) {
    const path = `${folder}/${n === 1 ? name : `${name}-${n}`}`;
    if (!(await host.look(path))) return path;
  }
  throw new Fault('taken', `${folder} holds ${MOST_NAMES} worktrees of this name; remove some.`);
}

/** The same changes in the new tree: what was staged is staged, what was new is new. */
async function carry(from: Tree, to: Tree, head: string, taken: Snapshot): Promise<string> {
  await to.run(['read-tree', '-m', '-u', head, taken.tree], { timeoutMs: SLOW_MS });
  await to.run(['read-tree', taken.index], { timeoutMs: SLOW_MS });
  await to.ask(['update-index', '-q', '--refresh'], { timeoutMs: SLOW_MS, env: { GIT_OPTIONAL_LOCKS: '1' } });
  const { entries } = await statusOf(to);
  const nested = (await statusOf(from)).entries.filter((entry) => entry.path.endsWith('/'));
  const left = nested.length > 0 ? `; ${nested.length} nested repositories stayed behind` : '';
  return `carry: ${entries.length} changed files${left}`;
}

/** The same folder below the root, where the new tree has it. */
async function folderIn({ host }: IsolateDeps, from: Tree, to: Tree, cwd: string): Promise<string> {
  const real = (await host.real(cwd)) ?? from.root;
  if (!real.startsWith(`${from.root}/`)) return to.root;
  const same = `${to.root}${real.slice(from.root.length)}`;
  // Through a link it could be anywhere.
  return (await host.real(same)) === same && (await host.stat(same))?.directory ? same : to.root;
}

/** Takes the worktree away again when nothing is in it that is not elsewhere; says what stands where. */
async function undo(from: Tree, to: Tree | null, path: string, branch: string, head: string): Promise<string> {
  const stays = `The worktree ${path} with the branch ${branch} was made and stays.`;
  try {
    if (!to || (await statusOf(to)).entries.length > 0) return stays;
    const removed = await from.ask(['worktree', 'remove', '--', path], { timeoutMs: SLOW_MS });
    if (removed.code !== 0) return stays;
    // Only while it still is where it was made.
    await from.ask(['update-ref', '-d', `refs/heads/${branch}`, head]);
    return 'The worktree that was made for it is removed again.';
  } catch {
    // What failed before is what the caller is to hear of.
    return stays;
  }
}
