/** Secrets to principals. Every question goes to the database, so that a revocation by anybody counts at once. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { SCOPES, type Scope } from '../../../shared/contract/define.ts';
import { newTokenId } from '../../../shared/ids.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Principal } from '../../kernel/handlers.ts';
import type { Logger } from '../../kernel/logger.ts';
import { HUB_TOKEN, ordered, readSecret, within, writeSecret } from './rules.ts';
import type { Holder, Store, TokenKind } from './store.ts';

/** 256 random bits need no slow hash. */
export const digest = (secret: string): Buffer => createHash('sha256').update(secret).digest();
export const newSecret = (): string => randomBytes(32).toString('hex');

/** How often other processes' changes are looked for; the cost is one number read from shared memory. */
const WATCH_MS = 500;
const USED_EVERY_MS = 60_000;

export interface Minted {
  readonly id: string;
  /** Shown once. */
  readonly secret: string;
}

export interface Tokens {
  /** Null for an unknown, expired, revoked or misused secret. No slow work. */
  authenticate(secret: string, via: 'bearer' | 'cookie'): Principal | null;
  /** Whether it still holds exactly what it did; false also when its rights were changed. */
  stillValid(who: Principal): boolean;
  mint(
    kind: TokenKind,
    give: {
      readonly name: string;
      readonly userId: string | null;
      readonly scopes: readonly Scope[];
      readonly sessions?: readonly string[] | null;
      readonly nodes?: readonly string[] | null;
      readonly expiresAt?: number | null;
    },
  ): Minted;
  /** Tells the bus; the rows are gone already or no longer give what they did. */
  revoked(ids: readonly string[]): void;
  close(): void;
}

const VIA = { token: 'token', browser: 'browser', agent: 'agent' } as const;

/** What the holder may do now; null when that is nothing. */
function principal({ token, user }: Holder, now: number): Principal | null {
  if (token.expiresAt !== null && token.expiresAt <= now) return null;
  if (token.userId !== null && user === null) return null;
  const owned = user ? new Set(user.scopes) : null;
  const scopes =
    token.kind === 'browser' && owned ? ordered(owned) : owned ? within(token.scopes, owned) : token.scopes;
  if (scopes.length === 0) return null;
  // What comes by another hub was not done by who sits here.
  const forHub = token.kind === 'token' && token.name.startsWith(HUB_TOKEN);
  return {
    user: token.kind === 'agent' ? `agent ${token.name}` : (user?.name ?? (forHub ? 'hub' : 'local')),
    tokenId: token.id,
    via: VIA[token.kind],
    scopes: new Set(scopes),
    sessions: token.sessions === null ? null : new Set(token.sessions),
    nodes: token.nodes === null ? null : new Set(token.nodes),
    ...(user ? { userId: user.id } : {}),
    ...(forHub ? { hub: true } : {}),
  };
}

const rights = (who: Principal): string =>
  JSON.stringify([who.user, ordered(who.scopes), who.sessions && [...who.sessions], who.nodes ? [...who.nodes] : null]);

export function createTokens({
  store,
  clock,
  bus,
  log,
  localToken,
}: {
  readonly store: Store;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly log: Logger;
  readonly localToken: string;
}): Tokens {
  const local = digest(localToken);
  const localPrincipal: Principal = {
    user: 'local',
    tokenId: 'local',
    via: 'local',
    scopes: new Set(SCOPES),
    sessions: null,
    nodes: null,
  };
  /** Tokens that came in since the start and what they could do then: the ones that may have open sockets. */
  const seen = new Map<string, { readonly rights: string; readonly expiresAt: number | null }>();
  let version = store.dataVersion();

  const now = (id: string): { who: Principal; holder: Holder } | null => {
    const holder = store.holder(id);
    const who = holder && principal(holder, clock.now());
    return holder && who ? { who, holder } : null;
  };
  const revoked = (ids: readonly string[]) => {
    for (const id of ids) seen.delete(id);
    if (ids.length > 0) bus.emit('auth.revoked', { tokenIds: ids });
  };
  const watch = () => {
    try {
      const current = store.dataVersion();
      const changed = current !== version;
      version = current;
      const at = clock.now();
      const gone = [...seen].filter(([id, was]) => {
        if (!changed && (was.expiresAt === null || was.expiresAt > at)) return false;
        const held = now(id);
        return held === null || rights(held.who) !== was.rights;
      });
      revoked(gone.map(([id]) => id));
    } catch (error) {
      log.error('the tokens could not be checked', { error });
    }
  };
  const stop = clock.every(WATCH_MS, watch);

  return {
    authenticate(text, via) {
      if (via === 'bearer' && timingSafeEqual(digest(text), local)) return localPrincipal;
      const given = readSecret(text);
      const held = given && now(given.id);
      if (!given || !held || !timingSafeEqual(digest(given.secret), held.holder.token.hash)) return null;
      // A cookie stolen as text is no token, and a token in a cookie would escape the checks on browsers.
      if ((held.holder.token.kind === 'browser') !== (via === 'cookie')) return null;
      const { id, lastUsedAt, expiresAt } = held.holder.token;
      seen.set(id, { rights: rights(held.who), expiresAt });
      if (lastUsedAt === null || clock.now() - lastUsedAt >= USED_EVERY_MS) {
        try {
          store.used(id, clock.now());
        } catch (error) {
          log.warn('the last use of a token could not be written', { error });
        }
      }
      return held.who;
    },
    stillValid(who) {
      if (who.tokenId === 'local') return who.via === 'local';
      const held = now(who.tokenId);
      return held !== null && rights(held.who) === rights(who);
    },
    mint(kind, { name, userId, scopes, sessions = null, nodes = null, expiresAt = null }) {
      const id = newTokenId();
      const secret = newSecret();
      const hash = digest(secret);
      store.addToken({ id, kind, name, userId, hash, scopes, sessions, nodes, createdAt: clock.now(), expiresAt });
      return { id, secret: writeSecret(id, secret) };
    },
    revoked,
    close: stop,
  };
}
