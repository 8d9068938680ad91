/** Follows every session: what a person is wanted for now, when that begins and when it is over. */
import type { Approval } from '../../../shared/contract/approvals.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Approvals } from '../approvals/approvals.ts';
import type { SessionAccess } from '../sessions/sessions.ts';
import { type Need, needOf } from './rules.ts';

/** `seenAt`: since when it is known here. A state may outlive its dialog for a moment: its own time says nothing of that. */
export type SeenNeed = Need & { readonly seenAt: number };

export interface NeedsDeps {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly sessions: Pick<SessionAccess, 'get' | 'live'>;
  readonly approvals: Pick<Approvals, 'open'>;
  /** Milliseconds of work after which the end of a turn is told; 0 never. */
  readonly doneMs: () => number;
  /** Another need, or none. */
  readonly changed: (before: SeenNeed | null, now: SeenNeed | null) => void;
}

export interface Needs {
  /** A session of another hub, by its id or as `node:name`; null when none is known. */
  elsewhere(wanted: string): string | null;
  get(sessionId: string): SeenNeed | null;
  all(): readonly SeenNeed[];
  /** A turn that was told to have ended before the hub was restarted. */
  finished(sessionId: string): void;
  /** Looks at every session: after the start. */
  start(): void;
  close(): void;
}

export function createNeeds({ bus, clock, sessions, approvals, doneMs, changed }: NeedsDeps): Needs {
  const needs = new Map<string, SeenNeed>();
  const open = new Map<string, Approval>();
  /** When the turn under way began; it goes on over permission dialogs. */
  const turns = new Map<string, number>();
  const ended = new Map<string, number>();
  /** Sessions of other hubs, as they were told of last: while their machine is away, what they need stands. */
  const others = new Map<string, Session>();

  const look = (id: string): void => {
    const session = sessions.get(id) ?? others.get(id);
    const before = needs.get(id) ?? null;
    const need = session ? needOf(session, open.get(id) ?? null, ended.get(id) ?? null) : null;
    const now = need && { ...need, seenAt: before?.id === need.id ? before.seenAt : clock.now() };
    if (now) needs.set(id, now);
    else needs.delete(id);
    if (before?.id !== now?.id) changed(before, now);
  };
  const follow = ({ id, state, since }: Session): void => {
    if (state === 'working') {
      if (!turns.has(id)) turns.set(id, since);
      ended.delete(id);
    } else if (state === 'done' || state === 'idle') {
      const began = turns.get(id);
      turns.delete(id);
      const least = doneMs();
      if (began !== undefined && least > 0 && since - began >= least) ended.set(id, since);
    } else if (state === 'exited') {
      turns.delete(id);
      ended.delete(id);
    }
  };
  const asked = (approval: Approval): void => {
    const { sessionId, status } = approval;
    // While an answer is typed nothing is over: it may not get through.
    if (status === 'open' || status === 'answering') open.set(sessionId, approval);
    else if (open.get(sessionId)?.id === approval.id) open.delete(sessionId);
    look(sessionId);
  };
  const forget = (id: string): void => {
    open.delete(id);
    turns.delete(id);
    ended.delete(id);
    look(id);
  };

  const offs = [
    bus.on('session.state', ({ session }) => {
      follow(session);
      look(session.id);
    }),
    bus.on('session.started', ({ session }) => {
      follow(session);
      look(session.id);
    }),
    bus.on('session.changed', ({ session }) => look(session.id)),
    bus.on('session.removed', ({ id }) => forget(id)),
    bus.on('elsewhere.session', ({ session }) => {
      others.set(session.id, session);
      follow(session);
      look(session.id);
    }),
    bus.on('elsewhere.gone', ({ id }) => {
      others.delete(id);
      forget(id);
    }),
    bus.on('session.typed', ({ id }) => {
      // Somebody is there.
      if (ended.delete(id)) look(id);
    }),
    bus.on('approval.changed', ({ approval }) => asked(approval)),
    bus.on('elsewhere.approval', ({ approval }) => asked(approval)),
  ];

  return {
    elsewhere: (wanted) =>
      others.get(wanted)?.id ?? [...others.values()].find(({ name }) => name === wanted)?.id ?? null,
    get: (id) => needs.get(id) ?? null,
    all: () => [...needs.values()],
    finished(id) {
      const session = sessions.get(id);
      if (session?.state === 'done' || session?.state === 'idle') ended.set(id, session.since);
      look(id);
    },
    start() {
      for (const approval of approvals.open()) open.set(approval.sessionId, approval);
      for (const session of sessions.live.rows()) {
        follow(session);
        look(session.id);
      }
    },
    close() {
      for (const off of offs) off();
    },
  };
}
