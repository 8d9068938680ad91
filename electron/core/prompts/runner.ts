/**
 * The delivery loop of one session: looks at the head of its queue whenever something changed, and never otherwise. Loops
 * of different sessions know nothing of each other, so that a slow agent delays nobody else.
 */
import type { Session } from '../../../shared/contract/sessions.ts';
import type { State } from '../../../shared/contract/states.ts';
import { isFault } from '../../../shared/fault.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { SessionAccess } from '../sessions/sessions.ts';
import type { Delivery } from './deliver.ts';
import { createEar } from './ear.ts';
import { echoOf } from './echo.ts';
import { type Hold, holdOfScreen, holdOfSession, type Limits, SHORT_TURN_MS, type Turn, turnEnd } from './rules.ts';
import type { PromptRow, PromptStore } from './store.ts';

export interface RunnerDeps {
  readonly sessions: SessionAccess;
  readonly store: PromptStore;
  readonly clock: Clock;
  readonly delivery: Delivery;
  readonly limits: (session: Session) => Promise<Limits>;
  readonly wrote: (row: PromptRow | undefined) => void;
  readonly failed: (error: unknown, doing: string) => void;
  readonly warn: (message: string, data: Record<string, unknown>) => void;
}

export interface Runner {
  /** Something of the queue or the session changed. */
  poke(): void;
  /** The screen changed; looked at only while the screen is what the head waits for. */
  screen(): void;
  state(session: Session): void;
  /** Anything else of the session's row. */
  changed(session: Session): void;
  /** An event of the agent's own. */
  event(kind: string, text: string | null, at: number): void;
  /** A prompt was just submitted: confirmed, or unverified. */
  took(row: PromptRow): void;
  close(): void;
}

/** After an error nobody expected: not at once again, not never. */
const RETRY_MS = 2000;
/** After news of the screen. */
const SCREEN_MS = 30;
/** States in which a turn that was seen to work is over. */
const OVER: ReadonlySet<State> = new Set<State>(['idle', 'done', 'error', 'ratelimit', 'exited']);
/** How late an agent's own word may turn an unverified receipt into a confirmed one. */
const LATE_WORD_MS = 600_000;

