/** Hubs that people add here, and hubs above, to which this one was added: who lets whom in, and what is kept of it. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROTOCOL } from '../../../shared/contract/define.ts';
import { type AboutHub, Admission, Admitted } from '../../../shared/contract/fleet.ts';
import type { Node } from '../../../shared/contract/nodes.ts';
import { Fault, isFault } from '../../../shared/fault.ts';
import { type Audit, actor } from '../../kernel/audit.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type Asked, type Handlers, may, type Principal } from '../../kernel/handlers.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { AskHub, Through } from '../../platform/ports.ts';
import type { Auth } from '../auth/auth.ts';
import { fingerprintOf, type HubKey, idOf, verified } from './keys.ts';
import type { Member } from './member.ts';
import { type Registry, read } from './registry.ts';
import { visible } from './rules.ts';
import type { FleetStore } from './store.ts';

export interface HubsDeps {
  readonly store: FleetStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit: Audit;
  readonly hide: (secret: string) => void;
  readonly auth: Pick<Auth, 'hubToken' | 'tokenStands' | 'dropToken'>;
  readonly key: () => Promise<HubKey>;
  readonly registry: Registry;
  readonly ask: AskHub;
  /** What this hub says of itself. */
  readonly about: () => Promise<AboutHub>;
  /** A port of a machine over ssh, by its id or title. Fault when it is none. */
  readonly over: (
    node: string,
    address: string,
  ) => { readonly id: string; readonly title: string; readonly through: Through };
  /** Folder of the file. */
  readonly dir: string;
}

export interface Hubs {
  readonly handlers: Pick<Handlers, 'fleet.add' | 'fleet.admit' | 'fleet.dismiss'>;
  /** Reads what was added, and begins to connect. */
  readonly loaded: Promise<void>;
  /** A hub has this one among its nodes. */
  hasAbove(): boolean;
  /** Tries those at once that are reached through this machine. */
  wake(node: string): void;
  /** Another name or address; what answers there must hold its key, or nothing is changed. */
  edit(
    member: Member,
    change: { readonly title: string | undefined; readonly url: string | undefined },
    ask: Asked,
  ): Promise<Node>;
  /** Gives its token back, as far as it hears that, and forgets it. */
  remove(member: Member): Promise<void>;
}

/** As it stands in the file. The credential is the only secret of another machine that is kept, in a file of 0600 as keys are. */
interface Kept {
  readonly id: string;
  readonly key: string;
  readonly address: string;
  /** Node id. */
  readonly through: string | null;
  readonly credential: string;
}

const FILE = 'hubs.json';
const NEEDED = ['read', 'type', 'approve', 'run'] as const;
const DISMISS_MS = 2000;

const isKept = (value: unknown): value is Kept => {
  const { id, key, address, through, credential } = (value ?? {}) as { readonly [field: string]: unknown };
  return (
    [id, key, address, credential].every((each) => typeof each === 'string') &&
    (through === null || typeof through === 'string')
  );
};

