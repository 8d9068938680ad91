/** A core for tests of the gateway: every call answers what it was asked, feeds are live collections, terminals echo. */
import { entries } from '../../../shared/contract/contract.ts';
import { SCOPES, type Scope } from '../../../shared/contract/define.ts';
import type { HubEvent } from '../../../shared/contract/hub.ts';
import { Fault } from '../../../shared/fault.ts';
import { createBus } from '../../kernel/bus.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { Asked, Handlers, PipeEnd, PipeSink, Principal } from '../../kernel/handlers.ts';
import { createLive } from '../../kernel/live.ts';
import type { Core } from '../core.ts';
import { createGateway, type GatewayOptions } from '../gateway.ts';

export const principal = (
  tokenId: string,
  scopes: readonly Scope[],
  sessions: readonly string[] | null = null,
): Principal => ({
  user: 'ann',
  tokenId,
  via: 'token',
  scopes: new Set(scopes),
  sessions: sessions && new Set(sessions),
});

export interface OpenTerminal {
  readonly params: Record<string, unknown>;
  readonly sink: PipeSink;
  readonly heard: Uint8Array[];
  readonly controls: unknown[];
  closed: boolean;
}

/** Secrets are the token ids: `admin`, `reader`, `limited` (session s_1 only), and whatever a test adds. */
export function createFakeCore() {
  const principals = new Map<string, Principal>([
    ['admin', principal('admin', ['admin'])],
    ['reader', principal('reader', ['read'])],
    ['limited', principal('limited', SCOPES, ['s_1'])],
  ]);
  const asked: { name: string; input: unknown; ask: Asked }[] = [];
  const logged: { level: string; message: string; data?: Record<string, unknown> }[] = [];
  const terminals: OpenTerminal[] = [];
  const events = createLive<HubEvent>({ key: (e) => e.id, history: 100, limit: 1000 });
  const rows = createLive<{ id: string; text: string }>({ key: (r) => r.id, history: 20 });
  const bus = createBus((error) => {
    throw error;
  });
  /** Answers by name instead of the echo. */
  const answers = new Map<string, (input: never, ask: Asked) => unknown>();

  const terminal = async (params: Record<string, unknown>, _ask: Asked, sink: PipeSink): Promise<PipeEnd> => {
    if (params['name'] === 'gone') throw new Fault('not-found', 'there is no session "gone"');
    const it: OpenTerminal = { params, sink, heard: [], controls: [], closed: false };
    terminals.push(it);
    sink.notice({ kind: 'screen', cols: 80, rows: 24, reason: 'open' });
    sink.bytes(new TextEncoder().encode('screen'));
    return {
      bytes: (chunk) => void it.heard.push(Uint8Array.from(chunk)),
      control: (message) => void it.controls.push(message),
      close() {
        it.closed = true;
      },
    };
  };
  const handlers = new Proxy({} as Handlers, {
    get(_target, name) {
      if (typeof name !== 'string') return undefined;
      const own = answers.get(name);
      if (own) return own;
      const def = entries.get(name);
      if (def?.verb === 'feed') {
        return (_params: unknown, ask: Asked) => {
          const live = name === 'hub.events' ? events : rows;
          const only = ask.who.sessions;
          return only ? { live, filter: (row: { id: string | number }) => only.has(String(row.id)) } : { live };
        };
      }
      if (def?.verb === 'pipe') return terminal;
      return (input: unknown, ask: Asked) => {
        asked.push({ name, input, ask });
        return { name, input };
      };
    },
  });
  const core: Core = {
    handlers,
    version: '1.2.3',
    authenticate: (secret) => principals.get(secret) ?? null,
    stillValid: (who) => principals.has(who.tokenId),
    resolveSession(name) {
      if (name === 's_1' || name === 'one') return 's_1';
      if (name === 's_2' || name === 'two') return 's_2';
      if (name === 'amb') throw new Fault('ambiguous', 'one, two');
      return name === 'nobody' ? null : `s_of_${name}`;
    },
    bus,
    clock: systemClock,
    log: (level, message, data) => void logged.push({ level, message, ...(data ? { data } : {}) }),
  };
  return { core, principals, asked, logged, terminals, events, rows, bus, answers };
}

/** A listening gateway over a fake core. */
export async function startGateway(options: Partial<GatewayOptions> = {}, bind: readonly string[] = ['127.0.0.1']) {
  const fake = createFakeCore();
  const gateway = createGateway({ core: fake.core, ...options });
  const listening = await gateway.listen({ port: 0, bind });
  const url = listening.urls.local;
  return {
    ...fake,
    gateway,
    listening,
    url,
    port: listening.port,
    ws: url.replace('http', 'ws'),
    get: (path: string, init: RequestInit & { token?: string } = {}) => {
      const { token = 'admin', headers, ...rest } = init;
      const auth: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
      return fetch(url + path, { ...rest, headers: { ...auth, ...(headers as Record<string, string>) } });
    },
  };
}

/** Waits for a state, looking again after each turn of the loop. */
export async function until(test: () => boolean, what: string, withinMs = 15_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!test()) {
    if (Date.now() > end) throw new Error(`waited ${withinMs} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
