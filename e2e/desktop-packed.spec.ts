/**
 * The installed app, where `npm run dist` has packed one, or the one that QD_PACKED names (such as from its `.deb`, taken apart by
 * `dpkg -x`): its fuses as they stand in the file, and a start of the whole.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { expect, test } from '@playwright/test';
import { eventually, ROOT } from './hub.ts';

const APP = process.env['QD_PACKED'] ?? join(ROOT, '.cache', 'app', 'linux-unpacked', 'quarterdeck');
test.skip(!existsSync(APP), 'nothing was packed here: `npm run dist -- --dir`');
test.skip(process.env['QD_ELECTRON'] === undefined, 'no display to start it on');

test('its fuses are off that must be off, and on that must be on', async () => {
  const wire = await getCurrentFuseWire(APP);
  const digit = (on: boolean) => (on ? 49 : 48);
  expect({
    runAsNode: wire[FuseV1Options.RunAsNode],
    cookies: wire[FuseV1Options.EnableCookieEncryption],
    nodeOptions: wire[FuseV1Options.EnableNodeOptionsEnvironmentVariable],
    inspect: wire[FuseV1Options.EnableNodeCliInspectArguments],
    integrity: wire[FuseV1Options.EnableEmbeddedAsarIntegrityValidation],
    asarOnly: wire[FuseV1Options.OnlyLoadAppFromAsar],
    snapshot: wire[FuseV1Options.LoadBrowserProcessSpecificV8Snapshot],
    file: wire[FuseV1Options.GrantFileProtocolExtraPrivileges],
  }).toEqual({
    runAsNode: digit(false),
    cookies: digit(true),
    nodeOptions: digit(false),
    inspect: digit(false),
    integrity: digit(true),
    asarOnly: digit(true),
    snapshot: digit(false),
    file: digit(false),
  });
});

test('it starts, and its core with its native modules', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'qd-packed-'));
  let app: ChildProcess | null = null;
  try {
    const env = {
      PATH: process.env['PATH'],
      DISPLAY: process.env['DISPLAY'],
      XAUTHORITY: process.env['XAUTHORITY'],
      HOME: dir,
      TMUX_TMPDIR: dir,
      LANG: 'C.UTF-8',
      QD_DATA: join(dir, 'data'),
      QD_PORT: '0',
      QD_TMUX_SOCKET: 'qd-packed',
      QD_NODE: process.execPath,
    };
    app = spawn(APP, [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu'], {
      env,
      stdio: 'ignore',
    });
    const lock = (): Promise<{ readonly url: string; readonly token: string }> =>
      readFile(join(dir, 'data', 'hub.lock'), 'utf8').then(JSON.parse, () => ({ url: '', token: '' }));
    const { url, token } = await eventually(lock, (now) => now.url !== '', 'a core');
    const headers = { authorization: `Bearer ${token}` };
    // better-sqlite3 answers this; that the window is there, the viewers of the wire.
    expect((await fetch(`${url}/api/settings`, { headers })).status).toBe(200);
    expect((await fetch(`${url}/`)).status).toBe(200);
    const unpacked = join(dirname(APP), 'resources', 'app.asar.unpacked');
    const { spawn: pty } = (await import(join(unpacked, 'node_modules', 'node-pty', 'lib', 'index.js'))) as {
      spawn: typeof import('node-pty').spawn;
    };
    const said = await new Promise<string>((resolve) => {
      let text = '';
      const child = pty('/bin/echo', ['from a terminal'], {});
      child.onData((chunk) => {
        text += chunk;
      });
      child.onExit(() => resolve(text));
    });
    expect(said).toContain('from a terminal');
    // What reaches machines over ssh, with everything that it loads.
    const { default: ssh } = (await import(join(unpacked, 'node_modules', 'ssh2', 'lib', 'index.js'))) as {
      default: typeof import('ssh2');
    };
    expect(ssh.utils.generateKeyPairSync('ed25519').public).toContain('ssh-ed25519 ');
    const ended = new Promise((resolve) => app?.once('exit', resolve));
    app.kill('SIGTERM');
    await ended;
    // It took its core along.
    await eventually(lock, (now) => now.url === '', 'the core gone');
  } finally {
    app?.kill('SIGKILL');
    await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
});

test('`qd hub start` starts its core without a window or a display, and `qd hub stop` leaves nothing', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'qd-packed-'));
  const env = {
    PATH: process.env['PATH'],
    HOME: dir,
    TMUX_TMPDIR: dir,
    LANG: 'C.UTF-8',
    QD_DATA: join(dir, 'data'),
    QD_PORT: '0',
    QD_TMUX_SOCKET: 'qd-packed-hub',
    QD_NODE: process.execPath,
  };
  const run = promisify(execFile);
  // As the launcher in `bin/` of the data folder has it.
  const headless = ['--ozone-platform=headless', '--no-sandbox', '--disable-gpu', '--log-level=3', '--'];
  const qd = (...words: string[]) => run(APP, ['--qd', ...headless, ...words], { env, timeout: 40_000 });
  /** The app's own processes, by the folder in their environment. */
  const left = () =>
    run('sh', ['-c', `grep -lz "^QD_DATA=${env.QD_DATA}$" /proc/[0-9]*/environ 2>/dev/null || true`]).then(
      ({ stdout }) => stdout.split('\n').filter((path) => path !== ''),
    );
  try {
    const { stdout } = await qd('hub', 'start', '--json');
    const { pid, urls } = JSON.parse(stdout) as { readonly pid: number; readonly urls: readonly string[] };
    expect((await fetch(`${urls[0]}/health`)).status).toBe(200);
    expect(JSON.parse((await qd('hub', 'status', '--json')).stdout)).toMatchObject({ pid });
    await expect(qd('hub', 'run')).rejects.toThrow(/qd hub start/);
    await qd('hub', 'stop');
    await eventually(left, (all) => all.length === 0, 'every process gone');
  } finally {
    const lock = await readFile(join(env.QD_DATA, 'hub.lock'), 'utf8').then(JSON.parse, () => ({ pid: 0 }));
    if (lock.pid > 0) process.kill(lock.pid, 'SIGTERM');
    await run('tmux', ['-L', 'qd-packed-hub', 'kill-server'], { env }).catch(() => '');
    await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
});
