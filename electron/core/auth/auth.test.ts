import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Scope } from '../../../shared/contract/define.ts';
import { isFault } from '../../../shared/fault.ts';
import type { Principal } from '../../kernel/handlers.ts';
import { openDb } from '../../platform/sqlite.ts';
import type { Auth } from './auth.ts';
import { type AuthRoom, askOf as ask, createAuthRoom, LOCAL, PASS } from './fixtures/room.ts';

/** The hub stopped and started again over the same files. */
const restart = async () => {
  auth = await room.start();
};

let room: AuthRoom;
let dir: string;
let clock: AuthRoom['clock'];
let auth: Auth;
let audited: AuthRoom['audited'];
let revoked: AuthRoom['revoked'];

beforeEach(async () => {
  room = await createAuthRoom({ 'auth.loginAttempts': 3, 'auth.cookieDays': 30 });
  ({ dir, clock, audited, revoked } = room);
  auth = await room.start();
});
afterEach(() => room.close());

const localAsk = () => ask(auth.authenticate(LOCAL, 'bearer'));
const fault = async (work: () => unknown): Promise<string> => {
  try {
    await work();
  } catch (error) {
    if (isFault(error)) return error.code;
    throw error;
  }
  return 'no fault';
};
const userWith = async (name: string, scopes: Scope[]) => {
  // the first user must be an admin
  if (auth.setupCode !== null && !scopes.includes('admin')) await userWith('chief', ['admin']);
  await auth.handlers['auth.addUser']({ name, passphrase: PASS, scopes }, localAsk());
  const asked = ask(null);
  await auth.handlers['auth.login']({ user: name, passphrase: PASS }, asked);
  const who = auth.authenticate(asked.cookie ?? '', 'cookie');
  if (!who) throw new Error('no sign-in');
  return { who, cookie: asked.cookie ?? '' };
};
const mint = (who: Principal, scopes: Scope[], more: { user?: string; expiresIn?: number; sessions?: string[] } = {}) =>
  auth.handlers['auth.addToken']({ name: 't', scopes, sessions: null, nodes: null, ...more }, ask(who));

test('the lock token is the user of this machine; nothing else is trusted', () => {
  expect(auth.authenticate(LOCAL, 'bearer')?.scopes.has('admin')).toBe(true);
  expect(auth.authenticate(LOCAL, 'cookie')).toBeNull();
  for (const wrong of ['', 'x', `${LOCAL}x`, 'qd_', `qd_${'a'.repeat(25)}_${'b'.repeat(64)}`])
    expect(auth.authenticate(wrong, 'bearer'), wrong).toBeNull();
});

test('the setup code makes the first user once, survives a restart, ends after a day', async () => {
  const code = auth.setupCode;
  expect(code).toMatch(/^[0-9a-f]{40}$/);
  await restart();
  expect(auth.setupCode).toBe(code);
  expect(((await stat(join(dir, 'setup-code'))).mode & 0o777).toString(8)).toBe('600');
  expect(
    await fault(() => auth.handlers['auth.setup']({ code: 'wrong', user: 'ann', passphrase: PASS }, ask(null))),
  ).toBe('forbidden');
  clock.advance(24 * 3600_000 + 1);
  expect(
    await fault(() => auth.handlers['auth.setup']({ code: code ?? '', user: 'ann', passphrase: PASS }, ask(null))),
  ).toBe('forbidden');
  await restart();
  const fresh = auth.setupCode;
  expect(fresh).not.toBe(code);
  const asked = ask(null);
  const two = await Promise.allSettled([
    auth.handlers['auth.setup']({ code: fresh ?? '', user: 'ann', passphrase: PASS }, asked),
    auth.handlers['auth.setup']({ code: fresh ?? '', user: 'eve', passphrase: PASS }, ask(null, '10.0.0.2')),
  ]);
  expect(two.filter((r) => r.status === 'fulfilled')).toHaveLength(1);
  expect(auth.setupCode).toBeNull();
  await expect(readFile(join(dir, 'setup-code'))).rejects.toThrow();
});

