/** The door of the auth room: who is asking, users, tokens. There is no trusted address. */
import type { Me, Token, User } from '../../../shared/contract/auth.ts';
import { SCOPES, type Scope } from '../../../shared/contract/define.ts';
import { Fault } from '../../../shared/fault.ts';
import { newUserId } from '../../../shared/ids.ts';
import { type Audit, actor } from '../../kernel/audit.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type Ask, type Handlers, may, type Principal } from '../../kernel/handlers.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Db } from '../../platform/ports.ts';
import type { SettingsAccess } from '../settings/settings.ts';
import { createAttempts } from './attempts.ts';
import { createBrowsers } from './browsers.ts';
import { createPairing } from './pairing.ts';
import { createPassphrases } from './passphrase.ts';
import { addressKey, exceeding, expiry, HUB_TOKEN, isReserved, limitWithin, ordered } from './rules.ts';
import { createSetup } from './setup.ts';
import { createStore, type TokenRow, type UserRow } from './store.ts';
import { createTokens } from './tokens.ts';

export interface AuthDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly bus: Bus;
  /** Folder for the setup code. */
  readonly dir: string;
  /** The lock's token, new with every start: who can read the lock is the user. */
  readonly localToken: string;
  readonly settings: Pick<SettingsAccess, 'value'>;
  readonly audit: Audit;
  readonly log: Logger;
}

export type AuthHandlers = Pick<Handlers, Extract<keyof Handlers, `auth.${string}`>>;

export interface Auth {
  /** Null for an unknown, expired or revoked secret. Bearer: local, named and agent tokens; cookie: browsers only. */
  authenticate(secret: string, via: 'bearer' | 'cookie'): Principal | null;
  /** Whether an open connection may go on: not revoked, not expired, rights unchanged. Reads the database: cheap, never stale. */
  stillValid(who: Principal): boolean;
  /** The session's own token, for its environment: read, that session only. An earlier one of the session ends. */
  agentToken(sessionId: string, name: string): string;
  /** For a hub that this one joins: all but `join` and `admin`, owned by nobody, listed and revoked as any other. */
  hubToken(hub: string): { readonly id: string; readonly secret: string };
  /** Whether it was not revoked. */
  tokenStands(id: string): boolean;
  /** One that nobody needs any more. */
  dropToken(id: string): void;
  /** At the session's end. */
  revokeAgentToken(sessionId: string): void;
  /** Names of all users, as they are now. */
  userNames(): readonly string[];
  /** One-time code of the setup link while there is no user; null otherwise. */
  readonly setupCode: string | null;
  readonly handlers: AuthHandlers;
  close(): void;
}

const TOKENS_OF_USER = 500;
const SWEEP_MS = 3_600_000;

const meOf = (who: Principal): Me => ({
  user: who.user,
  scopes: ordered(who.scopes),
  via: who.via,
  sessions: who.sessions && [...who.sessions],
});
const userOf = ({ id, name, scopes, createdAt, lastLoginAt }: UserRow): User => ({
  id,
  name,
  scopes: [...scopes],
  createdAt,
  lastLoginAt,
});
const tokenOf = (row: TokenRow, user: string): Token => ({
  id: row.id,
  name: row.name,
  user,
  scopes: [...row.scopes],
  sessions: row.sessions && [...row.sessions],
  nodes: row.nodes && [...row.nodes],
  createdAt: row.createdAt,
  expiresAt: row.expiresAt,
  lastUsedAt: row.lastUsedAt,
});

