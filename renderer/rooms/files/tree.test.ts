import { describe, expect, it } from 'vitest';
import type { FileEntry } from '../../../shared/contract/files.ts';
import { type Folder, moveIn, treeRows, waysTo } from './tree.ts';

const entry = (name: string, more: Partial<FileEntry> = {}): FileEntry => ({
  name,
  kind: 'file',
  size: 1,
  modifiedAt: 0,
  ignored: false,
  ...more,
});
const folder = (...entries: FileEntry[]): Folder => ({ entries, truncated: false, error: null });
const FOLDERS = new Map([
  [
    '',
    folder(entry('src', { kind: 'folder' }), entry('node_modules', { kind: 'folder', ignored: true }), entry('a.md')),
  ],
  ['src', folder(entry('lib', { kind: 'folder' }), entry('b.ts'))],
]);
const rows = treeRows(FOLDERS, new Set(['src']), false);

describe('treeRows', () => {
  it('shows what is open, without what git ignores unless asked', () => {
    expect(rows.map((row) => `${row.depth}${row.path}`)).toEqual(['0src', '1src/lib', '1src/b.ts', '0a.md']);
    expect(treeRows(FOLDERS, new Set(), true).map((row) => row.path)).toContain('node_modules');
  });
  it('says what is read, empty, failed or longer than the list', () => {
    const names = (read: Folder) => treeRows(new Map([['', read]]), new Set(), false).map((row) => row.name);
    expect(names({ entries: null, truncated: false, error: null })).toEqual(['Reading']);
    expect(names({ entries: null, truncated: false, error: 'It is gone.' })).toEqual(['It is gone.']);
    expect(names(folder())).toEqual(['Empty']);
    expect(names(folder(entry('x', { ignored: true })))).toEqual(['Only ignored files']);
    expect(names({ ...folder(entry('x')), truncated: true })).toEqual(['x', 'There is more than is listed here']);
  });
});

describe('moveIn', () => {
  const move = (cursor: string | null, key: string) => {
    const found = moveIn(rows, cursor, key);
    return found && `${found.kind} ${found.path}`;
  };
  it('walks', () => {
    expect(move(null, 'ArrowDown')).toBe('go src');
    expect(move('src', 'ArrowDown')).toBe('go src/lib');
    expect(move('a.md', 'ArrowDown')).toBe('go a.md');
    expect(move('src', 'End')).toBe('go a.md');
  });
  it('goes in and out', () => {
    expect(move('src', 'ArrowRight')).toBe('go src/lib');
    expect(move('src/lib', 'ArrowRight')).toBe('open src/lib');
    expect(move('src/b.ts', 'ArrowLeft')).toBe('go src');
    expect(move('src', 'ArrowLeft')).toBe('close src');
    expect(move('a.md', 'ArrowLeft')).toBeNull();
  });
  it('opens and finds by letter', () => {
    expect(move('src/b.ts', 'Enter')).toBe('enter src/b.ts');
    expect(move('src/lib', 'Enter')).toBe('open src/lib');
    expect(move('src', 'b')).toBe('go src/b.ts');
    expect(move('src', 'F5')).toBeNull();
  });
});

it('names the folders on the way', () => {
  expect(waysTo('a/b/c.ts')).toEqual(['a', 'a/b']);
  expect(waysTo('c.ts')).toEqual([]);
});
