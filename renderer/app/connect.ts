/**
 * Signing in (a cookie, by plain HTTP) and the one wire of this page. The wire reconnects by itself and says so in
 * `useLink`; when the hub refuses the cookie, the page is back at the sign-in.
 */
import { create } from 'zustand';
import type { Me } from '../../shared/contract/auth.ts';
import { PROTOCOL, SCOPES } from '../../shared/contract/define.ts';
import { Fault } from '../../shared/fault.ts';
import { type Client, type ClientState, createClient } from '../../shared/wire/client.ts';
import { webSocketTransport } from '../../shared/wire/transports.ts';
import { DESKTOP, shellPort } from './desktop.ts';
import { deviceName } from './device.ts';

/** `asking`: not known yet; `away`: the hub did not answer at all; `pair`: it came by a code of another screen. */
export type Stage = 'asking' | 'away' | 'setup' | 'login' | 'pair' | 'in';

/** How far this device has come with the code that it was opened by. */
interface PairingHere {
  /** To be compared with the other screen; null until the code was taken. */
  readonly number: string | null;
  readonly user: string | null;
  /** Why it came to nothing. */
  readonly problem: string | null;
}

interface AuthState {
  readonly stage: Stage;
  readonly me: Me | null;
  /** The one-time code of the setup link; null when the page was opened without it. */
  readonly setupCode: string | null;
  /** Why the sign-in shows, when it is not the first thing a person asked for. */
  readonly why: string | null;
  readonly pairing: PairingHere | null;
}
export const useAuth = create<AuthState>(() => ({
  stage: 'asking',
  me: null,
  setupCode: null,
  why: null,
  pairing: null,
}));

interface LinkState {
  readonly state: ClientState;
  readonly problem: string | null;
  /** It was online before: then rows on the screen are those of before, not nothing. */
  readonly before: boolean;
  readonly version: string | null;
}
export const useLink = create<LinkState>(() => ({ state: 'connecting', problem: null, before: false, version: null }));

/** Who was in here last, so that the face opens without the hub and shows what waits to be sent. A name, never a key. */
const LAST = 'quarterdeck.me';
function remember(me: Me | null): void {
  try {
    if (me === null) localStorage.removeItem(LAST);
    else localStorage.setItem(LAST, JSON.stringify(me));
  } catch {
    // Without storage the face opens only with the hub.
  }
}
function remembered(): Me | null {
  try {
    const kept = JSON.parse(localStorage.getItem(LAST) ?? 'null') as Partial<Me> | null;
    // Of an older version, or written by hand: only what this page reads is asked.
    const whole = typeof kept?.user === 'string' && Array.isArray(kept.scopes);
    return whole ? { ...(kept as Me), scopes: SCOPES.filter((scope) => kept.scopes?.includes(scope)) } : null;
  } catch {
    return null;
  }
}

let client: Client | null = null;
/** The old cookie ends before the new one is here: the wire's refusal then means nothing. */
let changing = false;

/** The wire; only screens behind the sign-in ask for it. */
export function wire(): Client {
  if (!client) throw new Fault('unauthorized', 'sign in first');
  return client;
}

/** What went wrong, for a person. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const REQUEST_MS = 15_000;
/** Whoever was in here last is let in from memory after so long without an answer. */
const PATIENCE_MS = 2500;

async function http(
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  body?: unknown,
  within = REQUEST_MS,
): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(within),
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw new Fault(
      'unavailable',
      'The hub does not answer. Is it running, and is this device in its network?',
      {},
      error,
    );
  }
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer;
  throw (
    Fault.read(answer) ??
    Fault.read((answer as { error?: unknown } | null)?.error) ??
    new Fault('internal', `The hub answered ${response.status} ${response.statusText}`)
  );
}

/** The wire of a browser: a WebSocket to where the page came from. */
function overNetwork(): Client {
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return createClient({
    connect: () => webSocketTransport(`${scheme}//${location.host}/wire`),
    protocol: PROTOCOL,
    client: 'web',
    // A refused upgrade looks like a dead network to a browser: plain HTTP tells the difference.
    refused: () =>
      http('GET', '/api/me').then(
        () => null,
        (error: unknown) => (error instanceof Fault && error.code === 'unauthorized' ? error : null),
      ),
  });
}

function enter(me: Me, unproven = false, make: () => Client = overNetwork): void {
  client?.close();
  const mine = make();
  client = mine;
  useLink.setState({ state: mine.state(), problem: null, before: false, version: null });
  mine.onState((state) => {
    if (client !== mine) return;
    useLink.setState((link) => ({
      state,
      problem: mine.problem()?.message ?? null,
      before: link.before || state === 'online',
      version: mine.server()?.version ?? link.version,
    }));
    if (state === 'refused' && !changing) leave(mine.problem()?.message ?? null);
    if (state === 'online' && unproven) {
      unproven = false;
      // Entered from memory: what this person may do is the hub's to say.
      void http('GET', '/api/me').then(
        (now) => {
          if (client !== mine || JSON.stringify(now) === JSON.stringify(me)) return;
          remember(now as Me);
          useAuth.setState({ me: now as Me });
        },
        // A refusal ends the wire too, and that is told there.
        () => undefined,
      );
    }
  });
  remember(me);
  // Last: whoever hears that somebody is in asks for the wire at once.
  useAuth.setState({ stage: 'in', me, setupCode: null, why: null, pairing: null });
}

