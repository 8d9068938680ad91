/** The only SQL for users, tokens and the setup code. No cache: a revocation by another process counts at once. */
import type { Scope } from '../../../shared/contract/define.ts';
import type { Db } from '../../platform/ports.ts';

export type TokenKind = 'token' | 'browser' | 'agent';

export interface UserRow {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly passphrase: string;
  readonly createdAt: number;
  readonly lastLoginAt: number | null;
}

export interface TokenRow {
  readonly id: string;
  readonly kind: TokenKind;
  readonly name: string;
  readonly userId: string | null;
  readonly secretHash: Uint8Array;
  readonly scopes: readonly Scope[];
  readonly sessions: readonly string[] | null;
  readonly nodes: readonly string[] | null;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
}

interface RawUser {
  id: string;
  name: string;
  scopes: string;
  passphrase: string;
  created_at: number;
  last_login_at: number | null;
}
interface RawToken {
  id: string;
  kind: TokenKind;
  name: string;
  user_id: string | null;
  secret_hash: Uint8Array;
  scopes: string;
  sessions: string | null;
  nodes: string | null;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
}

const list = (text: string | null): string[] | null => (text === null ? null : (JSON.parse(text) as string[]));
const user = (raw: RawUser): UserRow => ({
  id: raw.id,
  name: raw.name,
  scopes: JSON.parse(raw.scopes) as Scope[],
  passphrase: raw.passphrase,
  createdAt: raw.created_at,
  lastLoginAt: raw.last_login_at,
});
const token = (raw: RawToken): TokenRow => ({
  id: raw.id,
  kind: raw.kind,
  name: raw.name,
  userId: raw.user_id,
  secretHash: raw.secret_hash,
  scopes: JSON.parse(raw.scopes) as Scope[],
  sessions: list(raw.sessions),
  nodes: list(raw.nodes),
  createdAt: raw.created_at,
  expiresAt: raw.expires_at,
  lastUsedAt: raw.last_used_at,
});

export type AuthStore = ReturnType<typeof createAuthStore>;

export function createAuthStore(db: Db) {
  const users = db.prepare<RawUser>('SELECT * FROM auth_users ORDER BY created_at, id');
  const userById = db.prepare<RawUser>('SELECT * FROM auth_users WHERE id = ?');
  const userByName = db.prepare<RawUser>('SELECT * FROM auth_users WHERE name = ?');
  const addUser = db.prepare(
    'INSERT INTO auth_users (id, name, scopes, passphrase, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const setScopes = db.prepare('UPDATE auth_users SET scopes = ? WHERE id = ?');
  const setPassphrase = db.prepare('UPDATE auth_users SET passphrase = ? WHERE id = ?');
  const setLogin = db.prepare('UPDATE auth_users SET last_login_at = ? WHERE id = ?');
  const removeUser = db.prepare('DELETE FROM auth_users WHERE id = ?');
  const tokenById = db.prepare<RawToken>('SELECT * FROM auth_tokens WHERE id = ?');
  const tokens = db.prepare<RawToken>("SELECT * FROM auth_tokens WHERE kind = 'token' ORDER BY created_at DESC, id");
  const tokenIdsOf = db.prepare<{ id: string }>('SELECT id FROM auth_tokens WHERE user_id = ?');
  const agentIdsOf = db.prepare<{ id: string }>("SELECT id FROM auth_tokens WHERE kind = 'agent' AND sessions = ?");
  const addToken = db.prepare(
    `INSERT INTO auth_tokens (id, kind, name, user_id, secret_hash, scopes, sessions, nodes, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const removeToken = db.prepare('DELETE FROM auth_tokens WHERE id = ?');
  const removeExpired = db.prepare('DELETE FROM auth_tokens WHERE expires_at IS NOT NULL AND expires_at < ?');
  const touch = db.prepare('UPDATE auth_tokens SET last_used_at = ? WHERE id = ?');
  const setup = db.prepare<{ code_hash: Uint8Array; expires_at: number }>(
    'SELECT code_hash, expires_at FROM auth_setup',
  );
  const setSetup = db.prepare(
    'INSERT INTO auth_setup (id, code_hash, expires_at) VALUES (1, ?, ?) ON CONFLICT (id) DO UPDATE SET code_hash = excluded.code_hash, expires_at = excluded.expires_at',
  );
  const clearSetup = db.prepare('DELETE FROM auth_setup');

  return {
    transaction: <T>(work: () => T): T => db.transaction(work),
    users: () => users.all().map(user),
    userById(id: string): UserRow | null {
      const raw = userById.get(id);
      return raw ? user(raw) : null;
    },
    /** Case does not matter in a user's name. */
    userByName(name: string): UserRow | null {
      const raw = userByName.get(name);
      return raw ? user(raw) : null;
    },
    /** False when the name is taken. */
    addUser: (row: Omit<UserRow, 'lastLoginAt'>): boolean =>
      addUser.run(row.id, row.name, JSON.stringify(row.scopes), row.passphrase, row.createdAt).changes > 0,
    setScopes: (id: string, scopes: readonly Scope[]) => setScopes.run(JSON.stringify(scopes), id),
    setPassphrase: (id: string, stored: string) => setPassphrase.run(stored, id),
    setLogin: (id: string, at: number) => setLogin.run(at, id),
    removeUser: (id: string) => removeUser.run(id),
    tokenById(id: string): TokenRow | null {
      const raw = tokenById.get(id);
      return raw ? token(raw) : null;
    },
    /** Named tokens only: neither browsers nor agents. */
    tokens: () => tokens.all().map(token),
    tokenIdsOf: (userId: string) => tokenIdsOf.all(userId).map((row) => row.id),
    agentIdsOf: (sessionId: string) => agentIdsOf.all(JSON.stringify([sessionId])).map((row) => row.id),
    addToken(row: Omit<TokenRow, 'lastUsedAt'>): void {
      const json = (value: readonly string[] | null) => (value === null ? null : JSON.stringify(value));
      const { id, kind, name, userId, secretHash, scopes, sessions, nodes, createdAt, expiresAt } = row;
      addToken.run(
        id,
        kind,
        name,
        userId,
        secretHash,
        JSON.stringify(scopes),
        json(sessions),
        json(nodes),
        createdAt,
        expiresAt,
      );
    },
    removeToken: (id: string): boolean => removeToken.run(id).changes > 0,
    removeExpired: (now: number) => removeExpired.run(now),
    touch: (id: string, at: number) => touch.run(at, id),
    setup(): { readonly hash: Uint8Array; readonly expiresAt: number } | null {
      const raw = setup.get();
      return raw ? { hash: raw.code_hash, expiresAt: raw.expires_at } : null;
    },
    setSetup: (hash: Uint8Array, expiresAt: number) => setSetup.run(hash, expiresAt),
    clearSetup: () => clearSetup.run(),
  };
}
