/** A hub that other devices reach lets a phone in by a code: from the app, and from a terminal. */
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { devices, expect, type Page, test } from '@playwright/test';
import { accessible, PASSPHRASE, USER } from './face.ts';
import { ROOT, startHub } from './hub.ts';

/** The link that the code of the open dialog holds. */
async function pairingLink(page: Page): Promise<string> {
  const dialog = page.getByRole('dialog', { name: 'Pair a phone' });
  await expect(dialog.getByRole('img', { name: /^QR code that lets a phone in/ })).toBeVisible();
  const copy = dialog.getByRole('button', { name: 'Copy the link' });
  await expect(copy).toBeVisible();
  // That it is copied is said for a moment only: looked for from before the press on.
  await Promise.all([dialog.getByRole('button', { name: 'Copied the link' }).waitFor(), copy.click()]);
  return page.evaluate(() => navigator.clipboard.readText());
}

test('a hub that other devices can reach shows its address as a QR code, and lets a phone in by another', async ({
  browser,
}) => {
  const other = await startHub({ env: { QD_BIND: '0.0.0.0' } });
  try {
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    const looker = await context.newPage();
    await looker.goto(other.banner.setupUrl ?? '');
    await looker.getByLabel('User').fill(USER);
    await looker.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
    await looker.getByLabel('Passphrase again').fill(PASSPHRASE);
    await looker.getByRole('button', { name: 'Make user and sign in' }).click();
    await looker.getByRole('link', { name: 'Settings' }).click();
    const info = await other.api<{ urls: string[] }>('GET', '/api/hub');
    const { url } = other.banner;
    const lan = info.urls.filter((each) => !each.includes('127.0.0.1'));
    test.skip(lan.length === 0, 'this machine has no address but its own');
    await expect(looker.getByRole('img', { name: `QR code of ${lan[0]}` })).toBeVisible();
    await expect(looker.getByText('not encrypted')).toBeVisible();
    await accessible(looker);

    // Declined first: the phone is told, and its code is of no more use.
    await looker.getByRole('button', { name: 'Pair a phone' }).click();
    const { defaultBrowserType: _, ...pixel } = devices['Pixel 7'];
    const phone = await (await browser.newContext(pixel)).newPage();
    const link = await pairingLink(looker);
    expect(link.startsWith(`${lan[0]}/#pair=`)).toBe(true);
    await phone.goto(link);
    await expect(phone.getByRole('status').getByText(/^\d{3} \d{3}$/)).toBeVisible();
    expect(new URL(phone.url()).hash).toBe('');
    const dialog = looker.getByRole('dialog', { name: 'Pair a phone' });
    await dialog.getByRole('button', { name: 'No, decline' }).click();
    await expect(phone.getByRole('alert')).toContainText('declined on the other screen');
    await phone.goto('about:blank');
    await phone.goto(link);
    await expect(phone.getByRole('alert')).toContainText('declined on the other screen');

    // Then let in, by the number that both show.
    await dialog.getByRole('button', { name: 'Show a new code' }).click();
    await phone.goto('about:blank');
    await phone.goto(await pairingLink(looker));
    const shown = phone.getByRole('status').getByText(/^\d{3} \d{3}$/);
    await expect(shown).toBeVisible();
    await expect(dialog.getByText((await shown.textContent()) ?? '', { exact: true })).toBeVisible();
    await accessible(looker);
    await accessible(phone);
    await dialog.getByRole('button', { name: 'Yes, let it in' }).click();
    await expect(phone.getByRole('navigation', { name: 'Screens' })).toBeVisible();
    await expect(dialog.getByText(`is signed in as ${USER}`)).toBeVisible();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await expect(dialog).toHaveCount(0);

    // Listed by its name, and shown out from there.
    await looker.getByRole('link', { name: 'People and tokens' }).click();
    await looker.getByRole('button', { name: 'Remove Chrome on Android' }).click();
    await looker.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await expect(phone.getByLabel('Passphrase')).toBeVisible();
    await expect(looker.getByRole('button', { name: 'Remove Chrome on Android' })).toHaveCount(0);

    // The same from a terminal: its answer comes by standard input.
    const qd = spawn(process.execPath, [join(ROOT, 'dist', 'cli.js'), 'user', 'pair', '--json', '--url', url], {
      env: other.env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => qd.once('exit', resolve));
    const said = createInterface({ input: qd.stdout })[Symbol.asyncIterator]();
    const next = async <T>() => JSON.parse(String((await said.next()).value)) as T;
    const first = await next<{ url: string }>();
    const post = (path: string, body: object) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const code = new URLSearchParams(new URL(first.url).hash.slice(1)).get('pair');
    const claimed = (await (await post('/api/pair', { code, device: 'A tablet' })).json()) as Record<string, string>;
    expect(await next()).toMatchObject({ number: claimed['number'], device: 'A tablet' });
    qd.stdin.end('y\n');
    const letIn = await post('/api/pair/wait', { claim: claimed['claim'] });
    expect(await letIn.json()).toMatchObject({ state: 'paired', me: { user: USER } });
    expect(letIn.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/);
    expect(await ended).toBe(0);
    // No file of the hub holds a code, or what the phone proved itself by.
    const secrets = [code ?? '', claimed['claim'] ?? '', link.split('=')[1] ?? ''];
    for (const file of await readdir(other.data, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      // The hub runs: what it has put in place of another meanwhile is listed under its new name.
      const text = await readFile(join(file.parentPath, file.name), 'latin1').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '';
        throw error;
      });
      expect(
        secrets.filter((secret) => text.includes(secret)),
        file.name,
      ).toEqual([]);
    }
    await phone.context().close();
    await context.close();
  } finally {
    await other.close();
  }
});
