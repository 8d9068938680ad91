/** What a session changed, in a real browser over real repositories: live, with comments for the agent, and the way out of a shared folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import type { Receipt } from '../shared/contract/prompts.ts';
import type { Session } from '../shared/contract/sessions.ts';
import { AGENT, accessible, drawn, type Face, startFace } from './face.ts';
import { eventually } from './hub.ts';
import { makeRepository, type Repository } from './repository.ts';

test.describe.configure({ mode: 'serial' });

let face: Face;
let page: Page;
let repo: Repository;

const CART = Array.from({ length: 60 }, (_, i) => `export const line${i} = ${i};`).join('\n');
const lines = (which: Page = page) => which.getByRole('grid', { name: 'Changed lines' });
const session = (name: string) => face.hub.api<Session>('GET', `/api/sessions/${name}`);

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  face = await startFace(browser);
  page = face.page;
  repo = await makeRepository(face.hub, 'shop', {
    'src/cart.ts': `${CART}\n`,
    'notes.txt': 'one\r\ntwo\r\n',
    'old.py': 'def greet():\n    return "hello"\n',
    'gone.txt': 'this goes\n',
  });
  await face.hub.api('POST', '/api/sessions', { agent: 'shell', name: 'hand', cwd: repo.root });
  await face.hub.api('POST', '/api/sessions', { agent: 'shell', name: 'bare', cwd: face.hub.home });
});
test.afterAll(async () => {
  await face?.close();
});

test('nothing is changed, and what a shell then changes shows by itself', async () => {
  await face.go(page, '/s/hand');
  await page.getByRole('navigation', { name: 'Views of hand' }).getByRole('link', { name: 'Changes' }).click();
  await expect(page).toHaveURL(/\/s\/hand\/changes$/);
  await expect(page.getByRole('heading', { name: 'Nothing is changed' })).toBeVisible();
  await accessible(page);
  await face.hub.api('POST', '/api/sessions/hand/keys', {
    text: `sed -i 's/line7 = 7;/line7 = 7 + 1;/' src/cart.ts; git mv old.py new.py; git rm -q gone.txt; printf 'x\\n' > 'a b ä.md'`,
    keys: ['Enter'],
  });
  await expect(lines().getByText('export const line7 = 7 + 1;')).toBeVisible();
  await expect(page.getByRole('list', { name: 'Changed files' }).getByRole('button')).toHaveCount(4);
  await expect(lines().getByText('Renamed, with the same content.')).toBeVisible();
  await expect(
    lines()
      .getByRole('button', { name: /a b ä\.md/ })
      .first(),
  ).toBeVisible();
  // The words that differ are marked, and only those.
  await expect.poll(async () => (await lines().locator('[data-marked]').allTextContents()).join('')).toBe(' + 1');
  await expect(page.getByRole('link', { name: /Changes/ })).toContainText('4');
});

test('both layouts, folding, more lines around; the same for dark, light and contrast', async () => {
  await page.getByText('Split', { exact: true }).click();
  await expect(lines().getByText('export const line7 = 7;')).toBeVisible();
  for (const theme of ['light', 'contrast', 'dark'] as const) {
    await face.theme(page, theme);
    await expect(lines().getByText('export const line7 = 7;')).toBeVisible();
    // A theme changes colours: names, roles and order were read in the first one.
    await accessible(page, theme === 'light' ? undefined : ['color-contrast']);
  }
  await page.getByText('Unified', { exact: true }).click();
  await expect(lines().getByText('line30')).toHaveCount(0);
  await lines().getByRole('button', { name: 'Show more lines around' }).last().click();
  await expect(lines().getByText('export const line30 = 30;')).toBeVisible();
  await lines()
    .getByRole('button', { name: /cart\.ts/ })
    .first()
    .click();
  await expect(lines().getByText('export const line30 = 30;')).toHaveCount(0);
  await lines()
    .getByRole('button', { name: /cart\.ts/ })
    .first()
    .click();
  await expect(lines().getByText('export const line30 = 30;')).toBeVisible();
});

test('comments are written by keyboard alone, outlive a reload, and arrive at the agent as one prompt', async () => {
  const log = join(face.hub.dir, 'agent.log');
  await face.hub.api('POST', '/api/sessions', {
    agent: 'claude',
    name: 'coder',
    command: `${AGENT} --log ${log}`,
    cwd: repo.root,
  });
  await eventually(
    () => session('coder'),
    (s) => s.state === 'idle',
    'the agent is ready',
  );
  await face.go(page, '/s/coder/changes');
  await expect(lines()).toBeVisible();
  await page.keyboard.press('/');
  await page.keyboard.type('cart');
  await page.keyboard.press('Enter');
  await expect(lines()).toBeFocused();
  // From the head of the file over the lines before the change: to the new line and, with Shift, one more.
  const at = () =>
    page.evaluate(
      () =>
        document.getElementById(document.activeElement?.getAttribute('aria-activedescendant') ?? '')?.textContent ?? '',
    );
  for (let i = 0; i < 12 && !(await at()).includes('7 + 1'); i += 1) await page.keyboard.press('ArrowDown');
  expect(await at()).toContain('line7 = 7 + 1');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('c');
  await page.keyboard.type('Why one more?');
  await page.keyboard.press('Control+Enter');
  await expect(lines()).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('c');
  await page.keyboard.type('Not this ');
  await page.reload();
  // What was half typed is there too.
  await expect(page.getByText('Not this')).toBeVisible();
  await accessible(page);
  const send = page.getByRole('button', { name: 'Send 2 comments to coder' });
  await expect(send).toBeVisible();
  // Without a connection nothing is lost: it is kept, and sent when the hub is back.
  await page.keyboard.press('Control+Shift+Enter');
  await expect(page.getByText(/2 comments: (Taken|Turn ended)/)).toBeVisible();
  await expect(page.getByText('Why one more?')).toHaveCount(0);
  const prompt = await eventually(
    () => readFile(log, 'utf8'),
    (text) => text.includes('Why one more?'),
    'the prompt at the agent',
  );
  const taken = prompt
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { kind: string; text: string })
    .filter((event) => event.kind === 'prompt');
  expect(taken.map((event) => event.text)).toEqual([
    [
      '2 comments on your changes:',
      '',
      '1. src/cart.ts:8-9',
      '> export const line7 = 7 + 1;',
      '> export const line8 = 8;',
      'Why one more?',
      '',
      '2. src/cart.ts:11',
      '> export const line10 = 10;',
      'Not this',
    ].join('\n'),
  ]);
  expect(await face.hub.api<Receipt[]>('GET', '/api/sessions/coder/prompts')).toHaveLength(1);
});

test('news move nothing that is read, and keep what is written', async () => {
  await repo.write('src/long.ts', Array.from({ length: 400 }, (_, i) => `export const long${i} = ${i};`).join('\n'));
  await face.go(page, '/s/coder/changes');
  await page
    .getByRole('button', { name: /long\.ts/ })
    .first()
    .click();
  for (let i = 0; i < 3; i += 1) await page.keyboard.press('PageDown');
  const line = lines().locator('[data-chosen]').first();
  await expect(line).toBeVisible();
  const text = (await line.textContent()) ?? '';
  await page.keyboard.press('c');
  await page.keyboard.type('keep me');
  const place = async () =>
    (
      await lines()
        .getByText(text.match(/export .*;/)?.[0] ?? '', { exact: true })
        .boundingBox()
    )?.y;
  // The list measures its rows, and keeps to its place, in the frames after a key.
  await drawn(page);
  const before = await place();
  // Above what is read, and in a file before it.
  await repo.write('a-first.txt', 'one\ntwo\nthree\n');
  await expect(page.getByRole('list', { name: 'Changed files' }).getByText('a-first.txt')).toBeVisible();
  await expect(page.getByRole('textbox', { name: /Comment on/ })).toHaveValue('keep me');
  await expect(page.getByRole('textbox', { name: /Comment on/ })).toBeFocused();
  expect(Math.abs(((await place()) ?? 0) - (before ?? 0))).toBeLessThan(4);
  await page.getByRole('button', { name: 'Delete this comment' }).click();
});

test('long differences neither stop the page nor fill it', async () => {
  await repo.write(
    'huge.ts',
    Array.from(
      { length: 5000 },
      (_, i) => `export function f${i}(a: number) { return a + ${i}; } // ${'x'.repeat(i % 90)}`,
    ).join('\n'),
  );
  await repo.write('bundle.min.txt', `${'y'.repeat(300_000)}\n`);
  await face.go(page, '/s/coder/changes');
  await expect(page.getByRole('list', { name: 'Changed files' }).getByText('huge.ts')).toBeVisible();
  await page.evaluate(() => {
    Object.assign(window, { long: [] as number[] });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) (window as unknown as { long: number[] }).long.push(entry.duration);
    }).observe({ type: 'longtask' });
  });
  await page
    .getByRole('list', { name: 'Changed files' })
    .getByRole('button', { name: /huge\.ts/ })
    .click();
  for (let i = 0; i < 40; i += 1) await page.keyboard.press('PageDown');
  await expect(lines().locator('[data-t="keyword"]').first()).toBeVisible();
  expect(await lines().getByRole('row').count()).toBeLessThan(160);
  const long = await page.evaluate(() => (window as unknown as { long: number[] }).long);
  test.info().annotations.push({ type: 'long tasks', description: JSON.stringify(long.map(Math.round)) });
  await page
    .getByRole('list', { name: 'Changed files' })
    .getByRole('button', { name: /bundle\.min\.txt/ })
    .click();
  await expect(lines().getByText('298,000 more characters')).toBeVisible();
});

test('two sessions in one folder are told, and one gets a worktree of its own', async () => {
  await face.go(page, '/s/coder/changes');
  await expect(page.getByText('coder works in the same folder and branch as hand')).toBeVisible();
  await expect(page.getByRole('button', { name: 'shared: works in the same folder and branch as hand' })).toBeVisible();
  await page.getByRole('button', { name: 'Isolate', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Isolate coder' });
  await dialog.getByLabel('New branch').fill('no..good');
  await dialog.getByRole('button', { name: 'Isolate' }).click();
  await expect(dialog.getByRole('alert')).toContainText('not a name that git takes');
  await dialog.getByLabel('New branch').fill('work/cart');
  await dialog.getByRole('switch', { name: 'Take uncommitted changes along' }).click();
  await accessible(page);
  await dialog.getByRole('button', { name: 'Isolate' }).click();
  const done = page.getByRole('dialog', { name: 'coder has a worktree of its own' });
  await expect(done.getByText('work/cart')).toBeVisible();
  await expect(done.getByText(/carry: \d+ changed files/)).toBeVisible();
  await done.getByRole('button', { name: 'Close' }).last().click();
  expect((await session('coder')).cwd).toBe(`${repo.root}.worktrees/coder`);
  await expect(page.getByText('work/cart').first()).toBeVisible();
  await expect(page.getByText('coder works in the same folder')).toHaveCount(0);
  // Both have the same changes now: that is a merge to come.
  await expect(page.getByText('Merge conflicts ahead')).toBeVisible();
  await page.getByText('Merge conflicts ahead').click();
  await expect(
    page.getByRole('listitem').filter({ hasText: 'src/cart.ts' }).getByRole('link', { name: 'hand' }),
  ).toBeVisible();
  await accessible(page);
});

test('a worktree with work in it is not removed unless the work is kept', async () => {
  await repo.git('worktree', 'add', '-q', '-b', 'spare', `${repo.root}-spare`);
  await repo.write('../shop-spare/only-here.txt', 'work\n');
  await page.getByRole('button', { name: 'Worktrees', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Worktrees' });
  await expect(dialog.getByText('made by Quarterdeck')).toBeVisible();
  await accessible(page);
  const row = dialog.getByRole('listitem').filter({ hasText: 'shop-spare' });
  await expect(row.getByText('1 uncommitted')).toBeVisible();
  await row.getByRole('button', { name: /Remove the worktree/ }).click();
  await row.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(row.getByRole('alert')).toBeVisible();
  await row.getByRole('button', { name: 'Keep the work and remove' }).click();
  await expect(page.getByText(/the work is kept on qd\/kept\//)).toBeVisible();
  await expect(dialog.getByText('shop-spare')).toHaveCount(0);
  expect(await repo.git('branch', '--list', 'qd/kept/*')).toContain('qd/kept/');
  await page.keyboard.press('Escape');
});

test('without a repository it says so, and Files still work', async () => {
  await face.go(page, '/s/bare/changes');
  await expect(page.getByRole('heading', { name: 'No changes to show here' })).toBeVisible();
  await page.getByRole('button', { name: 'Open Files' }).click();
  await expect(page).toHaveURL(/\/s\/bare\/files$/);
  await expect(page.getByRole('tree', { name: 'Files' })).toBeVisible();
});

test('on a phone: the same, with a list of files that opens, and comments by tapping', async () => {
  const phone = await face.open('Pixel 7');
  await face.go(phone, '/s/hand/changes');
  await phone.getByRole('button', { name: 'Files', exact: true }).click();
  await phone
    .getByRole('dialog', { name: 'Changed files' })
    .getByRole('button', { name: /cart\.ts/ })
    .click();
  await expect(phone.getByRole('dialog')).toHaveCount(0);
  await lines(phone).getByText('export const line7 = 7 + 1;').tap();
  await lines(phone).locator('[data-chosen]').getByRole('button', { name: 'Comment on this line' }).tap();
  await phone.getByRole('textbox', { name: /Comment on src\/cart\.ts:8/ }).fill('by thumb');
  await expect(phone.getByRole('button', { name: 'Send 1 comment to hand' })).toBeVisible();
  await accessible(phone);
  expect(await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await phone.context().close();
});

test('hostile names and ten thousand changed files: all are told, and it stays quick', async () => {
  const odd = await makeRepository(face.hub, 'odd', { 'a.txt': 'a\n' });
  const names = [
    'two words .txt',
    'new\nline.txt',
    'עברית\u202egpj.txt',
    '🦊 日本語.txt',
    '<img src=x>.txt',
    `"it's" => b\\c.txt`,
  ];
  await Promise.all(names.map((name, i) => odd.write(name, `content ${i} of it\n`)));
  await odd.write('data.bin', new Uint8Array([0, 1, 2, 3, 255]));
  await face.hub.api('POST', '/api/sessions', { agent: 'shell', name: 'odd', cwd: odd.root });
  await face.go(page, '/s/odd/changes');
  const files = page.getByRole('list', { name: 'Changed files' });
  await expect(files.getByRole('button')).toHaveCount(names.length + 1);
  for (const i of names.keys()) await expect(lines().getByText(`content ${i} of it`)).toHaveCount(1);
  await expect(
    lines()
      .getByText(/binary/i)
      .first(),
  ).toBeVisible();
  await accessible(page);
  await odd.git('add', '-A');
  await odd.git('commit', '-qm', 'odd');
  for (const name of names) await odd.write(name, 'other\n');
  for (const i of names.keys()) await expect(lines().getByText(`content ${i} of it`)).toHaveCount(1);
  await expect(lines().getByText('other', { exact: true })).toHaveCount(names.length);

  for (let i = 0; i < 10_000; i += 500)
    await Promise.all(Array.from({ length: 500 }, (_, k) => odd.write(`many/${i + k}.txt`, `file ${i + k}\n`)));
  await odd.git('add', '-A');
  await odd.git('commit', '-qm', 'many');
  for (let i = 0; i < 10_000; i += 500)
    await Promise.all(Array.from({ length: 500 }, (_, k) => odd.write(`many/${i + k}.txt`, `changed ${i + k}\n`)));
  const started = Date.now();
  await face.go(page, '/s/odd/changes');
  await expect(lines().getByText('changed 0', { exact: true })).toBeVisible({ timeout: 30_000 });
  const ms = Date.now() - started;
  await page.keyboard.press('/');
  await page.keyboard.type('many/4321');
  await expect(files.getByRole('button')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(lines().getByText('changed 4321', { exact: true })).toBeVisible();
  expect(await page.locator('*').count()).toBeLessThan(4000);
  const tick = await page.evaluate(async () => {
    let worst = 0;
    for (let i = 0, last = performance.now(); i < 120; i += 1) {
      await new Promise(requestAnimationFrame);
      worst = Math.max(worst, performance.now() - last);
      last = performance.now();
      document.querySelector('[role="grid"]')?.scrollBy(0, 400);
    }
    return worst;
  });
  test.info().annotations.push({ type: '10,000 files', description: `${ms} ms, frame ${Math.round(tick)} ms` });
  expect(tick, 'longest frame while it is scrolled').toBeLessThan(600);
});

test('the browser had nothing to complain about', () => {
  expect(face.complaints).toEqual([]);
});
