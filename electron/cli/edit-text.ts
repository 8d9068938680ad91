/** A text in the user's own editor. What was typed is never lost: the file stays until the hub has taken it. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault, isFault } from '../../shared/fault.ts';
import { warn } from './print.ts';

/**
 * Opens `text` in $VISUAL, $EDITOR or vi, and hands what was saved to `save`. Null when nothing was changed. When `save`
 * fails, the file is kept and its path told on standard error; the failure goes on.
 */
export async function editText<T>(name: string, text: string, save: (text: string) => Promise<T>): Promise<T | null> {
  const editor = process.env['VISUAL'] || process.env['EDITOR'] || 'vi';
  const folder = await mkdtemp(join(tmpdir(), 'qd-edit-'));
  const file = join(
    folder,
    `${name
      .replace(/[^\p{L}\p{N} ._-]/gu, '_')
      .slice(0, 60)
      .replace(/^\.+/, '')}.md`,
  );
  await writeFile(file, text, { mode: 0o600 });
  const code = await new Promise<number | null>((resolve, reject) => {
    // $EDITOR may have words of its own, such as `code --wait`.
    const run = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
    run.on('error', reject);
    run.on('close', resolve);
  });
  const after = await readFile(file, 'utf8').catch(() => null);
  if (code !== 0 || after === null || after === text) {
    if (code !== 0 && after !== null && after !== text) warn(`your text is kept in ${file}`);
    else await rm(folder, { recursive: true, force: true });
    if (code !== 0) throw new Fault('refused', `the editor (${editor}) ended with ${code}; nothing was written`);
    return null;
  }
  try {
    const saved = await save(after);
    await rm(folder, { recursive: true, force: true });
    return saved;
  } catch (error) {
    warn(`your text is kept in ${file}`);
    if (!isFault(error)) throw error;
    throw new Fault(error.code, error.message, { ...error.data, file }, error);
  }
}
