import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Fault } from '../../../shared/fault.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { Asked, Principal } from '../../kernel/handlers.ts';
import type { Db } from '../../platform/ports.ts';
import { openDb } from '../../platform/sqlite.ts';
import { migrate } from '../migrations/migrate.ts';
import { createPreferences } from './preferences.ts';

let dir: string;
let db: Db;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'qd-preferences-'));
  db = openDb(join(dir, 'x.db'));
  migrate(db);
});
afterEach(async () => {
  db.close();
  await rm(dir, { recursive: true });
});

const as = (user: string, via: Principal['via'] = 'browser'): Asked => ({
  who: { user, tokenId: 't', via, scopes: new Set(['read', 'type'] as const), sessions: null },
  address: '127.0.0.1',
  signal: new AbortController().signal,
});
const faultOf = (work: () => unknown): Fault => {
  try {
    work();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('it was taken');
};

it('keeps each user apart, every version, and comes back after a restart', () => {
  const first = createPreferences({ db, clock: systemClock }).handlers;
  first['preferences.set']({ key: 'layouts', value: { a: 1 }, version: 0 }, as('ann'));
  first['preferences.set']({ key: 'layouts', value: { a: 2 }, version: 1 }, as('ann'));
  first['preferences.set']({ key: 'layouts', value: ['bob'] }, as('bob'));
  const again = createPreferences({ db, clock: systemClock }).handlers;
  expect(again['preferences.list']({}, as('ann'))).toMatchObject([{ key: 'layouts', value: { a: 2 }, version: 2 }]);
  expect(again['preferences.history']({ key: 'layouts' }, as('ann'))).toMatchObject([
    { value: { a: 2 } },
    { value: { a: 1 } },
  ]);
  expect(again['preferences.rows']({}, as('bob')).live.rows()).toMatchObject([{ value: ['bob'] }]);
});

it('refuses a stale write with what is there, and leaves it', () => {
  const { handlers } = createPreferences({ db, clock: systemClock });
  handlers['preferences.set']({ key: 'keymap', value: 1, version: 0 }, as('ann'));
  const fault = faultOf(() => handlers['preferences.set']({ key: 'keymap', value: 2, version: 0 }, as('ann')));
  expect(fault).toMatchObject({ code: 'conflict', data: { preference: { value: 1, version: 1 } } });
  expect(handlers['preferences.list']({}, as('ann'))).toMatchObject([{ value: 1 }]);
});

it('keeps the last fifty, and neither a huge value nor endless keys', () => {
  const { handlers } = createPreferences({ db, clock: systemClock });
  for (let i = 0; i < 60; i += 1) handlers['preferences.set']({ key: 'k', value: i }, as('ann'));
  const history = handlers['preferences.history']({ key: 'k' }, as('ann'));
  expect(history).toMatchObject({ length: 50, 0: { value: 59 }, 49: { value: 10 } });
  expect(faultOf(() => handlers['preferences.set']({ key: 'k', value: 'x'.repeat(65_536) }, as('ann'))).code).toBe(
    'too-large',
  );
  const fill = () => {
    for (let i = 0; i < 300; i += 1) handlers['preferences.set']({ key: `k${i}`, value: 0 }, as('ann'));
  };
  expect(faultOf(fill).code).toBe('too-large');
});

it('is closed to agents', () => {
  const { handlers } = createPreferences({ db, clock: systemClock });
  expect(faultOf(() => handlers['preferences.list']({}, as('ann', 'agent'))).code).toBe('forbidden');
});
