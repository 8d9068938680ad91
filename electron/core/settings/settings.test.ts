import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBus } from '../../kernel/bus.ts';
import { createTestClock } from '../../kernel/clock.ts';
import { defOf, isSettingKey, SETTING_KEYS, type SettingKey } from './keys.ts';
import { createSettings, type Settings, type SettingsDeps } from './settings.ts';

let root: string;
let home: string;
let changed: string[][];
const opened: Settings[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'qd-settings-'));
  home = join(root, 'home');
  changed = [];
  for (const dir of ['config', 'data', 'home/work/deep']) await mkdir(join(root, dir), { recursive: true });
});
afterEach(async () => {
  for (const settings of opened.splice(0)) settings.close();
  await rm(root, { recursive: true, force: true });
});

async function open(deps: Partial<SettingsDeps> = {}): Promise<Settings> {
  const bus = createBus((error) => {
    throw error;
  });
  bus.on('settings.changed', ({ keys }) => changed.push([...keys]));
  const settings = await createSettings({
    folders: { config: join(root, 'config'), data: join(root, 'data') },
    env: {},
    bus,
    clock: createTestClock(),
    home,
    ...deps,
  });
  opened.push(settings);
  return settings;
}
const userFile = (text: string | Uint8Array) => writeFile(join(root, 'config', 'config.yaml'), text);
const overlayFile = () => join(root, 'data', 'overlay.json');
const rowOf = (settings: Settings, key: string) => settings.view().settings.find((s) => s.key === key);

/** For each key four values that differ from the standard one and from each other where the kind allows it. */
const SAMPLES: Record<SettingKey, readonly unknown[]> = {
  'hub.port': [5001, 5002, 5003, 5004],
  'hub.bind': [['127.0.0.2'], ['::1', '127.0.0.3'], ['fe80::1'], ['localhost']],
  'hub.hosts': [['a.example'], ['b.example', 'c'], ['d'], ['e']],
  'node.hub': ['http://a:1', 'https://b', 'http://[::1]:4', 'http://d'],
  'node.token': ['one', 'two', 'three', 'four'],
  'node.name': ['one', 'two words', 'three', 'four'],
  'node.url': ['http://a:1', 'https://b', 'http://c', 'http://d'],
  'tmux.socket': ['sock-a', 'sock-b', 'sock.c', 'sock_d'],
  'tmux.historyLines': [1, 2, 3, 4],
  'sessions.stallMinutes': [1, 2.5, 3, 4],
  'sessions.maxSessions': [1, 2, 3, 4],
  agents: [{ a: { command: 'x' } }, { b: { argv: ['y'] } }, { c: {} }, { d: { n: 1 } }],
  'agents.skipPermissions': [{ claude: true }, { codex: false }, { gemini: true }, { qwen: true }],
  prices: [
    { 'gpt-5.1': { input: 1, output: 2 } },
    { b: { input: 0, output: 0, cacheRead: 1 } },
    { c: { input: 3, output: 4 } },
    {},
  ],
  'prompts.init': [['one'], ['two', 'three, four'], ['five'], ['six']],
  'prompts.typingGraceSeconds': [1, 2, 3, 4],
  'prompts.strictTurns': [true, true, true, true],
  'prompts.maxHoldSeconds': [1, 2, 3, 4],
  'worktree.copy': [['.env'], ['a', 'b/*.local'], ['c'], ['d']],
  'worktree.link': [['node_modules'], ['a', 'b'], ['c'], ['d']],
  'worktree.run': ['npm ci', 'true', 'make', 'x'],
  'approvals.policies': [
    [{ tool: 'Bash', subject: 'ls *', decision: 'allow' }],
    [{ tool: '*', subject: '*', decision: 'deny' }],
    [{ tool: 'x', subject: '*', decision: 'ask' }],
    [{ tool: 'y', subject: '*', decision: 'ask' }],
  ],
  'board.prefix': ['A', 'B2', 'WEB', 'X'],
  'recordings.maxMegabytes': [1, 2, 3, 4],
  'recordings.keepDays': [1, 2.5, 3, 4],
  'push.detail': [true, true, true, true],
  'push.escalateMinutes': [1, 2.5, 3, 0],
  'push.doneMinutes': [1, 2.5, 3, 4],
  'push.contact': ['mailto:a@example.com', 'https://b.example', 'mailto:c@example.com', 'mailto:d@example.com'],
  'push.hosts': [['a.example'], ['b.example', 'c'], ['d'], ['e']],
  'auth.loginAttempts': [1, 2, 3, 4],
  'auth.cookieDays': [1, 2, 3, 4],
  'logs.level': ['debug', 'warn', 'error', 'debug'],
  'terminal.fontSize': [14, 15, 16, 17],
  'terminal.fontFamily': ['A', 'B, C', 'D', 'E'],
  'terminal.theme': ['light', 'dark', 'contrast', 'light'],
  'terminal.palette': ['dusk', 'fjord', 'sand', 'tide'],
};
const textOf = (key: SettingKey, value: unknown): string =>
  defOf(key).form === 'list' && Array.isArray(value)
    ? value.join(', ')
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);

