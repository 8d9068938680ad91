import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { PROTOCOL } from '../../../shared/contract/define.ts';
import { Introduction } from '../../../shared/contract/fleet.ts';
import type { FaultCode } from '../../../shared/fault.ts';
import { isFault } from '../../../shared/fault.ts';
import { memoryPair } from '../../../shared/wire/transports.ts';
import { createTestClock } from '../../kernel/clock.ts';
import type { Asked } from '../../kernel/handlers.ts';
import { createLive } from '../../kernel/live.ts';
import { openDb } from '../../platform/sqlite.ts';
import { migrate } from '../migrations/migrate.ts';
import { gather } from './gather.ts';
import { idOf, openKey, verified } from './keys.ts';
import { createRegistry } from './registry.ts';
import { RECENT_MS, SILENT_MS } from './rules.ts';
import { createFleetStore } from './store.ts';

const dirs: string[] = [];
const ends: (() => void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) end();
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true, force: true });
});

const code = async (work: () => unknown): Promise<FaultCode | null> => {
  try {
    await work();
    return null;
  } catch (error) {
    if (isFault(error)) return error.code;
    throw error;
  }
};
const asked = (tokenId = 't_1'): Asked => ({
  who: { user: 'ann', tokenId, via: 'token', scopes: new Set(['join']), sessions: null },
  address: '',
  signal: new AbortController().signal,
});
const figures = { load: 0.5, memoryFree: 1, sessions: 0 };

async function room() {
  const dir = await mkdtemp(join(tmpdir(), 'qd-fleet-'));
  dirs.push(dir);
  const db = openDb(join(dir, 'quarterdeck.db'));
  migrate(db);
  const clock = createTestClock();
  const hidden: string[] = [];
  let self: string | null = null;
  const rows = <Row>(key: (row: Row) => string) => gather(createLive<Row>({ key }), key);
  const make = () => {
    const made = createRegistry({
      store: createFleetStore(db),
      clock,
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      audit: () => {},
      hide: (secret) => hidden.push(secret),
      self: () => self,
      above: () => false,
      told: () => {},
      memory: { shared: () => [], merge: () => 0 },
      // Nobody ever answers there.
      dial: () => memoryPair()[0],
      rows: {
        sessions: rows((row) => row.id),
        prompts: rows((row) => row.id),
        approvals: rows((row) => row.id),
        places: rows((row) => row.sessionId),
        event: () => {},
        news: { session: () => {}, gone: () => {}, approval: () => {} },
      },
      taken: () => ['here'],
    });
    ends.push(made.close);
    return made;
  };
  ends.push(() => db.close());
  const key = await openKey(dir);
  const say = async (registry: ReturnType<typeof make>, change: Partial<Introduction> = {}, by = key) => {
    const { challenge } = await registry.handlers['fleet.challenge']({}, asked());
    const said: Introduction = {
      kind: 'introduction',
      challenge,
      name: 'box',
      protocol: PROTOCOL,
      version: '1',
      platform: 'linux',
      arch: 'x64',
      home: '/home/ann',
      tmux: '3.4',
      cpus: 4,
      memoryTotal: 8,
      agents: [],
      addresses: ['http://10.0.0.7:4097'],
      credential: 'qd_secret_of_the_node',
      at: clock.now(),
      figures,
      ...change,
    };
    const text = JSON.stringify(Introduction.parse(said));
    return { text, key: by.key, signature: by.sign('introduction', text) };
  };
  const be = (own: string) => {
    self = own;
  };
  return { dir, db, clock, hidden, make, key, say, be };
}

