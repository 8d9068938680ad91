/**
 * Signing in with the real programs: what `codex login` prints in a real terminal is found by the sign-in screen, and what
 * comes back to it ends it. Nothing leaves this machine: its only proxy is the mock, which refuses every way out and writes it
 * down.
 */
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import type { Session } from '../shared/contract/sessions.ts';
import { type Face, startFace } from './face.ts';
import { eventually, ROOT } from './hub.ts';
import { AGENTS_BIN, type MockModel, startMock, towardsMock } from './real-agents.ts';
import { beginSignIn, comesBackToCodex, shownAddress } from './sign-in-walk.ts';

let face: Face;
let mock: MockModel;
let page: Page;

test.describe.configure({ mode: 'serial' });
test.beforeAll(async ({ browser }) => {
  test.setTimeout(600_000);
  mock = await startMock();
  face = await startFace(browser, {
    // codex warns of homes under the system's temporary folder
    base: join(ROOT, '.cache', 'homes'),
    env: { PATH: `${AGENTS_BIN}:${process.env['PATH'] ?? ''}`, ...towardsMock(mock.port) },
  });
  page = face.page;
});
test.afterAll(async () => {
  await face?.close();
  mock?.close();
});

const refused = (host: string) => mock.requests().filter((each) => each['url'] === `${host}:443`);

test('codex login: the wrapped address, its host and QR code; the callback on loopback ends it', async () => {
  await face.go(page, '/sign-in');
  await comesBackToCodex(page, await beginSignIn(page, 'Codex'));
  await eventually(
    async () => refused('auth.openai.com'),
    (all) => all.length > 0 && all.every((each) => each['status'] === 403),
    'its way out was refused',
  );
});

test('codex by device code: the address and the code to type there', async () => {
  const { id } = await face.hub.api<Session>('POST', '/api/sessions', {
    agent: 'codex',
    name: 'by-code',
    tags: ['sign-in'],
    command: `codex login --device-auth --experimental_issuer http://127.0.0.1:${mock.port}`,
  });
  await face.go(page, `/sign-in?session=${encodeURIComponent(id)}`);
  const url = await shownAddress(page);
  expect(url.href).toBe(`http://127.0.0.1:${mock.port}/codex/device`);
  await expect(page.getByRole('button', { name: 'Copy the code' })).toBeVisible();
  await expect(page.getByRole('complementary').getByText('MOCK-12345', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Leave the sign-in' }).click();
});
