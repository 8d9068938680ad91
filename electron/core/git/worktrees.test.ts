/** Worktrees over real repositories: made beside, filled, removed, and nothing ever lost. */
import { execFile } from 'node:child_process';
import { chmod, lstat, mkdir, readdir, readlink, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../../shared/fault.ts';
import { ask, createRoom, type Room } from './fixtures/room.ts';

const run = promisify(execFile);
let room: Room;
beforeEach(async () => {
  room = await createRoom();
  room.add('one', room.repo);
});
afterEach(() => room.end());

const isolate = async (wish: { branch?: string; carry?: boolean; as?: string } = {}, name = 'one') =>
  room.git.handlers['git.isolate']({ name, carry: false, ...wish }, ask());
const remove = async (path: string, keep = false, name = 'main') =>
  room.git.handlers['git.removeWorktree']({ name, path, keep }, ask());
const list = async (name = 'one') => room.git.handlers['git.worktrees']({ name }, ask());
const sh = (...args: string[]) => room.sh(room.repo, ...args);
const at = (path: string) => join(room.repo, path);
const porcelain = (cwd: string) => room.sh(cwd, 'status', '--porcelain', '--untracked-files=all');
/** A worktree in which no session works, seen from a session in the repository. */
const made = async (wish: { branch?: string; carry?: boolean } = {}) => {
  const { path, branch } = await isolate({ as: 'w', ...wish });
  room.sessions.drop('s_w');
  if (!room.sessions.get('s_main')) room.add('main', room.repo);
  return { path, branch, wt: (rest: string) => join(path, rest) };
};

describe('isolate', () => {
  it('moves the session to a worktree beside the repository, on a branch of its own', async () => {
    const done = await isolate();
    expect(done).toEqual({ session: 'one', path: `${room.repo}.worktrees/one`, branch: 'qd/one', recipe: [] });
    expect(room.sessions.get('s_one')?.cwd).toBe(done.path);
    const status = await room.git.handlers['git.status']({ name: 'one', base: 'head' }, ask());
    expect(status).toMatchObject({ root: done.path, branch: 'qd/one', worktree: true, ours: true, changed: 0 });
    expect(room.audited.at(-1)).toMatchObject({ action: 'git.isolate', target: 'one', detail: { branch: 'qd/one' } });
    expect(await list()).toMatchObject([
      { path: room.repo, branch: 'main', main: true, ours: false, sessions: [] },
      { path: done.path, branch: 'qd/one', main: false, ours: true, changed: 0, unmerged: 0, sessions: ['one'] },
    ]);
    expect(await porcelain(room.repo)).toBe('');
  });

  it('finds free names, and keeps the folder below the root', async () => {
    await mkdir(at('pkg/in'), { recursive: true });
    await room.put(at('pkg/in/x'), 'x');
    await sh('add', '.');
    await sh('commit', '-qm', 'pkg');
    await sh('branch', 'qd/one');
    await mkdir(`${room.repo}.worktrees/one`, { recursive: true });
    room.add('in', at('pkg/in'));
    expect(await isolate()).toMatchObject({ branch: 'qd/one-2', path: `${room.repo}.worktrees/one-2` });
    await isolate({ branch: 'feat/ü' }, 'in');
    expect(room.sessions.get('s_in')?.cwd).toBe(`${room.repo}.worktrees/in/pkg/in`);
    // From a worktree the next one stands beside the repository too.
    expect((await isolate({ as: 'three' }, 'in')).path).toBe(`${room.repo}.worktrees/three`);
    expect(room.sessions.get('s_in')?.cwd).toBe(`${room.repo}.worktrees/in/pkg/in`);
  });

  it('many at once in one repository', async () => {
    const all = await Promise.all(['a', 'a', 'b'].map((as) => isolate({ as })));
    expect(new Set(all.map((each) => each.path)).size).toBe(3);
    expect(new Set(all.map((each) => each.branch))).toEqual(new Set(['qd/one', 'qd/one-2', 'qd/one-3']));
  });

  it.each(['-x', 'a b', '@{-1}', 'a..b', 'x.lock', '/x', 'a\nb', '--help', 'HEAD^', '~'])(
    'refuses the branch %j',
    async (branch) => {
      await expect(isolate({ branch })).rejects.toMatchObject({ code: 'invalid' });
      expect((await readdir(room.dir)).sort()).toEqual(['home', 'repo']);
    },
  );

  it('refuses politely: a taken branch, no commit, a submodule, an archived session, no room beside', async () => {
    await expect(isolate({ branch: 'main' })).rejects.toMatchObject({ code: 'taken' });
    const empty = join(room.dir, 'empty');
    await mkdir(empty);
    await room.sh(empty, 'init', '-q');
    room.add('empty', empty);
    await expect(isolate({}, 'empty')).rejects.toMatchObject({ code: 'not-ready' });
    await room.sh(room.dir, 'clone', '-q', room.repo, 'lib');
    await sh('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', join(room.dir, 'lib'), 'sub');
    room.add('sub', at('sub'));
    await expect(isolate({}, 'sub')).rejects.toMatchObject({ code: 'unsupported' });
    room.add('old', room.repo, { archived: true });
    await expect(isolate({}, 'old')).rejects.toMatchObject({ code: 'not-ready' });
    await writeFile(`${room.repo}.worktrees`, '');
    await expect(isolate()).rejects.toMatchObject({ code: 'taken' });
  });

  it('carries what is uncommitted, as it is, and leaves the original as it was', async () => {
    await room.put(at('gone'), 'gone\n');
    await room.put(at('exec'), 'x\n');
    await room.put(at('both'), '1\n');
    await sh('add', '.');
    await sh('commit', '-qm', 'more');
    await rm(at('gone'));
    await chmod(at('exec'), 0o755);
    await room.put(at('both'), '2\n');
    await sh('add', 'both');
    await room.put(at('both'), '3\n');
    await sh('mv', 'a.txt', 'b.txt');
    await room.put(at('new\n"file'), 'new\n');
    await room.put(at('bin'), Buffer.from([0, 255, 10, 13]));
    await symlink('b.txt', at('link'));
    await room.put(at('.gitignore'), 'ignored\n');
    await room.put(at('ignored'), 'secret\n');
    const before = await porcelain(room.repo);
    const index = await sh('ls-files', '-s');
    const done = await isolate({ carry: true, as: 'two' });
    expect(await porcelain(done.path)).toBe(before);
    expect(await room.sh(done.path, 'ls-files', '-s')).toBe(index);
    expect(await room.sh(done.path, 'diff')).toBe(await sh('diff'));
    expect(await porcelain(room.repo)).toBe(before);
    expect(await sh('ls-files', '-s')).toBe(index);
    expect(await sh('stash', 'list')).toBe('');
    expect(await readlink(join(done.path, 'link'))).toBe('b.txt');
    await expect(lstat(join(done.path, 'ignored'))).rejects.toThrow();
    expect(done.recipe).toEqual([expect.stringContaining('carry: ')]);
  });

  it('carries out of the middle of a conflict', async () => {
    await sh('checkout', '-q', '-b', 'side');
    await room.put(at('a.txt'), 'side\n');
    await sh('commit', '-qam', 'side');
    await sh('checkout', '-q', 'main');
    await room.put(at('a.txt'), 'main\n');
    await sh('commit', '-qam', 'main');
    await sh('merge', 'side').catch(() => undefined);
    const done = await isolate({ carry: true, as: 'two' });
    expect(await room.text(join(done.path, 'a.txt'))).toContain('<<<<<<< HEAD');
    expect(await porcelain(room.repo)).toBe('UU a.txt\n');
  });

  it('takes the worktree away again when the session cannot go there, unless something is in it', async () => {
    room.failMove = new Fault('not-installed', 'claude is not on this machine.');
    await expect(isolate()).rejects.toMatchObject({
      code: 'not-installed',
      message: expect.stringContaining('removed again'),
    });
    expect(await sh('branch', '--list', 'qd/*')).toBe('');
    expect((await list()).length).toBe(1);
    await room.put(at('new'), 'x');
    await expect(isolate({ carry: true })).rejects.toMatchObject({
      message: expect.stringContaining(`${room.repo}.worktrees/one with the branch qd/one was made and stays`),
    });
    expect(await room.text(`${room.repo}.worktrees/one/new`)).toBe('x');
  });
});

describe('the recipe', () => {
  it('copies what git leaves out, links what is shared, runs what the user set', async () => {
    await room.put(at('.gitignore'), '.env*\nnode_modules/\nconf/*.local\n');
    await room.put(at('conf/shared'), 's');
    await sh('add', '.');
    await sh('commit', '-qm', 'ignore');
    await room.put(at('.env'), 'KEY=1\n');
    await chmod(at('.env'), 0o600);
    await room.put(at('conf/a.local'), 'a');
    await room.put(at('node_modules/m/index.js'), 'm');
    room.settings['worktree.copy'] = ['.env', 'conf/*.local', 'none', 'a.txt'];
    room.settings['worktree.link'] = ['node_modules', 'absent'];
    room.settings['worktree.run'] = 'pwd > ran && exit 0';
    const { recipe, path } = await isolate();
    expect(recipe).toEqual([
      'copy .env: copied .env',
      'copy conf/*.local: copied conf/a.local',
      'copy none: nothing there that git does not bring',
      'copy a.txt: nothing there that git does not bring',
      expect.stringMatching(/^link node_modules: linked to .*info\/exclude$/),
      'link absent: nothing there',
      'run pwd > ran && exit 0: done',
    ]);
    expect((await stat(join(path, '.env'))).mode & 0o777).toBe(0o600);
    expect(await readlink(join(path, 'node_modules'))).toBe(at('node_modules'));
    expect(await room.text(join(path, 'ran'))).toBe(`${path}\n`);
    // The link is no new file to commit by mistake.
    expect(await porcelain(path)).toBe('?? ran\n');
  });

  it('a project file leads nowhere outside and runs nothing', async () => {
    await room.put(join(room.dir, 'secret'), 'safe');
    await mkdir(join(room.dir, 'out'));
    await symlink(join(room.dir, 'out'), at('evil'));
    await sh('add', '.');
    await sh('commit', '-qm', 'evil');
    await rm(at('evil'));
    await room.put(at('evil/payload'), 'x');
    await symlink(join(room.dir, 'secret'), at('leak'));
    await symlink(join(room.dir, 'out'), at('up'));
    room.settings['worktree.copy'] = ['../secret', '/etc/passwd', ':(top)x', 'leak', 'evil/payload', '.git/config'];
    room.settings['worktree.link'] = ['up', '../home', 'evil/payload', '.git', '.git/hooks'];
    room.problems = [
      { file: at('.quarterdeck.yaml'), message: 'worktree.run guards access, so a project file cannot set it' },
    ];
    const { recipe, path } = await isolate();
    expect(recipe.filter((line) => /: copied (?!nothing)|: linked/.test(line))).toEqual([]);
    expect(recipe.at(-1)).toContain('was not run');
    expect(await readdir(join(room.dir, 'out'))).toEqual([]);
    await expect(lstat(join(path, 'leak'))).rejects.toThrow();
  });

  it('a command that fails is told, and the session is there all the same', async () => {
    room.settings['worktree.run'] = 'echo no such thing >&2; exit 3';
    const { recipe } = await isolate();
    expect(recipe).toEqual([expect.stringContaining('failed: it ended with 3: no such thing')]);
    expect(room.sessions.get('s_one')?.cwd).toBe(`${room.repo}.worktrees/one`);
  });
});

describe('remove', () => {
  it('a clean one goes, with the folder around it', async () => {
    const { path } = await made();
    expect(await remove(path)).toEqual({ removed: true, path, kept: null });
    expect((await readdir(room.dir)).sort()).toEqual(['home', 'repo']);
    expect(room.audited.at(-1)).toMatchObject({ action: 'git.remove-worktree', detail: { path, kept: null } });
  });

  it('never the main one, one of another repository, a locked one, or one where a session works', async () => {
    const { path } = await made();
    await expect(remove(room.repo)).rejects.toMatchObject({ code: 'refused' });
    const other = join(room.dir, 'other');
    await room.sh(room.dir, 'clone', '-q', room.repo, 'other');
    await room.sh(other, 'worktree', 'add', '-q', join(room.dir, 'theirs'));
    for (const wanted of [join(room.dir, 'theirs'), other, join(room.dir, 'none'), '/', join(path, 'sub')])
      await expect(remove(wanted), wanted).rejects.toMatchObject({ code: 'not-found' });
    await sh('worktree', 'lock', '--reason', 'mine', path);
    await expect(remove(path)).rejects.toMatchObject({ code: 'locked', message: expect.stringContaining('mine') });
    await sh('worktree', 'unlock', path);
    room.add('busy', path);
    await expect(remove(path, true)).rejects.toMatchObject({ code: 'conflict', data: { sessions: ['busy'] } });
    room.sessions.drop('s_busy');
    await symlink(path, join(room.dir, 'alias'));
    room.add('busy', join(room.dir, 'alias'));
    await expect(remove(path, true)).rejects.toMatchObject({ code: 'conflict' });
    room.sessions.drop('s_busy');
    room.add('ended', path, { state: 'exited' });
    await remove(path);
  });

  it('names what would be lost, and keeps it when told to', async () => {
    const { path, wt } = await made();
    await room.put(wt('commit.txt'), 'c\n');
    await room.sh(path, 'add', '.');
    await room.sh(path, 'commit', '-qm', 'own');
    await room.put(wt('staged.txt'), 'staged\n');
    await room.sh(path, 'add', '.');
    await room.put(wt('staged.txt'), 'later\n');
    await room.put(wt('new.txt'), 'new\n');
    await rm(wt('a.txt'));
    expect((await list('main'))[1]).toMatchObject({ changed: 3, unmerged: 1 });
    const refused = await remove(path).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'conflict', data: { changed: 3, unmerged: 1, ignored: [] } });
    expect(String(refused)).toMatch(/new\.txt.*1 commit that no other branch/);
    const { kept } = await remove(path, true);
    expect(kept).toMatch(/^qd\/kept\/w-\d{8}-\d{6}$/);
    const show = (what: string) => sh('show', `${kept}${what}`);
    expect(await show(':new.txt')).toBe('new\n');
    expect(await show(':staged.txt')).toBe('later\n');
    expect(await show('~1:staged.txt')).toBe('staged\n');
    expect(await show(':commit.txt')).toBe('c\n');
    expect(await sh('ls-tree', '--name-only', kept ?? '')).toBe('commit.txt\nnew.txt\nstaged.txt\n');
    expect((await list('main')).length).toBe(1);
    expect(await porcelain(room.repo)).toBe('');
  });

  it('looks behind flags that hide changes from git', async () => {
    const { path, wt } = await made();
    for (const flag of ['--assume-unchanged', '--skip-worktree']) {
      await room.sh(path, 'update-index', flag, 'a.txt');
      await writeFile(wt('a.txt'), `${flag}\n`);
      await expect(remove(path), flag).rejects.toMatchObject({ code: 'conflict' });
    }
    const { kept } = await remove(path, true);
    expect(await sh('show', `${kept}:a.txt`)).toBe('--skip-worktree\n');
  });

  it('a change of the same size and time is seen', async () => {
    const { path, wt } = await made();
    const { atime, mtime } = await stat(wt('a.txt'));
    await writeFile(wt('a.txt'), 'one\ntwo\nTHREE\n');
    await utimes(wt('a.txt'), atime, mtime);
    await expect(remove(path)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('ignored files: what is made again or is in the repository too may go, the rest is kept beside the branches', async () => {
    await room.put(at('.gitignore'), 'node_modules\n.env*\ndata/\n*.log\n');
    await sh('add', '.');
    await sh('commit', '-qm', 'ignore');
    await room.put(at('.env'), 'same\n');
    const { path, wt } = await made();
    for (const [name, text] of [
      ['node_modules/x/i.js', 'x'],
      ['debug.log', 'l'],
      ['.env', 'same\n'],
    ] as const)
      await room.put(wt(name), text);
    await symlink(at('.env'), wt('.env.link'));
    await room.put(wt('.env'), 'mine\n');
    await room.put(wt('data/deep/db'), 'rows');
    await expect(remove(path)).rejects.toMatchObject({
      code: 'conflict',
      data: { ignored: ['.env', 'data/deep/db'], changed: 0 },
    });
    expect(await remove(path, true)).toMatchObject({ kept: null });
    const [ref = ''] = (await sh('for-each-ref', '--format=%(refname)', 'refs/quarterdeck/ignored')).trim().split('\n');
    expect(await sh('show', `${ref}:.env`)).toBe('mine\n');
    expect(await sh('show', `${ref}:data/deep/db`)).toBe('rows');
    expect(await sh('branch', '--list', 'qd/kept/*')).toBe('');

    const again = await made();
    await room.put(again.wt('.env'), 'same\n');
    await room.put(again.wt('node_modules/x/i.js'), 'x');
    expect(await remove(again.path)).toMatchObject({ kept: null });
  });

  it('does not touch nested repositories and submodules', async () => {
    const { path, wt } = await made();
    await room.sh(path, 'clone', '-q', room.repo, 'nested');
    await expect(remove(path, true)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('nested/'),
    });
    await rm(wt('nested'), { recursive: true });
    await room.sh(path, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', room.repo, 'sub');
    await expect(remove(path, true)).rejects.toMatchObject({ code: 'unsupported' });
    expect((await list('main')).length).toBe(2);
  });

  it('commits of a detached head, and of a worktree whose folder is gone, are kept', async () => {
    const { path, wt } = await made();
    await room.sh(path, 'checkout', '-q', '--detach');
    await room.put(wt('d.txt'), 'd\n');
    await room.sh(path, 'add', '.');
    await room.sh(path, 'commit', '-qm', 'detached');
    await run('mv', [path, `${path}-away`]);
    await expect(remove(path)).rejects.toMatchObject({ code: 'conflict', data: { unmerged: 1 } });
    const { kept } = await remove(path, true);
    expect(await sh('show', `${kept}:d.txt`)).toBe('d\n');
  });

  it('a sparse one goes, and what was written outside of its cone is kept', async () => {
    await room.put(at('in/x'), 'x\n');
    await room.put(at('out/y'), 'y\n');
    await sh('add', '.');
    await sh('commit', '-qm', 'two');
    const { path, wt } = await made();
    await room.sh(path, 'sparse-checkout', 'set', 'in');
    await expect(lstat(wt('out'))).rejects.toThrow();
    await room.put(wt('out/y'), 'mine\n');
    await expect(remove(path)).rejects.toMatchObject({ code: 'conflict' });
    const { kept } = await remove(path, true);
    expect(await sh('show', `${kept}:out/y`)).toBe('mine\n');
    expect(await sh('show', `${kept}:in/x`)).toBe('x\n');
  });
});
