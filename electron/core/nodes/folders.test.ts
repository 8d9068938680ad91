import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLocalHost } from '../../platform/host.ts';
import { foldersOf } from './folders.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'qd-nodes-'));
  await Promise.all(
    ['work', 'works 10', 'works 9', '.hidden', 'other/inner'].map((d) => mkdir(join(home, d), { recursive: true })),
  );
  await writeFile(join(home, 'workfile'), '');
  await symlink(join(home, 'other'), join(home, 'work-link'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const folders = (typed: string) => foldersOf(createLocalHost({ env: { PATH: process.env['PATH'] }, home }), typed);

it('offers folders that begin with what was typed, home as a tilde, hidden ones only when asked', async () => {
  expect(await folders('~/wor')).toEqual(['~/work', '~/work-link', '~/works 9', '~/works 10']);
  expect(await folders('~')).toEqual(['~/other', '~/work', '~/work-link', '~/works 9', '~/works 10']);
  expect(await folders('~/.h')).toEqual(['~/.hidden']);
  expect(await folders(`${home}/other/`)).toEqual([`${home}/other/inner`]);
});

it('offers nothing for relative paths, missing and unreadable folders', async () => {
  expect(await folders('work')).toEqual([]);
  expect(await folders('~/none/x')).toEqual([]);
  expect(await folders('~root/')).toEqual([]);
});
