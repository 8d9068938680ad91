/** Follows the dialogs on the screens of all sessions: what stands long enough is told, what closed is told. */
import { createHash } from 'node:crypto';
import { isFault } from '../../../shared/fault.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Dialog, Reading } from '../agents/reading.ts';
import type { SessionAccess } from '../sessions/sessions.ts';
import { identity, isKind, type Kind } from './rules.ts';

/** A dialog while it is being drawn may look like another one: it must stand this long. */
const OPENED_MS = 100;
/** A redraw may take a dialog off the screen for a moment. */
const CLOSED_MS = 300;
const RETRY_MS = 2000;
/** After news of the screen. */
const SCREEN_MS = 30;
const STATES: ReadonlySet<string> = new Set(['approval', 'question', 'trust']);

export type AnyDialog = Dialog & { readonly kind: Kind };
export const dialogOf = (reading: Reading): AnyDialog | null =>
  reading.dialog && isKind(reading.dialog.kind) ? (reading.dialog as AnyDialog) : null;

export const digestOf = (sessionId: string, reading: Reading): string | null => {
  const dialog = dialogOf(reading);
  return dialog && createHash('sha256').update(identity(sessionId, dialog)).digest('hex');
};

export interface WatchDeps {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly sessions: SessionAccess;
  /** Digest of what stands open; `busy` while it is being answered, which then looks by itself. */
  readonly standing: (sessionId: string) => { readonly digest: string; readonly busy: boolean } | null;
  /** Another dialog, or none, stands on the screen now. */
  readonly changed: (sessionId: string, dialog: AnyDialog | null, digest: string | null) => void;
  readonly failed: (error: unknown, sessionId: string) => void;
}

export interface Watch {
  look(sessionId: string): void;
  close(): void;
}

interface Watched {
  running: boolean;
  /** A reading of our own is under way: the news that it causes say nothing new. */
  reading: boolean;
  dirty: boolean;
  /** What the screen shows other than what stands, and since when. */
  candidate: { readonly digest: string | null; readonly since: number } | null;
  cancel: (() => void) | null;
}

export function createWatch(deps: WatchDeps): Watch {
  const { bus, clock, sessions } = deps;
  const all = new Map<string, Watched>();
  let closed = false;

  const watched = (id: string): Watched => {
    const known = all.get(id) ?? { running: false, reading: false, dirty: false, candidate: null, cancel: null };
    all.set(id, known);
    return known;
  };
  const later = (id: string, w: Watched, ms: number) => {
    w.cancel?.();
    w.cancel = clock.after(Math.max(1, ms), () => {
      w.cancel = null;
      look(id);
    });
  };

  async function readQuietly(id: string, w: Watched): Promise<Reading> {
    w.reading = true;
    try {
      return await sessions.read(id);
    } finally {
      w.reading = false;
    }
  }

  async function compare(id: string, w: Watched): Promise<void> {
    const session = sessions.get(id);
    const stands = deps.standing(id);
    if (stands?.busy) return;
    // A lost node says nothing about the dialog; an ended program has none.
    if (session?.state === 'unreachable') return;
    const over = !session || session.archived || session.state === 'exited';
    const reading = over ? null : await readQuietly(id, w);
    const dialog = reading && dialogOf(reading);
    const digest = reading && digestOf(id, reading);
    if (deps.standing(id)?.busy) return;
    if (digest === (deps.standing(id)?.digest ?? null)) {
      w.candidate = null;
      w.cancel?.();
      w.cancel = null;
      return;
    }
    const now = clock.now();
    if (w.candidate?.digest !== digest || w.candidate === null) w.candidate = { digest, since: now };
    const left = w.candidate.since + (digest === null ? (over ? 0 : CLOSED_MS) : OPENED_MS) - now;
    if (left > 0) return later(id, w, left);
    w.candidate = null;
    deps.changed(id, dialog, digest);
  }

  const look = (id: string): void => {
    if (closed) return;
    const w = watched(id);
    w.dirty = true;
    if (w.running) return;
    w.running = true;
    void (async () => {
      while (w.dirty && !closed) {
        w.dirty = false;
        try {
          await compare(id, w);
        } catch (error) {
          // Without a terminal just now: its state says more when it changes.
          if (!isFault(error)) deps.failed(error, id);
          later(id, w, RETRY_MS);
        }
      }
      w.running = false;
    })();
  };
  const concerns = (id: string): boolean =>
    STATES.has(sessions.live.get(id)?.state ?? '') || all.get(id)?.candidate != null || deps.standing(id) !== null;

  const offs = [
    bus.on('session.state', ({ session, before }) => {
      if (STATES.has(before) || concerns(session.id)) look(session.id);
    }),
    bus.on('session.screen', ({ id }) => {
      if (!concerns(id)) return;
      const w = watched(id);
      // Never at once: a reading makes news of the screen itself, and two rooms must not chase each other.
      if (!w.reading && !w.cancel) later(id, w, SCREEN_MS);
    }),
    bus.on('session.started', ({ session }) => {
      if (concerns(session.id)) look(session.id);
    }),
    bus.on('session.removed', ({ id }) => {
      all.get(id)?.cancel?.();
      all.delete(id);
      if (deps.standing(id)) deps.changed(id, null, null);
    }),
  ];

  return {
    look,
    close() {
      closed = true;
      for (const off of offs) off();
      for (const w of all.values()) w.cancel?.();
    },
  };
}
