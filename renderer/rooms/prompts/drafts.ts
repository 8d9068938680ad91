/** Text not sent yet, per session, while the page is open: going to another session and back loses nothing. */
import { create } from 'zustand';
import { newPromptId } from '../../../shared/ids.ts';

export interface Draft {
  readonly text: string;
  /** Minted once per prompt: when the answer to a send is lost, sending again is the same prompt. */
  readonly id: string;
}

interface Drafts {
  readonly bySession: ReadonlyMap<string, Draft>;
}
const useDrafts = create<Drafts>(() => ({ bySession: new Map() }));
const EMPTY = '';

export const useDraftText = (session: string): string =>
  useDrafts((drafts) => drafts.bySession.get(session)?.text ?? EMPTY);

export function setDraft(session: string, text: string): void {
  useDrafts.setState(({ bySession }) => {
    const next = new Map(bySession);
    // Other words are another prompt: the id of the words that may have arrived must not carry them.
    if (text === '') next.delete(session);
    else if (bySession.get(session)?.text !== text) next.set(session, { text, id: newPromptId() });
    return { bySession: next };
  });
}

export const draftOf = (session: string): Draft | undefined => useDrafts.getState().bySession.get(session);
