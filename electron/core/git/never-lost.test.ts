/** Whatever was done in a worktree: after it is gone every byte of it is in the repository, or it is not gone. */
import { execFile } from 'node:child_process';
import { chmod, copyFile, lstat, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
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
  await room.sh(room.repo, 'checkout', '-qb', 'side');
  await room.put(join(room.repo, 'b.txt'), 'side\n');
  await room.put(join(room.repo, 'x.sh'), 'side\n');
  await room.sh(room.repo, 'commit', '-qam', 'side');
  await room.sh(room.repo, 'checkout', '-q', 'main');
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
    'skip',
    'intend',
    'unstage',
    'detach',
    'merge',
  ),
  // What is lost is lost where several things come together on one file.
  name: fc.oneof(fc.constantFrom('b.txt', 'x.sh'), fc.constantFrom(...NAMES)),
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
  else if (what === 'skip') await git('update-index', '--skip-worktree', '--', name);
  else if (what === 'intend') await git('add', '-N', '--', name);
  else if (what === 'merge') await git('merge', '-q', '-m', 'm', 'side');
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
  const entries = (await room.sh(room.repo, 'ls-tree', '-r', '-z', ref))
    .split('\0')
    .flatMap((line) => /^(\d+) blob (\w+)\t(.+)$/s.exec(line) ?? [])
    .flatMap((_, i, all) => (i % 4 === 0 ? [all.slice(i + 1, i + 4)] : []));
  const batch = run('git', ['cat-file', '--batch'], { cwd: room.repo, encoding: 'latin1' });
  batch.child.stdin?.end(entries.map(([, id]) => `${id}\n`).join(''));
  let rest = (await batch).stdout;
  const all = new Map<string, string>();
  for (const [mode, , path = ''] of entries) {
    const start = rest.indexOf('\n') + 1;
    const end = start + Number(rest.slice(0, start).split(' ')[2]);
    const kind = mode === '120000' ? 'link' : mode === '100755' ? 'exec' : 'file';
    all.set(path, `${kind} ${rest.slice(start, end)}`);
    rest = rest.slice(end + 1);
  }
  return all;
}

const refsBelow = async (prefix: string) =>
  (await room.sh(room.repo, 'for-each-ref', '--format=%(refname)', prefix)).split('\n').filter((ref) => ref !== '');

/** The index as a tree, the index itself untouched; null in the middle of a conflict. */
async function stagedTree(path: string): Promise<string | null> {
  const index = join(room.dir, `index-${crypto.randomUUID()}`);
  await copyFile((await room.sh(path, 'rev-parse', '--path-format=absolute', '--git-path', 'index')).trim(), index);
  return run('git', ['write-tree'], { cwd: path, env: { ...process.env, ...ENV, GIT_INDEX_FILE: index } }).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
}
const NOTHING = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391';

type Step = { readonly what: string; readonly name: string; readonly text: string };
let asked = 0;
let refused = 0;
async function keeps(steps: readonly Step[], staged: boolean): Promise<void> {
  asked += 1;
  const as = `w${asked}`;
  const handlers = room.git.handlers;
  const { path } = await handlers['git.isolate']({ name: 'one', carry: false, as, branch: as }, ask());
  room.sessions.drop(`s_${as}`);
  // What a step cannot do in this state it does not do.
  for (const each of steps) await apply(path, each).catch(() => undefined);
  if (staged) await run('git', ['add', '-A'], { cwd: path, env: { ...process.env, ...ENV } });
  const before = await contents(path);
  const index = await room.sh(path, 'ls-files', '-s', '-z');
  const stage = await stagedTree(path);
  const head = (await room.sh(path, 'rev-parse', 'HEAD')).trim();
  const heads = await room.sh(room.repo, 'for-each-ref', 'refs/heads');

  const plain = await (async () => handlers['git.removeWorktree']({ name: 'one', path, keep: false }, ask()))().catch(
    (error: unknown) => error,
  );
  if (isFault(plain)) {
    refused += 1;
    expect(plain.code).toBe('conflict');
    // A refusal changes nothing.
    expect(await contents(path)).toEqual(before);
    expect(await room.sh(path, 'ls-files', '-s', '-z')).toBe(index);
    expect(await room.sh(room.repo, 'for-each-ref', 'refs/heads')).toBe(heads);
    const { kept } = await handlers['git.removeWorktree']({ name: 'one', path, keep: true }, ask());
    const from = kept ?? head;
    const after = await committed(from);
    const env = before.get('.env');
    if (env !== undefined && !after.has('.env')) {
      // What a link names is elsewhere, and stays there.
      if (!env.startsWith('link')) {
        const held = (await refsBelow('refs/quarterdeck/ignored')).filter((ref) => ref.includes(`/${as}-`));
        expect(held).toHaveLength(1);
        expect((await committed(held[0] ?? '')).get('.env')).toBe(env);
      }
      before.delete('.env');
    }
    expect(after).toEqual(before);
    // What was in the index alone is in the history of what was kept, as it was staged.
    if (stage !== null) expect(await room.sh(room.repo, 'log', '--format=%T', from)).toContain(stage);
    // In the middle of a conflict there is no tree to compare with; its sides were committed before.
    const objects = async (...of: string[]) =>
      new Set((await room.sh(room.repo, 'rev-list', '--objects', ...of)).split('\n').map((line) => line.split(' ')[0]));
    const [own, every] = [await objects(from), await objects('--all')];
    for (const line of stage === null ? index.split('\0') : []) {
      const [, id, side] = /^\d+ (\w+) (\d)\t/.exec(line) ?? [];
      // What `add -N` announced has no content yet.
      if (id !== undefined && id !== NOTHING) expect((side === '0' ? own : every).has(id), line).toBe(true);
    }
  } else {
    expect(await committed(head)).toEqual(before);
  }
  await expect(lstat(path)).rejects.toThrow();
  // The commits are on a branch, whatever was checked out.
  expect(await room.sh(room.repo, 'for-each-ref', '--contains', head, 'refs/heads')).not.toBe('');
  room.clock.advance(2000);
}
/** Each once was lost, or was in the way. */
const on = (name: string, ...what: string[]): Step[] => what.map((each) => ({ what: each, name, text: '' }));
const EXAMPLES: [Step[], boolean][] = [
  [on('x.sh', 'hide', 'remove'), false],
  [on('dir/c.txt', 'hide', 'rename'), false],
  [on('x.sh', 'skip', 'remove'), false],
  [[...on('b.txt', 'merge'), ...on('new.txt', 'write', 'stage', 'append')], false],
];

it('keeps every byte of a worktree that it removes', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), fc.boolean(), (steps, staged) => keeps(steps, staged)),
    { numRuns: 25, examples: EXAMPLES },
  );
  expect(refused).toBeGreaterThan(0);
});
