/** The house: settings, people and tokens, logs; by mouse, by keys, on phones, in every theme. */
import { rm, writeFile } from 'node:fs/promises';
import { expect, type Page, test } from '@playwright/test';
import type { Approval } from '../shared/contract/approvals.ts';
import type { Session } from '../shared/contract/sessions.ts';
import type { Setting, SettingsView } from '../shared/contract/settings.ts';
import { AGENT, accessible, type Face, PASSPHRASE, startFace, USER } from './face.ts';
import { eventually } from './hub.ts';

let face: Face;
let page: Page;

test.describe.configure({ mode: 'serial' });
test.beforeAll(async ({ browser }) => {
  face = await startFace(browser);
  page = face.page;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: face.hub.banner.url });
  await face.hub.api('POST', '/api/sessions', { agent: 'claude', name: 'one', command: AGENT });
  await face.hub.api('POST', '/api/sessions', { agent: 'claude', name: 'two', command: AGENT });
});
test.afterAll(async () => {
  await face?.close();
});

const setting = async (key: string): Promise<Setting | undefined> =>
  (await face.hub.api<SettingsView>('GET', '/api/settings')).settings.find((each) => each.key === key);
const row = (key: string) => page.locator(`[data-setting="${key}"]`);

test('settings are changed by their kind, say where they come from, and go back', async () => {
  await face.go(page, '/settings');
  await expect(row('sessions.stallMinutes')).toContainText('built in');
  await page.getByLabel('Stalled after').fill('x');
  await row('sessions.stallMinutes').getByRole('button', { name: 'Save' }).click();
  await expect(row('sessions.stallMinutes').getByRole('alert')).toContainText('number');
  await page.getByLabel('Stalled after').fill('25');
  await page.keyboard.press('Enter');
  await expect(row('sessions.stallMinutes')).toContainText('changed here');
  expect(await setting('sessions.stallMinutes')).toMatchObject({ value: 25, source: 'overlay' });
  await page.getByRole('button', { name: 'Revert Stalled after' }).click();
  await expect(row('sessions.stallMinutes')).toContainText('built in');
  await expect(page.getByLabel('Stalled after')).toHaveValue('10');

  await page.getByRole('switch', { name: 'Strict turns' }).click();
  await expect(row('prompts.strictTurns')).toContainText('changed here');
  await page.getByLabel('Log level').selectOption('debug');
  await expect(row('logs.level')).toContainText('changed here');
  await page.getByLabel('Copied files').fill('.env');
  await page.keyboard.press('Enter');
  await page.keyboard.type('certs/*.pem');
  await row('worktree.copy').getByRole('button', { name: 'Save' }).click();
  await expect(row('worktree.copy')).toContainText('changed here');
  await page.getByLabel('Without permission dialogs', { exact: true }).fill('claude');
  await page.keyboard.press('Enter');
  await row('agents.skipPermissions').getByRole('button', { name: 'Save' }).click();
  await expect(row('agents.skipPermissions')).toContainText('changed here');
  await row('prices').getByRole('button', { name: 'Add' }).click();
  await row('prices').getByLabel('Prices of models: name 1').fill('my-model');
  await row('prices').getByLabel('input').fill('1,5');
  await row('prices').getByRole('button', { name: 'Save' }).click();
  await expect(row('prices').getByRole('alert')).toContainText('output');
  await row('prices').getByLabel('output').fill('3');
  await row('prices').getByRole('button', { name: 'Save' }).click();
  await expect(row('prices')).toContainText('changed here');
  await page.getByLabel('Own agents').fill('{"mine": ');
  await row('agents').getByRole('button', { name: 'Save' }).click();
  await expect(row('agents').getByRole('alert')).toContainText('not JSON');
  expect((await setting('prompts.strictTurns'))?.value).toBe(true);
  expect((await setting('logs.level'))?.value).toBe('debug');
  expect((await setting('worktree.copy'))?.value).toEqual(['.env', 'certs/*.pem']);
  expect((await setting('agents.skipPermissions'))?.value).toEqual({ claude: true });
  expect((await setting('prices'))?.value).toEqual({ 'my-model': { input: 1.5, output: 3 } });
  await accessible(page);
});

