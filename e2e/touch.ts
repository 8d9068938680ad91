/** Fingers on a page, and what is too small for them. */
import type { Page } from '@playwright/test';
import { still } from './face.ts';

export type Point = readonly [x: number, y: number];
export const way = (x0: number, y0: number, x1: number, y1: number): readonly [Point, Point] => [
  [x0, y0],
  [x1, y1],
];

/** A finger that has gone so far does not rest: it is no long press any more. Pixels. */
const GONE = 24;

/**
 * Fingers along straight ways, as the system reports them: `paths` from and to, one for each finger. 0 ms: at once. `hold`:
 * what is waited for before they move; without it they are on their way when they touch, however late the page hears of it.
 */
export async function touch(
  page: Page,
  paths: readonly (readonly [Point, Point])[],
  ms: number,
  hold?: () => Promise<unknown>,
): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  const at = (t: number) =>
    paths.map(([[x0, y0], [x1, y1]], id) => ({ x: x0 + (x1 - x0) * t, y: y0 + (y1 - y0) * t, id }));
  const far = Math.max(...paths.map(([[x0, y0], [x1, y1]]) => Math.hypot(x1 - x0, y1 - y0)));
  const steps = Math.max(3, Math.round(ms / 16));
  const sent: Promise<unknown>[] = [cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) })];
  if (hold) {
    await sent[0];
    await hold();
  }
  for (let i = 1; i <= steps; i += 1) {
    sent.push(cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(i / steps) }));
    if (ms > 0 && (hold || (far * i) / steps >= GONE)) {
      await Promise.all(sent);
      await page.waitForTimeout(ms / steps);
    }
  }
  sent.push(cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] }));
  await Promise.all(sent);
  await cdp.detach();
}

/** What a finger began has come to rest: address, rows of the terminal and animations are the same for twenty frames. */
export const rest = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const now = () => {
      const moves = document.getAnimations().filter((each) => each.playState === 'running').length;
      return `${location.href} ${moves} ${document.querySelector('.xterm-rows')?.textContent}`;
    };
    let last = now();
    for (let same = 0; same < 20; ) {
      await new Promise(requestAnimationFrame);
      const next = now();
      same = next === last ? same + 1 : 0;
      last = next;
    }
  });

/** Every control that shows can be hit on 44 pixels of height, its label and what was laid around it included. */
export async function smallTargets(page: Page): Promise<string[]> {
  await still(page);
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, a[href], input, [role=menuitem]')]
      .filter((each) => each.checkVisibility() && !each.closest('.xterm'))
      .map((each) => ({ each, box: each.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && box.left >= 0 && box.right <= innerWidth && box.bottom <= innerHeight)
      // What is half scrolled out of its frame is a target once it is scrolled to.
      .filter(({ each, box }) => {
        const frame = each.closest('main')?.getBoundingClientRect();
        return frame === undefined || (box.top >= frame.top && box.bottom <= frame.bottom);
      })
      .filter(({ each, box }) => {
        const x = box.left + box.width / 2;
        const y = box.top + box.height / 2;
        const hits = (at: number) => {
          const there = document.elementFromPoint(x, at);
          return there !== null && (each.contains(there) || there.closest('label')?.contains(each) === true);
        };
        // What lies under something else is not a target now.
        if (!hits(y)) return false;
        let height = 0;
        for (let at = y - 40; at <= y + 40; at += 1) if (hits(at)) height += 1;
        return height < 43;
      })
      .map(({ each, box }) => `${each.getAttribute('aria-label') ?? each.textContent} ${Math.round(box.height)}`),
  );
}
