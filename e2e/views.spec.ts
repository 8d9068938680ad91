/**
 * Every view by mouse, by keyboard alone and on two phones, light, dark and in high contrast; empty, loading, failed, full and
 * huge. Each is read by axe and stands as a picture in the report; UPDATE_SCREENSHOTS=1 also writes those that the README shows.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, type TestInfo, test } from '@playwright/test';
import type { ClientFrame, ServerFrame } from '../shared/wire/frames.ts';
import { accessible, type Face, PHONES, startFace, type Theme } from './face.ts';
import { ROOT } from './hub.ts';
import { type Seeded, seed } from './seed.ts';

interface View {
  readonly name: string;
  readonly path: string;
  /** Keys that lead there. */
  readonly keys?: string;
  /** What shows that it is there, when there is something to show. */
  readonly full: string;
}
const VIEWS: readonly View[] = [
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
  { name: 'nodes', path: '/nodes', keys: 'gn', full: 'dl' },
  { name: 'settings', path: '/settings', keys: 'g,', full: 'main h2' },
  { name: 'people', path: '/people', keys: 'gt', full: 'main >> text=ann' },
  { name: 'logs', path: '/logs', keys: 'gl', full: '[role=log]' },
];

let face: Face;
let seeding: Promise<Seeded> | null = null;
/** The deck, made when the first test wants it; the empty screens were looked at before. */
const deck = (): Promise<Seeded> => {
  seeding ??= seed(face.hub);
  return seeding;
};
test.describe.configure({ mode: 'serial', timeout: 240_000 });
test.beforeAll(async ({ browser }) => {
  face = await startFace(browser);
});
test.afterAll(async () => {
  expect(face.complaints).toEqual([]);
  await face.close();
});

/** Waits until nothing on the page says that it is still being read. */
async function settled(page: Page): Promise<void> {
  await expect(page.locator('main')).toBeVisible();
  await expect(page.locator('main [aria-busy="true"]')).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
}
async function picture(page: Page, info: TestInfo, name: string, keep = false): Promise<void> {
  const png = await page.screenshot({ animations: 'disabled' });
  await info.attach(name, { body: png, contentType: 'image/png' });
  if (!keep || process.env['UPDATE_SCREENSHOTS'] !== '1') return;
  const dir = join(ROOT, 'resources', 'screenshots');
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, `${name}.png`), png);
}

test('empty: each view says what it is for and what comes next', async ({ browserName: _ }, info) => {
  for (const { name, path } of VIEWS) {
    await face.go(face.page, path);
    await settled(face.page);
    await accessible(face.page);
    await picture(face.page, info, `empty-${name}`);
  }
});

test('loading: without an answer each view keeps its shape, and says nothing that is not so', async ({
  browserName: _,
}, info) => {
  const page = await face.open('desktop');
  // The hub takes everything and answers nothing but the greeting.
  await page.routeWebSocket(/\/wire/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      if (typeof message === 'string' && (JSON.parse(message) as ServerFrame).t === 'hello') socket.send(message);
    });
  });
  for (const { name, path } of VIEWS) {
    await face.go(page, path);
    await expect(page.locator('main')).toBeVisible();
    await expect(page.getByText(/No (sessions|notes|conversations)|Nobody has/)).toHaveCount(0);
    await picture(page, info, `loading-${name}`);
  }
  await page.close();
});

test('failed: a refusal is told in its place, in words, and the rest goes on', async ({ browserName: _ }, info) => {
  const page = await face.open('desktop');
  await page.routeWebSocket(/\/wire/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => {
      const frame = typeof message === 'string' ? (JSON.parse(message) as ClientFrame) : null;
      const fault = { code: 'unavailable' as const, message: 'the disk of the hub is full: free some space' };
      if (frame?.t === 'call') socket.send(JSON.stringify({ t: 'fault', id: frame.id, fault } satisfies ServerFrame));
      else if (frame?.t === 'feed' && !/^(sessions|approvals|prompts|preferences)\./.test(frame.name))
        socket.send(JSON.stringify({ t: 'ended', id: frame.id, fault } satisfies ServerFrame));
      else server.send(message);
    });
  });
  for (const { name, path } of VIEWS) {
    await face.go(page, path);
    if (!['panes', 'sessions', 'inbox', 'search'].includes(name)) {
      await expect(page.getByText('the disk of the hub is full').first(), name).toBeVisible();
    }
    await picture(page, info, `failed-${name}`);
  }
  await page.close();
});

