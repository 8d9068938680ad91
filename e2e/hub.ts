/** A real hub for a test: its own data folder, home, tmux socket and port; nothing of the user's is touched. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = fileURLToPath(new URL('../', import.meta.url));
const execFileAsync = promisify(execFile);

export interface Banner {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly version: string;
  readonly setupUrl: string | null;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TestHub {
  readonly dir: string;
  readonly data: string;
  readonly home: string;
  readonly socket: string;
  readonly env: Record<string, string>;
  banner: Banner;
  /** The lock's token: every scope. */
  token(): Promise<string>;
  /** REST with that token (or another); throws with the hub's words when it answers no. */
  api<T = unknown>(method: string, path: string, body?: unknown, token?: string): Promise<T>;
  /** The command line against this hub. */
  qd(
    args: readonly string[],
    options?: { readonly stdin?: string; readonly env?: Record<string, string> },
  ): Promise<CommandResult>;
  tmux(...args: string[]): Promise<string>;
  /** Ends the hub with this signal and waits until it is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
  /** On a free port (0), or on this one: a page that is open knows its address. */
  start(port?: number): Promise<void>;
  close(): Promise<void>;
}

export interface HubOptions {
  readonly env?: Record<string, string>;
  /** Where its folders are made; agent programs that dislike the system's temporary folder get another. */
  readonly base?: string;
  /** Folder of what is built, where a test changes it; default the product's own. */
  readonly dist?: string;
}

/**
 * A port below those that the system hands out: a hub that is started again on its own finds it free, whatever was started
 * and given a port while it was away.
 */
async function quietPort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer().once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

export async function startHub(options: HubOptions = {}): Promise<TestHub> {
  const base = options.base ?? tmpdir();
  await mkdir(base, { recursive: true });
  const dir = await mkdtemp(join(base, 'qd-e2e-'));
  const data = join(dir, 'data');
  const home = join(dir, 'home');
  await mkdir(home, { mode: 0o700 });
  const socket = `qd-e2e-${randomBytes(6).toString('hex')}`;
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    TMUX_TMPDIR: dir,
    QD_DATA: data,
    QD_TMUX_SOCKET: socket,
    // Hubs and `qd` are started some hundred times: the engine compiles them once.
    NODE_COMPILE_CACHE: join(ROOT, 'test-results', 'compiled'),
    ...options.env,
  };
  let child: ChildProcess | null = null;
  let said = '';

  const hub: TestHub = {
    dir,
    data,
    home,
    socket,
    env,
    banner: { url: '', port: 0, pid: 0, version: '', setupUrl: null },
    async token() {
      return (JSON.parse(await readFile(join(data, 'hub.lock'), 'utf8')) as { token: string }).token;
    },
    async api<T>(method: string, path: string, body?: unknown, token?: string): Promise<T> {
      return rest<T>(hub.banner.url, token ?? (await hub.token()), method, path, body);
    },
    qd(args, { stdin, env: more } = {}) {
      return new Promise((resolve, reject) => {
        const run = spawn(process.execPath, [join(ROOT, 'dist', 'cli.js'), ...args], {
          env: { ...env, ...more },
          cwd: dir,
          stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
        });
        let stdout = '';
        let stderr = '';
        run.stdout?.on('data', (chunk) => {
          stdout += chunk;
        });
        run.stderr?.on('data', (chunk) => {
          stderr += chunk;
        });
        run.on('error', reject);
        run.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
        if (stdin !== undefined) run.stdin?.end(stdin);
      });
    },
    async tmux(...args) {
      return (await execFileAsync('tmux', ['-L', socket, ...args], { env })).stdout;
    },
    async end(signal) {
      const running = child;
      if (!running || running.exitCode !== null || running.signalCode !== null) return;
      const gone = new Promise((resolve) => running.once('exit', resolve));
      running.kill(signal);
      await gone;
      child = null;
    },
    async start(port = 0) {
      said = '';
      const at = port === 0 ? await quietPort() : port;
      const started = spawn(
        process.execPath,
        [join(options.dist ?? join(ROOT, 'dist'), 'hub.js'), '--port', String(at), '--data', data, '--json'],
        {
          env,
          cwd: dir,
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      child = started;
      started.stderr.on('data', (chunk) => {
        said += chunk;
      });
      const line = await new Promise<string>((resolve, reject) => {
        createInterface({ input: started.stdout }).once('line', resolve);
        started.once('exit', (code) => reject(new Error(`the hub ended with ${code} before it listened:\n${said}`)));
        started.once('error', reject);
      });
      hub.banner = JSON.parse(line) as Banner;
    },
    async close() {
      await hub.end('SIGTERM');
      await hub.tmux('kill-server').catch(() => '');
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await hub.start();
  return hub;
}

/** REST at a hub; throws with its words when it answers no. */
export async function rest<T>(url: string, token: string, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}

const unlessGone = <T>(instead: T) => {
  return (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return instead;
    throw error;
  };
};

/** Everything below a folder. A hub that runs writes beside and renames: what is gone when it is looked at is left out. */
export async function* walk(
  folder: string,
): AsyncGenerator<{ path: string; mode: number; kind: 'file' | 'folder' | 'other' }> {
  for (const name of await readdir(folder).catch(unlessGone<string[]>([]))) {
    const path = join(folder, name);
    const info = await lstat(path).catch(unlessGone(null));
    if (info === null) continue;
    const kind = info.isFile() ? 'file' : info.isDirectory() ? 'folder' : 'other';
    yield { path, mode: info.mode & 0o777, kind };
    if (kind === 'folder') yield* walk(path);
  }
}

/** Bytes as Latin-1; empty when the file is gone. */
export const bytesOf = (path: string): Promise<string> => readFile(path, 'latin1').catch(unlessGone(''));

/** Asks again until the answer passes; for states that the product reaches by itself. */
export async function eventually<T>(
  ask: () => Promise<T>,
  passes: (answer: T) => boolean,
  what: string,
  timeoutMs = 30_000,
): Promise<T> {
  const until = Date.now() + timeoutMs;
  let last: T | undefined;
  for (;;) {
    last = await ask();
    if (passes(last)) return last;
    if (Date.now() > until)
      throw new Error(`${what}: not within ${timeoutMs} ms; last seen: ${JSON.stringify(last)?.slice(0, 4000)}`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}
