/** Hubs that joined this one: who may introduce itself as whom, beats, and which are shown. */

import { PROTOCOL } from '../../../shared/contract/define.ts';
import { type AboutHub, Beat, Introduction, type ToldLine } from '../../../shared/contract/fleet.ts';
import type { Node } from '../../../shared/contract/nodes.ts';
import { Fault } from '../../../shared/fault.ts';
import { type Audit, actor } from '../../kernel/audit.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Asked, Handlers } from '../../kernel/handlers.ts';
import { createLive, type Live } from '../../kernel/live.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { DialHub } from '../../platform/ports.ts';
import { idOf, verified } from './keys.ts';
import { type AddedWay, createMember, type Member } from './member.ts';
import type { Rows } from './mirror.ts';
import { answerFacts, factsRefused, type Remembered } from './remember.ts';
import { aboutFrom, BEAT_MS, beatRefused, CHALLENGE_MS, RECENT_MS, titleFor } from './rules.ts';
import type { About, FleetStore, KnownNode } from './store.ts';

export interface RegistryDeps {
  readonly store: FleetStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit: Audit;
  /** A secret that must not stand in any log line. */
  readonly hide: (secret: string) => void;
  /** What a node's hub did. */
  readonly told: (title: string, lines: readonly ToldLine[]) => void;
  readonly memory: Remembered;
  readonly dial: DialHub;
  /** A hub with this key has this one among its nodes. */
  readonly above: (key: string) => boolean;
  /** This hub's own key, where it has one. */
  readonly self: () => string | null;
  readonly rows: Rows;
  /** Titles and ids that nodes of other kinds have. */
  readonly taken: () => readonly string[];
}

export interface Registry {
  /** By id or title, those of the history too. */
  find(wanted: string): Member | null;
  /** Those that are shown. */
  members(): readonly Member[];
  list(all: boolean): Node[];
  readonly live: Live<Node>;
  /** Node ids of all hubs that are below this one, over all steps. */
  below(): string[];
  /** A hub that somebody added. */
  add(key: string, about: AboutHub, address: string, way: AddedWay): Member;
  /** Fault `taken` when another machine is called that. */
  rename(member: Member, title: string): void;
  /** Forgets it; it may introduce itself again. */
  remove(member: Member): void;
  readonly handlers: Pick<Handlers, 'fleet.challenge' | 'fleet.introduce' | 'fleet.beat' | 'fleet.log' | 'fleet.facts'>;
  close(): void;
}

const LOOK_MS = 5000;
const CHALLENGES = 1000;
const NODES = 500;

/** Fault `invalid` for what is none. */
export const read = <T>(
  schema: { safeParse(value: unknown): { data?: T | undefined; success: boolean } },
  text: string,
): T => {
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Told below, as anything else that is not what it should be.
  }
  const { success, data } = schema.safeParse(json);
  if (!success || data === undefined)
    throw new Fault('invalid', 'this is not what a hub of this version says; are both of one version?');
  return data;
};

const unknownLease = (): Fault =>
  new Fault('stale', 'this hub does not know that lease (any more): introduce yourself again');

