/** The policies as the hub has them, and changing them without undoing what somebody else changed meanwhile. */
import { create } from 'zustand';
import type { Policy } from '../../../shared/contract/approvals.ts';
import { Fault } from '../../../shared/fault.ts';
import { messageOf, wire } from '../../app/connect.ts';

export const usePolicies = create<{ readonly list: readonly Policy[] | null; readonly error: string | null }>(() => ({
  list: null,
  error: null,
}));

export async function loadPolicies(): Promise<void> {
  try {
    usePolicies.setState({ list: await wire().call('approvals.policies', {}), error: null });
  } catch (failure) {
    usePolicies.setState({ error: messageOf(failure) });
  }
}

const bare = ({ session, tool, subject, decision }: Policy) =>
  JSON.stringify([session ?? null, tool, subject, decision]);
const equal = (a: readonly Policy[], b: readonly Policy[]): boolean =>
  a.length === b.length && a.every((each, i) => bare(each) === bare(b[i] ?? each));

/** `make` gets the list as it is shown. Faults: `conflict` when it is another one by now, `refused` when it does not count. */
export async function changePolicies(make: (list: readonly Policy[]) => readonly Policy[]): Promise<void> {
  const shown = usePolicies.getState().list ?? [];
  const now = await wire().call('approvals.policies', {});
  if (!equal(shown, now)) {
    usePolicies.setState({ list: now, error: null });
    throw new Fault(
      'conflict',
      'The policies were changed elsewhere meanwhile. They are shown as they are now: look, and do it again.',
    );
  }
  const next = make(now);
  const list = await wire().call('approvals.setPolicies', { policies: [...next] });
  usePolicies.setState({ list, error: null });
  if (!equal(list, next)) {
    throw new Fault(
      'refused',
      'Saved, but an environment variable or the command line sets the policies of this hub, so it does not count. Settings tell which.',
    );
  }
}
