/** Whatever was done in a worktree: after it is gone every byte of it is in the repository, or it is not gone. */
import { execFile } from 'node:child_process';
import { chmod, lstat, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isFault } from '../../../shared/fault.ts';
import { ask, createRoom, type Room } from './fixtures/room.ts';

const run = promisify(execFile);
let room: Room;
beforeEach(async () => {
  room = await createRoom();
  for (const name of ['b.txt', 'dir/c.txt', '-odd "name\n', 'x.sh'])
    await room.put(join(room.repo, name), `${name}\nbase\n`);
  await room.put(join(room.repo, '.gitignore'), '.env\nnode_modules\n');
  await room.sh(room.repo, 'add', '.');
  await room.sh(room.repo, 'commit', '-qm', 'files');
  room.add('one', room.repo);
});
afterEach(() => room.end());

const NAMES = ['a.txt', 'b.txt', 'dir/c.txt', '-odd "name\n', 'x.sh', 'new.txt', 'dir/new', '.env'] as const;
const step = fc.record({
  what: fc.constantFrom(
    'write',
    'append',
    'remove',
    'stage',
    'stage-all',
    'commit',
    'rename',
    'exec',
    'link',
    'hide',
    'unstage',
    'detach',
  ),
  name: fc.constantFrom(...NAMES),
  text: fc.string({ maxLength: 8 }),
});

async function apply(path: string, { what, name, text }: { what: string; name: string; text: string }): Promise<void> {
  const file = join(path, name);
  const git = (...args: string[]) => run('git', args, { cwd: path, env: { ...process.env, ...ENV } });
  if (what === 'write') await writeFile(file, text);
  else if (what === 'append') await writeFile(file, `more ${text}`, { flag: 'a' });
  else if (what === 'remove') await rm(file);
  else if (what === 'stage') await git('add', '-f', '--', name);
  else if (what === 'stage-all') await git('add', '-A');
  else if (what === 'commit') await git('commit', '-qam', `c ${text}`);
  else if (what === 'rename') await rename(file, `${file}2`);
  else if (what === 'exec') await chmod(file, 0o755);
  else if (what === 'link') await rm(file).then(() => symlink(text || 'nowhere', file));
  else if (what === 'hide') await git('update-index', '--assume-unchanged', '--', name);
  else if (what === 'unstage') await git('reset', '-q', '--', name);
  else await git('checkout', '-q', '--detach');
}
const ENV = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'T',
  GIT_AUTHOR_EMAIL: 't',
  GIT_COMMITTER_NAME: 'T',
  GIT_COMMITTER_EMAIL: 't',
  GIT_LITERAL_PATHSPECS: '1',
};

/** Every file below, as git would store it. */
async function contents(folder: string, below = ''): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (path === '.git') continue;
    if (entry.isDirectory()) for (const [k, v] of await contents(folder, path)) all.set(k, v);
    else if (entry.isSymbolicLink()) all.set(path, `link ${await readlink(join(folder, path))}`);
    else
      all.set(
        path,
        `${(await lstat(join(folder, path))).mode & 0o100 ? 'exec' : 'file'} ${await readFile(join(folder, path), 'latin1')}`,
      );
  }
  return all;
}

/** The same of a commit. */
async function committed(ref: string): Promise<Map<string, string>> {
  const out = join(room.dir, `out-${crypto.randomUUID()}`);
  await room.sh(room.repo, 'worktree', 'add', '-q', '--detach', out, ref);
  const all = await contents(out);
  await room.sh(room.repo, 'worktree', 'remove', '--force', out);
  return all;
}

it('keeps every byte of a worktree that it removes', { timeout: 120_000 }, async () => {
  let asked = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), fc.boolean(), async (steps, staged) => {
      asked += 1;
      const handlers = room.git.handlers;
      const { path, branch } = await handlers['git.isolate']({ name: 'one', carry: false, as: `w${asked}` }, ask());
      room.sessions.drop(`s_w${asked}`);
      // What a step cannot do in this state it does not do.
      for (const each of steps) await apply(path, each).catch(() => undefined);
      if (staged) await run('git', ['add', '-A'], { cwd: path, env: { ...process.env, ...ENV } });
      const before = await contents(path);
      const index = await room.sh(path, 'ls-files', '-s', '-z');
      const env = before.get('.env');
      const heads = await room.sh(room.repo, 'for-each-ref', 'refs/heads');

      const plain = await (async () =>
        handlers['git.removeWorktree']({ name: 'one', path, keep: false }, ask()))().catch((error: unknown) => error);
      if (isFault(plain)) {
        refused += 1;
        expect(plain.code).toBe('conflict');
        // A refusal changes nothing.
        expect(await contents(path)).toEqual(before);
        expect(await room.sh(path, 'ls-files', '-s', '-z')).toBe(index);
        expect(await room.sh(room.repo, 'for-each-ref', 'refs/heads')).toBe(heads);
        const { kept } = await handlers['git.removeWorktree']({ name: 'one', path, keep: true }, ask());
        const from = kept ?? branch;
        const after = await committed(from);
        if (env !== undefined && !after.has('.env')) {
          const refs = (
            await room.sh(
              room.repo,
              'for-each-ref',
              '--sort=-creatordate',
              '--format=%(refname)',
              'refs/quarterdeck/ignored',
            )
          )
            .trim()
            .split('\n');
          const held = await Promise.all(refs.map((ref) => committed(ref)));
          const found = held.some((each) => each.get('.env') === env);
          expect(found || env.startsWith('link')).toBe(true);
          before.delete('.env');
        }
        expect(after).toEqual(before);
        // What was in the index alone is in the history of what was kept.
        const objects = new Set(
          (await room.sh(room.repo, 'rev-list', '--objects', '--all')).split('\n').map((line) => line.slice(0, 40)),
        );
        for (const line of index.split('\0'))
          if (line !== '') expect(objects.has(line.split(' ')[1] ?? ''), line).toBe(true);
      } else {
        expect(await committed(branch)).toEqual(before);
      }
      await expect(lstat(path)).rejects.toThrow();
      room.clock.advance(2000);
    }),
    { numRuns: 25 },
  );
  expect(refused).toBeGreaterThan(0);
});
