/** Browsers that are signed in: each a cookie of its own, listed as a device. */
import type { Device, Me } from '../../../shared/contract/auth.ts';
import { SCOPES } from '../../../shared/contract/define.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type Ask, may, type Principal } from '../../kernel/handlers.ts';
import { deviceName, expiry, ordered } from './rules.ts';
import type { Store, UserRow } from './store.ts';
import type { Tokens } from './tokens.ts';

const BROWSERS_OF_USER = 50;
const DAY_MS = 86_400_000;

export interface Browsers {
  /**
   * Signs the asking browser in: the oldest ones of the user make room. `user` null: as the machine itself, before there is
   * anybody. `until`: not beyond (Unix milliseconds; null: as the setting says).
   */
  signIn(
    user: UserRow | null,
    device: string | undefined,
    ask: Ask,
    until?: number | null,
  ): { readonly me: Me; readonly id: string };
  /** Those that `who` may see. */
  list(who: Principal): Device[];
}

export function createBrowsers(deps: {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly clock: Clock;
  /** How long a cookie holds. */
  readonly days: () => number;
}): Browsers {
  const { store, tokens, clock, days } = deps;
  return {
    signIn(user, device, ask, until = null) {
      const userId = user?.id ?? null;
      const before = store.tokensOfKind('browser').filter((row) => row.userId === userId);
      const old = before.slice(0, Math.max(0, before.length - BROWSERS_OF_USER + 1)).map((row) => row.id);
      tokens.revoked(old.filter((id) => store.dropToken(id)));
      const now = clock.now();
      const expiresAt = expiry(now + Math.round(days() * DAY_MS), until) ?? now;
      const scopes = ordered(user?.scopes ?? SCOPES);
      const { id, secret } = tokens.mint('browser', { name: deviceName(device), userId, scopes, expiresAt });
      if (user) store.loggedIn(user.id, now);
      ask.cookie = secret;
      ask.cookieMaxAge = Math.round((expiresAt - now) / 1000);
      return { me: { user: user?.name ?? 'local', scopes, via: 'browser', sessions: null }, id };
    },
    list(who) {
      const names = new Map(store.users().map((user) => [user.id, user.name]));
      return store
        .tokensOfKind('browser')
        .map((row) => ({
          id: row.id,
          name: row.name,
          user: row.userId === null ? 'local' : (names.get(row.userId) ?? ''),
          createdAt: row.createdAt,
          expiresAt: row.expiresAt,
          lastUsedAt: row.lastUsedAt,
          current: row.id === who.tokenId,
        }))
        .filter((row) => may(who, 'admin') || row.user === who.user);
    },
  };
}
