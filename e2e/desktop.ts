/** A real desktop app for a test: the built shell in a real Electron, with a data folder, home and tmux socket of its own. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { eventually, ROOT, rest } from './hub.ts';

/** A file and no folder: what stands in for Electron's own default app in tests loads modules too late. */
export const MAIN = join(ROOT, 'dist', 'main.cjs');
const execFileAsync = promisify(execFile);

export interface Core {
  readonly pid: number;
  readonly url: string;
  readonly token: string;
}

export interface TestDesktop {
  readonly dir: string;
  readonly data: string;
  readonly env: Record<string, string>;
  app: ElectronApplication;
  /** The first window. */
  page: Page;
  /** Starts it anew on the same data. */
  start(args?: readonly string[]): Promise<void>;
  /** The core that runs now. */
  core(): Promise<Core>;
  api<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  tmux(...args: string[]): Promise<string>;
  close(): Promise<void>;
}

/** The Electron that is to be tested: QD_ELECTRON, as `npm test` names it; null where none is to be had. */
export const ELECTRON = process.env['QD_ELECTRON'] ?? null;

/** As root Chromium's own sandbox cannot start; a machine without a card draws in software. */
export const argumentsOf = (): string[] => [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  MAIN,
];

/** `prepare`: puts what it needs into the test's folder and answers more of the environment. */
export async function startDesktop(
  prepare: (dir: string) => Promise<Record<string, string>> = async () => ({}),
): Promise<TestDesktop> {
  const dir = await mkdtemp(join(tmpdir(), 'qd-desk-'));
  const home = join(dir, 'home');
  await mkdir(home, { mode: 0o700 });
  const socket = `qd-desk-${randomBytes(6).toString('hex')}`;
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    DISPLAY: process.env['DISPLAY'] ?? '',
    XAUTHORITY: process.env['XAUTHORITY'] ?? '',
    HOME: home,
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    TMUX_TMPDIR: dir,
    QD_DATA: join(dir, 'data'),
    QD_TMUX_SOCKET: socket,
    QD_PORT: '0',
    QD_NODE: process.execPath,
    ...(await prepare(dir)),
  };
  const once = async (args: readonly string[]): Promise<{ app: ElectronApplication; page: Page }> => {
    const app = await _electron.launch({
      executablePath: ELECTRON ?? '',
      args: [...argumentsOf(), ...args],
      cwd: dir,
      env,
      timeout: 12_000,
    });
    try {
      return { app, page: await app.firstWindow({ timeout: 12_000 }) };
    } catch (error) {
      app.process().kill('SIGKILL');
      throw error;
    }
  };
  /** The driver now and then waits for ever for an app that has long begun (one start of some thirty): then another is made. */
  const launch = (args: readonly string[]) =>
    once(args).catch((error: unknown) => {
      process.stderr.write(`the driver found no app, and starts it once more: ${String(error).split('\n')[0]}\n`);
      return once(args);
    });
  const first = await launch([]);
  const desk: TestDesktop = {
    dir,
    data: env['QD_DATA'] ?? '',
    env,
    ...first,
    async start(args = []) {
      Object.assign(desk, await launch(args));
    },
    async core() {
      const read = () =>
        readFile(join(desk.data, 'hub.lock'), 'utf8').then(
          (text): Core => JSON.parse(text),
          () => null,
        );
      return (await eventually(read, (core) => core !== null && core.url !== '', 'a core that listens')) as Core;
    },
    async api<T>(method: string, path: string, body?: unknown): Promise<T> {
      const { url, token } = await desk.core();
      return rest<T>(url, token, method, path, body);
    },
    async tmux(...args) {
      return (await execFileAsync('tmux', ['-L', socket, ...args], { env })).stdout;
    },
    async close() {
      await desk.app.close().catch(() => undefined);
      // A core that was found and not started here goes on after the app.
      const left = await readFile(join(desk.data, 'hub.lock'), 'utf8').then(
        (text): Core => JSON.parse(text),
        () => null,
      );
      try {
        if (left && left.pid > 0) process.kill(left.pid, 'SIGTERM');
      } catch {
        // It has ended already.
      }
      await desk.tmux('kill-server').catch(() => '');
      await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
  return desk;
}
