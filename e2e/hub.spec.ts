/** The hub as a process: start, refuse, die, come back. */
import { execFile, spawn } from 'node:child_process';
import { stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { contract } from '../shared/contract/contract.ts';
import type { AnyDef } from '../shared/contract/define.ts';
import type { RestoreReport, Session } from '../shared/contract/sessions.ts';
import { eventually, ROOT, startHub, type TestHub } from './hub.ts';

const run = promisify(execFile);
let hub: TestHub;
test.beforeAll(async () => {
  hub = await startHub();
});
test.afterAll(async () => {
  await hub?.close();
});

/** Starts a second hub that is expected to fail; answers what it said. */
const startAgain = (args: readonly string[], env: Record<string, string> = {}) =>
  run(process.execPath, [join(ROOT, 'dist', 'hub.js'), ...args], { env: { ...hub.env, ...env }, timeout: 20_000 }).then(
    () => ({ code: 0, stderr: '' }),
    (error: { code: number; stderr: string }) => ({ code: error.code, stderr: error.stderr }),
  );

const routes = (): { method: string; path: string; def: AnyDef }[] =>
  Object.values(contract).flatMap((room) =>
    Object.values(room as Record<string, AnyDef>).flatMap((def) =>
      def.verb === 'call' && def.http
        ? [{ method: def.http.method, path: def.http.path.replace(/:[a-z]+/gi, 'x'), def }]
        : [],
    ),
  );

test('every route refuses without a token, with a foreign Origin, with a foreign Host', async () => {
  const token = await hub.token();
  const ask = (method: string, path: string, headers: Record<string, string>) =>
    fetch(`${hub.banner.url}${path}`, {
      method,
      headers: {
        ...headers,
        ...(method === 'GET' || method === 'DELETE' ? {} : { 'content-type': 'application/json' }),
      },
      ...(method === 'GET' || method === 'DELETE' ? {} : { body: '{}' }),
    });
  expect(routes().length).toBeGreaterThan(40);
  for (const { method, path, def } of routes()) {
    const what = `${method} ${path}`;
    if (def.scope !== 'public') {
      expect((await ask(method, path, {})).status, `${what} without a token`).toBe(401);
      expect((await ask(method, path, { authorization: 'Bearer qd_wrong' })).status, `${what} with a wrong token`).toBe(
        401,
      );
    }
    expect(
      (await ask(method, path, { authorization: `Bearer ${token}`, origin: 'http://evil.example' })).status,
      `${what} with a foreign Origin`,
    ).toBe(403);
    // `fetch` sets this header itself.
    const foreign = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { host: 'evil.example', authorization: `Bearer ${token}` };
      request(`${hub.banner.url}${path}`, { method, headers }, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect([403, 421], `${what} with a foreign Host`).toContain(foreign);
  }
});

test('WebSockets refuse the same', async () => {
  const token = await hub.token();
  for (const path of ['/wire', '/ws/sessions/x']) {
    const upgrade = async (headers: readonly string[]) =>
      (
        await run('curl', [
          '-s',
          '-o',
          '/dev/null',
          '-w',
          '%{http_code}',
          '--max-time',
          '20',
          '-H',
          'Connection: Upgrade',
          '-H',
          'Upgrade: websocket',
          '-H',
          'Sec-WebSocket-Version: 13',
          '-H',
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
          ...headers.flatMap((h) => ['-H', h]),
          `${hub.banner.url}${path}`,
        ]).catch((error: { stdout: string }) => error)
      ).stdout;
    expect(await upgrade([]), path).toBe('401');
    expect(await upgrade([`Authorization: Bearer ${token}`, 'Origin: http://evil.example']), path).toBe('403');
    expect(await upgrade([`Authorization: Bearer ${token}`, 'Host: evil.example']), path).toMatch(/^4(03|21)$/);
    expect(await upgrade([`Cookie: qd_session=${token}`]), path).toMatch(/^40[13]$/);
  }
});

test('a second hub on the same folder, a taken port, and a bad option are told apart', async () => {
  const second = await startAgain(['--data', hub.data, '--port', '0']);
  expect(second.code).not.toBe(0);
  expect(second.stderr).toContain(String(hub.banner.pid));
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const taken = await startAgain(['--data', join(hub.dir, 'other'), '--port', String(port)]);
  server.close();
  expect(taken.code).not.toBe(0);
  expect(taken.stderr).toMatch(/taken|in use/i);
  expect(taken.stderr).toContain('--port');
  const bad = await startAgain(['--prot', '1']);
  expect(bad.code).toBe(2);
  expect(bad.stderr).toMatch(/--prot/);
  const file = join(hub.dir, 'a-file');
  await writeFile(file, '');
  const noFolder = await startAgain(['--data', file, '--port', '0']);
  expect(noFolder.code).toBe(2);
  expect(noFolder.stderr).toMatch(/a-file.*--data/);
  // Where nobody can make a folder, however deep it would lie.
  const never = await startAgain(['--data', '/proc/quarterdeck/data', '--port', '0']);
  expect(never.code).toBe(2);
  expect(never.stderr).toMatch(/\/proc\/quarterdeck.*--data/);
  for (const result of [second, taken, bad, noFolder, never]) expect(result.stderr).not.toMatch(/\n\s+at /);
});

test('a data folder written by a newer version is refused and left as it is', async () => {
  const other = await startHub();
  await other.end('SIGTERM');
  const database = join(other.data, 'quarterdeck.db');
  const { default: Database } = await import('better-sqlite3');
  const db = new Database(database);
  db.pragma('user_version = 999990');
  db.close();
  const before = await stat(database);
  const refused = await startAgain(['--data', other.data, '--port', '0']);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toMatch(/newer/);
  expect((await stat(database)).mtimeMs).toBe(before.mtimeMs);
  await other.tmux('kill-server').catch(() => '');
  await other.close();
});

test('state is private to the user', async () => {
  const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
  expect(await mode(hub.data)).toBe('700');
  for (const file of ['hub.lock', 'quarterdeck.db']) expect(await mode(join(hub.data, file)), file).toBe('600');
});

test('SIGTERM ends it within two seconds; agents live on and are found again', async () => {
  await hub.api('POST', '/api/sessions', {
    agent: 'custom',
    name: 'survivor',
    cwd: hub.dir,
    command: 'echo I-LIVE; exec cat',
  });
  const before = await hub.api<Session>('GET', '/api/sessions/survivor');
  const began = Date.now();
  await hub.end('SIGTERM');
  expect(Date.now() - began).toBeLessThan(2000);
  expect(await hub.tmux('list-sessions', '-F', '#{session_name}')).toContain('survivor');
  await hub.start();
  const after = await eventually(
    () => hub.api<Session>('GET', '/api/sessions/survivor'),
    (s) => s.state !== 'starting',
    'it is found',
  );
  expect(after.id).toBe(before.id);
});

test('kill -9 at any moment, fifty times: every session is back with its id, folder and screen', async () => {
  test.setTimeout(480_000);
  const names = ['loop-a', 'loop-ab', 'loop-b'];
  for (const name of names) {
    await hub.api('POST', '/api/sessions', {
      agent: 'custom',
      name,
      cwd: hub.dir,
      command: `printf '\\033[1;31m${name}\\033[0m \\344\\270\\255\\n'; seq 1 200; exec cat`,
    });
  }
  for (const name of names)
    await eventually(
      () => hub.tmux('capture-pane', '-p', '-t', `=${name}:`),
      (text) => text.includes('200'),
      `${name} has printed`,
    );
  const ids = new Map((await hub.api<Session[]>('GET', '/api/sessions')).map((s) => [s.name, s.id]));
  for (let round = 0; round < 50; round++) {
    // in the middle of a start, so that one half of it may be missing
    const late = `late-${round}`;
    const starting = hub
      .api('POST', '/api/sessions', { agent: 'custom', name: late, cwd: hub.dir, command: 'exec cat' })
      .catch(() => undefined);
    await new Promise((wake) => setTimeout(wake, (round % 12) * 3));
    await hub.end('SIGKILL');
    await starting;
    await hub.start();
    const all = await eventually(
      () => hub.api<Session[]>('GET', '/api/sessions'),
      (list) =>
        names.every((name) => list.some((s) => s.name === name && s.state !== 'starting' && s.state !== 'exited')),
      'all are back',
    );
    for (const name of names) {
      const back = all.find((s) => s.name === name);
      expect(back?.id).toBe(ids.get(name));
      expect(back?.cwd).toBe(hub.dir);
      const shown = await hub.api<{ lines: string[] }>('GET', `/api/sessions/${name}/screen?format=json`);
      const truth = (await hub.tmux('capture-pane', '-p', '-t', `=${name}:`)).split('\n').slice(0, shown.lines.length);
      expect(shown.lines.map((line) => line.trimEnd())).toEqual(truth.map((line) => line.trimEnd()));
    }
    // no ghost and no orphan: what tmux has and what is listed are the same, once tmux has done what it was asked before the kill
    await eventually(
      async () => ({
        inTmux: (await hub.tmux('list-sessions', '-F', '#{session_name}'))
          .split('\n')
          .filter((name) => name && name !== 'deck'),
        listed: await hub.api<Session[]>('GET', '/api/sessions'),
      }),
      ({ inTmux, listed }) => {
        const living = listed.filter((s) => s.state !== 'exited' && !s.archived).map((s) => s.name);
        return (
          living.filter((name) => !name.startsWith('late-')).every((name) => inTmux.includes(name)) &&
          inTmux.every((name) => listed.some((s) => s.name === name))
        );
      },
      'tmux and the list have the same sessions',
    );
  }
});

test('a machine that lost its tmux gets a restore report and its sessions back', async () => {
  await hub.api('POST', '/api/sessions', { agent: 'shell', name: 'rebooted', cwd: hub.dir });
  await hub.end('SIGTERM');
  await hub.tmux('kill-server');
  await hub.start();
  const report = await hub.api<RestoreReport>('GET', '/api/restore');
  expect(report.rows.find((row) => row.name === 'rebooted')).toMatchObject({ result: 'lost' });
  const back = await hub.api<{ name: string; ok: boolean }[]>('POST', '/api/restore', { names: ['rebooted'] });
  expect(back).toEqual([expect.objectContaining({ name: 'rebooted', ok: true })]);
  await eventually(
    () => hub.api<Session>('GET', '/api/sessions/rebooted'),
    (s) => s.state !== 'exited' && s.state !== 'starting',
    'it runs again',
  );
});

test('the event stream tells what happens, and goes on from where a client left', async () => {
  const token = await hub.token();
  const read = async (headers: Record<string, string>, until: RegExp, trigger?: () => Promise<unknown>) => {
    const stop = new AbortController();
    const response = await fetch(`${hub.banner.url}/api/events`, {
      headers: { authorization: `Bearer ${token}`, ...headers },
      signal: stop.signal,
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    await trigger?.();
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (until.test(text)) break;
    }
    stop.abort();
    return text;
  };
  const first = await read({}, /session\.started[\s\S]*\n\n/, () =>
    hub.api('POST', '/api/sessions', { agent: 'shell', name: 'streamed', cwd: hub.dir }),
  );
  const id =
    /id: ?(\d+)\nevent: ?session\.started|event: ?session\.started\nid: ?(\d+)/.exec(first)?.slice(1).find(Boolean) ??
    /id: ?(\d+)/.exec(first)?.[1];
  expect(id).toBeTruthy();
  await hub.api('DELETE', '/api/sessions/streamed');
  const second = await read({ 'last-event-id': String(id) }, /session\.stopped/);
  expect(second).toContain('session.stopped');
});

test('npm start answers --help without starting anything, and the banner is on standard error', async () => {
  const help = await run(process.execPath, [join(ROOT, 'electron', 'boot', 'start.mjs'), '--help'], { env: hub.env });
  expect(help.stdout + help.stderr).toMatch(/--headless[\s\S]*--port/);
  const child = spawn(
    process.execPath,
    [
      join(ROOT, 'electron', 'boot', 'start.mjs'),
      '--headless',
      '--port',
      '0',
      '--data',
      join(hub.dir, 'started'),
      '--json',
    ],
    { env: hub.env },
  );
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  await eventually(
    async () => stdout,
    (text) => text.includes('\n'),
    'the JSON line',
  );
  const banner = JSON.parse(stdout) as Record<string, unknown>;
  expect(Object.keys(banner).sort()).toEqual(['pid', 'port', 'setupUrl', 'url', 'version']);
  expect(await (await fetch(`${banner['url']}/health`)).json()).toMatchObject({
    status: 'ok',
    version: banner['version'],
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const began = Date.now();
  child.kill('SIGTERM');
  await gone;
  expect(Date.now() - began).toBeLessThan(2000);
});
