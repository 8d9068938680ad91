/** The only SQL for channels. A message, its number and its deliveries come into being together, or not at all. */
import type { Actor } from '../../../shared/contract/actors.ts';
import type { Channel, Message } from '../../../shared/contract/channels.ts';
import { cutTo, fold } from '../../../shared/words.ts';
import type { Db } from '../../platform/ports.ts';

export interface Member extends Actor {
  readonly read: number;
}
export interface ChannelRow {
  readonly id: string;
  readonly kind: Channel['kind'];
  /** Null for direct ones. */
  readonly name: string | null;
  readonly topic: string;
  readonly archived: boolean;
  readonly createdBy: Pick<Actor, 'kind' | 'id'>;
  readonly createdAt: number;
  readonly last: number;
  readonly lastAt: number | null;
  readonly preview: string;
  readonly members: readonly Member[];
}
export type Delivery = Message['deliveries'][number];
export interface NewMessage {
  readonly id: string;
  readonly channel: string;
  readonly by: Actor;
  readonly text: string;
  readonly mentions: readonly string[];
  readonly replyTo: number | null;
  readonly at: number;
  readonly depth: number;
  readonly deliveries: readonly Delivery[];
}
export interface OpenDelivery extends Delivery {
  readonly messageId: string;
}

interface RawChannel {
  readonly id: string;
  readonly kind: Channel['kind'];
  readonly name: string | null;
  readonly topic: string;
  readonly archived: number;
  readonly created_kind: Actor['kind'];
  readonly created_id: string;
  readonly created_at: number;
  readonly last: number;
  readonly last_at: number | null;
  readonly preview: string;
}
interface RawMessage {
  readonly id: string;
  readonly channel_id: string;
  readonly n: number;
  readonly by_kind: Actor['kind'];
  readonly by_id: string;
  readonly by_name: string;
  readonly text: string;
  readonly mentions: string;
  readonly reply_to: number | null;
  readonly at: number;
}
interface RawDelivery {
  readonly message_id: string;
  readonly session_id: string;
  readonly session: string;
  readonly prompt: string | null;
  readonly state: Delivery['state'];
  readonly reason: string;
}
const deliveryOf = (raw: RawDelivery): OpenDelivery => ({
  messageId: raw.message_id,
  session: raw.session,
  sessionId: raw.session_id,
  prompt: raw.prompt,
  state: raw.state,
  reason: raw.reason,
});

const PREVIEW = 140;
const MESSAGE = 'id, channel_id, n, by_kind, by_id, by_name, text, mentions, reply_to, at';

export type ChannelStore = ReturnType<typeof createChannelStore>;

