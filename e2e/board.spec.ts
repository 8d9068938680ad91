/** The board in real Chromium: carried by mouse, finger and keys, two people at once, agents at work, phone. */
import AxeBuilder from '@axe-core/playwright';
import { type Browser, type BrowserContextOptions, expect, type Locator, type Page, test } from '@playwright/test';
import type { Card, CardRow, Column } from '../shared/contract/board.ts';
import { eventually, startHub, type TestHub } from './hub.ts';

const PASSPHRASE = 'a deck of many agents';
const PHONE: BrowserContextOptions = { viewport: { width: 412, height: 839 }, hasTouch: true, isMobile: true };

let hub: TestHub;
let page: Page;
const complaints: string[] = [];

const add = (card: Record<string, unknown>) => hub.api<Card>('POST', '/api/board/cards', card);
const get = (key: string) => hub.api<Card>('GET', `/api/board/cards/${key}`);
const column = async (id: string) =>
  (await hub.api<CardRow[]>('GET', `/api/board/cards?column=${id}`)).map((row) => row.key);
const becomes = (ask: () => Promise<unknown>, wanted: unknown) =>
  eventually(ask, (answer) => JSON.stringify(answer) === JSON.stringify(wanted), JSON.stringify(wanted));

async function open(browser: Browser, user: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const answer = await context.request.post(`${hub.banner.url}/api/login`, {
    data: { user, passphrase: PASSPHRASE },
    headers: { origin: hub.banner.url },
  });
  expect(answer.ok()).toBe(true);
  const opened = await context.newPage();
  opened.on('pageerror', (error) => complaints.push(String(error)));
  opened.on('console', (message) => {
    if (/content security policy|trusted/i.test(message.text())) complaints.push(message.text());
  });
  return opened;
}
const board = async (which: Page, path = '/board') => {
  await which.goto(hub.banner.url + path);
  await expect(which.getByRole('button', { name: 'Add a card', exact: true })).toBeVisible();
};
const tile = (which: Page, key: string): Locator => which.locator(`[data-lane] [data-card="${key}"]`);
const title = (which: Page, key: string): Locator => tile(which, key).locator('[data-title]');
const lane = (which: Page, id: string): Locator => which.locator(`[data-lane="${id}"]`);
const panel = (which: Page, key: string): Locator => which.getByRole('complementary', { name: `Card ${key}` });
const accessible = async (which: Page) => {
  const { violations } = await new AxeBuilder({ page: which }).analyze();
  expect(violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
};
async function middle(of: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await of.boundingBox();
  if (!box) throw new Error('it is not on the screen');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2, width: box.width, height: box.height };
}
/** Takes the card with the mouse and carries it to a point; it is still held afterwards. */
async function carry(which: Page, key: string, to: { x: number; y: number }): Promise<void> {
  const from = await middle(tile(which, key));
  await which.mouse.move(from.x, from.y);
  await which.mouse.down();
  await which.mouse.move(from.x + 12, from.y + 6, { steps: 2 });
  await which.mouse.move(to.x, to.y, { steps: 6 });
  await expect(which.locator('[data-ghost]')).toBeVisible();
}

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  hub = await startHub();
  for (const name of ['ann', 'ben']) {
    await hub.api('POST', '/api/users', {
      name,
      passphrase: PASSPHRASE,
      scopes: ['read', 'type', 'approve', 'run', 'admin'],
    });
  }
  page = await open(browser, 'ann');
});
test.afterAll(async () => {
  await page?.context().close();
  await hub?.close();
});

test('an empty board says what it is for, and the first cards are written one after the other', async () => {
  await board(page);
  await expect(page.getByRole('heading', { name: 'No cards yet' })).toBeVisible();
  await expect(page.getByText('qd board next')).toBeVisible();
  await accessible(page);
  await page.getByRole('button', { name: 'Write the first card' }).click();
  await page.keyboard.type('First');
  await page.keyboard.press('Enter');
  await page.keyboard.type('Second');
  await page.keyboard.press('Enter');
  await expect(title(page, 'QD-1')).toHaveText('First');
  await expect(title(page, 'QD-2')).toHaveText('Second');
  // What is written at the top stands at the top.
  await becomes(() => column('todo'), ['QD-2', 'QD-1']);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('textbox', { name: /Title of a new card/ })).toBeHidden();
  // c opens it again, from the page, in the column of the card that had the focus.
  await title(page, 'QD-1').focus();
  await page.keyboard.press('c');
  await expect(page.getByRole('textbox', { name: 'Title of a new card in To do' })).toBeFocused();
  await page.keyboard.press('Escape');
});

