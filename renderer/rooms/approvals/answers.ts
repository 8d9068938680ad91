/** Answering requests from this page: what is under way or was refused, by request, for its card and for the keys. */
import { create } from 'zustand';
import type { Approval } from '../../../shared/contract/approvals.ts';
import type { Choice } from '../../../shared/contract/sessions.ts';
import { isFault } from '../../../shared/fault.ts';
import { messageOf, useLink, wire } from '../../app/connect.ts';

interface Attempt {
  /** Number of the choice that is being given. */
  readonly sending: number | null;
  readonly error: string | null;
}
const NONE: Attempt = { sending: null, error: null };

const useAttempts = create<{ readonly byId: ReadonlyMap<string, Attempt> }>(() => ({ byId: new Map() }));

export const useAttempt = (id: string): Attempt => useAttempts((state) => state.byId.get(id) ?? NONE);

const note = (id: string, attempt: Attempt | null) =>
  useAttempts.setState(({ byId }) => {
    const next = new Map(byId);
    if (attempt) next.set(id, attempt);
    else next.delete(id);
    return { byId: next };
  });

/** An answer is meant for the dialog that was seen: by the time the hub is back another one may stand there. */
const AWAY = 'Not answered: the hub is out of reach. Answers are not kept for later; give it when the hub is back.';

/** Requests that this page answers, or did: known before the hub's news of it can come. */
const here = new Set<string>();
export const answeredHere = (id: string): boolean => here.has(id);

/** Who answered, in words: policies are known by ids that say nothing to people. */
export const whoOf = (by: string): string => (by === 'policy' || by.startsWith('policy ') ? 'a policy' : by);

/** True when the agent has it. A second press while the first is under way does nothing. */
export async function answer(approval: Approval, choice: Choice, reason?: string): Promise<boolean> {
  const { id, digest } = approval;
  if (approval.status !== 'open' || (useAttempts.getState().byId.get(id)?.sending ?? null) !== null) return false;
  const online = useLink.getState().state === 'online';
  note(id, { sending: choice.n, error: null });
  here.add(id);
  try {
    // The digest says which dialog was on this screen: if another one is there by now, the answer is refused.
    await wire().call('approvals.answer', {
      id,
      digest,
      choice: choice.n,
      ...(reason === undefined || reason.trim() === '' ? {} : { reason: reason.trim() }),
    });
    note(id, null);
    return true;
  } catch (failure) {
    here.delete(id);
    const away = isFault(failure, 'unavailable') && !online;
    note(id, { sending: null, error: away ? AWAY : messageOf(failure) });
    return false;
  }
}

/** The choice that allows once, or denies; undefined where the agent offers none that surely does. */
export const choiceThat = (approval: Approval, means: 'allow' | 'deny'): Choice | undefined =>
  approval.multiple ? undefined : approval.choices.find((choice) => choice.means === means);
