/**
 * Letting a phone in by a code that it reads from a screen: the code is used once and within 60 s, the device that used it
 * shows a number, and whoever sees the same number on both screens confirms. Kept in memory, as hashes: a hub that starts
 * anew has forgotten what would have been over anyway.
 */
import { randomBytes, randomInt } from 'node:crypto';
import type { Pairing } from '../../../shared/contract/auth.ts';
import { SCOPES } from '../../../shared/contract/define.ts';
import { Fault } from '../../../shared/fault.ts';
import { newPairingId } from '../../../shared/ids.ts';
import { type Audit, actor } from '../../kernel/audit.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type Ask, type Handlers, may, type Principal } from '../../kernel/handlers.ts';
import { createLive } from '../../kernel/live.ts';
import type { Attempts } from './attempts.ts';
import type { Browsers } from './browsers.ts';
import { addressKey, deviceName, exceeding, overWhy } from './rules.ts';
import type { UserRow } from './store.ts';
import { digest } from './tokens.ts';

/** Milliseconds that the code holds, and then again the number. */
const VALID_MS = 60_000;
/** One that is over is remembered so long, so that whoever comes late hears why. */
const FORGET_MS = 10 * 60_000;
const WAIT_MS = 20_000;
/** Under way at once. */
const OF_USER = 8;
const OF_ALL = 64;
/** 160 bits, in the letters of addresses. */
const newCode = (): string => randomBytes(20).toString('base64url');
const keyOf = (secret: string): string => digest(secret).toString('hex');

interface Held {
  row: Pairing;
  /** Whom the device will be; null: the machine itself. */
  readonly ownerId: string | null;
  readonly code: string;
  claim: string | null;
  /** The confirmer's own right ends then, and the device's with it. */
  until: number | null;
  /** What the device was given: asking once more, after an answer that was lost, replaces it. */
  given: string | null;
  cancel: () => void;
  readonly waiting: Set<() => void>;
}

export type PairingHandlers = Pick<
  Handlers,
  | 'auth.offerPairing'
  | 'auth.pairing'
  | 'auth.answerPairing'
  | 'auth.pairings'
  | 'auth.claimPairing'
  | 'auth.awaitPairing'
>;

