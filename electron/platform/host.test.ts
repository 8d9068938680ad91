import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLocalHost } from './host.ts';
import { parsePs, parseStat } from './processes.ts';

const NODE = process.execPath;
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
/** A zombie that nobody reaps has ended all the same. */
const alive = async (pid: number) => {
  const { stdout } = await createLocalHost().exec(['ps', '-o', 'stat=', '-p', String(pid)]);
  const state = text(stdout).trim();
  return state !== '' && !state.startsWith('Z');
};

describe('local host', () => {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'qd-host-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));
  const host = createLocalHost();

  test('runs argv without a shell, with input, folder and environment', async () => {
    const script =
      'process.stdin.pipe(process.stdout);process.on("exit",()=>console.error(process.cwd(),process.env.X,process.argv[1]))';
    const result = await host.exec([NODE, '-e', script, '$(id) ; *'], {
      stdin: 'in\0put',
      cwd: dir,
      env: { X: 'y z' },
    });
    expect(result.code).toBe(0);
    expect(text(result.stdout)).toBe('in\0put');
    expect(text(result.stderr)).toBe(`${dir} y z $(id) ; *\n`);
  });

  test('an exit code and a signal are answers, not failures', async () => {
    expect((await host.exec(['sh', '-c', 'exit 7'])).code).toBe(7);
    expect((await host.exec(['sh', '-c', 'kill -9 $$'])).code).toBeNull();
  });

  test('a command that never reads its input is no error (EPIPE)', async () => {
    expect((await host.exec(['true'], { stdin: Buffer.alloc(4_000_000) })).code).toBe(0);
  });

  test('the deadline ends the whole group', async () => {
    const pidFile = join(dir, 'pid');
    const run = host.exec(['sh', '-c', `sleep 300 & echo $! > ${pidFile}; wait`], { timeoutMs: 400 });
    await expect(run).rejects.toMatchObject({ code: 'timeout' });
    const pid = Number(await readFile(pidFile, 'utf8'));
    await expect.poll(() => alive(pid)).toBe(false);
  });

  test('a grandchild that holds the pipes does not hold the answer', async () => {
    const started = performance.now();
    const result = await host.exec(['sh', '-c', 'sleep 60 & echo $!']);
    expect(performance.now() - started).toBeLessThan(5_000);
    const pid = Number(text(result.stdout));
    expect(await alive(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
  });

  test('too much output is a failure', async () => {
    await expect(host.exec(['yes'], { maxBytes: 10_000 })).rejects.toMatchObject({ code: 'too-large' });
  });

  test('cancelling ends the command', async () => {
    const abort = new AbortController();
    const run = host.exec(['sleep', '60'], { signal: abort.signal });
    abort.abort();
    await expect(run).rejects.toMatchObject({ code: 'gone' });
  });

  test('a missing program and a missing folder are told apart', async () => {
    await expect(host.exec(['qd-no-such-program'])).rejects.toMatchObject({ code: 'not-installed' });
    await expect(host.exec(['true'], { cwd: join(dir, 'nope') })).rejects.toMatchObject({ code: 'invalid' });
    await expect(host.exec(['echo', 'a\0b'])).rejects.toMatchObject({ code: 'invalid' });
  });

  test('a long-lived child echoes, ends and tells why', async () => {
    const child = host.spawn(['sh', '-c', 'cat; echo bye >&2; exit 3']);
    const chunks: Uint8Array[] = [];
    child.onData((bytes) => chunks.push(bytes));
    const ended = new Promise((resolve) => child.onExit(resolve));
    child.write('a');
    child.write(Uint8Array.of(0xff));
    await expect.poll(() => Buffer.concat(chunks).length).toBe(2);
    child.end();
    expect(await ended).toEqual({ code: 3, stderr: 'bye\n' });
    expect([...Buffer.concat(chunks)]).toEqual([97, 255]);
    child.write('late');
    const missing = host.spawn(['qd-no-such-program']);
    expect(await new Promise((resolve) => missing.onExit(resolve))).toMatchObject({ code: null });
  });

  test('writes whole files, makes folders, sets the mode, keeps links, leaves no litter', async () => {
    const path = join(dir, 'new/deep/file');
    await host.write(path, 'one');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await host.write(path, 'two', 0o755);
    expect((await stat(path)).mode & 0o777).toBe(0o755);
    const link = join(dir, 'link');
    await symlink(path, link);
    await host.write(link, 'three');
    expect(await readFile(path, 'utf8')).toBe('three');
    expect(await readdir(join(dir, 'new/deep'))).toEqual(['file']);
    await expect(host.write(join(path, 'below'), 'x')).rejects.toMatchObject({ code: expect.any(String) });
    await expect(host.write(dir, 'x')).rejects.toMatchObject({ code: expect.any(String) });
  });

  test('reads ranges; stats and lists what is there', async () => {
    const path = join(dir, 'range');
    await writeFile(path, '0123456789');
    expect(text(await host.read(path, 2, 3))).toBe('234');
    expect(text(await host.read(path, 8, 1_000_000_000))).toBe('89');
    expect((await host.read(path, 50, 5)).length).toBe(0);
    await expect(host.read(join(dir, 'none'), 0, 1)).rejects.toMatchObject({ code: 'not-found' });
    expect(await host.stat(path)).toMatchObject({ size: 10, directory: false });
    expect(await host.stat(join(path, 'x'))).toBeNull();
    const folder = join(dir, 'folder');
    await mkdir(folder);
    await symlink(folder, join(folder, 'self'));
    await symlink('/nowhere/at/all', join(folder, 'dangling'));
    expect((await host.list(folder)).toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: 'dangling', directory: false },
      { name: 'self', directory: true },
    ]);
    expect(await host.list(join(dir, 'none'))).toEqual([]);
  });

  test('finds programs on the PATH and in install folders, but not folders, plain files or Windows mounts', async () => {
    const home = join(dir, 'home');
    const put = async (path: string, mode: number) => {
      await mkdir(join(path, '..'), { recursive: true });
      await writeFile(path, '');
      await chmod(path, mode);
    };
    await put(join(home, '.local/bin/tool'), 0o755);
    await put(join(home, '.nvm/versions/node/v9.1.0/bin/old'), 0o755);
    await put(join(home, '.nvm/versions/node/v22.1.0/bin/old'), 0o755);
    await put(join(dir, 'bin/plain'), 0o644);
    await mkdir(join(dir, 'bin/folder'), { recursive: true });
    const finder = createLocalHost({ home, env: { PATH: `${dir}/bin:relative:` } });
    expect(await finder.which('tool')).toBe(join(home, '.local/bin/tool'));
    expect(await finder.which('old')).toBe(join(home, '.nvm/versions/node/v22.1.0/bin/old'));
    expect(await finder.which('plain')).toBeNull();
    expect(await finder.which('folder')).toBeNull();
    expect(await finder.which('')).toBeNull();
    expect(await finder.which(join(home, '.local/bin/tool'))).toBe(join(home, '.local/bin/tool'));
  });

  test('lists processes, this one among them, and ends one', async () => {
    const child = host.spawn(['sleep', '300']);
    const ended = new Promise((resolve) => child.onExit(resolve));
    const mine = async () =>
      (await host.processes()).find((row) => row.ppid === process.pid && row.command === 'sleep');
    await expect.poll(mine).toBeDefined();
    const row = await mine();
    expect(row?.pgid).toBe(row?.pid);
    expect((await host.processes()).some((other) => other.pid === process.pid && other.cpuSeconds > 0)).toBe(true);
    expect(await host.kill(row?.pid ?? 0, 'SIGKILL')).toBe(true);
    await ended;
    expect(await host.kill(row?.pid ?? 0, 'SIGKILL')).toBe(false);
    await expect(host.kill(-1, 'SIGKILL')).rejects.toMatchObject({ code: 'invalid' });
    await expect(host.kill(0, 'SIGTERM')).rejects.toMatchObject({ code: 'invalid' });
  });
});

test('process lines of both kinds are read', () => {
  expect(parseStat('12 (a) b (c)) S 3 4 5 0 -1 0 0 0 0 0 150 50 0 0 20')).toEqual({
    pid: 12,
    ppid: 3,
    pgid: 4,
    cpuSeconds: 2,
    command: 'a) b (c)',
  });
  expect(parseStat('')).toBeNull();
  expect(parsePs('  1     0     1   1:02.50 /sbin/launchd\n 77 1 77 2-03:00:01 node x \n\nnonsense\n')).toEqual([
    { pid: 1, ppid: 0, pgid: 1, cpuSeconds: 62.5, command: 'launchd' },
    { pid: 77, ppid: 1, pgid: 77, cpuSeconds: 2 * 86_400 + 3 * 3600 + 1, command: 'node x' },
  ]);
});
