/** The files of a session in a real browser: found, read, edited without losing anybody's change, put there from this device. */
import { readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { AGENT, accessible, type Face, startFace } from './face.ts';
import { eventually } from './hub.ts';
import { makeRepository, type Repository } from './repository.ts';

test.describe.configure({ mode: 'serial' });

let face: Face;
let page: Page;
let repo: Repository;

/** One red point. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const tree = (which: Page = page) => which.getByRole('tree', { name: 'Files' });
/** Whole at once: a file that is just being written would be read, and compared, half. */
const replaceReadme = async (text: string) => {
  const next = join(face.hub.dir, 'README.next');
  await writeFile(next, text);
  await rename(next, join(repo.root, 'README.md'));
};
const onDisk = (path: string) => readFile(join(repo.root, path), 'utf8');

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  face = await startFace(browser);
  page = face.page;
  repo = await makeRepository(face.hub, 'docs', {
    'README.md': '# Docs\n\nHello **there**, <b>no HTML</b>.\n',
    'src/deep/code.ts': 'export const answer = 42; // the answer\n',
    'windows.txt': 'one\r\ntwo\r\n',
    'mixed.txt': 'one\r\ntwo\n',
    '.gitignore': 'out/\n',
    'out.txt': 'x\n',
  });
  await repo.write('out/made.js', '1;\n');
  await repo.write('dot.png', Buffer.from(PNG, 'base64'));
  await repo.write('data.bin', new Uint8Array([0, 1, 2, 3, 255]));
  await face.hub.api('POST', '/api/sessions', { agent: 'claude', name: 'writer', command: AGENT, cwd: repo.root });
});
test.afterAll(async () => {
  await face?.close();
});

test('the tree is walked by keyboard, without what git ignores unless asked', async () => {
  await face.go(page, '/s/writer/files');
  await expect(tree().getByRole('treeitem', { name: 'README.md' })).toBeVisible();
  await expect(tree().getByRole('treeitem', { name: 'out', exact: true })).toHaveCount(0);
  await accessible(page);
  await page.keyboard.press('t');
  await expect(tree()).toBeFocused();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await expect(tree().getByRole('treeitem', { name: 'deep' })).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(tree().getByRole('treeitem', { name: 'code.ts' })).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/path=src%2Fdeep%2Fcode\.ts$/);
  await expect(page.getByRole('region', { name: 'Text' }).locator('[data-t="keyword"]').first()).toBeVisible();
  await page.getByRole('button', { name: 'Show ignored files' }).click();
  await expect(tree().getByRole('treeitem', { name: 'out', exact: true })).toBeVisible();
});

test('a file is found by letters of its path; pages, pictures and bytes are shown as what they are', async () => {
  await page.keyboard.press('Control+p');
  // Typed at once: the letters are the finder's, and Enter is about what they find, not about the list of before.
  await page.keyboard.type('read');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Docs' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Page' }).locator('b')).toHaveCount(0);
  await page.keyboard.press('Control+p');
  await expect(page.getByRole('option', { name: /README\.md/ })).toBeVisible();
  await accessible(page);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('combobox', { name: 'Find a file' })).toHaveCount(0);
  await tree().getByRole('treeitem', { name: 'dot.png' }).click();
  await expect(page.getByRole('img', { name: 'dot.png' })).toBeVisible();
  await tree().getByRole('treeitem', { name: 'data.bin' }).click();
  await expect(page.getByRole('heading', { name: 'A binary file' })).toBeVisible();
  await tree().getByRole('treeitem', { name: 'mixed.txt' }).click();
  await expect(page.getByText('Its line ends are mixed')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Edit', exact: true })).toHaveCount(0);
});

test('a text is edited and saved by keyboard, and keeps its line ends', async () => {
  await tree().getByRole('treeitem', { name: 'windows.txt' }).click();
  await expect(page.getByText('Windows line ends (CRLF)')).toBeVisible();
  await page.getByRole('button', { name: 'Copy the path' }).focus();
  await page.keyboard.press('e');
  const area = page.getByRole('textbox', { name: 'Text of windows.txt' });
  await expect(area).toBeFocused();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('three\n');
  await expect(page.getByText('Unsaved', { exact: true })).toBeVisible();
  await page.keyboard.press('Control+s');
  await expect(page.getByText('Saved windows.txt')).toBeVisible();
  expect(await onDisk('windows.txt')).toBe('one\r\ntwo\r\nthree\r\n');
});

