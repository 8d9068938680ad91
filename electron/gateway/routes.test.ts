/** Every route and upgrade, from the table itself: refused without a token, with a foreign Origin, with a foreign Host. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { entries } from '../../shared/contract/contract.ts';
import { SCOPES } from '../../shared/contract/define.ts';
import { callRoutes, OWN_ROUTES, type OwnRoute } from './routes.ts';
import { principal, startGateway } from './testing/fake-core.ts';

let hub: Awaited<ReturnType<typeof startGateway>>;
beforeAll(async () => {
  hub = await startGateway();
});
afterAll(() => hub.gateway.close());

interface Route {
  readonly method: string;
  readonly path: string;
  readonly scope: string;
  readonly limited: string;
}
const own: readonly OwnRoute[] = Object.values(OWN_ROUTES);
const routes: Route[] = [
  ...callRoutes.map(({ def, http }) => ({
    method: http.method,
    path: http.path.replace(/:\w+/g, 'one'),
    scope: def.scope,
    limited: def.limited ?? 'never',
  })),
  ...own.map((r) => ({ ...r, path: r.path.replace(/:\w+/g, 'one') })),
];

/** Node's own client, because fetch does not let a test lie about Host and Origin. */
function ask(route: Pick<Route, 'method' | 'path'>, headers: Record<string, string>): Promise<number> {
  if (route.method === 'UPGRADE') {
    return new Promise((resolve, reject) => {
      const ws = new WebSocket(hub.ws + route.path, { headers });
      ws.on('open', () => {
        ws.terminate();
        resolve(101);
      });
      ws.on('unexpected-response', (_request, response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      ws.on('error', reject);
    });
  }
  return new Promise((resolve, reject) => {
    const sent = request(hub.url + route.path, { method: route.method, headers }, (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    sent.on('error', reject);
    sent.end();
  });
}
const bearer = { authorization: 'Bearer admin' };

describe.each(routes)('$method $path', (route) => {
  it('refuses a foreign Host, whoever asks', async () => {
    for (const host of [
      'evil.example',
      `evil.example:${hub.port}`,
      '127.0.0.1:1',
      '127.0.0.1',
      'localhost.evil.example',
    ]) {
      expect(await ask(route, { ...bearer, host })).toBe(403);
    }
  });
  it('refuses a foreign Origin, whoever asks', async () => {
    for (const origin of [
      'http://evil.example',
      'null',
      `https://127.0.0.1:${hub.port}`,
      `http://127.0.0.1:${hub.port + 1}`,
      `http://localhost:${hub.port}`,
      `http://127.0.0.1:${hub.port}@evil.example`,
      `http://127.0.0.1:${hub.port}.evil.example`,
    ]) {
      expect(await ask(route, { ...bearer, origin })).toBe(403);
      expect(await ask(route, { cookie: 'qd_session=admin', origin })).toBe(403);
    }
  });
  it('refuses without a token, with a wrong one and with a token in the query', async () => {
    if (route.scope !== 'public') {
      expect(await ask(route, {})).toBe(401);
      expect(await ask(route, { authorization: 'Bearer wrong' })).toBe(401);
      expect(await ask(route, { authorization: 'Basic YWRtaW46YWRtaW4=' })).toBe(401);
      expect(await ask(route, { cookie: 'qd_session=wrong', origin: hub.url })).toBe(401);
    }
    expect(await ask({ ...route, path: `${route.path}?token=admin` }, bearer)).toBe(400);
  });
  it('takes a cookie only from its own page', async () => {
    if (route.scope === 'public') return;
    const cookie = { cookie: 'qd_session=admin' };
    for (const site of ['cross-site', 'same-site']) {
      expect(await ask(route, { ...cookie, 'sec-fetch-site': site })).toBe(403);
      expect(await ask(route, { ...cookie, 'sec-fetch-site': site, origin: hub.url })).toBe(403);
    }
    const changes = !['GET', 'UPGRADE'].includes(route.method);
    if (changes) expect(await ask(route, { ...cookie, 'sec-fetch-site': 'none' })).toBe(403);
    if (route.method === 'UPGRADE') expect(await ask(route, cookie)).toBe(403);
    expect([401, 403]).not.toContain(await ask(route, { ...cookie, origin: `${hub.url.toUpperCase()}/` }));
  });
  it('asks for its scope and no other', async () => {
    if (route.scope === 'public' || route.scope === 'token') return;
    expect(SCOPES).toContain(route.scope);
    for (const scope of SCOPES) {
      hub.principals.set('one-scope', principal('one-scope', [scope]));
      const status = await ask(route, { authorization: 'Bearer one-scope' });
      if (scope === route.scope || scope === 'admin') expect([401, 403]).not.toContain(status);
      else expect(status).toBe(403);
    }
  });
  it('keeps a token limited to other sessions out', async () => {
    if (route.scope === 'public') return;
    hub.principals.set('other', principal('other', SCOPES, ['s_2']));
    hub.principals.set('own', principal('own', SCOPES, ['s_1']));
    const other = await ask(route, { authorization: 'Bearer other' });
    const mine = await ask(route, { authorization: 'Bearer own' });
    if (route.limited === 'never') expect([other, mine]).toEqual([403, 403]);
    else expect(mine).not.toBe(403);
    if (route.limited === 'session') expect([400, 403]).toContain(other);
  });
});

describe('the table', () => {
  it('has every call with an HTTP form once, each with a scope', () => {
    const keys = callRoutes.map(({ http }) => `${http.method} ${http.path.replace(/:\w+/g, ':')}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.length).toBeGreaterThan(40);
    for (const [name, def] of entries) expect([...SCOPES, 'public'], name).toContain(def.scope);
  });
  it('opens only these without a token', () => {
    const open = [...entries].filter(([, def]) => def.scope === 'public').map(([name]) => name);
    expect(open.sort()).toEqual([
      'auth.awaitPairing',
      'auth.claimPairing',
      'auth.login',
      'auth.setup',
      'auth.setupState',
      'board.calendarFeed',
      'fleet.prove',
      'hub.health',
    ]);
  });
  it('names the input of every entry that is limited by session', () => {
    for (const [name, def] of entries) {
      if (def.limited !== 'session') continue;
      const input = def.verb === 'call' ? def.input : def.params;
      expect(input.safeParse({ name: 's' }).error?.issues.some((i) => i.path[0] === 'name') ?? false, name).toBe(false);
      expect(
        input.safeParse({}).error?.issues.some((i) => i.path[0] === 'name'),
        name,
      ).toBe(true);
    }
  });
});