function leave(why: string | null): void {
  const old = client;
  client = null;
  remember(null);
  useAuth.setState({ stage: 'login', me: null, why });
  old?.close();
}

/** Who sits at the desktop is who owns the core: the shell opens the wire with the token of the lock. */
async function enterDesktop(): Promise<void> {
  const port = await shellPort();
  const me: Me = { user: 'local', scopes: [...SCOPES], via: 'local', sessions: null };
  enter(me, false, () =>
    createClient({
      connect: () => port.connect(),
      protocol: PROTOCOL,
      client: 'desktop',
      // Nothing is overloaded by asking a process of this machine often.
      backoff: { first: 100, max: 2000 },
    }),
  );
}

/** The hub holds an answer back for 20 s, until somebody has compared the numbers. */
const WAIT_MS = 30_000;
/** Milliseconds between tries while the network is away. */
const AGAIN_MS = 1000;
/** By then the hub has long given up. */
const PATIENCE_PAIR_MS = 150_000;

/** Uses a pairing's code, shows its number, and enters when it was confirmed on the other screen. */
async function pairHere(code: string): Promise<void> {
  const tell = (pairing: PairingHere) => useAuth.setState({ stage: 'pair', pairing });
  tell({ number: null, user: null, problem: null });
  try {
    const { claim, number, user } = (await http('POST', '/api/pair', { code, device: deviceName() })) as {
      readonly claim: string;
      readonly number: string;
      readonly user: string;
    };
    tell({ number, user, problem: null });
    const until = performance.now() + PATIENCE_PAIR_MS;
    for (;;) {
      const answer = await http('POST', '/api/pair/wait', { claim }, WAIT_MS).catch(async (error: unknown) => {
        // A phone that sleeps for a moment, or changes its network, asks again.
        if (!(error instanceof Fault) || error.code !== 'unavailable' || performance.now() > until) throw error;
        await new Promise((wake) => setTimeout(wake, AGAIN_MS));
        return { me: null };
      });
      const { me } = answer as { readonly me: Me | null };
      if (me) return enter(me);
    }
  } catch (error) {
    tell({ number: null, user: null, problem: messageOf(error) });
  }
}

/** Finds out where this browser stands. One-time codes are taken out of the address at once: histories keep addresses. */
export async function startAuth(): Promise<void> {
  if (DESKTOP) return enterDesktop();
  const words = new URLSearchParams(location.hash.slice(1));
  const code = words.get('setup');
  const pair = words.get('pair');
  if (code !== null || pair !== null) history.replaceState(null, '', location.pathname + location.search);
  // Asking again after `away` shows nothing else meanwhile.
  useAuth.setState((auth) => ({ stage: auth.stage === 'away' ? 'away' : 'asking', setupCode: code }));
  const last = code === null && pair === null ? remembered() : null;
  const asked = http('GET', '/api/me');
  if (last) {
    const slow = new Promise<'slow'>((resolve) => setTimeout(() => resolve('slow'), PATIENCE_MS));
    // A hub that takes the question and says nothing: what it would refuse is refused to the wire all the same.
    if ((await Promise.race([asked.catch(() => null), slow])) === 'slow') return enter(last, true);
  }
  try {
    enter((await asked) as Me);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'unauthorized') {
      if (last) return enter(last, true);
      useAuth.setState({ stage: 'away', why: messageOf(error) });
      return;
    }
    if (pair !== null) return pairHere(pair);
    try {
      const { needed } = (await http('GET', '/api/setup')) as { needed: boolean };
      useAuth.setState({
        stage: needed ? 'setup' : 'login',
        why: code !== null && !needed ? 'This setup link was used already: sign in.' : null,
      });
    } catch (failure) {
      useAuth.setState({ stage: 'away', why: messageOf(failure) });
    }
  }
}

export async function login(user: string, passphrase: string): Promise<void> {
  enter((await http('POST', '/api/login', { user, passphrase, device: deviceName() })) as Me);
}

export async function setup(code: string, user: string, passphrase: string): Promise<void> {
  const device = deviceName();
  const me = (await http('POST', '/api/setup', { code, user, passphrase, device })) as Me;
  // Whether or not making the first user also signed this browser in, signing in does.
  await http('GET', '/api/me').catch(() => http('POST', '/api/login', { user, passphrase, device }));
  enter(me);
}

/**
 * One's own passphrase, by plain HTTP: the hub ends every token of the user, also this browser's, and only an HTTP answer can
 * bring its new cookie. `current` is asked of everybody but admins.
 */
export async function changePassphrase(passphrase: string, current: string | null): Promise<void> {
  const { me } = useAuth.getState();
  if (!me) throw new Fault('unauthorized', 'sign in first');
  changing = true;
  try {
    await http('PATCH', `/api/users/${encodeURIComponent(me.user)}`, {
      passphrase,
      ...(current === null ? {} : { current }),
    });
  } finally {
    changing = false;
  }
  // Everybody who follows feeds follows them anew, over the wire of the new cookie.
  enter({ ...me });
}

export async function logout(): Promise<void> {
  await http('POST', '/api/logout', {});
  leave(null);
}

export function useCan(scope: Me['scopes'][number]): boolean {
  return useAuth((auth) => auth.me !== null && (auth.me.scopes.includes(scope) || auth.me.scopes.includes('admin')));
}

const wake = () => {
  if (client) client.wake();
  else if (useAuth.getState().stage === 'away') void startAuth();
};
addEventListener('online', wake);
document.addEventListener('visibilitychange', () => !document.hidden && wake());
