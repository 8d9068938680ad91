/** Who needs somebody next, and how the screen that is open goes there. */
import { create } from 'zustand';
import { inboxOf, useApprovals, useSessions } from './feeds.ts';

/** Ids of the sessions that wait for somebody, longest first. */
export function needIds(): readonly string[] {
  const { open, others } = inboxOf(useApprovals.getState(), useSessions.getState());
  return [...new Set([...open.map((each) => each.sessionId), ...others.map((each) => each.id)])];
}

type Jump = (ids: readonly string[]) => void;
const useJump = create<{ readonly jump: Jump | null }>(() => ({ jump: null }));

/** A screen that shows sessions itself goes there itself, while it is open; for an effect. */
export function offerJump(jump: Jump): () => void {
  useJump.setState({ jump });
  return () => useJump.setState((state) => (state.jump === jump ? { jump: null } : state));
}

/** Whether the open screen went there. */
export function jumpHere(ids: readonly string[]): boolean {
  const { jump } = useJump.getState();
  if (!jump) return false;
  jump(ids);
  return true;
}
