/** Cards in real Chromium: written, found, claimed and worked on by agents; on a phone and by finger; with text that breaks layouts. */
import { expect, type Page, test } from '@playwright/test';
import {
  add,
  becomes,
  begin,
  board,
  column,
  complaints,
  get,
  hub,
  lane,
  middle,
  open,
  PHONE,
  panel,
  tile,
  title,
} from './board-page.ts';
import { accessible } from './face.ts';
import { eventually } from './hub.ts';

let page: Page;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  page = await begin(browser);
});
test.afterAll(async () => {
  await page?.context().close();
  await hub?.close();
});

test('a card is written whole: fields, steps, what it waits for, a comment', async () => {
  const first = await add({ title: 'Comes first', column: 'todo' });
  const card = await add({ title: 'Comes after', column: 'todo' });
  await board(page, `/board/${card.key}`);
  const side = panel(page, card.key);
  await side.getByRole('combobox', { name: 'Owner' }).selectOption('user:ben');
  await side.getByLabel('Due').fill('2020-05-06');
  await side.getByLabel('Due').press('Enter');
  await side.getByLabel('Tags').fill('deck');
  await side.getByLabel('Tags').press('Enter');
  await side.getByLabel('Branch').fill('fix/it');
  await side.getByLabel('Branch').press('Enter');
  await side.getByLabel('PR or issue').fill('not an address');
  await side.getByLabel('PR or issue').press('Enter');
  // Refused with a reason; what was typed stays.
  await expect(side.getByRole('alert')).toBeVisible();
  await expect(side.getByLabel('PR or issue')).toHaveValue('not an address');
  await side.getByLabel('PR or issue').fill('https://example.org/pull/7');
  await side.getByLabel('PR or issue').press('Enter');
  await side.getByLabel('New step').fill('sew');
  await side.getByLabel('New step').press('Enter');
  await expect(side.getByLabel('New step')).toHaveValue('');
  await side.getByRole('checkbox', { name: 'sew' }).check();
  await side.getByRole('combobox', { name: 'Find a card it waits for' }).fill('first');
  await page.keyboard.press('Enter');
  await expect(side.getByText(`Cannot be claimed: it waits for ${first.key}`)).toBeVisible();
  await side.getByRole('textbox', { name: 'Comment' }).fill(`see **${first.key}**`);
  await page.keyboard.press('Control+Enter');
  await expect(side.getByRole('link', { name: first.key, exact: true })).toBeVisible();
  await expect(side.getByRole('textbox', { name: 'Comment' })).toHaveValue('');
  // Somebody else's shows where the card is open: the feed tells that there is one.
  await hub.api('POST', `/api/board/cards/${card.key}/comments`, { text: 'said elsewhere' });
  await expect(side.getByText('said elsewhere')).toBeVisible();

  const onBoard = tile(page, card.key);
  for (const text of ['ben', 'Overdue', 'deck', 'fix/it', '#7', '1/1', `Blocked by ${first.key}`]) {
    await expect(onBoard.getByText(text).first()).toBeVisible();
  }
  const now = await get(card.key);
  expect(now).toMatchObject({
    due: '2020-05-06',
    tags: ['deck'],
    links: { branch: 'fix/it', pr: 'https://example.org/pull/7', session: null },
    dependencies: [first.key],
    owner: { kind: 'user', id: 'ben' },
  });
  expect(now.checklist).toEqual([{ id: 'i1', text: 'sew', done: true }]);
  await accessible(page);
});

