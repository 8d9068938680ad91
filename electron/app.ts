/** The composition root: ports in, rooms built in ladder order, `{ core, close }` out. Nothing here decides anything. */
import { randomBytes } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { AgentSettings } from '../shared/contract/agents.ts';
import type { SettingsView } from '../shared/contract/settings.ts';
import type { Folders } from '../shared/folders.ts';
import { quoted } from '../shared/shell.ts';
import { createAgents } from './core/agents/agents.ts';
import { agentHandlers } from './core/agents/handlers.ts';
import { createApprovals } from './core/approvals/approvals.ts';
import { createAuth } from './core/auth/auth.ts';
import { createBoard } from './core/board/board.ts';
import { createChannels } from './core/channels/channels.ts';
import { createFiles } from './core/files/files.ts';
import { createFleet } from './core/fleet/fleet.ts';
import { createGit } from './core/git/git.ts';
import { runChecks } from './core/hub/doctor.ts';
import { createHub } from './core/hub/hub.ts';
import { createLogs } from './core/logs/logs.ts';
import { createMemory } from './core/memory/memory.ts';
import { migrate } from './core/migrations/migrate.ts';
import { createNodes } from './core/nodes/nodes.ts';
import { createPreferences } from './core/preferences/preferences.ts';
import { createPrompts } from './core/prompts/prompts.ts';
import { createPush } from './core/push/push.ts';
import { createRecordings } from './core/recordings/recordings.ts';
import { createSessions } from './core/sessions/sessions.ts';
import type { SettingKey } from './core/settings/keys.ts';
import { createSettings, type SettingsAccess } from './core/settings/settings.ts';
import type { Core } from './gateway/core.ts';
import type { Audit } from './kernel/audit.ts';
import { createBus } from './kernel/bus.ts';
import { systemClock } from './kernel/clock.ts';
import { createLocalHost } from './platform/host.ts';
import { askHub, connectHub, dialHub, refusalOf } from './platform/hub-dial.ts';
import { openLogFiles } from './platform/log-files.ts';
import { openPort } from './platform/port-forward.ts';
import { createPushSender } from './platform/push.ts';
import { readRecorded } from './platform/recorded-screen.ts';
import { openRecordingFiles } from './platform/recording-files.ts';
import { createScreen } from './platform/screen.ts';
import { openDb } from './platform/sqlite.ts';
import { readSqlite } from './platform/sqlite-reader.ts';
import { createTmux } from './platform/tmux/tmux.ts';
import { remoteMachines } from './remote-machines.ts';

export interface AppOptions {
  readonly folders: Folders;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: Partial<Record<SettingKey, unknown>>;
  readonly version: string;
  /** The lock's token: who can read the lock is the user. */
  readonly localToken: string;
  /** Folder of tmux.conf and hooks/. */
  readonly resources: string;
  /** The built command line, `cli.js`. */
  readonly cli: string;
}

export interface App {
  readonly core: Core;
  readonly settings: SettingsAccess;
  readonly tmuxVersion: string;
  /** One-time code of the setup link while there is no user; null afterwards. */
  readonly setupCode: string | null;
  readonly log: Core['log'];
  /** What is wrong with settings files and variables; they are ignored as far as that goes. */
  problems(): SettingsView['problems'];
  /** Looks at the settings files now. */
  reload(): Promise<void>;
  /** Addresses that really listen, best first. */
  setUrls(urls: readonly string[]): void;
  close(): Promise<void>;
}

/** Names this data folder for ever: sessions in tmux carry it, so that two hubs on one socket never touch each other's. */
async function instanceOf(data: string): Promise<string> {
  const path = join(data, 'instance-id');
  const known = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (/^[0-9a-f]{32}$/.test(known.trim())) return known.trim();
  const made = randomBytes(16).toString('hex');
  await writeFile(path, `${made}\n`, { mode: 0o600 });
  return made;
}
/** The hook script at a path that stays when the program is moved or updated: agents' settings name it. */
async function placeHookScript(resources: string, data: string): Promise<string> {
  const folder = join(data, 'hooks');
  const path = join(folder, 'qd-hook.sh');
  const next = `${path}.${process.pid}`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await copyFile(join(resources, 'hooks', 'qd-hook.sh'), next);
  await chmod(next, 0o700);
  await rename(next, path);
  return path;
}

