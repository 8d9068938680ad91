/**
 * What one node tells of its sessions, as far as it is believed: rows of the right shape, of its own sessions alone, not
 * more than can be shown, their times by this hub's clock.
 */
import { Approval } from '../../../shared/contract/approvals.ts';
import type { FeedName } from '../../../shared/contract/contract.ts';
import { Place } from '../../../shared/contract/git.ts';
import { HubEvent } from '../../../shared/contract/hub.ts';
import { Receipt } from '../../../shared/contract/prompts.ts';
import { Session } from '../../../shared/contract/sessions.ts';
import type { Client, FeedChange, Key } from '../../../shared/wire/client.ts';
import type { Gathered } from './gather.ts';
import { believed, inOurTime, isShallow } from './rules.ts';

/** Rows of this hub and of all its nodes, by feed. */
export interface Rows {
  readonly sessions: Gathered<Session>;
  readonly prompts: Gathered<Receipt>;
  readonly approvals: Gathered<Approval>;
  readonly places: Gathered<Place>;
  /** Something happened there. */
  event(node: string, event: HubEvent): void;
  /** As it is there, also while its node is away: whoever is told of what sessions need hears of it. */
  readonly news: {
    session(node: string, session: Session): void;
    gone(id: string): void;
    approval(node: string, approval: Approval): void;
  };
}

/** Rows of one node that are shown; of sessions those that are not archived come first. */
export const MOST = { sessions: 2000, prompts: 5000, approvals: 500, places: 2000 } as const;
/** Events in ten seconds. */
const MOST_EVENTS = 1000;
const EVENTS_MS = 10_000;

interface Schema<Row> {
  safeParse(value: unknown): { readonly success: boolean; readonly data?: Row | undefined };
}

export interface MirrorDeps {
  readonly id: string;
  readonly rows: Rows;
  /** As it is shown now. */
  readonly asOurs: (session: Session) => Session;
  /** Its clock minus ours as far as it matters, milliseconds. */
  readonly skew: () => number;
  readonly now: () => number;
  /** Sessions came, went, or are more or fewer than can be shown. */
  readonly changed: () => void;
}

export interface Mirror {
  /** Those that are not archived; null while it told of none. */
  count(): number | null;
  /** Why not all of it is shown; empty when it is. */
  problem(): string;
  follow(client: Client, current: () => boolean): () => void;
  /** A session that it told us of in an answer. Null when it is none, or another machine's. */
  learn(value: unknown): Session | null;
  /** Its sessions again: they look another way now. */
  show(): void;
  /** Nobody can answer its requests now, or again. */
  reachable(on: boolean): void;
  /** It is a node no more. */
  drop(): void;
}

