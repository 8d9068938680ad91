/** The auth room's answers to the contract. */
import type { Me, Token, User } from '../../../shared/contract/auth.ts';
import type { Scope } from '../../../shared/contract/define.ts';
import { SCOPES } from '../../../shared/contract/define.ts';
import { Fault } from '../../../shared/fault.ts';
import { newUserId } from '../../../shared/ids.ts';
import { actor } from '../../kernel/audit.ts';
import { may, type Principal } from '../../kernel/handlers.ts';
import type { Auth, AuthWork } from './auth.ts';
import { checkPassphrase, hashPassphrase } from './passphrase.ts';
import { beyond } from './rules.ts';
import type { TokenRow, UserRow } from './store.ts';

const me = (who: Principal): Me => ({
  user: who.user,
  scopes: [...who.scopes],
  via: who.via,
  sessions: who.sessions === null ? null : [...who.sessions],
});
const publicUser = ({ id, name, scopes, createdAt, lastLoginAt }: UserRow): User => ({
  id,
  name,
  scopes: [...scopes],
  createdAt,
  lastLoginAt,
});
const signedIn = (user: UserRow): Me => ({ user: user.name, scopes: [...user.scopes], via: 'browser', sessions: null });

export function authHandlers(work: AuthWork): Auth['handlers'] {
  const { store, attempts, deps } = work;
  const { audit, clock } = deps;

  const userNamed = (name: string): UserRow => {
    const user = store.userByName(name);
    if (!user) throw new Fault('not-found', `there is no user ${name}`);
    return user;
  };
  const publicToken = (row: TokenRow): Token => ({
    id: row.id,
    name: row.name,
    user: row.userId === null ? 'local' : (store.userById(row.userId)?.name ?? 'unknown'),
    scopes: [...row.scopes],
    sessions: row.sessions === null ? null : [...row.sessions],
    nodes: row.nodes === null ? null : [...row.nodes],
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    lastUsedAt: row.lastUsedAt,
  });
  const keepAnAdmin = (user: UserRow) => {
    const others = store.users().some((other) => other.id !== user.id && other.scopes.includes('admin'));
    if (user.scopes.includes('admin') && !others) {
      throw new Fault('refused', `${user.name} is the last admin; make another user admin first`);
    }
  };
  const notBeyond = (scopes: readonly Scope[], who: Principal) => {
    const more = beyond(scopes, who.scopes);
    if (more.length > 0)
      throw new Fault('forbidden', `you do not hold the scope ${more.join(', ')} yourself, so you cannot give it`);
  };
  const add = (name: string, scopes: readonly Scope[], passphrase: string): UserRow => {
    const row = { id: newUserId(), name, scopes, passphrase, createdAt: clock.now() };
    if (!store.addUser(row)) throw new Fault('taken', `there is a user ${name} already`);
    return { ...row, lastLoginAt: null };
  };

  return {
    'auth.setupState': () => ({ needed: store.users().length === 0 }),
    'auth.setup': async ({ code, user, passphrase }, ask) => {
      if (store.users().length > 0) throw new Fault('gone', 'the first user was made already; sign in instead');
      attempts.begin(ask.address, 'setup');
      if (!work.takeSetupCode(code))
        throw new Fault('forbidden', 'this setup code is wrong or too old; start the hub again for a new link');
      const stored = await hashPassphrase(passphrase);
      const made = store.transaction(() => {
        // asked again: two people may have followed the link at once
        if (store.users().length > 0) throw new Fault('gone', 'the first user was made already; sign in instead');
        return add(user, SCOPES, stored);
      });
      await work.forgetSetupCode();
      attempts.passed(ask.address, 'setup');
      audit({ who: user, via: 'browser', action: 'user.setup', target: user, detail: { address: ask.address } });
      ask.cookie = work.cookieFor(made);
      return signedIn(made);
    },
    'auth.login': async ({ user, passphrase }, ask) => {
      if (store.users().length === 0)
        throw new Fault('not-ready', 'there is no user yet; open the setup link that the hub printed at its start');
      attempts.begin(ask.address, user);
      const row = store.userByName(user);
      if (!(await checkPassphrase(passphrase, row?.passphrase ?? null)) || !row) {
        audit({ who: user, via: 'browser', action: 'login.failed', target: user, detail: { address: ask.address } });
        throw new Fault('unauthorized', 'wrong user or passphrase');
      }
      attempts.passed(ask.address, user);
      store.setLogin(row.id, clock.now());
      audit({ who: row.name, via: 'browser', action: 'login', target: row.name, detail: { address: ask.address } });
      ask.cookie = work.cookieFor(row);
      return signedIn(row);
    },
    'auth.logout': (_input, ask) => {
      if (ask.who.via === 'browser') {
        work.revoke([ask.who.tokenId]);
        ask.cookie = null;
      }
      return { ok: true };
    },
    'auth.me': (_input, { who }) => me(who),
    'auth.users': () => store.users().map(publicUser),
    'auth.addUser': async ({ name, passphrase, scopes }, { who }) => {
      const made = add(name, scopes, await hashPassphrase(passphrase));
      await work.forgetSetupCode();
      audit({ ...actor(who), action: 'user.add', target: name, detail: { scopes } });
      return publicUser(made);
    },
    'auth.editUser': async ({ name, passphrase, current, scopes }, ask) => {
      const { who } = ask;
      const admin = may(who, 'admin');
      // names are compared in one place and one way: a token's user is always one of the table's rows or `local`
      const own = who.via !== 'local' && who.via !== 'agent' && who.user.toLowerCase() === name.toLowerCase();
      if (!admin && (!own || scopes !== undefined))
        throw new Fault('forbidden', 'only an admin may change another user, or scopes');
      const user = userNamed(name);
      if (scopes !== undefined) {
        if (!scopes.includes('admin')) keepAnAdmin(user);
        store.setScopes(user.id, scopes);
        audit({ ...actor(who), action: 'user.scopes', target: user.name, detail: { scopes } });
      }
      if (passphrase !== undefined) {
        if (!admin) {
          attempts.begin(ask.address, user.name);
          if (!(await checkPassphrase(current ?? '', user.passphrase)))
            throw new Fault('forbidden', 'the current passphrase is wrong');
          attempts.passed(ask.address, user.name);
        }
        store.setPassphrase(user.id, await hashPassphrase(passphrase));
        work.revoke(store.tokenIdsOf(user.id));
        audit({ ...actor(who), action: 'user.passphrase', target: user.name });
        if (own && who.via === 'browser') ask.cookie = work.cookieFor(user);
      }
      return publicUser(userNamed(name));
    },
    'auth.removeUser': ({ name }, { who }) => {
      const user = userNamed(name);
      keepAnAdmin(user);
      work.revoke(store.tokenIdsOf(user.id));
      store.removeUser(user.id);
      audit({ ...actor(who), action: 'user.remove', target: user.name });
      return { removed: true };
    },
    'auth.tokens': (_input, { who }) =>
      store
        .tokens()
        .map(publicToken)
        .filter((token) => may(who, 'admin') || token.user === who.user),
    'auth.addToken': ({ name, scopes, sessions, nodes, user, expiresIn }, { who }) => {
      const wanted = user ?? (who.via === 'local' ? undefined : who.user);
      if (wanted !== undefined && wanted !== who.user && !may(who, 'admin'))
        throw new Fault('forbidden', 'only an admin may mint tokens for another user');
      notBeyond(scopes, who);
      // from the command line of this machine, before anybody signed up, a token belongs to nobody but the machine
      const owner =
        wanted === undefined || wanted === 'local'
          ? (store.users().find((u) => u.scopes.includes('admin')) ?? null)
          : userNamed(wanted);
      const more = owner ? beyond(scopes, new Set(owner.scopes)) : [];
      if (owner && more.length > 0)
        throw new Fault('forbidden', `${owner.name} does not hold the scope ${more.join(', ')}`);
      const expiresAt = expiresIn === undefined ? null : clock.now() + expiresIn * 1000;
      const { id, token } = work.mint({
        kind: 'token',
        name,
        userId: owner?.id ?? null,
        scopes,
        sessions,
        nodes,
        expiresAt,
      });
      audit({
        ...actor(who),
        action: 'token.add',
        target: name,
        detail: { id, scopes, sessions, user: owner?.name ?? 'local' },
      });
      const row = store.tokenById(id);
      if (!row) throw new Error('a token vanished while it was made');
      return { id, token, info: publicToken(row) };
    },
    'auth.removeToken': ({ id }, { who }) => {
      const row = store.tokenById(id);
      // another user's token is as unknown as none: ids are not for guessing
      if (row?.kind !== 'token' || (!may(who, 'admin') && publicToken(row).user !== who.user))
        throw new Fault('not-found', 'there is no such token');
      work.revoke([id]);
      audit({ ...actor(who), action: 'token.remove', target: row.name, detail: { id } });
      return { revoked: true };
    },
  };
}
