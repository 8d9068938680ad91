/** What people and programs write, in a real browser: input methods, long pastes, wide and joined signs, right to left, zoom, rest. */
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type CDPSession, expect, type Page, test } from '@playwright/test';
import { routes } from '../renderer/app/routes.ts';
import type { Receipt } from '../shared/contract/prompts.ts';
import type { Session } from '../shared/contract/sessions.ts';
import { AGENT, type Face, startFace } from './face.ts';
import { eventually, ROOT } from './hub.ts';
import { settled } from './views.ts';

test.describe.configure({ mode: 'serial' });

let face: Face;
let page: Page;
let keys: CDPSession;
let log: string;

const area = (which: Page = page) => which.locator('.xterm-helper-textarea');
/** Every byte that the raw program was sent. */
const sent = async () => Buffer.from((await readFile(log, 'utf8')).replaceAll('\n', ''), 'hex').toString('utf8');
const forget = async (then: () => Promise<void>) => {
  const before = (await sent()).length;
  await then();
  return async () => (await sent()).slice(before);
};
/** An input method's own key: the page is told 229, and the method what it is. */
const imeKey = async (key: string) => {
  const event = { key, code: key, windowsVirtualKeyCode: 229, nativeVirtualKeyCode: 229 };
  await keys.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...event });
  await keys.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
};
const compose = (text: string) =>
  keys.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
/** As the browser pastes: the longest task of the page while it does, in ms. */
const paste = (where: Page, selector: string, text: string) =>
  where.locator(selector).evaluate(async (element, what) => {
    let worst = 0;
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) worst = Math.max(worst, entry.duration);
    });
    observer.observe({ type: 'longtask' });
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', what);
    const taken = !element.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true, composed: true }),
    );
    // What the browser does by itself with a real paste.
    if (!taken && !element.closest('.xterm')) document.execCommand('insertText', false, what);
    for (let i = 0; i < 10; i += 1) await new Promise(requestAnimationFrame);
    observer.disconnect();
    return Math.round(worst);
  }, text);

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  face = await startFace(browser);
  page = face.page;
  keys = await page.context().newCDPSession(page);
  log = join(face.hub.dir, 'raw.hex');
  await appendFile(log, '');
  const make = (name: string, command: string, agent = 'custom') =>
    face.hub.api('POST', '/api/sessions', { agent, name, command, cwd: face.hub.home });
  await make('raw', `${process.execPath} ${join(ROOT, 'e2e', 'receiver.mjs')} ${log}`);
  await make('echo', `sh -c 'stty -echo -icanon; echo READY; exec cat'`);
  await make('coder', `${AGENT} --log ${join(face.hub.dir, 'agent.log')}`, 'claude');
  for (const name of ['raw', 'echo'])
    await eventually(
      () => face.hub.api<{ text: string }>('GET', `/api/sessions/${name}/screen?format=json`),
      ({ text }) => text.includes('READY'),
      `${name} listens`,
    );
});
test.afterAll(async () => {
  expect(face.complaints).toEqual([]);
  await face?.close();
});

test('terminal: what is being composed is not sent, what was composed is sent once', async () => {
  await face.go(page, '/s/raw');
  await expect(page.getByRole('region', { name: 'Terminal of raw' }).getByText('READY')).toBeVisible();
  await page.locator('.xterm-screen').click();
  await expect(area()).toBeFocused();
  const got = await forget(async () => {
    for (const text of ['n', 'に', 'にh', 'にほ', 'にほn', 'にほん']) {
      await imeKey('Process');
      await compose(text);
    }
    // What is composed shows where the cursor is.
    await expect(page.locator('.composition-view')).toHaveText('にほん');
    expect(await sent()).not.toContain('に');
    await imeKey('Enter');
    await keys.send('Input.insertText', { text: '日本' });
    await expect(page.locator('.composition-view.active')).toHaveCount(0);
    await page.keyboard.type('x');
    await compose('ㅎ');
    await compose('하');
    await compose('한');
    await keys.send('Input.insertText', { text: '한' });
    // Given up: nothing is sent.
    await compose('gone');
    await compose('');
    await page.keyboard.type('.');
  });
  await eventually(got, (text) => text.endsWith('.'), 'the last key');
  expect(await got()).toBe('日本x한.');
});

