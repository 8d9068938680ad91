/** Commands over exec channels: short ones with a deadline, and lasting ones with byte pipes. */
import type { ClientChannel } from 'ssh2';
import { Fault, isFault } from '../../../shared/fault.ts';
import type { ExecOptions, ExecResult, HostProcess } from '../ports.ts';
import type { Channels, Running } from './channels.ts';
import { BEGINNING, commandLine, NO_FOLDER, NO_PROGRAM, PID_LINE, printedBy } from './quote.ts';

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;
const KEPT_STDERR = 64 * 1024;
/** A lasting command has as long to begin. */
const START_MS = 10_000;

export interface RunDeps {
  /** Of the present connection; throws a Fault `unreachable` while there is none. */
  readonly channels: () => Channels;
  /** Search path on the machine, as its user's login shell has it. */
  readonly path: () => string | undefined;
  /** Bytes came. */
  readonly heard: () => void;
}

type Options = Pick<ExecOptions, 'cwd' | 'env'>;

function lineFor(argv: readonly string[], { cwd, env }: Options, path: string | undefined): string {
  return commandLine(argv, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...(path === undefined ? {} : { PATH: path }), ...env },
  });
}

/** Rejects with a Fault when it cannot start, times out or prints too much: as on this machine. */
export async function runRemote(
  deps: RunDeps,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  const name = argv[0] ?? '';
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  const line = lineFor(argv, options, deps.path());
  if (options.signal?.aborted) throw new Fault('gone', `${name} was cancelled.`);
  const late = () => new Fault('timeout', `${name} did not finish within ${timeoutMs} ms and was ended.`);
  const until = performance.now() + timeoutMs;
  const { channel, exit } = await deps.channels().exec(line, until);
  if (options.signal?.aborted) {
    endChannel(deps, channel, null);
    throw new Fault('gone', `${name} was cancelled.`);
  }
  const { code, out, err } = await new Promise<{ code: number | null; out: Buffer; err: Buffer }>((resolve, reject) => {
    const streams = { out: [] as Buffer[], err: [] as Buffer[] };
    let settled = false;
    const finish = (settle: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
      settle();
    };
    const fail = (fault: Fault): void =>
      finish(() => {
        endChannel(deps, channel, Buffer.concat(streams.err));
        reject(fault);
      });
    const abort = (): void => fail(new Fault('gone', `${name} was cancelled.`));
    const timer = setTimeout(() => fail(late()), Math.max(1, until - performance.now()));
    options.signal?.addEventListener('abort', abort, { once: true });
    const collect = (into: Buffer[]) => {
      let size = 0;
      return (bytes: Buffer): void => {
        deps.heard();
        size += bytes.length;
        if (size > maxBytes) fail(new Fault('too-large', `${name} printed more than ${maxBytes} bytes and was ended.`));
        else into.push(bytes);
      };
    };
    channel.on('data', collect(streams.out));
    channel.stderr.on('data', collect(streams.err));
    channel.on('close', () =>
      finish(() => {
        const how = exit();
        // Without a status the connection went, not the command.
        if (how === null) reject(new Fault('unreachable', `The connection was lost while ${name} ran.`));
        else resolve({ code: how.code, out: Buffer.concat(streams.out), err: Buffer.concat(streams.err) });
      }),
    );
    channel.end(options.stdin === undefined ? '' : Buffer.from(options.stdin));
  });
  const mark = PID_LINE.exec(err.toString('latin1', 0, KEPT_STDERR))?.[0].length ?? 0;
  const said = err.subarray(mark);
  const word = said.toString('latin1').trimEnd();
  if (code === NO_FOLDER.code && word === NO_FOLDER.word)
    throw new Fault('invalid', `There is no folder ${options.cwd}.`);
  if (code === NO_PROGRAM.code && word === NO_PROGRAM.word)
    throw new Fault('not-installed', `${name} is not installed there, or not on the PATH.`, { command: name });
  return { code, stdout: printedBy(out) ?? out, stderr: said };
}

