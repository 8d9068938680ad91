/**
 * Machines for tests: OpenSSH's sshd on loopback ports, each with a home, host keys and a tmux folder of its own, and a
 * cable in front of it that can be cut. Nothing of the user's account is read or written.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'];
const START_MS = 20_000;
/** In a mount namespace of its own: nobody else misses the program. */
const HIDE = 'mount --bind /dev/null "$0" && exec "$@"';

const program = (): string | null => {
  for (const path of SSHD) {
    try {
      execFileSync(path, ['-?'], { stdio: 'ignore' });
      return path;
    } catch (error) {
      // It answers its own usage with a failure; only a program that is not there cannot be started.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') continue;
      return path;
    }
  }
  return null;
};
/** Why no sshd can run here; null when one can. For `skipIf`. */
export const noSshd: string | null =
  program() === null ? 'OpenSSH server is not installed (apt install openssh-server)' : null;

export interface Machine {
  /** Port of sshd itself, and the address it listens on. */
  readonly port: number;
  readonly address: string;
  /** Folder of everything of this machine. */
  readonly dir: string;
  readonly home: string;
  readonly user: string;
  /** A private key that it lets in. */
  readonly key: string;
  /** Fingerprint of its host key. */
  readonly fingerprint: string;
  /** `TYPE BASE64` of its host key. */
  readonly hostKey: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs a command there, as its user would: same home, same tmux. */
  there(argv: readonly string[]): Promise<string>;
  /** Every connection ends, nobody is let in until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** Another host key from the next `up` on. */
  newHostKey(): Promise<void>;
  /** Ends the control clients of a hub on this tmux, as they end when nothing was heard of them for a while. */
  forgetUs(socket: string): Promise<void>;
  /** Ends the tmux of a hub and everything in it, as a reboot does. */
  reboot(): Promise<void>;
  stop(): Promise<void>;
}

