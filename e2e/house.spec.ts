/** The house: Inbox and policies, settings, people and tokens, logs; by mouse, by keys, on phones, in every theme. */
import { rm, writeFile } from 'node:fs/promises';
import { expect, type Page, test } from '@playwright/test';
import type { Approval, Policy } from '../shared/contract/approvals.ts';
import type { Session } from '../shared/contract/sessions.ts';
import type { Setting, SettingsView } from '../shared/contract/settings.ts';
import { AGENT, accessible, type Face, PASSPHRASE, startFace, USER } from './face.ts';
import { eventually, startHub } from './hub.ts';

let face: Face;
let page: Page;

test.describe.configure({ mode: 'serial' });
test.beforeAll(async ({ browser }) => {
  face = await startFace(browser);
  page = face.page;
});
test.afterAll(async () => {
  await face?.close();
});

const requests = () => face.hub.api<Approval[]>('GET', '/api/approvals');
const policies = () => face.hub.api<Policy[]>('GET', '/api/policies');

async function agent(name: string): Promise<void> {
  await face.hub.api('POST', '/api/sessions', { agent: 'claude', name, command: AGENT });
  await idle(name);
}
const idle = (name: string) =>
  eventually(
    () => face.hub.api<Session>('GET', `/api/sessions/${name}`),
    (s) => s.state === 'idle' || s.state === 'done',
    `${name} is ready`,
  );
/** Lets an agent ask for a command, and waits until the request is open. */
async function ask(name: string, command: string): Promise<void> {
  await face.hub.api('POST', `/api/sessions/${name}/prompts`, { text: `tool ${command}` });
  await eventually(requests, (list) => list.some((each) => each.session === name), `${name} asks`);
}
const card = (on: Page, name: string) => on.locator('[data-card]').filter({ hasText: name });
const endOf = async (name: string): Promise<Approval | undefined> =>
  (await face.hub.api<Approval[]>('GET', '/api/approvals?all=true'))
    .filter((each) => each.session === name)
    .sort((a, b) => a.createdAt - b.createdAt)
    .at(-1);

test('the inbox is worked through by single keys', async () => {
  await face.go(page, '/inbox');
  await expect(page.getByRole('heading', { name: 'Nothing needs you' })).toBeVisible();
  await accessible(page);
  for (const name of ['one', 'two', 'three']) {
    await agent(name);
    await ask(name, `touch ${name}.txt`);
  }
  await expect(page.locator('[data-card]')).toHaveCount(3);
  // What came while one looked at nothing is not chosen: a key pressed just then answers nothing.
  await page.keyboard.press('a');
  await expect(page.locator('[data-at="true"]')).toHaveCount(0);
  await page.keyboard.press('j');
  await expect(card(page, 'touch one.txt')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(card(page, 'touch two.txt')).toHaveAttribute('data-at', 'true');
  await page.keyboard.press('k');
  await expect(card(page, 'touch one.txt')).toHaveAttribute('data-at', 'true');
  await accessible(page);

  await page.keyboard.press('a');
  await expect(card(page, 'touch one.txt')).toHaveCount(0);
  await expect(card(page, 'touch two.txt')).toHaveAttribute('data-at', 'true');
  await page.keyboard.press('d');
  await expect(card(page, 'touch two.txt')).toHaveCount(0);
  await expect(card(page, 'touch three.txt')).toHaveAttribute('data-at', 'true');
  await page.keyboard.press('2');
  await expect(page.locator('[data-card]')).toHaveCount(0);
  expect((await endOf('one'))?.answer).toMatchObject({ by: USER, label: 'Yes' });
  expect((await endOf('two'))?.answer).toMatchObject({ by: USER, label: 'No' });
  expect((await endOf('three'))?.answer).toMatchObject({ by: USER, choice: 2 });

  const lately = page.getByRole('region', { name: 'Answered lately' });
  await lately.getByRole('button', { name: /two/ }).click();
  await expect(lately.getByText(`“No” by ${USER}`)).toBeVisible();
  await accessible(page);
});

test('a request that goes by other means leaves the keys on nothing; Enter opens a session', async () => {
  await idle('one');
  await idle('two');
  await ask('one', 'ls a');
  await ask('two', 'ls b');
  await page.reload();
  await expect(card(page, 'ls a')).toHaveAttribute('data-at', 'true');
  const open = (await requests()).find((each) => each.session === 'one');
  await face.hub.api('POST', `/api/approvals/${open?.id}`, { decision: 'deny' });
  await expect(card(page, 'ls a')).toHaveCount(0);
  await expect(page.locator('[data-at="true"]')).toHaveCount(0);
  await page.keyboard.press('a');
  expect((await requests()).map((each) => each.status)).toEqual(['open']);
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/s\/two$/);
  await page.goBack();
});

test('a no has its reason', async () => {
  await card(page, 'ls b').getByRole('button', { name: 'Deny with a reason' }).click();
  await page.getByLabel('Why not').fill('read the file instead');
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-card]')).toHaveCount(0);
  expect((await endOf('two'))?.answer?.reason).toContain('read the file instead');
});

