/** The board in real Chromium: carried by mouse and keys, two people at once. */
import { expect, type Page, test } from '@playwright/test';
import type { Column } from '../shared/contract/board.ts';
import {
  add,
  becomes,
  begin,
  board,
  carry,
  column,
  complaints,
  get,
  hub,
  lane,
  middle,
  open,
  panel,
  tile,
  title,
} from './board-page.ts';
import { accessible } from './face.ts';

let page: Page;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  page = await begin(browser);
});
test.afterAll(async () => {
  expect(complaints).toEqual([]);
  await page?.context().close();
  await hub?.close();
});

test('an empty board says what it is for, and the first cards are written one after the other', async () => {
  await board(page);
  await expect(page.getByRole('heading', { name: 'No cards yet' })).toBeVisible();
  await expect(page.getByText('qd board next')).toBeVisible();
  await accessible(page);
  await page.getByRole('button', { name: 'Write the first card' }).click();
  await expect(page.getByRole('textbox', { name: /Title of a new card/ })).toBeFocused();
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
  await expect(dialog).toBeVisible();
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