test('the filter lives in the address and finds words in descriptions', async () => {
  await add({ title: 'Elsewhere', column: 'doing' });
  await add({ title: 'Said in small', column: 'todo', description: 'only here stands a zanzibar' });
  await board(page, '/board?q=zanzibar');
  await expect(page.locator('[data-lane] [data-card]')).toHaveText([/Said in small/]);
  await expect(lane(page, 'doing').getByText(/hidden by the filter/)).toBeVisible();
  await page.getByRole('searchbox', { name: 'Filter cards' }).fill('');
  await page.getByRole('button', { name: 'Overdue' }).click();
  await expect(page).toHaveURL(/\/board\?overdue=1$/);
  await expect(page.locator('[data-lane] [data-card]')).toHaveText([/Comes after/]);
  // Opening and closing a card keeps what is filtered; so does loading the page.
  await page.locator('[data-lane] [data-title]').first().click();
  await expect(page).toHaveURL(/\/board\/QD-\d+\?overdue=1$/);
  await page.reload();
  await expect(page.locator('[data-lane] [data-card]')).toHaveText([/Comes after/]);
  await page.getByRole('button', { name: 'Close card' }).click();
  await page.getByRole('combobox', { name: 'Owner' }).selectOption('-');
  await expect(page.locator('[data-lane] [data-card]')).toHaveCount(0);
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect(page).toHaveURL(/\/board$/);
});

test('an agent claims a card: it shows at once, with its lease and the state of its session', async () => {
  await hub.api('POST', '/api/sessions', { agent: 'custom', name: 'worker', cwd: hub.dir, command: 'exec cat' });
  const card = await add({ title: 'For an agent', column: 'todo' });
  await expect(tile(page, card.key)).toBeVisible();
  await hub.api('POST', `/api/board/cards/${card.key}/claim`, { session: 'worker', lease: 600 });
  await expect(tile(page, card.key).getByText('worker').first()).toBeVisible();
  await expect(tile(page, card.key).getByText(/^(10|9)m left$/)).toBeVisible();
  await hub.api('POST', `/api/board/cards/${card.key}/renew`, {
    fence: (await get(card.key)).claim?.fence,
    lease: 7200,
  });
  await expect(tile(page, card.key).getByText(/^(2h 0|1h 59)m left$/)).toBeVisible();

  await title(page, card.key).click();
  const side = panel(page, card.key);
  await expect(side.getByRole('region', { name: 'Claim' })).toContainText('Claimed by session worker');
  await side.getByRole('button', { name: 'Take away' }).click();
  await expect(side.getByText('Nobody has it')).toBeVisible();
  await side.getByRole('button', { name: 'For a session…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Claim', exact: true }).click();
  await becomes(async () => (await get(card.key)).claim?.by.name, 'worker');

  // The card as a prompt, into the queue of the session.
  await side.getByRole('button', { name: 'Send…' }).click();
  const dialog = page.getByRole('dialog', { name: `Send ${card.key} to a session` });
  await expect(dialog.getByLabel('Prompt')).toHaveValue(new RegExp(`${card.key}: For an agent`));
  await accessible(page);
  await dialog.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.getByText(`${card.key} is queued for worker`)).toBeVisible();
  await becomes(async () => (await get(card.key)).links.session !== null, true);
  const prompts = await hub.api<{ text: string }[]>('GET', '/api/sessions/worker/prompts');
  expect(prompts[0]?.text).toContain(`qd board claim ${card.key}`);
  await page.keyboard.press('Escape');
});

