/** Files and git through a real hub: what a session changed, its files edited without losing anybody's change, worktrees. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { FileText } from '../shared/contract/files.ts';
import type { Place, Worktree } from '../shared/contract/git.ts';
import type { Session } from '../shared/contract/sessions.ts';
import { eventually, startHub, type TestHub } from './hub.ts';
import { AUTHOR, makeRepository, type Repository } from './repository.ts';

// Each goes on where the one before ended.
test.describe.configure({ mode: 'serial' });

let hub: TestHub;
let repo: string;
let repository: Repository;

test.beforeAll(async () => {
  hub = await startHub({ env: AUTHOR });
  repository = await makeRepository(hub, 'repo', {
    'a.txt': 'one\ntwo\n',
    '.gitignore': '.env\n',
    '.quarterdeck.yaml': 'worktree:\n  copy: [.env]\n  run: touch pwned\n',
  });
  repo = repository.root;
  await repository.write('.env', 'KEY=1\n');
  await hub.api('POST', '/api/sessions', { agent: 'shell', name: 'one', cwd: repo });
});
test.afterAll(async () => {
  await hub?.close();
});

const get = (path: string, accept: string) =>
  hub
    .token()
    .then((token) => fetch(`${hub.banner.url}${path}`, { headers: { authorization: `Bearer ${token}`, accept } }));

test('a file is read, edited, and a stale save is refused with what is there', async () => {
  const first = await hub.api<FileText>('GET', '/api/sessions/one/file?path=a.txt');
  expect(first).toMatchObject({ kind: 'text', text: 'one\ntwo\n', truncated: false });
  await writeFile(join(repo, 'a.txt'), 'one\nagent\n');
  const token = await hub.token();
  const save = (version: string | null, text: string) =>
    fetch(`${hub.banner.url}/api/sessions/one/file`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ path: 'a.txt', text, version }),
    });
  const refused = await save(first.version, 'mine\n');
  expect(refused.status).toBe(409);
  const { error } = (await refused.json()) as { error: { code: string; data: { file: FileText } } };
  expect(error).toMatchObject({ code: 'conflict', data: { file: { text: 'one\nagent\n' } } });
  expect(await readFile(join(repo, 'a.txt'), 'utf8')).toBe('one\nagent\n');
  expect((await save(error.data.file.version, 'one\nboth\n')).status).toBe(200);
  expect(await readFile(join(repo, 'a.txt'), 'utf8')).toBe('one\nboth\n');

  const { entries } = await hub.api<{ entries: { name: string; ignored: boolean }[] }>(
    'GET',
    '/api/sessions/one/files',
  );
  expect(entries.map((e) => [e.name, e.ignored])).toEqual([
    ['.git', true],
    ['.env', true],
    ['.gitignore', false],
    ['.quarterdeck.yaml', false],
    ['a.txt', false],
  ]);
  expect(await hub.api('GET', '/api/sessions/one/find?q=atxt')).toEqual([{ path: 'a.txt' }]);
  for (const path of ['../x', '/etc/passwd', '.git/config'])
    await expect(hub.api('PUT', '/api/sessions/one/file', { path, text: 'x', version: null })).rejects.toThrow(
      /refused/,
    );
});

test('status and diff over REST and on the command line', async () => {
  await writeFile(join(repo, 'new.txt'), 'new\n');
  const status = await hub.api<Place & { changes: { path: string; kind: string }[] }>('GET', '/api/sessions/one/git');
  expect(status).toMatchObject({ branch: 'main', changed: 2, worktree: false });
  expect(status.changes.map((c) => [c.path, c.kind])).toEqual([
    ['a.txt', 'modified'],
    ['new.txt', 'untracked'],
  ]);
  const text = await (await get('/api/sessions/one/diff', 'text/plain')).text();
  expect(text).toContain('-two\n+both\n');
  expect(text).toContain('+++ b/new.txt\n@@ -0,0 +1 @@\n+new\n');
  const json = (await (await get('/api/sessions/one/diff?path=new.txt&format=json', '*/*')).json()) as { text: string };
  expect(json.text.match(/^diff --git/gm)).toHaveLength(1);

  const printed = await hub.qd(['diff', 'one']);
  expect(printed).toMatchObject({ code: 0, stdout: text });
  const stat = await hub.qd(['diff', 'one', '--stat']);
  expect(stat.stdout).toMatch(/untracked\s+\+1\s+new\.txt/);
  expect(JSON.parse((await hub.qd(['diff', 'one', 'new.txt', '--json'])).stdout)).toMatchObject({ text: json.text });
  expect((await hub.qd(['files', 'one', 'a.txt'])).stdout).toBe('one\nboth\n');
  expect((await hub.qd(['files', 'one'])).stdout).toContain('new.txt');
  expect((await hub.qd(['files', 'one', '--find', 'newt'])).stdout).toBe('new.txt\n');
  const bad = await hub.qd(['diff', 'one', '--base', 'nowhere']);
  expect(bad).toMatchObject({ code: 2, stdout: '' });
});

