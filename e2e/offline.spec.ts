/** The app where its hub is not: the kept shell, a newer build, what waits, and what must not. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import type { Approval } from '../shared/contract/approvals.ts';
import type { Card, CardChange } from '../shared/contract/board.ts';
import type { Message } from '../shared/contract/channels.ts';
import type { Session } from '../shared/contract/sessions.ts';
import { AGENT, accessible, type Face, startFace } from './face.ts';
import { eventually, ROOT, type TestHub } from './hub.ts';

let face: Face;
let hub: TestHub;
let page: Page;
let root: string;
let build: string;

test.describe.configure({ mode: 'serial' });

const web = (name: string) => join(root, 'dist', 'web', name);
/** Names of the shells that this browser keeps, and all addresses in them. */
const kept = (of: Page) =>
  of.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return { names, paths: requests.flat().map(({ url }) => new URL(url).pathname) };
  });
/** The whole shell is there, and its worker speaks for this page. */
const keeps = (of: Page, which: string) =>
  eventually(
    () =>
      of.evaluate(async (name) => {
        const page = (await caches.has(name)) && (await (await caches.open(name)).match('/')) !== undefined;
        return page && navigator.serviceWorker.controller !== null;
      }, `shell ${which}`),
    (whole) => whole,
    `the shell of ${which}`,
  );
const banner = (of: Page, text: string | RegExp) => of.getByRole('status').filter({ hasText: text });
const away = () => hub.end('SIGKILL');
const back = () => hub.start(hub.banner.port);

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  // What is built, where this test may put another build in its place.
  root = await mkdtemp(join(tmpdir(), 'qd-offline-'));
  await cp(join(ROOT, 'dist'), join(root, 'dist'), { recursive: true });
  for (const name of ['node_modules', 'resources', 'package.json']) await symlink(join(ROOT, name), join(root, name));
  build = (JSON.parse(await readFile(web('build.json'), 'utf8')) as { build: string }).build;
  face = await startFace(browser, { dist: join(root, 'dist') }, { serviceWorkers: 'allow' });
  ({ hub, page } = face);
});
test.afterAll(async () => {
  await face?.close();
  await rm(root, { recursive: true, force: true });
});

test('the app opens where the hub is out of reach, at screens never seen before too', async () => {
  await keeps(page, build);
  await away();
  await page.reload();
  await expect(page.getByRole('link', { name: 'Settings' })).toBeVisible();
  await expect(banner(page, 'Connecting to the hub')).toBeVisible();
  await face.go(page, '/notes');
  await expect(page.getByRole('heading', { name: 'Notes', exact: true })).toBeAttached();
  await face.go(page, '/settings');
  await expect(page.getByRole('heading', { name: 'This device', exact: true })).toBeVisible();
  await accessible(page);
  // A phone that was never here has nothing to open, and an address of the hub itself is none of the app's.
  await expect(page.evaluate(() => fetch('/api/me').catch((error: unknown) => String(error)))).resolves.toContain(
    'fetch',
  );
});

test('behind a proxy without its hub, and before a hub that says nothing, it opens too', async () => {
  const { port } = hub.banner;
  for (const says of ['bad gateway', 'nothing'] as const) {
    const proxy = createServer((_, answer) => {
      if (says === 'bad gateway') answer.writeHead(502).end('no upstream');
    });
    await new Promise<void>((resolve) => proxy.listen(port, '127.0.0.1', resolve));
    await page.reload();
    await expect(page.getByRole('link', { name: 'Settings' })).toBeVisible();
    await expect(page.getByText('no upstream')).toHaveCount(0);
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  }
});

