/**
 * The board in Chromium with 2,000 cards: how long from the rows to the picture, how soon a carried card follows the mouse,
 * and how many other cards are drawn meanwhile (none).
 */
import { chromium, type Page } from '@playwright/test';
import type { Column } from '../../shared/contract/board.ts';
import { eventually, type TestHub } from '../hub.ts';
import { median, percentile, type Row } from './measure.ts';

const CARDS = 2000;
/** The peer of the same run: about as many as can be seen. */
const FEW = 60;
/** Rows come in frames of a WebSocket: the last one that brings cards is the moment that all data is there. */
const LOADS = 5;
const MOVES = 120;

/** Notes in the page when frames with cards came, when cards were first painted, and what changed while one is carried. */
function probe(): void {
  const noted = { data: 0, paint: 0 };
  Object.assign(window, { noted });
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('message', (event: MessageEvent) => {
        if (typeof event.data === 'string' && event.data.includes('"blockedBy"')) noted.data = performance.now();
      });
    }
  };
  const look = () => {
    if (document.querySelectorAll('[data-lane] [data-card]').length < 20) requestAnimationFrame(look);
    // The frame that this callback belongs to shows them; the task after it is when it is out.
    else {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        noted.paint = performance.now();
      };
      channel.port2.postMessage(null);
    }
  };
  requestAnimationFrame(look);
}

async function firstPaint(page: Page, url: string): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < LOADS; i++) {
    await page.goto(url);
    const { data, paint } = await eventually(
      () => page.evaluate(() => Reflect.get(window, 'noted') as { data: number; paint: number }),
      (noted) => noted.paint > 0,
      'the cards are painted',
    );
    times.push(Math.max(0, paint - data));
  }
  return times;
}

/** Moves the mouse with a card in hand; milliseconds from each mousemove to the end of the frame that shows it. */
async function carry(page: Page): Promise<{ readonly echo: number[]; readonly drawn: number }> {
  const card = await page.locator('[data-lane="todo"] [data-card]').nth(2).boundingBox();
  const lane = await page.locator('[data-lane="doing"]').boundingBox();
  if (!card || !lane) throw new Error('there is nothing to carry');
  await page.mouse.move(card.x + 60, card.y + 30);
  await page.mouse.down();
  await page.mouse.move(card.x + 80, card.y + 40, { steps: 3 });
  await page.locator('[data-ghost]').waitFor();
  await page.evaluate(() => {
    const echo: number[] = [];
    const seen = { echo, drawn: 0 };
    Object.assign(window, { seen });
    const ghost = document.querySelector<HTMLElement>('[data-ghost]');
    let last = ghost?.style.transform;
    // After the page's own listener: the card's new place is set, and the next frame shows it.
    addEventListener('mousemove', () => {
      const began = performance.now();
      if (ghost?.style.transform === last) return;
      last = ghost?.style.transform;
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => echo.push(performance.now() - began);
        port2.postMessage(null);
      });
    });
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const element = target instanceof Element ? target : target.parentElement;
        if (element?.closest('[data-card]')) seen.drawn++;
      }
    }).observe(document.querySelector('[data-deck]') ?? document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true,
    });
  });
  for (let i = 0; i < MOVES; i++) {
    const swing = Math.sin(i / 6);
    await page.mouse.move(lane.x + lane.width / 2 + swing * 300, lane.y + lane.height / 2 + swing * 120);
  }
  const seen = await page.evaluate(() => Reflect.get(window, 'seen') as { echo: number[]; drawn: number });
  await page.keyboard.press('Escape');
  await page.mouse.up();
  return seen;
}

export async function boardWeb(hub: TestHub): Promise<Row[]> {
  await hub.api('POST', '/api/users', {
    name: 'bench',
    passphrase: 'a passphrase for the bench',
    scopes: ['read', 'type', 'approve', 'run', 'admin'],
  });
  const columns = await hub.api<Column[]>('GET', '/api/board/columns');
  const fill = async (from: number, to: number) => {
    for (let i = from; i < to; i += 20) {
      await Promise.all(Array.from({ length: 20 }, (_, at) => hub.api('POST', '/api/board/cards', cardOf(i + at))));
    }
  };
  const cardOf = (n: number) => ({
    title: `Card ${n}: ${'something that is to be done '.repeat(1 + (n % 4))}`,
    column: columns[n % columns.length]?.id,
    priority: (['urgent', 'high', 'normal', 'low'] as const)[n % 4],
    tags: n % 3 === 0 ? ['deck', `tag-${n % 20}`] : [],
    due: n % 5 === 0 ? '2031-02-03' : null,
    checklist: n % 4 === 0 ? [{ id: '1', text: 'one', done: true }] : [],
  });
  const browser = await chromium.launch({
    ...(process.env['QD_CHROMIUM'] ? { executablePath: process.env['QD_CHROMIUM'] } : {}),
    args: ['--disable-background-networking', '--no-first-run', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.request.post(`${hub.banner.url}/api/login`, {
      data: { user: 'bench', passphrase: 'a passphrase for the bench' },
      headers: { origin: hub.banner.url },
    });
    const page = await context.newPage();
    await page.addInitScript(probe);
    await fill(0, FEW);
    const few = await firstPaint(page, `${hub.banner.url}/board`);
    await fill(FEW, CARDS);
    const paints = await firstPaint(page, `${hub.banner.url}/board`);
    const { echo, drawn } = await carry(page);
    return [
      {
        name: `board in the browser: ${CARDS} cards, data to first paint`,
        unit: 'ms',
        value: median(paints),
        peer: median(few),
        peerName: `${FEW} cards`,
        goal: '<= 100 ms',
        met: median(paints) <= 100,
      },
      {
        name: 'board in the browser: a carried card follows, median',
        unit: 'ms',
        value: median(echo),
        goal: '<= 16 ms',
        met: median(echo) <= 16,
      },
      { name: 'board in the browser: a carried card follows, p95', unit: 'ms', value: percentile(echo, 95) },
      {
        name: 'board in the browser: changes to other cards while carrying',
        unit: '',
        value: drawn,
        goal: '0',
        met: drawn === 0,
      },
    ];
  } finally {
    await browser.close();
  }
}
