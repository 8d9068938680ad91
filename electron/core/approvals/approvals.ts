/** The door of the approvals room: dialogs of agents as objects that anybody may answer, and that are answered once. */
import type { Approval, Policy } from '../../../shared/contract/approvals.ts';
import { Fault, isFault } from '../../../shared/fault.ts';
import { newApprovalId } from '../../../shared/ids.ts';
import { decide } from '../../../shared/policies.ts';
import { type Audit, actor } from '../../kernel/audit.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type Handlers, maySee, nameOf } from '../../kernel/handlers.ts';
import { createLive } from '../../kernel/live.ts';
import type { Db } from '../../platform/ports.ts';
import type { Reading } from '../agents/reading.ts';
import type { SessionAccess, Typist } from '../sessions/sessions.ts';
import type { Settings } from '../settings/settings.ts';
import { changed, press } from './press.ts';
import { pick } from './rules.ts';
import { createApprovalStore } from './store.ts';
import { type AnyDialog, createWatch, dialogOf, digestOf } from './watch.ts';

export interface ApprovalsDeps {
  readonly db: Db;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly sessions: SessionAccess;
  readonly settings: Pick<Settings, 'value' | 'patch'>;
  readonly audit?: Audit;
  readonly log?: (level: 'warn' | 'error', message: string, data: Record<string, unknown>) => void;
}

export interface Approvals {
  readonly handlers: Pick<Handlers, Extract<keyof Handlers, `approvals.${string}`>>;
  /** Those that wait for an answer now. */
  open(): readonly Approval[];
  close(): void;
}

/** Answered and closed ones that are kept, and those of them that stay in the feed. */
const KEEP = 1000;
const RECENT = 100;
const PRUNE_MS = 3600_000;
/** How long an agent may take to show the text field, or the next screen, after a choice. */
const FIELD_MS = 300;

type Answer = NonNullable<Approval['answer']>;
interface Given {
  readonly decision?: 'allow' | 'deny';
  readonly choice?: number;
  readonly reason?: string;
}

