/** Revocation and changes by others, limits of what may be handed out, and that secrets stay out of files. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Scope } from '../../../shared/contract/define.ts';
import { Fault } from '../../../shared/fault.ts';
import { createBus } from '../../kernel/bus.ts';
import { createTestClock } from '../../kernel/clock.ts';
import type { Asked, Principal } from '../../kernel/handlers.ts';
import type { Db } from '../../platform/ports.ts';
import { openDb } from '../../platform/sqlite.ts';
import { migrate } from '../migrations/migrate.ts';
import { type Auth, createAuth } from './auth.ts';
import { createPassphrases } from './passphrase.ts';

const PASS = 'correct horse battery';
let dir: string;
let db: Db;
let auth: Auth;
let revoked: string[];
let clock: ReturnType<typeof createTestClock>;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'qd-revoke-'));
  db = openDb(join(dir, 'core.db'));
  migrate(db);
  clock = createTestClock();
  revoked = [];
  const bus = createBus((error) => {
    throw error;
  });
  bus.on('auth.revoked', ({ tokenIds }) => revoked.push(...tokenIds));
  const log = { debug: fail, info: fail, warn: fail, error: fail };
  const settings = { value: (key: string) => (key === 'auth.cookieDays' ? 1 : 5) as never };
  auth = await createAuth({ db, bus, clock, settings, log, audit: () => undefined, dir, localToken: 'lock' });
});
afterEach(async () => {
  auth.close();
  db.close();
  await rm(dir, { recursive: true, force: true });
});
function fail(message: string): never {
  throw new Error(message);
}

const must = (secret: string, via: 'bearer' | 'cookie' = 'bearer'): Principal => {
  const who = auth.authenticate(secret, via);
  if (!who) throw new Error('not let in');
  return who;
};
const ask = (who: Principal): Asked => ({ who, address: '10.0.0.1', signal: new AbortController().signal });
const local = () => ask(must('lock'));
const user = async (name: string, scopes: Scope[]): Promise<unknown> => {
  // the first user must be an admin
  if (auth.setupCode !== null && !scopes.includes('admin')) await user('chief', ['admin']);
  return auth.handlers['auth.addUser']({ name, passphrase: PASS, scopes }, local());
};
const login = async (name: string) => {
  const asked = ask(must('lock'));
  await auth.handlers['auth.login']({ user: name, passphrase: PASS }, asked);
  return { cookie: asked.cookie ?? '', maxAge: asked.cookieMaxAge };
};
type Wish = {
  scopes?: Scope[];
  sessions?: string[] | null;
  nodes?: string[] | null;
  user?: string;
  expiresIn?: number;
};
const mint = async (who: Principal, { scopes = ['read'], sessions = null, nodes = null, ...rest }: Wish = {}) =>
  auth.handlers['auth.addToken']({ name: 'ci', scopes, sessions, nodes, ...rest }, ask(who));
const refused = (work: () => unknown) => expect(async () => work()).rejects.toBeInstanceOf(Fault);

it('another process revokes: refused at once, told on the bus within half a second, once', async () => {
  const made = await mint(must('lock'));
  const kept = await mint(must('lock'));
  const who = must(made.token);
  must(kept.token);
  const script = join(dir, 'revoke.mjs');
  await writeFile(
    script,
    `const { openDb } = await import(${JSON.stringify(new URL('../../platform/sqlite.ts', import.meta.url).href)});
     const db = openDb(${JSON.stringify(join(dir, 'core.db'))});
     db.prepare('DELETE FROM auth_tokens WHERE id = ?').run(${JSON.stringify(made.id)});
     db.close();`,
  );
  const [code] = await once(fork(script, { execArgv: [] }), 'exit');
  expect(code).toBe(0);
  expect(auth.authenticate(made.token, 'bearer')).toBeNull();
  expect(auth.stillValid(who)).toBe(false);
  clock.advance(500);
  expect(revoked).toEqual([made.id]);
  clock.advance(5000);
  expect(revoked).toEqual([made.id]);
  expect(auth.stillValid(must(kept.token))).toBe(true);
});

it('rights narrowed by another process cut what is open; expiry does too', async () => {
  await user('ann', ['read', 'type']);
  const { cookie, maxAge } = await login('ann');
  expect(maxAge).toBe(86_400);
  const browser = must(cookie, 'cookie');
  const other = openDb(join(dir, 'core.db'));
  other.prepare('UPDATE auth_users SET scopes = ? WHERE name = ?').run('["read"]', 'ann');
  other.close();
  expect(auth.stillValid(browser)).toBe(false);
  clock.advance(500);
  expect(revoked).toEqual([browser.tokenId]);
  expect([...must(cookie, 'cookie').scopes]).toEqual(['read']);
  const short = await mint(must('lock'), { expiresIn: 10 });
  must(short.token);
  clock.advance(10_500);
  expect(revoked).toEqual([browser.tokenId, short.id]);
  clock.advance(86_400_000);
  expect(auth.authenticate(cookie, 'cookie')).toBeNull();
});

it('a scope or user change by an admin cuts every token of that user and no other', async () => {
  await user('ann', ['read', 'type']);
  await user('bob', ['read']);
  const ann = await mint(must('lock'), { user: 'ann', scopes: ['type'] });
  const bob = await mint(must('lock'), { user: 'bob' });
  await auth.handlers['auth.editUser']({ name: 'ANN', scopes: ['read'] }, local());
  expect(revoked).toEqual([ann.id]);
  expect(auth.authenticate(ann.token, 'bearer')).toBeNull();
  await auth.handlers['auth.removeUser']({ name: 'bob' }, local());
  expect(revoked).toEqual([ann.id, bob.id]);
  expect(db.prepare('SELECT count(*) AS n FROM auth_tokens WHERE id = ?').get(bob.id)).toEqual({ n: 0 });
});

it('nobody hands out more than they have: scopes, sessions, nodes, time, names', async () => {
  await user('ann', ['read', 'type']);
  const limited = must(
    (
      await mint(must('lock'), {
        user: 'ann',
        scopes: ['type'],
        sessions: ['s_1', 's_2'],
        nodes: ['n_1'],
        expiresIn: 100,
      })
    ).token,
  );
  for (const wish of [
    { scopes: ['read'] },
    { scopes: ['type'] },
    { scopes: ['type'], sessions: ['s_3'], nodes: ['n_1'] },
    { scopes: ['type'], sessions: ['s_1'] },
    { scopes: ['type'], sessions: ['s_1'], nodes: ['n_1'], user: 'local' },
  ] as Wish[]) {
    await refused(() => mint(limited, wish));
  }
  const narrow = await mint(limited, { scopes: ['type'], sessions: ['s_1'], nodes: ['n_1'], expiresIn: 1000 });
  expect(narrow.info).toMatchObject({
    user: 'ann',
    sessions: ['s_1'],
    nodes: ['n_1'],
    expiresAt: clock.now() + 100_000,
  });
  expect(must(narrow.token).nodes).toEqual(new Set(['n_1']));
  await refused(() =>
    auth.handlers['auth.editUser']({ name: 'ann', passphrase: 'another long one', current: PASS }, ask(limited)),
  );
  await refused(() => mint(must('lock'), { user: 'ann', scopes: ['run'] }));
  await refused(() => mint(must('lock'), { user: 'nobody' }));
  await refused(() => user('Local', ['read']));
  await refused(() => user('ANN', ['read']));
});

it("an agent's token changes nothing and is in no list", async () => {
  const agent = must(auth.agentToken('s_1', 'fixer'));
  await refused(() => mint(agent, { sessions: ['s_1'] }));
  await refused(() =>
    auth.handlers['auth.editUser']({ name: 'agent fixer', passphrase: PASS, current: PASS }, ask(agent)),
  );
  await refused(() => auth.handlers['auth.removeToken']({ id: agent.tokenId }, ask(agent)));
  expect(await auth.handlers['auth.tokens']({}, local())).toEqual([]);
  auth.revokeAgentToken('s_1');
  expect(revoked).toEqual([agent.tokenId]);
  auth.revokeAgentToken('s_1');
  expect(revoked).toHaveLength(1);
});

it('a token of a user cannot become the user without the passphrase, and guessing it is limited', async () => {
  await user('ann', ['read']);
  const token = must((await mint(must('lock'), { user: 'ann' })).token);
  const edit = (current?: string) =>
    auth.handlers['auth.editUser'](
      { name: 'ann', passphrase: 'another long one', ...(current ? { current } : {}) },
      ask(token),
    );
  await refused(() => edit());
  for (let n = 0; n < 5; n++) await expect(edit('wrong wrong')).rejects.toMatchObject({ code: 'forbidden' });
  await expect(edit(PASS)).rejects.toMatchObject({ code: 'rate-limited', data: { retryAfter: 900 } });
});

it('keeps the newest fifty browsers of a user', async () => {
  await user('ann', ['read']);
  const first = await login('ann');
  const who = must(first.cookie, 'cookie');
  for (let n = 0; n < 49; n++) {
    clock.advance(1);
    db.prepare(
      'INSERT INTO auth_tokens SELECT ?, kind, name, user_id, secret_hash, scopes, sessions, nodes, ?, expires_at, NULL FROM auth_tokens WHERE id = ?',
    ).run(`t_${n}`, clock.now(), who.tokenId);
  }
  await login('ann');
  expect(revoked).toEqual([who.tokenId]);
  expect(db.prepare("SELECT count(*) AS n FROM auth_tokens WHERE kind = 'browser'").get()).toEqual({ n: 50 });
});

it('writes the last use at most once a minute', async () => {
  const made = await mint(must('lock'));
  const used = () =>
    db.prepare<{ at: number | null }>('SELECT last_used_at AS at FROM auth_tokens WHERE id = ?').get(made.id)?.at;
  const begin = clock.now();
  must(made.token);
  clock.advance(59_999);
  must(made.token);
  expect(used()).toBe(begin);
  clock.advance(1);
  must(made.token);
  expect(used()).toBe(begin + 60_000);
});

it('no secret stands in any file but the setup code in its own', async () => {
  await user('ann', ['read']);
  const { cookie } = await login('ann');
  const secrets = [cookie, (await mint(must('lock'))).token, auth.agentToken('s_1', 'a')].map((text) =>
    text.slice(-64),
  );
  for (const file of await readdir(dir)) {
    const bytes = await readFile(join(dir, file));
    for (const secret of [...secrets, PASS]) expect(bytes.includes(secret)).toBe(false);
  }
});

it('a link in place of the setup code is replaced, not followed', async () => {
  auth.close();
  const target = join(dir, 'target');
  await writeFile(target, 'mine');
  await rm(join(dir, 'setup-code'));
  await symlink(target, join(dir, 'setup-code'));
  const bus = createBus(() => undefined);
  const log = { debug: fail, info: fail, warn: fail, error: fail };
  const settings = { value: () => 5 as never };
  auth = await createAuth({ db, bus, clock, settings, log, audit: () => undefined, dir, localToken: 'lock' });
  expect(await readFile(target, 'utf8')).toBe('mine');
  expect((await readFile(join(dir, 'setup-code'), 'utf8')).trim()).toBe(auth.setupCode);
});

it('passphrases: two Unicode forms of one text are the same, a crowd is turned away, nobody is as slow as somebody', async () => {
  const passphrases = createPassphrases();
  const stored = await passphrases.hash('caf\u00e9 au lait');
  expect(stored).not.toContain('caf');
  expect(await passphrases.verify('cafe\u0301 au lait', stored)).toBe(true);
  expect(await passphrases.verify('cafe au lait', stored)).toBe(false);
  expect(await passphrases.verify('x', 'damaged')).toBe(false);
  const time = async (known: string | null) => {
    const begin = performance.now();
    await passphrases.verify('some passphrase', known);
    return performance.now() - begin;
  };
  // The same work is done: far from exact on a busy machine, but skipping it would be a hundred times faster.
  const [nobody, somebody] = [await time(null), await time(stored)];
  expect(nobody).toBeGreaterThan(somebody / 5);
  const narrow = createPassphrases(2);
  const crowd = await Promise.allSettled(Array.from({ length: 5 }, () => narrow.verify('x', null)));
  expect(crowd.map((one) => one.status === 'fulfilled')).toEqual([true, true, false, false, false]);
  expect(await narrow.verify('caf\u00e9 au lait', stored)).toBe(true);
});
