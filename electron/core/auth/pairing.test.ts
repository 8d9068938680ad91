import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Scope } from '../../../shared/contract/define.ts';
import { isFault } from '../../../shared/fault.ts';
import type { Ask, Asked } from '../../kernel/handlers.ts';
import type { Auth } from './auth.ts';
import { type AuthRoom, askOf as ask, createAuthRoom, LOCAL, PASS } from './fixtures/room.ts';

const DAY = 86_400_000;

let room: AuthRoom;
let clock: AuthRoom['clock'];
let auth: Auth;
let audited: AuthRoom['audited'];
let revoked: AuthRoom['revoked'];

beforeEach(async () => {
  room = await createAuthRoom({ 'auth.loginAttempts': 3, 'auth.cookieDays': 30 });
  ({ clock, audited, revoked } = room);
  auth = await room.start();
});
afterEach(() => room.close());

const local = () => ask(auth.authenticate(LOCAL, 'bearer'));
const phone = (address = '10.0.0.7') => ask(null, address);
const call = <T>(work: () => T | Promise<T>): Promise<Awaited<T>> => Promise.resolve().then(work) as never;
const fault = (work: () => unknown): Promise<string> =>
  call(work).then(
    () => 'no fault',
    (error: unknown) => {
      if (isFault(error)) return `${error.code}: ${error.message}`;
      throw error;
    },
  );
const h = () => auth.handlers;
const addUser = (name: string, scopes: Scope[]) =>
  call(() => h()['auth.addUser']({ name, passphrase: PASS, scopes }, local()));
/** Somebody who came in with a token of these scopes. */
async function tokenOf(user: string, scopes: Scope[], more: { sessions?: string[]; expiresIn?: number } = {}) {
  const made = await call(() =>
    h()['auth.addToken']({ name: 't', scopes, sessions: more.sessions ?? null, nodes: null, user, ...more }, local()),
  );
  return ask(auth.authenticate(made.token, 'bearer'));
}
const offer = (by: Asked, user?: string) =>
  call(() => h()['auth.offerPairing'](user === undefined ? {} : { user }, by));
const claim = (code: string, by: Ask = phone()) =>
  call(() => h()['auth.claimPairing']({ code, device: 'Safari on iPhone' }, by as Asked));
const wait = (secret: string, by: Ask = phone()) =>
  call(() => h()['auth.awaitPairing']({ claim: secret }, by as Asked));
const answer = (id: string, accept: boolean, number: string | undefined, by: Asked) =>
  call(() => h()['auth.answerPairing']({ id, accept, ...(number === undefined ? {} : { number }) }, by));
const stateOf = async (id: string) => (await call(() => h()['auth.pairing']({ id }, local()))).state;

