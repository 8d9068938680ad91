/** The panes: arranged by mouse and by keys, kept in the hub for every browser of a person, filtered, chosen, lost and found. */
import { type Browser, expect, type Page, test } from '@playwright/test';
import type { Receipt } from '../shared/contract/prompts.ts';
import type { Session } from '../shared/contract/sessions.ts';
import { AGENT, accessible, type Face, startFace } from './face.ts';
import { eventually } from './hub.ts';
import { auto, box, choose, drag, fling, focused, layout, order, pane, terminal } from './panes-page.ts';

const NAMES = ['alpha', 'bravo', 'charlie', 'delta'] as const;
let face: Face;
let page: Page;

const sessionOf = (name: string) => face.hub.api<Session>('GET', `/api/sessions/${name}`);
const screen = async (name: string) =>
  (await face.hub.api<{ text: string }>('GET', `/api/sessions/${name}/screen?format=json`)).text;

test.describe.configure({ mode: 'serial' });
test.beforeAll(async ({ browser }: { browser: Browser }) => {
  face = await startFace(browser);
  page = face.page;
});
test.afterAll(async () => {
  await face?.close();
});

test('without a session it says the next step; one fills the screen', async () => {
  await expect(page.getByRole('heading', { name: 'No sessions yet' })).toBeVisible();
  await accessible(page);
  await face.hub.api('POST', '/api/sessions', { agent: 'claude', name: NAMES[0], command: AGENT, tags: ['back'] });
  await expect(pane(page, 'alpha')).toBeVisible();
  const rect = await box(page, 'alpha');
  expect(rect.width).toBeGreaterThan(1100);
  for (const name of NAMES.slice(1)) {
    const tags = name === 'bravo' ? ['front'] : ['back', 'slow'];
    await face.hub.api('POST', '/api/sessions', { agent: 'claude', name, command: AGENT, tags });
  }
  await expect(page.locator('[data-pane]')).toHaveCount(4);
  await eventually(
    () => Promise.all(NAMES.map(sessionOf)),
    (list) => list.every((each) => each.state === 'idle'),
    'the agents are ready',
  );
  // What a terminal measured of its letters the others do not measure again.
  const measuring = page.locator('.xterm-width-cache-measure-container');
  await expect(measuring).toHaveCount(4);
  const idle = () => measuring.evaluateAll((all) => all.filter((each) => each.textContent === '').length);
  await expect.poll(idle).toBeGreaterThan(0);
});

test('a pane is dragged beside another and keeps its terminal; a swap leaves the rest', async () => {
  await expect(terminal(page, 'alpha').locator('.xterm-screen')).toBeVisible();
  await terminal(page, 'alpha').evaluate((element) => element.setAttribute('data-same', 'yes'));
  await drag(page, 'alpha', 'delta', { x: 0.95, y: 0.5 });
  await expect(layout(page)).toHaveText('Arranged');
  await expect.poll(() => order(page)).toEqual(['bravo', 'charlie', 'delta', 'alpha']);
  const [d, a] = [await box(page, 'delta'), await box(page, 'alpha')];
  expect(Math.abs(d.y - a.y)).toBeLessThan(2);
  expect(a.x).toBeGreaterThan(d.x);
  await expect(terminal(page, 'alpha')).toHaveAttribute('data-same', 'yes');
  const before = await box(page, 'bravo');
  await drag(page, 'alpha', 'bravo', { x: 0.5, y: 0.5 });
  await expect.poll(() => order(page)).toEqual(['alpha', 'charlie', 'delta', 'bravo']);
  await expect.poll(() => box(page, 'alpha')).toEqual(before);
  await fling(page, 'charlie', 'alpha', { x: 0.5, y: 0.5 });
  await expect.poll(() => order(page)).toEqual(['charlie', 'alpha', 'delta', 'bravo']);
  await fling(page, 'alpha', 'charlie', { x: 0.5, y: 0.5 });
  await expect.poll(() => order(page)).toEqual(['alpha', 'charlie', 'delta', 'bravo']);
});