test('what the environment and the command line set is read-only and says why; what waits is in one place', async () => {
  await expect(page.getByLabel('Port')).toBeDisabled();
  await expect(row('hub.port')).toContainText('--port');
  await expect(page.getByLabel('tmux socket')).toBeDisabled();
  await expect(row('tmux.socket')).toContainText('QD_TMUX_SOCKET');
  await expect(page.getByRole('status', { name: 'Waiting for the next start' })).toHaveCount(0);
  await page.getByLabel('Addresses', { exact: true }).fill('0.0.0.0');
  await row('hub.bind').getByRole('button', { name: 'Add', exact: true }).click();
  await row('hub.bind').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('status', { name: 'Waiting for the next start' })).toContainText('Addresses');
  await expect(page.getByText('no phone can reach it')).toContainText('started again');
  await page.getByRole('searchbox', { name: 'Search settings' }).fill('minutes');
  await expect(page.locator('[data-setting]').first()).toBeVisible();
  await expect(row('hub.port')).toHaveCount(0);
  await page.getByRole('searchbox', { name: 'Search settings' }).fill('');
  await page.getByRole('button', { name: /^Revert all/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revert all' }).click();
  await expect(row('hub.bind')).toContainText('built in');
  expect((await setting('prices'))?.value).toEqual({});
});

test('problems of files are told with their place', async () => {
  const { files } = await face.hub.api<SettingsView>('GET', '/api/settings');
  await writeFile(files.user, 'hub:\n  portt: 1\nterminal:\n  theme: light\n');
  await page.reload();
  const problems = page.getByRole('region', { name: 'Problems in configuration files' });
  await expect(problems).toContainText('line 2, column 3');
  await expect(row('terminal.theme')).toContainText('your file');
  // No choice of its own on this device: it looks as the hub says.
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await accessible(page);
  await rm(files.user);
});

const refused = (work: Promise<unknown>) =>
  work.then(
    () => '',
    (error: unknown) => String(error),
  );

test('a token is made for one session, shown once, used by REST and revoked at once', async () => {
  await face.go(page, '/people');
  await expect(page.getByText('No tokens yet')).toBeVisible();
  await page.keyboard.press('c');
  const dialog = page.getByRole('dialog', { name: 'New token' });
  await dialog.getByLabel('What it is for').fill('ci');
  await dialog.getByText('type into terminals').click();
  await dialog.getByText('Some only').click();
  await expect(dialog.getByRole('button', { name: 'Make token' })).toBeDisabled();
  await dialog.getByRole('list', { name: 'Sessions' }).getByText('one', { exact: true }).click();
  await dialog.getByLabel('Ends').selectOption('In a day');
  await accessible(page);
  await dialog.getByRole('button', { name: 'Make token' }).click();
  const shown = page.getByRole('dialog', { name: 'Token “ci”' });
  const secret = (await shown.locator('code').first().textContent()) ?? '';
  expect(secret).toMatch(/^qd_/);
  await shown.getByRole('button', { name: 'Copy token' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  await accessible(page);
  await shown.getByRole('button', { name: 'I have it' }).click();
  await expect(page.getByText(secret)).toHaveCount(0);

  expect((await face.hub.api<Session[]>('GET', '/api/sessions', undefined, secret)).map((s) => s.name)).toEqual([
    'one',
  ]);
  expect(await refused(face.hub.api('GET', '/api/sessions/two', undefined, secret))).not.toBe('');
  await page.reload();
  const row = page.getByRole('region', { name: 'Tokens' }).getByRole('listitem').filter({ hasText: 'ci' });
  await expect(row).toContainText('Look, type, only one');
  // After some seconds it is told in seconds.
  await expect(row).toContainText(/used (just now|\d+s ago)/);
  await row.getByRole('button', { name: 'Revoke ci' }).click();
  await expect(page.getByRole('dialog')).toContainText(
    /cut off within a second\. It was used last (just now|\d+s ago)\./,
  );
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
  await expect(page.getByText('No tokens yet')).toBeVisible();
  expect(await refused(face.hub.api('GET', '/api/sessions', undefined, secret))).toContain('401');
});

test('people are added, changed and removed; the last admin stays', async () => {
  await page.getByRole('button', { name: 'Add person' }).click();
  let dialog = page.getByRole('dialog', { name: 'Add person' });
  await dialog.getByLabel('User name').fill('ben');
  await dialog.getByLabel('Passphrase').fill('short');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await dialog.getByLabel('Passphrase').fill('many words of a friend');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  const people = page.getByRole('region', { name: 'People' });
  await expect(people.getByRole('listitem').filter({ hasText: 'ben' })).toContainText(
    'Member: look, type, approve, run',
  );
  await page.getByRole('button', { name: `Actions for ${USER}` }).click();
  await expect(page.getByRole('menuitem', { name: /^Remove/ })).toHaveAttribute('aria-disabled', 'true');
  await page.getByRole('menuitem', { name: 'Rights and passphrase' }).click();
  dialog = page.getByRole('dialog', { name: USER });
  await expect(dialog.getByRole('checkbox', { name: /^Everything/ })).toBeDisabled();
  await expect(dialog.getByText('is the last admin')).toBeVisible();
  await expect(dialog.getByRole('radio', { name: 'Administrator' })).toBeChecked();
  await expect(dialog.getByRole('radio', { name: 'Member' })).toBeDisabled();
  await accessible(page);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Actions for ben' }).click();
  await page.getByRole('menuitem', { name: 'Rights and passphrase' }).click();
  dialog = page.getByRole('dialog', { name: 'ben' });
  await dialog.getByText('Watcher').click();
  await expect(dialog.getByRole('checkbox', { name: /^Run/ })).not.toBeChecked();
  await dialog.getByText('Member').click();
  await dialog.getByText('start, stop and change sessions').click();
  await expect(dialog.getByRole('radio', { checked: true })).toHaveCount(0);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(people.getByRole('listitem').filter({ hasText: 'ben' })).toContainText('Look, type, approve');
});

test('who may not run or govern sees no such thing, and changes the own passphrase only with the old one', async ({
  browser,
}) => {
  const context = await browser.newContext();
  const ben = await context.newPage();
  await ben.goto(`${face.hub.banner.url}/people`);
  await ben.getByLabel('User').fill('ben');
  await ben.getByLabel('Passphrase').fill('many words of a friend');
  await ben.getByRole('button', { name: 'Show characters' }).click();
  await expect(ben.getByLabel('Passphrase')).toHaveAttribute('type', 'text');
  await ben.getByRole('button', { name: 'Sign in' }).click();
  await expect(ben.getByRole('heading', { name: 'Tokens', exact: true })).toBeVisible();
  await expect(ben.getByRole('region', { name: 'People' })).toHaveCount(0);
  await ben.getByRole('button', { name: 'Change passphrase' }).click();
  const dialog = ben.getByRole('dialog', { name: 'Change your passphrase' });
  await dialog.getByLabel('Passphrase until now').fill('wrong words of a friend');
  await dialog.getByLabel('New passphrase').fill('other words of a friend');
  await dialog.getByLabel('The same again').fill('other words of a foe');
  await dialog.getByRole('button', { name: 'Change', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('not the same');
  await dialog.getByLabel('The same again').fill('other words of a friend');
  await dialog.getByRole('button', { name: 'Change', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('current passphrase');
  await accessible(ben);
  await dialog.getByLabel('Passphrase until now').fill('many words of a friend');
  await dialog.getByRole('button', { name: 'Change', exact: true }).click();
  await expect(ben.getByText('Your passphrase is changed')).toBeVisible();
  // This browser stays signed in: its wire lives, and a new page does too.
  await ben.getByRole('link', { name: 'Settings' }).click();
  await expect(ben.getByText('only an admin can change')).toBeVisible();
  await expect(ben.getByLabel('Stalled after')).toBeDisabled();
  await ben.reload();
  await expect(ben.getByText('only an admin can change')).toBeVisible();
  await ben.goto(`${face.hub.banner.url}/policies`);
  await expect(ben.getByRole('heading', { name: 'Policies', level: 2, exact: true })).toBeVisible();
  await expect(ben.getByRole('button', { name: 'Add policy' })).toHaveCount(0);

  await face.go(page, '/people');
  await page.getByRole('button', { name: 'Actions for ben' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(ben.getByRole('heading', { name: 'Sign in to Quarterdeck' })).toBeVisible();
  await context.close();
});

test('the log is held, goes on, and gives a line away', async () => {
  await face.go(page, '/logs');
  const log = page.getByRole('log');
  await expect(log).toContainText('started');
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('searchbox', { name: 'Filter lines' }).fill('started');
  await log.getByText('started').first().hover();
  await log
    .getByRole('button', { name: /^Copy line/ })
    .first()
    .click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/ info hub started/);
  await page.getByRole('button', { name: /^Go on/ }).click();
  await accessible(page);
});

test('every screen of the house is accessible in every theme, on desktops and phones', async () => {
  test.setTimeout(480_000);
  await face.hub.api('POST', '/api/sessions/one/prompts', { text: 'tool printf "a long line %s" && echo done' });
  await eventually(
    () => face.hub.api<Approval[]>('GET', '/api/approvals'),
    (list) => list.length === 1,
    'the agent asks',
  );
  await face.hub.api('PUT', '/api/policies', { policies: [{ decision: 'deny', tool: 'Edit' }, { decision: 'allow' }] });
  await face.hub.api('PATCH', '/api/settings', {
    set: { 'hub.bind': ['0.0.0.0'], 'agents.skipPermissions': { a: true } },
  });
  await face.hub.api('POST', '/api/tokens', { name: 'tok', scopes: ['read'], expiresIn: 3600 });
  const screens = [
    ['/inbox', '[data-card]'],
    ['/policies', 'ol li'],
    ['/settings', '[data-setting]'],
    ['/people', 'section li'],
    ['/logs', '[role=log]'],
  ] as const;
  for (const device of ['desktop', 'Pixel 7'] as const) {
    const opened = await face.open(device, { reducedMotion: 'reduce' });
    for (const theme of ['dark', 'light', 'contrast'] as const) {
      await face.theme(opened, theme);
      for (const [path, landmark] of screens) {
        await face.walk(opened, path);
        await expect(opened.locator(landmark).first()).toBeVisible();
        // A theme changes colours: names, roles and order were read in the dark one.
        await accessible(opened, theme === 'dark' ? undefined : ['color-contrast']);
        const wide = await opened.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wide, `${path} on ${device}`).toBeLessThanOrEqual(0);
      }
    }
    await opened.context().close();
  }
  expect(face.complaints).toEqual([]);
});

test('a finger finds every control', async () => {
  const phone = await face.open('iPhone 15');
  for (const path of ['/inbox', '/policies', '/settings', '/people'] as const) {
    await face.go(phone, path);
    await expect(phone.locator('main button, main [role=switch]').first()).toBeVisible();
    const small = await phone.locator('main button:visible, main select:visible').evaluateAll((all) =>
      all
        .filter((each) => each.getAttribute('role') !== 'switch')
        .map((each) => ({
          name: each.getAttribute('aria-label') ?? each.textContent,
          box: each.getBoundingClientRect(),
        }))
        .filter(({ box }) => box.height < 40 && box.height > 0)
        .map(({ name, box }) => `${name} ${Math.round(box.height)}`),
    );
    expect(small, path).toEqual([]);
  }
  await phone.context().close();
});

test('a refused sign-in says what to do, and when the hub listens again', async ({ browser }) => {
  const context = await browser.newContext();
  const guest = await context.newPage();
  await guest.goto(face.hub.banner.url);
  await guest.getByLabel('User').fill(USER);
  await guest.getByLabel('Passphrase').fill('not the right words');
  await guest.keyboard.press('Enter');
  await expect(guest.getByRole('alert')).toContainText('The user name or the passphrase is wrong.');
  await expect(guest.getByRole('button', { name: 'Sign in' })).toBeEnabled();
  // The last test here: from now on this machine's address is shut out.
  await face.hub.api('PATCH', '/api/settings', { set: { 'auth.loginAttempts': 1 } });
  await guest.getByLabel('Passphrase').fill(PASSPHRASE);
  await guest.keyboard.press('Enter');
  await expect(guest.getByRole('alert')).toContainText(
    /Too many wrong attempts\. You can try again at .+, in \d+ minutes\./,
  );
  await guest.getByText('Passphrase forgotten?').click();
  await expect(guest.getByText(`qd user passphrase ${USER}`)).toBeVisible();
  await accessible(guest);
  await context.close();
});
