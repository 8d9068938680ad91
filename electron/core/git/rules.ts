/** Pure decisions of the git room: what git printed, what changed, where a long diff is cut, names of branches and copies. */
import type { Change } from '../../../shared/contract/git.ts';

export interface StatusEntry {
  readonly path: string;
  readonly from: string | null;
  /** Index and working tree, as `git status` writes them; `??` for untracked. */
  readonly xy: string;
  readonly conflicted: boolean;
}

export interface Status {
  /** Null before the first commit. */
  readonly head: string | null;
  /** Null when detached. */
  readonly branch: string | null;
  readonly upstream: string | null;
  readonly ahead: number;
  readonly behind: number;
  readonly entries: readonly StatusEntry[];
}

/** `git status --porcelain=v2 --branch -z`. */
export function parseStatus(text: string): Status {
  const tokens = text.split('\0');
  let head: string | null = null;
  let branch: string | null = null;
  let upstream: string | null = null;
  let ahead = 0;
  let behind = 0;
  const entries: StatusEntry[] = [];
  let i = 0;
  const next = (): string => {
    i += 1;
    return tokens[i] ?? '';
  };
  for (; i < tokens.length; i += 1) {
    const token = tokens[i] ?? '';
    if (token.startsWith('# ')) {
      const [, name, value = ''] = /^# (\S+) (.*)$/s.exec(token) ?? [];
      if (name === 'branch.oid') head = value === '(initial)' ? null : value;
      else if (name === 'branch.head') branch = value === '(detached)' ? null : value;
      else if (name === 'branch.upstream') upstream = value;
      else if (name === 'branch.ab') {
        const [, plus = '0', minus = '0'] = /^\+(\d+) -(\d+)$/.exec(value) ?? [];
        ahead = Number(plus);
        behind = Number(minus);
      }
    } else if (token.startsWith('? ')) {
      entries.push({ path: token.slice(2), from: null, xy: '??', conflicted: false });
    } else if (/^[12u] /.test(token)) {
      // Fields before the path, which may itself hold spaces.
      const fields = token.startsWith('1') ? 8 : token.startsWith('2') ? 9 : 10;
      const path = token.split(' ').slice(fields).join(' ');
      const from = token.startsWith('2') ? next() : null;
      entries.push({ path, from, xy: token.slice(2, 4), conflicted: token.startsWith('u') });
    }
  }
  return { head, branch, upstream, ahead, behind, entries };
}

export interface DiffEntry {
  readonly path: string;
  readonly from: string | null;
  /** git's letter. */
  readonly letter: string;
  readonly added: number | null;
  readonly removed: number | null;
}

/** `git diff --raw --numstat -z`. */
export function parseDiffList(text: string): DiffEntry[] {
  const tokens = text.split('\0');
  const found = new Map<
    string,
    { path: string; from: string | null; letter: string; added: number | null; removed: number | null }
  >();
  let i = 0;
  const next = (): string => {
    i += 1;
    return tokens[i] ?? '';
  };
  for (; i < tokens.length; i += 1) {
    const token = tokens[i] ?? '';
    const raw = /^:\d{6} \d{6} \S+ \S+ ([A-Z])\d*$/.exec(token);
    if (raw) {
      const letter = raw[1] ?? 'M';
      const from = letter === 'R' || letter === 'C' ? next() : null;
      const path = next();
      found.set(path, { path, from: letter === 'R' ? from : null, letter, added: null, removed: null });
      continue;
    }
    const counted = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(token);
    if (!counted) continue;
    const [, plus = '-', minus = '-', name = ''] = counted;
    let path = name;
    if (path === '') {
      i += 2;
      path = tokens[i] ?? '';
    }
    const entry = found.get(path);
    if (!entry) continue;
    entry.added = plus === '-' ? null : Number(plus);
    entry.removed = minus === '-' ? null : Number(minus);
  }
  return [...found.values()];
}

const KINDS: Readonly<Record<string, Change['kind']>> = {
  A: 'added',
  C: 'added',
  M: 'modified',
  D: 'deleted',
  R: 'renamed',
  T: 'type',
  U: 'conflicted',
};

