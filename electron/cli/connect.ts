/**
 * Which hub a command talks to: `--server`, the session's own (QD_URL and QD_TOKEN, given to every agent), a profile, or
 * the one whose lock stands in the data folder; with none running one is started in the background.
 */
import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CallInput, CallName, CallOutput } from '../../shared/contract/contract.ts';
import { entries } from '../../shared/contract/contract.ts';
import { Fault, type FaultShape, isFault } from '../../shared/fault.ts';
import { type Folders, folders } from '../../shared/folders.ts';
import { makeDataFolder, readLock } from '../gateway/lock.ts';
import { hubProgram } from './hub-program.ts';
import { completed } from './prefix.ts';
import { profileInUse } from './profiles.ts';

export interface Where {
  readonly server?: string;
  readonly token?: string;
  readonly data?: string;
  readonly profile?: string;
}

export interface Hub {
  readonly url: string;
  readonly token: string;
  call<N extends CallName>(name: N, input: CallInput<N>, timeoutMs?: number): Promise<CallOutput<N>>;
}

const START_DEADLINE_MS = 20_000;
const CALL_DEADLINE_MS = 60_000;

export const foldersOf = (where: Where): Folders => folders(process.env, homedir(), process.cwd(), where.data);

/** Finds the hub, or starts one. Fault `unreachable` with what to do when neither works. */
export async function findHub(where: Where, options: { readonly start: boolean } = { start: true }): Promise<Hub> {
  if (where.server) {
    const token = where.token ?? process.env['QD_TOKEN'];
    if (!token)
      throw new Fault('invalid', 'with --server a token is needed too: --token T, or QD_TOKEN in the environment');
    return client(where.server, token);
  }
  if (where.data === undefined && where.profile === undefined) {
    const url = process.env['QD_URL'];
    const token = where.token ?? process.env['QD_TOKEN'];
    if (url && token) return client(await addressNow(url), token);
  }
  const paths = foldersOf(where);
  const profile = where.data === undefined ? await profileInUse(paths.config, where.profile) : null;
  if (profile) return client(profile.server, profile.token);
  if (await readLock(paths.data)) {
    const lock = await listeningLock(paths.data, () => false);
    if (lock) return client(lock.url, where.token ?? lock.token);
    throw new Fault('unreachable', `a hub holds ${paths.data} but does not listen; see ${join(paths.data, 'logs')}`);
  }
  if (!options.start)
    throw new Fault('unreachable', `no hub is running for ${paths.data}; start one with: qd hub start`);
  return startHub(paths, where.token);
}

/**
 * Inside a session: the hub that the session was started by may listen elsewhere since, for it takes a free port at each
 * start when told to. The lock of its data folder knows where; the token is the session's own all the same.
 */
async function addressNow(url: string): Promise<string> {
  if (!URL.canParse(url)) return url;
  const answers = await fetch(new URL('/health', url), { signal: AbortSignal.timeout(2000) }).then(
    (response) => response.ok,
    () => false,
  );
  if (answers) return url;
  // QD_EVENTS lies in `events/` of the data folder, which is nowhere else told to a session.
  const events = process.env['QD_EVENTS'];
  const data = process.env['QD_DATA'] || !events ? foldersOf({}).data : dirname(dirname(events));
  return (await readLock(data))?.url || url;
}

/** Starts a hub detached, its output in `hub.out` of the data folder, and waits for its lock. */
export async function startHub(paths: Folders, token?: string): Promise<Hub> {
  await makeDataFolder(paths.data);
  const log = await open(join(paths.data, 'hub.out'), 'w', 0o600);
  try {
    const entry = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../hub.ts' : './hub.js', import.meta.url));
    const [command, ...args] = hubProgram(process, entry, ['--data', paths.data]);
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: hubEnvironment(),
    });
    let ended = false;
    child.on('exit', () => {
      ended = true;
    });
    child.unref();
    const lock = await listeningLock(paths.data, () => ended);
    if (lock) return client(lock.url, token ?? lock.token);
    const said = (await readFile(join(paths.data, 'hub.out'), 'utf8')).trim().split('\n').slice(-8).join('\n');
    throw new Fault('unreachable', `the hub could not be started:\n${said || 'it said nothing within 20 seconds'}`);
  } finally {
    await log.close();
  }
}

