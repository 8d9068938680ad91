/** Text not sent yet, per session: going to another session and back, or closing the page, loses nothing. */
import { create } from 'zustand';
import { newPromptId } from '../../../shared/ids.ts';
import { useAuth } from '../../app/connect.ts';
import { ownerOf } from '../../app/waiting.ts';

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
/** Kept in localStorage, because a page that is closed gets no time for anything that answers later. */
const PREFIX = 'quarterdeck.draft ';
/** Characters. What is longer lasts as long as the page: storage is small, and the other drafts are in it. */
const LONGEST = 200_000;
/** A draft of a session that nobody opened again is litter after a while. */
const KEEP_MS = 30 * 24 * 3_600_000;
const WRITE_MS = 300;

const keyOf = (whose: string, session: string) => `${PREFIX}${whose} ${session}`;

let owner: string | null = null;
const due = new Map<string, ReturnType<typeof setTimeout>>();

function write(session: string): void {
  clearTimeout(due.get(session));
  due.delete(session);
  if (owner === null) return;
  const draft = draftOf(session);
  const key = keyOf(owner, session);
  try {
    if (draft && draft.text.length <= LONGEST) localStorage.setItem(key, JSON.stringify({ ...draft, at: Date.now() }));
    else localStorage.removeItem(key);
  } catch {
    // Without storage, or with a full one, the draft lasts as long as the page.
  }
}
const writeSoon = (session: string) => {
  clearTimeout(due.get(session));
  due.set(
    session,
    setTimeout(() => write(session), WRITE_MS),
  );
};
const writeAll = () => {
  for (const session of [...due.keys()]) write(session);
};

function keptOf(key: string): (Draft & { readonly at: number }) | null {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? 'null') as Record<string, unknown> | null;
    const { text, id, at } = kept ?? {};
    return typeof text === 'string' && typeof id === 'string' && typeof at === 'number' ? { text, id, at } : null;
  } catch {
    return null;
  }
}

function read(whose: string): Map<string, Draft> {
  const found = new Map<string, Draft>();
  try {
    for (const key of Object.keys(localStorage).filter((each) => each.startsWith(PREFIX))) {
      const kept = keptOf(key);
      if (!kept || Date.now() - kept.at > KEEP_MS) localStorage.removeItem(key);
      else if (key.startsWith(keyOf(whose, ''))) {
        found.set(key.slice(keyOf(whose, '').length), { text: kept.text, id: kept.id });
      }
    }
  } catch {
    // Storage is denied: nothing was kept.
  }
  return found;
}

function belongTo(next: string | null): void {
  if (next === owner) return;
  writeAll();
  owner = next;
  useDrafts.setState({ bySession: next === null ? new Map() : read(next) });
}

const follow = () => {
  const { me } = useAuth.getState();
  belongTo(me === null ? null : ownerOf(me.user));
};
follow();
useAuth.subscribe(follow);
// A phone ends pages in the background without asking.
document.addEventListener('visibilitychange', () => document.hidden && writeAll());
addEventListener('pagehide', writeAll);

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
  // A prompt that has gone must not be there again when the page is opened again.
  if (text === '') write(session);
  else writeSoon(session);
}

export const draftOf = (session: string): Draft | undefined => useDrafts.getState().bySession.get(session);
