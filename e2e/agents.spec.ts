/**
 * The five real agent programs against the mock model, through the product: start, a prompt and its answer, a permission
 * request answered from outside, the turn's end, the conversation and its tokens.
 */
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { Approval } from '../shared/contract/approvals.ts';
import type { Receipt } from '../shared/contract/prompts.ts';
import type { Session } from '../shared/contract/sessions.ts';
import { eventually, ROOT, startHub, type TestHub } from './hub.ts';
import { AGENTS, AGENTS_BIN, type MockModel, prepareAgent, startMock } from './real-agents.ts';

// codex warns of homes under the system's temporary folder
const BASE = join(ROOT, '.cache', 'homes');
const BOOT_MS = 90_000;

let hub: TestHub;
let mock: MockModel;

test.beforeAll(async () => {
  test.setTimeout(600_000);
  mock = await startMock();
  hub = await startHub({ base: BASE, env: { PATH: `${AGENTS_BIN}:${process.env['PATH'] ?? ''}` } });
});

test.afterAll(async () => {
  await hub?.close();
  mock?.close();
});

const session = (name: string) => hub.api<Session>('GET', `/api/sessions/${name}`);

async function send(
  name: string,
  text: string,
  until: 'delivered' | 'confirmed' | 'idle',
  timeout = 60,
): Promise<Receipt & { reached: boolean }> {
  const receipt = await hub.api<Receipt>('POST', `/api/sessions/${name}/prompts`, { text });
  return hub.api('POST', `/api/prompts/${receipt.id}/wait`, { until, timeout });
}

for (const agent of AGENTS) {
  test(`${agent}: prompt, permission, turn end, conversation`, async () => {
    const name = `real-${agent}`;
    const cwd = join(hub.dir, `demo-${agent}`);
    await mkdir(cwd, { recursive: true });
    const env = await prepareAgent(agent, hub.home, cwd, mock.port);
    await hub.api('POST', '/api/sessions', { agent, name, cwd, env });
    await eventually(
      () => session(name),
      (s) => s.state === 'idle',
      `${agent} starts`,
      BOOT_MS,
    );

    const hello = await send(name, 'please say HELLO_THERE', 'idle');
    expect(hello, JSON.stringify(hello)).toMatchObject({ reached: true, state: 'confirmed' });
    const screen = await hub.api<{ text: string }>('GET', `/api/sessions/${name}/screen?format=json`);
    expect(
      screen.text.match(/HELLO_THERE/g)?.length ?? 0,
      'the prompt and its answer are on the screen',
    ).toBeGreaterThan(1);
    expect((await session(name)).state).toBe('done');

    const lines = await send(name, 'three lines\n  in one prompt; #{x} $(y) "q" 日本語 🚀\nsay LINES_OK', 'idle');
    expect(lines, JSON.stringify(lines)).toMatchObject({ reached: true, state: 'confirmed' });

    const tool = await hub.api<Receipt>('POST', `/api/sessions/${name}/prompts`, { text: 'please use the tool' });
    const asked = await eventually(
      () => hub.api<Approval[]>('GET', '/api/approvals'),
      (all) => all.some((a) => a.session === name && a.kind === 'approval'),
      `${agent} asks for permission`,
      60_000,
    );
    const approval = asked.find((a) => a.session === name);
    expect(approval?.subject).toContain('touch made-by-agent.txt');
    expect((await session(name)).needsYou).toBe(true);

    // a prompt for later must not answer the dialog
    const later = await hub.api<Receipt>('POST', `/api/sessions/${name}/prompts`, { text: 'please say LATER_OK' });
    const held = await eventually(
      () => hub.api<Receipt>('GET', `/api/prompts/${later.id}`),
      (r) => r.state !== 'queued',
      'the later prompt is held',
    );
    expect(held.state).toBe('held');
    await expect(stat(join(cwd, 'made-by-agent.txt'))).rejects.toThrow();

    const answered = await hub.api<Approval>('POST', `/api/approvals/${approval?.id}`, {
      decision: 'allow',
      digest: approval?.digest,
    });
    expect(answered.status).toBe('answered');
    await expect(hub.api('POST', `/api/approvals/${approval?.id}`, { decision: 'deny' })).rejects.toThrow(/409/);

    const end = await hub.api<Receipt & { reached: boolean }>('POST', `/api/prompts/${tool.id}/wait`, {
      until: 'idle',
      timeout: 60,
    });
    expect(end.reached, JSON.stringify(end)).toBe(true);
    expect((await stat(join(cwd, 'made-by-agent.txt'))).isFile()).toBe(true);
    const after = await hub.api<Receipt & { reached: boolean }>('POST', `/api/prompts/${later.id}/wait`, {
      until: 'idle',
      timeout: 60,
    });
    expect(after.reached, JSON.stringify(after)).toBe(true);
    await eventually(
      () => session(name),
      (s) => s.state === 'done',
      `${agent} ends its turn as done`,
    );

    const conversations = await eventually(
      () =>
        hub.api<{ title: string; turns: number; tokens: { output: number } }[]>(
          'GET',
          `/api/sessions/${name}/conversations`,
        ),
      (all) => (all[0]?.turns ?? 0) >= 4,
      `${agent}'s conversation is listed with its turns`,
    );
    expect(conversations[0]?.title).toContain('HELLO_THERE');
    expect(conversations[0]?.tokens.output).toBeGreaterThan(0);

    const slow = await hub.api<Receipt>('POST', `/api/sessions/${name}/prompts`, { text: 'slow 30 say NEVER' });
    await hub.api('POST', `/api/prompts/${slow.id}/wait`, { until: 'confirmed', timeout: 30 });
    await eventually(
      () => session(name),
      (s) => s.state === 'working',
      `${agent} works`,
    );
    await hub.api('POST', `/api/sessions/${name}/interrupt`, {});
    await eventually(
      () => session(name),
      (s) => s.state !== 'working',
      `${agent} was interrupted`,
    );
    expect(['idle', 'done']).toContain((await session(name)).state);

    await hub.api('DELETE', `/api/sessions/${name}`);
  });
}

