/** HTTP: every call of the contract that has an HTTP form as a route, the few routes beside it, and the web app. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { Fault } from '../../shared/fault.ts';
import { NO_PAGE_CSP } from '../../shared/page-policy.ts';
import type { Ask, Asked, Principal } from '../kernel/handlers.ts';
import { admit } from './authorise.ts';
import { readJson } from './body.ts';
import type { Core } from './core.ts';
import { eventStream } from './events.ts';
import { identify, writeCookie } from './identify.ts';
import { faultOf, invoke, looksAtNodes } from './invoke.ts';
import { apiPage, openApi, plainPage } from './openapi.ts';
import { checkOrigin, checkTarget, type Names, type Provenance } from './origin.ts';
import type { Registry } from './registry.ts';
import { type CallRoute, callRoutes, mediaOf, OWN_ROUTES, type OwnRoute, readQuery } from './routes.ts';
import { newNonce, plainCsp, SECURITY_HEADERS, webFile } from './web.ts';

interface Bindings {
  incoming: IncomingMessage;
  from: Provenance;
}
type Ctx = Context<{ Bindings: Bindings }>;

export interface HttpOptions {
  readonly core: Core;
  readonly registry: Registry;
  readonly names: () => Names;
  /** Folder of the built web app. */
  readonly web?: string;
  readonly pingMs?: number;
}

/** Paths that are never pages of the app. */
const RESERVED = /^\/(?:api|wire|ws|health|hooks|mcp)(?:\/|$)/;

