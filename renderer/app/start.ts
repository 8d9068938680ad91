/** Asking for a new session from anywhere, with what is known already; the frame shows the form. */
import { create } from 'zustand';
import type { Session } from '../../shared/contract/sessions.ts';
import { useCan } from './connect.ts';

/** What the form is filled with. */
export interface StartWish {
  readonly agent?: string;
  readonly name?: string;
  /** Id of the machine. */
  readonly node?: string;
  readonly cwd?: string;
  readonly prompt?: string;
  /** Conversation id. */
  readonly resume?: string;
  readonly tags?: readonly string[];
  /** Called when the session is there; the form goes to its screen then. */
  readonly started?: (session: Session) => void;
}

/** Started from this page and not looked at yet. */
const unseen = new Set<string>();
export const noteStarted = (session: string): void => void unseen.add(session);
/**
 * Whether this is the first look at what was started here; true once. Nobody has seen such a session anywhere: it may have the
 * size of this screen, which looking alone never gives.
 */
export const isFirstLook = (session: string): boolean => unseen.delete(session);

export const useStarting = create<{ readonly wish: StartWish | null }>(() => ({ wish: null }));

const ask = (wish: StartWish = {}): void => useStarting.setState({ wish });

/** Opens the form; null for those who may not start sessions. */
export const useStart = (): ((wish?: StartWish) => void) | null => (useCan('run') ? ask : null);
