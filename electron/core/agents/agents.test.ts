import { chmod, lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentSettings } from '../../../shared/contract/agents.ts';
import { Agent, HookPlan } from '../../../shared/contract/agents.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { Db, ScreenView } from '../../platform/ports.ts';
import { openDb } from '../../platform/sqlite.ts';
import { readSqlite } from '../../platform/sqlite-reader.ts';
import { migrate } from '../migrations/migrate.ts';
import { type Agents, createAgents } from './agents.ts';
import { testHost } from './fixtures/host.ts';

let home = '';
let db: Db;
let agents: Agents;
let settings: AgentSettings;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'qd-agents-'));
  db = openDb(join(home, 'qd.db'));
  migrate(db);
  settings = { agents: {}, skipPermissions: {}, prices: {} };
  await mkdir(join(home, 'bin'));
  await writeFile(join(home, 'qd-hook.sh'), '#!/bin/sh\n');
  const host = testHost(home, { PATH: `${join(home, 'bin')}:/usr/bin:/bin`, SHELL: '/bin/bash' });
  agents = createAgents({
    host,
    db,
    readSqlite,
    settings: () => settings,
    clock: systemClock,
    hookScript: join(home, 'qd-hook.sh'),
  });
});
afterEach(async () => {
  db.close();
  await rm(home, { recursive: true });
});

async function program(name: string, body: string): Promise<string> {
  const file = join(home, 'bin', name);
  await writeFile(file, `#!/bin/sh\n${body}\n`);
  await chmod(file, 0o755);
  return file;
}
const of = async (key: string, refresh = false) => (await agents.list(refresh)).find((each) => each.key === key);

describe('detection', () => {
  it('finds programs and their versions, asks each once, and says how to install the others', async () => {
    const path = await program('claude', `echo x >> ${home}/asked; echo '2.1.197 (Claude Code)'`);
    await program('codex', 'exit 3');
    expect(await of('claude', true)).toMatchObject({
      installed: true,
      checked: true,
      path,
      version: '2.1.197',
      problem: null,
    });
    expect(await of('codex')).toMatchObject({
      installed: true,
      version: null,
      problem: expect.stringContaining('exit code 3'),
    });
    expect(await of('gemini')).toMatchObject({
      installed: false,
      checked: true,
      install: 'npm install -g @google/gemini-cli',
    });
    await of('claude', true);
    expect(await readFile(join(home, 'asked'), 'utf8')).toBe('x\n');
    await program('claude', "echo '3.0.0-beta.1 (Claude Code), a newer one'");
    expect(await of('claude', true)).toMatchObject({ version: '3.0.0-beta.1' });
    for (const agent of await agents.list()) expect(Agent.parse(agent)).toEqual(agent);
  });

  it('never waits for a program that hangs', async () => {
    await program('claude', 'sleep 2; echo 1.0.0');
    expect(await of('claude')).toMatchObject({ checked: false, installed: false });
    await expect.poll(() => of('claude')).toMatchObject({ installed: true, version: null });
    expect((await agents.launchPlan({ agent: 'claude' })).argv).toEqual([join(home, 'bin/claude')]);
  });
});

