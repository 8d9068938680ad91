/** The command line as a newcomer and as a script would use it, against a real hub. */
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
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

const json = <T>(text: string): T => JSON.parse(text) as T;
const session = (name: string) => hub.api<Session>('GET', `/api/sessions/${name}`);

/**
 * What the receiver was sent between the brackets of one paste, and what came after. Any answer on the screen of such a program
 * is taken for its word: it may still be reading the last of it.
 */
async function received(file: string): Promise<Buffer> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return Buffer.concat(text.split('\n').map((line) => Buffer.from(line, 'hex')));
}

const receivedText = async (file: string): Promise<string> => (await received(file)).toString('utf8');

async function startReceiver(name: string, flags = ''): Promise<string> {
  const file = join(hub.dir, `${name}.hex`);
  const started = await hub.qd([
    'session',
    'start',
    'custom',
    '--name',
    name,
    '--cwd',
    hub.dir,
    '--command',
    `${process.execPath} ${join(ROOT, 'e2e', 'receiver.mjs')} ${file} ${flags}`,
    '--json',
  ]);
  expect(started.code, started.stderr).toBe(0);
  await eventually(
    () => hub.qd(['session', 'peek', name]),
    (r) => r.stdout.includes('READY'),
    'the receiver listens',
  );
  return file;
}

const HOSTILE: Readonly<Record<string, string>> = {
  'leading dash': '-rf --help',
  'only a semicolon': ';',
  'trailing semicolon': 'echo hi;',
  'tmux format': '#{pane_id} #(id) #S',
  'shell words': '$(id) `id` $HOME ~ * ? !x',
  quotes: `"double" 'single' \\back\\ \\n`,
  tabs: 'a\tb\t\tc',
  emoji: '🚀 👨‍👩‍👧‍👦 é e\u0301',
  cjk: '日本語 한국어 中文',
  'looks like a resize': '{"type":"resize","cols":10}',
  'a thousand lines': Array.from({ length: 1000 }, (_, i) => `line ${i}`).join('\n'),
  '100 KB in one line': 'x'.repeat(100_000),
};

test('hostile prompts arrive byte-exact, once, bracketed', async () => {
  test.setTimeout(180_000);
  const file = await startReceiver('exact');
  for (const [what, text] of Object.entries(HOSTILE)) {
    await writeFile(file, '');
    const sent = await hub.qd(['prompt', 'exact', '-', '--now', '--wait', 'confirmed', '--timeout', '30', '--json'], {
      stdin: text,
    });
    expect(sent.code, `${what}: ${sent.stdout}${sent.stderr}`).toBe(0);
    expect(json<{ state: string }>(sent.stdout).state, what).toBe('confirmed');
    await expect.poll(() => receivedText(file), what).toBe(`\x1b[200~${text}\x1b[201~\r`);
  }
});

test('what could break out of a paste is taken out, line ends are made one kind, NUL is refused', async () => {
  const file = await startReceiver('strip');
  await hub.qd(['prompt', 'strip', '-', '--now', '--wait', 'confirmed', '--json'], {
    stdin: 'ab\x1b[201~cd\r\nef\x03\x1b]0;x\x07',
  });
  const text = await eventually(
    () => receivedText(file),
    (sent) => sent.endsWith('\r'),
    'the prompt and its Enter',
  );
  expect(text.slice(6, -7)).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f]/);
  expect(text).toContain('cd\nef');
  const nul = await hub.qd(['prompt', 'strip', '-', '--now', '--json'], { stdin: 'a\0b' });
  expect(nul.code).not.toBe(0);
  expect(nul.stderr).toMatch(/NUL/);
});

