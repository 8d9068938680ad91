/** What a hub knows of keys that did not arrive, when it ended well and when it was killed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Fault } from '../../../shared/fault.ts';
import { openDb } from '../../platform/sqlite.ts';
import { migrate } from '../migrations/migrate.ts';
import { createLostKeys } from './lost-keys.ts';
import { rowOfPane } from './pane-row.ts';
import { createSessionStore } from './store.ts';

it('what waited when the hub was killed is lost and told, until the person types; it goes with its session', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'qd-lost-'));
  const path = join(dir, 'quarterdeck.db');
  const first = openDb(path);
  migrate(first);
  const pane = { cwd: '/', command: 'sh', cols: 80, rows: 24, created: 0 } as Parameters<typeof rowOfPane>[0];
  for (const id of ['s_a', 's_b', 's_c'])
    createSessionStore(first).insert(
      rowOfPane(pane, 0, { id, name: id.slice(2), agent: 'shell', node: 'local', phase: 'live', command: null }),
    );
  const keys = createLostKeys(first);
  keys.wait('s_a', 3);
  keys.wait('s_a', 5);
  keys.wait('s_b', 2);
  keys.wait('s_b', 0);
  keys.wait('s_c', 4);
  // The session ended before its machine came back; one more was typed after it.
  keys.lose('s_c', 4, new Fault('not-found', "tmux: can't find pane"));
  keys.lose('s_c', 1, new Fault('too-large', 'Too much.'));
  keys.wait('s_gone', 7);
  expect([keys.of('s_a'), keys.of('s_b')]).toEqual([undefined, undefined]);
  expect(keys.of('s_c')).toEqual({ count: 5, why: 'Too much.' });
  first.close();

  const second = openDb(path);
  const after = createLostKeys(second);
  expect(after.of('s_a')).toEqual({ count: 5, why: 'The hub was started anew in the meantime.' });
  expect([after.of('s_b'), after.of('s_gone')]).toEqual([undefined, undefined]);
  expect(after.of('s_c')).toEqual({ count: 5, why: 'Too much.' });
  after.seen('s_a');
  createSessionStore(second).remove('s_c');
  second.close();

  const third = openDb(path);
  expect(['s_a', 's_b', 's_c'].map((id) => createLostKeys(third).of(id))).toEqual([undefined, undefined, undefined]);
  third.close();
  await rm(dir, { recursive: true });
});