export function createApprovals(deps: ApprovalsDeps): Approvals {
  const { bus, clock, sessions, settings } = deps;
  const store = createApprovalStore(deps.db);
  const live = createLive<Approval>({ key: (a) => a.id });
  const log = deps.log ?? (() => undefined);
  /** Sessions with something open, so that screens of all others cost nothing. */
  const standing = new Map<string, Approval>();

  const named = (a: Approval): Approval => ({ ...a, session: sessions.get(a.sessionId)?.name ?? a.session });
  const publish = (row: Approval | undefined): Approval | undefined => {
    if (!row) return undefined;
    if (row.status === 'open' || row.status === 'answering') standing.set(row.sessionId, row);
    else if (standing.get(row.sessionId)?.id === row.id) standing.delete(row.sessionId);
    const approval = named(row);
    live.put(approval);
    const ended = live.rows().filter((a) => a.status === 'answered' || a.status === 'gone');
    if (ended.length > RECENT) live.drop(...ended.slice(0, ended.length - RECENT).map((a) => a.id));
    bus.emit('approval.changed', { approval });
    return approval;
  };

  const ended = (a: Approval | undefined): Fault => {
    if (a?.answer) {
      const { by, label, at } = a.answer;
      return new Fault('conflict', `${by} was first and answered "${label}"`, { by, label, at, status: a.status });
    }
    return new Fault('stale', 'the dialog is not open any more; it was answered in the terminal or withdrawn', {
      status: a?.status ?? 'gone',
    });
  };

  /** Types the answer. Faults leave the request open when its dialog still stands, else gone. */
  async function answer(a: Approval, given: Given, by: string): Promise<Approval> {
    if (a.status !== 'open') throw ended(a);
    const picked = pick(a.choices, given);
    if (!picked.ok) throw new Fault(picked.code, picked.message);
    const { choice } = picked;
    const reason = given.reason?.replace(/\p{C}+/gu, ' ').trim();
    let said: Answer = { by, at: clock.now(), choice: choice.n, label: choice.label, ...(reason && { reason }) };
    const claimed = store.claim(a.id, said);
    if (!claimed) throw ended(store.get(a.id));
    publish(claimed);
    const same = (r: Reading) => digestOf(a.sessionId, r) === a.digest;
    try {
      const told = await sessions.withInput(a.sessionId, async (typist) => {
        const now = await sessions.read(a.sessionId);
        const dialog = dialogOf(now);
        if (!dialog || !same(now)) throw changed();
        const after = await press({ sessions, same }, a.sessionId, typist, dialog, choice);
        return choice.means === 'deny' ? await explain(a.sessionId, typist, after, reason ?? '') : false;
      });
      if (reason && !told) {
        said = { ...said, reason: `${reason} (kept here only: the agent has no field for a reason)` };
      }
    } catch (error) {
      const stands = await sessions.read(a.sessionId).then(same, () => false);
      publish(stands ? store.reopen(a.id) : store.gone(clock.now(), a.id));
      watch.look(a.sessionId);
      throw error;
    }
    const done = publish(store.answered(a.id, said, clock.now()));
    watch.look(a.sessionId);
    if (!done) throw ended(store.get(a.id));
    return done;
  }

  /** Some agents ask why after a no: one line of text, then Enter. True when the reason went into such a field. */
  async function explain(id: string, typist: Typist, after: Reading, reason: string): Promise<boolean> {
    const asks = (r: Reading) => r.dialog?.answerBy === 'text';
    const field = asks(after) ? after : await sessions.until(id, asks, { timeoutMs: FIELD_MS });
    if (!field) return false;
    if (reason !== '') {
      await typist.paste(reason);
      await sessions.settled(id, FIELD_MS, 2000);
      if (!asks(await sessions.read(id))) return false;
    }
    await typist.keys('Enter');
    await sessions.until(id, (r) => !asks(r), { timeoutMs: 2000 });
    return reason !== '';
  }

  const record = (who: { who: string; via: string }, a: Approval, more: Record<string, unknown> = {}) =>
    deps.audit?.({
      ...who,
      action: 'approval.answer',
      target: a.session,
      detail: { id: a.id, kind: a.kind, tool: a.tool, subject: a.subject, answer: a.answer?.label, ...more },
    });

  async function byPolicy(a: Approval): Promise<void> {
    const policy = decide(settings.value('approvals.policies'), a);
    if (!policy || policy.decision === 'ask') return;
    const id = policy.id ?? '';
    try {
      record({ who: 'policy', via: 'hub' }, await answer(a, { decision: policy.decision }, `policy ${id}`.trim()), {
        policy: id,
      });
    } catch (error) {
      log('warn', `a policy could not answer: ${isFault(error) ? error.message : String(error)}`, {
        id: a.id,
        policy: id,
      });
    }
  }

  const onChanged = (sessionId: string, dialog: AnyDialog | null, digest: string | null): void => {
    const before = store.standing(sessionId);
    if (before) publish(store.gone(clock.now(), before.id));
    const session = sessions.get(sessionId);
    if (!dialog || digest === null || !session) return;
    const opened = publish(
      store.open({
        id: newApprovalId(),
        session: session.name,
        sessionId,
        agent: session.agent,
        kind: dialog.kind,
        title: dialog.title,
        tool: dialog.tool ?? null,
        subject: dialog.subject ?? '',
        digest,
        choices: [...dialog.choices],
        multiple: dialog.multiple,
        createdAt: clock.now(),
      }),
    );
    if (opened) void byPolicy(opened);
  };

  // A core that died while it typed an answer does not know whether the answer arrived: the screen does.
  for (const row of store.allStanding()) {
    const open = row.status === 'answering' ? store.reopen(row.id) : row;
    if (open) standing.set(open.sessionId, open);
  }
  live.put(...[...store.ended(RECENT)].reverse().map(named), ...store.allStanding().map(named));
  const watch = createWatch({
    bus,
    clock,
    sessions,
    standing(id) {
      const row = standing.get(id);
      return row ? { digest: row.digest, busy: row.status === 'answering' } : null;
    },
    changed: onChanged,
    failed: (error, session) => log('error', `looking at a dialog failed: ${String(error)}`, { session }),
  });
  for (const id of standing.keys()) watch.look(id);
  for (const { id, state } of sessions.live.rows()) {
    if (state === 'approval' || state === 'question' || state === 'trust') watch.look(id);
  }
  store.prune(KEEP);
  const stopPruning = clock.every(PRUNE_MS, () => store.prune(KEEP));

  const policies = (): Policy[] => settings.value('approvals.policies').map((p) => ({ ...p }));

  return {
    handlers: {
      'approvals.list': ({ all }, ask) =>
        [...store.allStanding(), ...(all ? store.ended(RECENT) : [])]
          .filter((a) => maySee(ask.who, a.sessionId))
          .map(named),
      'approvals.answer': async ({ id, digest, ...given }, ask) => {
        const a = store.get(id);
        if (!a || !maySee(ask.who, a.sessionId)) throw new Fault('not-found', `there is no request ${id}`);
        if (digest !== undefined && digest !== a.digest) {
          throw new Fault('stale', 'this is not the dialog that you saw; look again', { digest: a.digest });
        }
        const done = await answer(a, given, nameOf(ask.who));
        record(actor(ask.who), done);
        return done;
      },
      'approvals.policies': policies,
      'approvals.setPolicies': async ({ policies: wanted }, ask) => {
        const next = wanted.map((p) => ({ ...p, id: p.id ?? crypto.randomUUID() }));
        if (new Set(next.map((p) => p.id)).size !== next.length) {
          throw new Fault('invalid', 'two policies have the same id');
        }
        await settings.patch({ 'approvals.policies': next });
        deps.audit?.({ ...actor(ask.who), action: 'approval.policies', target: '', detail: { policies: next } });
        return policies();
      },
      'approvals.rows': (_params, ask) => ({ live, filter: (a) => maySee(ask.who, a.sessionId) }),
    },
    open: () => [...standing.values()].map(named),
    close() {
      watch.close();
      stopPruning();
    },
  };
}
