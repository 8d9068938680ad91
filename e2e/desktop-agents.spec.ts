/** `codex login` itself in the sign-in screen of the desktop app: plain tmux in its terminal, the callback ends it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { ELECTRON, startDesktop, type TestDesktop } from './desktop.ts';
import { AGENTS_BIN, type MockModel, startMock, towardsMock } from './real-agents.ts';
import { beginSignIn, comesBackToCodex, signInFromMenu } from './sign-in-walk.ts';

test.skip(ELECTRON === null, process.env['QD_ELECTRON_WHY'] ?? 'no Electron here: QD_ELECTRON names none');
// It runs without a network, where nothing can be installed.
test.skip(!existsSync(join(AGENTS_BIN, 'codex')), 'codex is not here: `npm run test:agents` installs it');

let desk: TestDesktop | undefined;
let mock: MockModel | undefined;
test.beforeAll(async () => {
  if (ELECTRON === null) return;
  mock = await startMock();
  const proxy = towardsMock(mock.port);
  desk = await startDesktop(async () => ({
    PATH: `${AGENTS_BIN}:${process.env['PATH'] ?? ''}`,
    ...proxy,
  }));
});
test.afterAll(async () => {
  await desk?.close();
  mock?.close();
});

test('the real program’s page is found, opened after the question, and what comes back ends the login', async () => {
  if (!desk) return;
  const { app, page } = desk;
  const seen = await signInFromMenu(app);
  const url = await beginSignIn(page, 'Codex');
  await expect(page.locator('.xterm')).toContainText('Starting local login server');
  expect(await desk.tmux('list-clients', '-F', '#{client_control_mode} #{session_name}')).toMatch(/^0 sign-in-codex/m);
  await page.getByRole('button', { name: /^Open auth\.openai\.com/ }).click();
  await expect.poll(seen).toEqual({ asked: 'Open auth.openai.com in your browser?', opened: url.href });
  await comesBackToCodex(page, url);
});