test('full: by mouse, from the rail, light, dark and in high contrast', async ({ browserName: _ }, info) => {
  const seeded = await deck();
  const keep = ['panes', 'inbox', 'board', 'usage', 'changes', 'note', 'channel'];
  for (const theme of ['light', 'dark'] as const) {
    await face.go(face.page, '/');
    await face.theme(face.page, theme);
    for (const { name, path, full } of VIEWS) {
      const link = face.page.locator(`nav a[href="${path}"]`);
      if ((await link.count()) > 0) await link.first().click();
      else await face.go(face.page, path);
      await look(name, full, theme, info, keep.includes(name) && theme === 'dark');
    }
    for (const [name, path, full] of parts(seeded)) {
      await face.go(face.page, path);
      await look(name, full, theme, info, keep.includes(name) && theme === 'light');
    }
  }
  // High contrast is another set of the same tokens: a few screens that use most of them.
  await face.theme(face.page, 'contrast');
  for (const [name, path, full] of [
    ['panes', '/', '.xterm-screen'],
    ['board', '/board', 'text=Release 2.4'],
    ['settings', '/settings', 'main h2'],
  ] as const) {
    await face.go(face.page, path);
    await look(name, full, 'contrast', info, false);
  }
});

async function look(name: string, full: string, theme: Theme, info: TestInfo, keep: boolean): Promise<void> {
  await expect(face.page.locator(full).first(), name).toBeVisible();
  await settled(face.page);
  await accessible(face.page);
  await picture(face.page, info, `${name}-${theme}`, keep);
}

/** Views of one thing. */
const parts = (seeded: Seeded): readonly (readonly [string, string, string])[] => [
  ['session', '/s/billing-fix', 'text=npm run migrate'],
  ['changes', '/s/release/changes', 'text=billing.ts'],
  ['files', '/s/release/files', 'text=README.md'],
  ['card', `/board/${seeded.card}`, 'text=Amounts as integers'],
  ['replay', '/replay/docs', '.xterm-screen'],
  ['note', `/notes/${seeded.note}`, 'text=We ship on'],
  ['channel', `/channels/${seeded.channel}`, 'text=Main is red'],
];

test('full: by keyboard alone', async () => {
  const { page } = face;
  await deck();
  await face.go(page, '/');
  for (const { name, keys, full } of VIEWS) {
    if (keys === undefined) continue;
    await page.locator('main').focus();
    for (const key of keys) await page.keyboard.press(key);
    await expect(page.locator(full).first(), name).toBeVisible();
    // Something in the view can be reached, and shows that it has the keyboard.
    await page.locator('main').focus();
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => document.activeElement?.closest('main') !== null);
    expect(focused, name).toBe(true);
  }
  await page.keyboard.press('ControlOrMeta+k');
  await page.keyboard.type('theme');
  await expect(page.getByRole('option').first()).toContainText('Theme');
  await page.keyboard.press('Escape');
});

for (const device of PHONES) {
  test(`full: on a ${device}, nothing wider than the screen`, async ({ browserName: _ }, info) => {
    const seeded = await deck();
    const page = await face.open(device);
    for (const theme of device === 'Pixel 7' ? (['light', 'dark'] as const) : (['dark'] as const)) {
      await face.go(page, '/sessions');
      await face.theme(page, theme);
      for (const [name, path, full] of [
        ...VIEWS.map((view) => [view.name, view.path, view.full] as const),
        ...parts(seeded),
      ]) {
        if (name === 'panes') continue;
        await face.go(page, path);
        await expect(page.locator(full).first(), name).toBeVisible();
        await settled(page);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wide, `${name} is wider than the screen`).toBeLessThanOrEqual(0);
        if (theme === 'light' && device === 'Pixel 7') await accessible(page);
        const keep = device === 'Pixel 7' && theme === 'dark' && ['session', 'inbox', 'board'].includes(name);
        await picture(
          page,
          info,
          `${name}-${device === 'Pixel 7' ? 'phone' : 'iphone'}${theme === 'dark' ? '' : '-light'}`,
          keep,
        );
      }
    }
    await page.close();
  });
}

test('huge: a hundred sessions, two thousand cards, hundreds of notes', async ({ browserName: _ }, info) => {
  const { hub, page } = face;
  await deck();
  for (let i = 0; i < 94; i += 1) {
    await hub.api('POST', '/api/sessions', { agent: 'custom', name: `worker-${i}`, command: 'cat', cwd: hub.home });
  }
  const cards = Array.from({ length: 2000 }, (_, i) => ({
    number: i + 1,
    title: `Issue ${i + 1} ${'with a long name '.repeat(i % 9)}`.trim(),
    body: 'text',
    labels: [{ name: `area-${i % 12}` }],
    state: i % 3 === 0 ? 'closed' : 'open',
    html_url: `https://example.org/issues/${i + 1}`,
  }));
  await hub.api('POST', '/api/board/import', { format: 'github', text: JSON.stringify(cards) });
  for (let i = 0; i < 300; i += 1) await hub.api('POST', '/api/notes', { name: `Note ${i}`, body: `text ${i}` });
  for (const name of ['panes', 'sessions', 'board', 'notes', 'inbox']) {
    const view = VIEWS.find((each) => each.name === name);
    if (!view) throw new Error(name);
    await face.go(page, view.path);
    await expect(page.locator(view.full).first()).toBeVisible();
    await settled(page);
    await picture(page, info, `huge-${name}`);
  }
});
