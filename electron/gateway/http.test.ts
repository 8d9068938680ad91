import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../shared/fault.ts';
import { callRoutes } from './routes.ts';
import { startGateway } from './testing/fake-core.ts';

let web: string;
let hub: Awaited<ReturnType<typeof startGateway>>;
beforeAll(async () => {
  web = await mkdtemp(join(tmpdir(), 'qd-web-'));
  await mkdir(join(web, 'app', 'assets'), { recursive: true });
  await writeFile(join(web, 'secret.txt'), 'secret');
  const app = join(web, 'app');
  await writeFile(join(app, 'index.html'), '<p>app</p>');
  await writeFile(join(app, 'assets', 'index-DkfT3x9a.js'), 'export {}');
  await writeFile(join(app, 'manifest.webmanifest'), '{}');
  await writeFile(join(app, '.env'), 'A=1');
  await symlink(join(web, 'secret.txt'), join(app, 'link.txt'));
  hub = await startGateway({ web: app, hosts: () => ['deck.example'] });
});
afterAll(async () => {
  await hub.gateway.close();
  await rm(web, { recursive: true });
});

const post = (path: string, body: unknown, more: Record<string, string> = {}) =>
  hub.get(path, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...more },
  });
const raw = (text: string) =>
  new Promise<string>((resolve, reject) => {
    let got = '';
    const socket = connect(hub.port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (d) => {
      got += d;
    });
    socket.on('close', () => resolve(got));
    socket.on('error', reject);
  });