/** A folder with `qd` in it, for the PATH of sessions: agents work in folders that know nothing of this program. */
async function placeCommand(cli: string, data: string): Promise<string> {
  const folder = join(data, 'bin');
  const path = join(folder, 'qd');
  const next = `${path}.${process.pid}`;
  const inElectron = process.versions['electron'] !== undefined;
  const installed = inElectron && cli.includes('app.asar');
  // An installed desktop app runs no scripts (its fuses are off): it has a way of its own to be the command line.
  const program = installed
    ? `${quoted(process.execPath)} --qd --ozone-platform=headless --no-sandbox --disable-gpu --log-level=3 --`
    : `${quoted(process.execPath)} ${quoted(cli)}`;
  const asNode = inElectron && !installed ? 'ELECTRON_RUN_AS_NODE=1 ' : '';
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(next, `#!/bin/sh\n# Written by the hub at each start.\n${asNode}exec ${program} "$@"\n`, {
    mode: 0o700,
  });
  await rename(next, path);
  return folder;
}

/** Faults say what to do: `newer-version`, `not-installed` (tmux), `invalid` (a flag). */
export async function createApp(options: AppOptions): Promise<App> {
  const { folders, env, version, resources } = options;
  const clock = systemClock;
  const host = createLocalHost();
  let urls: readonly string[] = [];

  const sink = openLogFiles({ dir: join(folders.data, 'logs') });
  const logs = createLogs({ dir: folders.data, clock, level: 'info', sink, env });
  logs.hide(options.localToken);
  const audit: Audit = logs.audit;
  const logOf = (from: string): Core['log'] => {
    const logger = logs.logger(from);
    return (level, message, data) => logger[level](message, data);
  };
  const log = logOf('hub');
  const bus = createBus((error, kind) =>
    log('error', `a listener of ${kind} failed`, { error: String(error instanceof Error ? error.stack : error) }),
  );

  const db = openDb(join(folders.data, 'quarterdeck.db'));
  migrate(db);

  const hookScript = await placeHookScript(resources, folders.data);
  let readAgentSettings: () => AgentSettings = () => ({ agents: {}, skipPermissions: {}, prices: {} });
  const agents = createAgents({ host, db, readSqlite, settings: () => readAgentSettings(), clock, hookScript });
  const settings = await createSettings({
    folders,
    env,
    flags: options.flags,
    bus,
    clock,
    home: host.home,
    checks: { agents: (value) => agents.check(value) },
    audit,
  });
  readAgentSettings = () => ({
    agents: settings.value('agents'),
    skipPermissions: settings.value('agents.skipPermissions'),
    prices: settings.value('prices'),
  });
  logs.setLevel(settings.value('logs.level'));
  bus.on('settings.changed', ({ keys }) => {
    if (keys.includes('logs.level')) logs.setLevel(settings.value('logs.level'));
  });

  const preferences = createPreferences({ db, clock });
  const auth = await createAuth({
    db,
    bus,
    clock,
    settings,
    audit,
    log: logs.logger('auth'),
    dir: folders.data,
    localToken: options.localToken,
  });
  const socket = settings.value('tmux.socket');
  const tmux = createTmux({ host, socket, conf: join(resources, 'tmux.conf') });
  const commands = await placeCommand(options.cli, folders.data);
  /** The sessions room stands on this one, and counts for it. */
  let counted: (node: string) => number = () => 0;
  const nodes = createNodes({
    local: {
      id: host.id,
      title: hostname(),
      host,
      tmux,
      agents,
      dataDir: folders.data,
      commands,
      near: true,
      problem: () => null,
    },
    db,
    clock,
    audit,
    log: logOf('nodes'),
    sessions: (node) => counted(node),
    openPort,
    ...remoteMachines({ folders, env, home: host.home, resources, socket, clock, settings: () => readAgentSettings() }),
  });
  await nodes.load();
  const sessions = createSessions({
    tmux,
    nodes,
    host,
    db,
    agents,
    settings,
    makeScreen: createScreen,
    readRecorded,
    clock,
    bus,
    log: logOf('sessions'),
    audit,
    agentToken: auth.agentToken,
    revokeAgentToken: auth.revokeAgentToken,
    dataDir: folders.data,
    commands,
    instanceId: await instanceOf(folders.data),
    urls: () => urls,
  });
  counted = (node) => sessions.live.rows().filter((session) => session.node === node && !session.archived).length;
  const prompts = createPrompts({ db, bus, clock, sessions, settings, audit, log: logOf('prompts') });
  const approvals = createApprovals({ db, bus, clock, sessions, settings, audit, log: logOf('approvals') });
  const channels = createChannels({ db, bus, clock, sessions, prompts, users: () => auth.userNames(), audit });
  const memory = createMemory({ db, clock, sessions, audit });
  const hostOf = (node: string) => nodes.place(node).host;
  const files = createFiles({ hostOf, clock, bus, sessions, audit });
  const board = createBoard({ db, bus, clock, sessions, settings, users: () => auth.userNames(), audit });
  const git = createGit({ hostOf, clock, bus, sessions, settings, audit, log: logOf('git') });
  const recordings = createRecordings({
    files: openRecordingFiles(join(folders.data, 'recordings')),
    bus,
    clock,
    sessions,
    settings,
    audit,
    log: logOf('recordings'),
  });
  const push = createPush({
    db,
    bus,
    clock,
    sessions,
    approvals,
    auth,
    settings,
    sender: createPushSender(),
    dir: folders.data,
    audit,
    log: logOf('push'),
  });
  await sessions.start();
  nodes.start();
  push.start();
  const doctor = {
    host,
    version,
    data: folders.data,
    tmuxVersion: tmux.version,
    urls: () => urls,
    agents: () => agents.list(true),
    settings: () => settings.view(),
    audit: () => logs.verifyAudit(),
  };
  const hub = createHub({
    bus,
    clock,
    version,
    tmux: { version: tmux.version, socket },
    data: folders.data,
    urls: () => urls,
    checks: () => runChecks(doctor),
  });

  const own = {
    ...hub.handlers,
    ...settings.handlers,
    ...logs.handlers,
    ...preferences.handlers,
    ...auth.handlers,
    ...agentHandlers((node) => (node === undefined ? agents : nodes.place(node).agents), audit),
    ...nodes.handlers,
    ...sessions.handlers,
    ...prompts.handlers,
    ...approvals.handlers,
    ...channels.handlers,
    ...recordings.handlers,
    ...memory.handlers,
    ...files.handlers,
    ...board.handlers,
    ...git.handlers,
    ...push.handlers,
  };
  const fleet = createFleet({
    own,
    db,
    bus,
    clock,
    log: logs.logger('fleet'),
    audit,
    hide: logs.hide,
    logs,
    memory: memory.facts,
    settings,
    auth,
    agents,
    nodes,
    dial: dialHub,
    ask: askHub,
    connect: connectHub,
    refusal: refusalOf,
    dir: folders.data,
    version,
    home: host.home,
    tmuxVersion: tmux.version,
    title: hostname(),
  });
  const core: Core = {
    handlers: fleet.handlers,
    version,
    authenticate: (secret, via) => auth.authenticate(secret, via),
    stillValid: (who) => auth.stillValid(who),
    resolveSession: fleet.resolveSession,
    looksAtNodes: fleet.looksAtNodes,
    bus,
    clock,
    log: logOf('gateway'),
  };
  log('info', `started, version ${version}`, { pid: process.pid, tmux: tmux.version });

  return {
    core,
    settings,
    tmuxVersion: tmux.version,
    setupCode: auth.setupCode,
    log,
    problems: () => settings.view().problems,
    reload: () => settings.refresh(),
    setUrls(listening) {
      urls = listening;
      fleet.listening(listening);
    },
    async close() {
      log('info', 'stopping');
      await fleet.close();
      push.close();
      board.close();
      channels.close();
      git.close();
      approvals.close();
      prompts.close();
      hub.close();
      await recordings.close();
      await nodes.close();
      await sessions.close();
      auth.close();
      settings.close();
      await logs.close();
      db.close();
    },
  };
}