export async function createAuth({ db, clock, bus, dir, localToken, settings, audit, log }: AuthDeps): Promise<Auth> {
  const store = createStore(db);
  const tokens = createTokens({ store, clock, bus, log, localToken });
  const passphrases = createPassphrases();
  const attempts = createAttempts(clock, () => settings.value('auth.loginAttempts'));
  const setup = createSetup(store, clock, dir);
  const browsers = createBrowsers({ store, tokens, clock, days: () => settings.value('auth.cookieDays') });

  const sweep = () => tokens.revoked(store.dropExpired(clock.now()));
  sweep();
  const stopSweep = clock.every(SWEEP_MS, sweep);
  const setupCode = await setup.prepare();

  const isAdmin = (user: UserRow): boolean => user.scopes.includes('admin');
  const keepAdmin = (user: UserRow): void => {
    if (isAdmin(user) && store.users().filter(isAdmin).length === 1) {
      throw new Fault('refused', `${user.name} is the last admin; make another user an admin first`);
    }
  };
  const mustUser = (name: string): UserRow => {
    const user = store.user(name);
    if (!user) throw new Fault('not-found', `there is no user ${JSON.stringify(name.slice(0, 64))}`);
    return user;
  };
  /** The machine's own token acts for the first admin; before there is any user, for the machine (null). */
  const ownerOf = (wanted: string | undefined, who: Principal): UserRow | null => {
    const name = wanted ?? (who.user === 'local' ? store.users().find(isAdmin)?.name : who.user);
    return name === undefined || name === 'local' ? null : mustUser(name);
  };
  /** What is made with a token does not outlive it. */
  const endOf = (who: Principal): number | null =>
    who.via === 'token' ? (store.holder(who.tokenId)?.token.expiresAt ?? null) : null;
  const refuseAgents = (who: Principal): void => {
    if (who.via === 'agent') throw new Fault('forbidden', "an agent's own token cannot change users or tokens");
  };
  const free = (name: string): void => {
    if (isReserved(name)) throw new Fault('taken', `the name ${name} is kept for Quarterdeck itself; choose another`);
    if (store.user(name)) throw new Fault('taken', `there is a user ${name} already`);
  };
  /** The first user ends the setup link: without the scope admin, nobody could manage anything from a browser again. */
  const adminFirst = (name: string, scopes: readonly Scope[]): void => {
    if (!scopes.includes('admin') && store.users().length === 0) {
      throw new Fault(
        'refused',
        `the first user must be an admin: add ${name} with the scope admin (qd user add ${name} --admin)`,
      );
    }
  };

  const addUser = (name: string, hash: string, scopes: readonly Scope[]): UserRow => {
    const row: UserRow = {
      id: newUserId(),
      name,
      scopes: ordered(scopes),
      passphrase: hash,
      createdAt: clock.now(),
      lastLoginAt: null,
    };
    store.addUser(row);
    return row;
  };

  /** The passphrase of `name`, counted against the address and the name; null when it is wrong or nobody has the name. */
  const prove = async (name: string, passphrase: string, ask: Ask): Promise<UserRow | null> => {
    const byUser = `user ${name.toLowerCase()}`;
    const attempt = attempts.begin([`address ${addressKey(ask.address)}`, byUser]);
    const user = store.user(name);
    const right = await passphrases.verify(passphrase, user?.passphrase ?? null);
    // Read again: it may have been changed or removed meanwhile.
    const current = right && user ? store.user(name) : null;
    if (!right || !user || current?.passphrase !== user.passphrase) {
      // What was typed as a name may be a passphrase in the wrong field: only known names are written down.
      const who = user?.name ?? 'unknown';
      audit({ who, via: 'browser', action: 'login.failed', target: who, detail: { address: ask.address } });
      return null;
    }
    attempt.succeeded([byUser]);
    return current;
  };

  const pairing = createPairing({
    clock,
    audit,
    attempts,
    browsers,
    ownerOf,
    endOf,
    userById: (id) => store.users().find((user) => user.id === id) ?? null,
    drop: (id) => tokens.revoked(store.dropToken(id) ? [id] : []),
  });

  const handlers: AuthHandlers = {
    ...pairing.handlers,
    'auth.devices': (_input, { who }) => browsers.list(who),
    'auth.setupState': () => ({ needed: store.users().length === 0 }),
    'auth.setup': async ({ code, user: name, passphrase, device }, ask) => {
      if (store.users().length > 0) throw new Fault('gone', 'the first user is made already; sign in');
      const attempt = attempts.begin([`address ${addressKey(ask.address)}`]);
      const refuse = () =>
        new Fault('forbidden', 'this setup code is wrong or older than a day; restart the hub for a new link');
      if (!setup.fits(code)) throw refuse();
      free(name);
      const hash = await passphrases.hash(passphrase);
      // Once: whoever else used the link while the hash was made has won.
      const user = store.transaction(() => {
        if (store.users().length > 0 || !setup.fits(code)) throw refuse();
        store.dropSetup();
        return addUser(name, hash, SCOPES);
      });
      attempt.succeeded();
      await setup.done();
      audit({ who: name, via: 'browser', action: 'user.setup', target: name, detail: { address: ask.address } });
      return browsers.signIn(user, device, ask).me;
    },
    'auth.login': async ({ user: name, passphrase, device }, ask) => {
      if (store.users().length === 0) {
        throw new Fault('not-ready', 'there is no user yet; open the setup link that the hub printed when it started');
      }
      const user = await prove(name, passphrase, ask);
      if (!user) throw new Fault('unauthorized', 'the user name or the passphrase is wrong');
      audit({ who: user.name, via: 'browser', action: 'login', target: user.name, detail: { address: ask.address } });
      return browsers.signIn(user, device, ask).me;
    },
    'auth.logout': (_input, ask) => {
      if (ask.who.via === 'browser') {
        ask.cookie = null;
        if (store.dropToken(ask.who.tokenId)) tokens.revoked([ask.who.tokenId]);
        audit({ ...actor(ask.who), action: 'logout', target: ask.who.user });
      }
      return { ok: true };
    },
    'auth.me': (_input, { who }) => meOf(who),
    'auth.users': () => store.users().map(userOf),
    'auth.addUser': async ({ name, passphrase, scopes }, { who }) => {
      refuseAgents(who);
      free(name);
      adminFirst(name, scopes);
      const hash = await passphrases.hash(passphrase);
      const user = store.transaction(() => {
        free(name);
        adminFirst(name, scopes);
        return addUser(name, hash, scopes);
      });
      await setup.done();
      audit({ ...actor(who), action: 'user.add', target: name, detail: { scopes: user.scopes } });
      return userOf(user);
    },
    'auth.editUser': async ({ name, passphrase, current, scopes }, ask) => {
      const { who } = ask;
      refuseAgents(who);
      const admin = may(who, 'admin');
      const own = name.toLowerCase() === who.user.toLowerCase();
      if (!admin && (!own || scopes !== undefined)) {
        throw new Fault('forbidden', "only an admin may change other users, or anybody's scopes");
      }
      if (who.sessions || who.nodes) throw new Fault('forbidden', 'a limited token cannot change its user');
      if (passphrase === undefined && scopes === undefined)
        throw new Fault('invalid', 'name a passphrase or scopes to change');
      const user = mustUser(name);
      const device = who.via === 'browser' ? store.holder(who.tokenId)?.token.name : undefined;
      // A token that may only read must not become the user by setting a new passphrase.
      if (passphrase !== undefined && !admin && !(current !== undefined && (await prove(user.name, current, ask)))) {
        throw new Fault('forbidden', 'the current passphrase is missing or wrong');
      }
      const hash = passphrase === undefined ? null : await passphrases.hash(passphrase);
      const [changed, ids] = store.transaction((): [UserRow, string[]] => {
        const before = mustUser(name);
        const held = store.tokensOf(before.id).map((row) => row.id);
        if (scopes !== undefined) {
          if (!scopes.includes('admin')) keepAdmin(before);
          store.setScopes(before.id, ordered(scopes));
        }
        if (hash !== null) {
          store.setPassphrase(before.id, hash);
          store.dropTokensOf(before.id);
        }
        return [mustUser(name), held];
      });
      tokens.revoked(ids);
      const detail = { passphrase: hash === null ? 'kept' : 'changed', ...(scopes ? { scopes: ordered(scopes) } : {}) };
      audit({ ...actor(who), action: 'user.edit', target: changed.name, detail: { change: detail } });
      // The browser in which it was done stays signed in, with a new cookie.
      if (hash !== null && own && who.via === 'browser') browsers.signIn(changed, device, ask);
      return userOf(changed);
    },
    'auth.removeUser': ({ name }, { who }) => {
      refuseAgents(who);
      const [user, ids] = store.transaction((): [UserRow, string[]] => {
        const row = mustUser(name);
        keepAdmin(row);
        const held = store.dropTokensOf(row.id);
        store.dropUser(row.id);
        return [row, held];
      });
      tokens.revoked(ids);
      audit({ ...actor(who), action: 'user.remove', target: user.name, detail: { revoked: ids.length } });
      return { removed: true };
    },
    'auth.tokens': (_input, { who }) => {
      const names = new Map(store.users().map((user) => [user.id, user.name]));
      return store
        .tokensOfKind('token')
        .map((row) => tokenOf(row, row.userId === null ? 'local' : (names.get(row.userId) ?? '')))
        .filter((row) => may(who, 'admin') || row.user === who.user);
    },
    'auth.addToken': ({ name, scopes, sessions, nodes, user: wanted, expiresIn }, { who }) => {
      refuseAgents(who);
      if (name.startsWith(HUB_TOKEN))
        throw new Fault('taken', `names that begin with "${HUB_TOKEN.trim()}" are kept for hubs; choose another`);
      const admin = may(who, 'admin');
      if (wanted !== undefined && !admin && wanted.toLowerCase() !== who.user.toLowerCase()) {
        throw new Fault('forbidden', 'only an admin may make tokens for other users');
      }
      const beyond = exceeding(scopes, who.scopes);
      if (beyond.length > 0) throw new Fault('forbidden', `you do not hold the scope ${beyond.join(', ')} yourself`);
      if (!limitWithin(sessions, who.sessions) || !limitWithin(nodes, who.nodes ?? null)) {
        throw new Fault('forbidden', 'a limited token can only make tokens with the same limits or narrower ones');
      }
      const owner = ownerOf(wanted, who);
      const above = owner ? exceeding(scopes, new Set(owner.scopes)) : [];
      if (owner && above.length > 0)
        throw new Fault('forbidden', `${owner.name} does not hold the scope ${above.join(', ')}`);
      const mine = owner ? store.tokensOf(owner.id).filter((row) => row.kind === 'token') : [];
      if (mine.length >= TOKENS_OF_USER) {
        throw new Fault('conflict', `${owner?.name} has ${TOKENS_OF_USER} tokens; remove those no longer used`);
      }
      const expiresAt = expiry(expiresIn === undefined ? null : clock.now() + expiresIn * 1000, endOf(who));
      const minted = tokens.mint('token', {
        name,
        userId: owner?.id ?? null,
        scopes: ordered(scopes),
        sessions,
        nodes,
        expiresAt,
      });
      const made = store.holder(minted.id);
      if (!made) throw new Error('the token just made is not there');
      const info = tokenOf(made.token, owner?.name ?? 'local');
      const detail = { id: info.id, user: info.user, scopes: info.scopes, sessions, nodes, expiresAt };
      audit({ ...actor(who), action: 'token.add', target: name, detail });
      return { id: info.id, token: minted.secret, info };
    },
    'auth.removeToken': ({ id }, { who }) => {
      refuseAgents(who);
      const held = store.holder(id);
      // Whose it is stays unsaid: to others it does not exist.
      if (!held || !(may(who, 'admin') || (held.user !== null && held.user.name === who.user))) {
        throw new Fault('not-found', `there is no token ${JSON.stringify(id.slice(0, 64))}`);
      }
      store.dropToken(id);
      tokens.revoked([id]);
      audit({ ...actor(who), action: 'token.remove', target: held.token.name, detail: { id } });
      return { revoked: true };
    },
  };

  return {
    authenticate: tokens.authenticate,
    stillValid: tokens.stillValid,
    agentToken(sessionId, name) {
      const [ids, secret] = store.transaction((): [string[], string] => {
        const old = store.dropAgentTokens(sessionId);
        const minted = tokens.mint('agent', { name, userId: null, scopes: ['read'], sessions: [sessionId] });
        return [old, minted.secret];
      });
      tokens.revoked(ids);
      return secret;
    },
    hubToken(hub) {
      const name = `${HUB_TOKEN}${hub}`;
      const minted = tokens.mint('token', { name, userId: null, scopes: ['read', 'type', 'approve', 'run'] });
      audit({ who: 'hub', via: 'hub', action: 'token.add', target: name, detail: { id: minted.id } });
      return minted;
    },
    tokenStands: (id) => store.holder(id) !== undefined,
    dropToken(id) {
      if (store.dropToken(id)) tokens.revoked([id]);
    },
    revokeAgentToken: (sessionId) => tokens.revoked(store.dropAgentTokens(sessionId)),
    userNames: () => store.users().map((user) => user.name),
    get setupCode() {
      return store.users().length === 0 ? setupCode : null;
    },
    handlers,
    close() {
      stopSweep();
      pairing.close();
      tokens.close();
    },
  };
}