test('wrong passphrases and unknown users are told alike, and limited by user and by address', async () => {
  await userWith('ann', ['read']);
  const login = (user: string, passphrase: string, address: string) =>
    fault(() => auth.handlers['auth.login']({ user, passphrase }, ask(null, address)));
  expect(await login('nobody', PASS, '10.1.0.1')).toBe('unauthorized');
  for (let i = 0; i < 3; i++) expect(await login('ann', 'wrong wrong wrong', `10.2.0.${i}`)).toBe('unauthorized');
  expect(await login('ANN', PASS, '10.2.0.9'), 'the user is locked, whatever the address').toBe('rate-limited');
  for (let i = 0; i < 3; i++) await login(`guess${i}`, PASS, '10.3.0.1');
  expect(await login('other', PASS, '10.3.0.1'), 'the address is locked, whatever the user').toBe('rate-limited');
  clock.advance(15 * 60_000 + 1);
  expect(await login('ann', PASS, '10.2.0.9')).toBe('no fault');
  expect(audited.filter((entry) => entry.action === 'login.failed').length).toBeGreaterThanOrEqual(4);
});

test("one's own sign-in does not buy guesses at others", async () => {
  await userWith('eve', ['read']);
  const login = (user: string, passphrase: string) =>
    fault(() => auth.handlers['auth.login']({ user, passphrase }, ask(null, '10.4.0.1')));
  for (const guess of ['one', 'two', 'three']) {
    await login(`victim-${guess}`, 'wrong wrong wrong');
    if (guess !== 'three') expect(await login('eve', PASS)).toBe('no fault');
  }
  expect(await login('eve', PASS)).toBe('rate-limited');
});

test('tokens: never more than their maker holds, shown once, ended by time, by hand, by another process', async () => {
  const { who } = await userWith('ann', ['read', 'type']);
  expect(await fault(() => mint(who, ['run']))).toBe('forbidden');
  expect(await fault(() => mint(who, ['read'], { user: 'bob' }))).toBe('forbidden');
  const made = await mint(who, ['read'], { expiresIn: 60 });
  expect(auth.authenticate(made.token, 'bearer')).toMatchObject({ user: 'ann', via: 'token' });
  expect(auth.authenticate(made.token, 'cookie')).toBeNull();
  expect(
    auth.authenticate(
      made.token.replace(/.$/, (c) => (c === 'a' ? 'b' : 'a')),
      'bearer',
    ),
  ).toBeNull();
  expect(JSON.stringify(await auth.handlers['auth.tokens']({}, ask(who)))).not.toContain(made.token.slice(-64));
  expect(JSON.stringify(audited)).not.toContain(made.token.slice(-64));
  clock.advance(60_001);
  expect(auth.authenticate(made.token, 'bearer')).toBeNull();
  const second = await mint(who, ['read', 'type']);
  const principal = auth.authenticate(second.token, 'bearer');
  const elsewhere = openDb(join(dir, 'test.db'));
  elsewhere.prepare('DELETE FROM auth_tokens WHERE id = ?').run(second.id);
  elsewhere.close();
  expect(auth.authenticate(second.token, 'bearer')).toBeNull();
  expect(principal && auth.stillValid(principal)).toBe(false);
});

test('only owner and admin see and revoke a token', async () => {
  const ann = await userWith('ann', ['read']);
  const bob = await userWith('bob', ['read']);
  const made = await mint(ann.who, ['read']);
  expect(await auth.handlers['auth.tokens']({}, ask(bob.who))).toEqual([]);
  expect(await fault(() => auth.handlers['auth.removeToken']({ id: made.id }, ask(bob.who)))).toBe('not-found');
  await auth.handlers['auth.removeToken']({ id: made.id }, localAsk());
  expect(revoked).toContain(made.id);
});