/**
 * Ends the whole process group. sshd hands the signal to it, but not for root; so it is sent by a command as well, by the
 * number that the group's leader told first. Closing the pipes has to do where that is not known.
 */
function endChannel(deps: RunDeps, channel: ClientChannel, stderr: Uint8Array | null): void {
  try {
    channel.signal('KILL');
  } catch {
    // The channel is closed already.
  }
  channel.close();
  // Its end is told only once everything in it was read.
  channel.resume();
  channel.stderr.resume();
  const pid = Number(PID_LINE.exec(Buffer.from(stderr ?? []).toString('latin1', 0, KEPT_STDERR))?.[1] ?? 0);
  if (pid < 2) return;
  const line = commandLine(['sh', '-c', `kill -s KILL -- -${pid}`]);
  try {
    deps
      .channels()
      .exec(line, performance.now() + START_MS)
      .then(
        ({ channel: ending }) => {
          ending.resume();
          ending.stderr.resume();
          ending.end();
        },
        // The connection is gone: sshd ends what ran over it.
        () => undefined,
      );
  } catch {
    // The same, known at once.
  }
}

/** A lasting command. What is written before it has begun waits. Never throws: what goes wrong is told as its end. */
export function spawnRemote(deps: RunDeps, argv: readonly string[], options: Options = {}): HostProcess {
  const dataListeners: ((bytes: Uint8Array) => void)[] = [];
  const exitListeners: ((info: { readonly code: number | null; readonly stderr: string }) => void)[] = [];
  let early: (Uint8Array | string)[] = [];
  let channel: ClientChannel | null = null;
  let inputEnded = false;
  let killed = false;
  let ended: { readonly code: number | null; readonly stderr: string } | null = null;
  let running: Running | null = null;
  const stderr: Buffer[] = [];
  let stderrSize = 0;

  const end = (message = ''): void => {
    if (ended) return;
    ended = {
      code: running?.exit()?.code ?? null,
      stderr: message || Buffer.concat(stderr).toString('utf8').replace(PID_LINE, ''),
    };
    for (const listener of exitListeners) listener(ended);
  };
  const start = async (): Promise<void> => {
    const line = lineFor(argv, options, deps.path());
    running = await deps.channels().exec(line, performance.now() + START_MS, true);
    const opened = running.channel;
    if (killed) {
      endChannel(deps, opened, null);
      return end();
    }
    channel = opened;
    let before: Buffer | null = Buffer.alloc(0);
    opened.on('data', (bytes: Buffer) => {
      deps.heard();
      let mine: Buffer | null = bytes;
      if (before) {
        const all: Buffer = Buffer.concat([before, bytes]);
        mine = printedBy(all);
        before = mine ? null : all.subarray(-BEGINNING);
      }
      if (mine && mine.length > 0) for (const listener of dataListeners) listener(mine);
    });
    opened.stderr.on('data', (bytes: Buffer) => {
      if (stderrSize >= KEPT_STDERR) return;
      stderr.push(bytes.subarray(0, KEPT_STDERR - stderrSize));
      stderrSize += bytes.length;
    });
    opened.on('close', () => end());
    for (const bytes of early) opened.write(bytes);
    early = [];
    if (inputEnded) opened.end();
  };
  start().catch((error: unknown) => end(isFault(error) ? error.message : String(error)));

  return {
    write(bytes) {
      if (ended) return;
      if (channel) channel.write(bytes);
      else early.push(bytes);
    },
    end() {
      inputEnded = true;
      channel?.end();
    },
    kill() {
      killed = true;
      if (channel) endChannel(deps, channel, Buffer.concat(stderr));
      // A dead connection never confirms the closing of a channel.
      setTimeout(() => end(), 500).unref();
    },
    onData: (listener) => void dataListeners.push(listener),
    onExit(listener) {
      if (ended) queueMicrotask(() => ended && listener(ended));
      else exitListeners.push(listener);
    },
  };
}
