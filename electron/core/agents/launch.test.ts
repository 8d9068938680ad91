import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { AgentOverride, type LaunchRequest } from '../../../shared/contract/agents.ts';
import { isFault } from '../../../shared/fault.ts';
import { CATALOGUE } from './catalogue.ts';
import { splitWords } from './flags.ts';
import { type LaunchFacts, launchPlan } from './launch.ts';
import { mergeAgents, priceOf } from './rules.ts';

const words = (line: string) => {
  const split = splitWords(line);
  return split.ok ? split.words : null;
};

function spec(key: string, over?: Record<string, unknown>) {
  const overrides = over ? { [key]: AgentOverride.parse(over) } : {};
  const found = mergeAgents(CATALOGUE, overrides, words).agents.find((agent) => agent.key === key);
  if (!found) throw new Error(key);
  return found;
}

const plan = (request: LaunchRequest, over?: Record<string, unknown>, facts?: LaunchFacts) =>
  launchPlan(spec(request.agent, over), request, facts);

function fault(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isFault(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'no fault';
}

const ID = '4f4bfb1c-53f6-4f0f-9f0b-0d9c4b7f3f11';

describe('the catalogue', () => {
  it('has the fifteen agents, shell and custom, each with an install command where one can be', () => {
    const keys = CATALOGUE.map((agent) => agent.key);
    expect(keys.toSorted()).toEqual(
      'agy aider amp claude codex continue copilot cursor custom gemini goose grok kiro opencode plandex qwen shell'.split(
        ' ',
      ),
    );
    for (const agent of CATALOGUE) if (agent.kind === 'agent') expect(agent.install, agent.key).toBeTruthy();
  });

  it.each([
    ['claude', ['claude', '--dangerously-skip-permissions'], {}],
    ['codex', ['codex', '--dangerously-bypass-approvals-and-sandbox'], {}],
    ['agy', ['agy', '--dangerously-skip-permissions'], {}],
    ['gemini', ['gemini', '--yolo'], {}],
    ['qwen', ['qwen', '--yolo'], {}],
    ['opencode', ['opencode', '--auto'], { OPENCODE_YOLO: '1' }],
    ['amp', ['amp', '--dangerously-allow-all'], {}],
    ['grok', ['grok', '--always-approve'], {}],
    ['aider', ['aider', '--yes-always'], {}],
    ['continue', ['cn', '--auto'], {}],
    ['kiro', ['kiro-cli', '--trust-all-tools'], {}],
    ['cursor', ['cursor-agent'], {}],
    ['plandex', ['plandex'], {}],
    ['goose', ['goose'], { GOOSE_MODE: 'auto' }],
    ['copilot', ['copilot', '--yolo'], {}],
  ])('%s without and with permission dialogs', (agent, argv, env) => {
    expect(plan({ agent })).toMatchObject({ argv: [argv[0]], env: {}, asksNothing: false });
    const skipping = argv.length > 1 || Object.keys(env).length > 0;
    expect(plan({ agent, skipPermissions: true })).toMatchObject({ argv, env, asksNothing: skipping });
  });

  it.each([
    ['claude', ['claude', '-x', '--resume', ID]],
    ['codex', ['codex', 'resume', ID, '-x']],
    ['agy', ['agy', '-x', '--conversation', ID]],
    ['gemini', ['gemini', '-x', '--resume', ID]],
    ['qwen', ['qwen', '-x', '--resume', ID]],
    ['opencode', ['opencode', '-x', '--session', ID]],
    ['copilot', ['copilot', '-x', '--resume', ID]],
  ])('%s resumes by id', (agent, argv) => {
    expect(plan({ agent, flags: '-x', resume: ID })).toMatchObject({ argv, conversationId: ID });
  });
});

describe('a launch plan', () => {
  it('appends or replaces the default flags, and never loses the permission switch', () => {
    const over = { flags: '--model "opus 4"' };
    expect(plan({ agent: 'claude', flags: '--verbose' }, over).argv).toEqual([
      'claude',
      '--model',
      'opus 4',
      '--verbose',
    ]);
    expect(
      plan({ agent: 'claude', flags: '--verbose', flagsMode: 'replace', skipPermissions: true }, over).argv,
    ).toEqual(['claude', '--verbose', '--dangerously-skip-permissions']);
  });

  it('says when the flags themselves switch the questions off', () => {
    for (const flags of [
      '--permission-mode bypassPermissions',
      '--permission-mode=bypassPermissions',
      '--dangerously-skip-permissions',
    ])
      expect(plan({ agent: 'claude', flags }).asksNothing, flags).toBe(true);
    expect(plan({ agent: 'claude', flags: '--permission-mode plan' }).asksNothing).toBe(false);
    expect(plan({ agent: 'claude', flags: '--dangerously-skip-permissions', skipPermissions: true }).argv).toHaveLength(
      2,
    );
  });

  it('chooses an id only where the agent lets one, and only a UUID', () => {
    expect(plan({ agent: 'claude', conversationId: ID })).toMatchObject({
      argv: ['claude', '--session-id', ID],
      conversationId: ID,
    });
    expect(fault(() => plan({ agent: 'codex', conversationId: ID }))).toMatch(/^invalid: Codex chooses/);
    expect(fault(() => plan({ agent: 'claude', conversationId: 'x' }))).toMatch(/UUID/);
    expect(plan({ agent: 'claude', conversationId: ID, resume: 'latest' }).argv).toEqual(['claude', '--continue']);
  });

  it.each(['--dangerously-skip-permissions', '-x', 'a b', '', 'a\nb', '../x/y', 'a;b', `${'a'.repeat(300)}`])(
    'refuses %j as a conversation',
    (resume) => expect(fault(() => plan({ agent: 'claude', resume }))).toMatch(/^invalid/),
  );

  it('says where resuming is not possible', () => {
    expect(fault(() => plan({ agent: 'aider', resume: ID }))).toMatch(/^unsupported/);
    expect(fault(() => plan({ agent: 'agy', resume: 'latest' }))).toMatch(/^unsupported/);
    expect(fault(() => plan({ agent: 'claude', flags: "'x" }))).toMatch(/^invalid: The single quote/);
    expect(fault(() => plan({ agent: 'custom' }))).toMatch(/^invalid/);
  });

  it('resumes by file where the template says so', () => {
    const over = { resume: '--session-file {path}' };
    expect(plan({ agent: 'gemini', resume: ID }, over, { conversationPath: '/h/a b.jsonl' }).argv).toEqual([
      'gemini',
      '--session-file',
      '/h/a b.jsonl',
    ]);
    expect(fault(() => plan({ agent: 'gemini', resume: ID }, over))).toMatch(/^not-found/);
  });

  it('gives a sub-command that holds no conversation no flags of one', () => {
    const over = { flags: '--model opus' };
    for (const [agent, command] of [
      ['claude', 'claude auth login'],
      ['claude', '/opt/bin/claude mcp list'],
      ['qwen', 'qwen auth'],
      ['codex', 'codex login --device-auth'],
    ] as const)
      expect(plan({ agent, command, skipPermissions: true, conversationId: ID }, over), command).toMatchObject({
        argv: command.split(' '),
        conversationId: null,
        asksNothing: false,
      });
    expect(plan({ agent: 'claude', command: 'claude auth login', flags: '--console' }).argv).toEqual(
      'claude auth login --console'.split(' '),
    );
    // A first prompt that happens to be such a word, and programs of another name, are conversations.
    expect(plan({ agent: 'claude', command: 'claude "auth login"', conversationId: ID }).conversationId).toBe(ID);
    expect(plan({ agent: 'claude', command: 'wrapper auth', conversationId: ID }).conversationId).toBe(ID);
  });

  it('uses the found program, unless the session names another command', () => {
    expect(plan({ agent: 'claude' }, undefined, { binary: '/opt/claude' }).argv).toEqual(['/opt/claude']);
    expect(plan({ agent: 'claude', command: 'npx claude' }, undefined, { binary: '/opt/claude' }).argv).toEqual([
      'npx',
      'claude',
    ]);
  });

  it('runs shells and custom commands, arguments never parsed twice', () => {
    expect(plan({ agent: 'shell' }, undefined, { shell: '/bin/zsh' }).argv).toEqual(['/bin/zsh', '-l']);
    const run = (request: LaunchRequest, over?: Record<string, unknown>) => {
      const [file = '', ...args] = plan(request, over).argv;
      return execFileSync(file, args, { encoding: 'utf8' });
    };
    expect(run({ agent: 'custom', command: 'printf %s "$((1+1))"' })).toBe('2');
    expect(run({ agent: 'custom', command: 'printf "[%s]"', flags: `'$(id)' "a b"` })).toBe('[$(id)][a b]');
    expect(run({ agent: 'mine', flags: `'; id'` }, { command: 'X=1; printf "[%s]" $X' })).toBe('[1][; id]');
  });
});

describe('overrides', () => {
  it('adds agents of the user and changes fields of the built-in ones', () => {
    const mine = spec('mine', {
      command: 'my-agent --tui',
      flags: '-q',
      env: { A: '1' },
      resume: 'continue {id}',
      skipFlags: '--yes',
    });
    expect(launchPlan(mine, { agent: 'mine', resume: 'c1', skipPermissions: true })).toEqual({
      argv: ['my-agent', '--tui', 'continue', 'c1', '-q', '--yes'],
      env: { A: '1' },
      conversationId: 'c1',
      asksNothing: true,
    });
    expect(spec('claude', { skipFlags: '--none' })).toMatchObject({
      title: 'Claude Code',
      skip: { flags: ['--none'] },
      custom: true,
    });
  });

  it('refuses what is not understood, one entry at a time', () => {
    expect(AgentOverride.safeParse({ comand: 'x' }).success).toBe(false);
    expect(AgentOverride.safeParse({ ready: '(' }).success).toBe(false);
    expect(AgentOverride.safeParse({ command: 'a\nb' }).success).toBe(false);
    expect(AgentOverride.safeParse({ env: { 'a=b': 'x' } }).success).toBe(false);
    const { agents, problems } = mergeAgents(
      CATALOGUE,
      { claude: { resume: '--resume', flags: "'" }, codex: { title: 'C' } },
      words,
    );
    expect(problems).toEqual([expect.stringContaining('claude.resume'), expect.stringContaining('claude.flags')]);
    expect(agents.find((each) => each.key === 'claude')).toMatchObject({
      flags: '',
      resume: { id: ['--resume', '{id}'] },
    });
  });

  it('prices a model by its own name, dates and variants aside', () => {
    const prices = { 'gpt-5': { input: 1, output: 1 }, 'claude-opus-4-8': { input: 2, output: 2 } };
    const input = (model: string) => priceOf(model, prices)?.input ?? null;
    expect(
      ['gpt-5', 'gpt-5-20250807', 'openai/gpt-5', 'gpt-5.1', 'gpt-50', 'claude-opus-4-8[1m]', 'x'].map(input),
    ).toEqual([1, 1, 1, null, null, 2, null]);
  });
});