describe('a phone that reads the code', () => {
  it('is let in when the number was confirmed: a cookie of its own, listed, removable', async () => {
    await addUser('ann', ['read', 'admin']);
    const { code, pairing } = await offer(local());
    expect(Buffer.from(code, 'base64url').length * 8).toBeGreaterThanOrEqual(128);
    expect(pairing).toMatchObject({ by: 'local', user: 'ann', state: 'open', number: null });
    const mine = await claim(code);
    expect(mine.number).toMatch(/^\d{6}$/);
    expect(await call(() => h()['auth.pairing']({ id: pairing.id }, local()))).toMatchObject({
      state: 'claimed',
      number: mine.number,
      device: 'Safari on iPhone',
      address: '10.0.0.7',
    });
    const waiting = phone();
    const coming = wait(mine.claim, waiting);
    await answer(pairing.id, true, mine.number, local());
    expect(await coming).toEqual({ state: 'paired', me: expect.objectContaining({ user: 'ann', via: 'browser' }) });
    expect(await stateOf(pairing.id)).toBe('paired');
    const who = auth.authenticate(waiting.cookie ?? '', 'cookie');
    expect(who).toMatchObject({ user: 'ann', via: 'browser' });
    const devices = await call(() => h()['auth.devices']({}, ask(who)));
    expect(devices).toMatchObject([{ name: 'Safari on iPhone', user: 'ann', current: true }]);
    await call(() => h()['auth.removeToken']({ id: devices[0]?.id ?? '' }, local()));
    expect(auth.authenticate(waiting.cookie ?? '', 'cookie')).toBeNull();
    expect(revoked).toContain(devices[0]?.id);
    const told = JSON.stringify(audited);
    expect(audited.map(({ action }) => action)).toContain('device.pair');
    for (const secret of [code, mine.claim, waiting.cookie ?? '']) expect(told).not.toContain(secret);
  });

  it('that asks again, because the answer was lost, is let in once all the same', async () => {
    const { code, pairing } = await offer(local());
    const mine = await claim(code);
    await answer(pairing.id, true, mine.number, local());
    const lost = phone();
    await wait(mine.claim, lost);
    const again = phone();
    await wait(mine.claim, again);
    expect(auth.authenticate(lost.cookie ?? '', 'cookie')).toBeNull();
    // Nobody is a user here yet: it is this machine's own.
    expect(auth.authenticate(again.cookie ?? '', 'cookie')).toMatchObject({ user: 'local' });
    expect(await call(() => h()['auth.devices']({}, local()))).toHaveLength(1);
    clock.advance(60_001);
    expect(await fault(() => wait(mine.claim))).toMatch(/^gone: .*used already/);
  });

  it('hears why it is not: too late, used, withdrawn, declined, not confirmed, unknown', async () => {
    const late = await offer(local());
    clock.advance(60_000);
    expect(await fault(() => claim(late.code))).toMatch(/^gone: .*older than 60 seconds/);

    const used = await offer(local());
    const first = await claim(used.code);
    expect(await fault(() => claim(used.code, phone('10.0.0.9')))).toMatch(/^gone: another device has used/);
    const waiting = wait(first.claim);
    await answer(used.pairing.id, false, undefined, local());
    expect(await fault(() => waiting)).toMatch(/^refused: it was declined/);
    expect(await fault(() => answer(used.pairing.id, true, first.number, local()))).toMatch(/^gone: /);

    const withdrawn = await offer(local());
    await answer(withdrawn.pairing.id, false, undefined, local());
    expect(await fault(() => claim(withdrawn.code))).toMatch(/^gone: this code was withdrawn/);

    const slow = await offer(local());
    clock.advance(59_000);
    const taken = await claim(slow.code);
    clock.advance(59_000);
    expect(await stateOf(slow.pairing.id)).toBe('claimed');
    clock.advance(1000);
    expect(await fault(() => wait(taken.claim))).toMatch(/^gone: nobody confirmed/);

    expect(await fault(() => claim('no-such-code'))).toMatch(/^forbidden: this code is not known/);
    expect(await fault(() => wait('no-such-claim'))).toMatch(/^gone: /);
  });

  it('may not guess: wrong codes count against its address', async () => {
    const { code } = await offer(local());
    for (let i = 0; i < 3; i++) expect(await fault(() => claim(`guess-${i}`))).toMatch(/^forbidden/);
    expect(await fault(() => claim(code))).toMatch(/^rate-limited/);
    expect((await claim(code, phone('10.0.0.8'))).number).toMatch(/^\d{6}$/);
  });

  it('waits 20 s for an answer, then asks again', async () => {
    const { code } = await offer(local());
    const mine = await claim(code);
    const waiting = wait(mine.claim);
    await Promise.resolve();
    clock.advance(20_000);
    expect(await waiting).toEqual({ state: 'claimed', me: null });
  });
});

describe('who lets one in', () => {
  it('must name the number that the device shows, and only after there is a device', async () => {
    const { code, pairing } = await offer(local());
    expect(await fault(() => answer(pairing.id, true, '000000', local()))).toMatch(/^not-ready/);
    const { number } = await claim(code);
    const other = number === '111111' ? '222222' : '111111';
    expect(await fault(() => answer(pairing.id, true, other, local()))).toMatch(/^stale/);
    expect(await fault(() => answer(pairing.id, true, undefined, local()))).toMatch(/^stale/);
    expect(await stateOf(pairing.id)).toBe('claimed');
  });

  it('can hand out no more than they hold themselves', async () => {
    await addUser('ann', ['read', 'type', 'admin']);
    await addUser('bob', ['read', 'type']);
    const whole = await tokenOf('bob', ['read', 'type']);
    const less = await tokenOf('bob', ['read']);
    const some = await tokenOf('bob', ['read', 'type'], { sessions: ['s_1'] });
    const agent = ask(auth.authenticate(auth.agentToken('s_1', 'fixer'), 'bearer'));
    expect((await offer(whole)).pairing).toMatchObject({ by: 'bob', user: 'bob' });
    for (const by of [less, some, agent]) expect(await fault(() => offer(by))).toMatch(/^(forbidden|not-found)/);
    expect(await fault(() => offer(whole, 'ann'))).toMatch(/^forbidden/);
    expect((await offer(local(), 'bob')).pairing).toMatchObject({ by: 'local', user: 'bob' });
  });

  it('sees their own ones only, an admin all; a device ends with the token that let it in', async () => {
    await addUser('ann', ['read', 'admin']);
    await addUser('bob', ['read']);
    const bob = await tokenOf('bob', ['read'], { expiresIn: DAY / 1000 });
    const mine = await offer(bob);
    const others = await offer(local());
    const { live, filter } = h()['auth.pairings']({}, bob);
    expect(live.snapshot(filter).rows.map(({ id }) => id)).toEqual([mine.pairing.id]);
    expect(await fault(() => answer(others.pairing.id, false, undefined, bob))).toMatch(/^not-found/);
    const device = await claim(mine.code);
    await answer(mine.pairing.id, true, device.number, bob);
    await wait(device.claim);
    const [row] = await call(() => h()['auth.devices']({}, bob));
    expect(row?.expiresAt).toBe(clock.now() + DAY);
  });

  it('has a handful of codes open at once', async () => {
    for (let i = 0; i < 8; i++) await offer(local());
    expect(await fault(() => offer(local()))).toMatch(/^rate-limited/);
    clock.advance(60_000);
    await offer(local());
  });
});
