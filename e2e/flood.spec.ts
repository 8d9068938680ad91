/** What programs write, as panes draw it: faster than a page can draw, in parts of the screen, from right to left; who draws with WebGL. */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, expect, type Locator, test } from '@playwright/test';
import { type Face, startFace } from './face.ts';
import { eventually } from './hub.ts';

const NAMES = ['flood-0', 'flood-1', 'flood-2', 'flood-3'] as const;
/** Waits for Enter, then writes about 4 MB in colours. */
const PROGRAM =
  'read _; awk \'BEGIN { for (i = 0; i < 80000; i++) printf "\\033[3%dm%d the quick brown fox jumps over it\\033[0m\\n", i % 8, i }\'; echo "all is written"; exec cat';
let face: Face;

const terminal = (name: string): Locator => face.page.getByRole('region', { name: `Terminal of ${name}`, exact: true });
const begin = (name: string) => face.hub.tmux('send-keys', '-t', `=${name}:`, 'Enter');
const lines = (texts: readonly string[]): string =>
  texts
    .map((text) => text.replaceAll('\u00a0', ' ').trimEnd())
    .join('\n')
    .trimEnd();
const shown = async (name: string) => lines(await terminal(name).locator('.xterm-rows > div').allTextContents());
const truth = async (name: string) => lines((await face.hub.tmux('capture-pane', '-p', '-t', `=${name}:`)).split('\n'));

/** The page shows what tmux holds at that moment, and that is the end of the flood. */
const same = (name: string, end: string) =>
  eventually(
    async () => ({ page: await shown(name), tmux: await truth(name) }),
    ({ page, tmux }) => tmux.includes(end) && page === tmux,
    `${name} as tmux has it`,
    60_000,
  );

test.describe.configure({ mode: 'serial' });
test.beforeAll(async ({ browser }: { browser: Browser }) => {
  face = await startFace(browser);
  // Rows of plain elements can be read.
  await face.page.evaluate(() => localStorage.setItem('quarterdeck.drawing', 'dom'));
  for (const name of NAMES)
    await face.hub.api('POST', '/api/sessions', { agent: 'custom', name, cwd: face.hub.dir, command: PROGRAM });
  await face.page.reload();
  await expect(face.page.locator('.xterm-screen')).toHaveCount(NAMES.length);
});
test.afterAll(async () => {
  await face?.close();
});

test('typing goes on beside floods, and each pane ends as tmux has it', async () => {
  const [typed, ...floods] = NAMES;
  // This one echoes: its program has nothing to say before Enter.
  await terminal(typed).locator('.xterm-screen').click();
  for (const name of floods) await begin(name);
  await face.page.keyboard.type('hello beside the floods');
  await expect(terminal(typed).locator('.xterm-rows')).toContainText('hello beside the floods');
  for (const name of floods) await same(name, 'all is written');
  await same(typed, 'hello beside the floods');
});

test('a pane that was out of sight during its flood shows the end of it', async () => {
  const [hidden, other] = NAMES;
  await terminal(other).locator('.xterm-screen').click();
  await face.page.keyboard.press('Control+Shift+Enter');
  await expect(terminal(hidden)).toBeHidden();
  await begin(hidden);
  await eventually(
    () => truth(hidden),
    (text) => text.includes('all is written'),
    'the flood',
    60_000,
  );
  await face.page.keyboard.press('Control+Shift+Enter');
  await expect(terminal(hidden)).toBeVisible();
  await same(hidden, 'all is written');
});

