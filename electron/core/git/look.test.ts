/** Status and diff over real repositories: odd names, odd states. */
import { chmod, mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, createRoom, type Room } from './fixtures/room.ts';

let room: Room;
beforeEach(async () => {
  room = await createRoom();
  room.add('one', room.repo);
});
afterEach(() => room.end());

const status = (base: 'head' | 'fork' = 'head', name = 'one') =>
  Promise.resolve(room.git.handlers['git.status']({ name, base }, ask()));
const diff = async (path?: string, more: { base?: 'head' | 'fork'; context?: number; name?: string } = {}) =>
  room.git.handlers['git.diff'](
    {
      name: more.name ?? 'one',
      base: more.base ?? 'head',
      context: more.context ?? 3,
      format: 'text',
      ...(path === undefined ? {} : { path }),
    },
    ask(),
  );
const sh = (...args: string[]) => room.sh(room.repo, ...args);
const at = (path: string) => join(room.repo, path);
const kinds = async (base: 'head' | 'fork' = 'head') =>
  Object.fromEntries(
    (await status(base)).changes.map((c) => [
      c.path,
      `${c.kind}${c.staged ? '+' : ''} ${c.added}/${c.removed}${c.from ? ` < ${c.from}` : ''}`,
    ]),
  );

describe('status', () => {
  it('a clean tree: its branch and head, nothing changed, its index not written', async () => {
    const before = await stat(at('.git/index'));
    const now = await status();
    expect(now).toMatchObject({
      session: 'one',
      root: room.repo,
      branch: 'main',
      worktree: false,
      ours: false,
      upstream: null,
    });
    expect(now).toMatchObject({ changes: [], changed: 0, truncated: false, sharedWith: [], overlaps: [] });
    expect(now.head).toBe((await sh('rev-parse', 'HEAD')).slice(0, 12));
    expect((await stat(at('.git/index'))).mtimeMs).toBe(before.mtimeMs);
  });

  it('every kind of change, with its lines', async () => {
    await room.put(at('old name.txt'), 'x\n'.repeat(30));
    await room.put(at('gone.txt'), 'gone\n');
    await room.put(at('type'), 'file\n');
    await room.put(at('half'), '1\n');
    await sh('add', '.');
    await sh('commit', '-qm', 'more');
    await sh('mv', 'old name.txt', 'new\nname.txt');
    await rm(at('gone.txt'));
    await room.put(at('a.txt'), 'one\n2\nthree\nfour\n');
    await sh('add', 'a.txt');
    await rm(at('type'));
    await symlink('a.txt', at('type'));
    await room.put(at('half'), '1\n2\n');
    await sh('add', 'half');
    await room.put(at('half'), '1\n2\n3\n');
    await room.put(at('new.txt'), 'n\nn\nno end');
    await room.put(at('bin'), Buffer.from([0, 1, 2]));
    await room.put(at('staged.txt'), 's\n');
    await sh('add', 'staged.txt');
    expect(await kinds()).toEqual({
      'a.txt': 'modified+ 2/1',
      bin: 'untracked null/null',
      'gone.txt': 'deleted 0/1',
      half: 'modified 2/0',
      'new\nname.txt': 'renamed+ 0/0 < old name.txt',
      'new.txt': 'untracked 3/0',
      'staged.txt': 'added+ 1/0',
      type: 'type 1/1',
    });
    expect((await status()).changed).toBe(8);
    expect(await sh('status', '--porcelain', '--', 'new.txt')).toBe('?? new.txt\n');
  });

  it('names that shells and git itself trip over', async () => {
    const names = [
      '-n',
      '--',
      ' lead',
      'trail ',
      'q"uote',
      "it's",
      'new\nline',
      'tab\there',
      'ünïcode',
      '日本語',
      ':(top)x',
      '*',
      '?',
      '[a]',
      '\\back',
      '# branch.oid 12',
      '1 M. N... x',
      'd/-x',
    ];
    for (const name of names) await room.put(at(name), `${name}\n`);
    const found = (await status()).changes;
    expect(found.map((c) => c.path).sort()).toEqual([...names].sort());
    for (const change of found)
      expect(change).toMatchObject({ kind: 'untracked', removed: 0, added: change.path.split('\n').length });
    for (const name of names) {
      const { text } = await diff(name);
      expect(text.match(/^diff --git /gm), name).toHaveLength(1);
      expect(text).toContain(`+${name.split('\n')[0]}`);
    }
    await sh('add', '-A');
    await sh('commit', '-qm', 'odd');
    for (const name of names) await writeFile(at(name), 'changed\n');
    expect((await status()).changes.map((c) => c.kind)).toEqual(names.map(() => 'modified'));
    expect((await diff('*')).text.match(/^diff --git /gm)).toHaveLength(1);
  });

  it('a repository without a commit, a detached head, a conflict, a bare one, none at all', async () => {
    const empty = join(room.dir, 'empty\nfolder');
    await mkdir(empty);
    await room.sh(empty, 'init', '-q', '-b', 'trunk');
    await room.put(join(empty, 'x'), '1\n');
    await room.put(join(empty, 'y'), '1\n');
    await room.sh(empty, 'add', 'y');
    room.add('empty', empty);
    expect(await status('head', 'empty')).toMatchObject({
      root: empty,
      branch: 'trunk',
      head: null,
      base: null,
      changed: 2,
    });
    expect((await status('fork', 'empty')).changes.map((c) => [c.path, c.kind, c.added])).toEqual([
      ['x', 'untracked', 1],
      ['y', 'added', 1],
    ]);
    expect((await diff(undefined, { name: 'empty' })).text.match(/^\+1$/gm)).toHaveLength(2);

    await sh('checkout', '-q', '--detach');
    expect(await status()).toMatchObject({ branch: null });
    await sh('checkout', '-q', '-b', 'side');
    await room.put(at('a.txt'), 'side\n');
    await sh('commit', '-qam', 'side');
    await sh('checkout', '-q', 'main');
    await room.put(at('a.txt'), 'main\n');
    await sh('commit', '-qam', 'main');
    await sh('merge', 'side').catch(() => undefined);
    expect((await status()).changes).toMatchObject([{ path: 'a.txt', kind: 'conflicted', staged: false }]);
    expect((await diff('a.txt')).text).toContain('+<<<<<<< HEAD');

    await room.sh(room.dir, 'clone', '-q', '--bare', room.repo, 'bare.git');
    for (const [name, cwd] of [
      ['bare', 'bare.git'],
      ['inner', 'repo/.git'],
      ['none', 'home'],
    ] as const) {
      room.add(name, join(room.dir, cwd));
      await expect(status('head', name), name).rejects.toMatchObject({ code: 'unsupported' });
    }
    room.add('lost', join(room.dir, 'nowhere'));
    await expect(status('head', 'lost')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('submodules and nested repositories are one entry, and are not looked into', async () => {
    const lib = join(room.dir, 'lib');
    await room.sh(room.dir, 'clone', '-q', room.repo, 'lib');
    await sh('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', lib, 'sub');
    await sh('commit', '-qm', 'sub');
    await room.sh(at('sub'), 'commit', '-q', '--allow-empty', '-m', 'on');
    await room.sh(room.dir, 'clone', '-q', room.repo, 'repo/nested');
    expect(await kinds()).toEqual({ 'nested/': 'untracked null/null', sub: 'modified 1/1' });
    expect((await diff()).text).toContain('+Subproject commit');
    room.add('sub', at('sub'));
    expect(await status('head', 'sub')).toMatchObject({ root: at('sub'), worktree: false });
  });

  it('counts against the place where the branch left, commits included', async () => {
    await sh('checkout', '-q', '-b', 'work');
    await room.put(at('b.txt'), 'b\n');
    await sh('add', '.');
    await sh('commit', '-qm', 'b');
    await sh('checkout', '-q', 'main');
    await room.put(at('m.txt'), 'm\n');
    await sh('add', '.');
    await sh('commit', '-qm', 'm');
    await sh('checkout', '-q', 'work');
    await room.put(at('c.txt'), 'c\n');
    expect(await kinds('fork')).toEqual({ 'b.txt': 'added+ 1/0', 'c.txt': 'untracked 1/0' });
    expect(await kinds()).toEqual({ 'c.txt': 'untracked 1/0' });
    expect((await status('fork')).base).toBe((await sh('merge-base', 'main', 'work')).slice(0, 12));
    expect((await diff(undefined, { base: 'fork' })).text.match(/^diff --git .*$/gm)).toEqual([
      'diff --git a/b.txt b/b.txt',
      'diff --git a/c.txt b/c.txt',
    ]);
  });

  it('on the default branch itself: what the remote has not yet', async () => {
    await room.sh(room.dir, 'clone', '-q', room.repo, 'clone');
    const clone = join(room.dir, 'clone');
    await room.put(join(clone, 'n.txt'), 'n\n');
    await room.sh(clone, 'add', '.');
    await room.sh(clone, 'commit', '-qm', 'n');
    room.add('clone', clone);
    const now = await status('fork', 'clone');
    expect(now).toMatchObject({
      ahead: 1,
      behind: 0,
      upstream: 'origin/main',
      changes: [{ path: 'n.txt', kind: 'added' }],
    });
  });

  it('a file that may not be read costs its lines, not the answer', async () => {
    await room.put(at('locked'), 'x\n');
    await chmod(at('locked'), 0);
    await room.put(at('b'), 'x\n');
    expect((await status()).changes.map((c) => c.path)).toEqual(['b', 'locked']);
    expect((await diff('b')).text).toContain('+x');
  });
});

describe('diff', () => {
  it('sees a change of the same size that was made in the moment of the commit', async () => {
    for (let i = 0; i < 5; i += 1) {
      await room.put(at('a.txt'), `${i} old\n`);
      await room.put(at(`new${i}`), 'n\n');
      await sh('commit', '-qam', 'quick');
      await room.put(at('a.txt'), `${i} now\n`);
      expect((await diff()).text, String(i)).toContain(`+${i} now`);
      expect((await status()).changes[0]).toMatchObject({ path: 'a.txt', kind: 'modified', added: 1, removed: 1 });
    }
  });

  it('shows a renamed file as renamed, also when asked for it alone', async () => {
    await room.put(at('long.txt'), 'line\n'.repeat(50));
    await sh('add', '.');
    await sh('commit', '-qm', 'long');
    await sh('mv', 'long.txt', 'wide.txt');
    await writeFile(at('wide.txt'), `${'line\n'.repeat(50)}more\n`);
    for (const text of [(await diff()).text, (await diff('wide.txt')).text]) {
      expect(text).toContain('rename from long.txt\nrename to wide.txt');
      expect(text.match(/^[+-][^+-]/gm)).toEqual(['+m']);
    }
  });

  it('is the same whatever the settings say', async () => {
    for (const [key, value] of [
      ['diff.noprefix', 'true'],
      ['diff.mnemonicPrefix', 'true'],
      ['diff.relative', 'true'],
      ['color.ui', 'always'],
      ['diff.renames', 'false'],
      ['diff.context', '0'],
      ['diff.orderFile', at('order')],
      ['diff.ignoreSubmodules', 'none'],
      ['status.showUntrackedFiles', 'no'],
      ['status.relativePaths', 'true'],
      ['core.quotePath', 'true'],
    ])
      await sh('config', key ?? '', value ?? '');
    await mkdir(at('sub'));
    await room.put(at('ü.txt'), 'ü\n');
    await room.put(at('a.txt'), 'one\nTWO\nthree\n');
    room.add('below', at('sub'));
    const { text } = await diff(undefined, { name: 'below' });
    expect(text).toContain('diff --git a/a.txt b/a.txt');
    expect(text).toContain('\n one\n-two\n+TWO\n three\n');
    expect(text).toContain('diff --git a/ü.txt b/ü.txt');
    expect(text).not.toContain('\x1b');
    expect((await diff(undefined, { context: 0 })).text).toContain('@@ -2 +2 @@');
  });

  it('any bytes become text, binaries are named', async () => {
    await writeFile(at('latin'), Buffer.from('gr\xfcn\n', 'latin1'));
    await writeFile(at('bin'), Buffer.from([0, 255]));
    const { text } = await diff();
    expect(text).toContain('+gr\ufffdn');
    expect(text).toContain('Binary files /dev/null and b/bin differ');
  });

  it('a long one is cut where a hunk ends, and applies', async () => {
    const lines = (mark: string) =>
      Array.from({ length: 120_000 }, (_, i) => (i % 10 === 0 ? `${mark} ${i} ${'x'.repeat(60)}` : `same ${i}`)).join(
        '\n',
      );
    await room.put(at('big.txt'), `${lines('old')}\n`);
    await sh('add', '.');
    await sh('commit', '-qm', 'big');
    await room.put(at('big.txt'), `${lines('new')}\n`);
    const { text, truncated } = await diff();
    expect(truncated).toBe(true);
    expect(text.length).toBeLessThanOrEqual(2 * 1024 * 1024);
    expect(text.length).toBeGreaterThan(2 * 1024 * 1024 - 2000);
    await sh('checkout', '-q', 'big.txt');
    await writeFile(join(room.dir, 'patch'), text);
    await sh('apply', '--check', join(room.dir, 'patch'));
  });

  it('one huge line is cut too', async () => {
    await room.put(at('big.txt'), 'y'.repeat(3_000_000));
    const { text, truncated } = await diff();
    expect(truncated).toBe(true);
    expect(text).toContain('+++ b/big.txt');
  });

  it.each(['../x', '/etc/passwd', 'a/../../x', '..'])('refuses the path %j', async (path) => {
    await expect(diff(path)).rejects.toMatchObject({ code: 'invalid' });
  });
});

it('a session that the asker may not see is not there, nor its name in what others see', async () => {
  room.add('other', room.repo);
  expect((await status()).sharedWith).toEqual(['other']);
  const limited = await room.git.handlers['git.status']({ name: 'one', base: 'head' }, ask(['s_one']));
  expect(limited.sharedWith).toEqual([]);
  await expect(
    (async () => room.git.handlers['git.status']({ name: 'other', base: 'head' }, ask(['s_one'])))(),
  ).rejects.toMatchObject({ code: 'not-found' });
});

it('the folder of a session may be a link into a repository', async () => {
  await mkdir(at('deep'));
  await symlink(at('deep'), join(room.dir, 'to-deep'));
  room.add('linked', join(room.dir, 'to-deep'));
  expect(await status('head', 'linked')).toMatchObject({ root: room.repo });
  await rename(at('deep'), at('other'));
  expect(await readFile(at('a.txt'), 'utf8')).toContain('one');
});