describe('every setting is read from every layer, the higher one winning', () => {
  it.each(SETTING_KEYS)('%s', async (key) => {
    const [a, b, c, d] = SAMPLES[key];
    const def = defOf(key);
    const project = join(home, 'work', '.quarterdeck.yaml');
    const deep = join(home, 'work', 'deep');
    let settings = await open();
    expect(settings.value(key)).toEqual(def.standard);
    expect(rowOf(settings, key)).toMatchObject({ source: 'built-in', origin: null, summary: def.summary });

    // User file: dotted, then nested.
    await userFile(`# mine\n${key}: ${JSON.stringify(a)}\n`);
    await settings.refresh();
    expect(settings.value(key)).toEqual(a);
    expect(rowOf(settings, key)).toMatchObject({ source: 'file', origin: `${join(root, 'config', 'config.yaml')}:2` });
    const nested = key.split('.').reduceRight<unknown>((inner, part) => ({ [part]: inner }), b);
    await userFile(JSON.stringify(nested));
    await settings.refresh();
    expect(settings.value(key)).toEqual(b);
    expect(settings.view().problems).toEqual([]);

    // Project file: above the user's, and only for what is read by session.
    await writeFile(project, `${key}: ${JSON.stringify(c)}\n`);
    const local = await settings.forProject(deep);
    expect(local.value(key)).toEqual(def.project ? c : b);
    expect(settings.value(key)).toEqual(b);
    expect(settings.view().problems.map((p) => p.file)).toEqual(def.project ? [] : [project]);
    await rm(project);

    // Overlay.
    await settings.patch({ [key]: d });
    expect(settings.value(key)).toEqual(d);
    expect(rowOf(settings, key)).toMatchObject({ source: 'overlay', value: def.secret ? '[set]' : d });

    // .env file, then the process environment, then a flag.
    await writeFile(join(root, 'config', '.env'), `# x\nexport ${def.env}='${textOf(key, a)}'\n`);
    await settings.refresh();
    expect(settings.value(key)).toEqual(a);
    expect(rowOf(settings, key)).toMatchObject({
      source: 'environment',
      origin: `${def.env} in ${join(root, 'config', '.env')}:2`,
    });
    settings = await open({ env: { [def.env]: textOf(key, b) } });
    expect(settings.value(key)).toEqual(b);
    expect(rowOf(settings, key)).toMatchObject({ source: 'environment', origin: def.env });
    settings = await open({ env: { [def.env]: textOf(key, b) }, flags: { [key]: textOf(key, c) } });
    expect(settings.value(key)).toEqual(c);
    expect(rowOf(settings, key)).toMatchObject({ source: 'flag', origin: def.flag });
    expect((await settings.forProject(deep)).value(key)).toEqual(c);
  });

  it('names each environment variable once', () => {
    expect(new Set(SETTING_KEYS.map((key) => defOf(key).env)).size).toBe(SETTING_KEYS.length);
    for (const key of SETTING_KEYS) expect(defOf(key).schema.safeParse(defOf(key).standard).success).toBe(true);
  });
});

