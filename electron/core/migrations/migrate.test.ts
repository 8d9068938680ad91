import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Db } from '../../platform/ports.ts';
import { openDb } from '../../platform/sqlite.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations.ts';

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'qd-migrate-'));
  path = join(dir, 'core.db');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const tables = (db: Db) =>
  db
    .prepare<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .all()
    .map((t) => t.name);
const ledger = [
  { version: 10, name: 'one', sql: "CREATE TABLE one (a TEXT); INSERT INTO one VALUES ('kept');" },
  { version: 20, name: 'two', sql: 'ALTER TABLE one ADD COLUMN b TEXT;' },
];

it('runs all migrations on a new database, none on one that has them', () => {
  const db = openDb(path);
  const version = migrate(db);
  expect(version).toBe(MIGRATIONS.at(-1)?.version);
  const made = tables(db);
  expect(made).toContain('auth_tokens');
  expect(migrate(db)).toBe(version);
  expect(tables(db)).toEqual(made);
  db.close();
});

it('goes on where an older version stopped and keeps the rows', () => {
  const db = openDb(path);
  migrate(db, ledger.slice(0, 1));
  expect(migrate(db, ledger)).toBe(20);
  expect(db.prepare('SELECT * FROM one').all()).toEqual([{ a: 'kept', b: null }]);
  db.close();
});

it('leaves a failing migration wholly undone, the ones before it done', () => {
  const db = openDb(path);
  const broken = { version: 30, name: 'three', sql: 'CREATE TABLE three (a TEXT); CREATE TABLE one (a TEXT);' };
  expect(() => migrate(db, [...ledger, broken])).toThrow('already exists');
  expect(tables(db)).toEqual(['one']);
  expect(migrate(db, ledger)).toBe(20);
  db.close();
});

it('refuses a database of a newer version without changing a byte', async () => {
  const newer = openDb(path);
  migrate(newer, [...ledger, { version: 990, name: 'future', sql: 'CREATE TABLE future (a TEXT)' }]);
  newer.close();
  const before = await readFile(path);
  const db = openDb(path);
  expect(() => migrate(db, ledger)).toThrow(expect.objectContaining({ code: 'newer-version' }));
  db.close();
  expect(await readFile(path)).toEqual(before);
});

it('refuses a ledger out of order', () => {
  const db = openDb(path);
  expect(() => migrate(db, [...ledger].reverse())).toThrow('out of order');
  for (const { version } of MIGRATIONS) expect(version % 10).toBe(0);
  db.close();
});
