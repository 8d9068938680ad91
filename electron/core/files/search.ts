/** Paths below a folder, for finding: what git knows or would take, else what a bounded walk meets. Kept for a moment. */
import { isFault } from '../../../shared/fault.ts';
import type { Clock } from '../../kernel/clock.ts';
import { gitCommand } from '../../kernel/git-command.ts';
import type { Host } from '../../platform/ports.ts';

const KEPT = 8;
const GIT_MS = 15_000;
const GIT_BYTES = 64 * 1024 * 1024;
/** Bounds of the walk where there is no git. */
const WALK_FILES = 50_000;
const WALK_FOLDERS = 5000;
const WALK_MS = 3000;
const FOLDER_ENTRIES = 10_000;
/** What tools make and nobody looks for; without git there are no ignore rules that would say so. */
const MADE = new Set(['node_modules', '__pycache__', '.venv', '.git', '.hg', '.svn', '.cache', '.tox', '.gradle']);

export interface Paths {
  /** Relative to `root`, which is a real folder; looked at not longer than `ageMs` ago. */
  of(root: string, ageMs: number): Promise<readonly string[]>;
  /** Something was made there: the next look is a new one. */
  forget(root: string): void;
}

export function createPaths(host: Host, clock: Clock): Paths {
  const known = new Map<string, { readonly at: number; readonly paths: Promise<readonly string[]> }>();
  const look = async (root: string): Promise<readonly string[]> => (await byGit(host, root)) ?? walk(host, clock, root);
  return {
    of(root, ageMs) {
      const before = known.get(root);
      if (before && clock.now() - before.at < ageMs) return before.paths;
      const paths = look(root);
      known.delete(root);
      known.set(root, { at: clock.now(), paths });
      paths.catch(() => known.delete(root));
      for (const old of known.keys()) {
        if (known.size <= KEPT) break;
        known.delete(old);
      }
      return paths;
    },
    forget: (root) => void known.delete(root),
  };
}

/** Null where git has no say. */
async function byGit(host: Host, root: string): Promise<readonly string[] | null> {
  const { argv, env } = gitCommand(host.env, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  try {
    const { code, stdout } = await host.exec(argv, { cwd: root, env, timeoutMs: GIT_MS, maxBytes: GIT_BYTES });
    if (code !== 0) return null;
    const paths = Buffer.from(stdout).toString('utf8').split('\0');
    // A file in conflict is there three times; a nested repository ends in a slash.
    return [...new Set(paths)].filter((path) => path !== '' && !path.endsWith('/'));
  } catch (error) {
    if (isFault(error, 'not-installed') || isFault(error, 'too-large') || isFault(error, 'timeout')) return null;
    throw error;
  }
}

async function walk(host: Host, clock: Clock, root: string): Promise<readonly string[]> {
  const until = clock.now() + WALK_MS;
  const found: string[] = [];
  const folders = [''];
  for (let i = 0; i < folders.length && found.length < WALK_FILES && clock.now() < until; i += 1) {
    const folder = folders[i] ?? '';
    // A folder that may not be read, or is gone by now, holds nothing to find.
    const { entries } = await host.listInside(root, folder, FOLDER_ENTRIES).catch((error: unknown) => {
      if (isFault(error)) return { entries: [] };
      throw error;
    });
    for (const { name, kind } of entries) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (kind === 'file') found.push(path);
      else if (kind === 'folder' && !MADE.has(name) && folders.length < WALK_FOLDERS) folders.push(path);
    }
  }
  return found.slice(0, WALK_FILES);
}

/** Which of the names in a folder git's rules leave out; none where git has no say. */
export async function ignoredIn(host: Host, folder: string, names: readonly string[]): Promise<ReadonlySet<string>> {
  const ask = async (some: readonly string[], ...more: readonly string[]): Promise<readonly string[]> => {
    if (some.length === 0) return [];
    // This one command refuses to be told that names are literal; the `./` before them keeps `:(magic)` out.
    const literal = { env: { GIT_LITERAL_PATHSPECS: '0' } };
    const { argv, env } = gitCommand(host.env, ['check-ignore', '-z', '--stdin', ...more], literal);
    const stdin = some.map((name) => `./${name}\0`).join('');
    const { code, stdout } = await host.exec(argv, { cwd: folder, env, stdin, timeoutMs: GIT_MS });
    // 1: none of them.
    return code === 0 ? Buffer.from(stdout).toString('utf8').split('\0') : [];
  };
  // A name such as `*.log` would count as tracked because `a.log` is: for those the index is left out of it.
  const wild = (name: string) => /[*?[\\]/.test(name);
  try {
    const found = await Promise.all([ask(names.filter((name) => !wild(name))), ask(names.filter(wild), '--no-index')]);
    return new Set(found.flat().map((path) => path.replace(/^\.\//, '')));
  } catch (error) {
    if (isFault(error, 'not-installed') || isFault(error, 'timeout')) return new Set();
    throw error;
  }
}
