/** What a session printed, played again: over REST, on the command line and in the browser; and the search that leads there. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContext, expect, type Page, test } from '@playwright/test';
import type { Recording } from '../shared/contract/recordings.ts';
import { accessible, NO_WORKER, overhear } from './face.ts';
import { eventually, startHub, type TestHub } from './hub.ts';

let hub: TestHub;
let context: BrowserContext;
let page: Page;
let id = '';
const complaints: string[] = [];

const type = (name: string, text: string) => hub.api('POST', `/api/sessions/${name}/keys`, { text, keys: ['Enter'] });
const shows = (name: string, words: string) =>
  eventually(
    async () => (await hub.api<{ text: string }>('GET', `/api/sessions/${name}/screen?format=json`)).text,
    (text) => text.includes(words),
    words,
  );
/** What the player shows, row by row. */
const stage = (which: Page) =>
  which
    .getByRole('region', { name: /^Recording of/ })
    .locator('.xterm-rows > div')
    .allInnerTexts()
    .then((rows) => rows.join('\n').replaceAll('\u00a0', ' '));
const slider = (which: Page) => which.getByRole('slider', { name: 'Position in the recording' });

async function signedIn(browser: Browser, options: Parameters<Browser['newContext']>[0]): Promise<Page> {
  const made = await browser.newContext({ ...NO_WORKER, ...options, storageState: await context.storageState() });
  const opened = await made.newPage();
  overhear(opened, complaints);
  return opened;
}

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  hub = await startHub();
  context = await browser.newContext({ ...NO_WORKER, viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  overhear(page, complaints);
  await page.goto(hub.banner.setupUrl ?? '');
  await page.getByLabel('User').fill('ann');
  await page.getByLabel('Passphrase', { exact: true }).fill('a deck of many agents');
  await page.getByLabel('Passphrase again').fill('a deck of many agents');
  await page.getByRole('button', { name: 'Make user and sign in' }).click();
  await expect(page.getByRole('button', { name: 'Sign out' }).or(page.getByText('New session').first())).toBeVisible();
});
test.afterAll(async () => {
  await context?.close();
  await hub?.close();
});

test('a recording is listed, read in pages, exported and searched over REST', async () => {
  await hub.api('POST', '/api/sessions', {
    agent: 'custom',
    name: 'tale',
    cwd: hub.home,
    command: 'sh',
    env: { PS1: '$ ' },
    cols: 100,
    rows: 30,
  });
  await shows('tale', '$');
  await type('tale', 'clear; printf "\\033[1;32mchapter %s\\033[0m\\n" one; seq 1 40');
  await shows('tale', '40\n$');
  await type('tale', 'clear; printf "\\033[33mchapter %s\\033[0m\\n" two');
  await shows('tale', 'chapter two');
  await hub.api('POST', '/api/sessions/tale/prompts', { text: 'echo chapter three and a half', now: true });
  await shows('tale', '\nchapter three and a half');
  const [row] = await eventually(
    () => hub.api<Recording[]>('GET', '/api/recordings'),
    (rows) => rows.length === 1,
    'one recording',
  );
  expect(row).toMatchObject({ session: 'tale', agent: 'custom', live: true, trimmed: false });
  id = row?.id ?? '';
  const read = await hub.api<{ events: [number, string, string][]; cols: number; rows: number; next: string | null }>(
    'GET',
    `/api/recordings/${id}/events`,
  );
  expect(read).toMatchObject({ cols: 100, rows: 30, next: null });
  expect(read.events.map(([, , text]) => text).join('')).toContain('\x1b[1;32mchapter one');
  const marks = await eventually(
    async () => (await hub.api<{ marks: { kind: string; text: string }[] }>('GET', `/api/recordings/${id}`)).marks,
    (all) => all.some((mark) => mark.kind === 'prompt'),
    'a mark of the prompt',
  );
  expect(marks.find((mark) => mark.kind === 'prompt')?.text).toBe('echo chapter three and a half');
  // What was on the screen is written down in batches.
  const hits = await eventually(
    () => hub.api<{ text: string; session: string }[]>('GET', '/api/recordings/search?q=CHAPTER%20ONE'),
    (all) => all.length > 0,
    'what was on the screen is found',
  );
  expect(hits).toMatchObject([{ session: 'tale', text: 'chapter one' }]);
  await eventually(
    () => hub.api<{ text: string }[]>('GET', '/api/recordings/search?q=three%20and%20a%20half'),
    (all) => all.some(({ text }) => text === 'chapter three and a half'),
    'so is what came last',
  );
  await expect(hub.api('GET', '/api/recordings/none')).rejects.toThrow('404');
});