test('the web app: sign in, start Claude Code by the form, prompt it, answer its question in the inbox, see it done', async ({
  page,
}) => {
  const own = await startHub({ base: BASE, env: { PATH: `${AGENTS_BIN}:${process.env['PATH'] ?? ''}` } });
  try {
    const cwd = join(own.dir, 'demo');
    // as a user would: the provider's variables are in the environment that the hub is started with
    Object.assign(own.env, await prepareAgent('claude', own.home, cwd, mock.port));
    await own.end('SIGTERM');
    await own.start();
    await page.goto(own.banner.setupUrl ?? '');
    await page.getByLabel('User').fill('ann');
    await page.getByLabel('Passphrase', { exact: true }).fill('a deck of many agents');
    await page.getByLabel('Passphrase again').fill('a deck of many agents');
    await page.getByRole('button', { name: 'Make user and sign in' }).click();
    await page.getByRole('button', { name: 'New session' }).first().click();
    const form = page.getByRole('dialog', { name: 'Start a session' });
    await form.getByText('Claude Code', { exact: true }).click();
    await form.getByLabel('Name').fill('coder');
    await form.getByLabel('Folder').fill(cwd);
    await form.getByRole('button', { name: 'Start', exact: true }).click();
    await expect(page).toHaveURL(/\/s\/coder$/);
    const state = () => own.api<Session>('GET', '/api/sessions/coder').then((s) => s.state);
    await eventually(state, (s) => s === 'idle', 'Claude Code starts', BOOT_MS);

    await page.getByRole('textbox', { name: 'Prompt for coder' }).fill('please use the tool');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('link', { name: /Inbox/ }).click();
    const card = page.getByRole('listitem').filter({ hasText: 'touch made-by-agent.txt' });
    await card.getByRole('button', { name: 'Yes', exact: true }).click();
    await eventually(
      () => stat(join(cwd, 'made-by-agent.txt')).catch(() => null),
      (file) => file !== null,
      'the tool ran',
    );
    await eventually(state, (s) => s === 'done', 'the turn ends');
    await expect(page.getByText(/answered “Yes/)).toBeVisible();
    await page.goto(`${own.banner.url}/s/coder`);
    await expect(page.getByText('Done', { exact: true }).first()).toBeVisible();
    const text = (await own.api<{ text: string }>('GET', '/api/sessions/coder/screen?format=json')).text;
    expect(text).toContain('TOOL_DONE');
  } finally {
    await own.close();
  }
});