export function createPairing(deps: {
  readonly clock: Clock;
  readonly audit: Audit;
  readonly attempts: Attempts;
  readonly browsers: Browsers;
  /** The user of that name, or whom `who` acts for; null: the machine itself. */
  readonly ownerOf: (name: string | undefined, who: Principal) => UserRow | null;
  readonly userById: (id: string) => UserRow | null;
  /** When the right of `who` ends; null: never. */
  readonly endOf: (who: Principal) => number | null;
  /** Ends a device. */
  readonly drop: (id: string) => void;
}): { readonly handlers: PairingHandlers; close(): void } {
  const { clock, audit, attempts, browsers } = deps;
  const live = createLive<Pairing>({ key: ({ id }) => id });
  const byId = new Map<string, Held>();
  const byCode = new Map<string, Held>();
  const byClaim = new Map<string, Held>();

  const isOver = ({ row }: Held): boolean => overWhy(row) !== null;
  const change = (held: Held, next: Partial<Pairing>) => {
    held.row = { ...held.row, ...next };
    live.put(held.row);
    if (isOver(held)) {
      held.cancel();
      held.cancel = clock.after(FORGET_MS, () => forget(held));
    }
    for (const wake of [...held.waiting]) wake();
  };
  const forget = (held: Held) => {
    byId.delete(held.row.id);
    byCode.delete(held.code);
    if (held.claim !== null) byClaim.delete(held.claim);
    live.drop(held.row.id);
  };
  const limit = (held: Held): number => {
    held.cancel();
    held.cancel = clock.after(VALID_MS, () => change(held, { state: 'expired' }));
    return clock.now() + VALID_MS;
  };
  const mayPair = (who: Principal, owner: UserRow | null) => {
    if (who.via === 'agent') throw new Fault('forbidden', "an agent's own token lets no device in");
    if (who.sessions || who.nodes) throw new Fault('forbidden', 'a limited token cannot let a whole device in');
    const beyond = exceeding(owner?.scopes ?? SCOPES, who.scopes);
    if (beyond.length > 0)
      throw new Fault(
        'forbidden',
        `a device of ${owner?.name ?? 'this machine'} may ${beyond.join(', ')}; you may not`,
      );
  };
  const seen = (row: Pairing, who: Principal): boolean =>
    who.via !== 'agent' && (may(who, 'admin') || row.by === who.user);
  const must = (id: string, who: Principal): Held => {
    const held = byId.get(id);
    if (!held || !seen(held.row, who))
      throw new Fault('not-found', 'this pairing is over and forgotten; begin another');
    return held;
  };
  const owner = (held: Held): UserRow | null => {
    if (held.ownerId === null) return null;
    const user = deps.userById(held.ownerId);
    if (!user) throw new Fault('gone', `there is no user ${held.row.user} any more`);
    return user;
  };
  /** Until something changed, or somebody gave up. */
  const changed = (held: Held, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const done = () => {
        stop();
        held.waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const stop = clock.after(WAIT_MS, done);
      held.waiting.add(done);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
  const fetchBy = (held: Held, ask: Ask) => {
    const user = owner(held);
    if (held.given !== null) deps.drop(held.given);
    const { me, id } = browsers.signIn(user, held.row.device ?? undefined, ask, held.until);
    held.given = id;
    if (held.row.state === 'accepted') change(held, { state: 'paired' });
    return { state: 'paired' as const, me };
  };

  const handlers: PairingHandlers = {
    'auth.offerPairing': ({ user: wanted }, { who }) => {
      const user = deps.ownerOf(wanted, who);
      if (wanted !== undefined && !may(who, 'admin') && user?.name !== who.user)
        throw new Fault('forbidden', 'only an admin may let devices of other users in');
      mayPair(who, user);
      const open = [...byId.values()].filter((held) => !isOver(held));
      if (open.filter(({ row }) => row.by === who.user).length >= OF_USER || open.length >= OF_ALL)
        throw new Fault('rate-limited', 'too many codes are open; use one of them, or wait a minute', {
          retryAfter: VALID_MS / 1000,
        });
      const code = newCode();
      const held: Held = {
        row: {
          id: newPairingId(),
          by: who.user,
          user: user?.name ?? 'local',
          state: 'open',
          number: null,
          device: null,
          address: null,
          expiresAt: clock.now() + VALID_MS,
        },
        ownerId: user?.id ?? null,
        code: keyOf(code),
        claim: null,
        until: null,
        given: null,
        cancel: () => {},
        waiting: new Set(),
      };
      limit(held);
      byId.set(held.row.id, held);
      byCode.set(held.code, held);
      live.put(held.row);
      return { code, pairing: held.row };
    },
    'auth.pairing': ({ id }, { who }) => must(id, who).row,
    'auth.answerPairing': ({ id, accept, number }, { who }) => {
      const held = must(id, who);
      const { row } = held;
      const over = overWhy(row);
      if (over !== null) throw new Fault('gone', over);
      if (!accept) {
        if (row.device !== null)
          audit({ ...actor(who), action: 'device.decline', target: row.device, detail: { address: row.address } });
        change(held, { state: 'declined' });
        return held.row;
      }
      mayPair(who, owner(held));
      if (row.state === 'open') throw new Fault('not-ready', 'no device has used the code yet');
      if (number !== row.number)
        throw new Fault('stale', 'this is not the number of the device that asks; let nobody in, and show a new code');
      if (row.state === 'accepted') return row;
      held.until = deps.endOf(who);
      const detail = { user: row.user, address: row.address };
      audit({ ...actor(who), action: 'device.pair', target: row.device ?? '', detail });
      change(held, { state: 'accepted' });
      return held.row;
    },
    'auth.pairings': (_params, { who }) => ({ live, filter: (row) => seen(row, who) }),
    'auth.claimPairing': ({ code, device }, { address }) => {
      const attempt = attempts.begin([`address ${addressKey(address)}`]);
      const held = byCode.get(keyOf(code));
      if (!held) throw new Fault('forbidden', 'this code is not known here; show a new one, and read it again');
      attempt.succeeded();
      const over = overWhy(held.row);
      if (over !== null) throw new Fault('gone', over);
      if (held.row.state !== 'open')
        throw new Fault(
          'gone',
          'another device has used this code already; if it is not yours, decline it there and show a new one',
        );
      const claim = newCode();
      const number = String(randomInt(1_000_000)).padStart(6, '0');
      held.claim = keyOf(claim);
      byClaim.set(held.claim, held);
      const expiresAt = limit(held);
      change(held, { state: 'claimed', number, device: deviceName(device), address, expiresAt });
      return { claim, number, user: held.row.user, expiresAt };
    },
    'auth.awaitPairing': async ({ claim }, ask) => {
      const held = byClaim.get(keyOf(claim));
      if (!held) throw new Fault('gone', 'this pairing is over; show a new code, and read it again');
      if (held.row.state === 'claimed') await changed(held, ask.signal);
      const over = overWhy(held.row);
      // Its answer may have been lost: within the minute the same device is let in all the same.
      if (held.row.state === 'paired' && held.row.expiresAt > clock.now()) return fetchBy(held, ask);
      if (over !== null) throw new Fault(held.row.state === 'declined' ? 'refused' : 'gone', over);
      return held.row.state === 'accepted' ? fetchBy(held, ask) : { state: 'claimed', me: null };
    },
  };
  return {
    handlers,
    close() {
      for (const held of byId.values()) {
        held.cancel();
        for (const wake of [...held.waiting]) wake();
      }
    },
  };
}