test('a new passphrase revokes every token and cookie of that user, and needs the old one', async () => {
  const { who, cookie } = await userWith('ann', ['read']);
  const made = await mint(who, ['read']);
  expect(
    await fault(() =>
      auth.handlers['auth.editUser']({ name: 'ann', passphrase: 'another long one', current: 'wrong wrong' }, ask(who)),
    ),
  ).toBe('forbidden');
  expect(await fault(() => auth.handlers['auth.editUser']({ name: 'ann', scopes: ['admin'] }, ask(who)))).toBe(
    'forbidden',
  );
  const asked = ask(who);
  await auth.handlers['auth.editUser']({ name: 'ann', passphrase: 'another long one', current: PASS }, asked);
  expect(auth.authenticate(cookie, 'cookie')).toBeNull();
  expect(auth.authenticate(made.token, 'bearer')).toBeNull();
  expect(auth.authenticate(asked.cookie ?? '', 'cookie'), 'the browser that did it stays signed in').not.toBeNull();
});

test('the first user must be an admin, and the setup link stands until there is one', async () => {
  const add = () =>
    auth.handlers['auth.addUser']({ name: 'bob', passphrase: PASS, scopes: ['read', 'run'] }, localAsk());
  expect(await fault(add)).toBe('refused');
  expect(auth.setupCode, 'nobody was made').not.toBeNull();
  await userWith('ann', ['admin']);
  expect(auth.setupCode).toBeNull();
  expect(await fault(add)).toBe('no fault');
});

test('the last admin stays; a user whose rights shrink takes their tokens along', async () => {
  const { who } = await userWith('ann', ['read', 'type', 'admin']);
  const made = await mint(who, ['read', 'run']);
  expect(await fault(() => auth.handlers['auth.removeUser']({ name: 'ann' }, localAsk()))).toBe('refused');
  expect(await fault(() => auth.handlers['auth.editUser']({ name: 'ann', scopes: ['read'] }, localAsk()))).toBe(
    'refused',
  );
  await userWith('bob', ['admin']);
  await auth.handlers['auth.editUser']({ name: 'ann', scopes: ['read'] }, localAsk());
  expect([...(auth.authenticate(made.token, 'bearer')?.scopes ?? [])]).toEqual(['read']);
  await auth.handlers['auth.removeUser']({ name: 'ann' }, localAsk());
  expect(auth.authenticate(made.token, 'bearer')).toBeNull();
  expect(revoked).toContain(made.id);
});

test("an agent's token sees its session alone, survives a restart, and ends with the session or its successor", async () => {
  const first = auth.agentToken('s_one', 'fixer');
  expect(auth.authenticate(first, 'bearer')).toMatchObject({
    via: 'agent',
    user: 'agent fixer',
    sessions: new Set(['s_one']),
    scopes: new Set(['read']),
  });
  await restart();
  expect(auth.authenticate(first, 'bearer')).not.toBeNull();
  const second = auth.agentToken('s_one', 'fixer');
  expect(auth.authenticate(first, 'bearer')).toBeNull();
  auth.revokeAgentToken('s_one');
  expect(auth.authenticate(second, 'bearer')).toBeNull();
});

test('before any user, the command line of this machine may mint; the token then belongs to the machine', async () => {
  const made = await auth.handlers['auth.addToken'](
    { name: 'ci', scopes: ['read'], sessions: ['s_1'], nodes: null },
    localAsk(),
  );
  expect(auth.authenticate(made.token, 'bearer')).toMatchObject({ user: 'local', sessions: new Set(['s_1']) });
  expect(await fault(() => auth.handlers['auth.login']({ user: 'ann', passphrase: PASS }, ask(null)))).toBe(
    'not-ready',
  );
});

test('a signed-out browser is out', async () => {
  const { who, cookie } = await userWith('ann', ['read']);
  const asked = ask(who);
  await auth.handlers['auth.logout']({}, asked);
  expect(asked.cookie).toBeNull();
  expect(auth.authenticate(cookie, 'cookie')).toBeNull();
});