export function createRegistry(deps: RegistryDeps): Registry {
  const { store, clock, log, audit } = deps;
  const live = createLive<Node>({ key: (node) => node.id });
  const all = new Map<string, Member>();
  const challenges = new Map<string, { readonly by: string; readonly until: number }>();
  const printed = new Map<string, string>();
  const saved = new Map<string, string>();
  const told = new Map<string, string>();

  const recent = (member: Member): boolean => {
    const { hub, reachable } = member.row();
    return reachable || member.added || clock.now() - (hub?.beatAt ?? 0) <= RECENT_MS;
  };
  const save = (known: KnownNode) => {
    // Beats stay in memory: what changes with each of them is no reason to write.
    const print = JSON.stringify({ ...known, lastAt: 0 });
    if (saved.get(known.id) === print) return;
    saved.set(known.id, print);
    store.put(known);
  };
  const publish = (member: Member) => {
    const row = member.row();
    if (!all.has(row.id) || !recent(member)) {
      if (printed.delete(row.id)) live.drop(row.id);
      return;
    }
    const print = JSON.stringify({ ...row, latencyMs: 0 });
    if (printed.get(row.id) === print) return;
    printed.set(row.id, print);
    live.put(row);
  };
  const take = (known: KnownNode): Member => {
    const member = createMember({
      known,
      clock,
      dial: deps.dial,
      rows: deps.rows,
      stands(changed, state, problem) {
        const said = `${state} ${problem}`;
        if (told.get(known.id) !== said) {
          told.set(known.id, said);
          if (problem === '') log.info(`${changed.known.title} is ${state}`);
          else log.warn(`${changed.known.title} is ${state}: ${problem}`);
        }
        save(changed.known);
        publish(changed);
      },
    });
    all.set(known.id, member);
    return member;
  };
  for (const known of store.all()) {
    take({ ...known, state: 'unreachable', problem: 'it has not been heard of since this hub started' });
  }
  for (const member of all.values()) publish(member);

  const stopLooking = clock.every(LOOK_MS, () => {
    const now = clock.now();
    for (const [word, { until }] of challenges) if (until <= now) challenges.delete(word);
    for (const member of all.values()) {
      member.look();
      publish(member);
    }
  });

  const titlesBut = (id: string): ReadonlySet<string> =>
    new Set([...deps.taken(), ...[...all.values()].map(({ known }) => (known.id === id ? '' : known.title))]);

  /** The node with this key, a new one or the one of before, as it says itself now. */
  const place = (key: string, about: About) => {
    const id = idOf(key);
    const before = all.get(id);
    if (!before && all.size >= NODES) throw new Fault('conflict', `this hub has ${NODES} nodes; remove some first`);
    const now = clock.now();
    const known: KnownNode = {
      id,
      key,
      title: titleFor(about.name, id, titlesBut(id)),
      about,
      state: before?.known.state ?? 'connecting',
      problem: before?.known.problem ?? '',
      since: before?.known.since ?? now,
      firstAt: before?.known.firstAt ?? now,
      lastAt: now,
    };
    return { known, member: before ?? take(known) };
  };

  const introduce = (text: string, key: string, signature: string, { who }: Asked) => {
    if (!verified(key, 'introduction', text, signature))
      throw new Fault('forbidden', 'the signature does not fit the key: nothing was taken');
    const said = read(Introduction, text);
    const asked = challenges.get(said.challenge);
    challenges.delete(said.challenge);
    if (!asked || asked.by !== who.tokenId || asked.until <= clock.now())
      throw new Fault('stale', 'this introduction is not an answer to a challenge of just now; ask for another');
    if (key === deps.self())
      throw new Fault('refused', 'this hub cannot join itself: QD_HUB_URL is to be the address of another');
    if (said.protocol !== PROTOCOL)
      throw new Fault(
        'newer-version',
        `this hub speaks contract ${PROTOCOL}, the node ${said.protocol}: update the older one`,
      );
    const before = all.get(idOf(key));
    if (before?.added)
      throw new Fault(
        'conflict',
        `${before.known.title} was added there by hand: unset QD_HUB_URL here, or remove it there`,
      );
    const self = deps.self();
    if (deps.above(key) || (self !== null && said.below?.includes(idOf(self))))
      throw new Fault('refused', 'that hub is below this one already: hubs in a circle would be each other’s nodes');
    const { credential, challenge: _spent, kind: _kind, ...about } = said;
    deps.hide(credential);
    const { member, known } = place(key, aboutFrom(about));
    const { id, title } = known;
    const lease = crypto.randomUUID();
    if (!before || before.known.title !== title) {
      const detail = { node: id, addresses: about.addresses, version: about.version };
      audit({ ...actor(who), action: before ? 'node.rename' : 'node.join', target: title, detail });
    }
    member.introduced({ known, lease, credential, figures: said.figures, skew: said.at - clock.now() });
    return { node: id, title, lease, beatSeconds: BEAT_MS / 1000 };
  };

  const holderOf = (lease: string): Member => {
    const member = [...all.values()].find((each) => each.lease?.lease === lease);
    if (!member) throw unknownLease();
    return member;
  };

  return {
    find(wanted) {
      return all.get(wanted) ?? [...all.values()].find((each) => each.known.title === wanted) ?? null;
    },
    members: () => [...all.values()].filter(recent),
    list: (everyone) => [...all.values()].filter((each) => everyone || recent(each)).map((each) => each.row()),
    live,
    below: () => [
      ...new Set([...all.values()].filter(recent).flatMap(({ known }) => [known.id, ...(known.about.below ?? [])])),
    ],
    add(key, about, address, way) {
      const { known, member } = place(key, { ...aboutFrom(about), addresses: [address] });
      member.add(known, way);
      return member;
    },
    rename(member, title) {
      const { id } = member.known;
      if (title === member.known.title) return;
      if (titleFor(title, id, new Set()) !== title)
        throw new Fault(
          'invalid',
          'A machine’s name has at most 48 characters, none of them a colon or a control one.',
        );
      if (titlesBut(id).has(title))
        throw new Fault('taken', `There is a node named ${title} already; give this one another title.`);
      member.renamed(title);
    },
    remove(member) {
      const { id } = member.known;
      all.delete(id);
      saved.delete(id);
      member.close();
      store.drop(id);
      publish(member);
    },
    handlers: {
      'fleet.challenge': (_input, { who }) => {
        if (challenges.size >= CHALLENGES)
          throw new Fault('rate-limited', 'too many introductions at once; wait a minute');
        const challenge = crypto.randomUUID();
        challenges.set(challenge, { by: who.tokenId, until: clock.now() + CHALLENGE_MS });
        return { challenge };
      },
      'fleet.introduce': ({ text, key, signature }, ask) => introduce(text, key, signature, ask),
      'fleet.facts': ({ lease, ...asked }) => {
        const refused = factsRefused(holderOf(lease));
        if (refused) throw refused;
        return answerFacts(deps.memory, asked);
      },
      'fleet.log': ({ lease, lines }) => {
        const member = holderOf(lease);
        deps.told(
          member.known.title,
          lines.map((line) => ({ ...line, at: line.at - member.used })),
        );
        return { taken: lines.length };
      },
      'fleet.beat': ({ text, signature }) => {
        const beat = read(Beat, text);
        const member = [...all.values()].find((each) => each.lease?.lease === beat.lease);
        const refused = beatRefused(beat, member?.lease ?? null);
        if (!member || refused === 'unknown') throw unknownLease();
        if (!verified(member.known.key, 'beat', text, signature))
          throw new Fault('forbidden', 'the signature does not fit the key of that node');
        if (refused === 'replayed') throw new Fault('conflict', 'this was said before');
        if (beat.kind === 'leave') member.left();
        else member.beat(beat.n, beat.figures, beat.at);
        return { heard: true };
      },
    },
    close() {
      stopLooking();
      for (const member of all.values()) {
        store.put({ ...member.known, lastAt: member.row().hub?.beatAt ?? member.known.lastAt });
        member.close();
      }
    },
  };
}