test('what is typed outlives going elsewhere and a reload', async () => {
  await tree().getByRole('treeitem', { name: 'README.md' }).click();
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const area = page.getByRole('textbox', { name: 'Text of README.md' });
  await area.fill('# Docs\n\nMine.\n');
  await expect(page.getByRole('region', { name: 'Preview' }).getByText('Mine.')).toBeVisible();
  await page.getByRole('link', { name: /Changes/ }).click();
  await expect(page.getByRole('grid', { name: 'Changed lines' })).toBeVisible();
  page.once('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await page.getByRole('link', { name: 'Files', exact: true }).click();
  await tree()
    .getByRole('treeitem', { name: /README\.md/ })
    .click();
  await expect(area).toHaveValue('# Docs\n\nMine.\n');
  await expect(tree().getByText('unsaved')).toHaveCount(1);
  await accessible(page);
});

test('saving over what an agent changed asks: theirs, mine, or both', async () => {
  const area = page.getByRole('textbox', { name: 'Text of README.md' });
  await replaceReadme('# Docs\n\nBy the agent.\n');
  await area.focus();
  await page.keyboard.press('Control+s');
  const conflict = page.getByRole('region', { name: 'Conflict' });
  await expect(conflict.getByText('By the agent.')).toBeVisible();
  await expect(conflict.getByText('Mine.')).toBeVisible();
  expect(await onDisk('README.md')).toBe('# Docs\n\nBy the agent.\n');
  await accessible(page);
  // Theirs; then what was typed is brought back.
  await conflict.getByRole('button', { name: 'Take theirs' }).click();
  await expect(page.getByRole('region', { name: 'Page' }).getByText('By the agent.')).toBeVisible();
  await page.getByRole('button', { name: 'Bring it back' }).click();
  await expect(area).toHaveValue('# Docs\n\nMine.\n');
  // Both in one text.
  await replaceReadme('# Docs\n\nBy the agent again.\n');
  await expect(page.getByText('It was changed in the folder meanwhile.')).toBeVisible();
  await page.getByRole('button', { name: 'Compare' }).click();
  await conflict.getByRole('button', { name: 'Edit both together' }).click();
  await expect(area).toHaveValue(
    '# Docs\n\n<<<<<<< yours\nMine.\n=======\nBy the agent again.\n>>>>>>> in the folder\n',
  );
  await area.fill('# Docs\n\nBoth.\n');
  await area.press('Control+s');
  await expect(page.getByRole('region', { name: 'Page' }).getByText('Both.')).toBeVisible();
  expect(await onDisk('README.md')).toBe('# Docs\n\nBoth.\n');
  // Mine, over it; and a file that is gone.
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await area.fill('# Mine\n');
  await replaceReadme('# Third\n');
  await area.press('Control+s');
  await conflict.getByRole('button', { name: 'Keep mine' }).click();
  await expect.poll(() => onDisk('README.md')).toBe('# Mine\n');
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await area.fill('# Still mine\n');
  await unlink(join(repo.root, 'README.md'));
  await area.press('Control+s');
  await conflict.getByRole('button', { name: 'Save it as a new file' }).click();
  await expect.poll(() => onDisk('README.md').catch(() => '')).toBe('# Still mine\n');
});

test('a new file is made where the cursor is, and only when it is saved', async () => {
  await face.go(page, '/s/writer/files?path=src%2Fdeep%2Fcode.ts');
  await tree().getByRole('treeitem', { name: 'code.ts' }).click();
  await page.getByRole('button', { name: 'New file' }).click();
  const dialog = page.getByRole('dialog', { name: 'New file' });
  await expect(dialog.getByLabel('Path')).toHaveValue('src/deep/');
  await dialog.getByLabel('Path').fill('../out.md');
  await dialog.getByRole('button', { name: 'Write it' }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await dialog.getByLabel('Path').fill('src/deep/plan.md');
  await dialog.getByRole('button', { name: 'Write it' }).click();
  await page.getByRole('textbox', { name: 'Text of plan.md' }).fill('# Plan\n');
  await expect(onDisk('src/deep/plan.md')).rejects.toThrow();
  await page.keyboard.press('Control+s');
  await expect.poll(() => onDisk('src/deep/plan.md').catch(() => '')).toBe('# Plan\n');
  await expect(tree().getByRole('treeitem', { name: 'plan.md' })).toBeVisible();
});

test('files of this device are put there; what exists is replaced only when said', async () => {
  const picker = page.getByLabel('Files to upload');
  await tree().getByRole('treeitem', { name: 'windows.txt' }).click();
  await picker.setInputFiles([
    { name: 'fresh.txt', mimeType: 'text/plain', buffer: Buffer.from('fresh\n') },
    { name: 'windows.txt', mimeType: 'text/plain', buffer: Buffer.from('other\n') },
    { name: 'large.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(17 * 1024 * 1024) },
  ]);
  const uploads = page.getByRole('region', { name: 'Uploads' });
  await expect(uploads.getByRole('listitem').filter({ hasText: 'fresh.txt' }).getByText('there')).toBeVisible();
  await expect(uploads.getByText('A file may have 16 MB at most')).toBeVisible();
  const taken = uploads.getByRole('listitem').filter({ hasText: 'windows.txt' });
  await expect(taken.getByText('is there already')).toBeVisible();
  expect(await onDisk('windows.txt')).toContain('three');
  await accessible(page);
  await taken.getByRole('button', { name: 'Replace' }).click();
  await expect.poll(() => onDisk('windows.txt')).toBe('other\n');
  await expect(tree().getByRole('treeitem', { name: 'fresh.txt' })).toBeVisible();
  // The open file is read anew.
  await expect(page.getByRole('region', { name: 'Text' }).getByText('other')).toBeVisible();
});

test('a picture that is pasted goes into the folder, and its path into the prompt', async () => {
  await face.go(page, '/s/writer');
  const prompt = page.getByRole('textbox', { name: 'Prompt for writer' });
  await prompt.fill('look at');
  await prompt.evaluate((element, data) => {
    const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
    const clipboard = new DataTransfer();
    clipboard.items.add(new File([bytes], 'image.png', { type: 'image/png' }));
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: clipboard, bubbles: true, cancelable: true }));
  }, PNG);
  await expect(prompt).toHaveValue(/^look at \.quarterdeck\/pasted\/[0-9-]+\.png $/);
  const path = (await prompt.inputValue()).slice('look at '.length).trim();
  expect((await readFile(join(repo.root, path))).toString('base64')).toBe(PNG);
  // git is not bothered with it.
  expect(await repo.git('status', '--porcelain', '--untracked-files=all')).not.toContain('.quarterdeck');
  await prompt.fill('');
});

