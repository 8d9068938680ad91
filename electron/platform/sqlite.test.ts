import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDb, unfitNode } from './sqlite.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'qd-sqlite-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

it('keeps every file of the database to its owner', async () => {
  const before = process.umask(0o000);
  try {
    const db = openDb(join(dir, 'new', 'core.db'));
    db.exec('CREATE TABLE t (a)');
    const files = await readdir(join(dir, 'new'));
    expect(files.sort()).toEqual(['core.db', 'core.db-shm', 'core.db-wal']);
    for (const file of files) expect((await stat(join(dir, 'new', file))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dir, 'new'))).mode & 0o777).toBe(0o700);
    db.close();
  } finally {
    process.umask(before);
  }
});

it('rolls a transaction back as a whole, an inner one alone, and refuses one that is asynchronous', () => {
  const db = openDb(join(dir, 'core.db'));
  db.exec('CREATE TABLE t (a INTEGER)');
  const add = db.prepare('INSERT INTO t VALUES (?)');
  const all = () =>
    db
      .prepare<{ a: number }>('SELECT a FROM t')
      .all()
      .map((row) => row.a);
  expect(() =>
    db.transaction(() => {
      add.run(1);
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(all()).toEqual([]);
  const answer = db.transaction(() => {
    add.run(2);
    expect(() =>
      db.transaction(() => {
        add.run(3);
        throw new Error('inner');
      }),
    ).toThrow('inner');
    return add.run(4).changes;
  });
  expect(answer).toBe(1);
  expect(all()).toEqual([2, 4]);
  expect(() => db.transaction(async () => add.run(5))).toThrow(TypeError);
  expect(all()).toEqual([2, 4]);
  db.close();
});

it('says what to do with a file that is no database, and leaves it as it was', async () => {
  const path = join(dir, 'core.db');
  await writeFile(path, 'this is not a database, but long enough to look like one'.repeat(40));
  const before = await readFile(path);
  expect(() => openDb(path)).toThrow(/damaged or is not a database/);
  expect(await readFile(path)).toEqual(before);
  expect(() => openDb('/proc/nothing/core.db')).toThrow(expect.objectContaining({ code: 'unavailable' }));
});

it('keeps what was written when the process is killed at once', async () => {
  const path = join(dir, 'core.db');
  const script = join(dir, 'writer.mjs');
  await writeFile(
    script,
    `const { openDb } = await import(${JSON.stringify(new URL('./sqlite.ts', import.meta.url).href)});
     const db = openDb(${JSON.stringify(path)});
     db.exec('CREATE TABLE t (a INTEGER)');
     const add = db.prepare('INSERT INTO t VALUES (?)');
     for (let i = 0; i < 500; i++) add.run(i);
     process.send('written');
     setInterval(() => add.run(-1), 1);`,
  );
  const child = fork(script, { execArgv: [] });
  const exit = once(child, 'exit');
  expect((await Promise.race([once(child, 'message'), exit]))[0]).toBe('written');
  child.kill('SIGKILL');
  await exit;
  const db = openDb(path);
  expect(db.prepare<{ n: number }>('SELECT count(*) AS n FROM t WHERE a >= 0').get()?.n).toBe(500);
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  db.close();
});

it('names the Node that is too old', () => {
  expect(unfitNode({ node: '18.20.8', napi: '9' })).toContain('Node 18.20.8 is too old');
  expect(unfitNode({ node: '12.0.0' })).toContain('too old');
  expect(unfitNode(process.versions)).toBeNull();
});
