/** The only SQL for prompts. Rows are plain; what may follow what is said by the WHERE of each statement. */
import type { PromptState, Receipt } from '../../../shared/contract/prompts.ts';
import type { Db } from '../../platform/ports.ts';
import type { Step } from './rules.ts';

export interface PromptRow {
  readonly id: string;
  readonly sessionId: string;
  readonly session: string;
  readonly ord: number;
  readonly text: string;
  readonly origin: Receipt['origin'];
  readonly by: string;
  readonly now: boolean;
  readonly steer: boolean;
  readonly lines: boolean;
  readonly state: PromptState;
  readonly reason: string | null;
  readonly screen: string | null;
  /** How far a delivery came; null while it waits. */
  readonly step: Step | null;
  readonly stepAt: number;
  /** Delivered without a composer to look at, or line by line. */
  readonly blind: boolean;
  /** How often the text stood on the screen before it was typed. */
  readonly onScreen: number;
  readonly createdAt: number;
  readonly deliveredAt: number | null;
  readonly confirmedAt: number | null;
  readonly idleAt: number | null;
}

export type NewPrompt = Pick<
  PromptRow,
  'id' | 'sessionId' | 'session' | 'text' | 'origin' | 'by' | 'now' | 'steer' | 'lines' | 'createdAt'
>;

interface Raw {
  readonly id: string;
  readonly session_id: string;
  readonly session: string;
  readonly ord: number;
  readonly text: string;
  readonly origin: Receipt['origin'];
  readonly by: string;
  readonly now: number;
  readonly steer: number;
  readonly lines: number;
  readonly state: PromptState;
  readonly reason: string | null;
  readonly screen: string | null;
  readonly step: Step | null;
  readonly step_at: number | null;
  readonly blind: number;
  readonly on_screen: number;
  readonly created_at: number;
  readonly delivered_at: number | null;
  readonly confirmed_at: number | null;
  readonly idle_at: number | null;
}

const rowOf = (raw: Raw): PromptRow => ({
  id: raw.id,
  sessionId: raw.session_id,
  session: raw.session,
  ord: raw.ord,
  text: raw.text,
  origin: raw.origin,
  by: raw.by,
  now: raw.now === 1,
  steer: raw.steer === 1,
  lines: raw.lines === 1,
  state: raw.state,
  reason: raw.reason,
  screen: raw.screen,
  step: raw.step,
  stepAt: raw.step_at ?? 0,
  blind: raw.blind === 1,
  onScreen: raw.on_screen,
  createdAt: raw.created_at,
  deliveredAt: raw.delivered_at,
  confirmedAt: raw.confirmed_at,
  idleAt: raw.idle_at,
});

const WAITS = "state IN ('queued', 'held')";
const ACTIVE = "state IN ('delivering', 'delivered')";

export type PromptStore = ReturnType<typeof createPromptStore>;

