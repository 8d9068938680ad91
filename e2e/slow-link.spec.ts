/** The face over a bad line: typing feels local, what was written without a line arrives once and in order, nothing flashes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import type { Receipt } from '../shared/contract/prompts.ts';
import type { Session } from '../shared/contract/sessions.ts';
import { AGENT, drawnByElements, drawnRows, PASSPHRASE, USER } from './face.ts';
import { eventually, startHub, type TestHub } from './hub.ts';
import { type SlowLine, slowLine } from './slow-line.ts';
import { rest } from './touch.ts';

const RTT = 300;
/** The line stays away this long; the whole minute of the promise where there is time for it. */
const AWAY_MS = process.env['QD_E2E_LONG'] === '1' ? 60_000 : 15_000;

let hub: TestHub;
let line: SlowLine;
let context: BrowserContext;
let page: Page;

const screen = async (name: string) =>
  (await hub.api<{ text: string }>('GET', `/api/sessions/${name}/screen?format=json`)).text;
const log = () => join(hub.dir, 'agent.log');
const taken = async () =>
  (await readFile(log(), 'utf8').catch(() => ''))
    .split('\n')
    .filter(Boolean)
    .map((each) => JSON.parse(each) as { kind: string; text: string })
    .filter((each) => each.kind === 'prompt')
    .map((each) => each.text);

test.describe.configure({ mode: 'serial', timeout: 180_000 });