export function createHubs(deps: HubsDeps): Hubs {
  const { store, registry, auth, log, audit } = deps;
  const path = join(deps.dir, FILE);
  const kept = new Map<string, Kept>();
  let writing: Promise<void> = Promise.resolve();

  const save = (): Promise<void> => {
    const text = `${JSON.stringify([...kept.values()], null, 2)}\n`;
    const next = writing.then(async () => {
      await writeFile(`${path}.new`, text, { mode: 0o600 });
      await rename(`${path}.new`, path);
    });
    writing = next.catch(() => undefined);
    return next;
  };
  const wayOf = ({ address, through, credential }: Kept) => {
    deps.hide(credential);
    if (through === null) return { credential, address, through: null, via: null };
    const over = (): ReturnType<HubsDeps['over']> => deps.over(through, address);
    let via = through;
    try {
      via = over().title;
    } catch {
      // Told by each try to connect.
    }
    return {
      credential,
      address,
      via,
      through: async () => {
        const { through: to } = over();
        if (to === null) throw new Fault('unsupported', 'that machine is no way to another');
        return to();
      },
    };
  };
  const load = async (): Promise<void> => {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '[]';
      throw error;
    });
    let rows: unknown = null;
    try {
      rows = JSON.parse(text);
    } catch {
      // Told below.
    }
    if (!Array.isArray(rows) || !rows.every(isKept)) {
      await rename(path, `${path}.bad`);
      return log.error(`${FILE} cannot be read; it is kept as ${FILE}.bad. Add the hubs again`);
    }
    for (const row of rows) {
      kept.set(row.id, row);
      const member = registry.find(row.id);
      if (member) member.add(member.known, wayOf(row));
    }
  };
  const loaded = load().catch((error: unknown) => log.error(`${FILE} cannot be read`, { error }));

  const stands = () => store.admitted().filter(({ token_id }) => auth.tokenStands(token_id));
  /** Fault when a hub with this key can be no node of this one. */
  const admitKey = (key: string, own: string): void => {
    if (key === own) throw new Fault('refused', 'that is this hub itself');
    if (stands().some((above) => above.key === key))
      throw new Fault(
        'refused',
        'that hub has this one among its nodes already: two hubs cannot be each other’s nodes',
      );
    const member = registry.find(idOf(key));
    if (!member?.row().reachable) return;
    const { title } = member.known;
    throw new Fault(
      'conflict',
      member.added ? `that hub is here already, as ${title}` : `that hub has joined by itself already, as ${title}`,
    );
  };
  const admitCaller = (who: Principal): void => {
    if (who.via === 'agent' || who.hub || who.sessions !== null || who.nodes)
      throw new Fault('forbidden', 'a limited token, or that of an agent or a hub, does not let another hub in');
    const lacks = NEEDED.filter((scope) => !may(who, scope));
    if (lacks.length > 0)
      throw new Fault('forbidden', `the token lacks ${lacks.join(', ')}: it takes ${NEEDED.join(', ')} to add a hub`);
  };

  /** The proof that whoever answers there gives without being told who asks; null when it gives none to anybody. */
  const shownKey = async (address: string, through: Through): Promise<string | null> => {
    const word = newWord();
    try {
      const answer = (await deps.ask({ address, through, path: `/api/fleet/proof?word=${word}` })) as Partial<Admitted>;
      const { key, signature } = answer;
      return typeof key === 'string' && typeof signature === 'string' && verified(key, 'proof', word, signature)
        ? key
        : null;
    } catch (error) {
      if (isFault(error, 'not-found')) return null;
      throw error;
    }
  };

  const add = async (
    {
      url,
      token,
      through: node,
    }: { readonly url: string; readonly token: string; readonly through?: string | undefined },
    { who }: Asked,
  ) => {
    await loaded;
    deps.hide(token);
    const over = node === undefined ? null : deps.over(node, url);
    const through = over?.through ?? null;
    const mine = await deps.key();
    const health = (await deps.ask({ address: url, through, path: '/health' })) as { readonly version?: unknown };
    if (typeof health.version !== 'string')
      throw new Fault('invalid', `${url}: what answers there is no Quarterdeck hub`);
    const shown = await shownKey(url, through);
    if (shown !== null) admitKey(shown, mine.key);
    const word = newWord();
    const { name } = await deps.about();
    const text = JSON.stringify({ kind: 'admission', name, protocol: PROTOCOL } satisfies Admission);
    const asked = { word, text, key: mine.key, signature: mine.sign('admission', text) };
    const answer = await deps
      .ask({ address: url, through, path: '/api/fleet/admit', token, body: asked })
      .catch((error: unknown) => {
        // Whoever asks here is signed in here: it is that hub that does not know the token.
        if (isFault(error, 'unauthorized')) throw new Fault('forbidden', `${url} refuses the token: ${error.message}`);
        if (isFault(error, 'not-found'))
          throw new Fault('newer-version', `${url} runs ${visible(String(health.version))}: update it to add it here`);
        throw error;
      });
    const { success, data } = Admitted.safeParse(answer);
    if (!success || !verified(data.key, 'proof', word, data.signature))
      throw new Fault('invalid', `${url}: what answers there is no Quarterdeck hub of this version`);
    deps.hide(data.credential);
    const { key, credential, about } = data;
    const row: Kept = { id: idOf(key), key, address: url, through: over?.id ?? null, credential };
    try {
      admitKey(key, mine.key);
      if (about.below?.includes(idOf(mine.key)))
        throw new Fault('refused', 'this hub is below that one already: hubs in a circle would be each other’s nodes');
      const member = registry.add(key, about, url, wayOf(row));
      kept.set(row.id, row);
      await save();
      const detail = { node: row.id, address: url, through: over?.title ?? null, key: fingerprintOf(key) };
      audit({ ...actor(who), action: 'node.add', target: member.known.title, detail });
      return member.row();
    } catch (error) {
      await dismiss(row.address, through, credential);
      throw error;
    }
  };
  const dismiss = (address: string, through: Through, token: string): Promise<unknown> =>
    deps
      .ask({ address, through, path: '/api/fleet/dismiss', token, body: {} })
      .catch((error: unknown) => log.debug('a token could not be given back', { error }));

  return {
    loaded,
    hasAbove: () => stands().length > 0,
    wake(node) {
      for (const { id, through } of kept.values()) if (through === node) registry.find(id)?.call();
    },
    async edit(member, { title = member.known.title, url }, { who }) {
      const row = kept.get(member.known.id);
      if (!row) throw new Fault('gone', `${member.known.title} was removed`);
      const moved = url !== undefined && url !== row.address;
      const next = moved ? { ...row, address: url } : row;
      if (moved) {
        const through = row.through === null ? null : deps.over(row.through, url).through;
        if ((await shownKey(url, through)) !== row.key)
          throw new Fault('refused', `${url}: what answers there is not ${member.known.title}; nothing was changed`);
      }
      registry.rename(member, title);
      if (moved) {
        kept.set(row.id, next);
        await save();
        member.add({ ...member.known, about: { ...member.known.about, addresses: [url] } }, wayOf(next));
      }
      audit({ ...actor(who), action: 'node.edit', target: title, detail: { node: row.id, address: next.address } });
      return member.row();
    },
    async remove(member) {
      const row = kept.get(member.known.id);
      if (!row) return;
      kept.delete(row.id);
      await save();
      if (!member.row().reachable) return;
      await member
        .link()
        .call('fleet.dismiss', {}, AbortSignal.timeout(DISMISS_MS), DISMISS_MS)
        .catch((error: unknown) => log.debug('a token could not be given back', { error }));
    },
    handlers: {
      'fleet.add': add,
      'fleet.admit': async ({ word, text, key, signature }, { who }) => {
        admitCaller(who);
        if (!verified(key, 'admission', text, signature))
          throw new Fault('forbidden', 'the signature does not fit the key: nobody was let in');
        const said = read(Admission, text);
        if (said.protocol !== PROTOCOL)
          throw new Fault(
            'newer-version',
            `this hub speaks contract ${PROTOCOL}, the other ${said.protocol}: update the older one`,
          );
        const mine = await deps.key();
        if (key === mine.key) throw new Fault('refused', 'that is this hub itself');
        if (registry.below().includes(idOf(key)))
          throw new Fault(
            'refused',
            'that hub is below this one already: hubs in a circle would be each other’s nodes',
          );
        const name = visible(said.name);
        for (const old of store.admitted()) {
          // One token for each hub; and those that somebody revoked are of no use to anybody.
          if (old.key !== key && auth.tokenStands(old.token_id)) continue;
          auth.dropToken(old.token_id);
          store.dismiss(old.token_id);
        }
        const made = auth.hubToken(name);
        deps.hide(made.secret);
        store.admit({ token_id: made.id, key, name }, deps.clock.now());
        audit({
          ...actor(who),
          action: 'hub.admit',
          target: name,
          detail: { token: made.id, key: fingerprintOf(key) },
        });
        return {
          key: mine.key,
          signature: mine.sign('proof', word),
          credential: made.secret,
          about: await deps.about(),
        };
      },
      'fleet.dismiss': (_input, { who }) => {
        if (!who.hub) throw new Fault('forbidden', 'only a hub that was let in gives its token back');
        auth.dropToken(who.tokenId);
        store.dismiss(who.tokenId);
        return { dismissed: true };
      },
    },
  };
}

const newWord = (): string => Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('base64url');