export function createPromptStore(db: Db) {
  const one = (sql: string) => {
    const statement = db.prepare<Raw>(sql);
    return (...params: readonly unknown[]): PromptRow | undefined => {
      const raw = statement.get(...params);
      return raw && rowOf(raw);
    };
  };
  const many = (sql: string) => {
    const statement = db.prepare<Raw>(sql);
    return (...params: readonly unknown[]): readonly PromptRow[] => statement.all(...params).map(rowOf);
  };

  const get = one('SELECT * FROM prompts WHERE id = ?');
  const ends = db.prepare<{ first: number | null; last: number | null }>(
    'SELECT min(ord) AS first, max(ord) AS last FROM prompts WHERE session_id = ? AND ended_at IS NULL',
  );
  const insert = one(
    `INSERT INTO prompts (id, session_id, session, ord, text, origin, by, now, steer, lines, state, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?) RETURNING *`,
  );
  const edit = one(
    `UPDATE prompts SET text = ?, state = 'queued', reason = NULL WHERE id = ? AND ${WAITS} RETURNING *`,
  );
  const place = one(
    `UPDATE prompts SET ord = ?, state = 'queued', reason = NULL WHERE id = ? AND ${WAITS} RETURNING *`,
  );
  const waitingBefore = db.prepare<{ ord: number | null }>(
    `SELECT max(ord) AS ord FROM prompts WHERE session_id = ? AND ord < ? AND id <> ? AND ended_at IS NULL`,
  );
  const count = db.prepare<{ n: number }>(
    `SELECT count(*) AS n FROM prompts WHERE session_id = ? AND ended_at IS NULL`,
  );
  const openSessions = db.prepare<{ id: string }>(
    "SELECT DISTINCT session_id AS id FROM prompts WHERE ended_at IS NULL OR (state = 'confirmed' AND idle_at IS NULL)",
  );
  const dropOld = db.prepare(
    'DELETE FROM prompts WHERE ended_at < ? OR ended_at <= (SELECT ended_at FROM prompts WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 1 OFFSET ?)',
  );

  const step = one(
    `UPDATE prompts SET step_at = CASE WHEN step = ? THEN step_at ELSE ? END, step = ? WHERE id = ? AND ${ACTIVE} RETURNING *`,
  );
  const confirmed = one(
    `UPDATE prompts SET state = 'confirmed', reason = NULL, screen = NULL, delivered_at = coalesce(delivered_at, step_at, ?),
     confirmed_at = ?, ended_at = coalesce(ended_at, ?) WHERE id = ? AND (${ACTIVE} OR state = 'unverified') RETURNING *`,
  );

  return {
    get,
    /** The one that is being delivered, else the first that waits. */
    head: one(`SELECT * FROM prompts WHERE session_id = ? AND ended_at IS NULL ORDER BY ${ACTIVE} DESC, ord LIMIT 1`),
    /** Everything not ended of a session, in order. */
    open: many('SELECT * FROM prompts WHERE session_id = ? AND ended_at IS NULL ORDER BY ord'),
    allOpen: many('SELECT * FROM prompts WHERE ended_at IS NULL ORDER BY session_id, ord'),
    /** Newest first. */
    list: many('SELECT * FROM prompts WHERE session_id = ? ORDER BY created_at DESC, ord DESC LIMIT ?'),
    recent: many('SELECT * FROM prompts WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT ?'),
    /** Open prompts, and turns whose end nobody has seen. */
    openSessions: (): readonly string[] => openSessions.all().map((row) => row.id),
    count: (sessionId: string): number => count.get(sessionId)?.n ?? 0,
    /** At the end of the queue, or before everything that waits. `known` when the id was there already. */
    add(prompt: NewPrompt, first: boolean): { readonly row: PromptRow; readonly known: boolean } {
      return db.transaction(() => {
        const known = get(prompt.id);
        if (known) return { row: known, known: true };
        const end = ends.get(prompt.sessionId);
        const ord = first ? (end?.first ?? 0) - 1 : (end?.last ?? 0) + 1;
        const { id, sessionId, session, text, origin, by, createdAt } = prompt;
        const flags = [prompt.now, prompt.steer, prompt.lines].map(Number);
        const row = insert(id, sessionId, session, ord, text, origin, by, ...flags, createdAt);
        if (!row) throw new Error('the database took a prompt and gave none back');
        return { row, known: false };
      });
    },
    /** Undefined when it waits no more. */
    edit: (id: string, text: string) => edit(text, id),
    /** Right before another that waits in the same queue, or at the end. Undefined when either waits no more. */
    move(id: string, before: string | null): PromptRow | undefined {
      return db.transaction(() => {
        const row = get(id);
        if (!row) return undefined;
        if (before === null) return place((ends.get(row.sessionId)?.last ?? 0) + 1, id);
        const next = get(before);
        if (!next || next.sessionId !== row.sessionId || (next.state !== 'queued' && next.state !== 'held'))
          return undefined;
        const lower = waitingBefore.get(row.sessionId, next.ord, id)?.ord ?? next.ord - 2;
        return place((lower + next.ord) / 2, id);
      });
    },
    hold: one(`UPDATE prompts SET state = 'held', reason = ? WHERE id = ? AND ${WAITS} RETURNING *`),
    /** Others of the queue than its head wait for the head only. */
    unholdOthers: many(
      `UPDATE prompts SET state = 'queued', reason = NULL WHERE session_id = ? AND state = 'held' AND id <> ? RETURNING *`,
    ),
    cancel: one(
      `UPDATE prompts SET state = 'cancelled', reason = ?, ended_at = ? WHERE id = ? AND ${WAITS} RETURNING *`,
    ),
    /** Begins a delivery of exactly this text; undefined when it was edited, moved on or cancelled meanwhile. */
    claim: one(
      `UPDATE prompts SET state = 'delivering', reason = NULL, step = 'pasting', step_at = ?, blind = ?, on_screen = ?
       WHERE id = ? AND text = ? AND ${WAITS} RETURNING *`,
    ),
    /** Keeps the time of the first Enter: the agent's answer to it may come after a second one. */
    step: (to: Step, at: number, id: string) => step(to, at, to, id),
    /** Why a delivery stands still. */
    note: one(`UPDATE prompts SET reason = ? WHERE id = ? AND ${ACTIVE} RETURNING *`),
    delivered: one(
      `UPDATE prompts SET state = 'delivered', reason = NULL, delivered_at = coalesce(delivered_at, ?) WHERE id = ? AND ${ACTIVE} RETURNING *`,
    ),
    confirmed: (at: number, id: string) => confirmed(at, at, at, id),
    /** `unverified` or `failed`, with the screen as it is. */
    end: one(
      `UPDATE prompts SET state = ?, reason = ?, screen = ?, ended_at = ? WHERE id = ? AND ended_at IS NULL RETURNING *`,
    ),
    /** Nothing of it reached the agent: it waits again. */
    again: one(
      `UPDATE prompts SET state = 'queued', reason = NULL, step = NULL, step_at = NULL, delivered_at = NULL WHERE id = ? AND ${ACTIVE} RETURNING *`,
    ),
    /** The newest that was submitted without evidence. */
    lastUnverified: one(
      "SELECT * FROM prompts WHERE session_id = ? AND state = 'unverified' AND step_at > ? ORDER BY step_at DESC LIMIT 1",
    ),
    unfinishedTurn: one(
      "SELECT * FROM prompts WHERE session_id = ? AND state = 'confirmed' AND idle_at IS NULL ORDER BY confirmed_at DESC LIMIT 1",
    ),
    endTurn: many(
      "UPDATE prompts SET idle_at = ? WHERE session_id = ? AND state = 'confirmed' AND idle_at IS NULL RETURNING *",
    ),
    /** Forgets what ended before `before`, and all but the newest `keep` ended ones. */
    prune: (before: number, keep: number): number => dropOld.run(before, keep).changes,
  };
}
