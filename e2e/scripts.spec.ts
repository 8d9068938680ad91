/** What scripts lean on: whole names, addresses that change, signals, first prompts. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { Session } from '../shared/contract/sessions.ts';
import { eventually, ROOT, startHub, type TestHub } from './hub.ts';

let hub: TestHub;
test.beforeAll(async () => {
  hub = await startHub();
});
test.afterAll(async () => {
  await hub?.close();
});

test('over REST a name is a name: what is gone does not become what begins like it', async () => {
  for (const name of ['pre', 'prefix']) await hub.api('POST', '/api/sessions', { agent: 'shell', name, cwd: hub.dir });
  await hub.api('DELETE', '/api/sessions/pre');
  for (const [method, path] of [
    ['DELETE', '/api/sessions/pre'],
    ['GET', '/api/sessions/pre'],
    ['POST', '/api/sessions/pre/interrupt'],
    ['POST', '/api/sessions/pre/prompts'],
  ] as const) {
    const body = method === 'POST' ? { ...(path.endsWith('prompts') ? { text: 'x' } : {}) } : undefined;
    await expect(hub.api(method, path, body), `${method} ${path}`).rejects.toThrow(/404/);
  }
  expect((await hub.api<Session>('GET', '/api/sessions/prefix')).name).toBe('prefix');
  const renamed = await hub.api<Session>('PATCH', '/api/sessions/prefix', { name: 'renamed' });
  expect(renamed.name).toBe('renamed');
});

test('the last lines of a screen are lines with something in them', async () => {
  await hub.api('POST', '/api/sessions', {
    agent: 'custom',
    name: 'lines',
    cwd: hub.dir,
    command: 'seq 1 9; exec cat',
  });
  const last = () => hub.api<{ lines: string[] }>('GET', '/api/sessions/lines/screen?format=json&lines=3');
  await eventually(last, ({ lines }) => lines.join() === '7,8,9', 'the last three');
});

test('SIGTERM to npm itself ends the hub within two seconds, whoever is connected', async () => {
  test.setTimeout(60_000);
  const data = join(hub.dir, 'by-npm');
  const npm = spawn('npm', ['start', '--silent', '--', '--headless', '--port', '0', '--data', data, '--json'], {
    env: hub.env,
    cwd: ROOT,
  });
  let stdout = '';
  npm.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  await eventually(
    async () => stdout,
    (text) => text.includes('\n'),
    'the JSON line',
  );
  const banner = JSON.parse(stdout) as { url: string; pid: number };
  const { token } = JSON.parse(await readFile(join(data, 'hub.lock'), 'utf8')) as { token: string };
  const events = await fetch(`${banner.url}/api/events`, { headers: { authorization: `Bearer ${token}` } });
  expect(events.status).toBe(200);
  const began = Date.now();
  npm.kill('SIGTERM');
  await eventually(
    async () => existsSync(`/proc/${banner.pid}`),
    (there) => !there,
    'the hub is gone',
    5000,
  );
  expect(Date.now() - began).toBeLessThan(2000);
  await events.body?.cancel().catch(() => undefined);
});

test('a hub in the background outlives a closed terminal, and looks at its settings then', async () => {
  const other = await startHub();
  await writeFile(join(other.data, 'config.yaml'), 'terminal:\n  fontSize: 19\n');
  process.kill(other.banner.pid, 'SIGHUP');
  await eventually(
    () => other.api<{ settings: { key: string; value: unknown }[] }>('GET', '/api/settings'),
    (view) => view.settings.some((s) => s.key === 'terminal.fontSize' && s.value === 19),
    'it lives and has read its settings',
  );
  await other.close();
});

test('an agent finds its hub again after the hub came back at another address', async () => {
  await hub.api('POST', '/api/sessions', { agent: 'shell', name: 'inside', cwd: hub.dir });
  const pane = (await hub.tmux('list-panes', '-t', '=inside:', '-F', '#{pane_pid}')).trim();
  // Until the shell is there, the process is still tmux, with tmux's own.
  const environ = await eventually(
    () => readFile(`/proc/${pane}/environ`, 'utf8'),
    (text) => text.includes('QD_URL='),
    'the environment of the shell',
  );
  const env = Object.fromEntries(
    environ.split('\0').flatMap((line) => {
      const at = line.indexOf('=');
      return line.startsWith('QD_') ? [[line.slice(0, at), line.slice(at + 1)]] : [];
    }),
  );
  await hub.end('SIGTERM');
  await hub.start();
  expect(env['QD_URL']).not.toBe(hub.banner.url);
  const listed = await hub.qd(['session', 'list', '--json'], { env: { ...env, QD_DATA: '' } });
  expect(listed.code, listed.stderr).toBe(0);
  expect((JSON.parse(listed.stdout) as Session[]).map((s) => s.name)).toEqual(['inside']);
});

test('first prompts reach shells, and agents that only the configuration knows', async () => {
  const log = join(hub.dir, 'own.log');
  await writeFile(
    join(hub.data, 'config.yaml'),
    `agents:\n  own:\n    command: ${process.execPath} ${join(ROOT, 'e2e', 'agent.mjs')} --log ${log}\n    ready: '^❯'\n    states: { working: 'esc to interrupt' }\n`,
  );
  await hub.api('POST', '/api/sessions', {
    agent: 'shell',
    name: 'first',
    cwd: hub.dir,
    init: ['echo one-$((1+1))', 'echo two-$((2+2))'],
  });
  await eventually(
    () => hub.api<{ text: string }>('GET', '/api/sessions/first/screen?format=json'),
    ({ text }) => text.includes('one-2') && text.includes('two-4'),
    'both were typed',
  );
  await eventually(
    () =>
      hub
        .api<Session>('POST', '/api/sessions', { agent: 'own', name: 'own', cwd: hub.dir, init: ['hello own'] })
        .catch((error: Error) => error),
    (answer) => !(answer instanceof Error),
    'the configuration is read',
  );
  await eventually(
    () => readFile(log, 'utf8').catch(() => ''),
    (text) => text.includes('hello own'),
    'it took its first prompt',
  );
});

test('what is wrong with the configuration is said at the start, with its place', async () => {
  const other = await startHub({ env: { QD_LOGS_LEVEL: 'loud' } });
  await other.end('SIGTERM');
  await writeFile(join(other.data, 'config.yaml'), 'terminal:\n  fontSize: [\n');
  const again = spawn(process.execPath, [join(ROOT, 'dist', 'hub.js'), '--port', '0'], { env: other.env });
  let said = '';
  again.stderr.on('data', (chunk) => {
    said += chunk;
  });
  await eventually(
    async () => said,
    (text) => text.includes('Ctrl-C'),
    'the banner',
  );
  // Gone, and all that it said is read.
  const gone = new Promise((resolve) => again.once('close', resolve));
  again.kill('SIGTERM');
  await gone;
  expect(said).toMatch(/config\.yaml:\d+:\d+: /);
  expect(said).toMatch(/QD_LOGS_LEVEL/);
  await other.close();
});
