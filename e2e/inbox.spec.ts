/** The Inbox and its policies: worked through by keys, policies that really answer, nothing undone of others. */
import { expect, type Page, test } from '@playwright/test';
import type { Approval, Policy } from '../shared/contract/approvals.ts';
import type { Session } from '../shared/contract/sessions.ts';
import { AGENT, accessible, type Face, startFace, USER } from './face.ts';
import { eventually } from './hub.ts';

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