test('a gap is moved by mouse and by keys', async () => {
  const gap = page.getByRole('separator', { name: /Height/ });
  const rect = await gap.boundingBox();
  if (!rect) throw new Error('no gap');
  const before = await box(page, 'alpha');
  await page.mouse.move(rect.x + rect.width / 2, rect.y + 3);
  await page.mouse.down();
  await page.mouse.move(rect.x + rect.width / 2, rect.y + 103, { steps: 4 });
  await page.mouse.up();
  expect((await box(page, 'alpha')).height - before.height).toBeCloseTo(100, -1);
  await gap.focus();
  await page.keyboard.press('ArrowUp');
  expect((await box(page, 'alpha')).height - before.height).toBeCloseTo(84, -1);
  await page.keyboard.press('Enter');
  expect((await box(page, 'alpha')).height).toBeCloseTo((await box(page, 'delta')).height, -1);
  await accessible(page);
});

test('what was arranged is there after a reload, and in another browser', async () => {
  const now = await order(page);
  const there = await box(page, 'bravo');
  // Kept a moment after the last change.
  await eventually(
    async () => {
      const other = await face.open('desktop');
      await expect(other.locator('[data-pane]')).toHaveCount(4);
      const seen = { order: await order(other), rect: await box(other, 'bravo') };
      await other.context().close();
      return seen;
    },
    (seen) => seen.order.join() === now.join() && Math.abs(seen.rect.width - there.width) < 2,
    'the same arrangement elsewhere',
  );
  await page.reload();
  await expect(layout(page)).toHaveText('Arranged');
  await expect.poll(() => order(page)).toEqual(now);
});

test('by keys alone: go, zoom, move, split, close and show again', async () => {
  await auto(page);
  await page.keyboard.press(']');
  await expect.poll(() => focused(page)).toBe('alpha');
  await page.keyboard.press('Control+Shift+ArrowRight');
  await expect.poll(() => focused(page)).toBe('bravo');
  await page.keyboard.press('Control+Shift+ArrowDown');
  await expect.poll(() => focused(page)).toBe('delta');
  await page.keyboard.press('Control+Shift+H');
  await expect.poll(() => focused(page)).toBe('charlie');

  await page.keyboard.press('Control+Shift+Enter');
  await expect(pane(page, 'alpha')).toBeHidden();
  expect((await box(page, 'charlie')).width).toBeGreaterThan(1100);
  // Escape belongs to the program.
  await page.keyboard.type('half a thought');
  await eventually(
    () => screen('charlie'),
    (text) => text.includes('half a thought'),
    'what was typed',
  );
  await page.keyboard.press('Escape');
  expect((await box(page, 'charlie')).width).toBeGreaterThan(1100);
  await page.keyboard.press('Control+Shift+L');
  await expect.poll(() => focused(page)).toBe('delta');
  await expect(pane(page, 'charlie')).toBeHidden();
  await page.keyboard.press('Control+Shift+Enter');
  await expect(pane(page, 'alpha')).toBeVisible();

  const grip = pane(page, 'alpha').getByRole('button', { name: 'Move alpha' });
  await grip.focus();
  await page.keyboard.press('Enter');
  // Arrows before it is carried are nobody's.
  await expect(page.getByText('is picked up').first()).toBeAttached();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText('Left of bravo').first()).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText('Swap with bravo').first()).toBeVisible();
  await page.keyboard.press('Enter');
  await expect.poll(() => order(page)).toEqual(['bravo', 'alpha', 'charlie', 'delta']);
  await expect.poll(() => focused(page)).toBe('alpha');

  await page.keyboard.press('Control+Shift+X');
  await expect(pane(page, 'alpha')).toBeHidden();
  await expect(page.getByText('1 not shown')).toBeVisible();
  expect((await sessionOf('alpha')).state).toBe('idle');
  await expect.poll(() => focused(page)).toBe('charlie');
  await page.keyboard.press('Control+Shift+S');
  await expect(page.getByRole('dialog', { name: 'Split down with' })).toBeVisible();
  await page.keyboard.type('alp');
  await page.keyboard.press('Enter');
  await expect.poll(() => order(page)).toEqual(['bravo', 'charlie', 'alpha', 'delta']);
  const [c, a] = [await box(page, 'charlie'), await box(page, 'alpha')];
  expect(Math.abs(c.x - a.x)).toBeLessThan(2);
  expect(a.y).toBeGreaterThan(c.y);
  await page.keyboard.press('Control+Shift+X');
  await expect(pane(page, 'alpha')).toBeHidden();
  await page.keyboard.press('Control+Shift+Y');
  await expect(pane(page, 'alpha')).toBeVisible();
});

