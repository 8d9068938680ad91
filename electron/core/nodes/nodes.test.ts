import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLocalHost } from '../../platform/host.ts';
import { createNodes } from './nodes.ts';

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

const nodes = () =>
  createNodes({
    host: createLocalHost({ env: { PATH: process.env['PATH'] }, home }),
    title: 'here',
    tmux: () => '3.3a',
    problem: () => '',
    sessions: () => 3,
  });

it('lists this machine with what is known of it', () => {
  expect(nodes().list()).toEqual([
    { id: 'local', title: 'here', kind: 'local', reachable: true, problem: '', tmux: '3.3a', home, sessions: 3 },
  ]);
});

it('offers folders that begin with what was typed, home as a tilde, hidden ones only when asked', async () => {
  expect(await nodes().folders('local', '~/wor')).toEqual(['~/work', '~/work-link', '~/works 9', '~/works 10']);
  expect(await nodes().folders('local', '~')).toEqual(['~/other', '~/work', '~/work-link', '~/works 9', '~/works 10']);
  expect(await nodes().folders('local', '~/.h')).toEqual(['~/.hidden']);
  expect(await nodes().folders('local', `${home}/other/`)).toEqual([`${home}/other/inner`]);
});

it('offers nothing for relative paths, missing and unreadable folders, and says when there is no such node', async () => {
  expect(await nodes().folders('local', 'work')).toEqual([]);
  expect(await nodes().folders('local', '~/none/x')).toEqual([]);
  expect(await nodes().folders('local', '~root/')).toEqual([]);
  await expect(nodes().folders('elsewhere', '~')).rejects.toMatchObject({ code: 'not-found' });
});