test('the same id twice is the same prompt; another text under it is a conflict', async () => {
  const file = await startReceiver('twice');
  const first = await hub.qd([
    'prompt',
    'twice',
    'once only',
    '--id',
    'my-id',
    '--now',
    '--wait',
    'confirmed',
    '--json',
  ]);
  const again = await hub.qd([
    'prompt',
    'twice',
    'once only',
    '--id',
    'my-id',
    '--now',
    '--wait',
    'confirmed',
    '--json',
  ]);
  expect(json<{ id: string }>(again.stdout)).toEqual(json(first.stdout));
  expect((await receivedText(file)).match(/once only/g)).toHaveLength(1);
  const other = await hub.qd(['prompt', 'twice', 'another text', '--id', 'my-id', '--now']);
  expect(other.code).toBe(1);
});

test('several lines to a program without bracketed paste are refused, or sent line by line when asked to', async () => {
  const file = await startReceiver('plain', '--plain');
  const refused = await hub.qd(['prompt', 'plain', '-', '--now', '--wait', 'confirmed', '--json'], {
    stdin: 'one\ntwo',
  });
  expect(refused.code).not.toBe(0);
  expect((await received(file)).length, 'nothing was typed').toBe(0);
  const lines = await hub.qd(['prompt', 'plain', '-', '--now', '--lines', '--wait', 'confirmed', '--json'], {
    stdin: 'one\ntwo',
  });
  expect(lines.code, lines.stdout + lines.stderr).toBe(0);
  await expect.poll(() => receivedText(file)).toBe('one\rtwo\r');
});

test('a session from start to stop', async () => {
  const started = await hub.qd([
    'session',
    'start',
    'shell',
    '--name',
    'life',
    '--cwd',
    hub.dir,
    '--env',
    'MARK=it works',
    '--json',
  ]);
  expect(started.code, started.stderr).toBe(0);
  expect(json<Session>(started.stdout)).toMatchObject({ name: 'life', agent: 'shell', cwd: hub.dir });
  await hub.qd(['prompt', 'life', 'echo "$MARK"; echo "$QD_SESSION_NAME"', '--now', '--wait', 'confirmed']);
  await eventually(
    () => hub.qd(['session', 'peek', 'life']),
    (r) => /^it works$/m.test(r.stdout) && /^life$/m.test(r.stdout),
    'the environment reached the shell',
  );
  expect((await hub.qd(['session', 'list'])).stdout).toMatch(/NAME.*AGENT.*STATE/);
  const byPrefix = await hub.qd(['session', 'peek', 'lif']);
  expect(byPrefix.code).toBe(0);
  const renamed = await hub.qd(['session', 'edit', 'life', '--rename', 'living']);
  expect(renamed.code, renamed.stderr).toBe(0);
  expect((await hub.tmux('list-sessions', '-F', '#{session_name}')).split('\n')).toContain('living');
  await hub.qd(['key', 'living', 'C-d']);
  const ended = await eventually(
    () => session('living'),
    (s) => s.state === 'exited',
    'the shell left',
  );
  expect(ended.exit?.status).toBe(0);
  expect((await hub.qd(['session', 'restart', 'living'])).code).toBe(0);
  await eventually(
    () => session('living'),
    (s) => s.state !== 'exited' && s.state !== 'starting',
    'it is back',
  );
  const stopped = await hub.qd(['session', 'stop', 'living', '--json']);
  expect(json(stopped.stdout)).toMatchObject({ stopped: true, name: 'living' });
  expect((await hub.qd(['session', 'peek', 'living'])).code).toBe(1);
});

test('a stopped session takes along what left its process group', async () => {
  const pidFile = join(hub.dir, 'stray.pid');
  await hub.qd([
    'session',
    'start',
    'custom',
    '--name',
    'stray',
    '--cwd',
    hub.dir,
    '--command',
    `setsid sh -c 'echo $$ > ${pidFile}; trap "" HUP TERM; while :; do sleep 1; done' & exec cat`,
  ]);
  const pid = Number(
    await eventually(
      () => readFile(pidFile, 'utf8').catch(() => ''),
      (text) => text.trim() !== '',
      'the stray runs',
    ),
  );
  expect((await hub.qd(['session', 'stop', 'stray'])).code).toBe(0);
  await eventually(
    () => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null),
    (stat) => stat === null || / Z /.test(stat),
    'the stray is gone',
  );
});

