/** The agents we know, as data. Tried with the real programs: claude, codex, gemini, qwen, opencode; the others follow their documentation. */
import { type AgentSpec, blankAgent } from './rules.ts';

function agent(key: string, title: string, fields: Partial<AgentSpec>): AgentSpec {
  const base = blankAgent(key);
  const command = fields.command ?? key;
  return { ...base, title, command, binaries: [command], custom: false, ...fields };
}

const flagsOnly = (...flags: string[]) => ({ flags, env: {} });

export const CATALOGUE: readonly AgentSpec[] = [
  agent('claude', 'Claude Code', {
    skip: flagsOnly('--dangerously-skip-permissions'),
    skipAliases: [['--permission-mode', 'bypassPermissions']],
    resume: { id: ['--resume', '{id}'], latest: ['--continue'], front: false },
    sessionIdFlag: '--session-id',
    chores: ['auth', 'doctor', 'install', 'mcp', 'plugin', 'plugins', 'setup-token', 'update', 'upgrade'],
    install: 'npm install -g @anthropic-ai/claude-code',
    home: 'https://code.claude.com',
    leaveText: '/exit',
    channels: ['hooks', 'transcript', 'statusline'],
  }),
  agent('codex', 'Codex', {
    skip: flagsOnly('--dangerously-bypass-approvals-and-sandbox'),
    skipAliases: [['--yolo']],
    resume: { id: ['resume', '{id}'], latest: ['resume', '--last'], front: true },
    chores: ['login', 'logout', 'mcp', 'plugin', 'doctor', 'update', 'features'],
    install: 'npm install -g @openai/codex',
    home: 'https://developers.openai.com/codex',
    leaveText: '/quit',
    leaveKeys: ['C-c'],
    channels: ['hooks', 'transcript', 'osc'],
  }),
  agent('agy', 'Antigravity', {
    skip: flagsOnly('--dangerously-skip-permissions'),
    resume: { id: ['--conversation', '{id}'], latest: null, front: false },
    install: 'curl -fsSL https://antigravity.google/cli/install.sh | bash',
    home: 'https://antigravity.google',
    channels: ['transcript'],
  }),
  agent('gemini', 'Gemini CLI', {
    skip: flagsOnly('--yolo'),
    skipAliases: [['-y'], ['--approval-mode', 'yolo']],
    resume: { id: ['--resume', '{id}'], latest: ['--resume', 'latest'], front: false },
    sessionIdFlag: '--session-id',
    chores: ['mcp', 'extensions', 'skills', 'hooks'],
    install: 'npm install -g @google/gemini-cli',
    home: 'https://geminicli.com',
    leaveText: '/quit',
    channels: ['hooks', 'transcript'],
  }),
  agent('qwen', 'Qwen Code', {
    skip: flagsOnly('--yolo'),
    skipAliases: [['-y'], ['--approval-mode', 'yolo']],
    resume: { id: ['--resume', '{id}'], latest: ['--continue'], front: false },
    sessionIdFlag: '--session-id',
    chores: ['auth', 'mcp', 'extensions', 'hooks', 'channel'],
    install: 'npm install -g @qwen-code/qwen-code',
    home: 'https://qwenlm.github.io/qwen-code-docs',
    leaveText: '/quit',
    channels: ['hooks', 'transcript', 'file-pair'],
  }),
  agent('opencode', 'OpenCode', {
    // The flag is what was seen to work; the variable is what older versions and forks read.
    skip: { flags: ['--auto'], env: { OPENCODE_YOLO: '1' } },
    resume: { id: ['--session', '{id}'], latest: ['--continue'], front: false },
    chores: ['auth', 'providers', 'mcp', 'models', 'upgrade', 'stats'],
    install: 'npm install -g opencode-ai',
    home: 'https://opencode.ai',
    interruptKeys: ['Escape', 'Escape'],
    interruptGapMs: 300,
    leaveText: '/exit',
    leaveKeys: ['C-c'],
    channels: ['transcript', 'http'],
  }),
  agent('amp', 'Amp', {
    skip: flagsOnly('--dangerously-allow-all'),
    install: 'npm install -g @sourcegraph/amp',
    home: 'https://ampcode.com',
  }),
  agent('grok', 'Grok', {
    skip: flagsOnly('--always-approve'),
    install: 'curl -fsSL https://x.ai/cli/install.sh | bash',
    home: 'https://x.ai/cli',
  }),
  agent('aider', 'Aider', {
    skip: flagsOnly('--yes-always'),
    install: 'python -m pip install aider-install && aider-install',
    home: 'https://aider.chat',
    interruptKeys: ['C-c'],
    leaveText: '/exit',
  }),
  agent('continue', 'Continue', {
    command: 'cn',
    skip: flagsOnly('--auto'),
    install: 'npm install -g @continuedev/cli',
    home: 'https://docs.continue.dev',
  }),
  agent('kiro', 'Kiro', {
    command: 'kiro-cli',
    skip: flagsOnly('--trust-all-tools'),
    install: 'curl -fsSL https://cli.kiro.dev/install | bash',
    home: 'https://kiro.dev/cli',
    interruptKeys: ['C-c'],
    leaveText: '/quit',
  }),
  agent('cursor', 'Cursor Agent', {
    command: 'cursor-agent',
    skip: {
      flags: [],
      env: {},
      note: 'Cursor decides this in its own configuration (~/.cursor/cli-config.json, permissions).',
    },
    install: 'curl https://cursor.com/install -fsS | bash',
    home: 'https://cursor.com/cli',
  }),
  agent('plandex', 'Plandex', {
    skip: { flags: [], env: {}, note: 'Plandex is asked inside the program: `set-auto full`.' },
    install: 'curl -sL https://plandex.ai/install.sh | bash',
    home: 'https://plandex.ai',
    interruptKeys: ['C-c'],
  }),
  agent('goose', 'Goose', {
    skip: { flags: [], env: { GOOSE_MODE: 'auto' } },
    install: 'brew install block-goose-cli',
    home: 'https://block.github.io/goose',
    interruptKeys: ['C-c'],
    leaveText: '/exit',
  }),
  agent('copilot', 'GitHub Copilot CLI', {
    skip: flagsOnly('--yolo'),
    skipAliases: [['--allow-all'], ['--allow-all-tools']],
    resume: { id: ['--resume', '{id}'], latest: ['--continue'], front: false },
    install: 'npm install -g @github/copilot',
    home: 'https://github.com/features/copilot/cli',
    leaveText: '/exit',
    channels: ['transcript'],
  }),
  agent('shell', 'Shell', {
    kind: 'shell',
    command: '',
    binaries: [],
    interruptKeys: ['C-c'],
    leaveText: 'exit',
    leaveKeys: ['C-d'],
  }),
  agent('custom', 'Custom command', {
    kind: 'custom',
    command: '',
    binaries: [],
    interruptKeys: ['C-c'],
    leaveKeys: ['C-c', 'C-c'],
  }),
];
