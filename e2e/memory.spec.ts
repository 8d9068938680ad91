/** Notes and facts in the browser: written, linked, found, brought back; two writers lose nothing. */
import { expect, test } from '@playwright/test';
import type { Fact, Note } from '../shared/contract/memory.ts';
import { accessible, type Face, sequence, startFace } from './face.ts';

let face: Face;
test.describe.configure({ mode: 'serial' });
test.beforeAll(async ({ browser }) => {
  face = await startFace(browser);
});
test.afterAll(async () => {
  expect(face.complaints).toEqual([]);
  await face.close();
});

const note = (name: string) => face.hub.api<Note>('GET', `/api/notes/${encodeURIComponent(name)}`);

test('a note is made, written with a preview and saved, by keyboard alone', async () => {
  const { page } = face;
  await sequence(page, 'gm');
  await expect(page.getByRole('heading', { name: 'No notes yet' })).toBeVisible();
  await accessible(page);
  await page.keyboard.press('c');
  await page.getByLabel('Name').fill('bad/name');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('slashes');
  await page.getByLabel('Name').fill('Release plan');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Nothing is written here yet.')).toBeVisible();
  await page.keyboard.press('e');
  await expect(page.locator('textarea:focus')).toBeVisible();
  await page.keyboard.type(
    '# Steps\n\nSee [[Billing]] and **tag** it. <img src=x onerror=alert(1)> [x](javascript:alert(1))',
  );
  const shown = page.getByRole('article');
  await expect(shown.getByRole('heading', { name: 'Steps' })).toBeVisible();
  await accessible(page);
  await page.keyboard.press('ControlOrMeta+s');
  await expect(page.getByText('Not written yet')).toBeVisible();
  expect((await note('Release plan')).body).toContain('# Steps');
  // Nothing in a document becomes HTML or a script's address.
  await expect(shown.locator('img')).toHaveCount(0);
  await expect(shown.locator('a[href^="javascript"]')).toHaveCount(0);
});

test('a link to a note that is not there makes it; then each knows of the other', async () => {
  const { page } = face;
  await page.getByRole('button', { name: 'Billing' }).click();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Billing');
  await page.getByRole('button', { name: 'Make note' }).click();
  await expect(page.getByLabel('Name of the note')).toHaveValue('Billing');
  await page.getByText('Linked from').waitFor();
  await page.getByRole('article').getByRole('link', { name: 'Release plan' }).click();
  await expect(page.getByRole('article').getByRole('link', { name: 'Billing' })).toBeVisible();
});

test('what an agent saved meanwhile is not overwritten unseen, and nothing typed is lost', async () => {
  const { page, hub } = face;
  const before = await note('Release plan');
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByLabel('Text of the note').fill('mine');
  await hub.api('PATCH', `/api/notes/${before.id}`, { version: before.version, body: 'theirs' });
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('saved this note while you typed')).toBeVisible();
  await accessible(page);
  await page.getByRole('button', { name: 'Take theirs' }).click();
  await expect(page.getByText('saved this note while you typed')).toHaveCount(0);
  await expect(page.getByRole('article').getByText('theirs', { exact: true })).toBeVisible();
  expect((await note('Release plan')).body).toBe('theirs');
  await page.getByRole('button', { name: 'More about this note' }).click();
  await page.getByRole('menuitem', { name: 'Versions' }).click();
  const versions = page.getByRole('dialog');
  await versions.getByRole('button', { name: 'Version 4' }).click();
  await expect(versions.getByText('mine')).toBeVisible();
  await accessible(page);
  await versions.getByRole('button', { name: 'Bring this version back' }).click();
  await expect(page.getByRole('article').getByText('mine')).toBeVisible();
});

test('what is typed survives a reload of the page', async () => {
  const { page } = face;
  page.once('dialog', (dialog) => void dialog.accept());
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByLabel('Text of the note').fill('typed and not saved');
  await page.reload();
  await expect(page.getByLabel('Text of the note')).toHaveValue('typed and not saved');
  await page.getByRole('button', { name: 'Discard' }).click();
});

test('all text is searched, live changes appear, and a note is put away and comes back', async () => {
  const { page, hub } = face;
  await hub.api('POST', '/api/notes', { name: 'ملاحظات', body: 'نص عربي و needle 🎉' });
  await expect(page.getByRole('link', { name: 'ملاحظات' })).toBeVisible();
  await page.getByLabel('Search notes').fill('needle');
  await expect(page.getByRole('list', { name: 'Notes' }).getByRole('link')).toHaveCount(1);
  await page.getByLabel('Search notes').fill('nowhere at all');
  await expect(page.getByRole('heading', { name: 'No note has these words' })).toBeVisible();
  await page.getByLabel('Search notes').fill('');
  await page.getByRole('link', { name: 'ملاحظات' }).click();
  await page.getByRole('button', { name: 'More about this note' }).click();
  await page.getByRole('menuitem', { name: 'Put away' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Put away' }).click();
  await expect(page.getByRole('link', { name: 'ملاحظات' })).toHaveCount(0);
});

test('facts are kept, changed and forgotten', async () => {
  const { page, hub } = face;
  await page.getByText('Facts', { exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Nothing is remembered yet' })).toBeVisible();
  await page.getByLabel('Fact', { exact: true }).fill('Tests take four minutes');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Every project')).toBeVisible();
  await page.getByRole('button', { name: 'Edit: Tests take four minutes' }).click();
  await page.getByLabel('Text of the fact').fill('Tests take three minutes');
  await page.keyboard.press('Enter');
  await expect
    .poll(async () => (await hub.api<Fact[]>('GET', '/api/facts')).map((fact) => fact.text))
    .toEqual(['Tests take three minutes']);
  await accessible(page);
  await page.getByRole('button', { name: 'Forget: Tests take three minutes' }).click();
  await expect.poll(async () => hub.api('GET', '/api/facts')).toEqual([]);
});

test('on a phone the list and the note take turns', async () => {
  const phone = await face.open('Pixel 7');
  await face.go(phone, '/notes');
  await phone.getByRole('link', { name: 'Billing' }).click();
  await expect(phone.getByLabel('Name of the note')).toHaveValue('Billing');
  await expect(phone.getByRole('list', { name: 'Notes' })).toHaveCount(0);
  await accessible(phone);
  await phone.getByRole('link', { name: 'Notes', exact: true }).click();
  await expect(phone.getByRole('list', { name: 'Notes' })).toBeVisible();
  await accessible(phone);
});
