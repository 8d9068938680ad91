/** The door of the channels room: messages between people and agents, stored once, brought to agents as prompts. */
import type { Actor } from '../../../shared/contract/actors.ts';
import type { Channel, Message } from '../../../shared/contract/channels.ts';
import { Fault } from '../../../shared/fault.ts';
import { wordsOf } from '../../../shared/words.ts';
import { type Audit, actor } from '../../kernel/audit.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Asked, Handlers, Principal } from '../../kernel/handlers.ts';
import { createLive } from '../../kernel/live.ts';
import type { Db } from '../../platform/ports.ts';
import type { Prompts } from '../prompts/prompts.ts';
import type { SessionAccess } from '../sessions/sessions.ts';
import { createOpenLogs } from './open-logs.ts';
import { createPeople } from './people.ts';
import { createPost } from './post.ts';
import { cleaned, isMember, maySeeChannel, mentioned, type Viewer } from './rules.ts';
import { type ChannelRow, createChannelStore, type Member } from './store.ts';

export interface ChannelsDeps {
  readonly db: Db;
  readonly bus: Bus;
  readonly clock: Clock;
  /** With its table already read: sessions that it does not know are gone. */
  readonly sessions: Pick<SessionAccess, 'get' | 'resolve'>;
  readonly prompts: Pick<Prompts, 'pass' | 'receipt'>;
  /** Names of all users. */
  readonly users: () => readonly string[];
  readonly audit?: Audit;
}

export interface Channels {
  readonly handlers: Pick<Handlers, Extract<keyof Handlers, `channels.${string}`>>;
  close(): void;
}

/** Groups that one session may have open: a loop must not fill the list. */
const GROUPS_OF_A_SESSION = 50;
const MOST_MEMBERS = 200;

const same = (a: Pick<Actor, 'kind' | 'id'>, b: Pick<Actor, 'kind' | 'id'>) => a.kind === b.kind && a.id === b.id;
const quoted = (name: string): string => JSON.stringify(name.slice(0, 128));