test('composer: neither Enter nor Ctrl+Enter that belong to a composition send; afterwards the prompt goes once', async () => {
  await face.go(page, '/s/coder');
  const prompt = page.getByRole('textbox', { name: 'Prompt for coder' });
  await prompt.focus();
  await compose('にほん');
  for (const modifiers of [0, 2]) {
    const enter = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13, modifiers } as const;
    await keys.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...enter });
    await keys.send('Input.dispatchKeyEvent', { type: 'keyUp', ...enter });
  }
  await keys.send('Input.insertText', { text: '日本' });
  // Safari tells of the key after the composition has ended.
  await prompt.evaluate((element) => {
    const safari = { key: 'Enter', keyCode: 229, ctrlKey: true, bubbles: true, cancelable: true };
    element.dispatchEvent(new KeyboardEvent('keydown', safari));
  });
  await expect(prompt).toHaveValue('日本');
  expect(await face.hub.api<Receipt[]>('GET', '/api/sessions/coder/prompts')).toEqual([]);
  await page.keyboard.press('Control+Enter');
  await expect(prompt).toHaveValue('');
  const prompts = await eventually(
    // Made with the agent's first words.
    () => readFile(join(face.hub.dir, 'agent.log'), 'utf8').catch(() => ''),
    (text) => text.includes('日本'),
    'the prompt at the agent',
  );
  expect(prompts.match(/日本/g)).toHaveLength(1);
  // From right to left where the text is: in the composer, and in the list of what was sent.
  await prompt.fill('שלום, עולם');
  await expect(prompt).toHaveCSS('direction', 'rtl');
  await page.keyboard.press('Control+Enter');
  await expect(prompt).toHaveValue('');
  // The terminal shows it too, and is never turned around.
  const shown = page.getByRole('region', { name: 'Prompts' }).getByText('שלום, עולם').first();
  await expect(shown).toBeVisible();
  await expect(shown).toHaveCSS('direction', 'rtl');
});

test('100 KB pasted into a terminal arrive as they are, between one pair of marks; into the composer at once', async () => {
  await face.go(page, '/s/raw');
  await expect(page.getByRole('region', { name: 'Terminal of raw' }).getByText('READY')).toBeVisible();
  await page.locator('.xterm-screen').click();
  const line = (i: number) => `${i} line of a paste: ünï 日本 👩‍👩‍👧 e\u0301 \t$(rm) "q" \\ ${'.'.repeat(i % 60)}`;
  const text = Array.from({ length: 1100 }, (_, i) => line(i)).join('\n');
  expect(Buffer.byteLength(text)).toBeGreaterThan(100_000);
  let worst = 0;
  const got = await forget(async () => {
    worst = await paste(page, '.xterm-helper-textarea', text);
  });
  await eventually(got, (all) => all.includes('\x1b[201~'), 'the end of the paste');
  expect(await got()).toBe(`\x1b[200~${text.replaceAll('\n', '\r')}\x1b[201~`);
  test.info().annotations.push({ type: 'longest task, ms', description: String(worst) });
  expect(worst).toBeLessThan(500);
  // A mark inside the text cannot end the paste.
  const hostile = await forget(async () => {
    await paste(page, '.xterm-helper-textarea', 'a\x1b[201~\nrm -rf\n\x1b[2\x1b[201~01~b');
    await page.keyboard.type('!');
  });
  await eventually(hostile, (all) => all.endsWith('!'), 'the key after the paste');
  expect(await hostile()).toBe('\x1b[200~a\rrm -rf\rb\x1b[201~!');

  await face.go(page, '/s/coder');
  const prompt = page.getByRole('textbox', { name: 'Prompt for coder' });
  await prompt.focus();
  const composer = await paste(page, 'textarea[aria-label="Prompt for coder"]', text);
  await expect(prompt).toHaveValue(text);
  await page.keyboard.type(' end');
  await expect(prompt).toHaveValue(`${text} end`);
  test.info().annotations.push({ type: 'composer, longest task, ms', description: String(composer) });
  await prompt.fill('');
});