test('on a phone the tree and the file take turns', async () => {
  const phone = await face.open('Pixel 7');
  await face.go(phone, '/s/writer/files');
  await tree(phone).getByRole('treeitem', { name: 'README.md' }).tap();
  await expect(phone.getByRole('heading', { name: 'Still mine' })).toBeVisible();
  await expect(tree(phone)).toHaveCount(0);
  await accessible(phone);
  await phone.getByRole('button', { name: 'Edit', exact: true }).tap();
  await phone.getByRole('textbox', { name: 'Text of README.md' }).fill('# By thumb\n');
  await phone.getByRole('button', { name: 'Save' }).tap();
  await expect.poll(() => onDisk('README.md')).toBe('# By thumb\n');
  await phone.getByRole('button', { name: 'Back to the files' }).tap();
  await expect(tree(phone)).toBeVisible();
  expect(await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await phone.context().close();
});

test('a file that the agent writes shows by itself, in the tree and where it is open', async () => {
  await face.go(page, '/s/writer/files?path=windows.txt');
  await expect(page.getByRole('region', { name: 'Text' }).getByText('other')).toBeVisible();
  await repo.write('from-agent.txt', 'new\n');
  await repo.write('windows.txt', 'changed by the agent\n');
  await eventually(
    () => tree().getByRole('treeitem', { name: 'from-agent.txt' }).count(),
    (count) => count === 1,
    'the new file',
  );
  await expect(page.getByRole('region', { name: 'Text' }).getByText('changed by the agent')).toBeVisible();
});

test('names of any kind are shown as they are and lead to their file; a long one is not read whole', async () => {
  const names = [
    'two words .txt',
    'new\nline.txt',
    'עברית\u202egpj.txt',
    '🦊 日本語.txt',
    '<img src=x>&amp;.txt',
    `-rf "it's" #?%41.txt`,
  ];
  await Promise.all(names.map((name, i) => repo.write(name, `content ${i} of it\n`)));
  await repo.write('long.log', `${'a line of a long log\n'.repeat(262_144)}`);
  await face.go(page, '/s/writer/files');
  for (const [i, name] of names.entries()) {
    await tree()
      .getByRole('treeitem')
      .filter({ has: page.locator(`[title=${JSON.stringify(name).replaceAll('\\n', '\\a ')}]`) })
      .click();
    await expect(page.getByRole('region', { name: 'Text' }).getByText(`content ${i} of it`)).toBeVisible();
    await page.reload();
    await expect(page.getByRole('region', { name: 'Text' }).getByText(`content ${i} of it`)).toBeVisible();
  }
  // What turns the reading direction around does so inside the name only, and shows.
  await accessible(page);
  const started = Date.now();
  await tree().getByRole('treeitem', { name: 'long.log' }).click();
  await expect(page.getByText('Only the first megabyte of')).toBeVisible();
  test.info().annotations.push({ type: '5 MB file open, ms', description: String(Date.now() - started) });
  await page.getByRole('region', { name: 'Text' }).hover();
  await page.mouse.wheel(0, 100_000);
  expect(await page.locator('*').count()).toBeLessThan(3000);
  expect(face.complaints).toEqual([]);
});
