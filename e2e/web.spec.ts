/** The web face in a real browser, against the real hub: sign in, see, type, answer, lose the connection, come back. */
import { type Browser, type BrowserContext, expect, type Page, test } from '@playwright/test';
import type { Approval } from '../shared/contract/approvals.ts';
import type { Receipt } from '../shared/contract/prompts.ts';
import type { Session } from '../shared/contract/sessions.ts';
import { AGENT, accessible, overhear, PASSPHRASE, USER } from './face.ts';
import { eventually, startHub, type TestHub } from './hub.ts';

let hub: TestHub;
let context: BrowserContext;
let page: Page;
/** What the browser complained about: the strict policy must hold on every screen. */
const complaints: string[] = [];

const session = (name: string) => hub.api<Session>('GET', `/api/sessions/${name}`);
const screen = async (name: string) =>
  (await hub.api<{ text: string }>('GET', `/api/sessions/${name}/screen?format=json`)).text;

async function newPage(browser: Browser, phone: boolean): Promise<Page> {
  const made = await browser.newContext({
    viewport: phone ? { width: 412, height: 915 } : { width: 1440, height: 900 },
    ...(phone ? { hasTouch: true, isMobile: true } : {}),
    storageState: await context.storageState(),
  });
  const opened = await made.newPage();
  overhear(opened, complaints);
  return opened;
}

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  hub = await startHub();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  overhear(page, complaints);
});
test.afterAll(async () => {
  await context?.close();
  await hub?.close();
});

test('the setup link makes the first user, once, and leaves the address', async () => {
  await page.goto(hub.banner.url);
  await expect(page.getByRole('heading', { name: 'Open the setup link' })).toBeVisible();
  await accessible(page);
  await page.goto('about:blank');
  await page.goto(hub.banner.setupUrl ?? '');
  await expect(page).not.toHaveURL(/setup=/);
  await page.getByLabel('User').fill('not a name');
  await page.getByLabel('Passphrase', { exact: true }).fill('short');
  await page.getByLabel('Passphrase again').fill('other');
  await page.getByRole('button', { name: 'Make user and sign in' }).click();
  await expect(page.getByRole('alert')).toHaveCount(3);
  await page.getByLabel('User').fill(USER);
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await page.getByLabel('Passphrase again').fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Make user and sign in' }).click();
  await expect(page.getByRole('heading', { name: 'No sessions yet' })).toBeVisible();
  await accessible(page);
});

test('a wrong passphrase is said, the right one goes where one wanted to go', async () => {
  await page.getByRole('button', { name: 'Sign out' }).click();
  // To go on at once would take the question away before the hub has it.
  await expect(page.getByRole('heading', { name: 'Sign in to Quarterdeck' })).toBeVisible();
  await page.goto(`${hub.banner.url}/inbox`);
  await page.getByLabel('User').fill(USER);
  await page.getByLabel('Passphrase').fill('a deck of few agents');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('wrong');
  await accessible(page);
  await page.getByLabel('Passphrase').fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Nothing needs you' })).toBeVisible();
});

test('a session is started by the form, typed into, and asked by its program only once', async () => {
  await page.getByRole('button', { name: 'New session' }).click();
  const dialog = page.getByRole('dialog', { name: 'Start a session' });
  await dialog.getByText('Shell', { exact: true }).click();
  await dialog.getByLabel('Name').fill('no spaces');
  await dialog.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('letter or digit');
  await dialog.getByLabel('Name').fill('shell');
  await dialog.getByLabel('Folder').fill('/no/such/folder');
  await dialog.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await dialog.getByLabel('Folder').fill('~');
  await dialog.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(page).toHaveURL(/\/s\/shell$/);

  await page.getByRole('region', { name: 'Terminal of shell' }).locator('.xterm-screen').click();
  await page.keyboard.type('echo ONE-$((40+2))\n');
  await eventually(
    () => screen('shell'),
    (text) => text.includes('ONE-42'),
    'what was typed',
  );
  // The program asks where the cursor is; one terminal answers (tmux), however many look. The first answer may take its time.
  const looker = await newPage(page.context().browser() as Browser, false);
  await looker.goto(`${hub.banner.url}/s/shell`);
  await expect(looker.locator('.xterm-screen')).toBeVisible();
  const more = 'stty min 0 time 10; dd bs=64 count=9';
  const ask = `stty -echo -icanon min 1 time 0; printf '\\033[6n'; (dd bs=64 count=1; ${more}) 2>/dev/null | tr -dc 'R' | wc -c; stty sane`;
  await page.keyboard.type(`${ask}\n`);
  await eventually(
    () => screen('shell'),
    (text) => /^\s*1\s*$/m.test(text),
    'exactly one answer',
    15_000,
  );
  await looker.context().close();
});

test('who only looks does not resize; one click takes the size', async ({ browser }) => {
  const before = await session('shell');
  const looker = await newPage(browser, true);
  await looker.goto(`${hub.banner.url}/s/shell`);
  await expect(looker.getByText('sized by another screen')).toBeVisible();
  const after = await session('shell');
  expect([after.cols, after.rows]).toEqual([before.cols, before.rows]);
  await looker.getByRole('button', { name: 'Fit to me' }).click();
  await eventually(
    () => session('shell'),
    (s) => s.cols < before.cols,
    'the size of the phone',
  );
  await expect(looker.getByText('sized by another screen')).toBeHidden();
  await expect(page.getByText('sized by another screen')).toBeVisible();
  await looker.context().close();
});