test('isolate: the session runs in a folder of its own, with its changes; then the folder goes and nothing is lost', async () => {
  const made = await hub.api<{ path: string; branch: string; recipe: string[] }>('POST', '/api/sessions/one/isolate', {
    carry: true,
  });
  expect(made).toMatchObject({ session: 'one', path: `${repo}.worktrees/one`, branch: 'qd/one' });
  expect(made.recipe).toEqual([
    'carry: 2 changed files',
    'copy .env: copied .env',
    expect.stringContaining('was not run'),
  ]);
  const session = await hub.api<Session>('GET', '/api/sessions/one');
  expect(session.cwd).toBe(made.path);
  await hub.api('POST', '/api/sessions/one/prompts', { text: 'pwd > where; ls > seen', now: true });
  await eventually(
    () => readFile(join(made.path, 'seen'), 'utf8').catch(() => ''),
    (text) => text.includes('new.txt') && !text.includes('pwned'),
    'the shell works there',
  );
  expect(await readFile(join(made.path, 'where'), 'utf8')).toBe(`${made.path}\n`);
  const branch = await eventually(
    () => hub.api<Session>('GET', '/api/sessions/one').then((s) => s.branch),
    (name) => name === 'qd/one',
    'its branch',
  );
  expect(branch).toBe('qd/one');
  expect(await repository.git('status', '--porcelain')).toBe(' M a.txt\n?? new.txt\n');

  await hub.api('POST', '/api/sessions', { agent: 'shell', name: 'main', cwd: repo });
  const status = await hub.api<Place>('GET', '/api/sessions/main/git');
  expect(status.overlaps).toEqual([
    { session: 'one', path: 'a.txt' },
    { session: 'one', path: 'new.txt' },
  ]);
  const listed = JSON.parse((await hub.qd(['worktree', 'list', 'main', '--json'])).stdout) as Worktree[];
  expect(listed.map((w) => [w.path, w.ours, w.sessions])).toEqual([
    [repo, false, ['main']],
    [made.path, true, ['one']],
  ]);
  const busy = await hub.qd(['worktree', 'remove', 'main', made.path, '--keep']);
  expect(busy.code).toBe(1);
  expect(busy.stderr).toContain('one works in');
  await hub.api('DELETE', '/api/sessions/one');
  const refused = await hub.qd(['worktree', 'remove', 'main', made.path]);
  expect(refused.stderr).toContain('a.txt, new.txt, seen, where');
  const removed = JSON.parse((await hub.qd(['worktree', 'remove', 'main', made.path, '--keep', '--json'])).stdout) as {
    kept: string;
  };
  expect(await repository.git('show', `${removed.kept}:new.txt`)).toBe('new\n');
  expect((await repository.git('worktree', 'list')).trim().split('\n')).toHaveLength(1);
});

test('a new session beside, from the command line', async () => {
  const made = await hub.qd(['worktree', 'isolate', 'main', '--as', 'side', '--branch', 'try/this']);
  expect(made.code, made.stderr).toBe(0);
  expect(made.stdout).toContain(`side works in ${repo}.worktrees/side on try/this`);
  const side = await hub.api<Session>('GET', '/api/sessions/side');
  expect(side.cwd).toBe(`${repo}.worktrees/side`);
  expect((await hub.api<Session>('GET', '/api/sessions/main')).cwd).toBe(repo);
});