test('a name is changed in its head', async () => {
  await pane(page, 'bravo').getByRole('button', { name: 'Actions for bravo' }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByLabel('New name of bravo').fill('no spaces');
  await page.keyboard.press('Enter');
  await expect(page.getByText('letter or digit')).toBeVisible();
  await page.getByLabel('New name of bravo').fill('beta');
  await page.keyboard.press('Enter');
  await expect(pane(page, 'beta')).toBeVisible();
  expect((await sessionOf('beta')).name).toBe('beta');
  // F2 does the same; Escape leaves the name.
  await pane(page, 'beta').getByRole('button', { name: 'Move beta' }).focus();
  await page.keyboard.press('F2');
  await page.getByLabel('New name of beta').fill('gone');
  await page.keyboard.press('Escape');
  await expect(pane(page, 'beta')).toBeVisible();
  await face.hub.api('PATCH', '/api/sessions/beta', { rename: 'bravo' });
  await expect(pane(page, 'bravo')).toBeVisible();
});

test('layouts are saved, switched, renamed, deleted and rolled back, in two browsers at once', async () => {
  const other = await face.open('desktop');
  const save = async (which: Page, name: string) => {
    await choose(which, 'Save this arrangement');
    await which.getByRole('dialog').getByLabel('Name').fill(name);
    await which.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    await expect(layout(which)).toHaveText(name);
  };
  await auto(page);
  await drag(page, 'alpha', 'delta', { x: 0.5, y: 0.95 });
  await expect(layout(page)).toHaveText('Arranged');
  const stacked = await order(page);
  await save(page, 'Stacked');
  // The other browser saves its own at the same time: neither is lost.
  await Promise.all([save(page, 'One'), save(other, 'Two')]);
  await layout(page).click();
  for (const name of ['Stacked', 'One', 'Two'])
    await expect(page.getByRole('menuitem', { name: new RegExp(`^${name}`) })).toBeVisible();
  await page.keyboard.press('Escape');

  await auto(other);
  await choose(other, /^Stacked/);
  await expect.poll(() => order(other)).toEqual(stacked);
  await auto(other);
  await other.keyboard.press('Control+Shift+Digit1');
  await expect(layout(other)).toHaveText('Stacked');

  await choose(other, 'Rename Stacked');
  await other.getByRole('dialog').getByLabel('Name').fill('Tower');
  await other.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
  await expect(layout(other)).toHaveText('Tower');
  await choose(other, 'Delete Tower');
  await other.getByRole('dialog').getByRole('button', { name: 'Delete layout' }).click();
  await layout(other).click();
  await expect(other.getByRole('menuitem', { name: /^One/ })).toBeVisible();
  await expect(other.getByRole('menuitem', { name: /Tower/ })).toHaveCount(0);
  await other.keyboard.press('Escape');

  await choose(page, 'Restore an earlier version');
  const dialog = page.getByRole('dialog', { name: 'Restore an earlier version' });
  await dialog.getByText('Saved layouts', { exact: true }).click();
  await accessible(page);
  const version = dialog
    .getByRole('listitem')
    .filter({ hasText: 'Stacked, One, Two' })
    .or(dialog.getByRole('listitem').filter({ hasText: 'Stacked, Two, One' }));
  await version.getByRole('button').click();
  await choose(other, /^Stacked/);
  await expect.poll(() => order(other)).toEqual(stacked);

  // The screen itself has a history too.
  await auto(page);
  await expect.poll(() => order(page)).toEqual([...'alpha bravo charlie delta'.split(' ')]);
  await choose(page, 'Restore an earlier version');
  await eventually(
    () => dialog.getByRole('button', { name: /Restore version/ }).count(),
    (n) => n > 0,
    'earlier versions',
  );
  await dialog
    .getByRole('listitem')
    .filter({ hasText: /One: 4 panes/ })
    .first()
    .getByRole('button')
    .click();
  await expect(layout(page)).toHaveText('One');
  await expect.poll(() => order(page)).toEqual(stacked);
  await other.context().close();
});

test('a session that is gone leaves its place, and its successor of the same name has it', async () => {
  await auto(page);
  await drag(page, 'alpha', 'delta', { x: 0.95, y: 0.5 });
  await expect(layout(page)).toHaveText('Arranged');
  const before = await order(page);
  const place = await box(page, 'charlie');
  await face.hub.api('DELETE', '/api/sessions/charlie');
  await expect(page.locator('[data-pane]')).toHaveCount(3);
  await face.hub.api('POST', '/api/sessions', { agent: 'claude', name: 'charlie', command: AGENT, tags: ['back'] });
  await expect(page.locator('[data-pane]')).toHaveCount(4);
  await expect.poll(() => order(page)).toEqual(before);
  await expect.poll(() => box(page, 'charlie')).toEqual(place);
});

test('the filter counts, narrows and is in the address', async () => {
  await auto(page);
  await page.locator('main').focus();
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Filter by text' })).toBeFocused();
  await page.getByRole('button', { name: /^front/ }).click();
  await expect(page.getByText('1 of 4')).toBeVisible();
  await expect.poll(() => order(page)).toEqual(['bravo']);
  await expect(page).toHaveURL(/[?&]tag=front/);
  await page.getByRole('button', { name: /^back/ }).click();
  await expect(page.locator('[data-pane]')).toHaveCount(4);
  await page.getByRole('searchbox', { name: 'Filter by text' }).fill('del');
  await expect.poll(() => order(page)).toEqual(['delta']);
  await accessible(page);
  await page.reload();
  await expect.poll(() => order(page)).toEqual(['delta']);
  await page.getByRole('searchbox', { name: 'Filter by text' }).fill('nobody');
  await page.getByRole('button', { name: 'Show all 4' }).click();
  await expect(page.locator('[data-pane]')).toHaveCount(4);
  await expect(page).toHaveURL(/\/$/);
});

test('who needs somebody is jumped to, also from outside of the screen', async () => {
  await pane(page, 'delta').getByRole('button', { name: 'Actions for delta' }).click();
  await page.getByRole('menuitem', { name: /Close the pane/ }).click();
  await expect(pane(page, 'delta')).toBeHidden();
  await face.hub.api('POST', '/api/sessions/delta/prompts', { text: 'tool rm -rf build' });
  await face.hub.api('POST', '/api/sessions/bravo/prompts', { text: 'choose' });
  await expect(page.getByRole('button', { name: '2 need you' })).toBeVisible();
  const reached = new Set<string | null>();
  for (let i = 0; i < 2; i += 1) {
    await page.keyboard.press('Control+Shift+J');
    await expect.poll(async () => ['delta', 'bravo'].includes((await focused(page)) ?? '')).toBe(true);
    await eventually(
      () => focused(page),
      (name) => !reached.has(name),
      'the next one',
    );
    reached.add(await focused(page));
  }
  expect(reached).toEqual(new Set(['delta', 'bravo']));
  await choose(page, 'Auto');
  await page.getByRole('button', { name: /^Order:/ }).click();
  await page.getByRole('menuitem', { name: 'Needs you first' }).click();
  await expect.poll(async () => new Set((await order(page)).slice(0, 2))).toEqual(new Set(['delta', 'bravo']));
  await page.getByRole('button', { name: /^Order:/ }).click();
  await page.getByRole('menuitem', { name: 'As arranged' }).click();
  // Both dialogs away again.
  for (const name of ['delta', 'bravo']) await face.hub.api('POST', `/api/sessions/${name}/keys`, { keys: ['Escape'] });
});

test('some are chosen, and one prompt goes to just these', async () => {
  await pane(page, 'alpha')
    .locator('header')
    .click({ modifiers: ['Shift'], position: { x: 40, y: 16 } });
  await pane(page, 'charlie').hover();
  await page.getByRole('checkbox', { name: 'Select charlie' }).check();
  const bar = page.getByRole('region', { name: 'Selected panes' });
  await expect(bar.getByText('2 selected')).toBeVisible();
  await accessible(page);
  await bar.getByRole('button', { name: 'Tag' }).click();
  const tags = page.getByRole('dialog').getByLabel('Tags that all of them have');
  await expect(tags).toHaveValue('back');
  await tags.fill('back, chosen');
  await page.getByRole('button', { name: 'Save tags' }).click();
  await eventually(
    () => Promise.all(['alpha', 'charlie', 'bravo'].map(sessionOf)),
    (list) => list.map((each) => each.tags.includes('chosen')).join() === 'true,true,false',
    'the tags',
  );
  await bar.getByRole('button', { name: 'Send a prompt' }).click();
  const dialog = page.getByRole('dialog', { name: 'Send to several sessions' });
  await dialog.getByLabel('Prompt').fill('say TOGETHER');
  await dialog.getByRole('button', { name: 'Queue for 2' }).click();
  for (const name of ['alpha', 'charlie'])
    await eventually(
      () => screen(name),
      (text) => text.includes('TOGETHER'),
      `the prompt in ${name}`,
    );
  const others = await Promise.all(
    ['bravo', 'delta'].map((name) => face.hub.api<Receipt[]>('GET', `/api/sessions/${name}/prompts`)),
  );
  expect(others.flat().some((each) => each.text.includes('TOGETHER'))).toBe(false);
  await page.locator('main').focus();
  await page.keyboard.press('Escape');
  await expect(bar).toBeHidden();
});

test('stopping the chosen ones asks first', async () => {
  await face.hub.api('POST', '/api/sessions', { agent: 'custom', name: 'short', command: 'exec cat' });
  await pane(page, 'short')
    .locator('header')
    .click({ modifiers: ['Shift'], position: { x: 40, y: 16 } });
  await page.getByRole('region', { name: 'Selected panes' }).getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('dialog', { name: 'Stop short?' }).getByRole('button', { name: 'Stop session' }).click();
  await expect(pane(page, 'short')).toHaveCount(0);
});

test('a lost WebGL context leaves a pane that draws on', async () => {
  const context = await face.context({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript(() => {
    // The empty page before the first has no storage.
    if (location.protocol !== 'about:') localStorage.setItem('quarterdeck.drawing', 'webgl');
  });
  const gl = await context.newPage();
  await gl.goto(face.hub.banner.url);
  const canvas = terminal(gl, 'alpha').locator('canvas').first();
  await expect(canvas).toBeAttached({ timeout: 20_000 });
  // The text is in the picture only: no element holds it.
  await expect(terminal(gl, 'alpha').locator('.xterm-rows')).toHaveCount(0);
  await terminal(gl, 'alpha').evaluate((region) => {
    for (const each of region.querySelectorAll('canvas'))
      (each.getContext('webgl2') as WebGL2RenderingContext | null)?.getExtension('WEBGL_lose_context')?.loseContext();
  });
  await expect(terminal(gl, 'alpha').locator('.xterm-rows')).toContainText('TOGETHER', { timeout: 20_000 });
  await context.close();
});

test('every theme is free of accessibility faults; nothing was complained about', async () => {
  for (const theme of ['light', 'contrast', 'dark'] as const) {
    await face.theme(page, theme);
    await expect(page.locator('[data-pane]')).toHaveCount(4);
    // A theme changes colours: names, roles and order were read in the first one.
    await accessible(page, theme === 'light' ? undefined : ['color-contrast']);
  }
  expect(face.complaints).toEqual([]);
});