describe('broken configuration', () => {
  const good = 'hub:\n  port: 5555\n';
  it.each([
    ['syntax', 'hub:\n  port: 1\n bad: [\n', 3],
    ['NUL', 'hub.port: 1\nlogs.level: de\0bug\n', 2],
    ['no map', '- hub.port\n', 1],
    ['duplicate key', 'hub.port: 1\nhub.port: 2\n', 2],
    [
      'alias bomb',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefgh'].map((n, i) => `${n}: &${n} [${Array(9).fill(`*${'abcdefg'[i]}`)}]`).join('\n')}\nprices: *h\n`,
      null,
    ],
    ['nesting', `prices: ${'['.repeat(20_000)}`, null],
    ['Latin-1', new Uint8Array([0x23, 0xe9, 0x0a]), null],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 0x61, 0]), 1],
  ])('%s: reported, last good values stay, the file is left alone', async (_what, bad, line) => {
    await userFile(good);
    const settings = await open();
    await userFile(bad);
    await settings.refresh();
    expect(settings.value('hub.port')).toBe(5555);
    const [problem] = settings.view().problems;
    expect(problem?.file).toBe(join(root, 'config', 'config.yaml'));
    if (line !== null) {
      expect(problem?.line).toBe(line);
      expect(problem?.column).toBeGreaterThan(0);
    }
    const before = await readFile(join(root, 'config', 'config.yaml'));
    await settings.patch({ 'logs.level': 'warn' });
    expect(await readFile(join(root, 'config', 'config.yaml'))).toEqual(before);
    // At a start there is no last good value: the layers below count.
    expect((await open()).value('hub.port')).toBe(4097);
    await userFile(good);
    await settings.refresh();
    expect(settings.view().problems).toEqual([]);
  });

  it('ignores single wrong or unknown settings, says where, and keeps the rest', async () => {
    await userFile(
      'hub:\n  port: "no"\n  prot: 1\nlogs.levle: info\nterminal:\n  fontSize: 20\n? [1]\n: 2\nprompts: 5\n',
    );
    const settings = await open();
    expect(settings.value('hub.port')).toBe(4097);
    expect(settings.value('terminal.fontSize')).toBe(20);
    const at = settings.view().problems.map((p) => [p.line, p.column, p.message]);
    expect(at).toEqual([
      [2, 3, expect.stringContaining('hub.port is not valid')],
      [3, 3, expect.stringContaining('did you mean hub.port?')],
      [4, 1, expect.stringContaining('did you mean logs.level?')],
      [7, 3, expect.stringContaining('there is no setting')],
      [9, 1, expect.stringContaining('group of settings')],
    ]);
  });

  it('reads a file with a byte order mark, and an empty one', async () => {
    await userFile('\ufeffhub.port: 5\n');
    const settings = await open();
    expect(settings.value('hub.port')).toBe(5);
    await userFile('# nothing yet\nhub:\n');
    await settings.refresh();
    expect(settings.value('hub.port')).toBe(4097);
    expect(settings.view().problems).toEqual([]);
  });

  it('tells agents from the setting inside them', async () => {
    await userFile('agents:\n  mine: {command: x}\n  skipPermissions: {claude: true}\n');
    const settings = await open({ checks: { agents: (v) => ('bad' in (v as object) ? 'bad is no agent' : null) } });
    expect(settings.value('agents')).toEqual({ mine: { command: 'x' } });
    expect(settings.value('agents.skipPermissions')).toEqual({ claude: true });
    await expect(settings.patch({ agents: { bad: {} } })).rejects.toThrow('bad is no agent');
  });

  it('never hangs on a named pipe, a folder, a link to nowhere or a huge file', async () => {
    const config = join(root, 'config', 'config.yaml');
    await promisify(execFile)('mkfifo', [config]);
    expect((await open()).view().problems[0]?.message).toContain('is not a file');
    await rm(config);
    await mkdir(config);
    expect((await open()).view().problems[0]?.message).toContain('is not a file');
    await rm(config, { recursive: true });
    await symlink('/nonexistent/x', config);
    expect((await open()).view().problems).toEqual([]);
    await rm(config);
    await userFile(`#${'x'.repeat(1_100_000)}`);
    expect((await open()).view().problems[0]?.message).toContain('1 MiB');
  });

  it('reports wrong variables and uses what is below; a wrong flag refuses the start', async () => {
    await writeFile(join(root, 'config', '.env'), 'QD_PORT=7\nnot a line\nQD_PROT=1\nOTHER=1\nQD_BIND="a\n');
    const settings = await open({ env: { QD_PORT: '0x10', QD_LOGS_LEVEL: '' } });
    expect(settings.value('hub.port')).toBe(7);
    expect(settings.view().problems.map((p) => [p.file === 'environment', p.line])).toEqual([
      [false, 2],
      [false, 5],
      [false, 3],
      [true, null],
    ]);
    await expect(open({ flags: { 'hub.port': 'many' } })).rejects.toMatchObject({ code: 'invalid' });
    await expect(open({ flags: { 'hub.bind': '*' } })).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('project files', () => {
  it('cannot weaken security, and the search ends at the top of a repository', async () => {
    const file = join(home, 'work', '.quarterdeck.yaml');
    await writeFile(
      file,
      'hub.hosts: [evil.example]\napprovals.policies: [{decision: allow}]\nprompts.init: [hello]\n',
    );
    const settings = await open();
    const project = await settings.forProject(join(home, 'work', 'deep'));
    expect(project.value('hub.hosts')).toEqual([]);
    expect(project.value('approvals.policies')).toEqual([]);
    expect(project.value('prompts.init')).toEqual(['hello']);
    expect(settings.view().problems.map((p) => p.line)).toEqual([1, 2]);
    await mkdir(join(home, 'work', 'deep', '.git'));
    expect((await settings.forProject(join(home, 'work', 'deep'))).value('prompts.init')).toEqual([]);
    await writeFile(join(root, '.quarterdeck.yaml'), 'prompts.init: [from above home]\n');
    await rm(file);
    expect((await settings.forProject(join(home, 'work'))).value('prompts.init')).toEqual([]);
    expect(settings.view().problems).toEqual([]);
  });

  it.skipIf(process.getuid?.() !== 0)('of another user are not used, but those of the working folder are', async () => {
    const file = join(home, 'work', '.quarterdeck.yaml');
    await writeFile(file, 'prompts.init: [hello]\n');
    await chown(file, 12_345, 12_345);
    const settings = await open();
    const deep = join(home, 'work', 'deep');
    expect((await settings.forProject(deep)).value('prompts.init')).toEqual([]);
    expect(settings.view().problems[0]?.message).toContain('another user');
    await chown(deep, 12_345, 12_345);
    expect((await (await open()).forProject(deep)).value('prompts.init')).toEqual(['hello']);
  });

  it('no project key guards access', () => {
    expect(SETTING_KEYS.filter((key) => defOf(key).project && defOf(key).security)).toEqual([]);
  });
});

describe('the overlay', () => {
  it('is written whole, 0600, keeps what it does not know, and null or a reset goes back', async () => {
    await writeFile(overlayFile(), '{"future.key": {"x": 1}}');
    const settings = await open();
    await settings.patch({ 'hub.port': 9, 'terminal.theme': 'dark', 'hub.hosts': 'a,b' });
    expect(JSON.parse(await readFile(overlayFile(), 'utf8'))).toEqual({
      'future.key': { x: 1 },
      'hub.port': 9,
      'terminal.theme': 'dark',
      'hub.hosts': ['a', 'b'],
    });
    expect((await stat(overlayFile())).mode & 0o777).toBe(0o600);
    expect(await readdir(join(root, 'data'))).toEqual(['overlay.json']);
    await settings.patch({ 'hub.port': null });
    expect(settings.value('hub.port')).toBe(4097);
    await settings.reset();
    expect(settings.value('terminal.theme')).toBe('system');
    expect(changed).toEqual([
      ['hub.port', 'hub.hosts', 'terminal.theme'],
      ['hub.port'],
      ['hub.hosts', 'terminal.theme'],
    ]);
  });

  it('refuses a patch as a whole when one part is wrong, naming what is allowed', async () => {
    const settings = await open();
    for (const bad of [{ 'hub.prot': 1 }, { 'hub.port': 70_000 }, { __proto__x: 1 }, { constructor: null }]) {
      await expect(settings.patch({ 'terminal.theme': 'dark', ...bad })).rejects.toMatchObject({ code: 'invalid' });
    }
    await expect(settings.patch({ 'x.y': 1 })).rejects.toThrow('terminal.theme');
    expect(await readdir(join(root, 'data'))).toEqual([]);
    expect(settings.value('terminal.theme')).toBe('system');
  });

  it('loses nothing when many patches come at once', async () => {
    const settings = await open();
    const keys = SETTING_KEYS.filter((key) => typeof defOf(key).standard === 'number');
    await Promise.all(keys.map((key) => settings.patch({ [key]: SAMPLES[key][1] })));
    for (const key of keys) expect(settings.value(key)).toEqual(SAMPLES[key][1]);
  });

  it('is not overwritten when it is broken; a reset removes it', async () => {
    await writeFile(overlayFile(), '{"hub.port": 5,');
    const settings = await open();
    expect(settings.view().problems).toHaveLength(1);
    await expect(settings.patch({ 'hub.port': 6 })).rejects.toMatchObject({ code: 'conflict' });
    expect(await readFile(overlayFile(), 'utf8')).toBe('{"hub.port": 5,');
    await settings.reset();
    expect(settings.view().problems).toEqual([]);
  });

  it('notices within two seconds that the file went', async () => {
    const clock = createTestClock();
    const settings = await open({ clock });
    await settings.patch({ 'hub.port': 9 });
    await rm(overlayFile());
    clock.advance(2000);
    await expect.poll(() => settings.value('hub.port')).toBe(4097);
  });

  it.skipIf(process.getuid?.() === 0)('says so when the folder cannot be written', async () => {
    const settings = await open();
    await chmod(join(root, 'data'), 0o500);
    await expect(settings.patch({ 'hub.port': 9 })).rejects.toThrow();
    await chmod(join(root, 'data'), 0o700);
    expect(settings.value('hub.port')).toBe(4097);
  });
});

it('hides the environment of agents from those who may only read', async () => {
  const settings = await open();
  await settings.patch({ agents: { mine: { command: 'x', env: { API_KEY: 'secret' } } } });
  const ask = (scope: 'read' | 'admin') => ({
    who: { user: 'u', tokenId: 't', via: 'token' as const, scopes: new Set([scope]), sessions: null, nodes: null },
    address: '127.0.0.1',
    signal: new AbortController().signal,
  });
  expect(JSON.stringify(await settings.handlers['settings.get']({}, ask('read')))).not.toContain('secret');
  expect(JSON.stringify(await settings.handlers['settings.get']({}, ask('admin')))).toContain('secret');
  expect(isSettingKey('toString')).toBe(false);
});

it('says what waits for the next start, and of which shape values are', async () => {
  const settings = await open();
  expect(rowOf(settings, 'hub.port')).toMatchObject({ pending: false, standard: 4097, schema: { type: 'integer' } });
  await settings.patch({ 'hub.port': 5000, 'sessions.stallMinutes': 3 });
  expect(settings.view().settings.flatMap((s) => (s.pending ? [s.key] : []))).toEqual(['hub.port']);
  expect(rowOf(await open(), 'hub.port')).toMatchObject({ value: 5000, pending: false });
  await settings.patch({ 'hub.port': null });
  expect(rowOf(settings, 'hub.port')).toMatchObject({ pending: false });
});