test('bad input is told what to do', async () => {
  const refusals: readonly (readonly [readonly string[], RegExp, number])[] = [
    [['session', 'start', 'nonsense'], /no agent "nonsense".*claude/i, 1],
    [['session', 'start', 'shell', '--cwd', '/no/such/folder'], /folder|\/no\/such\/folder/i, 2],
    [['session', 'start', 'shell', '--name', 'bad name!'], /name starts with a letter or digit/i, 2],
    [['session', 'start', 'amp', '--cwd', hub.dir], /install/i, 1],
    [['session', 'peek', 'nobody'], /no session/i, 1],
    [['prompt', 'nobody', 'hello'], /no session/i, 1],
    [['session', 'peek', 'x', '--lines', '-3'], /whole number/i, 2],
    [['token', 'create', '--name', 'x', '--scope', 'everything'], /read, type, approve, run, admin/i, 2],
    [['settings', 'set', 'no.such.key', '1'], /no\.such\.key/i, 2],
    [['approve', 'a_nope', '--allow'], /no .*(request|approval)/i, 1],
    [['frobnicate'], /unknown command/i, 2],
    [['prompt'], /missing required argument/i, 2],
    [['session', 'list', '--server', 'nonsense', '--token', 'x'], /not a URL/i, 2],
    [['session', 'list', '--server', 'http://127.0.0.1:9', '--token', 'x'], /no hub answers/i, 3],
    [['session', 'list', '--server', hub.banner.url, '--token', 'qd_wrong_wrong'], /token|sign/i, 1],
  ];
  for (const [args, message, code] of refusals) {
    const result = await hub.qd(args);
    expect(`${args.join(' ')}: ${result.stderr}`).toMatch(message);
    expect(result.code, `${args.join(' ')}: ${result.stderr}`).toBe(code);
    expect(result.stderr, 'no stack trace').not.toMatch(/\n\s+at /);
  }
  await hub.qd(['session', 'start', 'shell', '--name', 'taken', '--cwd', hub.dir]);
  const taken = await hub.qd(['session', 'start', 'shell', '--name', 'taken', '--cwd', hub.dir]);
  expect(taken.stderr).toMatch(/taken/);
  const ambiguous = await hub
    .qd(['session', 'start', 'shell', '--name', 'taken-too', '--cwd', hub.dir])
    .then(() => hub.qd(['session', 'peek', 'take']));
  expect(ambiguous.stderr).toMatch(/taken[\s\S]*taken-too/);
  const asJson = await hub.qd(['session', 'peek', 'nobody', '--json']);
  expect(json<{ error: { code: string } }>(asJson.stderr).error.code).toBe('not-found');
});

test('a prompt too large is refused before it is read', async () => {
  const file = join(hub.dir, 'huge');
  const { open } = await import('node:fs/promises');
  const handle = await open(file, 'w');
  await handle.truncate(1024 ** 3);
  await handle.close();
  const result = await hub.qd(['prompt', 'taken', '--file', file]);
  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(/1073741824 bytes/);
});

test('recorded screens are explained without a hub, hundreds in one call, broken ones named', async () => {
  const folder = join(ROOT, 'e2e', 'recordings');
  const files: string[] = [];
  for (const agent of await readdir(folder))
    for (const name of await readdir(join(folder, agent))) files.push(join(folder, agent, name));
  const broken = join(hub.dir, 'broken.json');
  await writeFile(broken, '{"agent":"claude"');
  const elsewhere = { QD_DATA: join(hub.dir, 'never-made') };
  const result = await hub.qd(['explain', '--json', '--capture', ...files, broken], { env: elsewhere });
  const rows = json<{ file: string; state?: string; needsYou?: boolean; evidence?: unknown[]; error?: string }[]>(
    result.stdout,
  );
  expect(rows).toHaveLength(files.length + 1);
  expect(rows.at(-1)?.error).toMatch(/not JSON/);
  expect(rows.slice(0, -1).every((row) => row.state !== undefined && Array.isArray(row.evidence))).toBe(true);
  await expect(readdir(elsewhere.QD_DATA)).rejects.toThrow();
});