test('a session is started for a card: the form is filled, the card is linked and claimed', async () => {
  const card = await add({ title: 'Start me', column: 'todo', tags: ['deck'] });
  await tile(page, card.key).hover();
  await tile(page, card.key)
    .getByRole('button', { name: `Actions for ${card.key}` })
    .click();
  await page.getByRole('menuitem', { name: 'Start a session for it…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Start a session' });
  await expect(dialog.getByLabel('First prompt')).toHaveValue(new RegExp(`${card.key}: Start me`));
  await expect(dialog.getByLabel('Name')).toHaveValue(card.key.toLowerCase());
  await dialog.getByText('Shell', { exact: true }).click();
  await dialog.getByLabel('Folder').fill('~');
  await dialog.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/s/${card.key.toLowerCase()}$`));
  await becomes(async () => (await get(card.key)).claim?.by.name, card.key.toLowerCase());
  expect((await get(card.key)).links.session).not.toBeNull();
  await board(page);
});

test('cards are exported, imported, deleted after a question; due dates have an address', async () => {
  await page.getByRole('button', { name: 'Board actions' }).click();
  const loads = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'Export as CSV' }).click();
  expect((await loads).suggestedFilename()).toBe('board.csv');

  await page.getByRole('button', { name: 'Board actions' }).click();
  await page.getByRole('menuitem', { name: 'Import cards' }).click();
  const importing = page.getByRole('dialog', { name: 'Import cards' });
  await importing.getByLabel('From').selectOption('github');
  await importing.getByLabel('Or its text').fill('no json');
  await importing.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(importing.getByRole('alert')).toBeVisible();
  const issue = {
    number: 5,
    title: 'Found on GitHub',
    body: 'b',
    state: 'OPEN',
    labels: [],
    url: 'https://example.org/i/5',
  };
  await importing.getByLabel('Or its text').fill(JSON.stringify([issue]));
  await importing.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(importing.getByRole('status')).toHaveText(/1 card added/);
  await importing.getByRole('button', { name: 'To the board' }).click();
  const found = page.locator('[data-lane] [data-card]').filter({ hasText: 'Found on GitHub' });
  await expect(found).toBeVisible();

  const key = (await found.getAttribute('data-card')) ?? '';
  await title(page, key).focus();
  await page.keyboard.press('Delete');
  await page
    .getByRole('dialog', { name: `Delete ${key}?` })
    .getByRole('button', { name: 'Delete card' })
    .click();
  await expect(found).toHaveCount(0);

  await page.getByRole('button', { name: 'Board actions' }).click();
  await page.getByRole('menuitem', { name: 'Calendar address' }).click();
  const calendar = page.getByRole('dialog', { name: 'Calendar of due dates' });
  await calendar.getByRole('button', { name: 'Make an address' }).click();
  const address = await calendar.getByLabel('Your address').inputValue();
  expect(await (await fetch(address)).text()).toContain('BEGIN:VCALENDAR');
  await page.keyboard.press('Escape');
});

test('a phone shows one column, swiped or chosen; a card is the whole screen and moves by a menu', async ({
  browser,
}) => {
  const phone = await open(browser, 'ann', PHONE);
  await board(phone);
  const columns = phone.getByRole('navigation', { name: 'Columns' });
  await columns.getByRole('button', { name: /Review/ }).tap();
  await expect(columns.getByRole('button', { name: /Review/ })).toHaveAttribute('aria-current', 'true');
  await columns.getByRole('button', { name: /To do/ }).tap();
  await expect(columns.getByRole('button', { name: /To do/ })).toHaveAttribute('aria-current', 'true');
  await accessible(phone);
  const wide = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wide).toBeLessThanOrEqual(0);

  await title(phone, 'QD-2').tap();
  const sheet = phone.getByRole('dialog', { name: 'QD-2' });
  await expect(sheet.getByRole('textbox', { name: 'Title' })).toHaveValue((await get('QD-2')).title);
  await accessible(phone);
  // By now it has risen.
  const box = await sheet.boundingBox();
  expect([box?.width, box?.height]).toEqual([412, 839]);
  await sheet.getByRole('button', { name: 'Close' }).tap();
  await expect(sheet).toBeHidden();
  await tile(phone, 'QD-2').getByRole('button', { name: 'Actions for QD-2' }).tap();
  await phone.getByRole('menuitem', { name: 'Move to Backlog' }).tap();
  await becomes(async () => (await get('QD-2')).column, 'backlog');
  await phone.context().close();
});

test('a finger scrolls; held down it carries the card', async ({ browser }) => {
  await hub.api('POST', '/api/board/cards/QD-2/move', {
    key: 'QD-2',
    column: 'todo',
    before: (await column('todo'))[0],
  });
  for (let i = 0; i < 12; i++) await add({ title: `Filler ${i}`, column: 'todo' });
  const phone = await open(browser, 'ann', PHONE);
  await board(phone);
  await phone.getByRole('navigation', { name: 'Columns' }).getByRole('button', { name: /To do/ }).tap();
  await expect(phone.getByRole('button', { name: /To do/, exact: false }).first()).toBeVisible();
  await expect(tile(phone, 'QD-2')).toBeInViewport();
  const cdp = await phone.context().newCDPSession(phone);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x = 0, y = 0) =>
    cdp.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] });
  const still = () =>
    phone.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const scroller = lane(phone, 'todo').locator('div:has(> ul)');
  const scrolled = () => scroller.evaluate((element) => element.scrollTop);
  await eventually(
    () => lane(phone, 'todo').evaluate((el) => Math.round(el.getBoundingClientRect().left)),
    (x) => x === 0,
    'the column is in place',
  );

  // A quick drag scrolls the column and carries nothing.
  const from = await middle(tile(phone, 'QD-2'));
  // In one go: a finger that rests on a slow machine would be a finger that holds.
  await Promise.all([
    touch('touchStart', from.x, from.y + 100),
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((i) => touch('touchMove', from.x, from.y + 100 - i * 20)),
  ]);
  // It comes to rest before it is lifted: a thrown list would scroll on by itself.
  for (let i = 0; i < 12; i++) {
    await touch('touchMove', from.x, from.y - 60 - (i % 2));
    await still();
  }
  await touch('touchEnd');
  await eventually(scrolled, (top) => top > 40, 'the column scrolled');
  await expect(phone.locator('[data-ghost]')).toHaveCount(0);
  await scroller.evaluate((element) => element.scrollTo({ top: 0 }));
  await eventually(scrolled, (top) => top === 0, 'back at the top');

  // Held, it is carried; the column does not scroll away under it.
  const order = await column('todo');
  const third = await middle(tile(phone, order[2] ?? ''));
  const start = await middle(tile(phone, 'QD-2'));
  await touch('touchStart', start.x, start.y);
  await expect(phone.locator('[data-ghost]')).toBeVisible();
  for (let i = 1; i <= 10; i++) {
    await touch('touchMove', start.x, start.y + ((third.y + third.height / 2 - 4 - start.y) * i) / 10);
    await still();
  }
  await touch('touchEnd');
  await becomes(async () => (await column('todo')).slice(0, 3), [order[1], order[2], 'QD-2']);
  await expect(phone).toHaveURL(/\/board$/);
  await phone.context().close();
});

test('titles of 300 characters, from right to left, with emoji: nothing breaks out; light and high contrast', async () => {
  await add({ title: 'W'.repeat(300), column: 'review', tags: ['a tag that has no end '.repeat(2).trim()] });
  const rtl = await add({ title: 'يجب أن تعمل لوحة المفاتيح 🎉', column: 'review', due: '2020-01-01' });
  for (const theme of ['light', 'dark', 'contrast'] as const) {
    await page.evaluate((name) => localStorage.setItem('quarterdeck.theme', name), theme);
    await board(page, `/board/${rtl.key}`);
    await expect(panel(page, rtl.key).getByRole('textbox', { name: 'Title' })).toBeVisible();
    // A theme changes colours: names, roles and order were read in the first one.
    await accessible(page, theme === 'light' ? undefined : ['color-contrast']);
  }
  const out = await lane(page, 'review').evaluate((element) => {
    const right = element.getBoundingClientRect().right;
    return [...element.querySelectorAll('[data-card] *')].filter((each) => each.getBoundingClientRect().right > right)
      .length;
  });
  expect(out).toBe(0);
});

test('a card that is not there is said, and the browser had nothing to complain about', async () => {
  await board(page, '/board/QD-9999');
  await expect(page.getByRole('heading', { name: 'There is no card QD-9999' })).toBeVisible();
  await page.getByRole('button', { name: 'Back to the board' }).click();
  await expect(page).toHaveURL(/\/board$/);
  expect(complaints).toEqual([]);
});