test('a card is carried by mouse to another column, between two cards', async () => {
  for (const name of ['Doing one', 'Doing two']) await add({ title: name, column: 'doing' });
  await expect(tile(page, 'QD-4')).toBeVisible();
  const below = await middle(tile(page, 'QD-4'));
  await carry(page, 'QD-1', { x: below.x, y: below.y - below.height / 2 + 4 });
  await page.mouse.up();
  await becomes(() => column('doing'), ['QD-3', 'QD-1', 'QD-4']);
  await expect(page.locator('[data-ghost]')).toHaveCount(0);
  await expect(lane(page, 'doing').locator('[data-card]')).toHaveText([/Doing one/, /First/, /Doing two/]);
});

test('carried by mouse, Escape puts it back, and a click is still a click', async () => {
  const to = await middle(lane(page, 'review'));
  await carry(page, 'QD-2', { x: to.x, y: to.y });
  await page.keyboard.press('Escape');
  await expect(page.locator('[data-ghost]')).toHaveCount(0);
  await page.mouse.up();
  expect(await column('todo')).toEqual(['QD-2']);
  await title(page, 'QD-2').click();
  await expect(page).toHaveURL(/\/board\/QD-2$/);
  await expect(panel(page, 'QD-2').getByRole('textbox', { name: 'Title' })).toHaveValue('Second');
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/\/board$/);
  await expect(title(page, 'QD-2')).toBeFocused();
});

test('a card is carried by keys, and what happens is said', async () => {
  await title(page, 'QD-2').focus();
  await page.keyboard.press('Space');
  await expect(page.getByText(/Picked up QD-2, Second. It is in To do, position 1 of 1/)).toBeAttached();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText(/Doing, position 1 of 4/)).toBeAttached();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await becomes(() => column('doing'), ['QD-3', 'QD-2', 'QD-1', 'QD-4']);
  await expect(title(page, 'QD-2')).toBeFocused();
  await page.keyboard.press('Space');
  await expect(page.getByText(/Picked up QD-2, Second. It is in Doing/)).toBeAttached();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Escape');
  await expect(page.getByText('QD-2 was put back.')).toBeAttached();
  expect(await column('todo')).toEqual([]);
  await expect(page).toHaveURL(/\/board$/);
});

