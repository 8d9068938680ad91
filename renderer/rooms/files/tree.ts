/** The tree of a folder as rows, and what the arrow keys mean in it. Pure. */
import type { FileEntry } from '../../../shared/contract/files.ts';

export interface Folder {
  /** Null while it is read for the first time. */
  readonly entries: readonly FileEntry[] | null;
  readonly truncated: boolean;
  readonly error: string | null;
}

export interface TreeRow {
  /** Relative to the session's folder. */
  readonly path: string;
  readonly name: string;
  readonly kind: FileEntry['kind'] | 'note';
  readonly depth: number;
  readonly open: boolean;
  readonly ignored: boolean;
  readonly at: number;
  readonly of: number;
}

export const joined = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);
export const parentOf = (path: string): string => path.split('/').slice(0, -1).join('/');
export const nameOf = (path: string): string => path.split('/').at(-1) ?? '';

/** Folders that lead to a path, outermost first, without the root. */
export function waysTo(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

export function treeRows(folders: ReadonlyMap<string, Folder>, open: ReadonlySet<string>, hidden: boolean): TreeRow[] {
  const rows: TreeRow[] = [];
  const note = (folder: string, depth: number, name: string) =>
    rows.push({ path: `${folder}\0`, name, kind: 'note', depth, open: false, ignored: false, at: 1, of: 1 });
  const walk = (folder: string, depth: number): void => {
    const read = folders.get(folder);
    if (!read || (read.entries === null && read.error === null)) return void note(folder, depth, 'Reading');
    if (read.entries === null) return void note(folder, depth, read.error ?? '');
    const entries = read.entries.filter((entry) => hidden || !entry.ignored);
    if (entries.length === 0) return void note(folder, depth, read.entries.length > 0 ? 'Only ignored files' : 'Empty');
    for (const [i, { name, kind, ignored }] of entries.entries()) {
      const path = joined(folder, name);
      const isOpen = kind === 'folder' && open.has(path);
      rows.push({ path, name, kind, depth, open: isOpen, ignored, at: i + 1, of: entries.length });
      if (isOpen) walk(path, depth + 1);
    }
    if (read.truncated) note(folder, depth, 'There is more than is listed here');
  };
  walk('', 0);
  return rows;
}

export type TreeMove =
  | { readonly kind: 'go'; readonly path: string }
  | { readonly kind: 'open' | 'close' | 'enter'; readonly path: string };

/** As in every tree: right opens or goes in, left closes or goes out, a letter goes to the next name that begins so. */
export function moveIn(rows: readonly TreeRow[], cursor: string | null, key: string): TreeMove | null {
  const real = rows.filter((row) => row.kind !== 'note');
  const at = real.findIndex((row) => row.path === cursor);
  const row = real[at];
  const to = (index: number): TreeMove | null => {
    const next = real[Math.max(0, Math.min(real.length - 1, index))];
    return next ? { kind: 'go', path: next.path } : null;
  };
  if (key === 'ArrowDown') return to(at + 1);
  if (key === 'ArrowUp') return to(at < 0 ? real.length - 1 : at - 1);
  if (key === 'Home') return to(0);
  if (key === 'End') return to(real.length - 1);
  if (!row) return null;
  if (key === 'Enter' || key === ' ')
    return { kind: row.kind !== 'folder' ? 'enter' : row.open ? 'close' : 'open', path: row.path };
  if (key === 'ArrowRight') {
    if (row.kind !== 'folder') return null;
    if (!row.open) return { kind: 'open', path: row.path };
    return (real[at + 1]?.depth ?? 0) > row.depth ? to(at + 1) : null;
  }
  if (key === 'ArrowLeft') {
    if (row.open) return { kind: 'close', path: row.path };
    const parent = parentOf(row.path);
    return parent === '' ? null : { kind: 'go', path: parent };
  }
  if ([...key].length !== 1) return null;
  const order = [...real.slice(at + 1), ...real.slice(0, at + 1)];
  const found = order.find((each) => each.name.toLowerCase().startsWith(key.toLowerCase()));
  return found ? { kind: 'go', path: found.path } : null;
}