export function createMirror(deps: MirrorDeps): Mirror {
  const { id, rows } = deps;
  const theirs = new Map<string, Session>();
  let asked: readonly Approval[] = [];
  let reachable = true;
  let more = 0;
  let strange = 0;
  let events = { since: 0, count: 0 };

  /** A session that this hub or another node has: what is said of it is not this node's to say. */
  const isForeign = (session: string): boolean =>
    rows.sessions.live.get(session) !== undefined && rows.sessions.nodeOf(session) !== id;
  const taken = <Row>(schema: Schema<Row>, values: readonly unknown[], sessionOf: (row: Row) => string): Row[] =>
    values.flatMap((value) => {
      const { success, data } = schema.safeParse(value);
      if (success && data !== undefined && !isForeign(sessionOf(data))) return [inOurTime(data, deps.skew())];
      strange += 1;
      return [];
    });
  const sessionsFrom = (values: readonly unknown[]): Session[] =>
    taken(Session, values, (row) => row.id).flatMap((row) => {
      const fit = believed(row);
      if (fit === null) strange += 1;
      return fit === null ? [] : [fit];
    });
  const known = (session: Session): void => {
    theirs.set(session.id, session);
    rows.news.session(id, session);
  };
  const forget = (ids: readonly string[]): void => {
    for (const each of ids) if (theirs.delete(each)) rows.news.gone(each);
    rows.sessions.drop(id, ids);
  };

  const onSessions = ({ put, drop, reset }: FeedChange<unknown>): void => {
    if (reset) strange = 0;
    const told = sessionsFrom(put);
    if (reset) {
      const kept = new Set(told.map((row) => row.id));
      forget([...theirs.keys()].filter((each) => !kept.has(each)));
      more = 0;
    } else forget(drop.map(String));
    const first = told.length > MOST.sessions ? told.toSorted((a, b) => Number(a.archived) - Number(b.archived)) : told;
    const fresh: Session[] = [];
    for (const row of first) {
      if (!theirs.has(row.id) && theirs.size >= MOST.sessions) {
        more += 1;
        continue;
      }
      known(row);
      fresh.push(row);
    }
    rows.sessions.put(id, fresh.map(deps.asOurs));
    deps.changed();
  };
  /** Rows about sessions; a new connection knows nothing of what an earlier one showed. */
  const plain =
    <Row>(schema: Schema<Row>, into: Gathered<Row>, most: number, sessionOf: (row: Row) => string) =>
    ({ put, drop, reset }: FeedChange<unknown>): void => {
      if (reset) into.dropAll(id);
      else into.drop(id, drop);
      // The last told are the newest.
      into.put(id, taken(schema, put.slice(-most), sessionOf));
      if (into.size(id) > most) into.drop(id, into.of(id).slice(0, -most).map(into.keyOf));
    };
  const onApprovals = ({ put, drop, reset }: FeedChange<unknown>): void => {
    const told = taken(Approval, put.slice(-MOST.approvals), (row) => row.sessionId);
    const byId = new Map(reset ? [] : asked.map((each) => [each.id, each]));
    for (const each of drop) byId.delete(String(each));
    for (const each of told) byId.set(each.id, each);
    const gone = asked.filter((each) => !byId.has(each.id));
    asked = [...byId.values()].slice(-MOST.approvals);
    for (const each of gone) rows.news.approval(id, { ...each, status: 'gone' });
    for (const each of told) rows.news.approval(id, each);
    if (!reachable) return;
    if (reset) rows.approvals.dropAll(id);
    else rows.approvals.drop(id, drop);
    rows.approvals.put(id, told);
  };
  const onEvents = ({ put, reset }: FeedChange<unknown>): void => {
    // What happened before we listened is no news.
    if (reset) return;
    if (deps.now() - events.since > EVENTS_MS) events = { since: deps.now(), count: 0 };
    const left = MOST_EVENTS - events.count;
    events.count += put.length;
    for (const each of put.slice(0, Math.max(0, left))) {
      const { success, data } = HubEvent.safeParse(each);
      if (success && data && isShallow(data.data) && !(data.sessionId !== null && isForeign(data.sessionId)))
        rows.event(id, inOurTime(data, deps.skew()));
    }
  };

  return {
    count: () => (theirs.size > 0 ? [...theirs.values()].filter((each) => !each.archived).length + more : null),
    problem() {
      if (more > 0) return `it has ${theirs.size + more} sessions: ${theirs.size} of them are shown`;
      return strange > 0 ? 'it tells of sessions in a way that makes no sense; those are not shown' : '';
    },
    follow(client, current) {
      const feed = (name: FeedName, take: (change: FeedChange<unknown>) => void) =>
        client.feed(name, {} as never, {
          rows: (_all: ReadonlyMap<Key, unknown>, change: FeedChange<unknown>) => current() && take(change),
          state() {
            // `stale` rows stay as they are; the link says the rest.
          },
        });
      const ends = [
        feed('sessions.rows', onSessions),
        feed(
          'prompts.rows',
          plain(Receipt, rows.prompts, MOST.prompts, (row) => row.sessionId),
        ),
        feed('approvals.rows', onApprovals),
        feed(
          'git.places',
          plain(Place, rows.places, MOST.places, (row) => row.sessionId),
        ),
        feed('hub.events', onEvents),
      ];
      return () => {
        for (const end of ends) end();
      };
    },
    learn(value) {
      const [session] = sessionsFrom([value]);
      if (!session) return null;
      if (theirs.has(session.id) || theirs.size < MOST.sessions) {
        known(session);
        rows.sessions.put(id, [deps.asOurs(session)]);
      }
      return session;
    },
    show: () => rows.sessions.put(id, [...theirs.values()].map(deps.asOurs)),
    reachable(on) {
      if (on === reachable) return;
      reachable = on;
      if (on) rows.approvals.put(id, asked);
      else rows.approvals.dropAll(id);
    },
    drop() {
      forget([...theirs.keys()]);
      asked = [];
      for (const each of [rows.prompts, rows.approvals, rows.places] as Gathered<unknown>[]) each.dropAll(id);
    },
  };
}
