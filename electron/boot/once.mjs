/** One set-up step at a time over processes: two `npm start`s, or a `qd` beside a build, must not install into each other. */
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LOCKS = join(fileURLToPath(new URL('../../', import.meta.url)), '.node');
const GIVE_UP_MS = 10 * 60_000;

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Runs `work` while holding the named lock; waits for another process that holds it, takes over from a dead one. */
export async function once(name, work) {
  await mkdir(LOCKS, { recursive: true });
  const lock = join(LOCKS, `${name}.lock`);
  const began = Date.now();
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const holder = Number(await readFile(lock, 'utf8').catch(() => '0'));
      const age = await stat(lock).then(
        (s) => Date.now() - s.mtimeMs,
        () => 0,
      );
      // an empty file is one that its maker is about to write; only an old one is a leftover
      if (holder ? !alive(holder) : age > 5000) await rm(lock, { force: true });
      else if (Date.now() - began > GIVE_UP_MS)
        throw new Error(
          `another set-up (process ${holder}) has held ${lock} for 10 minutes: end it or remove the file`,
        );
      else await new Promise((wake) => setTimeout(wake, 200));
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}