describe('calls', () => {
  it('make their input of path, query and body, with defaults filled in', async () => {
    const got = await (await hub.get('/api/sessions?archived=true')).json();
    expect(got).toEqual({ name: 'sessions.list', input: { archived: true } });
    const wait = await post('/api/prompts/p%2D1/wait', { until: 'idle' });
    expect(await wait.json()).toMatchObject({ input: { id: 'p-1', until: 'idle', timeout: 60 } });
    const start = await post('/api/sessions', { agent: 'claude' });
    expect(start.status).toBe(201);
    expect(hub.asked.at(-1)?.ask.address).toBe('127.0.0.1');
  });
  it('give a limited token the session that was checked, by its id', async () => {
    await hub.get('/api/sessions/one', { token: 'limited' });
    expect(hub.asked.at(-1)?.input).toEqual({ name: 's_1' });
    const refusals = new Set<string>();
    for (const name of ['two', 'amb', 'none']) {
      const got = await hub.get(`/api/sessions/${name}`, { token: 'limited' });
      expect(got.status).toBe(403);
      refusals.add(await got.text());
    }
    // One refusal for all: it does not tell which sessions there are.
    expect(refusals.size).toBe(1);
  });
  it('answer faults with their status, and anything else only by an id', async () => {
    hub.answers.set('hub.info', () => {
      throw new Fault('locked', 'say "hello"\n', { pid: 1 });
    });
    const locked = await hub.get('/api/hub');
    expect(locked.status).toBe(423);
    expect(await locked.json()).toEqual({ error: { code: 'locked', message: 'say "hello"\n', data: { pid: 1 } } });
    hub.answers.set('hub.info', () => {
      throw new Error('the password is hunter2');
    });
    const got = await hub.get('/api/hub');
    const text = await got.text();
    expect(got.status).toBe(500);
    expect(text).not.toContain('hunter2');
    const { id } = JSON.parse(text).error.data;
    expect(hub.logged.find((l) => l.data?.['id'] === id)?.data?.['error']).toContain('hunter2');
    hub.answers.delete('hub.info');
  });
  it('say what is wrong with an input', async () => {
    const got = await post('/api/sessions', { agent: 1, wrong: true });
    expect(got.status).toBe(400);
    const { error } = await got.json();
    expect(error.message).toContain('agent: ');
    expect(error.message).toContain('wrong');
    for (const [body, saying] of [
      ['{"a":', 'not JSON'],
      ['[1]', 'JSON object'],
      ['"x"', 'JSON object'],
      ['null', 'JSON object'],
    ] as const) {
      const bad = await post('/api/sessions', body);
      expect(bad.status).toBe(400);
      expect((await bad.json()).error.message).toContain(saying);
    }
    const bytes = await hub.get('/api/sessions', { method: 'POST', body: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]) });
    expect((await bytes.json()).error.message).toContain('UTF-8');
    const both = await post('/api/sessions/one/keys', { name: 'two', keys: ['Enter'] });
    expect(both.status).toBe(400);
    const proto = await post('/api/sessions', '{"agent":"a","__proto__":{"x":1}}');
    expect(proto.status).toBeLessThan(500);
  });
  it('know their methods, and say which paths there are not', async () => {
    const wrong = await hub.get('/api/sessions', { method: 'PUT' });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('POST, GET, HEAD');
    expect((await wrong.json()).error.code).toBe('unsupported');
    for (const path of ['/api/nothing', '/api/sessions/a/b/c', '/api/', '/hooks/x', '/ws/x']) {
      const got = await hub.get(path);
      expect(got.status, path).toBe(404);
      expect((await got.json()).error.code).toBe('not-found');
    }
    expect((await hub.get('/wire')).status).toBe(426);
    expect((await hub.get('/api/sessions', { method: 'HEAD' })).status).toBe(200);
    expect((await hub.get('/api/events', { method: 'HEAD' })).status).toBe(200);
  });
  it('set and clear the cookie of a browser', async () => {
    hub.answers.set('auth.login', (_input, ask) => {
      ask.cookie = 'admin';
      ask.cookieMaxAge = 3600;
      return {};
    });
    const login = (origin: string, host: string) =>
      new Promise<string>((resolve, reject) => {
        const sent = request(`${hub.url}/api/login`, { method: 'POST', headers: { origin, host } }, (r) => {
          r.resume();
          resolve(String(r.headers['set-cookie']));
        });
        sent.on('error', reject);
        sent.end('{"user":"a","passphrase":"b"}');
      });
    const plain = await login(hub.url, `127.0.0.1:${hub.port}`);
    expect(plain).toMatch(/^qd_session=admin; Max-Age=3600; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(await login('https://deck.example', 'deck.example')).toContain('; Secure');
    hub.answers.set('auth.logout', (_input, ask) => {
      ask.cookie = null;
      return { ok: true };
    });
    const out = await hub.get('/api/logout', {
      method: 'POST',
      token: '',
      headers: { cookie: 'a=b; qd_session=admin', origin: hub.url },
    });
    expect(out.headers.get('set-cookie')).toContain('qd_session=; Max-Age=0');
    hub.answers.clear();
  });
  it('give text with the content type that the contract says', async () => {
    hub.answers.set('board.export', () => ({ text: 'x' }));
    hub.answers.set('board.calendarFeed', () => ({ text: 'x' }));
    for (const [path, type] of [
      ['/api/board/export', 'application/json'],
      ['/api/board/export?as=csv', 'text/csv'],
      ['/api/board/export?as=ical', 'text/calendar'],
      ['/api/board/calendar/secret', 'text/calendar'],
    ] as const) {
      const answer = await hub.get(path);
      expect(answer.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
      expect(await answer.text()).toBe('x');
    }
    expect((await hub.get('/api/board/export?as=constructor')).status).toBe(400);
    hub.answers.clear();
  });
  it('give a screen as text, unless JSON is asked for', async () => {
    hub.answers.set('sessions.screen', () => ({ text: '┌ü┐\n' }));
    const text = await hub.get('/api/sessions/one/screen');
    expect(text.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await text.text()).toBe('┌ü┐\n');
    expect((await hub.get('/api/sessions/one/screen?format=ansi')).headers.get('content-type')).toContain('text/plain');
    for (const [path, accept] of [
      ['?format=json', '*/*'],
      ['', 'application/json'],
    ]) {
      const json = await hub.get(`/api/sessions/one/screen${path}`, { headers: { accept: accept ?? '' } });
      expect(await json.json()).toEqual({ text: '┌ü┐\n' });
    }
    hub.answers.clear();
  });
  it('tell the handler when the caller left', async () => {
    const left = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    hub.answers.set('hub.doctor', (_input, ask) => {
      ask.signal.addEventListener('abort', () => left.resolve());
      begun.resolve();
      return left.promise;
    });
    const stop = new AbortController();
    const asked = hub.get('/api/doctor', { signal: stop.signal });
    await begun.promise;
    stop.abort();
    await expect(asked).rejects.toThrow();
    await left.promise;
    hub.answers.clear();
  });
});