export function createHttp({ core, registry, names, web, pingMs }: HttpOptions) {
  const app = new Hono<{ Bindings: Bindings }>();
  const addressOf = (c: Ctx) => c.env.incoming.socket.remoteAddress ?? 'unknown';

  const answer = (body: string, status: number, type: string, extra: Record<string, string> = {}) =>
    new Response(body, {
      status,
      headers: {
        ...SECURITY_HEADERS,
        'content-security-policy': NO_PAGE_CSP,
        'cache-control': 'no-store',
        'content-type': type,
        ...extra,
      },
    });
  const json = (body: unknown, status: number, extra?: Record<string, string>) =>
    answer(JSON.stringify(body ?? {}), status, 'application/json; charset=utf-8', extra);
  const refuse = (error: unknown, doing: string, extra: Record<string, string> = {}) => {
    const fault = faultOf(core, error, doing);
    return json({ error: fault.toJSON() }, fault.status, {
      ...(fault.code === 'unauthorized' ? { 'www-authenticate': 'Bearer' } : {}),
      // What is left of a body that was too large is not worth waiting for.
      ...(fault.code === 'too-large' ? { connection: 'close' } : {}),
      ...extra,
    });
  };

  const identified = async (c: Ctx) => {
    const { incoming, from } = c.env;
    const changes = incoming.method === 'GET' || incoming.method === 'HEAD' ? 'no' : 'yes';
    return identify(core, incoming.headers, addressOf(c), from, changes);
  };

  /** The request, as what can be cut when the token is revoked. */
  async function under<T>(c: Ctx, who: Principal | null, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (!who) return work(c.req.raw.signal);
    const cut = new AbortController();
    const leave = registry.request(who, (_code, reason) => cut.abort(new Fault('unauthorized', reason)));
    try {
      return await work(AbortSignal.any([c.req.raw.signal, cut.signal]));
    } finally {
      leave();
    }
  }

  async function serveCall(c: Ctx, route: CallRoute): Promise<Response> {
    const { def, http, name } = route;
    // Public routes do not look at credentials: a stale cookie must not keep anybody from signing in.
    const { who, via } = def.scope === 'public' ? { who: null, via: 'none' } : await identified(c);
    // Before the body is read: what is refused anyway is not waited for.
    admit(def, who, looksAtNodes(core, def));
    const given = route.query
      ? readQuery(new URL(c.req.url).searchParams, route)
      : await readJson(c.env.incoming, route.bodyLimit);
    if (via === 'cookie' && !route.query && Object.keys(given).length > 0 && !isJson(c.env.incoming)) {
      throw new Fault('invalid', 'send `Content-Type: application/json`');
    }
    for (const segment of route.segments) {
      const value = c.req.param(segment) ?? '';
      // `PATCH {"name":"new"}` is how REST renames: here it has a word of its own.
      if (segment === 'name' && 'rename' in route.properties && !Object.hasOwn(given, 'rename')) {
        if (Object.hasOwn(given, 'name') && given['name'] !== value) given['rename'] = given['name'];
        delete given['name'];
      }
      if (Object.hasOwn(given, segment) && given[segment] !== value) {
        throw new Fault('invalid', `${segment}: it is given in the path, and differently beside it`);
      }
      given[segment] = value;
    }
    return under(c, who, async (signal) => {
      const ask: Ask = { who, address: addressOf(c), signal };
      const { input, output } = await invoke(core, name, given, ask);
      const extra =
        ask.cookie === undefined
          ? undefined
          : { 'set-cookie': writeCookie(ask.cookie, c.env.from.secure, ask.cookieMaxAge) };
      if (http.as === 'text' && !wantsJson(c) && formatOf(input) !== 'json') {
        return answer(
          String((output as { text: unknown }).text),
          http.status ?? 200,
          `${mediaOf(http, input)}; charset=utf-8`,
          extra,
        );
      }
      return json(output, http.status ?? 200, extra);
    });
  }

  for (const route of callRoutes) {
    app.on(route.http.method, route.http.path, async (c) => {
      try {
        return await serveCall(c, route);
      } catch (error) {
        return refuse(error, route.name);
      }
    });
  }

  const own = (route: OwnRoute, serve: (c: Ctx, who: Principal) => Response | Promise<Response>) =>
    app.get(route.path, async (c) => {
      try {
        const { who } = await identified(c);
        const guarded = { scope: route.scope === 'token' ? ('public' as const) : route.scope, limited: route.limited };
        admit(guarded, who, route === OWN_ROUTES.events && core.looksAtNodes?.('hub.events') === true);
        if (!who) throw new Fault('unauthorized', 'this needs a token: send `Authorization: Bearer TOKEN`');
        return await serve(c, who);
      } catch (error) {
        return refuse(error, route.path);
      }
    });
  own(OWN_ROUTES.page, () => {
    const nonce = newNonce();
    return answer(apiPage(core.version, nonce), 200, 'text/html; charset=utf-8', {
      'content-security-policy': plainCsp(nonce),
    });
  });
  own(OWN_ROUTES.openapi, () => json(openApi(core.version), 200));
  own(OWN_ROUTES.events, (c, who) => {
    // Nobody would read the stream that a HEAD request gets.
    if (c.env.incoming.method === 'HEAD') return answer('', 200, 'text/event-stream; charset=utf-8');
    const cut = new AbortController();
    const leave = registry.socket(who, () => cut.abort());
    const ask: Asked = { who, address: addressOf(c), signal: AbortSignal.any([c.req.raw.signal, cut.signal]) };
    const last = c.req.header('last-event-id');
    try {
      const stream = eventStream(core, ask, last && /^\d{1,15}$/.test(last) ? Number(last) : null, leave, {
        ...(pingMs === undefined ? {} : { pingMs }),
      });
      return new Response(stream, {
        headers: {
          ...SECURITY_HEADERS,
          'content-security-policy': NO_PAGE_CSP,
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store',
          // Proxies must not collect it first.
          'x-accel-buffering': 'no',
        },
      });
    } catch (error) {
      leave();
      throw error;
    }
  });

  // Registered last, so that a known path with another method says so, and an unknown one that it is unknown.
  const methods = new Map<string, string[]>();
  for (const { http } of callRoutes) methods.set(http.path, [...(methods.get(http.path) ?? []), http.method]);
  for (const { path, method } of Object.values(OWN_ROUTES)) if (method === 'GET') methods.set(path, ['GET']);
  for (const [path, allowed] of methods) {
    app.all(path, (c) => {
      const allow = allowed.includes('GET') ? [...allowed, 'HEAD'] : allowed;
      const fault = new Fault('unsupported', `${c.req.method} is not a method of ${path}; it has ${allow.join(', ')}`);
      return json({ error: fault.toJSON() }, 405, { allow: allow.join(', ') });
    });
  }

  app.notFound(async (c) => {
    const { path, method } = c.req;
    if (/^\/(?:wire|ws\/sessions\/[^/]+)$/.test(path)) {
      return json({ error: new Fault('invalid', `${path} is a WebSocket`).toJSON() }, 426, { upgrade: 'websocket' });
    }
    if (RESERVED.test(path) || (method !== 'GET' && method !== 'HEAD')) {
      return refuse(
        new Fault('not-found', `there is no ${method} ${path.slice(0, 200)}; /api lists what there is`),
        path,
      );
    }
    try {
      const host = c.env.incoming.headers.host ?? '';
      const found = web === undefined ? null : await webFile(web, path, host, c.req.header('if-none-match'));
      if (found) return new Response(found.status === 304 ? null : found.body, found);
      if (path !== '/') return refuse(new Fault('not-found', `there is nothing at ${path.slice(0, 200)}`), path);
      const nonce = newNonce();
      const page = plainPage(
        'Quarterdeck',
        '<h1>Quarterdeck</h1><p>The hub is running. The web app is not built: run <code>npm run build</code>.</p>',
        nonce,
      );
      return answer(page, 200, 'text/html; charset=utf-8', { 'content-security-policy': plainCsp(nonce) });
    } catch (error) {
      return refuse(error, path);
    }
  });
  app.onError((error, c) => refuse(error, c.req.path));

  const listener = getRequestListener(
    (request, env) => {
      const { incoming } = env as { incoming: IncomingMessage };
      try {
        checkTarget(incoming.url ?? '');
        const from = checkOrigin(incoming.headers, names());
        return app.fetch(request, { incoming, from });
      } catch (error) {
        return refuse(error, 'a request');
      }
    },
    {
      // The core's own Request and Response stay what they are.
      overrideGlobalObjects: false,
      errorHandler: () => refuse(new Fault('invalid', 'the address of the request is malformed'), 'a request'),
    },
  );
  return (incoming: IncomingMessage, outgoing: ServerResponse): void => void listener(incoming, outgoing);
}

const isJson = ({ headers }: IncomingMessage) =>
  /^application\/(?:[\w.+-]+\+)?json\b/i.test(headers['content-type'] ?? '');
const wantsJson = (c: Ctx) => /\bapplication\/json\b/i.test(c.req.header('accept') ?? '');
const formatOf = (input: unknown) =>
  input !== null && typeof input === 'object' && 'format' in input ? input.format : undefined;
