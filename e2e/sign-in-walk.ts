/** What the sign-in screen shows of a real login, and the browser's way back to it; for the web app and the desktop app. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ElectronApplication, expect, type Page } from '@playwright/test';
import { ROOT } from './hub.ts';

/** A folder for a PATH, with a `codex` that signs in on loopback: `login.mjs`. `listen`: another address of this machine. */
export async function fakeCodex(dir: string, listen = '127.0.0.1'): Promise<string> {
  const bin = join(dir, 'bin');
  await mkdir(bin);
  const program = join(bin, 'codex');
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${ROOT}e2e/login.mjs' --listen ${listen} "$@"\n`);
  await chmod(program, 0o755);
  return bin;
}

/** Starts the login of this agent from the list, and answers the address that was found on its screen. */
export async function beginSignIn(page: Page, title: string): Promise<URL> {
  const row = page.getByRole('listitem').filter({ hasText: title });
  // The programs are looked for when the list opens.
  await row.getByRole('button', { name: 'Sign in' }).click({ timeout: 60_000 });
  return shownAddress(page);
}

/** The address as the QR code carries it: what a phone would open. */
export async function shownAddress(page: Page): Promise<URL> {
  await page.getByRole('button', { name: 'On a phone' }).click({ timeout: 60_000 });
  const name = await page.getByRole('img', { name: /^QR code of http/ }).getAttribute('aria-label');
  const url = new URL((name ?? '').replace('QR code of ', ''));
  await expect(page.getByText(`Sign in at ${url.host}`)).toBeVisible();
  return url;
}

/** The screen says so when the program has ended, and not before. */
export async function endedWithout(page: Page): Promise<void> {
  await expect(page.getByText('The login ended without signing in.')).toBeVisible({ timeout: 30_000 });
}

/**
 * `codex login` listens on loopback. What comes back to it with another state is refused and it goes on waiting; what comes
 * with the state of the address ends it. The code is none of its service's, so that it ends without signing in.
 */
export async function comesBackToCodex(page: Page, url: URL): Promise<void> {
  expect(url.host).toBe('auth.openai.com');
  // The last of a dozen parameters: the address is whole.
  expect([...url.searchParams].at(-1)).toEqual(['originator', 'codex_cli_rs']);
  expect(url.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/);
  const back = new URL(url.searchParams.get('redirect_uri') ?? '');
  expect(['127.0.0.1', 'localhost']).toContain(back.hostname);
  await expect(page.getByText(`comes back to port ${back.port}`)).toBeVisible();
  const answer = (state: string | null) => {
    back.hostname = '127.0.0.1';
    back.search = `${new URLSearchParams({ code: 'none-of-theirs', state: state ?? '' })}`;
    return fetch(back).then(async (response) => `${response.status} ${await response.text()}`);
  };
  expect(await answer('of-somebody-else')).toMatch(/^400 State mismatch/);
  await expect(page.getByText(`Sign in at ${url.host}`)).toBeVisible();
  expect(await answer(url.searchParams.get('state'))).toMatch(/token_exchange_failed/);
  await endedWithout(page);
}

/** What the shell asked before it opened the browser, and what it opened; both empty until it did. */
export interface Browsed {
  readonly asked: string;
  readonly opened: string;
}

/** From the menu to the screen; the question about the browser is answered with yes, and no browser is started. */
export async function signInFromMenu(app: ElectronApplication): Promise<() => Promise<Browsed>> {
  await app.evaluate(({ dialog, Menu, shell }) => {
    const seen = { asked: '', opened: '' };
    Object.assign(globalThis, { seen });
    dialog.showMessageBox = (async (...given: unknown[]) => {
      seen.asked = (given.at(-1) as { message: string }).message;
      return { response: 0, checkboxChecked: false };
    }) as typeof dialog.showMessageBox;
    shell.openExternal = async (url) => {
      seen.opened = url;
    };
    Menu.getApplicationMenu()
      ?.items.find(({ label }) => label === 'Agent')
      ?.submenu?.items[0]?.click();
  });
  return () => app.evaluate(() => (globalThis as unknown as { seen: Browsed }).seen);
}

/** The screen has closed itself: the login has done its work. */
export async function signedIn(page: Page): Promise<void> {
  await expect(page).toHaveURL(/\/sign-in$/, { timeout: 60_000 });
  await expect(page.getByRole('heading', { name: 'Sign in to an agent’s service' })).toBeVisible();
}