test('on the command line', async () => {
  const listed = await hub.qd(['recording', 'list', '--json']);
  expect(JSON.parse(listed.stdout)).toMatchObject([{ id, session: 'tale' }]);
  expect((await hub.qd(['recording', 'marks', 'tale'])).stdout).toContain('echo chapter three and a half');
  const found = await hub.qd(['recording', 'search', 'chapter two']);
  expect(found.stdout).toContain('tale');
  expect((await hub.qd(['recording', 'search', 'chapter nine'])).code).toBe(1);
  const file = join(hub.dir, 'tale.cast');
  expect((await hub.qd(['recording', 'export', 'tale', '-o', file])).code).toBe(0);
  const [header, ...events] = (await readFile(file, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(header).toMatchObject({ version: 3, term: { cols: 100, rows: 30 } });
  expect(events.filter(([, code]: [number, string]) => code === 'm').length).toBeGreaterThan(1);
  const played = await hub.qd(['replay', 'tale', '--speed', '1000', '--idle', '0.1']);
  expect(played.code).toBe(0);
  expect(played.stdout).toContain('chapter three and a half');
  expect((await hub.qd(['replay', 'tale', '--from', '99h'])).code).toBe(2);
  expect((await hub.qd(['replay', 'nobody'])).stderr).toContain('no such recording');
});

test('the replay shows any moment that the line is moved to, by hand and by keys', async () => {
  await page.goto(`${hub.banner.url}/replay`);
  await page.getByRole('link', { name: /tale/ }).click();
  const line = slider(page);
  await expect(line).toBeVisible();
  await line.focus();
  await page.keyboard.press('End');
  await expect.poll(() => stage(page)).toContain('chapter three and a half');
  await page.keyboard.press('Home');
  await expect.poll(() => stage(page)).not.toContain('chapter');
  await expect(line).toHaveAttribute('aria-valuenow', '0');
  // To the moment of the prompt, by its mark: what was typed then is not printed yet.
  await page.getByRole('button', { name: /Prompt: echo chapter three/ }).click();
  await expect.poll(() => stage(page)).toContain('chapter two');
  expect(await stage(page)).not.toContain('\nchapter three');
  const box = await line.boundingBox();
  if (!box) throw new Error('the line is not there');
  await page.mouse.click(box.x + box.width - 3, box.y + box.height / 2);
  await expect.poll(() => stage(page)).toContain('\nchapter three and a half');
  await accessible(page);
});

test('it plays, and stops at the end', async () => {
  await slider(page).focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  // Not sooner: at eight times its speed it may be over before anybody has looked.
  await page.getByText('8×', { exact: true }).click();
  await expect.poll(() => stage(page), { timeout: 20_000 }).toContain('\nchapter three and a half');
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible({ timeout: 20_000 });
});

test('one search finds what is on screens and what was, and leads to the place', async () => {
  await page.goto(`${hub.banner.url}/search`);
  await page.getByLabel('Search all terminals and recordings').fill('chapter one');
  const recorded = page.getByRole('region', { name: 'In recordings' });
  await expect(recorded.getByRole('link', { name: /chapter one/ })).toBeVisible();
  // It was cleared away: no live screen has it.
  await expect(page.getByRole('region', { name: 'On screens and in scrollback' })).toHaveCount(0);
  await accessible(page);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/replay\/.*at=\d+&find=chapter%20one/);
  await expect.poll(() => stage(page)).toContain('chapter one');
  await page.goBack();
  await page.getByLabel('Search all terminals and recordings').fill('three and a half');
  await page.getByRole('region', { name: 'On screens and in scrollback' }).getByRole('link').first().click();
  await expect(page).toHaveURL(/\/s\/tale\?find=/);
  await expect(page.getByLabel('Find in this terminal')).toHaveValue('three and a half');
  await expect(page.getByText(/\d+ of \d+/)).toBeVisible();
});

test('on a phone', async ({ browser }) => {
  const phone = await signedIn(browser, { viewport: { width: 412, height: 839 }, hasTouch: true, isMobile: true });
  await phone.goto(`${hub.banner.url}/replay/${id}`);
  await expect(slider(phone)).toBeVisible();
  await phone.getByRole('button', { name: /Prompt: echo chapter three/ }).click();
  await expect.poll(() => stage(phone)).toContain('chapter two');
  const play = await phone.getByRole('button', { name: 'Play', exact: true }).boundingBox();
  expect(play?.height).toBeGreaterThanOrEqual(44);
  expect(await phone.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  await accessible(phone);
  await phone.context().close();
});

test('a hub that is killed comes back to what it recorded, and goes on', async () => {
  await type('tale', 'echo before the "fall"');
  const text = () =>
    fetch(`${hub.banner.url}/api/recordings/tale/export`, { headers: { authorization: `Bearer ${token}` } }).then((r) =>
      r.text(),
    );
  let token = await hub.token();
  await eventually(text, (all) => all.includes('before the fall'), 'it is written');
  await hub.end('SIGKILL');
  await hub.start(hub.banner.port);
  token = await hub.token();
  await type('tale', 'echo after the "fall"');
  const all = await eventually(text, (words) => words.includes('after the fall'), 'it goes on');
  expect(all).toContain('before the fall');
  for (const line of all.trimEnd().split('\n')) JSON.parse(line);
});

test('a session that is gone can still be played; a deleted recording says so', async () => {
  await hub.api('DELETE', '/api/sessions/tale');
  await page.goto(`${hub.banner.url}/replay/${id}`);
  await expect(slider(page)).toBeVisible();
  await expect(page.getByRole('link', { name: 'Jump to live' })).toHaveCount(0);
  await page.goto(`${hub.banner.url}/replay`);
  await page.getByRole('button', { name: 'Delete the recording of tale' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Nothing is recorded yet' })).toBeVisible();
  await page.goto(`${hub.banner.url}/replay/${id}`);
  await expect(page.getByRole('heading', { name: 'This recording cannot be shown' })).toBeVisible();
});

test('the browser had nothing to complain about', () => {
  expect(complaints).toEqual([]);
});
