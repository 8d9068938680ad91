/** Channels in the browser: a person and an agent talk, and each message says who has taken it. */
import { expect, test } from '@playwright/test';
import type { Channel, Message } from '../shared/contract/channels.ts';
import { AGENT, accessible, type Face, sequence, startFace } from './face.ts';

let face: Face;
test.describe.configure({ mode: 'serial' });
test.beforeAll(async ({ browser }) => {
  face = await startFace(browser);
  for (const name of ['fixer', 'docs'])
    await face.hub.api('POST', '/api/sessions', { agent: 'claude', name, command: AGENT, cwd: face.hub.dir });
});
test.afterAll(async () => {
  expect(face.complaints).toEqual([]);
  await face.close();
});

const messages = (channel: string) => face.hub.api<Message[]>('GET', `/api/channels/${channel}/messages`);

test('a group is opened with agents in it, and only the one that is named reads the message', async () => {
  const { page } = face;
  await sequence(page, 'gh');
  await expect(page.getByRole('heading', { name: 'Nobody has said anything' })).toBeVisible();
  await accessible(page);
  await page.keyboard.press('c');
  await page.getByText('Group', { exact: true }).click();
  await page.getByLabel('Name').fill('bad name');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('lower-case');
  await page.getByLabel('Name').fill('build');
  await page.getByLabel('fixer').check();
  await page.getByLabel('docs').check();
  await accessible(page);
  await page.getByRole('button', { name: 'Open group' }).click();
  const field = page.getByLabel('Message', { exact: true });
  await field.pressSequentially('@fi');
  await page.keyboard.press('Enter');
  await field.pressSequentially('say hello');
  await page.keyboard.press('Enter');
  await expect(page.getByText('fixer: taken')).toBeVisible();
  await expect(page.getByText('docs: taken')).toHaveCount(0);
  expect(await messages('build')).toMatchObject([
    { n: 1, text: '@fixer say hello', deliveries: [{ session: 'fixer' }] },
  ]);
  await accessible(page);
});

test('an answer of the agent appears, counts as unread elsewhere, and is read by looking', async () => {
  const { page, hub } = face;
  await page.getByRole('link', { name: 'Panes' }).first().click();
  const env = { QD_TOKEN: '', QD_SERVER: '' };
  expect((await hub.qd(['channel', 'send', 'build', 'hello from here'], { env })).code).toBe(0);
  const channel = await hub.api<Channel>('GET', '/api/channels').then((all) => (all as unknown as Channel[])[0]);
  expect(channel?.last).toBe(2);
  await sequence(page, 'gh');
  await page.getByRole('link', { name: /build/ }).click();
  await expect(page.getByText('hello from here', { exact: true }).last()).toBeVisible();
});

test('a message to one is sent, answered to, and its members can be looked at', async () => {
  const { page } = face;
  await page.getByRole('button', { name: 'New channel or message' }).click();
  await page.getByLabel('To', { exact: true }).fill('nobody-of-this-name');
  await page.getByRole('textbox', { name: 'Message' }).last().fill('hi');
  await page.getByRole('button', { name: 'Send' }).last().click();
  await expect(page.getByRole('alert')).toContainText('nobody-of-this-name');
  await page.getByLabel('To', { exact: true }).fill('docs');
  await page.getByRole('dialog').getByRole('button', { name: 'Send' }).click();
  await expect(page.getByRole('region', { name: 'docs' })).toBeVisible();
  await expect(page.getByText('docs: taken')).toBeVisible();
  await page.getByRole('button', { name: 'Answer message 1' }).click();
  await page.getByLabel('Message', { exact: true }).fill('and once more');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await messages('@docs'))[0]?.replyTo).toBe(1);
  await page.getByRole('button', { name: '2 members' }).click();
  await expect(page.getByLabel(/Members of/)).toContainText('ann');
  await accessible(page);
});

test('a phone has the same, one at a time', async () => {
  const phone = await face.open('iPhone 15');
  await face.go(phone, '/channels');
  await phone.getByRole('link', { name: /build/ }).click();
  const field = phone.getByLabel('Message', { exact: true });
  await field.fill('first line');
  await field.press('Enter');
  // On a phone Enter makes a new line; the button sends.
  await expect(field).toHaveValue('first line\n');
  await phone.getByRole('button', { name: 'Send' }).click();
  await expect.poll(async () => (await messages('build'))[0]?.text).toBe('first line');
  await accessible(phone);
});