export function createRunner(sessionId: string, deps: RunnerDeps): Runner {
  const { sessions, store, clock, delivery, wrote } = deps;
  const ear = createEar();
  let turn: Turn | null = null;
  let dirty = false;
  let running = false;
  let closed = false;
  let onScreen = false;
  let cancelTimer: (() => void) | null = null;
  let cancelScreen: (() => void) | null = null;
  /** Since when this prompt has been waiting at the head, and whether that was reported. */
  let flags = '';
  let heldSince: { readonly id: string; readonly at: number; told: boolean } | null = null;

  const unfinished = store.unfinishedTurn(sessionId);
  if (unfinished) turn = { since: unfinished.stepAt, worked: false };

  const poke = () => {
    dirty = true;
    if (!running && !closed) void loop();
  };
  const wakeAt = (at: number) => {
    cancelTimer?.();
    cancelTimer = clock.after(Math.max(1, at - clock.now()), poke);
  };

  async function loop(): Promise<void> {
    running = true;
    while (dirty && !closed) {
      dirty = false;
      try {
        await step();
      } catch (error) {
        if (closed) break;
        // A session without a terminal just now (its node is away, the core is starting) is told of by its state.
        if (!isFault(error, 'unavailable') && !isFault(error, 'not-found')) deps.failed(error, 'delivering a prompt');
        wakeAt(clock.now() + RETRY_MS);
      }
    }
    running = false;
  }

  const endTurn = () => {
    turn = null;
    for (const row of store.endTurn(clock.now(), sessionId)) wrote(row);
    poke();
  };
  /** The turn of the last prompt is over when the agent stopped after work, or never seemed to begin. */
  const watchTurn = (session: Session, strict: boolean) => {
    if (!turn) return;
    if (session.state === 'working') turn = { ...turn, worked: true };
    else if (!OVER.has(session.state) || session.retrying) return;
    else if (strict && session.state !== 'done') return;
    else {
      const end = turnEnd(turn, session.since);
      if (clock.now() >= end) endTurn();
      else wakeAt(end);
    }
  };

  async function step(): Promise<void> {
    cancelTimer?.();
    cancelTimer = null;
    const session = sessions.get(sessionId);
    const row = store.head(sessionId);
    if (!session) {
      if (row) note(row, { why: 'waits: its session is not there', on: 'session', until: null }, 0);
      return;
    }
    const limits = await deps.limits(session);
    watchTurn(session, limits.strict);
    if (!row) {
      onScreen = false;
      sessions.noteQueue(sessionId, { queued: 0, held: null });
      return;
    }
    const hold = row.step === null ? await waiting(row, limits) : await delivery.resume(row, ear);
    onScreen = hold?.on === 'screen';
    if (hold) note(row, hold, limits.maxHoldMs);
    else dirty = true;
  }

  async function waiting(row: PromptRow, limits: Limits): Promise<Hold | null> {
    const check = (): Hold | null => {
      const s = sessions.get(sessionId);
      if (!s) return { why: 'waits: its session is gone', on: 'session', until: null };
      return holdOfSession(row, s, turn, sessions.typedAt(sessionId), limits, clock.now());
    };
    const against = check();
    if (against) return against;
    if (turn && limits.strict && !row.steer && !row.now) {
      deps.warn('the turn before never ended by its own record; the next prompt goes', {
        session: sessionId,
        id: row.id,
      });
      endTurn();
    }
    if (onScreen) {
      // Something on the screen was in the way: look before taking the lane from the person who deals with it.
      const look = await sessions.read(sessionId);
      const s = sessions.get(sessionId);
      const still = s ? holdOfScreen(row, s, look) : null;
      if (still) return still;
    }
    return delivery.begin(row, ear, check);
  }

  function note(row: PromptRow, hold: Hold, maxHoldMs: number): void {
    const now = clock.now();
    if (heldSince?.id !== row.id) heldSince = { id: row.id, at: now, told: false };
    const late = heldSince.at + maxHoldMs;
    let why = hold.why;
    if (maxHoldMs > 0 && now >= late) {
      why = `${why} (for more than ${Math.round(maxHoldMs / 1000)} s)`;
      if (!heldSince.told) deps.warn('a prompt is held for long', { session: sessionId, id: row.id, why: hold.why });
      heldSince.told = true;
    }
    if (row.step === null) {
      for (const other of store.unholdOthers(sessionId, row.id)) wrote(other);
      if (row.state !== 'held' || row.reason !== why) wrote(store.hold(why, row.id));
    } else if (row.reason !== why) wrote(store.note(why, row.id));
    sessions.noteQueue(sessionId, { queued: store.count(sessionId), held: why });
    const wakes = [
      hold.until ?? Number.POSITIVE_INFINITY,
      !heldSince.told && maxHoldMs > 0 ? late : Number.POSITIVE_INFINITY,
    ];
    if (turn && !turn.worked) wakes.push(Math.max(turn.since + SHORT_TURN_MS, now + 50));
    const next = Math.min(...wakes);
    if (Number.isFinite(next)) wakeAt(next);
  }

  return {
    poke,
    screen() {
      // Never at once: a reading makes news of the screen itself, and two rooms must not chase each other.
      if (!onScreen || cancelScreen) return;
      cancelScreen = clock.after(SCREEN_MS, () => {
        cancelScreen = null;
        poke();
      });
    },
    state(session) {
      // Seen here and not only in the loop: a turn may begin and end while a delivery is under way.
      if (turn && session.state === 'working') turn = { ...turn, worked: true };
      poke();
    },
    changed(session) {
      // Our own news about the queue comes back this way: only what can release a prompt counts.
      const key = `${session.paused} ${session.archived}`;
      if (key === flags) return;
      flags = key;
      poke();
    },
    event(kind, text, at) {
      if (kind === 'prompt') {
        ear.hear(text, at);
        const row = text === null ? undefined : store.lastUnverified(sessionId, clock.now() - LATE_WORD_MS);
        if (row && text !== null && echoOf(row.text).same(text)) wrote(store.confirmed(clock.now(), row.id));
      } else if (kind === 'stop' && turn && at >= turn.since) endTurn();
      poke();
    },
    took(row) {
      turn = { since: row.stepAt, worked: sessions.get(sessionId)?.state === 'working' };
      poke();
    },
    close() {
      closed = true;
      cancelTimer?.();
      cancelScreen?.();
    },
  };
}
