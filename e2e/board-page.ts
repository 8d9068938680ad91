/** The board's page for its specs: a hub with two people, pages of them, and how cards are found and carried. */
import { type Browser, type BrowserContextOptions, expect, type Locator, type Page } from '@playwright/test';
import type { Card, CardRow } from '../shared/contract/board.ts';
import { NO_WORKER, overhear, PASSPHRASE } from './face.ts';
import { eventually, startHub, type TestHub } from './hub.ts';

export const PHONE: BrowserContextOptions = { viewport: { width: 412, height: 839 }, hasTouch: true, isMobile: true };

export let hub: TestHub;
/** What pages complained about. */
export const complaints: string[] = [];

export const add = (card: Record<string, unknown>) => hub.api<Card>('POST', '/api/board/cards', card);
export const get = (key: string) => hub.api<Card>('GET', `/api/board/cards/${key}`);
export const column = async (id: string) =>
  (await hub.api<CardRow[]>('GET', `/api/board/cards?column=${id}`)).map((row) => row.key);
export const becomes = (ask: () => Promise<unknown>, wanted: unknown) =>
  eventually(ask, (answer) => JSON.stringify(answer) === JSON.stringify(wanted), JSON.stringify(wanted));

export async function open(browser: Browser, user: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...NO_WORKER, ...options });
  const answer = await context.request.post(`${hub.banner.url}/api/login`, {
    data: { user, passphrase: PASSPHRASE },
    headers: { origin: hub.banner.url },
  });
  expect(answer.ok()).toBe(true);
  const opened = await context.newPage();
  overhear(opened, complaints);
  return opened;
}
export const board = async (which: Page, path = '/board') => {
  await which.goto(hub.banner.url + path);
  await expect(which.getByRole('button', { name: 'Add a card', exact: true })).toBeVisible();
};
export const tile = (which: Page, key: string): Locator => which.locator(`[data-lane] [data-card="${key}"]`);
export const title = (which: Page, key: string): Locator => tile(which, key).locator('[data-title]');
export const lane = (which: Page, id: string): Locator => which.locator(`[data-lane="${id}"]`);
export const panel = (which: Page, key: string): Locator => which.getByRole('complementary', { name: `Card ${key}` });
export async function middle(of: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await of.boundingBox();
  if (!box) throw new Error('it is not on the screen');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2, width: box.width, height: box.height };
}
/** Takes the card with the mouse and carries it to a point; it is still held afterwards. */
export async function carry(which: Page, key: string, to: { x: number; y: number }): Promise<void> {
  const from = await middle(tile(which, key));
  await which.mouse.move(from.x, from.y);
  await which.mouse.down();
  await which.mouse.move(from.x + 12, from.y + 6, { steps: 2 });
  await which.mouse.move(to.x, to.y, { steps: 6 });
  await expect(which.locator('[data-ghost]')).toBeVisible();
}

/** Starts the hub; the answer is ann's page. */
export async function begin(browser: Browser): Promise<Page> {
  hub = await startHub();
  for (const name of ['ann', 'ben']) {
    await hub.api('POST', '/api/users', {
      name,
      passphrase: PASSPHRASE,
      scopes: ['read', 'type', 'approve', 'run', 'admin'],
    });
  }
  return open(browser, 'ann');
}