export interface MachineWish {
  /** Lines of sshd_config that go before ours. */
  readonly config?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A program of the system that this machine does not have. Needs the right to mount. */
  readonly without?: string;
  /** `PATH` on the machine, as its user's profile sets it. */
  readonly path?: string;
  /** Name of the home folder. */
  readonly homeName?: string;
  /** What puts a command into a namespace of the machine's own, and the address it listens on there. */
  readonly enter?: readonly string[];
  readonly address?: string;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export async function startMachine(wish: MachineWish = {}): Promise<Machine> {
  const sshd = program();
  if (sshd === null) throw new Error(noSshd ?? '');
  const dir = await mkdtemp(join(tmpdir(), 'qd-machine-'));
  await chmod(dir, 0o700);
  const home = join(dir, wish.homeName ?? 'home');
  const tmux = join(dir, 'tmux');
  const { username: user, uid } = userInfo();
  await Promise.all([mkdir(join(home, '.ssh'), { recursive: true, mode: 0o700 }), mkdir(tmux, { mode: 0o700 })]);
  // Its privilege separation wants this folder, which the package makes at boot; containers do not boot.
  if (uid === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const key = join(dir, 'user_key');
  const host = join(dir, 'host_key');
  const keygen = async (path: string): Promise<void> => {
    await rm(path, { force: true });
    await rm(`${path}.pub`, { force: true });
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path]);
  };
  await Promise.all([keygen(key), keygen(host)]);
  await writeFile(join(dir, 'authorized_keys'), await readFile(`${key}.pub`), { mode: 0o600 });
  const env = {
    HOME: home,
    TMUX_TMPDIR: tmux,
    PATH: wish.path ?? process.env['PATH'] ?? '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    SHELL: '/bin/sh',
    ...wish.env,
  };
  // What the system's own profile says of the PATH is not this machine's.
  await writeFile(join(home, '.profile'), `PATH='${env.PATH.replaceAll("'", "'\\''")}'; export PATH\n`);
  const port = await freePort();
  const address = wish.address ?? '127.0.0.1';
  const config = join(dir, 'sshd_config');
  await writeFile(
    config,
    [
      ...(wish.config ?? []),
      `Port ${port}`,
      `ListenAddress ${address}`,
      `HostKey ${host}`,
      `AuthorizedKeysFile ${join(dir, 'authorized_keys')}`,
      `PidFile ${join(dir, 'sshd.pid')}`,
      'UsePAM no',
      'StrictModes no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'PrintMotd no',
      'UseDNS no',
      'LogLevel ERROR',
      'MaxStartups 100:30:200',
      ...(wish.config?.some((line) => line.startsWith('Subsystem')) ? [] : ['Subsystem sftp internal-sftp']),
      // Where a value holds a blank the whole is quoted.
      `SetEnv ${Object.entries(env)
        .map(([name, value]) => `"${name}=${value.replace(/["\\]/g, '\\$&')}"`)
        .join(' ')}`,
      '',
    ].join('\n'),
  );
  let child: ChildProcess | null = null;
  let said = '';

  const up = async (): Promise<void> => {
    // In the foreground, in a group of its own: its connections end with it.
    const own = [sshd, '-D', '-e', '-f', config];
    const hidden = wish.without === undefined ? [] : ['unshare', '-m', 'sh', '-c', HIDE, wish.without];
    const [command = sshd, ...args] = [...(wish.enter ?? []), ...hidden, ...own];
    const started = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    child = started;
    started.stderr?.on('data', (bytes: Buffer) => {
      said = (said + bytes.toString()).slice(-4000);
    });
    const until = Date.now() + START_MS;
    while (!(await answers(port, address))) {
      if (Date.now() > until || started.exitCode !== null) throw new Error(`sshd did not start: ${said}`);
      await new Promise((wake) => setTimeout(wake, 20));
    }
  };
  /** All processes of this machine's sshd: those of connections have left its group. */
  const connections = async (): Promise<number[]> => {
    const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,args=']);
    const rows = stdout.split('\n').flatMap((line) => {
      const [, pid, ppid, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return pid === undefined ? [] : [{ pid: Number(pid), ppid: Number(ppid), args }];
    });
    const found = new Set<number>(child?.pid === undefined ? [] : [child.pid]);
    for (let grown = true; grown; ) {
      grown = false;
      for (const row of rows)
        if (found.has(row.ppid) && !found.has(row.pid) && /sshd|^sh|^\/bin\/sh/.test(row.args)) {
          found.add(row.pid);
          grown = true;
        }
    }
    return [...found];
  };
  const down = async (): Promise<void> => {
    const mine = child;
    if (!mine || mine.exitCode !== null || mine.signalCode !== null) return;
    const ended = new Promise((resolve) => mine.once('exit', resolve));
    for (const pid of await connections()) kill(pid);
    await ended;
    child = null;
  };
  const there = async (argv: readonly string[]): Promise<string> => {
    const [command = '', ...args] = argv;
    const { stdout } = await run(command, args, { env, cwd: home, maxBuffer: 64 * 1024 * 1024 });
    return stdout.replace(/\n$/, '');
  };
  const reboot = async (): Promise<void> => {
    // Killed, not asked to end: tmux 3.3a that still has something to tell a client that was killed would never end.
    const { stdout } = await run('ps', ['-A', '-o', 'pid=,args=']);
    for (const row of stdout.split('\n'))
      if (/ \S*tmux /.test(row) && row.includes(`${home}/`)) kill(Number.parseInt(row, 10));
    await run('find', [tmux, '-type', 's', '-delete']);
  };
  await up();
  const [type = '', base64 = ''] = (await readFile(`${host}.pub`, 'utf8')).split(' ');
  const { stdout: print } = await run('ssh-keygen', ['-l', '-f', `${host}.pub`]);

  return {
    port,
    address,
    dir,
    home,
    user,
    key,
    fingerprint: print.split(' ')[1] ?? '',
    hostKey: `${type} ${base64}`,
    env,
    there,
    down,
    up,
    newHostKey: () => keygen(host),
    async forgetUs(socket) {
      const list = (what: string, format: string) => there(['tmux', '-L', socket, what, '-F', format]);
      // None is left where the machine was the first to notice.
      const clients = (await list('list-clients', '#{client_pid}')).split('\n').filter(Boolean);
      for (const pid of clients) kill(Number(pid));
      const until = Date.now() + START_MS;
      while ((await list('list-sessions', '#{session_name}')).split('\n').includes('deck')) {
        if (Date.now() > until) throw new Error('the deck does not go with its client');
        await new Promise((wake) => setTimeout(wake, 20));
      }
    },
    reboot,
    async stop() {
      await down();
      await reboot();
      await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    },
  };
}

function kill(pid: number): void {
  // What is no number of a process would be the whole group that the tests run in.
  if (!(pid > 0)) throw new Error(`no process: ${pid}`);
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

const answers = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('data', () => {
      resolve(true);
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
  });

/** A cable to a port: what goes in at one end comes out at the other, until it is cut. */
export interface Cable {
  readonly port: number;
  /** From now on nothing gets through, and nobody is told: as when a network goes for good. */
  cut(): void;
  /** The same, but each side keeps what it has sent, as TCP does, and it arrives when the cable is mended. */
  stall(): void;
  /** Whole again. After `cut` what was on its way is gone, and so are the connections; after `stall` they go on. */
  mend(): void;
  /** Whole for new connections; the present ones stay silent for ever, as when an address has changed. */
  forget(): void;
  /** One way, milliseconds. */
  delay(ms: number): void;
  /** Connections made until now. */
  readonly made: number;
  /** Connections that were begun while it was cut: nobody answers them. */
  readonly waiting: number;
  close(): Promise<void>;
}

export async function layCable(to: number): Promise<Cable> {
  let whole = true;
  let ms = 0;
  let made = 0;
  /** What is to be done once the cable is mended, in order. */
  let later: (() => void)[] | null = null;
  const pairs = new Set<readonly [Socket, Socket]>();
  /** Over these nothing comes any more. */
  const silent = new Set<Socket>();
  const pass = (work: () => void): void => {
    if (later) later.push(work);
    else if (whole) work();
  };
  const carry = (from: Socket, into: Socket): void => {
    from.on('data', (bytes) => {
      if (silent.has(from)) return;
      if (ms === 0) pass(() => into.write(bytes));
      else setTimeout(() => pass(() => into.write(bytes)), ms);
    });
    // Over a cut cable nobody hears of the end of the other side either.
    from.on(
      'close',
      () => silent.has(from) || pass(() => (into.writableLength > 0 ? into.destroySoon() : into.destroy())),
    );
    from.on('error', () => undefined);
  };
  const join = (near: Socket): void => {
    const far = connect({ host: '127.0.0.1', port: to, noDelay: true });
    near.setNoDelay(true);
    pairs.add([near, far]);
    carry(near, far);
    carry(far, near);
  };
  const server: Server = createServer((near) => {
    made += 1;
    near.on('error', () => undefined);
    if (later) later.push(() => near.destroyed || join(near));
    else if (whole) join(near);
    else dead.add(near);
  });
  const dead = new Set<Socket>();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const dropAll = (): void => {
    for (const [near, far] of pairs) {
      near.destroy();
      far.destroy();
    }
    pairs.clear();
    silent.clear();
    for (const each of dead) each.destroy();
    dead.clear();
  };
  return {
    port: address.port,
    cut() {
      whole = false;
    },
    stall() {
      later = [];
    },
    mend() {
      const work = later;
      later = null;
      if (work) for (const each of work) each();
      else dropAll();
      whole = true;
    },
    forget() {
      for (const pair of pairs) for (const each of pair) silent.add(each);
      whole = true;
    },
    delay(next) {
      ms = next;
    },
    get made() {
      return made;
    },
    get waiting() {
      return dead.size;
    },
    async close() {
      dropAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
