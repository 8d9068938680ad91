/** One attempt to connect: the way there (jump hosts, a command), the host's key, then who one is. Everything has a deadline. */
import { spawn } from 'node:child_process';
import { connect as connectTcp, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type AuthenticationType, Client, type ConnectConfig, type NextAuthHandler } from 'ssh2';
import { Fault, isFault } from '../../../shared/fault.ts';
import { createAuthChain } from './auth.ts';
import { type ConfigPlace, resolveTarget, type SshTarget, type SshWish } from './config.ts';
import { fingerprint, hostName, keyType, knownHosts } from './known-hosts.ts';
import type { AskPerson, DownReason, Secrets } from './remote.ts';

export interface DialDeps {
  readonly place: ConfigPlace;
  readonly ask: AskPerson;
  readonly secrets: Secrets;
  readonly signal: AbortSignal;
  /** What is being done, for people. */
  readonly step: (text: string) => void;
  readonly deadlines?: Partial<Deadlines>;
}

export interface Deadlines {
  /** Milliseconds for a TCP connection to stand. */
  readonly connect: number;
  /** Milliseconds that the other side may take for each step after that; questions to a person do not count. */
  readonly step: number;
}

export interface Dialled {
  readonly client: Client;
  readonly target: SshTarget;
  /** The server's software, as it names itself. */
  readonly server: string;
  /** Ends the connection and those that it goes through. */
  end(): void;
}

const DEADLINES: Deadlines = { connect: 4000, step: 12_000 };
const MOST_JUMPS = 8;
const PROXY_STDERR = 2000;

/** A failure with the reason that decides whether it is worth trying again. */
export const failed = (
  code: 'unreachable' | 'timeout' | 'refused' | 'invalid',
  reason: DownReason,
  message: string,
  cause?: unknown,
): Fault => new Fault(code, message, { reason }, cause);

/** Faults carry `data.reason`, a DownReason. */
export async function dial(wish: SshWish, deps: DialDeps, depth = 0): Promise<Dialled> {
  if (depth > MOST_JUMPS) throw failed('invalid', 'config', 'There are too many jump hosts, or they lead in a circle.');
  const target = await resolveTarget(wish, deps.place).catch((error: unknown) => {
    throw failed('invalid', 'config', error instanceof Error ? error.message : String(error), error);
  });
  const deadlines = { ...DEADLINES, ...deps.deadlines };
  const under: (() => void)[] = [];
  const endAll = (): void => {
    for (const end of under.splice(0).reverse()) end();
  };
  try {
    const sock = await way(target, deps, deadlines, depth, under);
    deps.signal.throwIfAborted();
    const { client, server } = await handshake(target, sock, deps, deadlines);
    under.push(() => client.destroy());
    return { client, target, server, end: endAll };
  } catch (error) {
    endAll();
    throw error;
  }
}

/** A stream to the server's port. What it goes through is added to `under`. */
async function way(
  target: SshTarget,
  deps: DialDeps,
  deadlines: Deadlines,
  depth: number,
  under: (() => void)[],
): Promise<Duplex> {
  const where = `${target.host}:${target.port}`;
  if (target.jumps.length > 0) {
    let before: Dialled | null = null;
    for (const [i, jump] of target.jumps.entries()) {
      deps.step(`through ${jump.host}`);
      // Each one is reached through the one before it; only the first may have a way of its own.
      const next: Dialled = before === null ? await dial(jump, deps, depth + 1) : await through(before, jump, deps);
      under.push(next.end);
      before = next;
      if (i === target.jumps.length - 1) return forward(next, target.host, target.port, deadlines.step);
    }
  }
  if (target.proxyCommand !== null) {
    deps.step('through the ProxyCommand');
    return proxy(target.proxyCommand, where, under);
  }
  deps.step(`to ${where}`);
  return tcp(target.host, target.port, where, deadlines.connect, deps.signal);
}

