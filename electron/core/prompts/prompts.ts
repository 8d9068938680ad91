/**
 * The door of the prompts room. The promise: a prompt reaches the agent once, whole, and is submitted; or the sender is
 * told why not.
 */
import { createHash } from 'node:crypto';
import type { Receipt } from '../../../shared/contract/prompts.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import { Fault, isFault } from '../../../shared/fault.ts';
import { newPromptId } from '../../../shared/ids.ts';
import { type Audit, actor } from '../../kernel/audit.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type Asked, type Handlers, maySee, nameOf, type Principal } from '../../kernel/handlers.ts';
import type { Db } from '../../platform/ports.ts';
import type { SessionAccess } from '../sessions/sessions.ts';
import type { SettingsAccess } from '../settings/settings.ts';
import { createDelivery } from './deliver.ts';
import { createReceipts, reached } from './receipts.ts';
import { clean, type Limits } from './rules.ts';
import { createRunner, type Runner } from './runner.ts';
import { createPromptStore, type NewPrompt, type PromptRow } from './store.ts';

export interface PromptsDeps {
  readonly db: Db;
  readonly bus: Bus;
  readonly clock: Clock;
  /** With its table already read: prompts of sessions that it does not know are ended. */
  readonly sessions: SessionAccess;
  readonly settings: SettingsAccess;
  readonly audit?: Audit;
  readonly log?: (level: 'warn' | 'error', message: string, data: Record<string, unknown>) => void;
}

export interface Prompts {
  readonly handlers: Pick<Handlers, Extract<keyof Handlers, `prompts.${string}`>>;
  /** Queues the init prompts of this start of the session; called twice for one start they are queued once. */
  fireInit(sessionId: string): Promise<void>;
  /** Queues a message of a channel for a session; the same id again is the same prompt. Faults as `prompts.enqueue`. */
  pass(message: {
    readonly id: string;
    readonly sessionId: string;
    readonly text: string;
    readonly by: string;
  }): Receipt;
  /** Undefined when there is no such prompt, or its receipt is no longer kept. */
  receipt(id: string): Receipt | undefined;
  /** Ends the loops; what is under way goes on at the next start. */
  close(): void;
}

/** Receipts of ended prompts are kept this long, and at most so many. */
const KEEP_MS = 30 * 24 * 3600_000;
const KEEP = 50_000;
const PRUNE_MS = 3600_000;
/** A broadcast goes to many sessions under ids made from the one given. */
const LONGEST_BASE = 96;

/** The same sessions, with word of which are being read by us just now: the news that a reading causes say nothing new. */
function readQuietly(given: SessionAccess): {
  readonly sessions: SessionAccess;
  readonly reading: ReadonlySet<string>;
} {
  const reading = new Set<string>();
  const read: SessionAccess['read'] = async (id) => {
    reading.add(id);
    try {
      return await given.read(id);
    } finally {
      reading.delete(id);
    }
  };
  return { sessions: Object.assign(Object.create(given) as SessionAccess, { read }), reading };
}