/** The lock once its hub listens: the lock is taken first, the address comes later. Null at the deadline, or when `gaveUp`. */
async function listeningLock(data: string, gaveUp: () => boolean): Promise<Awaited<ReturnType<typeof readLock>>> {
  const until = Date.now() + START_DEADLINE_MS;
  while (Date.now() < until && !gaveUp()) {
    const lock = await readLock(data);
    if (lock && lock.url !== '') return lock;
    await new Promise((wake) => setTimeout(wake, 40));
  }
  return null;
}

/** A hub started from within an agent's session must not inherit that session's own identity. */
function hubEnvironment(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of [
    'QD_URL',
    'QD_TOKEN',
    'QD_SESSION',
    'QD_SESSION_NAME',
    'QD_EVENTS',
    'QD_OWNER',
    'QD_AGENT',
    'TMUX',
    'TMUX_PANE',
  ])
    delete env[name];
  return env;
}

function client(server: string, token: string): Hub {
  let base: URL;
  try {
    base = new URL(server);
  } catch (cause) {
    throw new Fault('invalid', `${server} is not a URL: give it as http://host:port`, undefined, cause);
  }
  const url = base.origin;
  const hub: Hub = {
    url,
    token,
    async call(name, input, timeoutMs = CALL_DEADLINE_MS) {
      try {
        return await once(name, input, timeoutMs);
      } catch (error) {
        const wanted = nameIn(name, input);
        if (wanted === null || !isFault(error, 'not-found')) throw error;
        const session = completed(await once('sessions.list', {}, timeoutMs), wanted);
        if (!session) throw error;
        return once(name, { ...(input as object), name: session.id } as CallInput<typeof name>, timeoutMs);
      }
    },
  };
  return hub;

  async function once<N extends CallName>(name: N, input: CallInput<N>, timeoutMs: number): Promise<CallOutput<N>> {
    const def = entries.get(name);
    if (def?.verb !== 'call' || !def.http) throw new Fault('unsupported', `${name} has no HTTP form`);
    const rest: Record<string, unknown> = { ...(input as Record<string, unknown>) };
    const path = def.http.path.replace(/:([a-zA-Z]+)/g, (_, key: string) => {
      const value = String(rest[key]);
      delete rest[key];
      return encodeURIComponent(value);
    });
    const bare = def.http.method === 'GET' || def.http.method === 'DELETE';
    const query = bare
      ? new URLSearchParams(
          Object.entries(rest)
            .filter(([, value]) => value !== undefined)
            .map(([key, value]) => [key, String(value)] as [string, string]),
        ).toString()
      : '';
    return request(`${url}${path}${query ? `?${query}` : ''}`, {
      method: def.http.method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(bare ? {} : { 'content-type': 'application/json' }),
      },
      ...(bare ? {} : { body: JSON.stringify(rest) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
  }
}

/** The session that a call names in its path, as the user wrote it. */
function nameIn(call: CallName, input: unknown): string | null {
  const def = entries.get(call);
  if (def?.verb !== 'call' || !def.http?.path.startsWith('/api/sessions/:name')) return null;
  return input !== null && typeof input === 'object' && 'name' in input && typeof input.name === 'string'
    ? input.name
    : null;
}

async function request<T>(url: string, init: RequestInit): Promise<T> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, init);
    // An answer can be cut, or stop in the middle, as well as never begin.
    text = await response.text();
  } catch (cause) {
    const timedOut = cause instanceof Error && cause.name === 'TimeoutError';
    throw new Fault(
      timedOut ? 'timeout' : 'unreachable',
      timedOut ? 'the hub did not answer in time' : `no hub answers at ${new URL(url).origin}`,
      undefined,
      cause,
    );
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw new Fault(
      'unreachable',
      `${new URL(url).origin} does not answer like a Quarterdeck hub (HTTP ${response.status})`,
      undefined,
      cause,
    );
  }
  if (response.ok) return body as T;
  const error = (body as { error?: FaultShape } | null)?.error;
  throw error ? Fault.from(error) : new Fault('internal', `the hub answered ${response.status}`);
}
