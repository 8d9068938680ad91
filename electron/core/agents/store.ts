/** The only SQL of the agents room. */
import type { Tokens, UsageQuery } from '../../../shared/contract/agents.ts';
import type { Db } from '../../platform/ports.ts';
import type { Booking, Digest } from './history/facts.ts';

/** One conversation as indexed: where reading stopped, and what was learnt so far. */
export interface Entry {
  readonly key: string;
  readonly agent: string;
  readonly path: string;
  size: number;
  /** Milliseconds; for conversations in databases the time of the last change. */
  mtimeMs: number;
  offset: number;
  /** Fingerprint of the bytes right before `offset`: tells a grown file from one written anew. */
  anchor: string;
  digest: Digest;
}

export interface UsageSum {
  readonly key: string;
  readonly agent: string | null;
  readonly model: string;
  readonly tokens: Tokens;
}

export interface AgentStore {
  load(): readonly StoredEntry[];
  /** Writes the entry and its bookings in one transaction; `fresh` first forgets what was booked for it before. */
  save(entry: Entry, bookings: readonly Booking[], fresh: boolean): void;
  /** Drops conversations from the cache; what they used stays. */
  forget(keys: readonly string[]): void;
  usage(query: UsageQuery): readonly UsageSum[];
  turns(query: UsageQuery): ReadonlyMap<string, number>;
}

export interface StoredEntry {
  readonly key: string;
  readonly agent: string;
  readonly path: string;
  readonly size: number;
  readonly mtime: number;
  readonly offset: number;
  readonly anchor: string;
  readonly digest: string;
}

const DIMENSIONS = { day: 'day', agent: 'agent', model: 'model', conversation: 'conversation', turn: 'turn' } as const;

/** The day in the core's own time zone, YYYY-MM-DD. */
export function dayOf(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function createAgentStore(db: Db): AgentStore {
  const all = db.prepare<StoredEntry>('SELECT * FROM agents_conversations');
  const put = db.prepare(
    `INSERT INTO agents_conversations (key, agent, path, size, mtime, offset, anchor, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET agent = excluded.agent, path = excluded.path, size = excluded.size,
       mtime = excluded.mtime, offset = excluded.offset, anchor = excluded.anchor, digest = excluded.digest`,
  );
  const drop = db.prepare('DELETE FROM agents_conversations WHERE key = ?');
  const unbook = db.prepare('DELETE FROM agents_usage WHERE key = ?');
  const unclaim = db.prepare('DELETE FROM agents_messages WHERE key = ?');
  const claim = db.prepare('INSERT OR IGNORE INTO agents_messages (agent, message, key) VALUES (?, ?, ?)');
  const owner = db.prepare<{ key: string }>('SELECT key FROM agents_messages WHERE agent = ? AND message = ?');
  const book = db.prepare(
    `INSERT INTO agents_usage (key, turn, day, model, side, agent, conversation, input, output, cache_read, cache_write)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (key, turn, day, model, side) DO UPDATE SET input = input + excluded.input,
       output = output + excluded.output, cache_read = cache_read + excluded.cache_read,
       cache_write = cache_write + excluded.cache_write`,
  );

  const bookAll = (entry: Entry, bookings: readonly Booking[]) => {
    const conversation = entry.digest.parent ?? entry.digest.id ?? entry.key;
    for (const each of bookings) {
      const mine = each.first
        ? claim.run(entry.agent, each.key, entry.key).changes > 0
        : owner.get(entry.agent, each.key)?.key === entry.key;
      if (!mine) continue;
      const { input, output, cacheRead, cacheWrite } = each.tokens;
      const model = each.model ?? entry.digest.model ?? '';
      const side = each.side || entry.digest.hidden ? 1 : 0;
      // A sub-agent counts its own turns; for its parent they are none.
      const turn = entry.digest.hidden ? 0 : each.turn;
      const where = [entry.key, turn, dayOf(each.at), model, side, entry.agent, conversation];
      book.run(...where, input, output, cacheRead, cacheWrite);
    }
  };

  const filter = (query: UsageQuery): { where: string; params: unknown[] } => {
    const parts: [string, unknown][] = [];
    if (query.from !== undefined) parts.push(['day >= ?', query.from]);
    if (query.to !== undefined) parts.push(['day <= ?', query.to]);
    if (query.agent !== undefined) parts.push(['agent = ?', query.agent]);
    if (query.conversation !== undefined) parts.push(['conversation = ?', query.conversation]);
    const where = parts.length === 0 ? '' : `WHERE ${parts.map(([sql]) => sql).join(' AND ')}`;
    return { where, params: parts.map(([, value]) => value) };
  };

  return {
    load: () => all.all(),
    save(entry, bookings, fresh) {
      db.transaction(() => {
        if (fresh) {
          unbook.run(entry.key);
          unclaim.run(entry.key);
        }
        bookAll(entry, bookings);
        const { key, agent, path, size, mtimeMs, offset, anchor } = entry;
        put.run(key, agent, path, size, mtimeMs, offset, anchor, JSON.stringify(entry.digest));
      });
    },
    forget(keys) {
      db.transaction(() => {
        for (const key of keys) drop.run(key);
      });
    },
    usage(query) {
      const { where, params } = filter(query);
      const dimension = DIMENSIONS[query.by];
      const rows = db
        .prepare<{
          key: string | number;
          agents: number;
          agent: string;
          model: string;
          input: number;
          output: number;
          cache_read: number;
          cache_write: number;
        }>(
          `SELECT ${dimension} AS key, count(DISTINCT agent) AS agents, min(agent) AS agent, model,
             sum(input) AS input, sum(output) AS output, sum(cache_read) AS cache_read, sum(cache_write) AS cache_write
           FROM agents_usage ${where} GROUP BY ${dimension}, model`,
        )
        .all(...params);
      return rows.map((row) => ({
        key: String(row.key),
        agent: row.agents === 1 ? row.agent : null,
        model: row.model,
        tokens: { input: row.input, output: row.output, cacheRead: row.cache_read, cacheWrite: row.cache_write },
      }));
    },
    turns(query) {
      const { where, params } = filter(query);
      const dimension = DIMENSIONS[query.by];
      const main = where === '' ? 'WHERE side = 0' : `${where} AND side = 0`;
      const rows = db
        .prepare<{ key: string | number; turns: number }>(
          `SELECT ${dimension} AS key, count(DISTINCT key || ':' || turn) AS turns FROM agents_usage ${main} GROUP BY ${dimension}`,
        )
        .all(...params);
      return new Map(rows.map((row) => [String(row.key), row.turns]));
    },
  };
}