export function createPrompts(deps: PromptsDeps): Prompts {
  const { bus, clock, settings } = deps;
  const { sessions, reading } = readQuietly(deps.sessions);
  const store = createPromptStore(deps.db);
  const log = deps.log ?? (() => undefined);
  const receipts = createReceipts(bus, clock, (row) => sessions.get(row.sessionId)?.name ?? row.session);
  const runners = new Map<string, Runner>();

  const wrote = (row: PromptRow | undefined): void => {
    if (!row) return;
    receipts.publish(row);
    if ((row.state === 'confirmed' && row.idleAt === null) || (row.state === 'unverified' && row.step === 'entered')) {
      runner(row.sessionId).took(row);
    }
  };
  const delivery = createDelivery({ sessions, store, clock, wrote });

  /** A project's own file may set these; it is read for sessions of this machine only. */
  const limits = async (session: Session): Promise<Limits> => {
    const from = session.node === 'local' ? await settings.forProject(session.cwd) : settings;
    return {
      graceMs: from.value('prompts.typingGraceSeconds') * 1000,
      strict: from.value('prompts.strictTurns'),
      maxHoldMs: from.value('prompts.maxHoldSeconds') * 1000,
    };
  };
  const runner = (sessionId: string): Runner => {
    const known = runners.get(sessionId);
    if (known) return known;
    const made = createRunner(sessionId, {
      sessions,
      store,
      clock,
      delivery,
      limits,
      wrote,
      failed: (error, doing) => log('error', `${doing} failed: ${String(error)}`, { session: sessionId }),
      warn: (message, data) => log('warn', message, data),
    });
    runners.set(sessionId, made);
    return made;
  };

  /** The same id for the same session with the same text is the same prompt; anything else under it is a mistake. */
  const add = (prompt: Omit<NewPrompt, 'createdAt'>, first = false): Receipt => {
    const { row, known } = store.add({ ...prompt, createdAt: clock.now() }, first);
    if (known) {
      if (row.sessionId === prompt.sessionId && row.text === prompt.text) return receipts.of(row);
      const what = row.sessionId === prompt.sessionId ? 'with another text' : 'for another session';
      throw new Fault('conflict', `there is a prompt with this id already, ${what}; take a new id`, { id: prompt.id });
    }
    receipts.publish(row);
    noteQueue(row.sessionId);
    runner(row.sessionId).poke();
    return receipts.of(row);
  };
  const noteQueue = (sessionId: string): void => {
    const head = store.head(sessionId);
    sessions.noteQueue(sessionId, { queued: head ? store.count(sessionId) : 0, held: head?.reason ?? null });
  };
  const cleaned = (given: string): string => {
    const result = clean(given);
    if (!result.ok) throw new Fault(result.code, result.message);
    return result.text;
  };
  const seen = (who: Principal, id: string): PromptRow => {
    const row = store.get(id);
    if (!row || !maySee(who, row.sessionId)) throw new Fault('not-found', `there is no prompt ${id}`);
    return row;
  };
  const resolve = (who: Principal, name: string): Session => {
    const session = sessions.resolve(name);
    if (!maySee(who, session.id)) throw new Fault('not-found', `there is no session ${name}`);
    return session;
  };
  const late = (row: PromptRow | undefined, doing: string): Fault =>
    new Fault('conflict', `the prompt is ${row?.state ?? 'gone'}, so it is too late to ${doing} it`, {
      state: row?.state,
    });
  const audit = (ask: Asked, action: string, session: string, detail: Record<string, unknown>) =>
    deps.audit?.({ ...actor(ask.who), action, target: session, detail });

  const fireInit = async (sessionId: string): Promise<void> => {
    const session = sessions.get(sessionId);
    if (!session) return;
    const from = session.node === 'local' ? await settings.forProject(session.cwd) : settings;
    const texts = [...from.value('prompts.init'), ...sessions.initPrompts(sessionId)];
    const start = `init.${sessionId}.${session.startedAt}.`;
    // What a start of before could not deliver any more is given anew by this one.
    for (const row of store.open(sessionId)) {
      if (row.origin === 'init' && !row.id.startsWith(start)) {
        wrote(store.cancel('the agent was started anew, which gives its first prompts again', clock.now(), row.id));
      }
    }
    deps.db.transaction(() => {
      for (const [n, given] of [...texts.entries()].reverse()) {
        const result = clean(given);
        if (!result.ok) {
          log('warn', `an init prompt was left out: ${result.message}`, { session: sessionId });
          continue;
        }
        const prompt = { id: `${start}${n}`, sessionId, session: session.name, text: result.text, by: 'hub' };
        // What a shell or any other program does is never known: nobody could say "now" for its first prompts later.
        const now = session.agent === 'shell' || session.agent === 'custom';
        const how = { origin: 'init', now, steer: false, lines: false } as const;
        store.add({ ...prompt, ...how, createdAt: clock.now() }, true);
      }
    });
    for (const row of store.open(sessionId)) if (row.id.startsWith(start)) receipts.publish(row);
    noteQueue(sessionId);
    runner(sessionId).poke();
  };

  const forget = (sessionId: string, name: string): void => {
    for (const row of store.open(sessionId)) {
      const why = `the session ${name} was removed`;
      if (row.step === null) wrote(store.cancel(why, clock.now(), row.id));
      else wrote(store.end('unverified', `${why} while the prompt was being delivered`, null, clock.now(), row.id));
    }
    runners.get(sessionId)?.close();
    runners.delete(sessionId);
  };
  const prune = (): void => {
    const gone = store.prune(clock.now() - KEEP_MS, KEEP);
    if (gone > 0) receipts.drop(receipts.live.rows().flatMap((r) => (store.get(r.id) ? [] : [r.id])));
  };

  const offs = [
    bus.on('session.state', ({ session }) => runners.get(session.id)?.state(session)),
    bus.on('session.changed', ({ session }) => runners.get(session.id)?.changed(session)),
    bus.on('session.screen', ({ id }) => {
      if (!reading.has(id)) runners.get(id)?.screen();
    }),
    bus.on('session.event', ({ id, kind, text, at }) => runners.get(id)?.event(kind, text, at)),
    bus.on('session.removed', ({ id, name }) => forget(id, name)),
    bus.on('session.started', ({ session, fresh }) => {
      runners.get(session.id)?.poke();
      if (!fresh) return;
      fireInit(session.id).catch((error: unknown) =>
        log('error', `init prompts were not queued: ${String(error)}`, { session: session.id }),
      );
    }),
    bus.on('settings.changed', ({ keys }) => {
      if (keys.some((key) => key.startsWith('prompts.'))) for (const each of runners.values()) each.poke();
    }),
    clock.every(PRUNE_MS, prune),
  ];

  prune();
  receipts.fill(store.allOpen(), store.recent(200));
  for (const id of store.openSessions()) {
    const session = sessions.get(id);
    if (session) runner(id).poke();
    else forget(id, store.head(id)?.session ?? id);
  }

  const handlers: Prompts['handlers'] = {
    'prompts.enqueue': ({ name, id, text, now, steer, lines }, ask) => {
      const session = resolve(ask.who, name);
      const by = nameOf(ask.who);
      const receipt = add({
        id: id ?? newPromptId(),
        sessionId: session.id,
        session: session.name,
        text: cleaned(text),
        origin: 'user',
        by,
        now,
        steer,
        lines,
      });
      audit(ask, 'prompt.send', session.name, { id: receipt.id, bytes: Buffer.byteLength(receipt.text) });
      return receipt;
    },
    'prompts.list': ({ name, limit }, ask) => store.list(resolve(ask.who, name).id, limit).map(receipts.of),
    'prompts.get': ({ id }, ask) => receipts.of(seen(ask.who, id)),
    'prompts.edit': ({ id, text, before }, ask) => {
      const row = seen(ask.who, id);
      const wanted = text === undefined ? undefined : cleaned(text);
      const changed = deps.db.transaction(() => {
        let now: PromptRow | undefined = row;
        if (wanted !== undefined) now = store.edit(id, wanted);
        if (now && before !== undefined && before !== id) now = store.move(id, before);
        if (!now) throw late(store.get(id), before == null ? 'change' : `change, or ${before} waits no more, to move`);
        return now;
      });
      wrote(changed);
      noteQueue(row.sessionId);
      runner(row.sessionId).poke();
      audit(ask, 'prompt.edit', row.session, { id });
      return receipts.of(changed);
    },
    'prompts.cancel': ({ id }, ask) => {
      const row = seen(ask.who, id);
      if (row.state === 'cancelled') return receipts.of(row);
      const cancelled = store.cancel(`cancelled by ${nameOf(ask.who)}`, clock.now(), id);
      if (!cancelled) throw late(store.get(id), 'cancel');
      wrote(cancelled);
      noteQueue(row.sessionId);
      runner(row.sessionId).poke();
      audit(ask, 'prompt.cancel', row.session, { id });
      return receipts.of(cancelled);
    },
    'prompts.wait': async ({ id, until, timeout }, ask) => {
      seen(ask.who, id);
      const row = await receipts.wait(id, until, timeout * 1000, ask.signal, () => store.get(id));
      if (!row) throw new Fault('gone', `the receipt of ${id} is no longer kept`);
      return { ...receipts.of(row), reached: reached(row, until) };
    },
    'prompts.broadcast': ({ sessions: names, all, id, text, now, steer, lines }, ask) => {
      if (names.length === 0 && !all) {
        throw new Fault('invalid', 'name the sessions, or say that all live ones are meant');
      }
      const wanted = cleaned(text);
      const base = id ?? newPromptId();
      const stem = base.length <= LONGEST_BASE ? base : createHash('sha256').update(base).digest('hex');
      const live = sessions.live.rows().filter((s) => !s.archived && s.state !== 'exited');
      const targets = names.length > 0 ? [...new Set(names)] : live.map((s) => s.id);
      const done = new Set<string>();
      const answers: (Receipt | { session: string; error: string })[] = [];
      for (const name of targets) {
        try {
          const session = resolve(ask.who, name);
          if (done.has(session.id)) continue;
          done.add(session.id);
          const how = { origin: 'broadcast', by: nameOf(ask.who), now, steer, lines } as const;
          const which = { id: `${stem}.${session.id}`, sessionId: session.id, session: session.name };
          answers.push(add({ ...which, text: wanted, ...how }));
        } catch (error) {
          if (!isFault(error)) throw error;
          answers.push({ session: name, error: error.message });
        }
      }
      audit(ask, 'prompt.broadcast', [...done].length === 1 ? (targets[0] ?? '') : `${done.size} sessions`, {
        id: base,
      });
      return answers;
    },
    'prompts.rows': (params, ask) => {
      const session = (params as { readonly session?: string }).session;
      const only = session === undefined ? null : resolve(ask.who, session).id;
      return {
        live: receipts.live,
        filter: (row) => maySee(ask.who, row.sessionId) && (only === null || row.sessionId === only),
      };
    },
  };

  return {
    handlers,
    fireInit,
    pass({ id, sessionId, text, by }) {
      const { name } = sessions.resolve(sessionId);
      const how = { origin: 'channel', by, now: false, steer: false, lines: false } as const;
      return add({ id, sessionId, session: name, text: cleaned(text), ...how });
    },
    receipt(id) {
      const row = store.get(id);
      return row && receipts.of(row);
    },
    close() {
      for (const off of offs) off();
      for (const each of runners.values()) each.close();
      runners.clear();
    },
  };
}
