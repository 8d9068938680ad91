/** The face in a hand: two phones, upright and sideways, with the real touches of a browser. */
import { type Browser, type BrowserContext, devices, expect, type Page, test } from '@playwright/test';
import type { Session } from '../shared/contract/sessions.ts';
import { AGENT, accessible, drawnByElements, drawnRows, NO_WORKER, overhear, PASSPHRASE, USER } from './face.ts';
import { eventually, startHub, type TestHub } from './hub.ts';
import { touch as fingers, type Point, rest, smallTargets, way } from './touch.ts';

let hub: TestHub;
let context: BrowserContext;
let page: Page;
const complaints: string[] = [];

const touch = (paths: readonly (readonly [Point, Point])[], ms: number, hold?: () => Promise<unknown>) =>
  fingers(page, paths, ms, hold);
const screen = async (name: string) =>
  (await hub.api<{ text: string }>('GET', `/api/sessions/${name}/screen?format=json`)).text;
const session = (name: string) => hub.api<Session>('GET', `/api/sessions/${name}`);
const state = (name: string, wanted: Session['state']) =>
  eventually(
    () => session(name),
    (each) => each.state === wanted,
    `${name} is ${wanted}`,
  );
const sideways = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
const terminal = (name: string) => page.getByRole('region', { name: `Terminal of ${name}` });
const boxOf = async (name: string) => {
  const box = await terminal(name).locator('.xterm-screen').boundingBox();
  if (!box) throw new Error('the terminal is not there');
  return box;
};
const rows = () => drawnRows(page);
/** Where the cursor of a program stands, counted in cells from the first of its screen. */
const cursor = async (name: string) => {
  const said = await hub.tmux('display-message', '-p', '-t', `=${name}:`, '#{cursor_x} #{cursor_y} #{pane_width}');
  const [x = 0, y = 0, width = 0] = said.split(' ').map(Number);
  return y * width + x;
};

