import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testHost } from '../fixtures/host.ts';
import { type HookEvent, hookEvent } from './events.ts';
import { readEvents } from './spool.ts';

const event = (agent: string, name: string, input: object): HookEvent | null =>
  hookEvent(
    agent,
    JSON.stringify({
      v: 1,
      at: 5,
      agent,
      session: 's',
      event: name,
      cut: false,
      in: { session_id: 'c', transcript_path: '/t', cwd: '/w', ...input },
    }),
  );

describe('events', () => {
  it.each([
    ['claude', 'SessionStart', {}, 'session-start'],
    ['claude', 'UserPromptSubmit', { prompt: 'do' }, 'prompt'],
    ['claude', 'PreToolUse', { tool_name: 'Bash' }, 'working'],
    ['claude', 'PermissionRequest', { tool_name: 'Bash' }, 'permission'],
    ['claude', 'PermissionRequest', { tool_name: 'AskUserQuestion' }, 'question'],
    ['claude', 'Notification', { notification_type: 'permission_prompt' }, 'waiting-notice'],
    ['claude', 'Notification', { notification_type: 'idle_prompt' }, 'idle-notice'],
    ['claude', 'Notification', { notification_type: 'news' }, undefined],
    ['claude', 'Stop', {}, 'turn-end'],
    ['claude', 'StopFailure', { error: 'x' }, 'turn-failed'],
    ['claude', 'SubagentStop', { agent_id: 'a' }, 'subagent-end'],
    ['claude', 'Stop', { agent_id: 'a' }, 'subagent-end'],
    ['claude', 'PermissionRequest', { agent_id: 'a', tool_name: 'Bash' }, 'permission'],
    ['claude', 'SessionEnd', {}, 'session-end'],
    ['claude', 'Unheard', {}, undefined],
    ['codex', 'UserPromptSubmit', { prompt: 'x', agent_id: 'sub' }, 'subagent-prompt'],
    ['qwen', 'UserPromptSubmit', { prompt: '' }, 'working'],
    ['gemini', 'BeforeAgent', { prompt: 'x' }, 'prompt'],
    ['gemini', 'AfterAgent', {}, 'turn-end'],
    [
      'gemini',
      'Notification',
      { notification_type: 'ToolPermission', details: { type: 'exec', command: 'ls' } },
      'permission',
    ],
    ['gemini', 'Notification', { notification_type: 'ToolPermission', details: { type: 'ask_user' } }, 'question'],
  ])('%s %s %j is %s', (agent, name, input, kind) => expect(event(agent, name, input)?.kind).toBe(kind));

  it('takes over what is told', () => {
    expect(
      event('claude', 'PermissionRequest', {
        tool_name: 'Bash',
        tool_input: { command: 'rm -rf x', description: 'd' },
      }),
    ).toEqual({
      at: 5,
      agent: 'claude',
      session: 's',
      kind: 'permission',
      event: 'PermissionRequest',
      conversationId: 'c',
      transcriptPath: '/t',
      cwd: '/w',
      tool: 'Bash',
      subject: 'rm -rf x',
      message: null,
      subagent: null,
      limited: false,
    });
    expect(event('claude', 'StopFailure', { error: 'rate_limit', last_assistant_message: 'Limit' })).toMatchObject({
      limited: true,
      message: 'Limit',
    });
  });

  it('knows a sub-agent of codex by its own transcript', () => {
    const [parent, sub] = ['01a1fc39-dbe2-7d70-ac59-f5a26bc5ed33', '01a1fc39-f801-78a2-89df-662ab40a3af2'];
    const of = (file: string) =>
      event('codex', 'Stop', { session_id: parent, transcript_path: `/s/rollout-2026-11-21T03-50-12-${file}.jsonl` });
    expect(of(parent)).toMatchObject({ kind: 'turn-end', subagent: null });
    expect(of(sub)).toMatchObject({ kind: 'subagent-end', subagent: sub });
  });

  it.each(['', 'x', '{}', '[]', 'null', '{"at":"x","event":1}', '{"at":1,"event":"Stop","session":"s","in":5}'])(
    '%j is no error',
    (line) => {
      expect(hookEvent('claude', line)?.kind).toBe(line.includes('"Stop"') ? 'turn-end' : undefined);
    },
  );
});

