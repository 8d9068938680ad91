/**
 * The index of all conversations: every file is read once and then only from where reading stopped. Work is done in
 * slices of a few milliseconds, newest files first, so that a list is there soon and nothing else waits.
 */
import { createHash } from 'node:crypto';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { Host, SqliteReader } from '../../platform/ports.ts';
import { addFact, type Booking, emptyDigest, type Fact } from './history/facts.ts';
import type { FileHistory, History, RowConversation, RowHistory } from './history/history.ts';
import { readLines } from './history/lines.ts';
import type { AgentStore, Entry } from './store.ts';

export interface IndexDeps {
  readonly host: Host;
  readonly readSqlite: SqliteReader;
  readonly store: AgentStore;
  readonly histories: readonly History[];
}

export type FactListener = (facts: readonly Fact[]) => void;

export interface ConversationIndex {
  /** Entries read from the store; resolves once, soon after the start. */
  loaded(): Promise<void>;
  entries(): IterableIterator<Entry>;
  entry(key: string): Entry | undefined;
  /**
   * Looks at everything (or one agent) and reads what is new. Calls during a running look share it; with `restMs`, a look
   * that began less than so many milliseconds ago is good enough.
   */
  refresh(agent?: string, restMs?: number): Promise<void>;
  readonly indexing: boolean;
  /** Reads what is new of one conversation file now. False when there is no such file. */
  touch(agent: string, path: string): Promise<boolean>;
  /** Called with every new fact of one entry. The answer ends it. */
  follow(key: string, listener: FactListener): () => void;
  /** Called after each entry that changed. */
  onChange(listener: () => void): () => void;
  /** Why an agent's conversations could not be read, by agent. */
  problems(): ReadonlyMap<string, string>;
}

const SLICE_MS = 6;
const HEAD = 512;
const TAIL = 1024;
const STATS_AT_ONCE = 32;

interface Work {
  readonly mtimeMs: number;
  run(): Promise<void>;
}

export function rowKey(file: string, id: string): string {
  return `${file}#${id}`;
}

