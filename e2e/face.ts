/** A browser signed in at a real hub, for specs of screens: what it complains about, axe, phones, themes. */
import { createRequire } from 'node:module';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  devices,
  expect,
  type Page,
} from '@playwright/test';
import { type HubOptions, ROOT, startHub, type TestHub } from './hub.ts';

export const USER = 'ann';
export const PASSPHRASE = 'a deck of many agents';
/** The scripted terminal agent, as a command line. */
export const AGENT = `${process.execPath} ${ROOT}e2e/agent.mjs`;

/**
 * Contexts whose subject is not the service worker do without one: it fetches the whole app again for each of them, which costs more
 * than all that most of them look at. It is the subject in `offline` and `push`, and is there in `web`.
 */
export const NO_WORKER = { serviceWorkers: 'block' } as const satisfies BrowserContextOptions;

export type Theme = 'dark' | 'light' | 'contrast';
export const PHONES = ['Pixel 7', 'iPhone 15'] as const;

export interface Face {
  readonly hub: TestHub;
  readonly page: Page;
  /** Errors of pages and refusals of the content security policy, from every page made here. */
  readonly complaints: readonly string[];
  /** Another page of the same person, as this device; Chromium draws it whatever the device. */
  open(device: (typeof PHONES)[number] | 'desktop', more?: BrowserContextOptions): Promise<Page>;
  /** Signs a new context in as the same person. */
  context(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** Loads the page anew, as an address that is typed. */
  go(page: Page, path: string): Promise<void>;
  /** From a page that stands, as a link of the app leads there: nothing is loaded again. */
  walk(page: Page, path: string): Promise<void>;
  theme(page: Page, theme: Theme): Promise<void>;
  close(): Promise<void>;
}

/** Notes what a page complains about: errors, and refusals of the content security policy. */
export function overhear(page: Page, complaints: string[]): void {
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (/content security policy|trusted/i.test(message.text())) complaints.push(message.text());
  });
}

/** Nothing fades in, fades away or changes its colours: half there, it has half its contrast. */
export async function still(page: Page): Promise<void> {
  await expect(page.locator('[data-starting-style], [data-ending-style]')).toHaveCount(0);
  const moves = () =>
    page.evaluate(
      () =>
        document
          .getAnimations()
          .filter((each) => each.playState === 'running' && each.effect?.getComputedTiming().endTime !== Infinity)
          .length,
    );
  await expect.poll(moves).toBe(0);
}

/** The engine of the package that is installed for it: 600 KB, put into each document once and not at each look. */
const { source } = createRequire(createRequire(import.meta.url).resolve('@axe-core/playwright'))('axe-core') as {
  readonly source: string;
};
interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}
interface Axe {
  run(context: object, options: object): Promise<{ readonly violations: readonly Violation[] }>;
}

/** axe finds nothing; terminals draw the colours that programs choose. `rules`: only these. */
export async function accessible(page: Page, rules?: readonly string[]): Promise<void> {
  await still(page);
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source);
  const found = await page.evaluate(async (only) => {
    const { axe } = window as unknown as { axe: Axe };
    const { violations } = await axe.run(
      { exclude: [['.xterm']] },
      { resultTypes: ['violations'], ...(only ? { runOnly: { type: 'rule', values: only } } : {}) },
    );
    return violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(' ')}`);
  }, rules);
  // Soft: one fault of a walk over many screens does not hide the others.
  expect.soft(found, new URL(page.url()).pathname).toEqual([]);
}

/** A sequence, as `gi`, must be finished within a second and a half: its keys are under way together, however long the page takes. */
export const sequence = (page: Page, keys: string): Promise<unknown> =>
  Promise.all([...keys].map((key) => page.keyboard.press(key)));

/** What a page had planned for its next frames is done. */
export const drawn = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    for (let i = 0; i < 3; i += 1) await new Promise(requestAnimationFrame);
  });

/** The rows that a terminal drew by elements, of the first terminal on. */
export const drawnRows = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('.xterm-rows > div')].map((row) =>
      (row.textContent ?? '').replaceAll('\u00a0', ' ').trimEnd(),
    ),
  );

/** Terminals without WebGL: what they draw by elements can be read back. Before the page is opened. */
export async function drawnByElements(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const make = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function getContext(
      this: HTMLCanvasElement,
      kind: string,
      ...rest: never[]
    ) {
      return kind === 'webgl2' ? null : Reflect.apply(make, this, [kind, ...rest]);
    } as typeof make;
  });
}

/** A hub with one person, and a desktop page of theirs at the first screen. `usual`: of every context made here. */
export async function startFace(
  browser: Browser,
  options: HubOptions = {},
  usual: BrowserContextOptions = {},
): Promise<Face> {
  const hub = await startHub(options);
  const contexts: BrowserContext[] = [];
  const complaints: string[] = [];
  const make = async (options: BrowserContextOptions): Promise<BrowserContext> => {
    const context = await browser.newContext({ ...NO_WORKER, ...usual, ...options });
    contexts.push(context);
    context.on('page', (page) => overhear(page, complaints));
    return context;
  };
  const first = await make({ viewport: { width: 1440, height: 900 } });
  const code = new URLSearchParams(new URL(hub.banner.setupUrl ?? '').hash.slice(1)).get('setup');
  const answer = await first.request.post(`${hub.banner.url}/api/setup`, {
    headers: { origin: hub.banner.url },
    data: { code, user: USER, passphrase: PASSPHRASE },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  const page = await first.newPage();
  await page.goto(hub.banner.url);
  // Keys pressed before the app stands are nobody's.
  await expect(page.getByRole('main')).toBeVisible();

  const face: Face = {
    hub,
    page,
    complaints,
    async context(options = {}) {
      return make({ ...options, storageState: await first.storageState() });
    },
    async open(device, more = {}) {
      const { defaultBrowserType: _, ...phone } = device === 'desktop' ? { defaultBrowserType: '' } : devices[device];
      const size = device === 'desktop' ? { viewport: { width: 1440, height: 900 } } : phone;
      const opened = await (await face.context({ ...size, ...more })).newPage();
      await face.go(opened, '/');
      return opened;
    },
    async go(which, path) {
      await which.goto(`${hub.banner.url}${path}`);
      await expect(which.getByRole('main')).toBeVisible();
    },
    async walk(which, path) {
      // The app's router listens to the history; what stood there is gone when this is answered.
      await which.evaluate((to) => history.pushState(null, '', to), path);
      await expect(which.getByRole('main')).toBeVisible();
    },
    async theme(which, theme) {
      await which.evaluate((choice) => localStorage.setItem('quarterdeck.theme', choice), theme);
      await which.reload();
      await expect(which.locator('html')).toHaveAttribute('data-theme', theme);
      await expect(which.getByRole('main')).toBeVisible();
    },
    async close() {
      for (const each of contexts) await each.close();
      await hub.close();
    },
  };
  return face;
}