describe('limits', () => {
  it('has room for a prompt of 1 MiB and an upload of 16 MiB, and 2 MB otherwise', async () => {
    const limit = (name: string) => callRoutes.find((r) => r.name === name)?.bodyLimit;
    expect(limit('auth.login')).toBe(2 * 1024 * 1024);
    expect(limit('prompts.enqueue')).toBe(8 * 1024 * 1024);
    expect(limit('sessions.upload')).toBe(34 * 1024 * 1024);
    const prompt = await post('/api/sessions/one/prompts', { text: '\n'.repeat(1_048_576) });
    expect(prompt.status).toBe(202);
  });
  it('refuses a body that is announced too large before it is sent, and one that turns out so', async () => {
    const got = await post('/api/login', JSON.stringify({ user: 'a', passphrase: 'x'.repeat(3_000_000) }));
    expect(got.status).toBe(413);
    expect((await got.json()).error.message).toContain('at most 2 MB');
    const head = await raw(
      `POST /api/login HTTP/1.1\r\nhost: 127.0.0.1:${hub.port}\r\ncontent-length: 1073741824\r\n\r\n{"user":`,
    );
    expect(head).toContain('413');
    // Chunked, so nothing is announced: 1 GB offered, read only until it is too much.
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent >= 1024 ** 3) return controller.close();
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(32));
      },
    });
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit;
    const outcome = await fetch(`${hub.url}/api/login`, init).then(
      (r) => r.status,
      () => 'cut',
    );
    expect([413, 'cut']).toContain(outcome);
    expect(sent).toBeLessThan(200 * 1024 * 1024);
    expect((await hub.get('/health', { token: '' })).status).toBe(200);
  });
  it('answers what is not HTTP, or not a path, with a fault', async () => {
    expect(await raw('GARBAGE\r\n\r\n')).toContain('"code":"invalid"');
    expect(
      await raw(
        `GET http://127.0.0.1:${hub.port}/health HTTP/1.1\r\nhost: 127.0.0.1:${hub.port}\r\nconnection: close\r\n\r\n`,
      ),
    ).toContain('400');
    expect(await raw('GET /health HTTP/1.0\r\n\r\n')).toContain('400');
    expect(await raw(`GET /health HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toContain('431');
  });
});

describe('documents', () => {
  it('describe every route', async () => {
    const doc = await (await hub.get('/api/openapi.json')).json();
    expect(doc.openapi).toBe('3.1.0');
    for (const { http, name, def } of callRoutes) {
      const operation = doc.paths[http.path.replace(/:(\w+)/g, '{$1}')][http.method.toLowerCase()];
      expect(operation.operationId).toBe(name);
      expect(operation['x-scope']).toBe(def.scope);
    }
    const keys = doc.paths['/api/sessions/{name}/keys'].post;
    expect(keys.parameters).toMatchObject([{ name: 'name', in: 'path', required: true }]);
    expect(Object.keys(keys.requestBody.content['application/json'].schema.properties)).toEqual(['keys', 'text']);
    const page = await hub.get('/api');
    const html = await page.text();
    expect(html).toContain('/api/sessions/:name/keys');
    expect(html).not.toContain('<script');
    const nonce = /style nonce="([^"]+)"/.exec(html)?.[1];
    expect(page.headers.get('content-security-policy')).toContain(`style-src 'nonce-${nonce}'`);
  });
});

describe('the web app', () => {
  it('is served with types, caching and a policy that allows nothing inline', async () => {
    const page = await hub.get('/', { token: '' });
    const csp = page.headers.get('content-security-policy') ?? '';
    expect(csp).toContain("style-src 'self';");
    expect(csp).not.toContain('unsafe');
    expect(csp).toContain("script-src 'self';");
    expect(csp).toContain("frame-ancestors 'none'");
    expect(csp).toContain("require-trusted-types-for 'script'");
    const script = await hub.get('/assets/index-DkfT3x9a.js', { token: '' });
    expect(script.headers.get('content-type')).toContain('text/javascript');
    expect(script.headers.get('cache-control')).toContain('immutable');
    const manifest = await hub.get('/manifest.webmanifest', { token: '' });
    expect(manifest.headers.get('content-type')).toContain('application/manifest+json');
    expect(manifest.headers.get('cache-control')).toBe('no-cache');
    const again = await hub.get('/manifest.webmanifest', {
      token: '',
      headers: { 'if-none-match': manifest.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  });
  it('answers paths of the app with the page, and nothing outside the folder', async () => {
    expect(await (await hub.get('/sessions/one', { token: '' })).text()).toContain('<p>app</p>');
    for (const path of [
      '/no.js',
      '/..%2fsecret.txt',
      '/%2e%2e/secret.txt',
      '/link.txt',
      '/.env',
      '/a%00.txt',
      '/%ff',
      '/..%5csecret.txt',
    ]) {
      const got = await hub.get(path, { token: '' });
      expect(got.status, path).toBe(404);
    }
    expect(
      await raw(`GET /../secret.txt HTTP/1.1\r\nhost: 127.0.0.1:${hub.port}\r\nconnection: close\r\n\r\n`),
    ).not.toMatch(/\r\n\r\nsecret/);
  });
  it('says in one page that it is not built', async () => {
    const bare = await startGateway();
    const page = await bare.get('/', { token: '' });
    expect(await page.text()).toContain('not built');
    expect((await bare.get('/x', { token: '' })).status).toBe(404);
    await bare.gateway.close();
  });
  it('puts the same guards on every answer', async () => {
    for (const path of ['/', '/api', '/api/nothing', '/health', '/assets/index-DkfT3x9a.js', '/api/events']) {
      const { headers, body } = await hub.get(path);
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      await body?.cancel();
    }
  });
});
