/** The door of the board room: cards in columns, shared by people and agents; each is worked on by one at a time. */
import type { Actor } from '../../../shared/contract/actors.ts';
import type { Card, CardRow } from '../../../shared/contract/board.ts';
import { Fault } from '../../../shared/fault.ts';
import { type Audit, actor as auditActor } from '../../kernel/audit.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type Asked, type Handlers, maySee, type Principal } from '../../kernel/handlers.ts';
import type { Db } from '../../platform/ports.ts';
import type { SessionAccess } from '../sessions/sessions.ts';
import type { Settings } from '../settings/settings.ts';
import { newCalendar, secretHash } from './calendar.ts';
import { createClaims } from './claims.ts';
import { toCalendar, toCsv, toJson } from './export.ts';
import { createImport } from './import.ts';
import { createPeople } from './people.ts';
import { createRows } from './rows.ts';
import { claimRefusal, columnsRefusal, type KeptCard, pickNext, sameActor } from './rules.ts';
import { createBoardStore } from './store.ts';
import { createWrites, noCard, refuse, shown } from './writes.ts';

export interface BoardDeps {
  readonly db: Db;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly sessions: Pick<SessionAccess, 'get' | 'resolve'>;
  readonly settings: Pick<Settings, 'value'>;
  /** Names of all users. */
  readonly users: () => readonly string[];
  readonly audit?: Audit;
}

export interface Board {
  readonly handlers: Pick<Handlers, Extract<keyof Handlers, `board.${string}`>>;
  close(): void;
}

/** Longer exports would not fit into one answer. */
const MOST_CHARACTERS = 64 * 1024 * 1024;

/**
 * Agents share the whole board, whatever their token is limited to. A token of a person that is limited to some sessions
 * sees what those sessions have to do with, and what its user made.
 */
function sees(who: Principal, card: Pick<Card, 'owner' | 'claim' | 'creator' | 'links'>): boolean {
  if (who.sessions === null || who.via === 'agent') return true;
  if (card.creator.kind === 'user' && card.creator.id === who.user) return true;
  const actors = [card.owner, card.claim?.by, card.creator].filter((each) => each?.kind === 'session');
  return [...actors.map((each) => each?.id ?? null), card.links.session].some((id) => id !== null && maySee(who, id));
}