test('a policy is made from a request, answers it and the next ones, and no more than it says', async () => {
  await idle('one');
  await ask('one', 'git status --short');
  await card(page, 'git status').getByRole('button', { name: 'Always allow like this…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Always allow like this' });
  await expect(dialog.getByLabel('Command')).toHaveValue('git status --short');
  await expect(dialog.getByRole('heading', { name: /^Fits 1 of/ })).toBeVisible();
  await dialog.getByRole('button', { name: 'git status *' }).click();
  await accessible(page);
  await dialog.getByRole('button', { name: 'Make policy and allow this' }).click();
  await expect(page.locator('[data-card]')).toHaveCount(0);
  expect((await endOf('one'))?.answer?.by).toBe(USER);

  await idle('one');
  await face.hub.api('POST', '/api/sessions/one/prompts', { text: 'tool git status --long' });
  await eventually(
    () => endOf('one'),
    (end) => end?.answer?.by.startsWith('policy ') === true && end.subject === 'git status --long',
    'the policy answers',
  );
  await expect(page.getByText('a policy answered “Yes”').first()).toBeVisible();
  await idle('one');
  await ask('one', 'git status --short; rm -rf x');
  await expect(card(page, 'rm -rf x')).toBeVisible();
});

test('policies are ordered, changed and removed; one that allows everything is warned of', async () => {
  await page.getByRole('link', { name: 'Policies' }).click();
  await page.getByRole('button', { name: 'Add policy' }).click();
  const dialog = page.getByRole('dialog', { name: 'New policy' });
  await dialog.getByText('Allow', { exact: true }).click();
  await expect(dialog.getByText('every', { exact: true })).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Make policy' })).toBeDisabled();
  await accessible(page);
  await dialog.getByText('Deny', { exact: true }).click();
  await dialog.getByLabel('Command').fill('*rm -rf*');
  await dialog.getByRole('button', { name: 'Make policy' }).click();
  const list = page.getByRole('list', { name: 'Policies in their order' });
  await expect(list.getByRole('listitem')).toHaveCount(2);
  await page.getByRole('button', { name: 'Move policy 2 up' }).click();
  await expect(list.getByRole('listitem').first()).toContainText('rm -rf');
  expect((await policies()).map((each) => each.decision)).toEqual(['deny', 'allow']);

  await page.getByRole('button', { name: 'Actions for policy 2' }).click();
  await page.getByRole('menuitem', { name: 'Change' }).click();
  await page.getByLabel('Command').fill('git *');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(list.getByRole('listitem').nth(1)).toContainText('git *');

  // Somebody else changed them meanwhile: nothing of theirs is undone.
  await face.hub.api('PUT', '/api/policies', { policies: [...(await policies()), { tool: 'Edit', decision: 'ask' }] });
  await page.getByRole('button', { name: 'Move policy 2 up' }).click();
  await expect(page.getByText(/changed elsewhere meanwhile/)).toBeVisible();
  await expect(list.getByRole('listitem')).toHaveCount(3);
  await page.getByRole('button', { name: 'Actions for policy 3' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(list.getByRole('listitem')).toHaveCount(2);
  await accessible(page);

  await face.go(page, '/inbox');
  await expect(page.locator('[data-at="true"]')).toHaveCount(1);
  await page.keyboard.press('d');
  await expect(page.locator('[data-card]')).toHaveCount(0);
  await idle('one');
  await face.hub.api('POST', '/api/sessions/one/prompts', { text: 'tool sudo rm -rf x' });
  await eventually(
    () => endOf('one'),
    (end) => end?.subject === 'sudo rm -rf x' && end.answer?.label === 'No',
    'the first policy denies',
  );
});

const setting = async (key: string): Promise<Setting | undefined> =>
  (await face.hub.api<SettingsView>('GET', '/api/settings')).settings.find((each) => each.key === key);
const row = (key: string) => page.locator(`[data-setting="${key}"]`);

test('settings are changed by their kind, say where they come from, and go back', async () => {
  await face.go(page, '/settings');
  await expect(row('sessions.stallMinutes')).toContainText('built in');
  await page.getByLabel('Stalled after').fill('x');
  await row('sessions.stallMinutes').getByRole('button', { name: 'Save' }).click();
  await expect(row('sessions.stallMinutes').getByRole('alert')).toContainText('number');
  await page.getByLabel('Stalled after').fill('25');
  await page.keyboard.press('Enter');
  await expect(row('sessions.stallMinutes')).toContainText('changed here');
  expect(await setting('sessions.stallMinutes')).toMatchObject({ value: 25, source: 'overlay' });
  await page.getByRole('button', { name: 'Revert Stalled after' }).click();
  await expect(row('sessions.stallMinutes')).toContainText('built in');
  await expect(page.getByLabel('Stalled after')).toHaveValue('10');

  await page.getByRole('switch', { name: 'Strict turns' }).click();
  await expect(row('prompts.strictTurns')).toContainText('changed here');
  await page.getByLabel('Log level').selectOption('debug');
  await expect(row('logs.level')).toContainText('changed here');
  await page.getByLabel('Copied files').fill('.env');
  await page.keyboard.press('Enter');
  await page.keyboard.type('certs/*.pem');
  await row('worktree.copy').getByRole('button', { name: 'Save' }).click();
  await expect(row('worktree.copy')).toContainText('changed here');
  await page.getByLabel('Without permission dialogs', { exact: true }).fill('claude');
  await page.keyboard.press('Enter');
  await row('agents.skipPermissions').getByRole('button', { name: 'Save' }).click();
  await expect(row('agents.skipPermissions')).toContainText('changed here');
  await row('prices').getByRole('button', { name: 'Add' }).click();
  await row('prices').getByLabel('Prices of models: name 1').fill('my-model');
  await row('prices').getByLabel('input').fill('1,5');
  await row('prices').getByRole('button', { name: 'Save' }).click();
  await expect(row('prices').getByRole('alert')).toContainText('output');
  await row('prices').getByLabel('output').fill('3');
  await row('prices').getByRole('button', { name: 'Save' }).click();
  await expect(row('prices')).toContainText('changed here');
  await page.getByLabel('Own agents').fill('{"mine": ');
  await row('agents').getByRole('button', { name: 'Save' }).click();
  await expect(row('agents').getByRole('alert')).toContainText('not JSON');
  expect((await setting('prompts.strictTurns'))?.value).toBe(true);
  expect((await setting('logs.level'))?.value).toBe('debug');
  expect((await setting('worktree.copy'))?.value).toEqual(['.env', 'certs/*.pem']);
  expect((await setting('agents.skipPermissions'))?.value).toEqual({ claude: true });
  expect((await setting('prices'))?.value).toEqual({ 'my-model': { input: 1.5, output: 3 } });
  await accessible(page);
});

test('what the environment and the command line set is read-only and says why; what waits is in one place', async () => {
  await expect(page.getByLabel('Port')).toBeDisabled();
  await expect(row('hub.port')).toContainText('--port');
  await expect(page.getByLabel('tmux socket')).toBeDisabled();
  await expect(row('tmux.socket')).toContainText('QD_TMUX_SOCKET');
  await expect(page.getByRole('status', { name: 'Waiting for the next start' })).toHaveCount(0);
  await page.getByLabel('Addresses', { exact: true }).fill('0.0.0.0');
  await row('hub.bind').getByRole('button', { name: 'Add', exact: true }).click();
  await row('hub.bind').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('status', { name: 'Waiting for the next start' })).toContainText('Addresses');
  await expect(page.getByText('no phone can reach it')).toContainText('started again');
  await page.getByRole('searchbox', { name: 'Search settings' }).fill('minutes');
  await expect(page.locator('[data-setting]').first()).toBeVisible();
  await expect(row('hub.port')).toHaveCount(0);
  await page.getByRole('searchbox', { name: 'Search settings' }).fill('');
  await page.getByRole('button', { name: /^Revert all/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revert all' }).click();
  await expect(row('hub.bind')).toContainText('built in');
  expect((await setting('prices'))?.value).toEqual({});
});

test('problems of files are told with their place', async () => {
  const { files } = await face.hub.api<SettingsView>('GET', '/api/settings');
  await writeFile(files.user, 'hub:\n  portt: 1\nterminal:\n  theme: light\n');
  await page.reload();
  const problems = page.getByRole('region', { name: 'Problems in configuration files' });
  await expect(problems).toContainText('line 2, column 3');
  await expect(row('terminal.theme')).toContainText('your file');
  // No choice of its own on this device: it looks as the hub says.
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await accessible(page);
  await rm(files.user);
});

test('a hub that other devices can reach shows its address as a QR code', async ({ browser }) => {
  const other = await startHub({ env: { QD_BIND: '0.0.0.0' } });
  try {
    const context = await browser.newContext();
    const looker = await context.newPage();
    await looker.goto(other.banner.setupUrl ?? '');
    await looker.getByLabel('User').fill(USER);
    await looker.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
    await looker.getByLabel('Passphrase again').fill(PASSPHRASE);
    await looker.getByRole('button', { name: 'Make user and sign in' }).click();
    await looker.getByRole('link', { name: 'Settings' }).click();
    const info = await other.api<{ urls: string[] }>('GET', '/api/hub');
    const lan = info.urls.filter((url) => !url.includes('127.0.0.1'));
    test.skip(lan.length === 0, 'this machine has no address but its own');
    await expect(looker.getByRole('img', { name: `QR code of ${lan[0]}` })).toBeVisible();
    await expect(looker.getByText('not encrypted')).toBeVisible();
    await accessible(looker);
    await context.close();
  } finally {
    await other.close();
  }
});