test('tokens: minted once, scoped, revoked', async () => {
  const made = json<{ id: string; token: string }>(
    (await hub.qd(['token', 'create', '--name', 'ci', '--scope', 'read', '--json'])).stdout,
  );
  const asToken = (args: string[]) => hub.qd([...args, '--server', hub.banner.url, '--token', made.token]);
  expect((await asToken(['session', 'list', '--json'])).code).toBe(0);
  const refused = await asToken(['session', 'start', 'shell', '--cwd', hub.dir]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/run/);
  expect((await hub.qd(['token', 'list'])).stdout).not.toContain(made.token);
  expect((await hub.qd(['token', 'revoke', made.id])).code).toBe(0);
  expect((await asToken(['session', 'list'])).code).toBe(1);
});

test('help, guide and completion are there, and a narrow terminal is not overrun', async () => {
  const help = await hub.qd(['--help']);
  expect(help.code).toBe(0);
  for (const word of ['session', 'prompt', 'approve', 'explain', 'doctor', 'Exit codes'])
    expect(help.stdout).toContain(word);
  expect((await hub.qd(['guide'])).stdout).toContain('QD_TOKEN');
  for (const shell of ['bash', 'zsh', 'fish'])
    expect((await hub.qd(['completion', shell])).stdout).toContain('session');
  expect((await hub.qd(['completion', 'tcsh'])).code).toBe(2);
});

test('doctor, audit, logs and settings answer', async () => {
  const doctor = json<{ name: string; result: string }[]>((await hub.qd(['doctor', '--json'])).stdout);
  expect(doctor.find((check) => check.name === 'tmux')?.result).toBe('pass');
  expect(doctor.find((check) => check.name === 'data folder')?.result).toBe('pass');
  expect(json<{ ok: boolean }>((await hub.qd(['audit', 'verify', '--json'])).stdout).ok).toBe(true);
  expect(json<{ action: string }[]>((await hub.qd(['audit', '--json'])).stdout).length).toBeGreaterThan(0);
  expect((await hub.qd(['logs', '--json'])).code).toBe(0);
  expect((await hub.qd(['settings', 'set', 'terminal.fontSize', '15'])).code).toBe(0);
  expect(
    json<{ value: number; source: string }>((await hub.qd(['settings', 'get', 'terminal.fontSize', '--json'])).stdout),
  ).toMatchObject({ value: 15, source: 'overlay' });
  expect((await hub.qd(['settings', 'unset', 'terminal.fontSize'])).code).toBe(0);
});

test('a broken configuration file is named with its line, used around, and left alone', async () => {
  const file = join(hub.data, 'config.yaml');
  const text = 'terminal:\n  fontSize: 15\n  theme: [unclosed\n';
  await writeFile(file, text);
  const view = await eventually(
    () => hub.qd(['settings']),
    (r) => r.stdout.includes('config.yaml:'),
    'the problem is named',
  );
  expect(view.stdout).toMatch(/config\.yaml:\d+:\d+/);
  expect(await readFile(file, 'utf8')).toBe(text);
  await writeFile(file, '');
});

test('qd starts a hub in the background when none runs, and stops it', async () => {
  const data = join(hub.dir, 'own');
  await mkdir(data, { mode: 0o755 });
  await chmod(data, 0o755);
  const env = { QD_DATA: data, QD_PORT: '0' };
  const listed = await hub.qd(['session', 'list', '--json'], { env });
  expect(listed.code, listed.stderr).toBe(0);
  expect(json(listed.stdout)).toEqual([]);
  expect((await hub.qd(['hub', 'status'], { env })).stdout).toMatch(/running/);
  expect((await hub.qd(['hub', 'stop'], { env })).code).toBe(0);
  expect((await hub.qd(['hub', 'status'], { env })).code).toBe(3);
});