test('plain commands move the card, the focus walks with arrows', async () => {
  await title(page, 'QD-2').focus();
  await page.keyboard.press('Alt+ArrowLeft');
  await becomes(() => column('todo'), ['QD-2']);
  await expect(title(page, 'QD-2')).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(title(page, 'QD-3')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(title(page, 'QD-1')).toBeFocused();
  await page.keyboard.press('Alt+ArrowDown');
  await becomes(() => column('doing'), ['QD-3', 'QD-4', 'QD-1']);
  await expect(title(page, 'QD-1')).toBeFocused();
  await page.keyboard.press('x');
  await becomes(() => column('done'), ['QD-1']);
  await title(page, 'QD-4').focus();
  await page.keyboard.press('1');
  await expect(tile(page, 'QD-4').getByText('Urgent')).toBeVisible();
  await page.keyboard.press('e');
  await expect(panel(page, 'QD-4').getByRole('textbox', { name: 'Title' })).toBeFocused();
  await page.keyboard.type('Doing by keys');
  await page.keyboard.press('Enter');
  await expect(title(page, 'QD-4')).toHaveText('Doing by keys');
  await expect(panel(page, 'QD-4').getByText(/changed title from Doing two to Doing by keys/)).toBeVisible();
  await page.keyboard.press('Escape');
});

test('a refused move goes back to its place and says why', async () => {
  const columns = await hub.api<Column[]>('GET', '/api/board/columns');
  await page.getByRole('button', { name: 'Board actions' }).click();
  await page.getByRole('menuitem', { name: 'Columns and limits' }).click();
  const dialog = page.getByRole('dialog', { name: 'Columns and limits' });
  await accessible(page);
  await dialog.getByLabel('Limit of Doing').fill('2');
  await dialog.getByRole('button', { name: 'Add a column' }).click();
  await dialog.getByPlaceholder('Title').last().fill('QA & Tests');
  await expect(dialog.getByRole('button', { name: 'Take Doing away' })).toBeDisabled();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  await expect(lane(page, 'doing').getByText('Full')).toBeVisible();
  await expect(lane(page, 'doing').getByRole('heading')).toContainText('2/2');
  await expect(lane(page, 'qa-tests')).toBeAttached();
  await page.keyboard.press('Escape');

  const to = await middle(tile(page, 'QD-3'));
  await carry(page, 'QD-2', { x: to.x, y: to.y });
  await page.mouse.up();
  await expect(tile(page, 'QD-2').getByText(/Not moved: .*holds 2 of at most 2/)).toBeVisible();
  await expect(lane(page, 'todo').locator('[data-card="QD-2"]')).toBeVisible();
  await expect(page.getByText(/QD-2 was not moved/)).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  expect(await column('todo')).toEqual(['QD-2']);

  // Review by another: who worked on it does not wave it through.
  const own = await add({ title: 'Mine to make', column: 'review', owner: 'ann', review: 'other' });
  await expect(tile(page, own.key).getByText('Review by another')).toBeVisible();
  await title(page, own.key).focus();
  await page.keyboard.press('x');
  await expect(tile(page, own.key).getByText(/Not moved: .*second look/)).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await hub.api('PUT', '/api/board/columns', { columns });
});

test('two people: a move is seen, a move in the hand meets the other, typed text meets the other', async ({
  browser,
}) => {
  const other = await open(browser, 'ben');
  await board(other);
  const card = await add({ title: 'For two', column: 'todo', description: 'as it was' });
  await expect(title(other, card.key)).toBeVisible();
  await expect(title(page, card.key)).toBeVisible();

  // Ann holds it while Ben moves it: hers is refused, and says so.
  const to = await middle(lane(page, 'review'));
  await carry(page, card.key, { x: to.x, y: to.y + 200 });
  await title(other, card.key).focus();
  await other.keyboard.press('Alt+ArrowRight');
  await becomes(async () => (await get(card.key)).column, 'doing');
  await page.mouse.up();
  await expect(tile(page, card.key).getByText('somebody moved it to Doing meanwhile')).toBeVisible();
  await expect(lane(page, 'doing').locator(`[data-card="${card.key}"]`)).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).click();

  // Ann writes while Ben saves: both texts are shown, nothing is lost.
  await title(page, card.key).click();
  const mine = panel(page, card.key);
  await mine.getByRole('button', { name: 'Edit', exact: true }).click();
  await mine.getByRole('textbox', { name: 'Description' }).fill('what Ann wrote');
  await title(other, card.key).click();
  const theirs = panel(other, card.key);
  await theirs.getByRole('button', { name: 'Edit', exact: true }).click();
  await theirs.getByRole('textbox', { name: 'Description' }).fill('what Ben wrote');
  await theirs.getByRole('combobox', { name: 'Priority' }).selectOption('high');
  await theirs.getByRole('button', { name: 'Save' }).click();
  await becomes(async () => (await get(card.key)).description, 'what Ben wrote');
  // What Ben changed elsewhere is simply there.
  await expect(mine.getByRole('combobox', { name: 'Priority' })).toHaveValue('high');
  await mine.getByRole('button', { name: 'Save' }).click();
  const clash = mine.getByRole('alert', { name: 'Conflict' });
  await expect(clash.getByText('what Ann wrote')).toBeVisible();
  await expect(clash.getByText('what Ben wrote')).toBeVisible();
  await expect(clash.getByText('Theirs, by ben')).toBeVisible();
  await expect(mine.getByRole('textbox', { name: 'Description' })).toHaveValue('what Ann wrote');
  await accessible(page);
  await clash.getByRole('button', { name: 'Keep both' }).click();
  await becomes(async () => (await get(card.key)).description, 'what Ben wrote\n\nwhat Ann wrote');
  await expect(clash).toBeHidden();
  await expect(mine.getByText('what Ann wrote')).toBeVisible();

  // Other fields at the same time are no conflict.
  await mine.getByRole('textbox', { name: 'Title' }).fill('For both');
  await theirs.getByRole('combobox', { name: 'Priority' }).selectOption('low');
  await mine.getByRole('textbox', { name: 'Title' }).press('Enter');
  await becomes(async () => {
    const now = await get(card.key);
    return [now.title, now.priority];
  }, ['For both', 'low']);
  await other.context().close();
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
  await expect(sheet.getByRole('textbox', { name: 'Title' })).toHaveValue('Second');
  const box = await sheet.boundingBox();
  expect([box?.width, box?.height]).toEqual([412, 839]);
  await accessible(phone);
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
  await touch('touchStart', from.x, from.y + 100);
  for (let i = 1; i <= 8; i++) await touch('touchMove', from.x, from.y + 100 - i * 20);
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
    await accessible(page);
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