describe('the hook script', () => {
  const script = new URL('../../../../resources/hooks/qd-hook.sh', import.meta.url).pathname;
  let dir = '';
  let file = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'qd-hook-'));
    file = join(dir, 'events.jsonl');
  });
  afterEach(() => rm(dir, { recursive: true }));
  const env = (more = {}) => ({ PATH: process.env['PATH'] ?? '', QD_EVENTS: file, QD_SESSION_NAME: 's-1', ...more });
  const run = (input: string, more = {}) => {
    const ended = spawnSync('/bin/sh', [script, 'claude', 'Stop'], { input, env: env(more), encoding: 'utf8' });
    // it may end before it was given its input, which is no failure of the script
    if (ended.status !== 0) throw ended.error ?? new Error(`exit ${ended.status}: ${ended.stderr}`);
    return ended.stdout;
  };
  const read = () => readEvents(testHost(dir), file, 0);

  it('writes one line for an event, whatever its layout, and says nothing', async () => {
    const input = { session_id: 'c', last_assistant_message: 'line 1\nline "2" \\ 日本 🙂' };
    expect(run(JSON.stringify(input, null, 2))).toBe('');
    expect((await read()).events).toMatchObject([
      { session: 's-1', kind: 'turn-end', conversationId: 'c', message: 'line 1\nline "2" \\ 日本 🙂' },
    ]);
    expect((await readFile(file, 'utf8')).trimEnd()).not.toContain('\n');
  });

  it('cuts what is too large down to the fields that count, and believes no quotation of them', async () => {
    const input = {
      session_id: 'a"b',
      tool_name: 'Bash',
      tool_input: { x: '"session_id":"evil"' },
      tool_response: `${'z"\\\n'.repeat(200_000)}`,
    };
    run(JSON.stringify({ quoted: '{"cwd":"evil"}', ...input, cwd: '/right' }));
    expect((await read()).events).toMatchObject([{ conversationId: 'a"b', tool: 'Bash', cwd: '/right' }]);
    expect((await readFile(file)).length).toBeLessThan(64_000);
  });

  it('keeps lines whole when many hooks run at once', async () => {
    const one = (n: number) =>
      new Promise<void>((done, fail) => {
        const child = execFile('/bin/sh', [script, 'claude', 'UserPromptSubmit'], { env: env() }, (error) =>
          error ? fail(error) : done(),
        );
        child.stdin?.end(JSON.stringify({ session_id: `c${n}`, prompt: 'p'.repeat(20_000) }));
      });
    await Promise.all(Array.from({ length: 24 }, (_, n) => one(n)));
    const { events } = await read();
    expect(new Set(events.map((each) => each.conversationId)).size).toBe(24);
  });

  it('ends with 0 outside a session, with odd names, with nowhere to write, and with no JSON', async () => {
    for (const more of [
      { QD_EVENTS: '' },
      { QD_SESSION_NAME: '' },
      { QD_SESSION_NAME: 'a","x' },
      { QD_EVENTS: '/nowhere/at/all' },
    ])
      expect(run('{}', more)).toBe('');
    run('this is no JSON');
    expect((await read()).events).toMatchObject([{ kind: 'turn-end', conversationId: null }]);
  });

  it('does not wait for an input that never ends, nor hold the pipes it was given', async () => {
    const child = spawn('/bin/sh', [script, 'claude', 'Stop'], { env: env(), stdio: 'pipe' });
    const started = performance.now();
    // `close` comes when all holders of its output are gone.
    expect(await new Promise((done) => child.on('close', done))).toBe(0);
    expect(performance.now() - started).toBeLessThan(5000);
    child.stdin.end();
  });

  it('is read on from an offset, and from the start when the file was made anew', async () => {
    run('{"session_id":"a"}');
    const first = await read();
    run('{"session_id":"b"}');
    const second = await readEvents(testHost(dir), file, first.offset);
    expect(second.events.map((each) => each.conversationId)).toEqual(['b']);
    await writeFile(file, '');
    run('{"session_id":"d"}');
    expect((await readEvents(testHost(dir), file, second.offset)).events).toMatchObject([{ conversationId: 'd' }]);
    expect(await readEvents(testHost(dir), join(dir, 'none'), 7)).toEqual({ events: [], offset: 0 });
  });
});
