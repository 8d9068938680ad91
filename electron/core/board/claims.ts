/** Claims: who works on a card, for how long. They run out on the clock; the activity of a session keeps its own alive. */
import type { Actor } from '../../../shared/contract/actors.ts';
import type { CardChange } from '../../../shared/contract/board.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Rows } from './rows.ts';
import type { KeptCard } from './rules.ts';
import type { BoardStore, Standing } from './store.ts';

export interface Claims {
  /** Undefined when the database gave it to nobody: see `claimRefusal`. */
  take(key: string, by: Actor, leaseMs: number): KeptCard | undefined;
  /** Undefined when the claim with this fence has ended. */
  renew(key: string, fence: number, leaseMs: number): KeptCard | undefined;
  /** Ends it for `why`; `who` is in the history. Undefined when it has ended already. */
  end(key: string, fence: number, who: Actor, what: 'released' | 'expired', why: string): KeptCard | undefined;
  /** The claims of a session, kept alive: a card is written at most every quarter of its lease. */
  active(sessionId: string): void;
  /** Ends those that have run out by now, should the timer be late. */
  sweep(): void;
  /** Looks anew at the claim of a card that was written elsewhere. */
  note(card: KeptCard): void;
  /** The card is gone. */
  forget(key: string): void;
  close(): void;
}

export interface ClaimsDeps {
  readonly store: BoardStore;
  readonly rows: Rows;
  readonly clock: Clock;
  readonly bus: Bus;
}

export function createClaims({ store, rows, clock, bus }: ClaimsDeps): Claims {
  const standing = new Map<string, Standing>();
  const bySession = new Map<string, Set<string>>();
  let cancel: () => void = () => {};
  let due = Number.POSITIVE_INFINITY;

  const unlist = (key: string): void => {
    const claim = standing.get(key);
    if (!claim) return;
    standing.delete(key);
    const keys = bySession.get(claim.by.id);
    keys?.delete(key);
    if (keys?.size === 0) bySession.delete(claim.by.id);
  };
  const list = (claim: Standing): void => {
    unlist(claim.key);
    standing.set(claim.key, claim);
    if (claim.by.kind === 'session') {
      bySession.set(claim.by.id, (bySession.get(claim.by.id) ?? new Set()).add(claim.key));
    }
    arm(claim.expiresAt);
  };
  /** One timer for the claim that runs out first; when that one was renewed, it looks for the next. */
  const arm = (at: number): void => {
    if (at >= due) return;
    cancel();
    due = at;
    cancel = clock.after(Math.max(0, at - clock.now()), () => {
      claims.sweep();
      due = Number.POSITIVE_INFINITY;
      const next = Math.min(...[...standing.values()].map(({ expiresAt }) => expiresAt));
      if (Number.isFinite(next)) arm(next);
    });
  };
  const record = (card: KeptCard, by: Actor, what: CardChange['what'], text: string): void => {
    store.change({ key: card.key, at: card.updatedAt, by, what, changes: {}, text, version: card.version });
  };

  const claims: Claims = {
    take(key, by, leaseMs) {
      const card = store.transaction(() => {
        const taken = store.claim(key, by, clock.now(), leaseMs);
        if (taken) record(taken, by, 'claimed', '');
        return taken;
      });
      if (!card?.claim) return undefined;
      list({ key, fence: card.fence, leaseMs, expiresAt: card.claim.expiresAt, by });
      rows.publish(card);
      return card;
    },
    renew(key, fence, leaseMs) {
      const card = store.renew(key, fence, clock.now() + leaseMs, leaseMs);
      if (!card?.claim) return undefined;
      list({ key, fence, leaseMs, expiresAt: card.claim.expiresAt, by: card.claim.by });
      rows.publish(card);
      return card;
    },
    end(key, fence, who, what, why) {
      const card = store.transaction(() => {
        const ended = store.end(key, fence, clock.now());
        if (ended) record(ended, who, what, why);
        return ended;
      });
      unlist(key);
      if (card) rows.publish(card);
      return card;
    },
    active(sessionId) {
      const now = clock.now();
      for (const key of [...(bySession.get(sessionId) ?? [])]) {
        const claim = standing.get(key);
        if (!claim || claim.expiresAt <= now || claim.expiresAt - now > claim.leaseMs * 0.75) continue;
        if (!claims.renew(key, claim.fence, claim.leaseMs)) unlist(key);
      }
    },
    sweep() {
      const now = clock.now();
      // No claim runs out before the timer is due.
      if (now < due) return;
      for (const { key, fence, by, expiresAt } of [...standing.values()]) {
        if (expiresAt <= now) claims.end(key, fence, by, 'expired', 'the lease ran out');
      }
    },
    note(card) {
      if (!card.claim) unlist(card.key);
    },
    forget: unlist,
    close() {
      cancel();
      for (const stop of stops) stop();
    },
  };

  for (const claim of store.standing()) list(claim);
  claims.sweep();
  const stops = [
    bus.on('session.state', ({ session }) => {
      if (session.state === 'working') claims.active(session.id);
    }),
    bus.on('session.screen', ({ id }) => claims.active(id)),
    bus.on('session.removed', ({ id }) => {
      for (const key of [...(bySession.get(id) ?? [])]) {
        const claim = standing.get(key);
        if (claim) claims.end(key, claim.fence, claim.by, 'released', 'its session was removed');
      }
    }),
  ];
  return claims;
}
