/** The only SQL for users, tokens and the setup code. */
import { z } from 'zod';
import type { Scope } from '../../../shared/contract/define.ts';
import { SCOPES } from '../../../shared/contract/define.ts';
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
  readonly hash: Uint8Array;
  readonly scopes: readonly Scope[];
  readonly sessions: readonly string[] | null;
  readonly nodes: readonly string[] | null;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
}

/** A token with its owner as of now; null for tokens that nobody owns (the machine's own, agents). */
export interface Holder {
  readonly token: TokenRow;
  readonly user: UserRow | null;
}

const Scopes = z.array(z.enum(SCOPES));
const Ids = z.array(z.string()).nullable();
/** A scope that a newer version knows is left out; a row that cannot be read holds no scope at all. */
const scopesOf = (text: string): Scope[] => {
  const data: unknown = JSON.parse(text);
  return Array.isArray(data) ? data.flatMap((s) => Scopes.element.safeParse(s).data ?? []) : [];
};
const idsOf = (text: string | null): string[] | null => (text === null ? null : Ids.parse(JSON.parse(text)));

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

const user = (raw: RawUser): UserRow => ({
  id: raw.id,
  name: raw.name,
  scopes: scopesOf(raw.scopes),
  passphrase: raw.passphrase,
  createdAt: raw.created_at,
  lastLoginAt: raw.last_login_at,
});
const token = (raw: RawToken): TokenRow => ({
  id: raw.id,
  kind: raw.kind,
  name: raw.name,
  userId: raw.user_id,
  hash: raw.secret_hash,
  scopes: scopesOf(raw.scopes),
  sessions: idsOf(raw.sessions),
  nodes: idsOf(raw.nodes),
  createdAt: raw.created_at,
  expiresAt: raw.expires_at,
  lastUsedAt: raw.last_used_at,
});

export function createStore(db: Db) {
  const userById = db.prepare<RawUser>('SELECT * FROM auth_users WHERE id = ?');
  const userByName = db.prepare<RawUser>('SELECT * FROM auth_users WHERE name = ?');
  const allUsers = db.prepare<RawUser>('SELECT * FROM auth_users ORDER BY created_at, name');
  const addUser = db.prepare(
    'INSERT INTO auth_users (id, name, scopes, passphrase, created_at) VALUES (?, ?, ?, ?, ?)',
  );
  const setPassphrase = db.prepare('UPDATE auth_users SET passphrase = ? WHERE id = ?');
  const setScopes = db.prepare('UPDATE auth_users SET scopes = ? WHERE id = ?');
  const loggedIn = db.prepare('UPDATE auth_users SET last_login_at = ? WHERE id = ?');
  const dropUser = db.prepare('DELETE FROM auth_users WHERE id = ?');
  const tokenById = db.prepare<RawToken>('SELECT * FROM auth_tokens WHERE id = ?');
  const tokensOf = db.prepare<RawToken>('SELECT * FROM auth_tokens WHERE user_id = ? ORDER BY created_at, id');
  const tokensOfKind = db.prepare<RawToken>('SELECT * FROM auth_tokens WHERE kind = ? ORDER BY created_at, id');
  const addToken = db.prepare(
    `INSERT INTO auth_tokens (id, kind, name, user_id, secret_hash, scopes, sessions, nodes, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const used = db.prepare('UPDATE auth_tokens SET last_used_at = ? WHERE id = ?');
  const dropToken = db.prepare('DELETE FROM auth_tokens WHERE id = ?');
  const agentTokens = db.prepare<RawToken>("SELECT * FROM auth_tokens WHERE kind = 'agent' AND sessions = ?");
  const dropExpired = db.prepare<{ id: string }>('DELETE FROM auth_tokens WHERE expires_at <= ? RETURNING id');
  const setup = db.prepare<{ code_hash: Uint8Array; expires_at: number }>('SELECT * FROM auth_setup WHERE id = 1');
  const saveSetup = db.prepare('INSERT OR REPLACE INTO auth_setup (id, code_hash, expires_at) VALUES (1, ?, ?)');
  const dropSetup = db.prepare('DELETE FROM auth_setup');
  const dataVersion = db.prepare<{ data_version: number }>('PRAGMA data_version');
  const json = (value: readonly string[] | null): string | null => (value === null ? null : JSON.stringify(value));
  const drop = (rows: readonly RawToken[]): string[] =>
    rows.filter((row) => dropToken.run(row.id).changes > 0).map((row) => row.id);

  return {
    transaction: <T>(work: () => T): T => db.transaction(work),
    user(name: string): UserRow | null {
      const raw = userByName.get(name);
      return raw ? user(raw) : null;
    },
    users: (): UserRow[] => allUsers.all().map(user),
    addUser: (row: Omit<UserRow, 'lastLoginAt'>): void =>
      void addUser.run(row.id, row.name, JSON.stringify(row.scopes), row.passphrase, row.createdAt),
    setPassphrase: (id: string, hash: string): void => void setPassphrase.run(hash, id),
    setScopes: (id: string, scopes: readonly Scope[]): void => void setScopes.run(JSON.stringify(scopes), id),
    loggedIn: (id: string, at: number): void => void loggedIn.run(at, id),
    /** The tokens go with the user. */
    dropUser: (id: string): void => void dropUser.run(id),

    holder(id: string): Holder | null {
      const raw = tokenById.get(id);
      if (!raw) return null;
      const owner = raw.user_id === null ? undefined : userById.get(raw.user_id);
      return { token: token(raw), user: owner ? user(owner) : null };
    },
    tokensOf: (userId: string): TokenRow[] => tokensOf.all(userId).map(token),
    tokensOfKind: (kind: TokenKind): TokenRow[] => tokensOfKind.all(kind).map(token),
    addToken(row: Omit<TokenRow, 'lastUsedAt'>): void {
      const scopes = JSON.stringify(row.scopes);
      const limits = [json(row.sessions), json(row.nodes)];
      addToken.run(row.id, row.kind, row.name, row.userId, row.hash, scopes, ...limits, row.createdAt, row.expiresAt);
    },
    used: (id: string, at: number): void => void used.run(at, id),
    dropToken: (id: string): boolean => dropToken.run(id).changes > 0,
    /** Ids of those that were there. */
    dropTokensOf: (userId: string): string[] => drop(tokensOf.all(userId)),
    dropAgentTokens: (sessionId: string): string[] => drop(agentTokens.all(json([sessionId]))),
    dropExpired: (now: number): string[] => dropExpired.all(now).map((row) => row.id),

    setup: () => setup.get() ?? null,
    saveSetup: (hash: Uint8Array, expiresAt: number): void => void saveSetup.run(hash, expiresAt),
    dropSetup: (): void => void dropSetup.run(),
    /** Changes when another connection has written to the database. */
    dataVersion: (): number => dataVersion.get()?.data_version ?? 0,
  };
}

export type Store = ReturnType<typeof createStore>;