export function createChannelStore(db: Db) {
  const members = db.prepare<Member>(
    'SELECT kind, id, name, read FROM channels_members WHERE channel_id = ? ORDER BY ord',
  );
  const row = (raw: RawChannel): ChannelRow => ({
    id: raw.id,
    kind: raw.kind,
    name: raw.name,
    topic: raw.topic,
    archived: raw.archived === 1,
    createdBy: { kind: raw.created_kind, id: raw.created_id },
    createdAt: raw.created_at,
    last: raw.last,
    lastAt: raw.last_at,
    preview: raw.preview,
    members: members.all(raw.id),
  });
  const one = (sql: string) => {
    const statement = db.prepare<RawChannel>(sql);
    return (...params: readonly unknown[]): ChannelRow | undefined => {
      const raw = statement.get(...params);
      return raw && row(raw);
    };
  };
  const all = db.prepare<RawChannel>('SELECT * FROM channels ORDER BY created_at, id');
  const insert = db.prepare(
    'INSERT INTO channels (id, kind, name, pair, topic, created_kind, created_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const join = db.prepare(
    `INSERT INTO channels_members (channel_id, ord, kind, id, name, read)
     SELECT id, (SELECT coalesce(max(ord), 0) + 1 FROM channels_members WHERE channel_id = channels.id), ?, ?, ?, ?
     FROM channels WHERE id = ? ON CONFLICT DO NOTHING`,
  );
  const leave = db.prepare('DELETE FROM channels_members WHERE channel_id = ? AND kind = ? AND id = ?');
  const change = db.prepare('UPDATE channels SET name = ?, topic = ?, archived = ? WHERE id = ?');
  const spoke = db.prepare<{ last: number }>(
    'UPDATE channels SET last = last + 1, last_at = ?, preview = ?, archived = 0 WHERE id = ? RETURNING last',
  );
  const read = db.prepare(
    'UPDATE channels_members SET read = ? WHERE channel_id = ? AND kind = ? AND id = ? AND read < ?',
  );
  const readNext = db.prepare(
    'UPDATE channels_members SET read = read + 1 WHERE channel_id = ? AND kind = ? AND id = ? AND read = ?',
  );
  const renamed = db.prepare("UPDATE channels_members SET name = ? WHERE kind = 'session' AND id = ? AND name <> ?");
  const channelsOf = db.prepare<{ id: string }>(
    'SELECT channel_id AS id FROM channels_members WHERE kind = ? AND id = ?',
  );
  const say = db.prepare(
    `INSERT INTO channels_messages (id, channel_id, n, by_kind, by_id, by_name, text, mentions, reply_to, at, depth, words)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const hand = db.prepare(
    'INSERT INTO channels_deliveries (message_id, session_id, session, prompt, state, reason, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const deliveries = db.prepare<RawDelivery>(
    'SELECT * FROM channels_deliveries WHERE message_id = ? ORDER BY session, session_id',
  );
  const messageOf = (raw: RawMessage): Message => ({
    id: raw.id,
    channel: raw.channel_id,
    n: raw.n,
    by: { kind: raw.by_kind, id: raw.by_id, name: raw.by_name },
    text: raw.text,
    mentions: JSON.parse(raw.mentions) as string[],
    replyTo: raw.reply_to,
    at: raw.at,
    deliveries: deliveries
      .all(raw.id)
      .map(deliveryOf)
      .map(({ messageId: _, ...delivery }) => delivery),
  });
  const byId = db.prepare<RawMessage>(`SELECT ${MESSAGE} FROM channels_messages WHERE id = ?`);
  const before = db.prepare<RawMessage>(
    `SELECT ${MESSAGE} FROM channels_messages WHERE channel_id = ? AND n < ? ORDER BY n DESC LIMIT ?`,
  );
  const depth = db.prepare<{ depth: number }>(
    'SELECT depth FROM channels_messages WHERE channel_id = ? AND n = ? AND at > ?',
  );
  const heat = db.prepare<{ depth: number | null }>(
    `SELECT max(m.depth) AS depth FROM channels_deliveries d JOIN channels_messages m ON m.id = d.message_id
     WHERE d.session_id = ? AND d.at > ? AND d.state <> 'stopped'`,
  );
  const sent = db.prepare<{ n: number }>(
    "SELECT count(*) AS n FROM channels_messages WHERE by_kind = 'session' AND by_id = ? AND at > ?",
  );
  const openOnes = db.prepare<RawDelivery>(
    "SELECT * FROM channels_deliveries WHERE state IN ('queued', 'held', 'delivering', 'delivered', 'unverified')",
  );
  const follow = db.prepare<RawDelivery>(
    'UPDATE channels_deliveries SET state = ?, reason = ? WHERE prompt = ? AND (state <> ? OR reason <> ?) RETURNING *',
  );
  const made = db.prepare<{ n: number }>(
    "SELECT count(*) AS n FROM channels WHERE kind = 'group' AND archived = 0 AND created_kind = 'session' AND created_id = ?",
  );

  const get = one('SELECT * FROM channels WHERE id = ?');
  const create = (
    id: string,
    kind: Channel['kind'],
    given: {
      name: string | null;
      pair: string | null;
      topic: string;
      by: Actor;
      at: number;
      members: readonly Actor[];
    },
  ): ChannelRow => {
    insert.run(id, kind, given.name, given.pair, given.topic, given.by.kind, given.by.id, given.at);
    for (const member of given.members) join.run(member.kind, member.id, member.name, 0, id);
    const stored = get(id);
    if (!stored) throw new Error('the database took a channel and gave none back');
    return stored;
  };

  return {
    get,
    named: one('SELECT * FROM channels WHERE name = ?'),
    between: one('SELECT * FROM channels WHERE pair = ?'),
    all: (): readonly ChannelRow[] => all.all().map(row),
    create,
    /** Groups that stand open and that this session made. */
    madeBy: (id: string): number => made.get(id)?.n ?? 0,
    /** Who comes later has nothing unread from before. */
    join: (channel: ChannelRow, member: Actor) =>
      void join.run(member.kind, member.id, member.name, channel.last, channel.id),
    leave: (channel: string, member: Pick<Actor, 'kind' | 'id'>) => void leave.run(channel, member.kind, member.id),
    change: (id: string, to: { name: string | null; topic: string; archived: boolean }) =>
      void change.run(to.name, to.topic, Number(to.archived), id),
    read: (channel: string, who: Pick<Actor, 'kind' | 'id'>, n: number): boolean =>
      read.run(n, channel, who.kind, who.id, n).changes > 0,
    /** Only when nothing before it is unread. */
    readNext: (channel: string, who: Pick<Actor, 'kind' | 'id'>, n: number): boolean =>
      readNext.run(channel, who.kind, who.id, n - 1).changes > 0,
    /** True when it was known by another name. */
    renamed: (sessionId: string, name: string): boolean => renamed.run(name, sessionId, name).changes > 0,
    channelsOf: (who: Pick<Actor, 'kind' | 'id'>): readonly string[] =>
      channelsOf.all(who.kind, who.id).map((r) => r.id),
    message(id: string): Message | undefined {
      const raw = byId.get(id);
      return raw && messageOf(raw);
    },
    say(message: NewMessage): Message {
      const { id, channel, by, at } = message;
      const n = spoke.get(at, cutTo(message.text.replace(/\s+/gu, ' ').trim(), PREVIEW), channel)?.last;
      if (n === undefined) throw new Error(`the channel ${channel} is not in the table`);
      const mentions = JSON.stringify(message.mentions);
      const words = fold(message.text);
      const { replyTo, depth: deep } = message;
      say.run(id, channel, n, by.kind, by.id, by.name, message.text, mentions, replyTo, at, deep, words);
      for (const d of message.deliveries) hand.run(id, d.sessionId, d.session, d.prompt, d.state, d.reason, at);
      const { depth: _, ...said } = message;
      return { ...said, n, mentions: [...message.mentions], deliveries: [...message.deliveries] };
    },
    /** Newest first. */
    messages: (channel: string, below: number, limit: number): readonly Message[] =>
      before.all(channel, below, limit).map(messageOf),
    /** With all of the words (folded), newest first. */
    search(channels: readonly string[], words: readonly string[], limit: number): readonly Message[] {
      const holds = words.map(() => ' AND instr(words, ?) > 0').join('');
      const sql = `SELECT ${MESSAGE} FROM channels_messages
        WHERE channel_id IN (SELECT value FROM json_each(?))${holds} ORDER BY rowid DESC LIMIT ?`;
      return db
        .prepare<RawMessage>(sql)
        .all(JSON.stringify(channels), ...words, limit)
        .map(messageOf);
    },
    /** 0 when the message is not newer than `since`. */
    depth: (channel: string, n: number, since: number): number => depth.get(channel, n, since)?.depth ?? 0,
    /** Of what was delivered to the session since; 0 when nothing was. */
    heat: (sessionId: string, since: number): number => heat.get(sessionId, since)?.depth ?? 0,
    sent: (sessionId: string, since: number): number => sent.get(sessionId, since)?.n ?? 0,
    openDeliveries: (): readonly OpenDelivery[] => openOnes.all().map(deliveryOf),
    /** The message whose delivery changed; undefined when none did. */
    follow(prompt: string, state: Delivery['state'], reason: string): Message | undefined {
      const raw = follow.get(state, reason, prompt, state, reason);
      const message = raw && byId.get(raw.message_id);
      return message && messageOf(message);
    },
  };
}
