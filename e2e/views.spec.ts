/**
 * Every view by mouse and by keyboard alone, light, dark and in high contrast; empty, loading, failed, full and huge. Each is
 * read by axe and stands as a picture in the report.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, type TestInfo, test } from '@playwright/test';
import type { ClientFrame } from '../shared/wire/client-frames.ts';
import type { ServerFrame } from '../shared/wire/frames.ts';
import { accessible, type Face, sequence, startFace, type Theme } from './face.ts';
import { type Seeded, seed } from './seed.ts';
import { parts, picture, settled, VIEWS } from './views.ts';

const run = promisify(execFile);
let face: Face;
let seeding: Promise<Seeded> | null = null;
/** The deck, made when the first test wants it; the empty screens were looked at before. */
const deck = (): Promise<Seeded> => {
  seeding ??= seed(face.hub);
  return seeding;
};
test.describe.configure({ mode: 'serial', timeout: 480_000 });
test.beforeAll(async ({ browser }) => {
  face = await startFace(browser, {}, { reducedMotion: 'reduce' });
});
test.afterAll(async () => {
  expect(face.complaints).toEqual([]);
  await face.close();
});

test('empty: each view says what it is for and what comes next', async ({ browserName: _ }, info) => {
  for (const { name, path } of VIEWS) {
    await face.walk(face.page, path);
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
  const keep = ['panes', 'inbox', 'board', 'usage', 'workers', 'changes', 'note', 'channel'];
  for (const theme of ['light', 'dark'] as const) {
    await face.go(face.page, '/');
    await face.theme(face.page, theme);
    for (const { name, path, full } of VIEWS) {
      const link = face.page.locator(`nav a[href="${path}"]`);
      if ((await link.count()) > 0) await link.first().click();
      else await face.walk(face.page, path);
      await look(name, full, theme, info, keep.includes(name) && theme === 'dark');
    }
    for (const [name, path, full] of parts(seeded)) {
      await face.walk(face.page, path);
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
    await face.walk(face.page, path);
    await look(name, full, 'contrast', info, false);
  }
});

async function look(name: string, full: string, theme: Theme, info: TestInfo, keep: boolean): Promise<void> {
  await expect(face.page.locator(full).first(), name).toBeVisible();
  await settled(face.page);
  // A theme changes colours: names, roles and order were read in the light one.
  await accessible(face.page, theme === 'light' ? undefined : ['color-contrast']);
  await picture(face.page, info, `${name}-${theme}`, keep);
}

test('full: by keyboard alone', async () => {
  const { page } = face;
  await deck();
  await face.go(page, '/');
  for (const { name, keys, full } of VIEWS) {
    if (keys === undefined) continue;
    await page.locator('main').focus();
    await sequence(page, keys);
    await expect(page.locator(full).first(), name).toBeVisible();
    // What is drawn again when it was read gives the keyboard up.
    await settled(page);
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

test('the commands on the screen of workers do what they say', async () => {
  const curl = await run('curl', ['--version']).then(
    () => true,
    () => false,
  );
  test.skip(!curl, 'curl is not installed');
  const { hub, page } = face;
  const seeded = await deck();
  const made = await hub.api<{ token: string }>('POST', '/api/tokens', { name: 'timer', scopes: ['type', 'run'] });
  const env = { PATH: process.env['PATH'] ?? '', QD_TOKEN: made.token };
  /** The command of this choice, run as it is copied but for what the test has no program for. */
  const answer = async (choice: string, end: RegExp, as = (command: string) => command) => {
    await page.getByText(choice, { exact: true }).click();
    const line = page.locator('main code').filter({ hasText: end });
    await expect(line).toHaveCount(1);
    const { stdout } = await run('sh', ['-c', as((await line.textContent()) ?? '')], { env });
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  await face.go(page, '/workers');
  await page.getByLabel('Session to prompt').selectOption('release');
  const receipt = await answer('Prompt a session', /\/api\/sessions\/release\/prompts$/);
  expect(receipt).toMatchObject({ session: 'release', text: expect.stringContaining('over night') });
  expect(await answer('Add a card', /\/api\/board\/cards$/)).toMatchObject({ title: 'The build of main is red' });
  const started = await answer('Start a session', /\/api\/sessions$/, (command) =>
    command.replace('"agent":"claude"', '"agent":"shell"'),
  );
  expect(started).toMatchObject({ agent: 'shell', cwd: seeded.repository });
  await hub.api('DELETE', `/api/sessions/${String(started['name'])}`);
});

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
