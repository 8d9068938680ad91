/** The git branch of a folder, read from `.git/HEAD` without git: no process, a few small reads. */
import type { Host } from '../../platform/ports.ts';

const MOST_LEVELS = 40;

/** Branch name, the first 7 digits of a detached commit, or null outside of a repository. Worktrees included. */
export async function branchOf(host: Pick<Host, 'stat' | 'read'>, cwd: string): Promise<string | null> {
  let folder = cwd.replace(/\/+$/, '');
  for (let level = 0; level < MOST_LEVELS; level += 1) {
    const dot = await host.stat(`${folder}/.git`);
    if (dot) {
      const git = dot.directory ? `${folder}/.git` : await linkedGit(host, folder);
      return git === null ? null : headOf(host, git);
    }
    if (folder === '') return null;
    folder = folder.slice(0, folder.lastIndexOf('/'));
  }
  return null;
}

/** A worktree's or submodule's `.git` is a file that names the folder. */
async function linkedGit(host: Pick<Host, 'read'>, folder: string): Promise<string | null> {
  const path = /^gitdir: (.+)$/m.exec(await text(host, `${folder}/.git`))?.[1]?.trim();
  if (path === undefined) return null;
  return path.startsWith('/') ? path : `${folder}/${path}`;
}

async function headOf(host: Pick<Host, 'stat' | 'read'>, git: string): Promise<string | null> {
  if ((await host.stat(`${git}/HEAD`)) === null) return null;
  const head = (await text(host, `${git}/HEAD`)).trim();
  const branch = /^ref: refs\/heads\/(.+)$/.exec(head)?.[1];
  if (branch !== undefined) return branch.slice(0, 200);
  return /^[0-9a-f]{40,64}$/.test(head) ? head.slice(0, 7) : null;
}

const text = async (host: Pick<Host, 'read'>, path: string): Promise<string> =>
  Buffer.from(await host.read(path, 0, 4096)).toString('utf8');
