/** Streams to a server's port: over TCP, or through a command of the user's; and how a failure to connect is told. */
import { spawn } from 'node:child_process';
import { connect as connectTcp, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { Fault } from '../../../shared/fault.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { DownReason } from './remote.ts';

const PROXY_STDERR = 2000;
/** A first packet that was lost is sent again by the system after 1, 3 and 7 s: too late where the network has just come back. */
const ANOTHER_MS = 1000;

/** A failure with the reason that decides whether it is worth trying again. */
export const failed = (
  code: 'unreachable' | 'timeout' | 'refused' | 'invalid',
  reason: DownReason,
  message: string,
  cause?: unknown,
): Fault => new Fault(code, message, { reason }, cause);

/** The first of several that connects; see `ANOTHER_MS`. */
export function tcp(
  host: string,
  port: number,
  { signal, after, ms }: { readonly signal: AbortSignal; readonly after: Clock['after']; readonly ms: number },
): Promise<Socket> {
  const where = `${host}:${port}`;
  return new Promise((resolve, reject) => {
    const begun = new Set<Socket>();
    const finish = (settle: () => void, taken?: Socket): void => {
      inTime();
      another();
      signal.removeEventListener('abort', stop);
      for (const socket of begun) {
        socket.removeAllListeners('error');
        socket.removeAllListeners('connect');
        // Somebody always listens: an error after a failure would end the process.
        socket.on('error', () => undefined);
        if (socket !== taken) socket.destroy();
      }
      begun.clear();
      settle();
    };
    const fail = (fault: Fault): void => finish(() => reject(fault));
    const stop = (): void => fail(failed('unreachable', 'closed', 'The connection was called off.'));
    // Names that take long to look up are in here too.
    const inTime = after(ms, () =>
      fail(failed('timeout', 'network', `${where} does not answer (no connection within ${ms / 1000} s).`)),
    );
    let another = (): void => undefined;
    const begin = (): void => {
      another = after(ANOTHER_MS, begin);
      const socket = connectTcp({ host, port, noDelay: true });
      begun.add(socket);
      socket.once('connect', () => finish(() => resolve(socket), socket));
      socket.once('error', (error: NodeJS.ErrnoException) =>
        fail(failed('unreachable', 'network', `${where} cannot be reached: ${inWords(error)}.`, error)),
      );
    };
    signal.addEventListener('abort', stop, { once: true });
    begin();
  });
}

function inWords(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'nothing listens there (connection refused)';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'there is no such host name, or no network';
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
      return 'there is no way to it (network or host unreachable)';
    case 'ETIMEDOUT':
      return 'it does not answer';
    default:
      return error.message;
  }
}

/** The user's own command, as ssh would run it: by the shell, in a group of its own so that all of it can be ended. */
export function proxy(command: string, where: string, under: (() => void)[]): Duplex {
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  let stderr = '';
  child.stderr.on('data', (bytes: Buffer) => {
    stderr = (stderr + bytes.toString('utf8')).slice(-PROXY_STDERR);
  });
  child.stdin.on('error', () => undefined);
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  stream.on('error', () => undefined);
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    } catch {
      // It has ended already.
    }
  };
  child.on('error', (error) => stream.destroy(error));
  child.on('exit', (code) => {
    if (code !== 0)
      stream.destroy(
        failed('unreachable', 'network', `The ProxyCommand for ${where} ended with ${code}: ${stderr.trim()}`),
      );
  });
  under.push(end);
  return stream;
}
