/** One attempt to connect: the way there (jump hosts, a command), the host's key, then who one is. Everything has a deadline. */
import type { Duplex } from 'node:stream';
import { type AuthenticationType, Client, type ConnectConfig, type NextAuthHandler } from 'ssh2';
import { type Fault, isFault } from '../../../shared/fault.ts';
import type { Clock } from '../../kernel/clock.ts';
import { createAuthChain } from './auth.ts';
import { type ConfigPlace, resolveTarget, type SshTarget, type SshWish } from './config.ts';
import { fingerprint, hostName, keyType, knownHosts } from './known-hosts.ts';
import type { AskPerson, Secrets } from './remote.ts';
import { failed, proxy, tcp } from './sockets.ts';

export interface DialDeps {
  readonly place: ConfigPlace;
  readonly ask: AskPerson;
  readonly secrets: Secrets;
  readonly signal: AbortSignal;
  /** What is being done, for people. */
  readonly step: (text: string) => void;
  readonly deadlines: Deadlines & {
    /** As `step`, until a person is asked something: what a try that is worth another one may take. */
    readonly quick: number;
  };
  readonly after: Clock['after'];
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

export const DEADLINES: Deadlines = { connect: 4000, step: 12_000 };
const MOST_JUMPS = 8;
/** A server that is ending may take a connection and never say a word: after so long another is begun beside it, twice at most. */
const SILENT_MS = 1500;
const MOST_BESIDE = 3;

/** Faults carry `data.reason`, a DownReason. */
export async function dial(wish: SshWish, deps: DialDeps, depth = 0): Promise<Dialled> {
  if (depth > MOST_JUMPS) throw failed('invalid', 'config', 'There are too many jump hosts, or they lead in a circle.');
  const target = await resolveTarget(wish, deps.place).catch((error: unknown) => {
    throw failed('invalid', 'config', error instanceof Error ? error.message : String(error), error);
  });
  const under: (() => void)[] = [];
  const endAll = (): void => {
    for (const end of under.splice(0).reverse()) end();
  };
  try {
    const sock = await way(target, deps, depth, under);
    deps.signal.throwIfAborted();
    const { client, server, end } = sock ? await handshake(target, sock, deps) : await direct(target, deps);
    under.push(end);
    return { client, target, server, end: endAll };
  } catch (error) {
    endAll();
    throw error;
  }
}

/** A stream to the server's port; null where nothing stands in between. What it goes through is added to `under`. */
async function way(target: SshTarget, deps: DialDeps, depth: number, under: (() => void)[]): Promise<Duplex | null> {
  const where = `${target.host}:${target.port}`;
  if (target.jumps.length > 0) {
    let before: Dialled | null = null;
    for (const [i, jump] of target.jumps.entries()) {
      deps.step(`through ${jump.host}`);
      // Each one is reached through the one before it; only the first may have a way of its own.
      const next: Dialled = before === null ? await dial(jump, deps, depth + 1) : await through(before, jump, deps);
      under.push(next.end);
      before = next;
      if (i === target.jumps.length - 1) return forward(next, target, deps);
    }
  }
  if (target.proxyCommand !== null) {
    deps.step('through the ProxyCommand');
    return proxy(target.proxyCommand, where, under);
  }
  deps.step(`to ${where}`);
  return null;
}

/** Of connections begun beside each other the first that shows its host's key is gone on with. */
function direct(target: SshTarget, deps: DialDeps): Promise<Stood> {
  const stops: AbortController[] = [];
  let gone: AbortController | null = null;
  let left = 0;
  let cancel = (): void => undefined;
  const stopBut = (one: AbortController | null): void => {
    cancel();
    for (const each of stops) if (each !== one) each.abort();
  };
  return new Promise((resolve, reject) => {
    const begin = (): void => {
      const stop = new AbortController();
      stops.push(stop);
      left += 1;
      const own = { ...deps, signal: AbortSignal.any([deps.signal, stop.signal]) };
      const claim = (): boolean => {
        if (gone === null) {
          gone = stop;
          stopBut(stop);
        }
        return gone === stop;
      };
      const run = async (): Promise<Stood> => {
        const sock = await tcp(target.host, target.port, {
          signal: own.signal,
          after: deps.after,
          ms: deps.deadlines.connect,
        });
        const nth = stops.length;
        if (nth < MOST_BESIDE)
          cancel = deps.after(SILENT_MS * nth, () => gone === null && sock.bytesRead === 0 && begin());
        return handshake(target, sock, own, claim);
      };
      run().then(resolve, (error: unknown) => {
        left -= 1;
        // Another goes on, unless as much time as one may take has passed.
        if (gone === null ? left > 0 && !isFault(error, 'timeout') : gone !== stop) return;
        stopBut(null);
        reject(error);
      });
    };
    begin();
  });
}

async function through(before: Dialled, jump: SshWish, deps: DialDeps): Promise<Dialled> {
  const target = await resolveTarget(jump, deps.place);
  const sock = await forward(before, target, deps);
  return { target, ...(await handshake(target, sock, deps)) };
}

function forward(jump: Dialled, { host, port }: SshTarget, { after, deadlines }: DialDeps): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const inTime = after(deadlines.quick, () =>
      reject(failed('timeout', 'network', `${jump.target.alias} did not connect on to ${host}:${port}.`)),
    );
    jump.client.forwardOut('127.0.0.1', 0, host, port, (error, stream) => {
      inTime();
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

type Stood = Pick<Dialled, 'client' | 'server' | 'end'>;

/** `claim` tells, once there is a key to be looked at, whether this one is still wanted. */
function handshake(target: SshTarget, sock: Duplex, deps: DialDeps, claim: () => boolean = () => true): Promise<Stood> {
  const { alias } = target;
  const name = hostName(target.keyAlias ?? target.host, target.keyAlias === null ? target.port : 22);
  const known = knownHosts(target.knownHosts, name);
  const client = new Client();
  return new Promise((resolve, reject) => {
    let settled = false;
    let inTime = (): void => undefined;
    let doing = 'say hello';
    let ms = deps.deadlines.quick;
    const wait = (): void => {
      inTime();
      const within = `within ${Math.round(ms / 100) / 10} s`;
      inTime = deps.after(ms, () =>
        fail(failed('timeout', 'network', `${alias} takes connections but did not ${doing} ${within}.`)),
      );
    };
    const finish = (settle: () => void): void => {
      if (settled) return;
      settled = true;
      inTime();
      deps.signal.removeEventListener('abort', stop);
      settle();
    };
    const end = (): void => {
      client.destroy();
      // The client leaves a socket alone that it has ended on its side already.
      sock.destroy();
    };
    const fail = (fault: Fault): void =>
      finish(() => {
        end();
        reject(fault);
      });
    const stop = (): void => fail(failed('unreachable', 'closed', 'The connection was called off.'));
    /** A person takes as long as a person takes: the clock stands meanwhile. */
    const ask: AskPerson = async (question) => {
      inTime();
      // What the person does is not to be done again.
      ms = deps.deadlines.step;
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
      if (!claim()) return false;
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
      finish(() => resolve({ client, server, end }));
    });
    client.on('error', (error: Error & { level?: string }) =>
      fail(
        isFault(error)
          ? error
          : error.level === 'client-authentication'
            ? notLetIn(target, chain.tried, [])
            : failed('unreachable', 'network', `${alias}: ${inWords(error.message)}.`, error),
      ),
    );
    const ended = (): void =>
      fail(
        chain.asked
          ? failed('unreachable', 'unanswered', `${alias} ended the connection while it waited for an answer.`)
          : failed('unreachable', 'network', `${alias} closed the connection before anybody could log in.`),
      );
    client.on('close', ended);
    // The client hears only of what ends once it has begun, and before that files are read: a server that closes at once, as
    // one in front of a machine does whose sshd is down, would be waited for in vain.
    sock.on('close', ended);
    if (sock.destroyed) ended();
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

/** OpenSSH takes larger packets than SSH demands, and sends a login banner in one. */
const inWords = (message: string): string =>
  /Bad packet length/.test(message)
    ? 'it sends more in one packet than SSH demands to be taken (35,000 bytes); where that is its login banner, shorten it (Banner in its sshd_config)'
    : message;

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