test('a permission dialog is answered in the inbox, and the count goes', async () => {
  await hub.api('POST', '/api/sessions', { agent: 'claude', name: 'coder', command: AGENT });
  await eventually(
    () => session('coder'),
    (s) => s.state === 'idle',
    'the agent is ready',
  );
  await hub.api('POST', '/api/sessions/coder/prompts', { text: 'tool touch made-by-agent.txt' });
  await page.getByRole('link', { name: /Inbox/ }).click();
  const card = page.getByRole('listitem').filter({ hasText: 'touch made-by-agent.txt' });
  await expect(card).toBeVisible();
  await expect(page).toHaveTitle('(1) Quarterdeck');
  await accessible(page);
  await card.getByRole('button', { name: 'Yes', exact: true }).click();
  await expect(page.getByText(/answered “Yes/)).toBeVisible();
  await expect(page).toHaveTitle('Quarterdeck');
  const all = await hub.api<Approval[]>('GET', '/api/approvals?all=true');
  expect(all.find((each) => each.session === 'coder')?.answer?.by).toBe(USER);
});

test('a prompt is composed, taken by the agent, and its receipt is told', async () => {
  await page.goto(`${hub.banner.url}/s/coder`);
  const text = page.getByRole('textbox', { name: 'Prompt for coder' });
  await text.fill('say COMPOSED\nsecond line');
  await text.press('Control+Enter');
  await expect(text).toHaveValue('');
  const prompts = page.getByRole('region', { name: 'Prompts' });
  await expect(prompts.getByText('say COMPOSED')).toBeVisible();
  await expect(prompts.getByText(/Taken|Turn ended/).first()).toBeVisible();
  await accessible(page);
});

test('a waiting prompt is changed and cancelled', async () => {
  await hub.api('POST', '/api/sessions/coder/prompts', { text: 'slow 60000' });
  await eventually(
    () => session('coder'),
    (s) => s.state === 'working',
    'the agent works',
  );
  const text = page.getByRole('textbox', { name: 'Prompt for coder' });
  await text.fill('wait for me');
  await page.getByRole('button', { name: 'Queue' }).click();
  const prompts = page.getByRole('region', { name: 'Prompts' });
  // The prompt before it may still wait, too, on a busy machine.
  const mine = (words: string) => prompts.getByRole('listitem').filter({ hasText: words });
  await mine('wait for me').getByRole('button', { name: 'Edit this prompt' }).click();
  await page.getByRole('dialog').getByLabel('Prompt').fill('wait no more');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(prompts.getByText('wait no more')).toBeVisible();
  await mine('wait no more').getByRole('button', { name: 'Cancel this prompt' }).click();
  await expect(prompts.getByText('Cancelled', { exact: true })).toBeVisible();
  const list = await hub.api<Receipt[]>('GET', '/api/sessions/coder/prompts');
  expect(list.find((each) => each.text === 'wait no more')?.state).toBe('cancelled');
});

test('the list is filtered and walked by keyboard', async () => {
  await page.goto(`${hub.banner.url}/sessions`);
  await page.getByRole('searchbox', { name: 'Filter sessions' }).fill('cod cla');
  await expect(page.locator('a[data-row]')).toHaveText(['coder']);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/s\/coder$/);
});

test('a phone gets tabs, soft keys and the same terminal', async ({ browser }) => {
  const phone = await newPage(browser, true);
  await phone.goto(hub.banner.url);
  await expect(phone).toHaveURL(/\/sessions$/);
  await accessible(phone);
  await phone.getByRole('link', { name: 'shell' }).click();
  await phone.getByRole('button', { name: 'Type into the terminal' }).click();
  await phone.keyboard.type('cat');
  await phone.keyboard.press('Enter');
  await phone.getByRole('button', { name: 'Ctrl' }).click();
  await phone.keyboard.type('c');
  await phone.keyboard.type('echo PHONE-$((1+1))');
  await phone.keyboard.press('Enter');
  await eventually(
    () => screen('shell'),
    (text) => text.includes('PHONE-2'),
    'Ctrl-C by the soft key ended cat',
  );
  await expect(phone.getByRole('button', { name: 'Ctrl' })).toHaveAttribute('aria-pressed', 'false');
  const wide = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wide).toBeLessThanOrEqual(0);
  await phone.context().close();
});

test('rows stay while the hub is away, and the terminal lives again when it is back', async () => {
  await page.goto(`${hub.banner.url}/s/shell`);
  await expect(page.locator('.xterm-screen')).toBeVisible();
  const { port } = hub.banner;
  await hub.end('SIGKILL');
  await expect(page.getByText('The hub is out of reach')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'shell' })).toBeVisible();
  // It stands for two seconds, and may come before the hub's first line is read here: the page itself looks, at each frame.
  const back = page.waitForFunction(() => document.body.textContent?.includes('Connected again'));
  await hub.start(port);
  await back;
  await page.locator('.xterm-screen').click();
  await page.keyboard.type('echo BACK-$((6*7))\n');
  await eventually(
    () => screen('shell'),
    (text) => text.includes('BACK-42'),
    'typing after the hub came back',
  );
});

test('stopping asks first; the browser had nothing to complain about', async () => {
  await page.getByRole('button', { name: 'Actions for shell' }).click();
  await page.getByRole('menuitem', { name: 'Stop and remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop session' }).click();
  await expect(page.getByRole('heading', { name: 'There is no session named shell' })).toBeVisible();
  expect(complaints).toEqual([]);
});