test.beforeAll(async ({ browser }) => {
  hub = await startHub({ env: { QD_HUB_HOSTS: '127.0.0.1' } });
  line = await slowLine(hub.banner.port);
  const code = new URL(hub.banner.setupUrl ?? '').hash.slice('#setup='.length);
  await fetch(`${hub.banner.url}/api/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, user: USER, passphrase: PASSPHRASE }),
  });
  await hub.api('POST', '/api/sessions', { agent: 'shell', name: 'shell', cwd: hub.home });
  await hub.api('POST', '/api/sessions', { agent: 'claude', name: 'coder', command: `${AGENT} --log ${log()}` });
  await eventually(
    () => hub.api<Session>('GET', '/api/sessions/coder'),
    (each) => each.state === 'idle',
    'the agent is ready',
  );
  context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  page = await context.newPage();
  await drawnByElements(page);
  await page.goto(line.url);
  await page.getByLabel('User').fill(USER);
  await page.getByLabel('Passphrase').fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('navigation', { name: 'Screens' })).toBeVisible();
});
test.afterAll(async () => {
  await context?.close();
  await line?.close();
  await hub?.close();
});

/** Glyphs that stand on the screen as guesses. */
const guesses = () => page.locator('[data-guess]').allTextContents();

/** At the shell, over the slow line, with the trust that lets guesses be drawn. */
async function atShell(): Promise<void> {
  line.setRoundTrip(RTT);
  await page.goto(`${line.url}/s/shell`);
  await page.locator('.xterm-screen').click();
  await eventually(
    () => page.locator('.xterm-rows').textContent(),
    (text) => /[$#]/.test(text ?? ''),
    'the prompt of the shell',
  );
  await page.keyboard.type(': ');
  // The first keys earn the trust: they are drawn when their echo comes.
  await eventually(
    () => page.locator('.xterm-rows').textContent(),
    (text) => /[$#] : /.test(text?.replaceAll('\u00a0', ' ') ?? ''),
    'the first echo',
  );
}

const TYPED = 'typing over a line of 300 ms shows each key at once, and the screen ends as the program drew it';
test(TYPED, { tag: '@alone' }, async () => {
  await atShell();
  const text = 'the quick brown fox';
  // From the key's own event to the first frame that has its glyph, as guess or as echo.
  await page.evaluate(() => {
    const times: number[] = [];
    Object.assign(window, { times });
    const line = () => {
      const guess = [...document.querySelectorAll('[data-guess]')].map((each) => each.textContent).join('');
      return `${document.querySelector('.xterm-rows')?.textContent}`.length + guess;
    };
    addEventListener(
      'keydown',
      (event) => {
        const began = event.timeStamp;
        const before = line();
        const look = () => {
          if (line() !== before) times.push(performance.now() - began);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      },
      true,
    );
  });
  await page.keyboard.type(text, { delay: 60 });
  const took = await eventually(
    () => page.evaluate(() => (window as never as { times: number[] }).times),
    (times) => times.length === text.length,
    'a glyph for each key',
  );
  const sorted = took.toSorted((a, b) => a - b);
  test.info().annotations.push({ type: 'key to glyph, ms', description: sorted.map(Math.round).join(' ') });
  // Keys do not wait for the line.
  expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(50);
  // A key now and then waits for its echo: a guess is not made where the screen just came otherwise.
  expect(sorted[Math.floor(sorted.length * 0.9)]).toBeLessThan(RTT);
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('dog; echo END-$((40+2))');
  await page.keyboard.press('Enter');
  await eventually(
    () => screen('shell'),
    (all) => all.includes('END-42'),
    'the whole line, once',
  );
  expect(await screen('shell')).toContain(': the quick brown dog; echo END-');
  await expect.poll(guesses).toEqual([]);
  // What the browser shows is what the hub's own terminal shows; the shell's prompt comes after its answer, in both.
  const authority = async () => (await screen('shell')).split('\n').map((row) => row.trimEnd());
  await eventually(
    async () => ({ page: (await drawnRows(page)).filter(Boolean), hub: (await authority()).filter(Boolean) }),
    (shown) => shown.page.includes('END-42') && shown.page.join('\n') === shown.hub.join('\n'),
    'the answer on the page, as the hub has it',
  );
});

test('a password is never drawn', async () => {
  await atShell();
  await page.keyboard.type('; stty -echo; echo ASKED-$((1+1)); read secret; stty echo; printf "%s" "$secret" | wc -c');
  await page.keyboard.press('Enter');
  await eventually(
    () => drawnRows(page),
    (rows) => rows.includes('ASKED-2'),
    'the question',
  );
  const seen: string[] = [];
  for (const key of 'hunter2') {
    await page.keyboard.type(key);
    seen.push(...(await guesses()));
  }
  expect(seen).toEqual([]);
  await page.keyboard.press('Enter');
  await eventually(
    () => screen('shell'),
    (all) => /^\s*7\s*$/m.test(all),
    'the secret arrived',
  );
});

// Alone: beside others a break is not always short.
const BREAK = 'a short break flashes nothing: rows, screen and the place in the scrollback stay';
test(BREAK, { tag: '@alone' }, async () => {
  line.setRoundTrip(40);
  await page.keyboard.type('i=0; while [ $i -lt 300 ]; do echo row-$i; i=$((i+1)); done');
  await page.keyboard.press('Enter');
  await eventually(
    () => drawnRows(page),
    (rows) => rows.includes('row-299'),
    'a scrollback',
  );
  const top = () => page.evaluate(() => document.querySelector('.xterm-rows > div')?.textContent ?? '');
  const end = await top();
  await page.locator('.xterm-screen').hover();
  await page.mouse.wheel(0, -2400);
  // Up in the scrollback, and at rest there.
  await expect.poll(async () => /^row-/.test(await top()) && (await top()) !== end).toBe(true);
  await rest(page);
  const before = await top();
  await page.evaluate(() => {
    const rows = document.querySelector('.xterm-rows');
    const marks = { empty: 0, jumped: 0, frames: 0, banner: false };
    const first = rows?.firstElementChild?.textContent;
    Object.assign(window, { marks });
    // Sizes are told after all work of a frame and before it is painted: what is read then is what is seen.
    const probe = document.body.appendChild(document.createElement('i'));
    Object.assign(probe.style, { position: 'fixed', height: '1px' });
    new ResizeObserver(() => {
      marks.frames += 1;
      if ((rows?.textContent ?? '').trim() === '') marks.empty += 1;
      if (rows?.firstElementChild?.textContent !== first) marks.jumped += 1;
      if (document.body.textContent?.includes('out of reach')) marks.banner = true;
    }).observe(probe);
    const frame = () => {
      probe.style.width = `${1 + (marks.frames % 2)}px`;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const connected = page.waitForEvent('websocket');
  line.mend();
  await connected;
  const told = () =>
    page.evaluate(
      () => (window as never as { marks: { empty: number; jumped: number; frames: number; banner: boolean } }).marks,
    );
  const until = (await told()).frames + 90;
  const marks = await eventually(told, ({ frames }) => frames > until, 'ninety frames over the new line');
  expect(marks).toMatchObject({ empty: 0, jumped: 0, banner: false });
  expect(await top()).toBe(before);
});

test('prompts written without a line wait, survive a reload, and arrive once and in order', async () => {
  line.setRoundTrip(RTT);
  await page.goto(`${line.url}/s/coder`);
  const text = page.getByRole('textbox', { name: 'Prompt for coder' });
  await text.fill('say before');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await eventually(taken, (all) => all.includes('say before'), 'the first prompt');

  const began = Date.now();
  line.cut();
  // The line dies while a prompt is under way: its answer, or the prompt itself, is lost.
  await text.fill('say one');
  await page
    .getByRole('button', { name: /Send|Queue/ })
    .last()
    .click();
  await expect(text).toHaveValue('');
  for (const each of ['say two', 'say three', 'say never', 'say four']) {
    await text.fill(each);
    await page.getByRole('button', { name: /^(Send|Queue|Send later)$/ }).click();
    await expect(text).toHaveValue('');
  }
  await text.fill('a draft that stays');
  const prompts = page.getByRole('region', { name: 'Prompts' });
  await expect(prompts.getByText(/Waits for the connection/).first()).toBeVisible();
  await expect(page.getByText('The hub is out of reach')).toBeVisible({ timeout: 30_000 });
  const never = prompts.getByRole('listitem').filter({ hasText: 'say never' });
  await expect(never.getByRole('button', { name: 'Do not send' })).toBeEnabled({ timeout: 40_000 });
  await never.getByRole('button', { name: 'Do not send' }).click();
  await expect(prompts.getByText('say never')).toBeHidden();
  await page.waitForTimeout(Math.max(0, AWAY_MS - (Date.now() - began)));
  expect(await taken()).not.toContain('say two');

  line.mend();
  await eventually(taken, (all) => all.includes('say four'), 'the last prompt', 60_000);
  expect(await taken()).toEqual(['say before', 'say one', 'say two', 'say three', 'say four']);
  await expect(text).toHaveValue('a draft that stays');
  const receipts = await hub.api<Receipt[]>('GET', '/api/sessions/coder/prompts');
  expect(receipts.map((each) => each.text).toReversed()).toEqual(await taken());
  await expect(page.getByText('The hub is out of reach')).toBeHidden();

  // Written without a line, then the page is closed: the next page sends it.
  line.cut();
  line.mend();
  line.cut();
  await expect(page.getByText('The hub is out of reach')).toBeVisible({ timeout: 30_000 });
  await text.fill('say after the reload');
  await page.getByRole('button', { name: 'Send later' }).click();
  await expect(prompts.getByText('Waits for the connection')).toBeVisible();
  await page.goto('about:blank');
  line.mend();
  await page.goto(`${line.url}/s/coder`);
  await eventually(taken, (all) => all.includes('say after the reload'), 'the prompt of the page of before');
  expect((await taken()).filter((each) => each === 'say after the reload')).toHaveLength(1);
});
