/** Signing in to an agent from the menu: its login in plain tmux, the address found though wrapped, the end told. */
import { expect, test } from '@playwright/test';
import type { Session } from '../shared/contract/sessions.ts';
import { ELECTRON, startDesktop, type TestDesktop } from './desktop.ts';
import { eventually } from './hub.ts';
import { fakeCodex, signedIn, signInFromMenu } from './sign-in-walk.ts';

test.skip(ELECTRON === null, process.env['QD_ELECTRON_WHY'] ?? 'no Electron here: QD_ELECTRON names none');

let desk: TestDesktop;
test.beforeAll(async () => {
  if (ELECTRON === null) return;
  desk = await startDesktop(async (dir) => {
    const bin = await fakeCodex(dir);
    return { PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  });
});
test.afterAll(() => desk?.close());

test('the menu starts it, a real terminal shows it, the browser gets the whole address, and it says when it is done', async () => {
  const { app, page } = desk;
  const seen = await signInFromMenu(app);
  await page.getByRole('listitem').filter({ hasText: 'Codex' }).getByRole('button', { name: 'Sign in' }).click();
  await expect(page.locator('.xterm')).toContainText('Finish signing in', { timeout: 30_000 });
  // Plain tmux: its own client is attached beside the deck's.
  const clients = () => desk.tmux('list-clients', '-F', '#{client_control_mode} #{session_name}');
  await eventually(clients, (text) => /^0 sign-in-codex/m.test(text), 'a tmux client in the terminal');

  await page.getByRole('button', { name: /^Open 127\.0\.0\.1/ }).click();
  const { asked, opened } = await eventually(seen, (now) => now.opened !== '', 'the browser');
  const url = new URL(opened);
  expect(asked).toBe(`Open ${url.host} in your browser?`);
  expect(url.searchParams.get('code_challenge')?.length).toBe(43);
  expect(url.searchParams.get('originator')).toBe('codex-tui');

  await page.getByRole('button', { name: 'On a phone' }).click();
  await expect(page.getByRole('img', { name: /^QR code of http/ })).toBeVisible();

  // The browser comes back to the program's own port.
  const back = `${url.searchParams.get('redirect_uri')}?code=1&state=${url.searchParams.get('state')}`;
  expect((await fetch(back)).status).toBe(200);
  await signedIn(page);
  await eventually(
    () => desk.api<Session[]>('GET', '/api/sessions'),
    (all) => all.every(({ name, state }) => name !== 'sign-in-codex' || state === 'exited'),
    'the login gone',
  );
});
