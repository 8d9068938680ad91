/**
 * The five real agent programs, pinned, in a cache folder that git ignores, and homes in which each starts straight into
 * its composer against the mock model on loopback. Configuration keys and environment names are the programs' own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { access, chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from './hub.ts';

export const AGENTS = ['claude', 'codex', 'gemini', 'opencode', 'qwen'] as const;
export type RealAgent = (typeof AGENTS)[number];

/** Two of them fetch their program in an install script; the others need none. */
const PACKAGE = {
  name: 'agents-under-test',
  private: true,
  version: '1.0.0',
  dependencies: {
    '@anthropic-ai/claude-code': '2.1.197',
    '@google/gemini-cli': '0.61.0',
    '@openai/codex': '0.169.0',
    '@qwen-code/qwen-code': '0.15.10',
    'opencode-ai': '1.18.33',
  },
  allowScripts: { '@anthropic-ai/claude-code': true, 'opencode-ai': true },
};

const CACHE = join(ROOT, '.cache', 'agents');
export const AGENTS_BIN = join(CACHE, 'node_modules', '.bin');

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** Installs them once (about 600 MB); again only when the pinned versions changed. */
export async function installAgents(): Promise<void> {
  const want = `${JSON.stringify(PACKAGE, null, 2)}\n`;
  const stamp = join(CACHE, '.installed');
  const all = await Promise.all(AGENTS.map((agent) => exists(join(AGENTS_BIN, agent))));
  if (all.every(Boolean) && (await readFile(stamp, 'utf8').catch(() => '')) === want) return;
  await mkdir(CACHE, { recursive: true });
  await writeFile(join(CACHE, 'package.json'), want);
  // a configuration of its own: the project around it runs no install scripts
  await writeFile(join(CACHE, '.npmrc'), 'ignore-scripts=false\naudit=false\nfund=false\n');
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_ignore_scripts$/i.test(name)),
  );
  await new Promise<void>((resolve, reject) => {
    const npm = spawn('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: CACHE,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    npm.stdout.on('data', (chunk) => {
      said += chunk;
    });
    npm.stderr.on('data', (chunk) => {
      said += chunk;
    });
    npm.on('error', reject);
    npm.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`the agent programs could not be installed:\n${said.slice(-4000)}`)),
    );
  });
  await writeFile(stamp, want);
}

export interface MockModel {
  readonly port: number;
  /** Every request so far, as the mock logged it. */
  requests(): readonly Record<string, unknown>[];
  close(): void;
}

