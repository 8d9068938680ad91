/**
 * Signing in with the real programs: what `codex login` prints in a real terminal is found by the sign-in screen, and what
 * comes back to it ends it. Nothing leaves this machine: its only proxy is the mock, which refuses every way out and writes it
 * down.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import type { Session } from '../shared/contract/sessions.ts';
import { type Face, startFace } from './face.ts';
import { eventually, ROOT } from './hub.ts';
import { AGENTS_BIN, type MockModel, startMock, towardsMock } from './real-agents.ts';
import { beginSignIn, comesBackToCodex, endedWithout, shownAddress, signedIn } from './sign-in-walk.ts';

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

/** A service on loopback: whoever opened its page is signed in, and the code it hands out then buys tokens. */
async function startIssuer(): Promise<{ readonly url: string; readonly asked: readonly string[]; close(): void }> {
  const asked: string[] = [];
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const claims = { email: 'ann@example.org', exp, 'https://api.openai.com/auth': { chatgpt_account_id: 'acc' } };
  const jwt = `${part({ alg: 'none' })}.${part(claims)}.${part({})}`;
  const answer = (path: string): object | null => {
    if (path.endsWith('/deviceauth/usercode')) return { device_auth_id: 'd', user_code: 'MOCK-12345', interval: '1' };
    if (path.endsWith('/deviceauth/token'))
      return asked.includes('/codex/device')
        ? { authorization_code: 'a-code', code_challenge: 'challenge', code_verifier: 'verifier' }
        : null;
    return { id_token: jwt, access_token: jwt, refresh_token: 'again', expires_in: 3600 };
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const body = answer(pathname);
    asked.push(pathname);
    response.writeHead(body === null ? 403 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { error: { code: 'authorization_pending' } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, asked, close: () => server.close() };
}

test('codex by device code, to the end: address and code are shown, and when it is signed in the screen closes', async () => {
  const issuer = await startIssuer();
  try {
    const { id } = await face.hub.api<Session>('POST', '/api/sessions', {
      agent: 'codex',
      name: 'by-code',
      tags: ['sign-in'],
      command: `codex login --device-auth --experimental_issuer ${issuer.url}`,
    });
    await face.go(page, `/sign-in?session=${encodeURIComponent(id)}`);
    const url = await shownAddress(page);
    expect(url.href).toBe(`${issuer.url}/codex/device`);
    await expect(page.getByRole('button', { name: 'Copy the code' })).toBeVisible();
    await expect(page.getByRole('complementary').getByText('MOCK-12345', { exact: true })).toBeVisible();
    const opened = page.context().waitForEvent('page');
    await page.getByRole('button', { name: `Open ${url.host}` }).click();
    const browser = await opened;
    await signedIn(page);
    await browser.close();
    expect(issuer.asked).toContain('/oauth/token');
    expect(await readFile(join(face.hub.home, '.codex', 'auth.json'), 'utf8')).toMatch(/"refresh_token": *"again"/);
  } finally {
    issuer.close();
  }
});

test('claude auth login: the wrapped address; what its page shows in the end is pasted into the terminal', async () => {
  await face.go(page, '/sign-in');
  const url = await beginSignIn(page, 'Claude Code');
  expect(url.host).toBe('claude.com');
  expect(url.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/);
  const state = url.searchParams.get('state') ?? '';
  expect(state).toMatch(/^[\w-]{43}$/);
  await expect(page.getByText('paste it into the terminal')).toBeVisible();
  await page.locator('.xterm').click();
  await page.keyboard.insertText(`none-of-theirs#${state}`);
  await page.keyboard.press('Enter');
  await endedWithout(page);
  // It took the state for its own: only then does it ask its service.
  expect(refused('platform.claude.com').length).toBeGreaterThan(0);
});
