/** The frame: palette, keys and their list, other keys by choice, and a terminal that loses no key to any of it. */
import { expect, type Page, test } from '@playwright/test';
import type { Preference } from '../shared/contract/preferences.ts';
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

const finder = (page: Page) => page.getByRole('combobox', { name: 'Find a command or session' });
const screen = async (name: string) =>
  (await face.hub.api<{ text: string }>('GET', `/api/sessions/${name}/screen?format=json`)).text;

test('with nothing here yet the first steps say what is, and lead to a session', async () => {
  const { page } = face;
  await expect(page.getByRole('heading', { name: 'No sessions yet' })).toBeVisible();
  await expect(page.getByText(/^tmux \d/)).toBeVisible();
  await expect(page.getByText(/agents?:|No agent was found/)).toBeVisible();
  for (const theme of ['dark', 'light', 'contrast'] as const) {
    await face.theme(page, theme);
    await expect(page.getByText(/^tmux \d/)).toBeVisible();
    await accessible(page);
  }
  await page.getByRole('button', { name: 'Start a session' }).click();
  const start = page.getByRole('dialog', { name: 'Start a session' });
  // With the keyboard it hears the key that closes it.
  await expect(start.locator(':focus')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(start).toHaveCount(0);
});

test('the palette finds by a few letters, runs by Enter, and gives the keyboard back', async () => {
  const { page } = face;
  await page.keyboard.press('ControlOrMeta+k');
  await expect(finder(page)).toBeFocused();
  await accessible(page);
  await page.keyboard.type('gset');
  await expect(page.getByRole('option').first()).toContainText('Go to Settings');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/settings$/);
  await page.keyboard.press('ControlOrMeta+k');
  await page.keyboard.type('zzzz');
  await expect(page.getByText('Nothing is called that')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(finder(page)).toHaveCount(0);
});

test('sequences go to screens; in a text field the same letters are text', async () => {
  const { page } = face;
  await page.locator('main').focus();
  await sequence(page, 'gl');
  await expect(page).toHaveURL(/\/logs$/);
  await page.getByLabel('Filter lines').focus();
  await page.keyboard.type('gi?');
  await expect(page.getByLabel('Filter lines')).toHaveValue('gi?');
  await expect(page).toHaveURL(/\/logs$/);
});

test('a terminal gets every key that programs can tell, and the palette still opens', async () => {
  const { page, hub } = face;
  await hub.api('POST', '/api/sessions', { agent: 'custom', name: 'keys', command: 'cat -v', cwd: hub.dir });
  await face.go(page, '/s/keys');
  await page.locator('.xterm-helper-textarea').first().focus();
  await page.keyboard.type('g i ? n j');
  await page.keyboard.press('Control+k');
  await page.keyboard.press('Alt+b');
  await page.keyboard.press('Control+v');
  await page.keyboard.press('Enter');
  await expect.poll(() => screen('keys')).toContain('g i ? n j^K^[b');
  await expect(page).toHaveURL(/\/s\/keys$/);
  await expect(finder(page)).toHaveCount(0);
  await page.keyboard.press('Control+Shift+K');
  await expect(finder(page)).toBeFocused();
  await page.keyboard.type('keys');
  await expect(page.getByRole('option', { name: /keys/ }).first()).toBeVisible();
  await page.keyboard.press('Escape');
});

test('a key is changed, told when it is taken, kept in the hub, and works on another device', async () => {
  const { page, hub } = face;
  await face.go(page, '/sessions');
  const dialog = page.getByRole('dialog');
  // The frame has its commands as soon as it shows.
  await page.keyboard.press('?');
  await expect(dialog.getByRole('heading', { name: 'Keyboard shortcuts' })).toBeVisible();
  await accessible(page);
  await dialog.getByLabel('Filter shortcuts').fill('usage');
  await dialog.getByRole('button', { name: 'Change the key of Go to Usage' }).click();
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await expect(dialog.getByRole('alert')).toContainText('Taken by “Go to Inbox”');
  await expect(dialog.getByRole('button', { name: 'Use' })).toBeDisabled();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.getByRole('button', { name: 'Change the key of Go to Usage' }).click();
  await page.keyboard.press('Control+u');
  await expect(dialog.getByText('Programs in terminals will no longer get this key.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Use' }).click();
  await expect(dialog.getByRole('button', { name: 'Back to the usual key of Go to Usage' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+u');
  await expect(page).toHaveURL(/\/usage$/);

  const other = await face.open('desktop');
  await other.locator('main').focus();
  await expect
    .poll(async () => {
      await other.keyboard.press('Control+u');
      return new URL(other.url()).pathname;
    })
    .toBe('/usage');
  const kept = await hub.api<Preference[]>('GET', '/api/preferences', undefined);
  expect(kept).toEqual([]); // those of the local token's own user, not ann's
  await page.keyboard.press('?');
  await page.getByLabel('Filter shortcuts').fill('usage');
  await page.getByRole('button', { name: 'Back to the usual key of Go to Usage' }).click();
  await expect(page.getByRole('button', { name: 'Back to the usual key of Go to Usage' })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await other.close();
});

test('composition of an input method is nobody’s command', async () => {
  const { page } = face;
  await face.go(page, '/sessions');
  await page.getByLabel('Filter sessions').focus();
  const client = await page.context().newCDPSession(page);
  await client.send('Input.imeSetComposition', { text: 'にほ', selectionStart: 2, selectionEnd: 2 });
  await client.send('Input.insertText', { text: '日本' });
  await expect(page.getByLabel('Filter sessions')).toHaveValue('日本');
  await expect(page).toHaveURL(/\/sessions$/);
});

test('at 200 % zoom and with reduced motion nothing is out of reach', async () => {
  const page = await face.open('desktop', { viewport: { width: 720, height: 450 }, reducedMotion: 'reduce' });
  for (const path of ['/', '/sessions', '/inbox', '/settings', '/people', '/usage', '/notes']) {
    await face.go(page, path);
    await expect(page.locator('main')).toBeVisible();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide, path).toBeLessThanOrEqual(0);
  }
  await page.close();
});
