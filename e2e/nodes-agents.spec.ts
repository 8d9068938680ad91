/** The real Claude Code on a machine reached by ssh, against a mock model there: hooks, prompt, permission, history, tokens. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { HooksView, UsageRow } from '../shared/contract/agents.ts';
import type { Approval } from '../shared/contract/approvals.ts';
import type { NodeHealth } from '../shared/contract/nodes.ts';
import type { Receipt } from '../shared/contract/prompts.ts';
import type { Session } from '../shared/contract/sessions.ts';
import { eventually, startHub, type TestHub } from './hub.ts';
import { AGENTS_BIN, type MockModel, prepareAgent, startMock } from './real-agents.ts';
import { type Machine, noSshd, startMachine } from './sshd.ts';

test.skip(noSshd !== null, noSshd ?? '');

let hub: TestHub;
let mock: MockModel;
let machine: Machine;

test.beforeAll(async () => {
  test.setTimeout(600_000);
  mock = await startMock();
  machine = await startMachine({ path: `${AGENTS_BIN}:${process.env['PATH'] ?? ''}` });
  hub = await startHub();
});
test.afterAll(async () => {
  await hub?.close();
  await machine?.stop();
  mock?.close();
});

test('Claude Code over ssh: hooks, prompt, permission, turn end, conversation, tokens', async () => {
  const where = `127.0.0.1:${machine.port}`;
  const how = ['--title', 'far', '--identity', machine.key, '--fingerprint', machine.fingerprint];
  const added = await hub.qd(['node', 'add', where, ...how]);
  expect(added.code, added.stderr + added.stdout).toBe(0);
  const health = await hub.api<NodeHealth>('GET', '/api/nodes/far?deep=true');
  expect(health.agents.map(({ key }) => key)).toContain('claude');

  const cwd = join(machine.home, 'demo');
  const env = await prepareAgent('claude', machine.home, cwd, mock.port);
  const hooks = await hub.api<HooksView>('POST', '/api/agents/claude/hooks', { node: 'far' });
  expect(hooks).toMatchObject({ state: 'installed', plan: { file: join(machine.home, '.claude/settings.json') } });

  await hub.api('POST', '/api/sessions', { agent: 'claude', name: 'coder', node: 'far', cwd, env });
  const session = () => hub.api<Session>('GET', '/api/sessions/coder');
  await eventually(session, (s) => s.state === 'idle', 'Claude Code starts', 90_000);
  const send = async (text: string) => {
    const receipt = await hub.api<Receipt>('POST', '/api/sessions/coder/prompts', { text });
    return () =>
      hub.api<Receipt & { reached: boolean }>('POST', `/api/prompts/${receipt.id}/wait`, {
        until: 'idle',
        timeout: 60,
      });
  };
  const hello = await (await send('please say HELLO_THERE'))();
  expect(hello, JSON.stringify(hello)).toMatchObject({ reached: true, state: 'confirmed' });

  const tool = await send('please use the tool');
  const [approval] = await eventually(
    () => hub.api<Approval[]>('GET', '/api/approvals'),
    (all) => all.length > 0,
    'it asks for permission',
    60_000,
  );
  expect(approval?.subject).toContain('touch made-by-agent.txt');
  await hub.api('POST', `/api/approvals/${approval?.id}`, { decision: 'allow', digest: approval?.digest });
  expect(await tool()).toMatchObject({ reached: true });
  expect((await stat(join(cwd, 'made-by-agent.txt'))).isFile()).toBe(true);

  const done = await eventually(
    session,
    (s) => (s.tokens?.output ?? 0) > 0 && s.state === 'done',
    'tokens are told',
    30_000,
  );
  expect(done.conversationId).not.toBe(null);
  const explained = await hub.api<{ sources: { source: string; note: string; state: string | null }[] }>(
    'GET',
    '/api/sessions/coder/explain',
  );
  // The hooks speak, over files on that machine.
  expect(explained.sources.find(({ source }) => source === 'event')?.state).not.toBe(null);
  const [conversation] = await hub.api<{ title: string; turns: number; id: string }[]>(
    'GET',
    '/api/sessions/coder/conversations',
  );
  expect(conversation).toMatchObject({ id: done.conversationId, turns: 2 });
  expect(conversation?.title).toContain('HELLO_THERE');
  const [usage] = await hub.api<UsageRow[]>('GET', '/api/usage?node=far&by=agent');
  expect(usage).toMatchObject({ key: 'claude' });
  expect(usage?.tokens.output).toBeGreaterThan(0);
  // Nothing of it is booked to this machine.
  expect(await hub.api('GET', '/api/usage?by=agent')).toEqual([]);

  // The machine is rebooted: the conversation goes on where it was.
  await machine.down();
  await machine.reboot();
  await machine.up();
  await eventually(session, (s) => s.state === 'exited', 'the loss is told', 30_000);
  const [restored] = await hub.api<{ ok: boolean; message: string }[]>('POST', '/api/restore', { names: ['coder'] });
  expect(restored, restored?.message).toMatchObject({ ok: true });
  await eventually(session, (s) => s.state === 'idle' || s.state === 'done', 'it goes on', 60_000);
  // The program draws what was said before a moment after it says that it is there.
  await eventually(
    () => hub.api<{ text: string }>('GET', '/api/sessions/coder/screen?format=json'),
    ({ text }) => text.includes('HELLO_THERE'),
    'the conversation is on the screen again',
    60_000,
  );
});
