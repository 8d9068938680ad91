/** The desktop app around its windows: menus, tray, quick-send, notifications, links, a second start, serving browsers, the end. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Browser, chromium, expect, type Page, test } from '@playwright/test';
import type { Session } from '../shared/contract/sessions.ts';
import { argumentsOf, ELECTRON, startDesktop, type TestDesktop } from './desktop.ts';
import { eventually, ROOT } from './hub.ts';

test.describe.configure({ mode: 'serial' });
test.skip(ELECTRON === null, process.env['QD_ELECTRON_WHY'] ?? 'no Electron here: QD_ELECTRON names none');

const AGENT = `${process.execPath} ${ROOT}e2e/agent.mjs`;
let desk: TestDesktop;
test.beforeAll(async () => {
  if (ELECTRON === null) return;
  desk = await startDesktop();
  // What the system would show is written down instead: there is no desktop around this display.
  await desk.app.evaluate(({ dialog, Notification, shell, Tray }) => {
    const seen = { notices: [] as string[], trays: [] as string[][], asked: [] as string[], opened: [] as string[] };
    Object.assign(globalThis, { seen });
    Notification.isSupported = () => true;
    Notification.prototype.show = function () {
      seen.notices.push(`${this.title} | ${this.body}`);
    };
    Tray.prototype.setContextMenu = (menu) => {
      seen.trays.push(menu?.items.map(({ label }) => label) ?? []);
    };
    dialog.showMessageBox = (async (...given: unknown[]) => {
      seen.asked.push((given.at(-1) as { message: string }).message);
      return { response: 0, checkboxChecked: false };
    }) as typeof dialog.showMessageBox;
    shell.openExternal = async (url) => void seen.opened.push(url);
  });
  await desk.api<Session>('POST', '/api/sessions', { agent: 'claude', name: 'fixer', command: AGENT, cwd: desk.dir });
});
test.afterAll(() => desk?.close());

interface Seen {
  readonly notices: string[];
  readonly trays: string[][];
  readonly asked: string[];
  readonly opened: string[];
}
const seen = () => desk.app.evaluate(() => (globalThis as unknown as { seen: Seen }).seen);
/** Presses an entry of the menu bar. */
const press = (menu: string, entry: string) =>
  desk.app.evaluate(
    ({ Menu }, [above, label]) =>
      Menu.getApplicationMenu()
        ?.items.find((item) => item.label === above)
        ?.submenu?.items.find((item) => item.label === label)
        ?.click(),
    [menu, entry] as const,
  );
