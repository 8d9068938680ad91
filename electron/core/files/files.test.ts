/** The files room over real folders: what may be read and written, and what a path can never reach. */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '../../../shared/contract/sessions.ts';
import { Fault } from '../../../shared/fault.ts';
import type { AuditEntry } from '../../kernel/audit.ts';
import { createBus } from '../../kernel/bus.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { Asked } from '../../kernel/handlers.ts';
import { createLocalHost } from '../../platform/host.ts';
import { createFiles, type Files } from './files.ts';

const run = promisify(execFile);
const sha = (text: string) => createHash('sha256').update(text).digest('hex');

let dir: string;
let cwd: string;
let files: Files;
let audited: AuditEntry[];
let news: string[];

const ask = (sessions: readonly string[] | null = null): Asked => ({
  who: { user: 'u', tokenId: 't', via: 'token', scopes: new Set(['type']), sessions: sessions && new Set(sessions) },
  address: '127.0.0.1',
  signal: new AbortController().signal,
});

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'qd-files-')));
  cwd = join(dir, 'work');
  await mkdir(cwd);
  await mkdir(join(dir, 'outside'));
  await writeFile(join(dir, 'outside/secret'), 'safe');
  audited = [];
  news = [];
  const bus = createBus((error) => {
    throw error;
  });
  bus.on('files.written', ({ path }) => news.push(path));
  const session = { id: 's_1', name: 'one', cwd } as Session;
  const host = createLocalHost({
    env: { PATH: process.env['PATH'], HOME: dir, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    home: dir,
  });
  files = createFiles({
    hostOf: () => host,
    clock: systemClock,
    bus,
    sessions: {
      resolve(name) {
        if (name === session.name || name === session.id) return session;
        throw new Fault('not-found', `no ${name}`);
      },
    },
    audit: (entry) => audited.push(entry),
  });
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const list = (path = '') => Promise.resolve(files.handlers['files.list']({ name: 'one', path }, ask()));
const find = (q: string, limit = 50) => Promise.resolve(files.handlers['files.find']({ name: 'one', q, limit }, ask()));
const read = (path: string) => Promise.resolve(files.handlers['files.read']({ name: 'one', path }, ask()));
const write = (path: string, text: string, version: string | null) =>
  Promise.resolve(files.handlers['files.write']({ name: 'one', path, text, version }, ask()));
const git = (...args: string[]) =>
  run('git', args, { cwd, env: { PATH: process.env['PATH'], HOME: dir, GIT_CONFIG_GLOBAL: '/dev/null' } });

describe('outside of the folder', () => {
  const climbs = ['..', '../outside/secret', 'a/../../outside/secret', '/etc/passwd', 'up/secret', 'file', 'chain'];
  beforeEach(async () => {
    await symlink(join(dir, 'outside'), join(cwd, 'up'));
    await symlink('../outside/secret', join(cwd, 'file'));
    await symlink('file', join(cwd, 'chain'));
    await symlink(join(dir, 'outside/new'), join(cwd, 'dangling'));
    await symlink(join(dir, 'outside'), join(cwd, 'deep'));
  });

  it.each(climbs)('nothing is read through %j', async (path) => {
    await expect(read(path)).rejects.toMatchObject({ code: 'refused' });
    await expect(list(path)).rejects.toMatchObject({ code: 'refused' });
  });

  it.each([...climbs, 'dangling', 'up/new', 'deep/a/b/new'])('nothing is written through %j', async (path) => {
    for (const version of [null, sha('safe')])
      await expect(write(path, 'evil', version)).rejects.toMatchObject({
        code: expect.stringMatching(/refused|not-found/),
      });
    expect(await readdir(join(dir, 'outside'))).toEqual(['secret']);
    expect(await readFile(join(dir, 'outside/secret'), 'utf8')).toBe('safe');
  });

  it('a folder beside it whose name only begins the same is outside', async () => {
    await mkdir(`${cwd}-other`);
    await writeFile(`${cwd}-other/x`, 'x');
    await symlink(`${cwd}-other/x`, join(cwd, 'near'));
    await expect(read('near')).rejects.toMatchObject({ code: 'refused' });
  });

  it('a link is swapped in while reading goes on: the outside is never given', async () => {
    await mkdir(join(cwd, 'd'));
    await writeFile(join(cwd, 'd/secret'), 'mine');
    const swap = spawn('sh', ['-c', 'while :; do mv d d0; ln -s ../outside d; rm d; mv d0 d; done'], {
      cwd,
      stdio: 'ignore',
    });
    try {
      let refused = 0;
      for (let i = 0; i < 400; i += 1) {
        const answer = await read('d/secret').catch((error: unknown) => error);
        if (answer instanceof Error) refused += 1;
        else expect((answer as { text: string }).text).toBe('mine');
        await write('d/secret', 'mine', sha('mine')).catch(() => undefined);
      }
      expect(refused).toBeLessThan(400);
    } finally {
      const gone = new Promise((resolve) => swap.once('exit', resolve));
      swap.kill('SIGKILL');
      await gone;
    }
    expect(await readFile(join(dir, 'outside/secret'), 'utf8')).toBe('safe');
    expect(await readdir(join(dir, 'outside'))).toEqual(['secret']);
  });

  it('a session that the asker may not see is not there', async () => {
    const handler = files.handlers['files.read'];
    await expect((async () => handler({ name: 'one', path: 'x' }, ask(['s_2'])))()).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

describe('reading', () => {
  it('tells text, images and binaries apart, with size and version', async () => {
    await writeFile(join(cwd, 'ü "x"\n.txt'), 'grün\r\n');
    expect(await read('ü "x"\n.txt')).toMatchObject({
      kind: 'text',
      text: 'grün\r\n',
      size: 7,
      version: sha('grün\r\n'),
      truncated: false,
    });
    await writeFile(join(cwd, 'p.txt'), Buffer.from('89504e470d0a1a0a', 'hex'));
    expect(await read('p.txt')).toMatchObject({ kind: 'image', media: 'image/png', data: 'iVBORw0KGgo=', text: '' });
    await writeFile(join(cwd, 'b.txt'), Buffer.from([0xff, 0xfe, 0x41]));
    expect(await read('b.txt')).toMatchObject({ kind: 'binary', text: '', data: '', media: '' });
    await writeFile(join(cwd, 'x.svg'), '<svg/>');
    expect(await read('x.svg')).toMatchObject({ kind: 'text', text: '<svg/>' });
    await writeFile(join(cwd, 'empty'), '');
    expect(await read('empty')).toMatchObject({ kind: 'text', text: '', size: 0, version: sha('') });
  });

  it('shows the beginning of what is too long, and does not let it be written', async () => {
    await writeFile(join(cwd, 'long'), 'ä'.repeat(600_000));
    const long = await read('long');
    expect(long).toMatchObject({ kind: 'text', truncated: true, size: 1_200_000, version: '' });
    expect(long.text.length).toBe(524_288);
    await expect(write('long', 'short', long.version)).rejects.toMatchObject({ code: 'conflict' });
    const picture = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(2_000_000)]);
    await writeFile(join(cwd, 'pic'), picture);
    expect(await read('pic')).toMatchObject({ kind: 'image', truncated: false, data: picture.toString('base64') });
    await writeFile(join(cwd, 'huge'), Buffer.concat([picture, Buffer.alloc(8_000_000)]));
    expect(await read('huge')).toMatchObject({ kind: 'image', truncated: true, data: '' });
  });

  it('never opens pipes, sockets and devices', { timeout: 5000 }, async () => {
    await run('mkfifo', [join(cwd, 'pipe')]);
    await symlink('/dev/zero', join(cwd, 'zero'));
    for (const path of ['pipe', 'zero']) {
      await expect(read(path)).rejects.toMatchObject({ code: 'refused' });
      await expect(write(path, 'x', sha(''))).rejects.toMatchObject({ code: 'refused' });
    }
    expect((await list()).entries.find((e) => e.name === 'pipe')?.kind).toBe('other');
    await expect(read('none')).rejects.toMatchObject({ code: 'not-found' });
    await mkdir(join(cwd, 'd'));
    await expect(read('d')).rejects.toMatchObject({ code: 'invalid' });
    await expect(read('d/none/x')).rejects.toMatchObject({ code: 'not-found' });
    await expect(read(`${'x'.repeat(300)}`)).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('a folder', () => {
  it('lists kinds, links and what git leaves out', async () => {
    await git('init', '-q');
    await mkdir(join(cwd, 'build'));
    await mkdir(join(cwd, 'src'));
    await writeFile(join(cwd, '.gitignore'), 'build/\n*.log\n');
    for (const name of [':(top)x', '-n', '*.log', 'a b\n"c', 'kept.log']) await writeFile(join(cwd, name), '1');
    await git('add', '-f', 'kept.log');
    await symlink('src', join(cwd, 'to-src'));
    const { entries, truncated, path } = await list();
    expect({ truncated, path }).toEqual({ truncated: false, path: '' });
    expect(entries.map((e) => [e.name, e.kind, e.ignored])).toEqual([
      ['.git', 'folder', true],
      ['build', 'folder', true],
      ['src', 'folder', false],
      ['-n', 'file', false],
      [':(top)x', 'file', false],
      ['.gitignore', 'file', false],
      ['*.log', 'file', true],
      ['a b\n"c', 'file', false],
      ['kept.log', 'file', false],
      ['to-src', 'link', false],
    ]);
    expect(await list('to-src/')).toEqual({ path: 'to-src', entries: [], truncated: false });
    await expect(list('-n')).rejects.toMatchObject({ code: 'invalid' });
    await expect(list('none')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('a huge one is cut and says so', async () => {
    await run('sh', ['-c', 'seq 1 5200 | xargs touch'], { cwd });
    const { entries, truncated } = await list();
    expect(entries.length).toBe(5000);
    expect(truncated).toBe(true);
  });
});

describe('finding', () => {
  it('with git: tracked and new files, not the ignored or the gone', async () => {
    await git('init', '-q');
    await mkdir(join(cwd, 'node_modules/x'), { recursive: true });
    await mkdir(join(cwd, 'src'));
    for (const path of ['node_modules/x/index.js', 'src/index.ts', 'gone-index.ts'])
      await writeFile(join(cwd, path), '');
    await writeFile(join(cwd, '.gitignore'), 'node_modules\n');
    await git('add', 'gone-index.ts');
    await rm(join(cwd, 'gone-index.ts'));
    expect(await find('index')).toEqual([{ path: 'src/index.ts' }]);
    expect(await find('', 1)).toHaveLength(1);
    await write('src/indexed.ts', 'new', null);
    expect(await find('index')).toEqual([{ path: 'src/index.ts' }, { path: 'src/indexed.ts' }]);
  });

  it('without git: a walk that follows no links and leaves out what tools made', async () => {
    await mkdir(join(cwd, 'a/b'), { recursive: true });
    await mkdir(join(cwd, 'node_modules'));
    await symlink(join(dir, 'outside'), join(cwd, 'a/up'));
    for (const path of ['a/b/secret', 'node_modules/secret']) await writeFile(join(cwd, path), '');
    expect(await find('secret')).toEqual([{ path: 'a/b/secret' }]);
  });
});

describe('writing', () => {
  it('only over the version that was read, keeping mode and links; then it is in the audit and on the bus', async () => {
    await writeFile(join(cwd, 'run.sh'), 'one');
    await chmod(join(cwd, 'run.sh'), 0o751);
    await symlink('run.sh', join(cwd, 'alias'));
    const first = await read('alias');
    const saved = await write('alias', 'two', first.version);
    expect(saved).toMatchObject({ path: 'alias', text: 'two', version: sha('two'), size: 3, kind: 'text' });
    expect((await lstat(join(cwd, 'alias'))).isSymbolicLink()).toBe(true);
    expect((await stat(join(cwd, 'run.sh'))).mode & 0o777).toBe(0o751);
    await expect(write('run.sh', 'three', first.version)).rejects.toMatchObject({
      code: 'conflict',
      data: { file: { text: 'two', version: sha('two') } },
    });
    expect(await readFile(join(cwd, 'run.sh'), 'utf8')).toBe('two');
    await rm(join(cwd, 'run.sh'));
    await expect(write('run.sh', 'x', sha('two'))).rejects.toMatchObject({ code: 'conflict', data: { file: null } });
    expect(await readdir(cwd)).toEqual(['alias']);
    expect(audited).toEqual([
      { who: 'u', via: 'token', action: 'file.write', target: 'one', detail: { path: 'alias', size: 3, fresh: false } },
    ]);
    expect(news).toEqual(['alias']);
  });

  it('a new file makes its folders and never takes the place of another', async () => {
    await write('a/b/-c.txt', 'new', null);
    expect(await readFile(join(cwd, 'a/b/-c.txt'), 'utf8')).toBe('new');
    await expect(write('a/b/-c.txt', 'other', null)).rejects.toMatchObject({
      code: 'conflict',
      data: { file: { text: 'new' } },
    });
    await expect(write('a/b', 'x', null)).rejects.toMatchObject({ code: 'invalid' });
    await expect(write('a/b/-c.txt/d', 'x', null)).rejects.toBeInstanceOf(Fault);
    await expect(write('none/x', 'x', sha(''))).rejects.toMatchObject({ code: 'not-found' });
    await expect(write('', 'x', null)).rejects.toMatchObject({ code: 'invalid' });
    await expect(write('big', 'ä'.repeat(1_000_000), null)).rejects.toMatchObject({ code: 'too-large' });
    expect(await readdir(join(cwd, 'a/b'))).toEqual(['-c.txt']);
  });

  it('of many that save at once over the same version one wins', async () => {
    await writeFile(join(cwd, 'f'), 'v0');
    let version = sha('v0');
    for (let round = 0; round < 5; round += 1) {
      const all = await Promise.allSettled(Array.from({ length: 2 }, (_, i) => write('new', `${round}-${i}`, null)));
      expect(all.filter((r) => r.status === 'fulfilled')).toHaveLength(1);
      await rm(join(cwd, 'new'));
      version = (await write('f', `v${round + 1}`, version)).version;
    }
    expect((await readdir(cwd)).sort()).toEqual(['f']);
  });

  it('stays out of git, by every way', async () => {
    await git('init', '-q');
    await symlink('.git', join(cwd, 'innocent'));
    await symlink('.git/config', join(cwd, 'conf'));
    const config = await readFile(join(cwd, '.git/config'), 'utf8');
    for (const path of [
      '.git/config',
      '.GIT/hooks/post-checkout',
      'innocent/config',
      'innocent/hooks/new',
      'conf',
      'sub/.git',
    ])
      for (const version of [null, sha(config)])
        await expect(write(path, 'evil', version), path).rejects.toMatchObject({ code: 'refused' });
    expect(await readFile(join(cwd, '.git/config'), 'utf8')).toBe(config);
  });

  it('breaks a hard link rather than change a file elsewhere', async () => {
    await link(join(dir, 'outside/secret'), join(cwd, 'hard'));
    await write('hard', 'mine', sha('safe'));
    expect(await readFile(join(dir, 'outside/secret'), 'utf8')).toBe('safe');
  });
});
