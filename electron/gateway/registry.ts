/** Every open connection by its token: how many there may be, and cutting them when the token is revoked. */
import { Fault } from '../../shared/fault.ts';
import { CLOSE_REVOKED, CLOSE_STOPPING } from '../../shared/wire/frames.ts';
import type { Principal } from '../kernel/handlers.ts';
import type { Core } from './core.ts';
import { createBucket } from './flow.ts';

/** Ends a connection with a close code of the wire and the reason for it. */
export type Cut = (code: number, reason: string) => void;

export interface Registry {
  /**
   * A socket or stream of `who`; `cut` ends it. The answer takes it out again. Fault rate-limited when the token has too
   * many, or opens them too fast.
   */
  socket(who: Principal, cut: Cut): () => void;
  /** A request under way: counted by itself, as requests come and go quickly; cut as well. */
  request(who: Principal, cut: Cut): () => void;
  size(): number;
  close(): void;
}

interface Entry {
  readonly who: Principal;
  readonly cut: Cut;
  readonly counted: boolean;
}

export function createRegistry(
  core: Core,
  { perToken = 64, requests = 512, perSecond = 50, sweepMs = 1000 } = {},
): Registry {
  const byToken = new Map<string, Set<Entry>>();
  const buckets = new Map<string, ReturnType<typeof createBucket>>();
  const REVOKED = 'this token was revoked or has expired';

  const cut = (tokenId: string, code: number, reason: string) => {
    const held = byToken.get(tokenId);
    byToken.delete(tokenId);
    for (const entry of held ?? []) entry.cut(code, reason);
  };
  const stopHearing = core.bus.on('auth.revoked', ({ tokenIds }) => {
    for (const id of tokenIds) cut(id, CLOSE_REVOKED, REVOKED);
  });
  let sweeping = false;
  const sweep = async () => {
    if (sweeping) return;
    sweeping = true;
    try {
      // Each by itself: a token whose rights changed has sockets from before and from after.
      for (const { who, cut: end } of [...byToken.values()].flatMap((held) => [...held])) {
        if (!(await core.stillValid(who))) end(CLOSE_REVOKED, REVOKED);
      }
      for (const id of buckets.keys()) if (!byToken.has(id)) buckets.delete(id);
    } catch (error) {
      core.log('error', 'could not ask which tokens still hold', { error: String(error) });
    } finally {
      sweeping = false;
    }
  };
  const stopSweeping = core.clock.every(sweepMs, () => void sweep());

  const add = (entry: Entry) => {
    const id = entry.who.tokenId;
    const held = byToken.get(id) ?? new Set();
    byToken.set(id, held);
    held.add(entry);
    return () => {
      held.delete(entry);
      if (held.size === 0 && byToken.get(id) === held) byToken.delete(id);
    };
  };
  const count = (who: Principal, counted: boolean) => {
    let sum = 0;
    for (const entry of byToken.get(who.tokenId) ?? []) if (entry.counted === counted) sum++;
    return sum;
  };
  return {
    socket(who, end) {
      const bucket = buckets.get(who.tokenId) ?? createBucket(perSecond, perSecond * 2, core.clock.now);
      buckets.set(who.tokenId, bucket);
      if (count(who, true) >= perToken) {
        throw new Fault('rate-limited', `this token has ${perToken} open connections already; close some first`);
      }
      if (!bucket.take()) throw new Fault('rate-limited', 'this token opens connections too fast; wait a moment');
      return add({ who, cut: end, counted: true });
    },
    request(who, end) {
      if (count(who, false) >= requests) {
        throw new Fault('rate-limited', `this token has ${requests} requests under way already; wait for some`);
      }
      return add({ who, cut: end, counted: false });
    },
    size: () => [...byToken.values()].reduce((sum, held) => sum + held.size, 0),
    close() {
      stopHearing();
      stopSweeping();
      for (const id of [...byToken.keys()]) cut(id, CLOSE_STOPPING, 'the hub is stopping');
    },
  };
}