describe('introductions', () => {
  it('are taken with the right signature and a challenge of just now, once', async () => {
    const { make, say, key, clock, hidden, db, be } = await room();
    const registry = make();
    const good = await say(registry);
    const answer = await registry.handlers['fleet.introduce'](good, asked());
    expect(answer).toMatchObject({ node: idOf(key.key), title: 'box', beatSeconds: 30 });
    expect(await code(() => registry.handlers['fleet.introduce'](good, asked()))).toBe('stale');

    const other = await say(registry);
    expect(
      await code(() =>
        registry.handlers['fleet.introduce']({ ...other, text: other.text.replace('box', 'fox') }, asked()),
      ),
    ).toBe('forbidden');
    expect(await code(() => registry.handlers['fleet.introduce']({ ...other, key: 'AAAA' }, asked()))).toBe(
      'forbidden',
    );
    expect(await code(() => registry.handlers['fleet.introduce'](other, asked('t_2')))).toBe('stale');
    const late = await say(registry);
    clock.advance(60_000);
    expect(await code(() => registry.handlers['fleet.introduce'](late, asked()))).toBe('stale');
    expect(
      await code(async () =>
        registry.handlers['fleet.introduce'](await say(registry, { protocol: PROTOCOL + 1 }), asked()),
      ),
    ).toBe('newer-version');

    be(key.key);
    expect(await code(async () => registry.handlers['fleet.introduce'](await say(registry), asked()))).toBe('refused');

    // The credential is hidden from logs, told to nobody and written nowhere.
    expect(hidden).toContain('qd_secret_of_the_node');
    expect(JSON.stringify([registry.list(true), db.prepare('SELECT * FROM fleet_nodes').all()])).not.toContain(
      'secret',
    );
  });

  it('the key is who it is: another name is the same node, another key another one', async () => {
    const { make, say, dir } = await room();
    const registry = make();
    const first = await registry.handlers['fleet.introduce'](await say(registry), asked());
    const renamed = await registry.handlers['fleet.introduce'](await say(registry, { name: 'here' }), asked());
    expect(renamed.node).toBe(first.node);
    expect(renamed.title).toMatch(/^here-[0-9a-z]{4}$/);
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const stranger = {
      key: publicKey.export({ format: 'jwk' }).x ?? '',
      sign: (purpose: string, text: string) =>
        sign(null, Buffer.from(`quarterdeck ${purpose} 1\n${text}`), privateKey).toString('base64url'),
    };
    const second = await registry.handlers['fleet.introduce'](await say(registry, {}, stranger), asked());
    expect(second.node).not.toBe(first.node);
    expect(registry.list(false).map(({ title }) => title)).toEqual([renamed.title, 'box']);
    // The same after a start, from a file that is nobody else's.
    expect((await openKey(dir)).key).toBe((await openKey(dir)).key);
    expect((await stat(join(dir, 'node-key.pem'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(dir, 'node-key.pem'), 'utf8')).toContain('PRIVATE KEY');
  });
});

it('a signature for one purpose is none for another', async () => {
  const { key } = await room();
  const signature = key.sign('proof', 'text');
  expect(verified(key.key, 'proof', 'text', signature)).toBe(true);
  expect(verified(key.key, 'beat', 'text', signature)).toBe(false);
  for (const bad of ['', '!!', 'A'.repeat(43), '\0']) {
    expect(verified(bad, 'proof', 'text', signature)).toBe(false);
    expect(verified(key.key, 'proof', 'text', bad)).toBe(false);
  }
});

it('beats: each once, by the holder of the key; silence, an hour and a new start', async () => {
  const { make, say, key, clock } = await room();
  const registry = make();
  const { lease, node } = await registry.handlers['fleet.introduce'](await say(registry), asked());
  const beat = (n: number, change: object = {}) => {
    const text = JSON.stringify({ kind: 'beat', lease, n, at: clock.now(), figures, ...change });
    return { text, signature: key.sign('beat', text) };
  };
  const heard = (said: { text: string; signature: string }) =>
    code(() => registry.handlers['fleet.beat'](said, asked()));
  const shown = () => registry.list(false).map(({ state }) => state);
  const one = beat(1);
  expect(await heard(one)).toBeNull();
  expect(await heard(one)).toBe('conflict');
  expect(await heard(beat(1, { at: 5 }))).toBe('conflict');
  expect(await heard({ ...beat(2), signature: one.signature })).toBe('forbidden');
  expect(await heard(beat(3, { lease: 'another' }))).toBe('stale');
  expect(await heard(beat(2, { figures: { ...figures, load: 7 } }))).toBeNull();
  expect(registry.list(false)[0]?.hub?.load).toBe(7);

  clock.advance(SILENT_MS + 5000);
  expect(registry.list(false)[0]).toMatchObject({ state: 'unreachable', reachable: false });
  expect(registry.live.rows()).toHaveLength(1);
  clock.advance(RECENT_MS);
  expect([shown(), registry.live.rows()]).toEqual([[], []]);
  expect(registry.list(true).map(({ id }) => id)).toEqual([node]);

  // Known to the next start, by its key, without its secret: it introduces itself anew.
  const next = make();
  expect(next.find(node)?.row()).toMatchObject({ title: 'box', state: 'unreachable' });
  expect(await code(() => next.handlers['fleet.beat'](beat(9), asked()))).toBe('stale');
  await next.handlers['fleet.introduce'](await say(next), asked());
  expect(next.list(false).map(({ id }) => id)).toEqual([node]);
  const member = next.find(node);
  if (member) next.remove(member);
  expect(next.list(true)).toEqual([]);
});