/** Windows besides quick-send, which goes when it was hidden for long. */
const mains = () =>
  desk.app.evaluate(
    ({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().filter((each) => !each.webContents.getURL().endsWith('/quick')).length,
  );
const path = (page: Page) => new URL(page.url()).pathname;

test('menus lead to screens, and steal no key of a terminal', async () => {
  await press('Agent', 'What Needs You');
  await expect.poll(() => path(desk.page)).toBe('/inbox');
  await press('View', 'Panes');
  await expect.poll(() => path(desk.page)).toBe('/');
  const keys = await desk.app.evaluate(({ Menu }) =>
    (Menu.getApplicationMenu()?.items ?? []).flatMap(
      (item) =>
        item.submenu?.items.flatMap((each) =>
          each.accelerator && (each as { registerAccelerator?: boolean }).registerAccelerator !== false
            ? [String(each.accelerator)]
            : [],
        ) ?? [],
    ),
  );
  for (const key of keys) expect(key).toMatch(/^(Ctrl\+Shift\+|Cmd\+|F11|Control\+Command)/);
});

test('the tray tells how things stand', async () => {
  await eventually(
    seen,
    ({ trays }) => trays.some((menu) => menu.includes('1 session') && menu.includes('Quit Quarterdeck')),
    'a tray with the session',
  );
});

test('quick-send sends, shows the receipt, hides, and the answer comes as a notification', async () => {
  const opening = desk.app.waitForEvent('window');
  await press('File', 'Quick Send');
  const quick = await opening;
  await expect(quick.getByLabel('To')).toHaveAttribute('placeholder', 'fixer');
  await quick.getByLabel('Prompt').fill('please say HELLO');
  await quick.getByLabel('Prompt').press('Enter');
  await expect(quick.getByRole('status')).toContainText(/fixer: (Taken|Turn ended)/, { timeout: 30_000 });
  await eventually(
    seen,
    ({ notices }) => notices.some((text) => text.startsWith('fixer has answered')),
    'a notification',
  );
  await quick.getByLabel('Prompt').press('Escape');
  const visible = () =>
    desk.app.evaluate(
      ({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()
          .find((w) => w.webContents.getURL().endsWith('/quick'))
          ?.isVisible() ?? null,
    );
  await expect.poll(visible).toBe(false);
});

test('a web page is opened after its host was shown', async () => {
  await desk.page.evaluate(() => window.open('https://Example.ORG/a?b=c', '_blank'));
  await eventually(seen, ({ opened }) => opened.length === 1, 'the browser');
  const { asked, opened } = await seen();
  expect(asked).toContain('Open example.org in your browser?');
  expect(opened).toEqual(['https://example.org/a?b=c']);
});

test('a second start gives its link to the first and ends; links that are none do nothing', async () => {
  const again = (link: string) =>
    promisify(execFile)(ELECTRON ?? '', [...argumentsOf(), link], { env: desk.env, cwd: desk.dir, timeout: 60_000 });
  await again('quarterdeck://session/fixer');
  await expect.poll(() => path(desk.page)).toBe('/s/fixer');
  await again('quarterdeck://session/..%2f..%2fetc');
  await again('quarterdeck://evil/x');
  await again('quarterdeck://session/%66ixer%00x');
  expect(path(desk.page)).toBe('/s/fixer');
  expect(await mains()).toBe(1);
});

test('a permission dialog is told while nobody looks', async () => {
  await desk.app.evaluate(({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows()) window.blur();
    // There is no window manager here: looking away is told by hand.
    BrowserWindow.prototype.isFocused = () => false;
  });
  await desk.api('POST', '/api/sessions/fixer/prompts', { text: 'please tool ls' });
  await eventually(seen, ({ notices }) => notices.some((text) => /^fixer asks.*ls/.test(text)), 'a notification');
  const [asked] = await desk.api<{ id: string; digest: string }[]>('GET', '/api/approvals');
  await desk.api('POST', `/api/approvals/${asked?.id}`, { decision: 'allow', digest: asked?.digest });
});

/** A browser beside the app, as phones have one. */
async function inBrowser(work: (browser: Browser) => Promise<void>): Promise<void> {
  const browser = await chromium.launch({
    ...(process.env['QD_CHROMIUM'] ? { executablePath: process.env['QD_CHROMIUM'] } : {}),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    await work(browser);
  } finally {
    await browser.close();
  }
}

test('phones and browsers are served beside the window, when the switch is on', async () => {
  const before = await desk.core();
  await press('View', 'Phones and Other Devices');
  const toggle = desk.page.getByRole('switch', { name: 'Serve phones and browsers' });
  await expect(toggle).not.toBeChecked();
  await toggle.click();
  await expect(toggle).toBeChecked({ timeout: 30_000 });
  const core = await eventually(
    () => desk.core(),
    (now) => now.pid !== before.pid && now.url !== '',
    'the core anew',
  );
  await desk.api('POST', '/api/users', {
    name: 'ann',
    passphrase: 'a deck of many agents',
    scopes: ['read', 'type', 'approve', 'run', 'admin'],
  });
  await inBrowser(async (browser) => {
    const phone = await browser.newPage();
    await phone.goto(core.url);
    await phone.getByLabel('User').fill('ann');
    await phone.getByLabel('Passphrase').fill('a deck of many agents');
    await phone.getByRole('button', { name: 'Sign in' }).click();
    await expect(phone.locator('.xterm').first()).toBeVisible();
    await press('View', 'Panes');
    await expect(desk.page.locator('.xterm').first()).toBeVisible();
  });
});

test('a phone in the network is let in by the code of the window, once, and by no other', async () => {
  const { urls } = await desk.api<{ readonly urls: readonly string[] }>('GET', '/api/hub');
  const lan = urls.find((url) => !/^http:\/\/(127\.|\[::1\])/.test(url));
  test.skip(lan === undefined, 'this machine has no address but its own');
  await press('View', 'Phones and Other Devices');
  await expect(desk.page.getByRole('img', { name: `QR code of ${lan}` })).toBeVisible();
  await desk.page.getByRole('button', { name: 'Pair a phone' }).click();
  const dialog = desk.page.getByRole('dialog', { name: 'Pair a phone' });
  await expect(dialog.getByRole('img', { name: `QR code that lets a phone in at ${lan}` })).toBeVisible();
  await dialog.getByRole('button', { name: 'Copy the link' }).click();
  await expect(dialog.getByRole('button', { name: 'Copied the link' })).toBeVisible();
  const link = await desk.app.evaluate(({ clipboard }) => clipboard.readText());
  const code = link.slice(`${lan}/#pair=`.length);
  expect(link).toBe(`${lan}/#pair=${code}`);
  expect(code).toMatch(/^[\w-]{27}$/);
  await inBrowser(async (browser) => {
    const open = async (address: string): Promise<Page> => {
      const page = await (await browser.newContext()).newPage();
      await page.goto(address);
      return page;
    };
    const stranger = await open(`${lan}/#pair=${[...code].reverse().join('')}`);
    await expect(stranger.getByRole('alert')).toContainText('This code is not known here');
    const phone = await open(link);
    const shown = phone.getByRole('status').getByText(/^\d{3} \d{3}$/);
    await expect(shown).toBeVisible();
    await expect(dialog.getByText((await shown.textContent()) ?? '', { exact: true })).toBeVisible();
    const late = await open(link);
    await expect(late.getByRole('alert')).toContainText('Another device has used this code already');
    await dialog.getByRole('button', { name: 'Yes, let it in' }).click();
    await expect(phone.locator('.xterm').first()).toBeVisible();
    await expect(dialog.getByRole('status')).toContainText('is signed in');
    await dialog.getByRole('button', { name: 'Done' }).click();
    await expect(dialog).toHaveCount(0);
    await late.goto('about:blank');
    await late.goto(link);
    await expect(late.getByRole('alert')).toContainText('used');
  });
  await press('View', 'Panes');
  await expect(desk.page.locator('.xterm').first()).toBeVisible();
});

test('windows come back where they stood; quitting leaves the agents', async () => {
  await press('File', 'New Window');
  await expect.poll(mains).toBe(2);
  const pid = desk.app.process().pid ?? 0;
  const ended = new Promise((resolve) => desk.app.process().once('exit', resolve));
  await press('File', 'Quit');
  await ended;
  expect(() => process.kill(pid, 0)).toThrow();
  expect(await desk.tmux('list-sessions', '-F', '#{session_name}')).toContain('fixer');
  await desk.start();
  await eventually(mains, (n) => n === 2, 'both windows');
  await expect(desk.page.locator('.xterm').first()).toBeVisible();
});
