import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SETTING_KEYS } from './keys.ts';

const ROOT = join(import.meta.dirname, '../../..');

async function sources(folder: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/core\/settings\/|\/fixtures\/|\/testing\//.test(path));
  return Promise.all(paths.map((path) => readFile(path, 'utf8')));
}

// A setting that is documented, checked and stored, and then read by nothing, is worse than none.
it('every setting is read outside this room', async () => {
  const code = (await Promise.all(['electron', 'renderer'].map(sources))).flat().join('\n');
  const unread = SETTING_KEYS.filter((key) => !new RegExp(`value\\(\\s*'${key}'`).test(code));
  expect(unread).toEqual([]);
});
