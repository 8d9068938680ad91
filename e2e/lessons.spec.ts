/** Traps that others fell into, each against the real hub where no test beside the source can show it. See README.md. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { WebSocket } from 'ws';
import type { Token } from '../shared/contract/auth.ts';
import type { Receipt } from '../shared/contract/prompts.ts';
import type { Session } from '../shared/contract/sessions.ts';
import { eventually, ROOT, startHub, type TestHub } from './hub.ts';

let hub: TestHub;
test.beforeAll(async () => {
  hub = await startHub({ env: { TMUX: '/nonexistent/default,1,0', TMUX_PANE: '%0' } });
});
test.afterAll(async () => {
  await hub?.close();
});

const session = (name: string) => hub.api<Session>('GET', `/api/sessions/${name}`);
const start = (name: string, command: string, more: Record<string, unknown> = {}) =>
  hub.api<Session>('POST', '/api/sessions', { agent: 'custom', name, cwd: hub.dir, command, ...more });
const text = (path: string) => readFile(path, 'utf8').catch(() => '');

/** A program that writes what it is sent to a file; answers that file once it listens. */
async function receiver(name: string, more: Record<string, unknown> = {}): Promise<string> {
  const file = join(hub.dir, `${name}.hex`);
  await start(name, `${process.execPath} ${join(ROOT, 'e2e', 'receiver.mjs')} ${file}`, more);
  await eventually(
    () => hub.tmux('capture-pane', '-p', '-t', `=${name}:`),
    (shown) => shown.includes('READY'),
    `${name} listens`,
  );
  return file;
}
const received = async (file: string) => Buffer.from((await text(file)).replaceAll('\n', ''), 'hex').toString('utf8');

/** A raw terminal socket with everything that it was sent. */
async function look(name: string) {
  const ws = new WebSocket(`${hub.banner.url.replace('http', 'ws')}/ws/sessions/${name}`, {
    headers: { authorization: `Bearer ${await hub.token()}` },
  });
  let got = '';
  ws.on('message', (data) => {
    got += data.toString();
  });
  await new Promise((resolve, reject) => {
    ws.once('open', resolve);
    ws.once('error', reject);
  });
  return { ws, got: () => got };
}

test('the tmux configuration and environment of the user do not reach the agents', async () => {
  await hub.end('SIGTERM');
  await hub.tmux('kill-server').catch(() => '');
  const hostile = [
    'set -g default-command "exit 3"',
    'set -g default-shell /bin/false',
    'set -g base-index 7',
    'set -g pane-base-index 7',
    'set -g remain-on-exit off',
    'set -g destroy-unattached on',
    'set -g detach-on-destroy on',
    'set-hook -g session-created "kill-server"',
  ].join('\n');
  await writeFile(join(hub.home, '.tmux.conf'), hostile);
  await mkdir(join(hub.home, '.config', 'tmux'), { recursive: true });
  await writeFile(join(hub.home, '.config', 'tmux', 'tmux.conf'), hostile);
  await hub.start();
  await start('configured', 'echo FINE; exec cat');
  await eventually(
    () => hub.tmux('capture-pane', '-p', '-t', '=configured:'),
    (shown) => shown.includes('FINE'),
    'its program runs',
  );
  expect((await hub.tmux('show-options', '-gv', 'base-index')).trim()).toBe('0');
  expect((await session('configured')).state).not.toBe('exited');
  // Neither is anything made where the user's own server would be, nor written into the home.
  const sockets = (await readdir(hub.dir)).find((name) => name.startsWith('tmux-')) ?? '';
  expect(await readdir(join(hub.dir, sockets))).toEqual([hub.socket]);
  expect((await readdir(hub.home)).sort()).toEqual(['.config', '.tmux.conf']);
});

test('starts of the hub mint no tokens, and the token of the start before is worth nothing', async () => {
  const before = await hub.api<Token[]>('GET', '/api/tokens');
  const old = await hub.token();
  for (let i = 0; i < 2; i++) {
    await hub.end(i ? 'SIGKILL' : 'SIGTERM');
    await hub.start();
  }
  expect(await hub.api<Token[]>('GET', '/api/tokens')).toEqual(before);
  await expect(hub.api('GET', '/api/hub', undefined, old)).rejects.toThrow(/ 401 /);
});