export function startMock(): Promise<MockModel> {
  return new Promise((resolve, reject) => {
    const mock: ChildProcess = spawn(process.execPath, [join(ROOT, 'e2e', 'mock-models.mjs'), '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const requests: Record<string, unknown>[] = [];
    mock.on('error', reject);
    mock.on('exit', (code) => reject(new Error(`the mock model ended with ${code}`)));
    if (!mock.stdout) throw new Error('the mock model has no output');
    createInterface({ input: mock.stdout }).on('line', (line) => {
      const port = /^listening (\d+)/.exec(line)?.[1];
      if (port) resolve({ port: Number(port), requests: () => requests, close: () => mock.kill() });
      else if (line.startsWith('{')) requests.push(JSON.parse(line) as Record<string, unknown>);
    });
  });
}

async function put(path: string, content: string | object): Promise<void> {
  if (await exists(path)) return;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
}

/** Whatever a program tries outside of this machine goes to the mock, which refuses it and writes it down. */
export function towardsMock(port: number): Record<string, string> {
  const names = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];
  return {
    ...Object.fromEntries(names.map((name) => [name, `http://127.0.0.1:${port}`])),
    NO_PROXY: '127.0.0.1,localhost,::1',
    no_proxy: '127.0.0.1,localhost,::1',
  };
}

/** Prepares `home` so that `agent` starts in `cwd` without a question, and says which environment its session needs. */
export async function prepareAgent(
  agent: RealAgent,
  home: string,
  cwd: string,
  port: number,
): Promise<Record<string, string>> {
  const url = `http://127.0.0.1:${port}`;
  const opener = join(home, '.shim', 'xdg-open');
  // sign-in flows call a browser opener; a machine without one makes some programs crash
  await put(opener, '#!/bin/sh\nexit 0\n');
  await chmod(opener, 0o755);
  await mkdir(cwd, { recursive: true });
  const env: Record<string, string> = { ...towardsMock(port), COLORTERM: 'truecolor' };
  switch (agent) {
    case 'claude':
      await put(join(home, '.claude.json'), {
        hasCompletedOnboarding: true,
        lastOnboardingVersion: PACKAGE.dependencies['@anthropic-ai/claude-code'],
        theme: 'dark',
        customApiKeyResponses: { approved: ['00000000000000000000'], rejected: [] },
        projects: { [cwd]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } },
      });
      return {
        ...env,
        ANTHROPIC_BASE_URL: url,
        ANTHROPIC_API_KEY: 'sk-ant-fake-000000000000000000000000',
        DISABLE_AUTOUPDATER: '1',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      };
    case 'codex':
      await put(
        join(home, '.codex', 'config.toml'),
        `model = "gpt-5.1-codex"
model_provider = "mock"
check_for_update_on_startup = false
approval_policy = "on-request"
sandbox_mode = "read-only"
[features]
daemon_auto_start = false
[analytics]
enabled = false
[model_providers.mock]
name = "Mock"
base_url = "${url}/v1"
env_key = "MOCK_API_KEY"
wire_api = "responses"
request_max_retries = 2
stream_max_retries = 2
[projects."${cwd}"]
trust_level = "trusted"
`,
      );
      return { ...env, MOCK_API_KEY: 'sk-fake' };
    case 'gemini':
      await put(join(home, '.gemini', 'settings.json'), {
        security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: true } },
        general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
        privacy: { usageStatisticsEnabled: false },
        ui: { theme: 'Default' },
        telemetry: { enabled: false },
      });
      await put(join(home, '.gemini', 'trustedFolders.json'), { [cwd]: 'TRUST_FOLDER' });
      return { ...env, GEMINI_API_KEY: 'fake-key', GOOGLE_GEMINI_BASE_URL: url, GEMINI_CLI_NO_RELAUNCH: 'true' };
    case 'opencode':
      await put(join(home, '.config', 'opencode', 'opencode.json'), {
        $schema: 'https://opencode.ai/config.json',
        autoupdate: false,
        share: 'disabled',
        model: 'mock/mock-model',
        small_model: 'mock/mock-model',
        permission: { bash: 'ask', edit: 'ask', webfetch: 'ask' },
        enabled_providers: ['mock'],
        provider: {
          mock: {
            npm: '@ai-sdk/openai-compatible',
            name: 'Mock',
            options: { baseURL: `${url}/v1`, apiKey: 'sk-fake' },
            models: {
              'mock-model': { name: 'Mock Model', tool_call: true, limit: { context: 200_000, output: 8000 } },
            },
          },
        },
      });
      return {
        ...env,
        OPENCODE_DISABLE_AUTOUPDATE: '1',
        OPENCODE_DISABLE_MODELS_FETCH: '1',
        OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
        OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
      };
    case 'qwen':
      await put(join(home, '.qwen', 'settings.json'), {
        security: { auth: { selectedType: 'openai' }, folderTrust: { enabled: true } },
        general: { enableAutoUpdate: false },
        privacy: { usageStatisticsEnabled: false },
        ui: { theme: 'Default' },
        model: { name: 'mock-model' },
        telemetry: { enabled: false },
      });
      await put(join(home, '.qwen', 'trustedFolders.json'), { [cwd]: 'TRUST_FOLDER' });
      return {
        ...env,
        OPENAI_API_KEY: 'sk-fake',
        OPENAI_BASE_URL: `${url}/v1`,
        OPENAI_MODEL: 'mock-model',
        QWEN_CODE_NO_RELAUNCH: 'true',
      };
  }
}
