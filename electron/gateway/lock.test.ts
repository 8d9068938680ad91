import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock, type LockRecord, readLock } from './lock.ts';

let dir: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'qd-lock-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(dir, { recursive: true });
});

const info = { url: 'http://127.0.0.1:1', token: 'secret', version: '1', protocol: 1 };
const path = () => join(dir, 'hub.lock');

/** A real process that tries to take the lock; resolves with what it says. */
function contender(mode = 'rude'): { said: Promise<string>; child: ChildProcess; ended: Promise<unknown> } {
  const script = join(import.meta.dirname, 'testing', 'lock-child.ts');
  const child = spawn(process.execPath, [script, dir, mode], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const said = new Promise<string>((resolve) => child.stdout?.once('data', (d) => resolve(String(d).trim())));
  return { said, child, ended };
}
const record = async () => JSON.parse(await readFile(path(), 'utf8')) as LockRecord;
const files = async () => (await readdir(dir)).sort();

describe('the lock', () => {
  it('names the running core, readable by its user only', async () => {
    await chmod(dir, 0o755);
    const lock = await acquireLock(dir, { ...info, url: '' });
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    await lock.update({ url: 'http://127.0.0.1:9' });
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    expect(await readLock(dir)).toMatchObject({
      pid: process.pid,
      url: 'http://127.0.0.1:9',
      token: 'secret',
      version: '1',
      protocol: 1,
    });
    await expect(acquireLock(dir, info)).rejects.toMatchObject({
      code: 'locked',
      data: { pid: process.pid, url: 'http://127.0.0.1:9' },
      message: expect.not.stringContaining('secret'),
    });
    await lock.release();
    expect(await readLock(dir)).toBeNull();
    expect(await files()).toEqual([]);
    await (await acquireLock(dir, info)).release();
  });
  it('says at once where no folder can be made, and makes the folders above its own where it can', async () => {
    for (const nowhere of ['/proc/quarterdeck/data', '/dev/null/data', join(dir, 'file', 'data')]) {
      await writeFile(join(dir, 'file'), '');
      await expect(acquireLock(nowhere, info), nowhere).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringContaining(nowhere),
      });
    }
    await (await acquireLock(join(dir, 'a', 'b', 'data'), info)).release();
    expect((await stat(join(dir, 'a', 'b', 'data'))).mode & 0o777).toBe(0o700);
  });
  it('goes to exactly one of many that start at once, and the others learn its address', async () => {
    const all = Array.from({ length: 6 }, () => contender());
    const said = await Promise.all(all.map((c) => c.said));
    const winners = said.filter((s) => s.startsWith('won'));
    expect(winners.length).toBe(1);
    const pid = Number(winners[0]?.split(' ')[1]);
    for (const s of said.filter((s) => !s.startsWith('won'))) {
      expect(s).toBe(`locked ${JSON.stringify({ pid, url: `http://127.0.0.1:${pid}` })}`);
    }
    expect(await readLock(dir)).toMatchObject({ pid });
  });
  it('is taken over from a core that was killed, by exactly one of many', async () => {
    for (let round = 0; round < 2; round++) {
      const first = contender();
      expect(await first.said).toMatch(/^won/);
      first.child.kill('SIGKILL');
      await first.ended;
      expect(await readLock(dir)).toBeNull();
      const all = Array.from({ length: 4 }, () => contender());
      const said = await Promise.all(all.map((c) => c.said));
      expect(said.filter((s) => s.startsWith('won')).length).toBe(1);
      expect(await files()).toEqual(['hub.lock']);
      for (const { child, ended } of all) {
        child.kill('SIGKILL');
        await ended;
      }
    }
  });
  it('is free after a polite end', async () => {
    const first = contender('polite');
    await first.said;
    first.child.stdin?.end();
    await first.ended;
    expect(await files()).toEqual([]);
  });
  it('is not believed when its pid belongs to another process now', async () => {
    const lock = await acquireLock(dir, info);
    const held = await record();
    await writeFile(path(), JSON.stringify({ ...held, birth: 'other-boot/1' }));
    expect(await readLock(dir)).toBeNull();
    const again = await acquireLock(dir, info);
    expect((await record()).generation).not.toBe(held.generation);
    // The first one is not ours to remove any more, nor to write.
    await lock.update({ url: 'http://wrong' });
    await lock.release();
    expect(await readLock(dir)).toMatchObject({ url: info.url });
    await again.release();
  });
  it('steps over heirs that died half-way', async () => {
    const dead = { ...info, pid: 0, startedAt: 1, birth: null };
    await writeFile(path(), JSON.stringify({ ...dead, generation: 'g1' }));
    await writeFile(`${path()}.next-g1`, JSON.stringify({ ...dead, generation: 'g2' }));
    await writeFile(`${path()}.next-g2`, JSON.stringify({ ...dead, generation: 'g3' }));
    const lock = await acquireLock(dir, info);
    expect(await files()).toEqual(['hub.lock']);
    expect(await readLock(dir)).toMatchObject({ pid: process.pid });
    await lock.release();
  });
  it('gives way to an heir that is just finishing', async () => {
    const first = await acquireLock(dir, info);
    const mine = await record();
    await writeFile(path(), JSON.stringify({ ...mine, pid: 0, generation: 'g1' }));
    await writeFile(`${path()}.next-g1`, JSON.stringify({ ...mine, generation: 'g2' }));
    await expect(acquireLock(dir, info)).rejects.toMatchObject({ code: 'locked' });
    await first.release();
  });
  it('survives damage, and does not follow a link out of the folder', async () => {
    for (const damage of ['', '{', 'null', '[]', '{"pid":"x","generation":"../../x"}', '\0\0']) {
      await writeFile(path(), damage);
      expect(await readLock(dir)).toBeNull();
      await (await acquireLock(dir, info)).release();
    }
    await writeFile(path(), '{');
    await writeFile(`${path()}.next-damaged-0`, '{');
    await (await acquireLock(dir, info)).release();
    expect(await files()).toEqual([]);
    await symlink('/etc/passwd', path());
    await expect(readLock(dir)).rejects.toMatchObject({ code: 'refused' });
    await expect(acquireLock(dir, info)).rejects.toMatchObject({ code: 'refused' });
  });
});