export function createChannels({ db, bus, clock, sessions, prompts, users, audit }: ChannelsDeps): Channels {
  const store = createChannelStore(db);
  const people = createPeople(sessions, users);
  const live = createLive<Channel>({ key: (channel) => channel.id });
  const logs = createOpenLogs((channel, limit) => store.messages(channel, Number.MAX_SAFE_INTEGER, limit));

  const named = (member: Member): Member =>
    member.kind === 'session' ? { ...member, name: sessions.get(member.id)?.name ?? member.name } : member;
  const view = (row: ChannelRow): Channel => {
    const members = row.members.map(named);
    return {
      id: row.id,
      kind: row.kind,
      name: row.name ?? members.map((member) => member.name).join(' + '),
      topic: row.topic,
      members: members.map((m) => ({ ...m, gone: m.kind === 'session' && sessions.get(m.id) === undefined })),
      last: row.last,
      lastAt: row.lastAt,
      preview: row.preview,
      archived: row.archived,
      createdAt: row.createdAt,
    };
  };
  const publish = (id: string): Channel => {
    const row = store.get(id);
    if (!row) throw new Error(`the channel ${id} is not in the table`);
    const channel = view(row);
    live.put(channel);
    return channel;
  };
  const post = createPost({
    store,
    bus,
    clock,
    sessions,
    prompts,
    where(message) {
      const name = store.get(message.channel)?.name ?? null;
      return { name, shared: people.isPerson(message.by.name) };
    },
    changed(message) {
      logs.put(message);
      publish(message.channel);
    },
  });

  /** By id, name, or `@name` of the other in a conversation of two; to others it does not exist. */
  const seen = (wanted: string, who: Principal): ChannelRow => {
    const viewer = people.viewer(who);
    const row =
      store.get(wanted) ?? store.named(wanted) ?? (wanted.startsWith('@') ? pairOf(wanted.slice(1), who) : null);
    if (!row || !maySeeChannel(viewer, row.members))
      throw new Fault('not-found', `there is no channel ${quoted(wanted)}`);
    return row;
  };
  const key = (a: Actor, b: Actor): string => [`${a.kind}:${a.id}`, `${b.kind}:${b.id}`].sort().join(' ');
  const pairOf = (name: string, who: Principal) => store.between(key(people.self(who), people.find(name, who)));
  const open = (wanted: string, ask: Asked): ChannelRow => {
    const row = seen(wanted, ask.who);
    const viewer = people.viewer(ask.who);
    if (row.archived && row.kind === 'group') {
      throw new Fault('refused', `the channel ${quoted(row.name ?? row.id)} is archived; bring it back first`);
    }
    if (isMember(viewer, row.members)) return row;
    // An admin who looks in on agents and speaks is in the group from then on.
    if (row.kind === 'direct') {
      throw new Fault('refused', 'this is between two agents; write to one of them, or open a group with both');
    }
    store.join(row, people.self(ask.who));
    return store.get(row.id) ?? row;
  };
  const direct = (to: string, ask: Asked): ChannelRow => {
    const [self, other] = [people.self(ask.who), people.find(to, ask.who)];
    if (same(self, other)) throw new Fault('invalid', 'this would be a message to yourself; name somebody else');
    const pair = key(self, other);
    const known = store.between(pair);
    if (known) return known;
    const given = { name: null, pair, topic: '', by: self, at: clock.now(), members: [self, other] };
    return store.create(`c_${crypto.randomUUID()}`, 'direct', given);
  };
  /** In a conversation the other one, in a group whom it names; never who speaks. */
  const recipients = (channel: ChannelRow, by: Actor, text: string): { mentions: string[]; to: Member[] } => {
    const members = channel.members.map(named);
    const meant = mentioned(text, members);
    const to = channel.kind === 'direct' ? members : meant;
    return {
      mentions: meant.map((m) => m.name),
      to: to.filter((m) => m.kind === 'session' && !same(m, by) && sessions.get(m.id)),
    };
  };

  const send = (
    given: {
      id: string | undefined;
      channel: string | undefined;
      to: string | undefined;
      text: string;
      replyTo: number | null;
    },
    ask: Asked,
  ): Message => {
    const text = cleaned(given.text).trim();
    if (text === '') throw new Fault('invalid', 'the message is empty once its control characters are removed');
    const by = people.self(ask.who);
    const { message, known } = db.transaction(() => {
      const stored = given.id === undefined ? undefined : store.message(given.id);
      const channel = given.channel === undefined ? direct(given.to ?? '', ask) : open(given.channel, ask);
      if (stored) {
        if (stored.channel === channel.id && same(stored.by, by) && stored.text === text)
          return { message: stored, known: true };
        throw new Fault('conflict', 'there is another message with this id already; take a new id', { id: given.id });
      }
      const { replyTo } = given;
      if (replyTo !== null && replyTo > channel.last) {
        throw new Fault('not-found', `there is no message ${replyTo} in the channel to answer`);
      }
      const { depth, stop } = by.kind === 'session' ? post.weigh(by.id, channel.id, replyTo) : { depth: 0, stop: null };
      const { mentions, to } = recipients(channel, by, text);
      const deliveries = to.map((member) => post.address(member, stop));
      const id = given.id ?? `m_${crypto.randomUUID()}`;
      const base = { id, channel: channel.id, by, text, mentions, replyTo, at: clock.now(), depth, deliveries };
      const said = store.say(base);
      // A person who speaks has seen what stands above; an agent only when it was told everything.
      if (by.kind === 'user') store.read(channel.id, by, said.n);
      else store.readNext(channel.id, by, said.n);
      return { message: said, known: false };
    });
    if (known) return message;
    logs.put(message);
    post.dispatch(message);
    publish(message.channel);
    return store.message(message.id) ?? message;
  };

  /** Agents shape the groups that they opened; of others they can only take their leave. */
  const mayEdit = (row: ChannelRow, viewer: Viewer, change: { removesOnlySelf: boolean }): void => {
    if (viewer.kind === 'user' || change.removesOnlySelf) return;
    if (row.createdBy.kind === 'session' && row.createdBy.id === viewer.id) return;
    throw new Fault('forbidden', 'an agent may change the groups that it opened itself; here it can only leave');
  };
  const free = (name: string): void => {
    const other = store.named(name);
    if (other)
      throw new Fault('taken', `there is a channel ${quoted(name)} already${other.archived ? ', archived' : ''}`);
  };
  const room = (count: number): void => {
    if (count > MOST_MEMBERS) throw new Fault('too-large', `a channel has at most ${MOST_MEMBERS} members`);
  };
  const record = (ask: Asked, action: string, target: string, detail: Record<string, unknown> = {}) =>
    audit?.({ ...actor(ask.who), action, target, detail });

  const ofSession = (id: string): void => {
    for (const channel of store.channelsOf({ kind: 'session', id })) publish(channel);
  };
  const offs = [
    bus.on('session.changed', ({ session }) => {
      if (store.renamed(session.id, session.name)) ofSession(session.id);
    }),
    bus.on('session.removed', ({ id }) => ofSession(id)),
  ];
  live.put(...store.all().map(view));
  post.resume();

  return {
    handlers: {
      'channels.list': ({ archived }, { who }) => {
        const viewer = people.viewer(who);
        return live
          .rows()
          .filter((channel) => maySeeChannel(viewer, channel.members) && (archived === true || !channel.archived))
          .sort((a, b) => (b.lastAt ?? b.createdAt) - (a.lastAt ?? a.createdAt) || (a.id < b.id ? -1 : 1));
      },
      'channels.create': ({ name, topic, members }, ask) => {
        const self = people.self(ask.who);
        const others = members.map((each) => people.find(each, ask.who));
        const all = [self, ...others].filter((each, i, list) => list.findIndex((m) => same(m, each)) === i);
        const row = db.transaction(() => {
          free(name);
          if (self.kind === 'session' && store.madeBy(self.id) >= GROUPS_OF_A_SESSION) {
            throw new Fault('refused', `this session has ${GROUPS_OF_A_SESSION} groups open; archive some first`);
          }
          const given = { name, pair: null, topic: cleaned(topic), by: self, at: clock.now(), members: all };
          return store.create(`c_${crypto.randomUUID()}`, 'group', given);
        });
        record(ask, 'channel.create', name, { members: all.map((member) => member.name) });
        return publish(row.id);
      },
      'channels.edit': ({ channel, name, topic, add = [], remove = [], archived }, ask) => {
        const row = seen(channel, ask.who);
        const viewer = people.viewer(ask.who);
        const removed = remove.map((each) => {
          const member =
            row.members.map(named).find((m) => m.id === each) ?? row.members.map(named).find((m) => m.name === each);
          if (!member) throw new Fault('not-found', `${quoted(each)} is no member of this channel`);
          return member;
        });
        const only = name === undefined && topic === undefined && add.length === 0 && archived === undefined;
        mayEdit(row, viewer, { removesOnlySelf: only && removed.every((member) => isMember(viewer, [member])) });
        if (row.kind === 'direct' && (!only || removed.length > 0) && archived === undefined) {
          throw new Fault('refused', 'this is between two; open a group to have more, or others');
        }
        db.transaction(() => {
          if (row.kind === 'group') {
            if (name !== undefined && name !== row.name) free(name);
            for (const member of removed) store.leave(row.id, member);
            for (const each of add) store.join(row, people.find(each, ask.who));
            room(store.get(row.id)?.members.length ?? 0);
          }
          const own =
            row.kind === 'group'
              ? { name: name ?? row.name, topic: topic === undefined ? row.topic : cleaned(topic) }
              : row;
          store.change(row.id, { name: own.name, topic: own.topic, archived: archived ?? row.archived });
        });
        record(ask, 'channel.edit', row.name ?? row.id, { name, topic, add, remove, archived });
        return publish(row.id);
      },
      'channels.send': ({ id, channel, to, text, replyTo }, ask) => {
        const message = send({ id, channel, to, text, replyTo }, ask);
        record(ask, 'channel.send', message.channel, { id: message.id, n: message.n });
        return message;
      },
      'channels.messages': ({ channel, before, limit }, { who }) => [
        ...store.messages(seen(channel, who).id, before ?? Number.MAX_SAFE_INTEGER, limit),
      ],
      'channels.read': ({ channel, n }, { who }) => {
        const row = seen(channel, who);
        const viewer = people.viewer(who);
        const mine = row.members.filter((member) => isMember(viewer, [member]));
        const to = Math.min(n, row.last);
        const moved = mine.map((member) => store.read(row.id, member, to));
        return moved.includes(true) ? publish(row.id) : view(row);
      },
      'channels.search': ({ q, limit }, { who }) => {
        const viewer = people.viewer(who);
        const mine = live.rows().filter((channel) => maySeeChannel(viewer, channel.members));
        const words = wordsOf(q);
        if (words.length === 0) throw new Fault('invalid', 'what is looked for has no words');
        return [
          ...store.search(
            mine.map((channel) => channel.id),
            words,
            limit,
          ),
        ];
      },
      'channels.rows': (_params, { who }) => ({
        live,
        filter: (channel) => maySeeChannel(people.viewer(who), channel.members),
      }),
      'channels.log': (params, { who }) => {
        const { id } = seen((params as { readonly channel: string }).channel, who);
        // Asked with every message: who is no longer a member gets no more of them.
        const filter = () => maySeeChannel(people.viewer(who), live.get(id)?.members ?? []);
        return { live: logs.of(id), filter };
      },
    },
    close() {
      for (const off of offs) off();
      post.close();
    },
  };
}