test('an address is no right: a proxy on this machine gets what its token gets', async () => {
  for (const name of ['x-forwarded-for', 'x-real-ip', 'forwarded', 'tailscale-user-login', 'x-forwarded-user']) {
    const answer = await fetch(`${hub.banner.url}/api/sessions`, { headers: { [name]: '127.0.0.1' } });
    expect(answer.status, name).toBe(401);
  }
});

test('looking types nothing, a line is shown before it ends, and what looks like a message is typed', async () => {
  const file = await receiver('watched');
  const one = await look('watched');
  const two = await look('watched');
  for (const { got } of [one, two])
    await eventually(
      async () => got(),
      (shown) => shown.includes('READY'),
      'the screen',
    );
  expect(await text(file), 'attaching sent nothing, not even a redraw').toBe('');
  const typed = '{"type":"resize","cols":9,"row';
  one.ws.send(Buffer.from(typed));
  // no line end anywhere: a stream that waits for one would never show it
  await eventually(
    async () => two.got(),
    (shown) => shown.includes(typed),
    'the other viewer sees half a line',
  );
  await expect.poll(() => received(file)).toBe(typed);
  expect((await session('watched')).cols).toBe(120);
  one.ws.close();
  two.ws.close();
});

test('init prompts given over HTTP are delivered, in order, and again at a restart', async () => {
  const log = join(hub.dir, 'init.log');
  await hub.api('POST', '/api/sessions', {
    agent: 'claude',
    name: 'init',
    cwd: hub.dir,
    command: `${process.execPath} ${join(ROOT, 'e2e', 'agent.mjs')} --work 50 --log ${log}`,
    init: ['first;', '-second'],
  });
  const taken = async () =>
    (await text(log))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { kind: string; text: string })
      .filter((line) => line.kind === 'prompt')
      .map((line) => line.text);
  await eventually(taken, (all) => all.length === 2, 'the agent took both');
  await hub.api('POST', '/api/sessions/init/restart', {});
  await eventually(taken, (all) => all.length === 4, 'and both again');
  expect(await taken()).toEqual(['first;', '-second', 'first;', '-second']);
});

test('eight prompts at once hold neither each other nor the health check', async () => {
  const names = Array.from({ length: 8 }, (_, i) => `many-${i}`);
  const files = await Promise.all(names.map((name) => receiver(name)));
  let worst = 0;
  let busy = true;
  const health = (async () => {
    while (busy) {
      const at = performance.now();
      expect((await fetch(`${hub.banner.url}/health`)).status).toBe(200);
      worst = Math.max(worst, performance.now() - at);
    }
  })();
  const prompt = 'y'.repeat(20_000);
  const receipts = await Promise.all(
    names.map(async (name) => {
      const { id } = await hub.api<Receipt>('POST', `/api/sessions/${name}/prompts`, { text: prompt, now: true });
      return hub.api<Receipt>('POST', `/api/prompts/${id}/wait`, { until: 'confirmed', timeout: 30 });
    }),
  );
  busy = false;
  await health;
  expect(receipts.map((receipt) => receipt.state)).toEqual(names.map(() => 'confirmed'));
  // Of a program like this any answer on its screen is taken for its word: the last of it may still be read.
  for (const file of files) await expect.poll(() => received(file)).toBe(`\x1b[200~${prompt}\x1b[201~\r`);
  // The predecessor's calls of tmux were synchronous and held it for two seconds.
  expect(worst).toBeLessThan(1000);
});

test('a wait that cannot be fulfilled answers at its deadline, and says what it waits for', async () => {
  await receiver('silent');
  await hub.api('PATCH', '/api/sessions/silent', { paused: true });
  const { id } = await hub.api<Receipt>('POST', '/api/sessions/silent/prompts', { text: 'x', now: true });
  await eventually(
    () => hub.api<Receipt>('GET', `/api/prompts/${id}`),
    ({ state }) => state === 'held',
    'it is held',
  );
  const answer = await hub.api<Receipt & { reached: boolean }>('POST', `/api/prompts/${id}/wait`, {
    until: 'idle',
    timeout: 0.2,
  });
  expect(answer).toMatchObject({ reached: false, state: 'held', reason: expect.stringMatching(/paused/i) });
});