export function createIndex({ host, readSqlite, store, histories }: IndexDeps): ConversationIndex {
  const entries = new Map<string, Entry>();
  const followers = new Map<string, Set<FactListener>>();
  const changed = new Set<() => void>();
  const problems = new Map<string, string>();
  /** Last sizes and times of the databases, to leave unchanged ones alone. */
  const signatures = new Map<string, string>();
  const lanes = new Map<string, Promise<unknown>>();
  const running = new Map<string, Promise<void>>();
  /** When the last look began, by the same names. */
  const lookedAts = new Map<string, number>();
  let sliceStart = performance.now();

  const breathe = async () => {
    if (performance.now() - sliceStart < SLICE_MS) return;
    await letOthersRun();
    sliceStart = performance.now();
  };

  let loading: Promise<void> | null = null;
  const loaded = () => {
    loading ??= (async () => {
      for (const { mtime, digest, ...row } of store.load()) {
        // A field a newer version added to the digest starts empty.
        entries.set(row.key, { ...row, mtimeMs: mtime, digest: { ...emptyDigest(), ...JSON.parse(digest) } });
        await breathe();
      }
    })();
    return loading;
  };

  const announce = (entry: Entry, facts: readonly Fact[]) => {
    if (facts.length > 0) for (const listener of followers.get(entry.key) ?? []) listener(facts);
    for (const listener of changed) listener();
  };

  /** One reading at a time for a key: two would both begin at the same offset and count twice. */
  const inLane = <T>(key: string, run: () => Promise<T>): Promise<T> => {
    const next = (lanes.get(key) ?? Promise.resolve()).then(run, run);
    const settled = next
      .catch(() => undefined)
      .then(() => {
        if (lanes.get(key) === settled) lanes.delete(key);
      });
    lanes.set(key, settled);
    return next;
  };

  const readFile = (history: FileHistory, path: string): Promise<boolean> =>
    inLane(path, async () => {
      const stat = await host.stat(path);
      if (stat === null || stat.directory) return false;
      let entry = entries.get(path);
      if (entry && entry.size === stat.size && entry.mtimeMs === stat.mtimeMs) return true;
      let fresh = false;
      if (!entry || stat.size < entry.offset || (await anchorOf(path, entry.offset)) !== entry.anchor) {
        entry = {
          key: path,
          agent: history.agent,
          path,
          size: 0,
          mtimeMs: 0,
          offset: 0,
          anchor: '',
          digest: emptyDigest(),
        };
        addFact(entry.digest, await history.about(host, path));
        fresh = true;
      }
      const target: Entry = { ...entry, digest: structuredClone(entry.digest) };
      let bookings: Booking[] = [];
      let facts: Fact[] = [];
      const heard = followers.has(path);
      const commit = async (offset: number, done: boolean) => {
        target.offset = offset;
        target.anchor = await anchorOf(path, offset);
        // Until all is read the size stays behind, so that a stop in between makes the next look go on.
        target.size = done ? stat.size : offset;
        target.mtimeMs = done ? stat.mtimeMs : 0;
        store.save(target, bookings, fresh);
        entries.set(path, { ...target, digest: structuredClone(target.digest) });
        const told = facts;
        [bookings, facts, fresh] = [[], [], false];
        announce(target, told);
      };
      const reading = await readLines(host, path, {
        from: target.offset,
        to: stat.size,
        skip: history.skip,
        line: (value) => {
          for (const fact of history.facts(value)) {
            const booking = addFact(target.digest, fact);
            if (booking) bookings.push(booking);
            if (heard) facts.push(fact);
          }
        },
        pause: async (offset) => {
          if (bookings.length > 500) await commit(offset, false);
          await breathe();
        },
      });
      await commit(reading.offset, true);
      return true;
    });

  /** Head and the bytes right before the offset: lines of one kind end alike, so a few bytes would not tell them apart. */
  const anchorOf = async (path: string, offset: number): Promise<string> => {
    if (offset === 0) return '';
    const hash = createHash('sha256').update(await host.read(path, 0, Math.min(HEAD, offset)));
    const from = Math.max(0, offset - TAIL);
    hash.update(await host.read(path, from, offset - from));
    return hash.digest('base64').slice(0, 16);
  };

  const readRow = (history: RowHistory, row: RowConversation): Promise<void> => {
    const path = history.file(host);
    const key = rowKey(path, row.id);
    return inLane(key, async () => {
      const facts = row.facts ?? (await history.facts({ host, readSqlite }, row.id));
      const entry: Entry = {
        key,
        agent: history.agent,
        path,
        size: 0,
        mtimeMs: row.updatedAt,
        offset: 0,
        anchor: '',
        digest: emptyDigest(),
      };
      const bookings = facts.map((fact) => addFact(entry.digest, fact)).filter((booking) => booking !== null);
      store.save(entry, bookings, true);
      entries.set(key, entry);
      announce(entry, facts);
    });
  };

  const fileWork = async (history: FileHistory, alive: Set<string>): Promise<Work[]> => {
    const work: Work[] = [];
    const paths = await history.files(host);
    for (let i = 0; i < paths.length; i += STATS_AT_ONCE) {
      const some = paths.slice(i, i + STATS_AT_ONCE);
      const stats = await Promise.all(some.map((path) => host.stat(path)));
      some.forEach((path, n) => {
        const stat = stats[n];
        if (!stat || stat.directory) return;
        alive.add(path);
        const entry = entries.get(path);
        if (entry && entry.size === stat.size && entry.mtimeMs === stat.mtimeMs) return;
        work.push({ mtimeMs: stat.mtimeMs, run: async () => void (await readFile(history, path)) });
      });
      await breathe();
    }
    return work;
  };

  const signatureOf = async (history: RowHistory): Promise<string | null> => {
    const stats = await Promise.all([history.file(host), ...history.beside(host)].map((path) => host.stat(path)));
    return stats[0] ? stats.map((stat) => `${stat?.size ?? 0}:${stat?.mtimeMs ?? 0}`).join() : null;
  };

  const rowWork = async (history: RowHistory, alive: Set<string>): Promise<Work[]> => {
    const path = history.file(host);
    const signature = await signatureOf(history);
    if (signature === null) return [];
    if (signature === signatures.get(path)) {
      for (const entry of entries.values()) if (entry.agent === history.agent) alive.add(entry.key);
      return [];
    }
    const rows = await history.conversations({ host, readSqlite });
    signatures.set(path, signature);
    for (const row of rows) alive.add(rowKey(path, row.id));
    return rows
      .filter((row) => entries.get(rowKey(path, row.id))?.mtimeMs !== row.updatedAt)
      .map((row) => ({ mtimeMs: row.updatedAt, run: () => readRow(history, row) }));
  };

  const look = async (agent: string | undefined): Promise<void> => {
    await loaded();
    const before = [...entries.values()];
    const alive = new Set<string>();
    const seen = new Set<string>();
    const work: (Work & { readonly agent: string })[] = [];
    for (const history of histories) {
      if (agent !== undefined && history.agent !== agent) continue;
      try {
        const more = history.kind === 'files' ? await fileWork(history, alive) : await rowWork(history, alive);
        work.push(...more.map((each) => ({ ...each, agent: history.agent })));
        seen.add(history.agent);
        problems.delete(history.agent);
      } catch (error) {
        // One agent's damaged or locked files must not hide the others'; what was known of it stays.
        problems.set(history.agent, error instanceof Error ? error.message : String(error));
      }
    }
    // Only what was known before the look began: a file that came meanwhile is in no list yet.
    const gone = before.filter((entry) => seen.has(entry.agent) && !alive.has(entry.key)).map((entry) => entry.key);
    if (gone.length > 0) {
      store.forget(gone);
      for (const key of gone) entries.delete(key);
      for (const listener of changed) listener();
    }
    work.sort((a, b) => b.mtimeMs - a.mtimeMs);
    for (const each of work) {
      try {
        await each.run();
      } catch (error) {
        problems.set(each.agent, error instanceof Error ? error.message : String(error));
      }
      await breathe();
    }
  };

  const refresh = (agent?: string, restMs = 0): Promise<void> => {
    const name = agent ?? '*';
    const current = running.get('*') ?? running.get(name);
    if (current) return current;
    const now = performance.now();
    const lookedAt = Math.max(
      lookedAts.get('*') ?? Number.NEGATIVE_INFINITY,
      lookedAts.get(name) ?? Number.NEGATIVE_INFINITY,
    );
    if (now - lookedAt < restMs) return Promise.resolve();
    lookedAts.set(name, now);
    const next = look(agent).finally(() => running.delete(name));
    running.set(name, next);
    return next;
  };

  return {
    loaded,
    entries: () => entries.values(),
    entry: (key) => entries.get(key),
    refresh,
    get indexing() {
      return running.size > 0;
    },
    async touch(agent, path) {
      await loaded();
      const history = histories.find((each) => each.agent === agent);
      if (!history) return false;
      if (history.kind === 'files') return readFile(history, path);
      if ((await signatureOf(history)) === null) return false;
      await refresh(agent);
      return entries.has(path);
    },
    follow(key, listener) {
      const set = followers.get(key) ?? new Set();
      set.add(listener);
      followers.set(key, set);
      return () => {
        set.delete(listener);
        if (set.size === 0) followers.delete(key);
      };
    },
    onChange(listener) {
      changed.add(listener);
      return () => changed.delete(listener);
    },
    problems: () => problems,
  };
}
