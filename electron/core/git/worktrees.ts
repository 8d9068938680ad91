/** The worktrees of a repository, and what each still holds that is nowhere else. */
import type { Worktree } from '../../../shared/contract/git.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import type { Host } from '../../platform/ports.ts';
import { statusOf } from './look.ts';
import { MARK } from './places.ts';
import { parseWorktrees, type WorktreeRecord } from './rules.ts';
import { isNoTree, type Tree, type Trees } from './tree.ts';

export interface Listed extends WorktreeRecord {
  readonly main: boolean;
}

export async function listed(tree: Tree): Promise<readonly Listed[]> {
  const args = ['worktree', 'list', '--porcelain'];
  const exact = await tree.ask([...args, '-z']);
  // Before git 2.36 there is no -z.
  const text = exact.code === 0 ? exact.text : await tree.run(args);
  return parseWorktrees(text).map((record, i) => ({ ...record, main: i === 0 }));
}

/** Commits of this head that are on no other branch and on no remote. */
export async function unmergedOf(tree: Tree, head: string | null, branch: string | null): Promise<number> {
  if (head === null) return 0;
  const but = branch === null ? [] : [`--exclude=${branch}`];
  const { code, text } = await tree.ask(['rev-list', '--count', head, '--not', ...but, '--branches', '--remotes']);
  return code === 0 ? Number(text.trim()) : 0;
}

/** Sessions whose folder is in `path`, by name. `path` is real. */
export async function sessionsIn(host: Host, path: string, sessions: readonly Session[]): Promise<Session[]> {
  const inside = await Promise.all(
    sessions.map(async (session) => {
      const real = (await host.real(session.cwd)) ?? session.cwd;
      return real === path || real.startsWith(`${path}/`);
    }),
  );
  return sessions.filter((_, i) => inside[i]);
}

export async function worktreesOf(
  host: Host,
  trees: Trees,
  tree: Tree,
  sessions: readonly Session[],
): Promise<Worktree[]> {
  const all: Worktree[] = [];
  for (const each of await listed(tree)) {
    const own = each.bare
      ? null
      : await trees.open(each.path).catch((error: unknown) => {
          // Its folder was removed by hand; git still lists it.
          if (isNoTree(error)) return null;
          throw error;
        });
    // A folder inside another worktree that lost its own git file would be answered for by that one.
    const there = own?.root === ((await host.real(each.path)) ?? each.path) ? own : null;
    all.push({
      path: each.path,
      branch: each.branch,
      head: each.head?.slice(0, 12) ?? '',
      main: each.main,
      ours: there?.linked === true && (await host.look(`${there.gitDir}/${MARK}`)) !== null,
      locked: each.locked !== null,
      changed: there ? (await statusOf(there)).entries.length : 0,
      unmerged: await unmergedOf(tree, each.head, each.branch),
      sessions: there ? (await sessionsIn(host, there.root, sessions)).map((session) => session.name).sort() : [],
    });
  }
  return all;
}
