/** The table of all views, for the specs that walk them; and their pictures, which stand in the report. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, type TestInfo } from '@playwright/test';
import { ROOT } from './hub.ts';
import type { Seeded } from './seed.ts';

export interface View {
  readonly name: string;
  readonly path: string;
  /** Keys that lead there. */
  readonly keys?: string;
  /** What shows that it is there, when there is something to show. */
  readonly full: string;
}
export const VIEWS: readonly View[] = [
  { name: 'panes', path: '/', keys: 'gp', full: '.xterm-screen' },
  { name: 'sessions', path: '/sessions', keys: 'gs', full: 'a[data-row]' },
  { name: 'inbox', path: '/inbox', keys: 'gi', full: 'text=npm run migrate' },
  { name: 'board', path: '/board', keys: 'gb', full: 'text=Release 2.4' },
  { name: 'channels', path: '/channels', keys: 'gh', full: 'text=build' },
  { name: 'notes', path: '/notes', keys: 'gm', full: 'text=Release plan' },
  { name: 'conversations', path: '/conversations', keys: 'gc', full: 'text=Fix the flaky billing test' },
  { name: 'usage', path: '/usage', keys: 'gu', full: 'figure' },
  { name: 'recordings', path: '/replay', keys: 'gr', full: 'main >> text=billing-fix' },
  { name: 'search', path: '/search', keys: 'g/', full: 'main input' },
  { name: 'policies', path: '/policies', full: 'main button' },
  { name: 'agents', path: '/agents', keys: 'ga', full: 'text=Claude Code' },
  { name: 'workers', path: '/workers', keys: 'gw', full: 'main >> text=Amounts as integers' },
  { name: 'nodes', path: '/nodes', keys: 'gn', full: 'dl' },
  { name: 'settings', path: '/settings', keys: 'g,', full: 'main h2' },
  { name: 'people', path: '/people', keys: 'gt', full: 'main >> text=ann' },
  { name: 'logs', path: '/logs', keys: 'gl', full: '[role=log]' },
];

/** Views of one thing. */
export const parts = (
  seeded: Pick<Seeded, 'card' | 'note' | 'channel'>,
): readonly (readonly [string, string, string])[] => [
  ['session', '/s/billing-fix', 'text=npm run migrate'],
  ['changes', '/s/release/changes', 'text=billing.ts'],
  ['files', '/s/release/files', 'text=README.md'],
  ['card', `/board/${seeded.card}`, 'text=Amounts as integers'],
  ['replay', '/replay/docs', '.xterm-screen'],
  ['note', `/notes/${seeded.note}`, 'text=We ship on'],
  ['channel', `/channels/${seeded.channel}`, 'text=Main is red'],
];

/** Waits until nothing on the page says that it is still being read; the figures of a machine take a busy one a while. */
export async function settled(page: Page): Promise<void> {
  await expect(page.locator('main')).toBeVisible();
  await expect(page.locator('main [aria-busy="true"]')).toHaveCount(0, { timeout: 60_000 });
  await page.evaluate(() => document.fonts.ready);
}
/** `keep`: with UPDATE_SCREENSHOTS=1 it also becomes one of those that the README shows. */
export async function picture(page: Page, info: TestInfo, name: string, keep = false): Promise<void> {
  const keeps = keep && process.env['UPDATE_SCREENSHOTS'] === '1';
  // A phone's screen has seven times the points of the page: nobody needs them in the report.
  const png = await page.screenshot({ animations: 'disabled', scale: keeps ? 'device' : 'css' });
  await info.attach(name, { body: png, contentType: 'image/png' });
  if (!keeps) return;
  const dir = join(ROOT, 'resources', 'screenshots');
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, `${name}.png`), png);
}