test('a change changes what it names and nothing else; asking for help changes nothing', async () => {
  await start('patched', 'exec cat', { tags: ['one'], env: { KEPT: 'yes' }, flags: '' });
  const before = await session('patched');
  const after = await hub.api<Session>('PATCH', '/api/sessions/patched', { tags: ['two'] });
  expect({ ...after, tags: before.tags, outputAt: before.outputAt }).toMatchObject({
    ...before,
    state: after.state,
    since: after.since,
    evidence: after.evidence,
  });
  expect(after.tags).toEqual(['two']);
  await expect(hub.api('PATCH', '/api/sessions/patched', { tag: ['three'] })).rejects.toThrow(/ 400 .*tag/);
  expect((await hub.qd(['session', 'edit', 'patched', '--tag', 'four', '--help'])).code).toBe(0);
  expect((await session('patched')).tags).toEqual(['two']);
});

test('nothing is started again by itself, and what a failing program said is on the screen', async () => {
  const file = join(hub.dir, 'runs');
  // It waits to be told to end: what is printed in the very instant of the end, the kernel itself may drop.
  await start('doomed', `echo ran >> ${file}; echo "no such model: x" >&2; read x; exit 7`);
  const shown = async () => (await hub.api<{ text: string }>('GET', '/api/sessions/doomed/screen?format=json')).text;
  await eventually(shown, (all) => all.includes('no such model'), 'its words');
  await hub.api('POST', '/api/sessions/doomed/keys', { keys: ['Enter'] });
  const ended = await eventually(
    () => session('doomed'),
    (s) => s.state === 'exited',
    'it ended',
  );
  expect(ended.exit).toEqual({ status: 7 });
  expect(await shown(), 'no notice of tmux has scrolled its only line away').toMatch(/^no such model: x/);
  await hub.end('SIGKILL');
  await hub.start();
  expect((await session('doomed')).state).toBe('exited');
  expect(await shown()).toMatch(/^no such model: x/);
  expect(await text(file)).toBe('ran\n');
});

test('a restart after a crash has the folder, the environment and the size of the first start', async () => {
  const file = join(hub.dir, 'env-of');
  await start('kept', `echo "$MARK|$PWD|$(stty size)" >> ${file}; exec cat`, {
    env: { MARK: 'a b;$c' },
    cols: 93,
    rows: 31,
  });
  await eventually(
    () => text(file),
    (said) => said !== '',
    'it started',
  );
  await hub.end('SIGKILL');
  await hub.start();
  await hub.api('POST', '/api/sessions/kept/restart', {});
  const lines = await eventually(
    async () => (await text(file)).trim().split('\n'),
    (all) => all.length === 2,
    'it started again',
  );
  expect(lines).toEqual(Array(2).fill(`a b;$c|${hub.dir}|31 93`));
});

test('a hub started by the command line writes nothing over it, and tells both versions', async () => {
  const env = { QD_DATA: join(hub.dir, 'background'), QD_PORT: '0', QD_TMUX_SOCKET: `${hub.socket}-b` };
  const first = await hub.qd(['hub', 'status'], { env });
  expect(first.code, 'asking starts none').toBe(3);
  const started = await hub.qd(['session', 'list', '--json'], { env });
  expect(started).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
  const { version } = JSON.parse((await hub.qd(['hub', 'status', '--json'], { env })).stdout) as { version: string };
  expect((await hub.qd(['--version'])).stdout.trim()).toBe(version);
  expect((await hub.qd(['hub', 'stop'], { env })).code).toBe(0);
});

test('the app that a phone installs has an identity of its own', async () => {
  const manifest = (await (await fetch(`${hub.banner.url}/manifest.webmanifest`)).json()) as Record<string, unknown>;
  expect(manifest).toMatchObject({ id: '/?quarterdeck', name: 'Quarterdeck', start_url: '/', scope: '/' });
  for (const { src } of manifest['icons'] as { src: string }[])
    expect((await fetch(new URL(src, hub.banner.url))).status, src).toBe(200);
});

test('every test that the list of traps names is there', async () => {
  const rows = (await text(join(ROOT, 'e2e', 'README.md'))).split('\n').filter((line) => line.startsWith('|'));
  const named = rows.flatMap((row) => [...row.matchAll(/`([\w./-]+\.(?:test|spec)\.ts)` › ([^;|]+?) *(?=[;|(])/g)]);
  expect(named.length).toBeGreaterThan(120);
  const missing: string[] = [];
  for (const [, file = '', title = ''] of named)
    if (!(await text(join(ROOT, file))).replaceAll("\\'", "'").includes(title)) missing.push(`${file}: ${title}`);
  expect(missing).toEqual([]);
});
