/** Status and diff over repositories that want to run programs, reach out of their folder or over the network. */
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ask, createRoom, type Room } from './fixtures/room.ts';

let room: Room;
beforeEach(async () => {
  room = await createRoom();
  room.add('one', room.repo);
});
afterEach(() => room.end());

const status = (base: 'head' | 'fork' = 'head') =>
  Promise.resolve(room.git.handlers['git.status']({ name: 'one', base }, ask()));
const diff = async () =>
  room.git.handlers['git.diff']({ name: 'one', base: 'head', context: 3, format: 'text' }, ask());
const sh = (...args: string[]) => room.sh(room.repo, ...args);
const at = (path: string) => join(room.repo, path);

it('runs none of the programs that its configuration names', async () => {
  const run = promisify(execFile);
  const traps = await Promise.all(
    [
      'fsmonitor',
      'textconv',
      'external',
      'driver',
      'pager',
      'clean',
      'process',
      'hook',
      'editor',
      'askpass',
      'included',
      'ssh',
    ].map(async (name) => ({ name, ...(await room.trap(name)) })),
  );
  const trap = (name: string) => traps.find((t) => t.name === name)?.path ?? '';
  await room.put(at('.gitattributes'), '*.txt diff=evil filter=evil\n*.md filter=more\n*.x filter=a.b\n');
  await room.put(at('r.md'), 'x\n');
  await room.put(at('r.x'), 'x\n');
  await sh('add', '.');
  await sh('commit', '-qm', 'attributes');
  await run('cp', [trap('hook'), at('.git/hooks/post-index-change')]);
  await writeFile(
    at('.git/more'),
    `[filter "more"]\n\tclean = ${trap('included')}\n[FILTER "a.b"]\n\tCLEAN = ${trap('clean')}\n\trequired\n`,
  );
  for (const [key, value] of [
    ['core.fsmonitor', trap('fsmonitor')],
    ['core.pager', trap('pager')],
    ['pager.diff', 'true'],
    ['pager.status', 'true'],
    ['core.editor', trap('editor')],
    ['core.askPass', trap('askpass')],
    ['core.sshCommand', trap('ssh')],
    ['core.hooksPath', at('.git/hooks')],
    ['diff.external', trap('external')],
    ['diff.evil.command', trap('driver')],
    ['diff.evil.textconv', trap('textconv')],
    ['filter.evil.clean', trap('clean')],
    ['filter.evil.smudge', trap('clean')],
    ['filter.evil.process', trap('process')],
    ['filter.evil.required', 'true'],
    ['include.path', 'more'],
  ])
    await sh('config', key ?? '', value ?? '');
  await writeFile(at('a.txt'), 'changed\n');
  await writeFile(at('r.md'), 'changed\n');
  await writeFile(at('r.x'), 'changed\n');
  await room.put(at('fresh.txt'), 'new\n');
  expect((await status()).changes.map((c) => [c.path, c.kind])).toEqual([
    ['a.txt', 'modified'],
    ['fresh.txt', 'untracked'],
    ['r.md', 'modified'],
    ['r.x', 'modified'],
  ]);
  expect((await diff()).text).toContain('+changed');
  await status('fork');
  await room.git.handlers['git.worktrees']({ name: 'one' }, ask());
  const made = await room.git.handlers['git.isolate']({ name: 'one', carry: true, as: 'two' }, ask());
  room.sessions.drop('s_two');
  await room.git.handlers['git.removeWorktree']({ name: 'one', path: made.path, keep: true }, ask());
  for (const each of traps) expect(await each.sprung(), each.name).toBe(false);
});

it('may not claim a folder above as its own', async () => {
  await room.put(join(room.dir, 'secret.txt'), 'secret\n');
  await sh('config', 'core.worktree', room.dir);
  await expect(status()).rejects.toMatchObject({ code: 'refused' });
  await expect(diff()).rejects.toMatchObject({ code: 'refused' });
});

it('is not reached for over the network when objects are missing', async () => {
  const helper = await room.trap('helper');
  await sh('config', 'extensions.partialClone', 'evil');
  await sh('config', 'remote.evil.promisor', 'true');
  await sh('config', 'remote.evil.url', `ext::${helper.path}`);
  await sh('config', 'protocol.ext.allow', 'always');
  const blob = (await sh('rev-parse', 'HEAD:a.txt')).trim();
  await rm(at(`.git/objects/${blob.slice(0, 2)}/${blob.slice(2)}`), { force: true });
  await writeFile(at('a.txt'), 'changed\n');
  await expect(diff()).rejects.toMatchObject({ code: 'conflict' });
  expect(await helper.sprung()).toBe(false);
});
