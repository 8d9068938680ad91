/** A real git repository for specs, in a folder of the hub's own. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { TestHub } from './hub.ts';

const run = promisify(execFile);
/** For a hub as well, where it commits what a person made. */
export const AUTHOR = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'T',
  GIT_AUTHOR_EMAIL: 't@example.com',
  GIT_COMMITTER_NAME: 'T',
  GIT_COMMITTER_EMAIL: 't@example.com',
};

export interface Repository {
  readonly root: string;
  git(...args: string[]): Promise<string>;
  write(path: string, content: string | Uint8Array): Promise<void>;
}

/** With one commit of these files on `main`. */
export async function makeRepository(
  hub: TestHub,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<Repository> {
  const root = join(hub.dir, name);
  await mkdir(root);
  const repository: Repository = {
    root,
    git: async (...args) => (await run('git', args, { cwd: root, env: { ...hub.env, ...AUTHOR } })).stdout,
    write: async (path, content) => {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    },
  };
  await repository.git('init', '-q', '-b', 'main');
  for (const [path, content] of Object.entries(files)) await repository.write(path, content);
  await repository.git('add', '-A');
  await repository.git('commit', '-qm', 'first');
  return repository;
}