async function phone(browser: Browser, device: string): Promise<void> {
  const { defaultBrowserType, ...descriptor } = devices[device] ?? {};
  context = await browser.newContext({
    ...descriptor,
    ...NO_WORKER,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  page = await context.newPage();
  overhear(page, complaints);
  await drawnByElements(page);
  await page.goto(hub.banner.url);
  await page.getByLabel('User').fill(USER);
  await page.getByLabel('Passphrase').fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Sign in' }).tap();
  await expect(page).toHaveURL(/\/sessions$/);
}

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  // A shell with line editing: the keys are tried on it.
  hub = await startHub({ env: { SHELL: '/bin/bash' } });
  const code = new URL(hub.banner.setupUrl ?? '').hash.slice('#setup='.length);
  await fetch(`${hub.banner.url}/api/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, user: USER, passphrase: PASSPHRASE }),
  });
  for (const name of ['alpha', 'beta']) {
    await hub.api('POST', '/api/sessions', { agent: 'claude', name, command: AGENT });
    await state(name, 'idle');
  }
});
test.afterAll(async () => hub?.close());

for (const device of ['Pixel 7', 'iPhone 15'] as const) {
  const mine = device === 'Pixel 7' ? 'pixel' : 'iphone';
  const upright = devices[device]?.viewport ?? { width: 400, height: 800 };

  test.describe(device, () => {
    test.beforeAll(async ({ browser }) => phone(browser, device));
    test.afterAll(async () => context?.close());

    test('a new session is three taps from the list', async () => {
      await page.getByRole('button', { name: 'New session' }).tap();
      const dialog = page.getByRole('dialog', { name: 'Start a session' });
      await dialog.getByText('Shell', { exact: true }).tap();
      await dialog.getByLabel('Name').fill(`shell-${mine}`);
      await dialog.getByRole('button', { name: 'Start', exact: true }).tap();
      await expect(page).toHaveURL(new RegExp(`/s/shell-${mine}$`));
      await expect(terminal(`shell-${mine}`).locator('.xterm-screen')).toBeVisible();
      // The form fades away over it.
      await expect(dialog).toHaveCount(0);
      expect(await sideways()).toBeLessThanOrEqual(0);
      expect(await smallTargets(page)).toEqual([]);
      await accessible(page);
    });

    test('a swipe over the names goes to the neighbour and back; the ends give nothing', async () => {
      await page.goto(`${hub.banner.url}/s/alpha`);
      const strip = page.getByRole('navigation', { name: 'Neighbours' });
      // The list of sessions says who the neighbours are.
      await expect(strip).toContainText('beta');
      const box = await strip.boundingBox();
      if (!box) throw new Error('no strip');
      const y = box.y + box.height / 2;
      const swipe = (from: number, to: number) =>
        touch([way(box.x + box.width * from, y, box.x + box.width * to, y)], 160);
      await swipe(0.8, 0.2);
      await expect(page).toHaveURL(/\/s\/beta$/);
      await swipe(0.2, 0.8);
      await expect(page).toHaveURL(/\/s\/alpha$/);
      await swipe(0.2, 0.8);
      await rest(page);
      await expect(page).toHaveURL(/\/s\/alpha$/);
      // The way back leads to the list, not through what was swiped over.
      await page.getByRole('link', { name: 'Back' }).tap();
      await expect(page).toHaveURL(/\/sessions$/);
    });

    test('two fingers swipe to the next session, apart they make the letters larger, and that lasts', async () => {
      await page.goto(`${hub.banner.url}/s/shell-${mine}`);
      await expect(terminal(`shell-${mine}`).locator('.xterm-screen')).toBeVisible();
      const size = () => page.evaluate(() => localStorage.getItem('quarterdeck.font'));
      const box = await boxOf(`shell-${mine}`);
      const [x, y] = [upright.width / 2, box.y + 100];
      await touch([way(x - 40, y, x - 80, y), way(x + 40, y, x + 80, y)], 200);
      await expect.poll(size).toBe('24');
      await touch([way(x - 90, y, x - 50, y), way(x + 90, y, x + 50, y)], 200);
      await expect.poll(size).toBe('13');
      await page.reload();
      expect(await size()).toBe('13');
      await expect(terminal(`shell-${mine}`).locator('.xterm-screen')).toBeVisible();
      await page.goto(`${hub.banner.url}/s/alpha`);
      const there = await boxOf('alpha');
      const line = there.y + 120;
      await touch([way(300, line, 180, line), way(330, line, 210, line)], 160);
      await expect(page).toHaveURL(/\/s\/beta$/);
    });

    test('one finger scrolls the scrollback, goes on when it is thrown, and never reloads the page', async () => {
      const name = `shell-${mine}`;
      await page.goto(`${hub.banner.url}/s/${name}`);
      await page.getByRole('button', { name: 'Type into the terminal' }).tap();
      await page.keyboard.type('i=0; while [ $i -lt 300 ]; do echo row-$i; i=$((i+1)); done');
      await page.getByRole('button', { name: 'Enter' }).tap();
      await eventually(
        () => screen(name),
        (text) => text.includes('row-299'),
        'a scrollback',
      );
      await eventually(rows, (all) => all.some((row) => row === 'row-299'), 'drawn');
      await page.evaluate(() => Object.assign(window, { same: true }));
      const box = await boxOf(name);
      const top = async () => Number(/row-(\d+)/.exec((await rows())[0] ?? '')?.[1] ?? Number.NaN);
      const before = await top();
      // Slowly, and held before it is let go: as far as the finger went.
      await touch([way(200, box.y + 40, 200, box.y + 240)], 400);
      await rest(page);
      const after = await top();
      expect(before - after).toBeGreaterThan(5);
      // Thrown: farther than the finger went. A busy machine tells the moves late, and a late finger throws nothing.
      await expect(async () => {
        const from = await top();
        await touch([way(200, box.y + 40, 200, box.y + 200)], 0);
        await rest(page);
        expect(from - (await top())).toBeGreaterThan(25);
      }).toPass({ timeout: 30_000 });
      expect(await page.evaluate(() => Reflect.get(window, 'same'))).toBe(true);
    });

    test('a held finger selects a word and more, and a button copies it', async () => {
      const name = `shell-${mine}`;
      await page.keyboard.type('clear; echo first second/third.ts fourth');
      await page.getByRole('button', { name: 'Enter' }).tap();
      const line = await eventually(rows, (all) => all.includes('first second/third.ts fourth'), 'the words');
      const at = line.indexOf('first second/third.ts fourth');
      const box = await boxOf(name);
      const count = line.length;
      const y = box.y + ((at + 0.5) * box.height) / count;
      const column = box.width / Number((await session(name)).cols);
      const x = box.x + 8.5 * column;
      const toolbar = page.getByRole('toolbar', { name: 'Selected text' });
      const selected = () => expect(toolbar).toBeVisible();
      await touch([way(x, y, x, y)], 30, selected);
      await toolbar.getByRole('button', { name: 'Copy' }).tap();
      await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('second/third.ts');
      await expect(toolbar).toBeHidden();
      await touch([way(x, y, x + 16 * column, y)], 200, selected);
      await toolbar.getByRole('button', { name: 'Copy' }).tap();
      await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/^second\/third\.ts fou/);
    });

    test('soft keys: Ctrl for one key, locked by a second tap, arrows that repeat, a second page', async () => {
      const name = `shell-${mine}`;
      const ctrl = page.getByRole('button', { name: 'Ctrl', exact: true });
      await terminal(name).locator('.xterm-screen').tap();
      await page.keyboard.type('echo GO-$((1+1)); cat');
      await page.keyboard.press('Enter');
      await eventually(
        () => screen(name),
        (all) => all.includes('GO-2'),
        'the program runs',
      );
      await ctrl.tap();
      await expect(ctrl).toHaveAttribute('aria-pressed', 'true');
      await page.keyboard.type('c');
      await expect(ctrl).toHaveAttribute('aria-pressed', 'false');
      await eventually(
        () => screen(name),
        (all) => /\^C\s*\n.*[$#]\s*$/.test(all.trimEnd()),
        'the program ended and the shell asks again',
      );
      await ctrl.tap();
      await ctrl.tap();
      await expect(ctrl).toHaveAttribute('data-locked', 'true');
      await page.keyboard.type('a');
      await expect(ctrl).toHaveAttribute('aria-pressed', 'true');
      await ctrl.tap();
      await expect(ctrl).toHaveAttribute('aria-pressed', 'false');
      // Long enough for a finger that a busy machine takes off late.
      const line = `v=${'abcdefgh'.repeat(15)}`;
      await page.keyboard.type(line);
      await eventually(
        () => screen(name),
        (all) => all.replaceAll('\n', '').includes(line),
        'the whole line is drawn',
      );
      const end = await cursor(name);
      const left = page.getByRole('button', { name: 'Left' });
      await left.scrollIntoViewIfNeeded();
      const box = await left.boundingBox();
      if (!box) throw new Error('no key');
      const finger: Point = [box.x + box.width / 2, box.y + box.height / 2];
      await touch([[finger, finger]], 30, () =>
        eventually(
          () => cursor(name),
          (at) => end - at > 3,
          'it goes back while it is held',
        ),
      );
      await page.keyboard.type('X');
      await page.getByRole('button', { name: 'More keys' }).tap();
      await page.getByRole('button', { name: 'End', exact: true }).tap();
      await page.keyboard.type(`Z; w=\${v#*X}; echo AFTER-\${#w}-\${w##*h}`);
      await page.getByRole('button', { name: 'More keys' }).tap();
      await page.getByRole('button', { name: 'Enter' }).tap();
      const text = await eventually(
        () => screen(name),
        (all) => /^AFTER-\d+-Z$/m.test(all),
        'the edited line',
      );
      // Held, it went back several times, and not for ever.
      const behind = Number(/^AFTER-(\d+)-Z$/m.exec(text)?.[1]);
      expect(behind).toBeGreaterThan(3);
      expect(behind).toBeLessThanOrEqual(15 * 8);
    });

    test('the keyboard takes room: tabs go, the cursor stays in sight, the composer keeps what was written', async () => {
      const name = `shell-${mine}`;
      await page.setViewportSize({ width: upright.width, height: upright.height - 300 });
      await expect.poll(() => page.evaluate(() => document.documentElement.dataset['keyboard'])).toBe('true');
      await terminal(name).locator('.xterm-screen').tap();
      await page.keyboard.type('echo SEEN');
      await eventually(
        async () => {
          const all = await rows();
          const box = await boxOf(name);
          const at = all.findLastIndex((row) => row.includes('echo SEEN'));
          return { at, bottom: box.y + ((at + 1) * box.height) / all.length };
        },
        ({ at, bottom }) => at >= 0 && bottom <= upright.height - 300 - 40,
        'the line that is typed is above the keys',
      );
      await page.keyboard.press('Enter');
      await page.setViewportSize(upright);
      await page.goto(`${hub.banner.url}/sessions`);
      await expect(page.getByRole('navigation', { name: 'Screens' })).toBeVisible();
      await page.setViewportSize({ width: upright.width, height: upright.height - 300 });
      await expect(page.getByRole('navigation', { name: 'Screens' })).toBeHidden();
      await page.setViewportSize(upright);

      await page.goto(`${hub.banner.url}/s/beta`);
      const text = page.getByRole('textbox', { name: 'Prompt for beta' });
      await text.tap();
      await page.setViewportSize({ width: upright.width, height: upright.height - 300 });
      await text.pressSequentially('line one');
      await page.keyboard.press('Enter');
      await text.pressSequentially('line two');
      await expect(text).toHaveValue('line one\nline two');
      await expect(text).toBeVisible();
      await page.setViewportSize(upright);
      await page.goto(`${hub.banner.url}/s/beta`);
      await expect(text).toHaveValue('line one\nline two');
      await text.fill('');
    });

    test('a question rises as a sheet: the whole command, answers for a thumb, aside and back', async () => {
      const command = `printf '%s' ${'0123456789'.repeat(30)} > made-by-${mine}.txt`;
      await hub.api('POST', '/api/sessions/alpha/prompts', { text: `tool ${command}` });
      await page.goto(`${hub.banner.url}/s/alpha`);
      const sheet = page.getByRole('region', { name: 'alpha asks' });
      await expect(sheet).toBeVisible();
      // Another size of the terminal makes the agent draw its question anew.
      await expect
        .poll(async () => (await sheet.locator('pre').textContent())?.replaceAll(/\s+/g, ''))
        .toContain(command.replaceAll(/\s+/g, '').slice(0, 200));
      await accessible(page);
      expect(await smallTargets(page)).toEqual([]);
      for (const name of ['Yes', 'No']) {
        const box = await sheet.getByRole('button', { name, exact: true }).boundingBox();
        if (!box) throw new Error(`no ${name}`);
        expect(box.height).toBeGreaterThanOrEqual(56);
        expect(box.y).toBeGreaterThan(upright.height * 0.6);
        expect(box.y + box.height).toBeLessThanOrEqual(upright.height);
      }
      await sheet.getByRole('button', { name: 'Put aside' }).tap();
      await expect(sheet).toBeHidden();
      await page.getByRole('button', { name: /Answer/ }).tap();
      await expect(sheet).toBeVisible();
      await sheet.getByRole('button', { name: 'No', exact: true }).tap();
      await expect(sheet).toBeHidden();
      await eventually(
        () => hub.api<Session>('GET', '/api/sessions/alpha'),
        (each) => each.state !== 'approval',
        'the answer was taken',
      );
    });

    test('sideways the terminal has the room, and nothing overflows', async () => {
      await page.setViewportSize({ width: upright.height, height: upright.width });
      await page.goto(`${hub.banner.url}/s/shell-${mine}`);
      await expect(page.getByRole('navigation', { name: 'Neighbours' })).toBeVisible();
      await expect(page.getByRole('textbox', { name: /Prompt for/ })).toBeHidden();
      await expect
        .poll(async () => (await terminal(`shell-${mine}`).boundingBox())?.height)
        .toBeGreaterThan(upright.width * 0.65);
      await page.getByRole('button', { name: 'Write a prompt' }).tap();
      await expect(page.getByRole('textbox', { name: /Prompt for/ })).toBeVisible();
      for (const path of ['/sessions', '/inbox', '/more', '/s/beta']) {
        await page.goto(hub.banner.url + path);
        await expect(page.locator('main')).toBeVisible();
        expect(await sideways()).toBeLessThanOrEqual(0);
      }
      await page.setViewportSize(upright);
      expect(complaints).toEqual([]);
    });
  });
}