/** What differs from the base, with what `git status` knows of the index; by path. */
export function changesOf(diff: readonly DiffEntry[], status: readonly StatusEntry[]): Change[] {
  const changes = new Map<string, Change>();
  for (const { path, from, letter, added, removed } of diff)
    changes.set(path, { path, from, kind: KINDS[letter] ?? 'modified', staged: true, added, removed });
  for (const { path, from, xy, conflicted } of status) {
    const known = changes.get(path);
    if (conflicted) changes.set(path, { ...blank(path), ...known, kind: 'conflicted', staged: false });
    else if (xy === '??') changes.set(path, { ...blank(path), ...known, kind: 'untracked', staged: false });
    else if (known) changes.set(path, { ...known, staged: xy[1] === '.' });
    // The index says one thing, the working tree took it back: against the base there is no difference.
    else if (![...changes.values()].some((each) => each.from === path))
      changes.set(path, {
        ...blank(path),
        from,
        kind: KINDS[xy.replace('.', '')[0] ?? ''] ?? 'modified',
        added: 0,
        removed: 0,
      });
  }
  return [...changes.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

const blank = (path: string): Change => ({
  path,
  from: null,
  kind: 'modified',
  staged: false,
  added: null,
  removed: null,
});

/**
 * A diff that was cut somewhere, cut back to where a hunk ended, so that what is left can be read and applied. Only when
 * the very first hunk is longer than everything does it end inside of one, at a line.
 */
export function cutAtHunk(text: string): string {
  let hunk = -1;
  let header = 0;
  let file = 0;
  let before = -1;
  // In a diff a line of content begins with a space, + or -: these two begin only headers.
  for (const match of text.matchAll(/^(?:@@ |diff --git )/gm)) {
    if (match[0].startsWith('d')) {
      file = match.index;
      header = 0;
    } else header += 1;
    before = hunk;
    // The first hunk of a file falls together with the head of that file.
    hunk = header === 1 || match[0].startsWith('d') ? file : match.index;
  }
  if (hunk > 0) return text.slice(0, hunk);
  if (before > 0) return text.slice(0, before);
  return text.slice(0, text.lastIndexOf('\n') + 1);
}

/** A path below the root as git prints it; null for everything else. */
export function cleanPath(path: string): string | null {
  if (path.startsWith('/') || path.includes('\0')) return null;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 || parts.includes('..') ? null : parts.join('/');
}

export interface WorktreeRecord {
  readonly path: string;
  readonly head: string | null;
  readonly branch: string | null;
  readonly bare: boolean;
  readonly locked: string | null;
}

/** `git worktree list --porcelain`, with lines ended by NUL (`-z`) or, before git 2.36, by LF. The first is the main one. */
export function parseWorktrees(text: string): WorktreeRecord[] {
  const end = text.includes('\0') ? '\0' : '\n';
  const records: WorktreeRecord[] = [];
  for (const block of text.split(end + end)) {
    const lines = new Map(
      block
        .split(end)
        .filter((line) => line !== '')
        .map((line) => {
          const at = line.indexOf(' ');
          return at < 0 ? ([line, ''] as const) : ([line.slice(0, at), line.slice(at + 1)] as const);
        }),
    );
    const path = lines.get('worktree');
    if (path === undefined) continue;
    const head = lines.get('HEAD') ?? null;
    records.push({
      path,
      head: head !== null && /^0+$/.test(head) ? null : head,
      branch: lines.get('branch')?.replace(/^refs\/heads\//, '') ?? null,
      bare: lines.has('bare'),
      locked: lines.get('locked') ?? null,
    });
  }
  return records;
}

/** Filters that the repository's own configuration names: `git config --list -z --show-scope`. */
export function ownFilters(text: string): string[] {
  const tokens = text.split('\0');
  const names = new Set<string>();
  for (let i = 0; i + 1 < tokens.length; i += 2) {
    const scope = tokens[i];
    const name = /^filter\.(.+)\.(?:clean|smudge|process|required)$/s.exec(
      (tokens[i + 1] ?? '').split('\n')[0] ?? '',
    )?.[1];
    if (name !== undefined && scope !== 'system' && scope !== 'global' && scope !== 'command') names.add(name);
  }
  return [...names];
}

/** What tools make again by themselves; losing it costs time, not work. */
const MADE =
  /^(?:node_modules|bower_components|\.pnpm-store|\.yarn|dist|build|out|target|obj|bin|coverage|\.nyc_output|\.cache|\.parcel-cache|\.turbo|\.next|\.nuxt|\.svelte-kit|\.angular|\.vite|\.gradle|\.m2|\.tox|\.nox|\.venv|venv|__pycache__|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.eggs|.*\.egg-info|\.terraform|vendor|Pods|DerivedData|_build|deps|\.elixir_ls|\.stack-work|dist-newstyle|\.dart_tool|\.bundle|test-results|playwright-report|\.DS_Store|Thumbs\.db|.*\.(?:log|pyc|pyo|o|obj|class|swp|tsbuildinfo))$/;

/** Whether an ignored path (a folder ends in `/`) is of the kind that is made again. */
export const isMade = (path: string): boolean =>
  path
    .replace(/\/$/, '')
    .split('/')
    .some((part) => MADE.test(part));

/** Paths for a message: the first few, and how many more. */
export function some(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).map((name) => name.replace(/\p{Cc}/gu, ' ').slice(0, 120));
  return names.length > most ? `${shown.join(', ')} and ${names.length - most} more` : shown.join(', ');
}

/** `20260131-235959`, UTC: sorts by time, and is a name for a branch. */
export const stamp = (at: number): string =>
  new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');

/** For the last part of a branch name. */
export const refPart = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^[.-]+|[.-]+$|\.lock$/g, '')
    .slice(0, 60) || 'worktree';