test('who comes after a program asked for mouse, paste marks, its own screen and cursor keys has them all', async () => {
  const receiver = `${process.execPath} ${join(ROOT, 'e2e', 'receiver.mjs')}`;
  const asked = { mouse: '?1000;1006;2004h', screen: '?1049h\\033[?1h' };
  for (const [name, modes] of Object.entries(asked)) {
    const file = join(face.hub.dir, `${name}.hex`);
    await appendFile(file, '');
    const command = `printf '\\033[${modes}'; exec ${receiver} ${file} --plain`;
    await face.hub.api('POST', '/api/sessions', { agent: 'custom', name, command, cwd: face.hub.home });
    await eventually(
      () => face.hub.tmux('capture-pane', '-p', '-t', `=${name}:`),
      (text) => text.includes('READY'),
      `${name} listens`,
    );
  }
  const got = async (name: string) =>
    Buffer.from((await readFile(join(face.hub.dir, `${name}.hex`), 'utf8')).replaceAll('\n', ''), 'hex').toString();
  // The first viewer is late, and so is one after a reload.
  for (const times of [1, 2]) {
    await face.go(page, '/s/mouse');
    await expect(page.getByRole('region', { name: 'Terminal of mouse' }).getByText('READY')).toBeVisible();
    await page.locator('.xterm-screen').click({ position: { x: 40, y: 40 } });
    const clicked = await eventually(
      () => got('mouse'),
      (text) => (text.match(/\x1b\[<0;\d+;\d+m/g) ?? []).length === times,
      'the click',
    );
    expect(clicked).toMatch(/\x1b\[<0;\d+;\d+M/);
    await paste(page, '.xterm-helper-textarea', 'pasted');
    await eventually(
      () => got('mouse'),
      (text) => text.split('\x1b[200~pasted\x1b[201~').length === times + 1,
      'the paste between its marks',
    );
    await face.go(page, '/s/screen');
    await expect(page.getByRole('region', { name: 'Terminal of screen' }).getByText('READY')).toBeVisible();
    await page.locator('.xterm-screen').click();
    await expect(area()).toBeFocused();
    await page.keyboard.press('ArrowLeft');
    await eventually(
      () => got('screen'),
      (text) => text.split('\x1bOD').length === times + 1,
      'the cursor key as the program wants it',
    );
    // A screen of its own has nothing to scroll back to: the wheel is its cursor keys.
    await page.mouse.wheel(0, -200);
    await eventually(
      () => got('screen'),
      (text) => text.slice(text.lastIndexOf('\x1bOD')).includes('\x1bOA'),
      'the wheel',
    );
  }
});

test('emoji, joined signs, marks and CJK: browser, hub and tmux have the cursor in the same column', async () => {
  // Nothing newer than Unicode 14: tmux asks its C library, and an older one does not know it.
  const samples = [
    ['emoji', '🦀🫠🥲'],
    ['CJK', '日本語 한국어 ｆｕｌｌ'],
    ['marks', 'e\u0301 n\u0303 กำ क्षि'],
    ['family', '👨‍👩‍👧‍👦|👩‍💻|'],
    ['flags', '🇩🇪🇯🇵 🏳️‍🌈 🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['skin', '👍🏽 🧑🏽‍🚀 ❤️ 1️⃣'],
    ['right to left', 'אבג العربية abc'],
    ['invisible', 'a\u200bb\u200dc'],
  ] as const;
  await face.go(page, '/s/echo');
  const live = page.getByRole('region', { name: 'Terminal of echo' });
  await expect(live.getByText('READY')).toBeVisible();
  await page.locator('.xterm-screen').click();
  const truth = async () => Number(await face.hub.tmux('display-message', '-p', '-t', '=echo:', '#{cursor_x}'));
  const column = async () => {
    const { cols } = await face.hub.api<Session>('GET', '/api/sessions/echo');
    return area().evaluate((element, all) => {
      const screen = element.closest('.xterm')?.querySelector('.xterm-screen');
      return Math.round((Number.parseFloat(element.style.left) / (screen?.clientWidth ?? 1)) * all);
    }, cols);
  };
  const hub = async () =>
    (await face.hub.api<{ cursor: { x: number } }>('GET', '/api/sessions/echo/screen?format=json')).cursor.x;
  for (const [i, [name, text]] of samples.entries()) {
    await face.hub.api('POST', '/api/sessions/echo/keys', { text: `${text}${i}#` });
    await eventually(
      () => face.hub.tmux('capture-pane', '-p', '-t', '=echo:'),
      (screen) => screen.trimEnd().endsWith(`${i}#`),
      name,
    );
    const x = await truth();
    await expect.soft.poll(hub, `${name} at the hub`).toBe(x);
    await expect.soft.poll(column, `${name} in the browser`).toBe(x);
    await face.hub.api('POST', '/api/sessions/echo/keys', { keys: ['Enter'] });
  }
  await face.hub.api('POST', '/api/sessions/echo/keys', { text: '👨‍👩‍👧‍👦🫠#' });
  await eventually(hub, (x) => x === 5, 'the last line');
  // Who comes late gets the same from the hub's picture.
  await page.reload();
  await page.locator('.xterm-screen').click();
  await expect.poll(column).toBe(await truth());
  // The terminal itself is never turned around.
  expect(await page.locator('.xterm').evaluate((element) => getComputedStyle(element).direction)).toBe('ltr');
});

test('at 200 % zoom no screen scrolls sideways and nothing that can be pressed is cut off', async () => {
  test.setTimeout(480_000);
  const zoomed = await face.open('desktop', { viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 });
  const paths = Object.values(routes).filter((path) => !path.includes(':'));
  for (const path of [...paths, '/s/raw', '/s/coder', '/s/coder/files', '/s/coder/changes']) {
    await face.walk(zoomed, path);
    await settled(zoomed);
    const found = await zoomed.evaluate(() => {
      const wide = document.documentElement.scrollWidth - innerWidth;
      const cut = [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea')]
        .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
        .filter((element) => !element.closest('.xterm, .visually-hidden, [aria-hidden="true"]'))
        .filter((element) => {
          const box = element.getBoundingClientRect();
          if (box.width <= 1 || box.height <= 1) return false;
          let across = false;
          let down = false;
          for (let each = element.parentElement; each; each = each.parentElement) {
            const style = getComputedStyle(each);
            across ||= /auto|scroll/.test(style.overflowX);
            down ||= /auto|scroll/.test(style.overflowY);
            const around = each.getBoundingClientRect();
            if (!across && /hidden|clip/.test(style.overflowX) && box.right > around.right + 1) return true;
            if (!down && /hidden|clip/.test(style.overflowY) && box.bottom > around.bottom + 1) return true;
          }
          return (!across && (box.right > innerWidth + 1 || box.left < -1)) || (!down && box.bottom > innerHeight + 1);
        })
        .map((element) => (element.getAttribute('aria-label') ?? element.textContent ?? '').slice(0, 60));
      return { wide, cut };
    });
    expect.soft(found, path).toEqual({ wide: 0, cut: [] });
  }
  await zoomed.context().close();
});

test('who wants no motion gets none: palette, dialogs, menus, notices', async () => {
  const still = await face.open('desktop', { reducedMotion: 'reduce' });
  const moving = () =>
    still.evaluate(() => {
      const ms = (text: string) =>
        Math.max(...text.split(',').map((each) => Number.parseFloat(each) * (each.trim().endsWith('ms') ? 1 : 1000)));
      return [...document.querySelectorAll('*')]
        .filter((element) => {
          const style = getComputedStyle(element);
          return (
            ms(style.transitionDuration) > 1 || (style.animationName !== 'none' && ms(style.animationDuration) > 1)
          );
        })
        .map((element) => `${element.tagName} ${element.className}`)
        .concat(
          document
            .getAnimations()
            .filter((each) => Number(each.effect?.getComputedTiming().duration ?? 0) > 1)
            .map((each) => `runs: ${(each.effect as KeyframeEffect).target?.className}`),
        );
    });
  await face.go(still, '/sessions');
  await still.getByRole('button', { name: 'New session' }).first().click();
  const start = still.getByRole('dialog', { name: 'Start a session' });
  // With the keyboard it hears the key that closes it.
  await expect(start.locator(':focus')).toHaveCount(1);
  expect(await moving()).toEqual([]);
  await still.keyboard.press('Escape');
  await expect(start).toHaveCount(0);
  await still.keyboard.press('Control+k');
  await expect(still.getByRole('combobox', { name: 'Find a command or session' })).toBeFocused();
  expect(await moving()).toEqual([]);
  await still.keyboard.press('Escape');
  await face.go(still, '/s/coder');
  await still.getByRole('button', { name: 'Actions for coder' }).click();
  await expect(still.getByRole('menu')).toBeVisible();
  expect(await moving()).toEqual([]);
  // The clipboard may be refused here; either is a notice.
  await still.getByRole('menuitem', { name: 'Copy attach command' }).click();
  await expect(still.getByText(/Copied|clipboard/).first()).toBeVisible();
  expect(await moving()).toEqual([]);
  await still.context().close();
});
