import { describe, expect, it } from 'vitest';
import type { Change } from '../../../shared/contract/git.ts';
import { spentMs } from '../../../shared/testing.ts';
import { parseFile } from '../../ui/diff.ts';
import type { Comment } from './comments.ts';
import { isGenerated, rowsOf, type Section } from './rows.ts';

const change = (path: string): Change => ({ path, from: null, kind: 'modified', staged: false, added: 1, removed: 1 });
const section = (path: string, body: string, more: Partial<Section> = {}): Section => ({
  change: change(path),
  diff: parseFile(`diff --git a/${path} b/${path}\n${body}`),
  state: 'ready',
  folded: false,
  context: 3,
  ...more,
});
const BODY = '--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n';
const comment: Comment = { id: 'q', path: 'x', side: 'now', from: 2, to: 2, quote: ['B'], text: '' };
const kinds = (rows: ReturnType<typeof rowsOf>) => rows.map((row) => row.kind).join(' ');

describe('rowsOf', () => {
  it('puts comments below their lines, in both layouts', () => {
    expect(kinds(rowsOf([section('x', BODY)], 'unified', [comment]))).toBe('file hunk line line line comment line');
    expect(kinds(rowsOf([section('x', BODY)], 'split', [comment]))).toBe('file hunk pair pair comment pair');
  });
  it('keeps comments whose line or file is gone', () => {
    const lost = { ...comment, quote: ['gone'] };
    const rows = rowsOf([section('x', BODY)], 'unified', [lost, { ...lost, id: 'r', path: 'other' }]);
    expect(kinds(rows)).toBe('file comment hunk line line line line comment');
    expect(rows.filter((row) => row.kind === 'comment').map((row) => row.adrift)).toEqual([true, true]);
  });
  it('has keys of their own for all rows', () => {
    const twice = '--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a\n-b\n+a\n+b\n@@ -9 +9 @@\n-a\n+a\n';
    for (const layout of ['unified', 'split'] as const) {
      const keys = rowsOf([section('x', twice), section('y', twice)], layout, []).map((row) => row.key);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });
  it('says what lines do not tell', () => {
    const notes = (body: string, more: Partial<Section> = {}) =>
      rowsOf([section('x', body, more)], 'unified', []).flatMap((row) => (row.kind === 'note' ? [row.text] : []));
    expect(notes('old mode 100644\nnew mode 100755\n')).toEqual(['Was a plain file, is executable.']);
    expect(notes('Binary files a/x and b/x differ\n')).toEqual([
      'A binary file: its bytes differ, there are no lines to show.',
    ]);
    expect(notes('similarity index 100%\nrename from y\nrename to x\n')).toEqual(['Renamed, with the same content.']);
    expect(notes('new file mode 100644\n')).toEqual(['An empty file.']);
    expect(notes('', { diff: null, state: 'failed', error: 'No.' })).toEqual(['No.']);
  });
  it('folds', () => {
    expect(kinds(rowsOf([section('x', BODY, { folded: true })], 'unified', []))).toBe('file');
    expect(isGenerated('a/package-lock.json')).toBe(true);
    expect(isGenerated('src/lock.ts')).toBe(false);
  });
  it('makes rows of a long difference fast', () => {
    const long = `--- a/x\n+++ b/x\n@@ -0,0 +1,50000 @@\n${'+line\n'.repeat(50_000)}`;
    const sections = [section('x', long)];
    const began = spentMs();
    expect(rowsOf(sections, 'unified', [comment])).toHaveLength(50_003);
    expect(spentMs() - began).toBeLessThan(500);
  });
});