test('the hub is back: it goes on without a flash', async () => {
  await page.evaluate(() => {
    const seen = { same: true, gate: false };
    Object.assign(window, { seen });
    new MutationObserver(() => {
      if (/Sign in to|No answer from/.test(document.body.textContent ?? '')) seen.gate = true;
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  await back();
  await expect(banner(page, /out of reach|Connecting/)).toHaveCount(0);
  await expect(page.getByLabel('Port', { exact: true }).first()).toBeVisible();
  expect(await page.evaluate(() => (window as unknown as { seen: unknown }).seen)).toEqual({ same: true, gate: false });
  // The same build: nothing to offer.
  await expect(banner(page, 'A new version')).toHaveCount(0);
});

test('what is kept is the app and nothing of anybody', async () => {
  for (const path of ['/board', '/inbox', '/people', '/logs']) {
    await face.go(page, path);
    await expect(page.getByRole('heading', { level: 1 }).first()).toBeAttached();
  }
  const { names, paths } = await kept(page);
  expect(names).toEqual([`shell ${build}`]);
  expect(
    paths.filter((path) => !/^\/(?:$|assets\/|icon[\w-]*\.(?:svg|png)$|manifest\.webmanifest$)/.test(path)),
  ).toEqual([]);
  const worker = await page.request.get(`${hub.banner.url}/sw.js`);
  expect(worker.headers()['content-security-policy']).toMatch(/^default-src 'none'.*connect-src 'self'/);
  expect(worker.headers()['cache-control']).toBe('no-cache');
});

test('a new build is offered, not forced while text is typed, and taken', async () => {
  const fresh = 'f00d'.padEnd(build.length, '0');
  await hub.api('POST', '/api/channels', { name: 'ops' });
  await face.go(page, '/channels');
  await page.getByRole('link', { name: /ops/ }).first().click();
  const field = page.getByRole('textbox', { name: 'Message' });
  await field.fill('half a thought');
  await away();
  for (const name of ['index.html', 'sw.js', 'build.json']) {
    await writeFile(web(name), (await readFile(web(name), 'utf8')).replaceAll(build, fresh));
  }
  await back();
  await expect(banner(page, 'A new version is ready')).toBeVisible();
  await accessible(page);
  await banner(page, 'A new version is ready').getByRole('button', { name: 'Reload' }).click();
  const sure = page.getByRole('dialog', { name: 'Reload with text that is not sent?' });
  await accessible(page);
  await sure.getByRole('button', { name: 'Cancel' }).click();
  await expect(field).toHaveValue('half a thought');
  await field.fill('');
  await banner(page, 'A new version is ready').getByRole('button', { name: 'Reload' }).click();
  await expect(page.locator('meta[name="build"]')).toHaveAttribute('content', fresh);
  await expect(banner(page, 'A new version')).toHaveCount(0);
  await keeps(page, fresh);
  // The one before may still be in use by another tab; the ones before that are not.
  expect((await kept(page)).names.length).toBeLessThanOrEqual(2);
  await away();
  await page.reload();
  await expect(page.locator('meta[name="build"]')).toHaveAttribute('content', fresh);
  await expect(banner(page, 'Connecting to the hub')).toBeVisible();
  await back();
});

test('what can wait waits where it will stand, and goes once and in order', async () => {
  const card = await hub.api<Card>('POST', '/api/board/cards', { title: 'Ship it', column: 'todo' });
  await face.go(page, '/board');
  await expect(page.getByText('Ship it')).toBeVisible();
  const talk = await page.context().newPage();
  await face.go(talk, '/channels');
  await talk.getByRole('link', { name: /ops/ }).first().click();
  const message = talk.getByRole('textbox', { name: 'Message' });
  await message.fill('while it was there');
  await talk.keyboard.press('Enter');
  await expect(talk.getByRole('log').getByText('while it was there')).toBeVisible();
  await away();

  for (const text of ['first', 'second']) {
    await message.fill(text);
    await talk.keyboard.press('Enter');
    await expect(message).toHaveValue('');
  }
  const said = talk.getByRole('list', { name: 'Waits to be sent' }).getByRole('listitem');
  await expect(said).toHaveText([/^first.*Waits for the connection/, /^second/]);
  await accessible(talk);

  await page.getByRole('button', { name: 'Add a card', exact: true }).click();
  const title = page.getByRole('textbox', { name: /Title of a new card/ });
  for (const text of ['card one', 'card two']) {
    await title.fill(text);
    await page.keyboard.press('Enter');
  }
  await page.keyboard.press('Escape');
  const cards = page.getByRole('list', { name: 'Waits to be sent' }).getByRole('listitem');
  await expect(cards).toHaveText([/^card one.*Waits for the connection/, /^card two/]);
  await accessible(page);

  // A reload loses none of it: it is listed with the connection.
  await talk.reload();
  await talk.getByRole('button', { name: /\d wait/ }).click();
  await expect(talk.getByRole('dialog').getByRole('listitem')).toHaveCount(4);
  await talk.keyboard.press('Escape');

  await back();
  const titles = async () =>
    (await hub.api<Card[]>('GET', '/api/board/cards?column=backlog')).map((each) => each.title);
  await eventually(titles, (all) => all.length === 2, 'both cards');
  const texts = async () => (await hub.api<Message[]>('GET', '/api/channels/ops/messages')).map(({ text }) => text);
  await eventually(texts, (all) => all.length === 3, 'both messages');
  await expect(cards).toHaveCount(0);
  await expect(page.getByText('card two')).toBeVisible();
  expect((await titles()).toSorted()).toEqual(['card one', 'card two']);
  expect((await texts()).toSorted()).toEqual(['first', 'second', 'while it was there']);
  expect((await texts()).indexOf('first')).toBeGreaterThan((await texts()).indexOf('second'));
  await talk.close();

  await face.go(page, `/board/${card.key}`);
  await expect(page.getByRole('textbox', { name: 'Comment' })).toBeVisible();
  await away();
  // Taking a card is a race that cannot be run later: it says so and nothing of it is kept.
  await page.getByRole('region', { name: 'Claim' }).getByRole('button', { name: 'Claim', exact: true }).click();
  await expect(page.getByText(`Could not claim ${card.key}`)).toBeVisible();
  await page.getByRole('textbox', { name: 'Comment' }).fill('looks good');
  await page.getByRole('button', { name: 'Comment', exact: true }).click();
  await expect(page.getByRole('list', { name: 'Waits to be sent' })).toContainText('looks good');
  await expect(page.getByRole('textbox', { name: 'Comment' })).toHaveValue('');
  await back();
  await expect(page.getByRole('list', { name: 'Waits to be sent' })).toHaveCount(0);
  await expect(page.getByText('looks good')).toHaveCount(1);
  const history = await hub.api<CardChange[]>('GET', `/api/board/cards/${card.key}/history`);
  expect(history.map(({ what }) => what)).toEqual(['commented', 'created']);
});

test('an answer to a permission dialog never waits: it says so, and what was typed stays', async () => {
  await hub.api('POST', '/api/sessions', { agent: 'claude', name: 'api', command: AGENT });
  await eventually(
    () => hub.api<Session>('GET', '/api/sessions/api'),
    ({ state }) => state === 'idle',
    'api is ready',
  );
  await hub.api('POST', '/api/sessions/api/prompts', { text: 'tool touch later.txt' });
  await face.go(page, '/inbox');
  const asked = page.locator('[data-card]').filter({ hasText: 'touch later.txt' });
  await asked.getByRole('button', { name: 'Deny with a reason' }).click();
  await page.getByLabel('Why not').fill('use a branch');
  await away();
  await expect(banner(page, 'out of reach')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(asked.getByRole('alert')).toContainText('Answers are not kept for later');
  await expect(page.getByLabel('Why not')).toHaveValue('use a branch');
  await accessible(page);
  await back();
  await expect(banner(page, 'out of reach')).toHaveCount(0);
  const open = async () =>
    (await hub.api<Approval[]>('GET', '/api/approvals')).filter(({ status }) => status === 'open');
  await eventually(open, (all) => all.length === 1, 'it is still asked');
});

test('without a kept app, as over plain http, a screen not loaded yet waits and what is open stays', async () => {
  const plain = await face.open('desktop', { serviceWorkers: 'block' });
  await expect(plain.getByRole('link', { name: 'Notes' })).toBeVisible();
  await away();
  await plain.getByRole('link', { name: 'Notes' }).click();
  await expect(banner(plain, /out of reach|Connecting/)).toBeVisible();
  await expect(plain.getByRole('link', { name: 'Notes' })).toBeVisible();
  await back();
  await expect(plain.getByRole('button', { name: /New note/ }).first()).toBeVisible();
  await plain.context().close();
});

test('signed out, the kept app opens at the sign-in and knows nobody', async () => {
  const other = await face.open('Pixel 7');
  await other.evaluate(() => navigator.serviceWorker.ready);
  await keeps(other, 'f00d'.padEnd(build.length, '0'));
  await other.evaluate(() =>
    fetch('/api/logout', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }),
  );
  await other.reload();
  await expect(other.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await away();
  await other.reload();
  await expect(other.getByRole('heading', { name: 'No answer from the hub' })).toBeVisible();
  await accessible(other);
  await expect(other.getByText('ann')).toHaveCount(0);
  await back();
  // It tries again by itself.
  await expect(other.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await other.context().close();
  expect(face.complaints).toEqual([]);
});
