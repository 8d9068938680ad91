/** The desktop app as it runs: a real Electron, the real core beside it, real tmux. Skipped, with the reason, without one. */
import { expect, test } from '@playwright/test';
import type { Session } from '../shared/contract/sessions.ts';
import { ELECTRON, startDesktop, type TestDesktop } from './desktop.ts';
import { eventually } from './hub.ts';

test.describe.configure({ mode: 'serial' });
test.skip(ELECTRON === null, process.env['QD_ELECTRON_WHY'] ?? 'no Electron here: QD_ELECTRON names none');

let desk: TestDesktop;
test.beforeAll(async () => {
  if (ELECTRON !== null) desk = await startDesktop();
});
test.afterAll(() => desk?.close());

test('a window with live panes: what is typed there is run by a shell in tmux', async () => {
  const { page } = desk;
  await expect(page.getByText('No sessions yet')).toBeVisible();
  expect(new URL(page.url()).protocol).toBe('app:');
  await desk.api<Session>('POST', '/api/sessions', { agent: 'shell', name: 'helm', cwd: desk.dir });
  const pane = page.locator('.xterm').first();
  await expect(pane).toBeVisible();
  await expect(pane).toContainText(/[$#] /);
  await pane.click();
  await page.keyboard.type('echo quarter$((40+2))deck\n');
  await expect(pane).toContainText('quarter42deck');
  expect(await desk.tmux('list-sessions', '-F', '#{session_name}')).toContain('helm');
});

test('killed with its core, it comes back with every session where it was', async () => {
  const before = await desk.core();
  desk.app.process().kill('SIGKILL');
  process.kill(before.pid, 'SIGKILL');
  await desk.start();
  const pane = desk.page.locator('.xterm').first();
  await expect(pane).toContainText('quarter42deck');
  const after = await eventually(
    () => desk.core(),
    (core) => core.pid !== before.pid && core.url !== '',
    'a new core',
  );
  expect(after.pid).not.toBe(before.pid);
});

test('a core that dies under the window is started again, and the panes go on', async () => {
  const { pid } = await desk.core();
  process.kill(pid, 'SIGKILL');
  await eventually(
    () => desk.core(),
    (core) => core.pid !== pid && core.url !== '',
    'a new core',
  );
  const pane = desk.page.locator('.xterm').first();
  await expect(pane).toContainText('quarter42deck');
  await pane.click();
  await expect
    .poll(async () => {
      await desk.page.keyboard.type('echo again$((1+1))\n');
      return await pane.textContent();
    })
    .toContain('again2');
});

test('a pane that another one hid has its history again', async () => {
  const { page } = desk;
  const helm = page.getByRole('region', { name: 'Terminal of helm', exact: true });
  await helm.click();
  await page.keyboard.type('seq -f line-%g- 400\n');
  await expect(helm).toContainText('line-400-');
  await desk.api<Session>('POST', '/api/sessions', { agent: 'shell', name: 'other', cwd: desk.dir });
  const other = page.getByRole('region', { name: 'Terminal of other', exact: true });
  await expect(other).toContainText(/[$#] /);
  await other.click();
  await page.keyboard.press('Control+Shift+Enter');
  await expect(helm).toBeHidden();
  // The page notices what is out of sight with its next frame.
  await page.evaluate(() => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen))));
  await page.keyboard.press('Control+Shift+Enter');
  await expect(helm).toContainText('line-400-');
  await helm.click();
  await expect
    .poll(async () => {
      for (let pages = 0; pages < 8; pages++) await page.keyboard.press('Shift+PageUp');
      return await helm.textContent();
    })
    .toContain('line-1-');
});
