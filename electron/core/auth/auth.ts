/** The door of the auth room: who asks, and who may be let in. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scope } from '../../../shared/contract/define.ts';
import { SCOPES } from '../../../shared/contract/define.ts';
import { newTokenId } from '../../../shared/ids.ts';
import type { Audit } from '../../kernel/audit.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Handlers, Principal } from '../../kernel/handlers.ts';
import type { Db } from '../../platform/ports.ts';
import type { SettingsAccess } from '../settings/settings.ts';
import { createAttempts } from './attempts.ts';
import { authHandlers } from './handlers.ts';
import { effective, parseToken, tokenText } from './rules.ts';
import { type AuthStore, createAuthStore, type TokenKind, type UserRow } from './store.ts';

export interface AuthDeps {
  readonly db: Db;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly settings: Pick<SettingsAccess, 'value'>;
  readonly audit: Audit;
  /** The setup code lies here as `setup-code` (0600) while there is no user. */
  readonly dataDir: string;
  /** The lock's token: who can read the lock is the user of this machine. */
  readonly localToken: string;
}

export interface Auth {
  readonly handlers: Pick<Handlers, Extract<keyof Handlers, `auth.${string}`>>;
  /** Null for a secret that is unknown, expired, revoked, or of the wrong kind for where it came from. */
  authenticate(secret: string, via: 'bearer' | 'cookie'): Principal | null;
  stillValid(who: Principal): boolean;
  /** The code of the setup link; null once there is a user. Valid for 24 h, the same over restarts. */
  setupCode(): Promise<string | null>;
  /** A token for the agent of a session: it may read that session, nothing else. Ends the one before. */
  agentToken(sessionId: string, name: string): string;
  revokeAgentToken(sessionId: string): void;
}

/** What the handlers share with the door. */
export interface AuthWork {
  readonly store: AuthStore;
  readonly attempts: ReturnType<typeof createAttempts>;
  readonly deps: AuthDeps;
  mint(row: {
    kind: TokenKind;
    name: string;
    userId: string | null;
    scopes: readonly Scope[];
    sessions?: readonly string[] | null;
    nodes?: readonly string[] | null;
    expiresAt?: number | null;
  }): { id: string; token: string };
  /** A browser session: the cookie's value. */
  cookieFor(user: UserRow): string;
  revoke(ids: readonly string[]): void;
  /** Uses the setup code up; false when it is wrong or too old. */
  takeSetupCode(code: string): boolean;
  forgetSetupCode(): Promise<void>;
}

const SETUP_MS = 24 * 3600_000;
/** `last used` is written at most this often. */
const TOUCH_MS = 60_000;
const DAY_MS = 24 * 3600_000;
const LOCAL_ID = 'local';

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);

export function createAuth(deps: AuthDeps): Auth {
  const { clock, bus, settings } = deps;
  const store = createAuthStore(deps.db);
  const attempts = createAttempts(clock.now, () => settings.value('auth.loginAttempts'));
  const localHash = hash(deps.localToken);
  const local: Principal = {
    user: 'local',
    tokenId: LOCAL_ID,
    via: 'local',
    scopes: new Set(SCOPES),
    sessions: null,
    nodes: null,
  };
  const setupFile = join(deps.dataDir, 'setup-code');
  store.removeExpired(clock.now());

  const work: AuthWork = {
    store,
    attempts,
    deps,
    mint({ kind, name, userId, scopes, sessions = null, nodes = null, expiresAt = null }) {
      const id = newTokenId();
      const secret = randomBytes(32).toString('base64url');
      store.addToken({
        id,
        kind,
        name,
        userId,
        secretHash: hash(secret),
        scopes,
        sessions,
        nodes,
        createdAt: clock.now(),
        expiresAt,
      });
      return { id, token: tokenText(id, secret) };
    },
    cookieFor(user) {
      const expiresAt = clock.now() + settings.value('auth.cookieDays') * DAY_MS;
      return work.mint({ kind: 'browser', name: 'browser', userId: user.id, scopes: user.scopes, expiresAt }).token;
    },
    revoke(ids) {
      const gone = ids.filter((id) => store.removeToken(id));
      if (gone.length > 0) bus.emit('auth.revoked', { tokenIds: gone });
    },
    takeSetupCode(code) {
      const setup = store.setup();
      return setup !== null && setup.expiresAt > clock.now() && same(hash(code), setup.hash);
    },
    async forgetSetupCode() {
      store.clearSetup();
      await rm(setupFile, { force: true });
    },
  };

  return {
    handlers: authHandlers(work),
    authenticate(secret, via) {
      if (via === 'bearer' && same(hash(secret), localHash)) return local;
      const parsed = parseToken(secret);
      if (!parsed) return null;
      const row = store.tokenById(parsed.id);
      if (!row || !same(hash(parsed.secret), row.secretHash)) return null;
      const now = clock.now();
      if (row.expiresAt !== null && row.expiresAt <= now) return null;
      // a cookie's value in a header, or a token in a cookie, is not what either was made for
      if ((row.kind === 'browser') !== (via === 'cookie')) return null;
      const user = row.userId === null ? null : store.userById(row.userId);
      if (row.userId !== null && user === null) return null;
      if (row.lastUsedAt === null || now - row.lastUsedAt >= TOUCH_MS) store.touch(row.id, now);
      return {
        user: user?.name ?? (row.kind === 'agent' ? `agent ${row.name}` : 'local'),
        tokenId: row.id,
        via: row.kind,
        scopes: effective(row.scopes, user?.scopes ?? null),
        sessions: row.sessions === null ? null : new Set(row.sessions),
        nodes: row.nodes === null ? null : new Set(row.nodes),
      };
    },
    stillValid(who) {
      if (who.tokenId === LOCAL_ID) return true;
      const row = store.tokenById(who.tokenId);
      return row !== null && (row.expiresAt === null || row.expiresAt > clock.now());
    },
    async setupCode() {
      if (store.users().length > 0) {
        await work.forgetSetupCode();
        return null;
      }
      const known = (await readFile(setupFile, 'utf8').catch(() => '')).trim();
      if (known && work.takeSetupCode(known)) return known;
      const code = randomBytes(24).toString('base64url');
      store.setSetup(hash(code), clock.now() + SETUP_MS);
      await writeFile(setupFile, `${code}\n`, { mode: 0o600 });
      return code;
    },
    agentToken(sessionId, name) {
      work.revoke(store.agentIdsOf(sessionId));
      return work.mint({ kind: 'agent', name, userId: null, scopes: ['read'], sessions: [sessionId] }).token;
    },
    revokeAgentToken: (sessionId) => work.revoke(store.agentIdsOf(sessionId)),
  };
}