async function through(before: Dialled, jump: SshWish, deps: DialDeps): Promise<Dialled> {
  const target = await resolveTarget(jump, deps.place);
  const deadlines = { ...DEADLINES, ...deps.deadlines };
  const sock = await forward(before, target.host, target.port, deadlines.step);
  const { client, server } = await handshake(target, sock, deps, deadlines);
  return { client, target, server, end: () => client.destroy() };
}

function forward(jump: Dialled, host: string, port: number, ms: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(failed('timeout', 'network', `${jump.target.alias} did not connect on to ${host}:${port}.`)),
      ms,
    );
    jump.client.forwardOut('127.0.0.1', 0, host, port, (error, stream) => {
      clearTimeout(late);
      if (error)
        reject(
          failed(
            'unreachable',
            'network',
            `${jump.target.alias} cannot connect on to ${host}:${port}: ${error.message}.`,
            error,
          ),
        );
      else resolve(stream);
    });
  });
}

function tcp(host: string, port: number, where: string, ms: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host, port, noDelay: true });
    const finish = (settle: () => void): void => {
      clearTimeout(late);
      signal.removeEventListener('abort', stop);
      socket.removeAllListeners('error');
      // Somebody always listens: an error after a failure would end the process.
      socket.on('error', () => undefined);
      settle();
    };
    const fail = (fault: Fault): void =>
      finish(() => {
        socket.destroy();
        reject(fault);
      });
    const stop = (): void => fail(failed('unreachable', 'closed', 'The connection was called off.'));
    // Names that take long to look up are in here too.
    const late = setTimeout(
      () => fail(failed('timeout', 'network', `${where} does not answer (no connection within ${ms / 1000} s).`)),
      ms,
    );
    signal.addEventListener('abort', stop, { once: true });
    socket.once('connect', () => finish(() => resolve(socket)));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      fail(failed('unreachable', 'network', `${where} cannot be reached: ${inWords(error)}.`, error)),
    );
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
function proxy(command: string, where: string, under: (() => void)[]): Duplex {
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

function handshake(
  target: SshTarget,
  sock: Duplex,
  deps: DialDeps,
  deadlines: Deadlines,
): Promise<{ client: Client; server: string }> {
  const { alias } = target;
  const name = hostName(target.keyAlias ?? target.host, target.keyAlias === null ? target.port : 22);
  const known = knownHosts(target.knownHosts, name);
  const client = new Client();
  return new Promise((resolve, reject) => {
    let settled = false;
    let late: NodeJS.Timeout | undefined;
    let doing = 'say hello';
    const wait = (): void => {
      clearTimeout(late);
      late = setTimeout(
        () =>
          fail(
            failed(
              'timeout',
              'network',
              `${alias} takes connections but did not ${doing} within ${deadlines.step / 1000} s.`,
            ),
          ),
        deadlines.step,
      );
    };
    const finish = (settle: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(late);
      deps.signal.removeEventListener('abort', stop);
      settle();
    };
    const fail = (fault: Fault): void =>
      finish(() => {
        client.destroy();
        sock.destroy();
        reject(fault);
      });
    const stop = (): void => fail(failed('unreachable', 'closed', 'The connection was called off.'));
    /** A person takes as long as a person takes: the clock stands meanwhile. */
    const ask: AskPerson = async (question) => {
      clearTimeout(late);
      const answers = await deps.ask(question);
      if (!settled) wait();
      return answers;
    };
    const chain = createAuthChain(target, { ask, secrets: deps.secrets, giveUp: fail });
    const authHandler = (
      left: readonly AuthenticationType[] | null,
      _partial: boolean,
      next: (method: Parameters<NextAuthHandler>[0] | false) => void,
    ): void => {
      doing = 'answer';
      wait();
      chain.next(left).then(
        (method) => {
          if (settled) return;
          if (method) next(method);
          else fail(notLetIn(target, chain.tried, left ?? []));
        },
        (error: unknown) => fail(isFault(error) ? error : notLetIn(target, chain.tried, left ?? [])),
      );
    };
    const verify = async (key: Buffer): Promise<boolean> => {
      const type = keyType(key);
      const print = fingerprint(key);
      const answer = await known.look(key);
      if (answer.kind === 'known') return true;
      if (answer.kind !== 'unknown') {
        const how = `ssh-keygen -R '${name}' -f '${answer.file}'`;
        fail(
          failed(
            'refused',
            'host-key',
            answer.kind === 'revoked'
              ? `The key of ${name} is marked as revoked in ${answer.file}, line ${answer.line}: nothing was sent to it.`
              : `The host key of ${name} has CHANGED: it shows ${type} ${print}, but ${answer.file}, line ${answer.line}, has another ${answer.type} key. Somebody may be in between, or the machine was set up anew. Nothing was sent to it. If you know that it is right: ${how}`,
          ),
        );
        return false;
      }
      if (!target.acceptNew) {
        const yes = await ask({
          kind: 'host-key',
          title: `First contact with ${name}`,
          text: `Nothing is known of this machine yet. Its ${type.replace(/^ssh-/, '')} key has this fingerprint; compare it with what its owner tells you.`,
          prompts: [],
          fingerprint: print,
        });
        if (yes === null) {
          fail(failed('refused', 'unanswered', `The key of ${name} was not confirmed, so nothing was sent to it.`));
          return false;
        }
      }
      await known.remember(key).catch((error: unknown) => {
        fail(failed('refused', 'config', `The key of ${name} could not be written down: ${String(error)}`, error));
      });
      return !settled;
    };

    deps.signal.addEventListener('abort', stop, { once: true });
    client.on('ready', () => {
      // Named by the server itself: shown, never believed.
      const server = '_remoteVer' in client ? String(client._remoteVer).slice(0, 100) : '';
      finish(() => resolve({ client, server }));
    });
    client.on('error', (error: Error & { level?: string }) =>
      fail(
        isFault(error)
          ? error
          : error.level === 'client-authentication'
            ? notLetIn(target, chain.tried, [])
            : failed('unreachable', 'network', `${alias}: ${error.message}.`, error),
      ),
    );
    client.on('close', () =>
      fail(
        chain.asked
          ? failed('unreachable', 'unanswered', `${alias} ended the connection while it waited for an answer.`)
          : failed('unreachable', 'network', `${alias} closed the connection before anybody could log in.`),
      ),
    );
    client.on('handshake', () => {
      doing = 'let us log in';
      wait();
    });
    sock.on('error', (error: Error) =>
      fail(isFault(error) ? error : failed('unreachable', 'network', `${alias}: ${error.message}.`, error)),
    );
    wait();
    known
      .types()
      .then((types) => {
        if (settled) return;
        const config: ConnectConfig = {
          sock,
          username: target.user,
          // Our own deadlines: this one would count the time in which a person thinks.
          readyTimeout: 0,
          keepaliveInterval: 0,
          hostVerifier: (key: Buffer, done: (ok: boolean) => void) => {
            verify(key).then(done, (error: unknown) => fail(failed('refused', 'config', String(error), error)));
          },
          // With a null first, which the types do not know.
          authHandler: authHandler as NonNullable<ConnectConfig['authHandler']>,
          ...preferring(types),
        };
        client.connect(config);
      })
      .catch((error: unknown) => fail(failed('invalid', 'config', String(error), error)));
  });
}

/** Key types that are known of this host go first, so that it shows the key that can be recognised. */
function preferring(types: readonly string[]): Pick<ConnectConfig, 'algorithms'> {
  const order = [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ] as const;
  const wanted = new Set(types.flatMap((type) => (type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type])));
  if (wanted.size === 0) return {};
  const first = order.filter((each) => wanted.has(each));
  return { algorithms: { serverHostKey: [...first, ...order.filter((each) => !wanted.has(each))] } };
}

function notLetIn(target: SshTarget, tried: readonly string[], left: readonly string[]): Fault {
  const what = tried.length > 0 ? tried.join('; ') : 'nothing, as there is no key, agent or password to try';
  const allowed = left.length > 0 ? ` It takes: ${left.join(', ')}.` : '';
  return failed(
    'refused',
    'auth',
    `${target.alias} does not let ${target.user} in. Tried: ${what}.${allowed} Check the user, or add your key to its authorized_keys.`,
  );
}