export function createBoard(deps: BoardDeps): Board {
  const { bus, clock, sessions } = deps;
  const store = createBoardStore(deps.db);
  const rows = createRows(store);
  rows.reload();
  const claims = createClaims({ store, rows, clock, bus });

  const people = createPeople(sessions, deps.users);
  const by = people.self;
  const prefix = () => deps.settings.value('board.prefix');
  const writes = createWrites({ store, rows, claims, clock, prefix, whoIs: people.find });
  const importer = createImport({ store, rows, clock, prefix });

  /** Claims that have run out are ended first, so that no answer shows one. */
  const seen = (key: string, who: Principal): KeptCard => {
    claims.sweep();
    const card = store.get(key);
    if (!card || !sees(who, card)) throw noCard(key);
    return card;
  };
  const filter = (who: Principal) => (row: CardRow) => sees(who, row);
  const audit = ({ who }: Asked, action: string, target: string, detail: Record<string, unknown>) =>
    deps.audit?.({ ...auditActor(who), action: `board.${action}`, target, detail });

  const notHeld = (card: KeptCard): Fault => {
    const claim = card.claim;
    const now = claim ? `${claim.by.name} claims it now` : 'nobody claims it now';
    return new Fault('stale', `that claim of ${card.key} has ended: ${now}`, { card: shown(card) });
  };
  const takenFault = (card: KeptCard): Fault => {
    const refusal = claimRefusal(card, rows.column(card.column)?.kind, rows.unfinished(card.dependencies));
    if (!refusal) return new Fault('conflict', `${card.key} changed meanwhile; look again`, { card: shown(card) });
    const { claim } = card;
    const data = claim && { key: card.key, by: claim.by, fence: claim.fence, expiresAt: claim.expiresAt };
    return new Fault(refusal.code, refusal.message, refusal.code === 'taken' && data ? data : undefined);
  };
  const all = (who: Principal): Card[] => {
    if (store.size().characters > MOST_CHARACTERS) {
      throw new Fault('too-large', 'the descriptions of all cards are too long for one answer; read cards one by one');
    }
    const cards = new Map(store.all().map((card) => [card.key, card]));
    return rows.sorted().flatMap(({ key }) => {
      const card = cards.get(key);
      return card && sees(who, card) ? [shown(card)] : [];
    });
  };

  const handlers: Board['handlers'] = {
    'board.columns': () => store.columns(),
    'board.setColumns': ({ columns }, ask) => {
      refuse(columnsRefusal(columns, rows.columns(), (id) => rows.inColumn(id).length));
      store.transaction(() => {
        store.setColumns(columns, clock.now());
        for (const { key } of store.standing()) {
          const card = store.get(key);
          if (card?.finishedAt !== null) store.finish(key);
        }
      });
      rows.reload();
      for (const card of store.all()) claims.note(card);
      audit(ask, 'columns', '', { columns: columns.map(({ id, kind, limit }) => ({ id, kind, limit })) });
      return store.columns();
    },
    'board.list': ({ column, tag, owner, q, limit }, { who }) => {
      claims.sweep();
      const words = (q ?? '').toLowerCase().split(/\s+/).filter(Boolean).slice(0, 16);
      const found = words.map((word) => ({ word, described: store.mentions(word) }));
      const is = (a: Actor | null) => a !== null && (a.id === owner || a.name === owner || a.id === ownerId);
      const ownerId =
        owner === undefined ? undefined : (people.isUser(owner) ? people.find(owner) : people.session(owner))?.id;
      return rows
        .sorted()
        .filter(
          (row) =>
            sees(who, row) &&
            (column === undefined || row.column === column) &&
            (tag === undefined || row.tags.includes(tag)) &&
            (owner === undefined || is(row.owner)) &&
            found.every(({ word, described }) =>
              `${row.key} ${row.title}`.toLowerCase().includes(word) ? true : described.has(row.key),
            ),
        )
        .slice(0, limit);
    },
    'board.get': ({ key }, { who }) => shown(seen(key, who)),
    'board.history': ({ key, limit }, { who }) => {
      if (store.get(key)) seen(key, who);
      else if (who.sessions !== null && who.via !== 'agent') throw noCard(key);
      const changes = store.history(key, limit);
      if (changes.length === 0) throw noCard(key);
      return changes;
    },
    'board.add': (input, { who }) => {
      claims.sweep();
      return shown(writes.add(by(who), input));
    },
    'board.edit': (input, { who }) => {
      seen(input.key, who);
      return shown(writes.edit(by(who), input));
    },
    'board.move': (input, { who }) => {
      seen(input.key, who);
      return shown(writes.move(by(who), input));
    },
    'board.comment': (input, { who }) => {
      seen(input.key, who);
      return writes.comment(by(who), input);
    },
    'board.remove': ({ key, version }, ask) => {
      seen(key, ask.who);
      const card = writes.remove(by(ask.who), key, version);
      audit(ask, 'remove', key, { title: card.title, column: card.column });
      return { removed: true, key };
    },
    'board.claim': ({ key, session, lease }, { who }) => {
      const actor = people.claimant(who, session);
      const now = seen(key, who);
      // Of a thousand that come, all but one need only be told; whether it is free after all is for the UPDATE to say.
      if (now.claim) throw takenFault(now);
      const card = claims.take(key, actor, lease * 1000);
      if (!card) throw takenFault(writes.cardOf(key));
      return shown(card);
    },
    'board.renew': ({ key, fence, lease }, { who }) => {
      const card = seen(key, who);
      const actor = by(who);
      if (card.claim?.fence !== fence || (actor.kind === 'session' && !sameActor(card.claim.by, actor))) {
        throw notHeld(card);
      }
      const renewed = claims.renew(key, fence, lease * 1000);
      if (!renewed) throw notHeld(writes.cardOf(key));
      return shown(renewed);
    },
    'board.release': ({ key, fence }, { who }) => {
      const card = seen(key, who);
      const actor = by(who);
      if (fence !== undefined && card.claim?.fence !== fence) throw notHeld(card);
      if (!card.claim) return shown(card);
      if (actor.kind === 'session' && !sameActor(card.claim.by, actor)) throw takenFault(card);
      return shown(claims.end(key, card.claim.fence, actor, 'released', '') ?? writes.cardOf(key));
    },
    'board.next': ({ session, tags, lease }, { who }) => {
      claims.sweep();
      const actor = people.claimant(who, session);
      const has = actor.kind === 'session' ? (sessions.get(actor.id)?.tags ?? []) : undefined;
      const columns = new Map(rows.columns().map((column) => [column.id, column]));
      const lost = new Set<string>();
      for (;;) {
        const free = rows.live.rows().filter((row) => sees(who, row) && !lost.has(row.key));
        const row = pickNext(free, columns, { actor, wanted: tags, has }, rows.lapsed);
        if (!row) return { card: null };
        const card = claims.take(row.key, actor, lease * 1000);
        if (card) return { card: shown(card) };
        // Somebody was faster, or the card is not what its row says: the next best one, each tried once.
        lost.add(row.key);
      }
    },
    'board.export': ({ as }, { who }) => {
      claims.sweep();
      if (as === 'csv') return { text: toCsv(all(who)) };
      return { text: as === 'ical' ? toCalendar(all(who)) : toJson(store.columns(), all(who)) };
    },
    'board.import': async ({ format, text }, ask) => {
      const result = await importer(by(ask.who), format, text);
      audit(ask, 'import', format, { added: result.added, skipped: result.skipped });
      return result;
    },
    'board.calendar': (_input, ask) => {
      const { secret, hash } = newCalendar();
      const user = by(ask.who).id;
      store.putCalendar(user, hash, clock.now());
      audit(ask, 'calendar', user, {});
      return { path: `/api/board/calendar/${secret}` };
    },
    'board.calendarFeed': ({ secret }) => {
      const user = store.calendarOf(secretHash(secret));
      if (user === undefined || !people.isUser(user)) {
        throw new Fault('not-found', 'there is no such calendar; a new address is made on the board');
      }
      return { text: toCalendar(store.all().map(shown)) };
    },
    'board.cards': (_params, { who }) => ({ live: rows.live, filter: filter(who) }),
    'board.columnRows': () => ({ live: rows.liveColumns }),
  };
  return { handlers, close: () => claims.close() };
}
