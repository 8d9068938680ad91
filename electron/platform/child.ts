/** Child processes of the local host: short commands with a deadline, and long-lived ones with byte pipes. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { Fault } from '../../shared/fault.ts';
import type { ExecOptions, ExecResult, HostProcess } from './ports.ts';

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;
/** A command that ended may have left grandchildren that hold its pipes: this long without a byte, and we stop listening. */
const QUIET_AFTER_EXIT_MS = 150;
/** A chattering grandchild may not hold the answer longer than this. */
const LISTEN_AFTER_EXIT_MS = 2_000;
const KEPT_STDERR = 64 * 1024;

type Environment = Readonly<Record<string, string | undefined>>;

/** Runs argv without a shell, in a process group of its own, so that the deadline ends its children too. */
export function runCommand(argv: readonly string[], base: Environment, options: ExecOptions): Promise<ExecResult> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  const name = argv[0] ?? '';
  if (options.signal?.aborted) return Promise.reject(cancelled(name));
  let child: ChildProcessWithoutNullStreams;
  try {
    child = start(argv, base, options);
  } catch (error) {
    return Promise.reject(error);
  }

  return new Promise((resolve, reject) => {
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let settled = false;
    let exited: { readonly code: number | null } | null = null;
    let quiet: NodeJS.Timeout | undefined;
    let listen: NodeJS.Timeout | undefined;

    const finish = (settle: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(deadline);
      clearTimeout(quiet);
      clearTimeout(listen);
      options.signal?.removeEventListener('abort', abort);
      child.stdin.destroy();
      child.stdout.destroy();
      child.stderr.destroy();
      settle();
    };
    const answer = (): void => {
      finish(() => resolve({ code: exited?.code ?? null, stdout: Buffer.concat(out), stderr: Buffer.concat(err) }));
    };
    const fail = (fault: Fault): void => {
      endGroup(child);
      finish(() => reject(fault));
    };
    const abort = (): void => fail(cancelled(name));
    const deadline = setTimeout(() => {
      fail(new Fault('timeout', `${name} did not finish within ${timeoutMs} ms and was ended.`));
    }, timeoutMs);
    options.signal?.addEventListener('abort', abort, { once: true });

    const collect = (into: Buffer[]) => {
      let size = 0;
      return (chunk: Buffer): void => {
        size += chunk.length;
        if (size > maxBytes) fail(new Fault('too-large', `${name} printed more than ${maxBytes} bytes and was ended.`));
        else into.push(chunk);
        if (exited) waitForQuiet();
      };
    };
    const waitForQuiet = (): void => {
      clearTimeout(quiet);
      quiet = setTimeout(answer, QUIET_AFTER_EXIT_MS);
    };

    child.stdout.on('data', collect(out));
    child.stderr.on('data', collect(err));
    // A command may end without reading its input: EPIPE is no failure of the command.
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => {
      // `close` follows at once, while the cause is still being looked for.
      child.off('close', answer);
      void startFault(error, argv, options.cwd).then((fault) => finish(() => reject(fault)));
    });
    child.on('exit', (code) => {
      exited = { code };
      waitForQuiet();
      listen = setTimeout(answer, LISTEN_AFTER_EXIT_MS);
    });
    child.on('close', answer);
    child.stdin.end(options.stdin ?? '');
  });
}

/** A long-lived child in a process group of its own: a Ctrl-C in the hub's terminal does not reach it. */
export function spawnProcess(
  argv: readonly string[],
  base: Environment,
  options: Pick<ExecOptions, 'cwd' | 'env'>,
): HostProcess {
  const child = start(argv, base, options);
  const exitListeners: Array<(info: { readonly code: number | null; readonly stderr: string }) => void> = [];
  const stderr: Buffer[] = [];
  let stderrSize = 0;
  let ended: { readonly code: number | null; readonly stderr: string } | null = null;
  let quiet: NodeJS.Timeout | undefined;

  const end = (code: number | null, message = ''): void => {
    if (ended) return;
    clearTimeout(quiet);
    const text = message || Buffer.concat(stderr).toString('utf8');
    ended = { code, stderr: text };
    child.stdin.destroy();
    child.stdout.destroy();
    child.stderr.destroy();
    for (const listener of exitListeners) listener(ended);
  };

  child.stdin.on('error', () => undefined);
  child.stderr.on('data', (chunk: Buffer) => {
    if (stderrSize >= KEPT_STDERR) return;
    stderr.push(chunk.subarray(0, KEPT_STDERR - stderrSize));
    stderrSize += chunk.length;
  });
  const closed = (code: number | null): void => end(code);
  child.on('error', (error) => {
    child.off('close', closed);
    void startFault(error, argv, options.cwd).then((fault) => end(null, fault.message));
  });
  // `close` waits for the pipes; a grandchild that holds them must not hide that the child is gone.
  child.on('exit', (code) => {
    quiet = setTimeout(() => end(code), QUIET_AFTER_EXIT_MS);
  });
  child.on('close', closed);

  return {
    write(bytes) {
      if (!ended && child.stdin.writable) child.stdin.write(bytes);
    },
    end() {
      child.stdin.end();
    },
    kill() {
      endGroup(child);
    },
    onData(listener) {
      child.stdout.on('data', (chunk: Buffer) => listener(chunk));
    },
    onExit(listener) {
      if (ended) queueMicrotask(() => ended && listener(ended));
      else exitListeners.push(listener);
    },
  };
}

function start(
  argv: readonly string[],
  base: Environment,
  options: Pick<ExecOptions, 'cwd' | 'env'>,
): ChildProcessWithoutNullStreams {
  const [command, ...args] = argv;
  if (!command) throw new Fault('invalid', 'There is no command to run.');
  if (argv.some((part) => part.includes('\0'))) {
    throw new Fault('invalid', `An argument of ${command} holds a NUL byte: no program can receive that.`);
  }
  return spawn(command, args, {
    cwd: options.cwd,
    env: { ...base, ...options.env },
    detached: true,
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** The whole group; the leader may be gone already while its children live on. */
function endGroup(child: ChildProcessWithoutNullStreams): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // No such group: everything of it has ended, or this system has no groups.
    child.kill('SIGKILL');
  }
}

function cancelled(name: string): Fault {
  return new Fault('gone', `${name} was cancelled.`);
}

/** Node reports a missing working folder as if the program were missing: tell the two apart. */
async function startFault(error: Error, argv: readonly string[], cwd: string | undefined): Promise<Fault> {
  const name = argv[0] ?? '';
  const code = 'code' in error ? error.code : undefined;
  if (cwd !== undefined) {
    const folder = await stat(cwd).catch(() => null);
    if (!folder?.isDirectory()) return new Fault('invalid', `There is no folder ${cwd}.`, undefined, error);
  }
  if (code === 'ENOENT') {
    return new Fault('not-installed', `${name} is not installed, or not on the PATH.`, { command: name }, error);
  }
  if (code === 'EACCES') return new Fault('refused', `${name} may not be run: check its mode.`, undefined, error);
  if (code === 'E2BIG') return new Fault('too-large', `The command line of ${name} is too long.`, undefined, error);
  if (code === 'EAGAIN' || code === 'EMFILE' || code === 'ENOMEM') {
    return new Fault('unavailable', `The system has no room for another process (${code}).`, undefined, error);
  }
  return new Fault('internal', `${name} could not be started: ${error.message}`, undefined, error);
}
