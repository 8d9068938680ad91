/** The screen of panes as a test takes hold of it: panes by name, their order, their layouts, and carrying one. */
import { expect, type Locator, type Page } from '@playwright/test';

export const pane = (which: Page, name: string): Locator =>
  which.locator('[data-pane]').filter({ has: which.getByRole('heading', { name, exact: true }) });
export const terminal = (which: Page, name: string): Locator =>
  which.getByRole('region', { name: `Terminal of ${name}`, exact: true });
export const order = (which: Page) => which.locator('[data-pane] h2').allTextContents();
export const box = async (which: Page, name: string) => {
  const rect = await pane(which, name).boundingBox();
  if (!rect) throw new Error(`${name} is not on the screen`);
  return rect;
};
export const focused = (which: Page) =>
  which.evaluate(() => document.activeElement?.closest('[data-pane]')?.querySelector('h2')?.textContent ?? null);
export const layout = (which: Page) => which.getByRole('button', { name: /^Layout:/ });
export const choose = async (which: Page, item: string | RegExp) => {
  await layout(which).click();
  await which.getByRole('menuitem', { name: item }).click();
  // While it closes, a key would still be the menu's.
  await expect(which.getByRole('menu')).toHaveCount(0);
};
export const auto = async (which: Page) => {
  await choose(which, 'Auto');
  await expect(layout(which)).toHaveText('Auto');
};

/** By the head of one to a point of another; `at`: parts of its width and height. */
export async function drag(which: Page, from: string, to: string, at: { x: number; y: number }): Promise<void> {
  const a = await box(which, from);
  const b = await box(which, to);
  await which.mouse.move(a.x + 24, a.y + 16);
  await which.mouse.down();
  await which.mouse.move(a.x + 40, a.y + 40, { steps: 3 });
  await which.mouse.move(b.x + b.width * at.x, b.y + b.height * at.y, { steps: 5 });
  await which.mouse.up();
}

/** The same by a hand that is quicker than the page: it hears the press, the way and the release in one go. */
export async function fling(which: Page, from: string, to: string, at: { x: number; y: number }): Promise<void> {
  const a = await box(which, from);
  const b = await box(which, to);
  const end = { x: b.x + b.width * at.x, y: b.y + b.height * at.y };
  const cdp = await which.context().newCDPSession(which);
  const mouse = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', point: { x: number; y: number }) =>
    cdp.send('Input.dispatchMouseEvent', { type, ...point, button: 'left', buttons: 1, clickCount: 1 });
  const busy = which.evaluate(() => {
    const until = performance.now() + 400;
    while (performance.now() < until);
  });
  await Promise.all([
    busy,
    mouse('mousePressed', { x: a.x + 24, y: a.y + 16 }),
    mouse('mouseMoved', end),
    mouse('mouseReleased', end),
  ]);
  await cdp.detach();
}