test('what scrolls in a part of the screen, is put in and taken out, is drawn as tmux has it', async () => {
  const file = join(face.hub.dir, 'drawn');
  await appendFile(file, '');
  await face.hub.api('POST', '/api/sessions', { agent: 'custom', name: 'drawn', command: `tail -f ${file}` });
  await face.go(face.page, '/s/drawn');
  await expect(terminal('drawn').locator('.xterm-screen')).toBeVisible();
  let step = 0;
  const write = async (bytes: string) => {
    step += 1;
    // The mark is written where the last line is, whatever the bytes left behind.
    await appendFile(file, `${bytes}\x1b[r\x1b[20;1H\x1b[Kmark ${step}.`);
    await same('drawn', `mark ${step}.`);
  };
  const text = Array.from({ length: 18 }, (_, i) => `\x1b[${i + 1};1H\x1b[4${i % 7}mline ${i}\x1b[0m of é and 日本`);
  await write(text.join(''));
  await write(`\x1b[4;12r\x1b[12;1H${'\nnew below'.repeat(3)}`);
  await write(`\x1b[4;12r\x1b[4;1H${'\x1bMnew above\r'.repeat(2)}`);
  await write('\x1b[6;1H\x1b[2Lput in\x1b[9;1H\x1b[3M');
  await write('\x1b[3S\x1b[2T');
  await write(Array.from({ length: 60 }, (_, i) => `\x1b[999;1H\r\nscrolled ${i}`).join(''));
  await write('\x1b[?1049h\x1b[3;1Hanother screen');
  await write('\x1b[?1049l');
  // A selection, and none again, over lines that move.
  await terminal('drawn')
    .locator('.xterm-screen')
    .dblclick({ position: { x: 20, y: 100 } });
  await write(`\x1b[1;15r\x1b[15;1H${'\nbeneath a selection'.repeat(4)}`);
  await terminal('drawn')
    .locator('.xterm-screen')
    .click({ position: { x: 300, y: 100 } });
  await write(`\x1b[1;15r\x1b[15;1H${'\nafter it'.repeat(4)}`);
  // Back where one reads: rows come from above.
  await terminal('drawn').hover();
  await face.page.mouse.wheel(0, -400);
  const top = () => terminal('drawn').locator('.xterm-rows > div').first().textContent();
  await expect.poll(top).toContain('scrolled');
  await face.page.mouse.wheel(0, 4000);
  await same('drawn', `mark ${step}.`);
});

test('right to left: each letter stands in the column where tmux has it', async () => {
  const file = join(face.hub.dir, 'drawn');
  await appendFile(file, '\x1b[2J\x1b[1;1Hab שלום עולם cd\x1b[2;1Hab العربية لا cd\x1b[3;1Hab 12 אב 34 cd');
  await expect(terminal('drawn').locator('.xterm-rows > div').nth(2)).toContainText('34 cd');
  // Columns of every letter, from the left.
  const columns = await terminal('drawn').evaluate((region) => {
    const screen = region.querySelector('.xterm-screen')?.getBoundingClientRect() ?? new DOMRect();
    return [...region.querySelectorAll('.xterm-rows > div')].slice(0, 3).map((row) => {
      const places: number[] = [];
      const texts = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
      for (let node = texts.nextNode(); node; node = texts.nextNode()) {
        for (let i = 0; i < (node.textContent ?? '').length; i += 1) {
          const range = document.createRange();
          range.setStart(node, i);
          range.setEnd(node, i + 1);
          places.push(range.getBoundingClientRect().left - screen.left);
        }
      }
      return places;
    });
  });
  const cell = await terminal('drawn').evaluate(
    (region, cols) => (region.querySelector('.xterm-screen')?.clientWidth ?? 0) / cols,
    Number(await face.hub.tmux('display-message', '-p', '-t', '=drawn:', '#{pane_width}')),
  );
  for (const row of columns) {
    expect(row.length).toBeGreaterThan(12);
    for (const [i, left] of row.entries()) expect(Math.abs(left - i * cell), `letter ${i}`).toBeLessThan(cell / 3);
  }
});

test('at most twelve panes draw with WebGL; those out of sight give it back', async () => {
  test.slow();
  for (let i = 0; i < 12; i += 1)
    await face.hub.api('POST', '/api/sessions', { agent: 'custom', name: `still-${i}`, command: 'exec cat' });
  const page = await face.open('desktop');
  await page.evaluate(() => localStorage.setItem('quarterdeck.drawing', 'webgl'));
  await page.reload();
  const all = NAMES.length + 1 + 12;
  await expect(page.locator('.xterm-screen')).toHaveCount(all);
  const drawing = () => page.locator('.xterm-screen:has(canvas)').count();
  await expect.poll(drawing, { timeout: 60_000 }).toBe(12);
  await page.getByRole('region', { name: 'Terminal of still-11', exact: true }).locator('.xterm-screen').click();
  await page.keyboard.press('Control+Shift+Enter');
  await expect(page.getByRole('region', { name: 'Terminal of still-0', exact: true })).toBeHidden();
  await expect.poll(drawing, { timeout: 60_000 }).toBe(1);
  await page.keyboard.press('Control+Shift+Enter');
  await expect(page.getByRole('region', { name: 'Terminal of still-0', exact: true })).toBeVisible();
  await expect.poll(drawing, { timeout: 60_000 }).toBe(12);
  // The one that is typed into is among them.
  await expect(
    page.getByRole('region', { name: 'Terminal of still-11', exact: true }).locator('canvas').first(),
  ).toBeAttached();
  expect(face.complaints).toEqual([]);
});