describe('agents of the user', () => {
  it('are listed beside the built-in ones, follow the settings, and may be wrong one by one', async () => {
    await program('mine', 'echo mine 1.2');
    settings = {
      ...settings,
      agents: { mine: { command: 'mine --tui', flags: '-q' }, bad: { comand: 'x' }, claude: { title: 'C' } },
      skipPermissions: { claude: true },
    };
    expect(await of('mine', true)).toMatchObject({ installed: true, version: '1.2', custom: true, hooks: null });
    expect(await of('claude')).toMatchObject({ title: 'C', custom: true, skipsPermissions: true });
    expect(await of('bad')).toBeUndefined();
    expect(agents.check(settings.agents)).toMatch(/^bad.*comand/);
    expect(agents.check({ mine: { command: 'x', resume: '--resume' } })).toMatch(/mine\.resume/);
    expect(agents.check({ 'no good': {} })).toMatch(/lower-case/);
    expect(agents.check({ mine: { command: 'x' } })).toBeNull();
    expect((await agents.launchPlan({ agent: 'mine' })).argv).toEqual(['mine', '--tui', '-q']);
    await expect(agents.launchPlan({ agent: 'none' })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('are read by the patterns of the settings where no reader knows the screen', () => {
    settings = {
      ...settings,
      agents: { mine: { command: 'mine', ready: '^mine>', states: { approval: 'Really\\?', working: 'busy' } } },
    };
    const read = (...lines: string[]) => {
      const view: ScreenView = {
        cols: 40,
        rows: lines.length,
        lines,
        runs: () => [],
        wrapped: () => false,
        cursor: { x: 0, y: 0, visible: true },
        alternate: false,
        title: '',
      };
      return agents.reader('mine')(view, {});
    };
    expect(read('hello', 'mine> ')).toMatchObject({ state: 'idle', needsYou: false });
    expect(read('busy', 'Really?')).toMatchObject({
      state: 'approval',
      needsYou: true,
      evidence: [{ means: 'approval' }],
    });
    expect(read('nothing')).toMatchObject({ state: 'unknown' });
  });
});

describe('hooks', () => {
  const file = () => join(home, '.claude/settings.json');

  it('shows the change, makes it, and takes it back', async () => {
    await mkdir(join(home, '.claude'));
    await writeFile(file(), '{ "model": "x" }');
    const plan = await agents.hookPlan('claude', 'install');
    expect(HookPlan.parse(plan)).toEqual(plan);
    expect(plan.diff).toContain('-{ "model": "x" }');
    expect(plan.diff).toContain('+    "Stop": [');
    expect(await readFile(file(), 'utf8')).toBe(plan.before);
    expect(await agents.installHooks('claude')).toEqual(plan);
    expect(await readFile(file(), 'utf8')).toBe(plan.after);
    expect((await agents.installHooks('claude')).diff).toBe('');
    expect(await of('claude')).toMatchObject({ hooks: 'installed' });
    await agents.removeHooks('claude');
    expect(await readFile(file(), 'utf8')).toBe('{ "model": "x" }');
    expect(await agents.hooks('claude')).toEqual({ state: 'absent', note: null });
  });

  it('refuses a file it does not understand, and leaves it as it is', async () => {
    await mkdir(join(home, '.claude'));
    for (const bytes of [Buffer.from('{"a":'), Buffer.from([0x7b, 0xff, 0x7d])]) {
      await writeFile(file(), bytes);
      await expect(agents.installHooks('claude')).rejects.toMatchObject({ code: 'refused' });
      await expect(agents.removeHooks('claude')).rejects.toMatchObject({ code: 'refused' });
      expect(await readFile(file())).toEqual(bytes);
      expect(await agents.hooks('claude')).toMatchObject({ state: 'unreadable' });
    }
  });

  it('writes through a link and needs its script', async () => {
    await mkdir(join(home, '.claude'));
    await mkdir(join(home, 'dotfiles'));
    await writeFile(join(home, 'dotfiles/c.json'), '{}');
    await symlink(join(home, 'dotfiles/c.json'), file());
    await agents.installHooks('claude');
    expect((await lstat(file())).isSymbolicLink()).toBe(true);
    expect(await readFile(join(home, 'dotfiles/c.json'), 'utf8')).toContain('qd-hook.sh');
    await rm(join(home, 'qd-hook.sh'));
    await expect(agents.installHooks('claude')).rejects.toMatchObject({ code: 'not-ready' });
  });

  it('tells hooks that codex does not trust, and agents that have none', async () => {
    const plan = await agents.installHooks('codex');
    expect(plan).toMatchObject({
      before: null,
      file: join(home, '.codex/hooks.json'),
      note: expect.stringContaining('trust'),
    });
    expect(await of('codex')).toMatchObject({
      hooks: 'untrusted',
      hooksNote: expect.stringContaining('Hooks need review'),
    });
    await expect(agents.hookPlan('aider', 'install')).rejects.toMatchObject({ code: 'unsupported' });
    expect((await agents.removeHooks('qwen')).diff).toBe('');
    await expect(lstat(join(home, '.qwen/settings.json'))).rejects.toThrow();
  });
});

it('reads databases of others without ever making or changing one', async () => {
  await expect(readSqlite(join(home, 'none.db'), 'SELECT 1', [])).rejects.toMatchObject({ code: 'not-found' });
  await expect(lstat(join(home, 'none.db'))).rejects.toThrow();
  await expect(readSqlite(join(home, 'qd.db'), 'SELECT * FROM nothing', [])).rejects.toMatchObject({
    code: 'unavailable',
  });
  await expect(readSqlite(join(home, 'qd.db'), 'DELETE FROM agents_usage', [])).rejects.toMatchObject({
    code: 'unavailable',
  });
  expect(await readSqlite(join(home, 'qd.db'), 'SELECT ? AS a', ['x'])).toEqual([{ a: 'x' }]);
});
