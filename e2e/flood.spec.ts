/** Programs that write faster than a page can draw: typing goes on, and in the end every pane shows what tmux holds. */
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
  expect(face.complaints).toEqual([]);
});
