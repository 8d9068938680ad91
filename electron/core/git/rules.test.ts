import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changesOf,
  cleanPath,
  cutAtHunk,
  isMade,
  ownFilters,
  parseStatus,
  parseWorktrees,
  refPart,
  some,
  stamp,
} from './rules.ts';

it('a path stays below the root', () => {
  expect(cleanPath('a/./b//c')).toBe('a/b/c');
  for (const bad of ['', '.', '/', '/a', '..', 'a/..', 'a\0']) expect(cleanPath(bad), bad).toBeNull();
});

it('reads status whatever names are in it', () => {
  const status = parseStatus(
    [
      '# branch.oid 1111',
      '# branch.head a b',
      '# branch.upstream origin/a',
      '# branch.ab +3 -12',
      '1 .M N... 100644 100644 100644 aa bb 1 .M N... x y',
      '2 R. N... 100644 100644 100644 aa bb R100 new name',
      '? old name',
      'u UU N... 1 2 3 4 aa bb cc both\nlines',
      '? # branch.oid 2222',
    ].join('\0'),
  );
  expect(status).toMatchObject({ head: '1111', branch: 'a b', upstream: 'origin/a', ahead: 3, behind: 12 });
  expect(status.entries.map((e) => [e.xy, e.path, e.from])).toEqual([
    ['.M', '1 .M N... x y', null],
    ['R.', 'new name', '? old name'],
    ['UU', 'both\nlines', null],
    ['??', '# branch.oid 2222', null],
  ]);
  expect(parseStatus('# branch.oid (initial)\0# branch.head (detached)\0')).toMatchObject({ head: null, branch: null });
});

it('what the index has and the working tree took back is still a change', () => {
  const entry = (path: string, xy: string) => ({ path, from: null, xy, conflicted: false });
  expect(changesOf([], [entry('x', 'AD'), entry('y', 'MM')])).toMatchObject([
    { path: 'x', kind: 'added', staged: false, added: 0 },
    { path: 'y', kind: 'modified', staged: false },
  ]);
});

describe('a cut diff', () => {
  const file = (name: string, hunks: number) =>
    `diff --git a/${name} b/${name}\nindex 1..2 100644\n--- a/${name}\n+++ b/${name}\n${Array.from({ length: hunks }, (_, i) => `@@ -${i * 9 + 1} +${i * 9 + 1} @@\n-@@ old\n+diff --git new\n`).join('')}`;

  it('ends where a hunk or a file ends', () => {
    const text = file('a', 3) + file('b', 2) + file('c', 1);
    const borders = new Set<string>();
    for (let hunks = 1; hunks <= 3; hunks += 1) borders.add(file('a', hunks));
    for (let hunks = 1; hunks <= 2; hunks += 1) borders.add(file('a', 3) + file('b', hunks));
    const first = file('a', 1).length;
    fc.assert(
      fc.property(fc.integer({ min: first + 4, max: text.length }), (at) => {
        expect(borders).toContain(cutAtHunk(text.slice(0, at)));
      }),
    );
  });

  it('inside of its only hunk ends at a line', () => {
    const text = file('a', 1);
    expect(cutAtHunk(text.slice(0, -3))).toBe(text.slice(0, text.indexOf('+diff')));
    expect(cutAtHunk('')).toBe('');
  });
});

it('reads worktrees with either line end', () => {
  const lines = [
    'worktree /a b',
    'HEAD 11',
    'branch refs/heads/x/y',
    '',
    'worktree /c',
    'HEAD 00',
    'detached',
    'locked why not',
    '',
    'worktree /d.git',
    'bare',
    '',
    '',
  ];
  for (const end of ['\0', '\n'])
    expect(parseWorktrees(lines.join(end))).toEqual([
      { path: '/a b', head: '11', branch: 'x/y', bare: false, locked: null },
      { path: '/c', head: null, branch: null, bare: false, locked: 'why not' },
      { path: '/d.git', head: null, branch: null, bare: true, locked: null },
    ]);
});

it('finds filters of the repository, not of the user', () => {
  const config = [
    'global',
    'filter.lfs.clean\ngit-lfs clean',
    'local',
    'filter.a.b.clean\nx',
    'worktree',
    'filter.w.process\ny',
    'local',
    'core.x\nfilter.z.clean',
    'local',
    'filter.n.required',
    '',
  ];
  expect(ownFilters(config.join('\0'))).toEqual(['a.b', 'w', 'n']);
});

it('tells what tools make again', () => {
  for (const path of ['node_modules/', 'a/dist/', 'x.log', 'pkg/__pycache__/', '.DS_Store', 'target/debug/x'])
    expect(isMade(path), path).toBe(true);
  for (const path of ['.env', 'data/', 'distant', 'notes.md', 'secrets/key.pem'])
    expect(isMade(path), path).toBe(false);
});

it('names for people and for git', () => {
  expect(some(['a', 'b\n'])).toBe('a, b ');
  expect(some(['1', '2', '3'], 2)).toBe('1, 2 and 1 more');
  expect(stamp(0)).toBe('19700101-000000');
  expect(refPart('..a b..c.lock')).toBe('a-b.c');
  expect(refPart('日本')).toBe('worktree');
});
