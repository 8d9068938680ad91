/** Text not sent yet, per session: going to another session and back, or closing the page, loses nothing. */
import { create } from 'zustand';
import { newPromptId } from '../../../shared/ids.ts';
import { useAuth } from '../../app/connect.ts';
import { drawer } from '../../app/keep.ts';
import { ownerOf } from '../../app/waiting.ts';

export interface Draft {
  readonly text: string;
  /** Minted once per prompt: when the answer to a send is lost, sending again is the same prompt. */
  readonly id: string;
}
interface Kept extends Draft {
  readonly owner: string;
  readonly session: string;
  readonly at: number;
}

interface Drafts {
  readonly bySession: ReadonlyMap<string, Draft>;
}
const useDrafts = create<Drafts>(() => ({ bySession: new Map() }));
const EMPTY = '';
const kept = drawer<Kept>('drafts');
const keyOf = (owner: string, session: string) => `${owner} ${session}`;
/** A draft of a session that nobody opened again is litter after a while. */
const KEEP_MS = 30 * 24 * 3_600_000;
const WRITE_MS = 300;

let owner: string | null = null;
const due = new Map<string, ReturnType<typeof setTimeout>>();

function write(session: string): void {
  clearTimeout(due.get(session));
  due.delete(session);
  if (owner === null) return;
  const draft = draftOf(session);
  const key = keyOf(owner, session);
  // Without storage a draft lasts as long as the page; the text on the screen is the truth.
  if (draft) kept.put(key, { ...draft, owner, session, at: Date.now() }).catch(() => undefined);
  else kept.remove(key).catch(() => undefined);
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

async function belongTo(next: string | null): Promise<void> {
  if (next === owner) return;
  writeAll();
  owner = next;
  useDrafts.setState({ bySession: new Map() });
  if (next === null) return;
  const all = await kept.all().catch(() => []);
  if (owner !== next) return;
  const found = new Map<string, Draft>();
  for (const { owner: whose, session, at, text, id } of all) {
    if (Date.now() - at > KEEP_MS) kept.remove(keyOf(whose, session)).catch(() => undefined);
    else if (whose === next) found.set(session, { text, id });
  }
  // What was typed while the disk answered is newer.
  useDrafts.setState(({ bySession }) => ({ bySession: new Map([...found, ...bySession]) }));
}

const follow = () => {
  const { me } = useAuth.getState();
  void belongTo(me === null ? null : ownerOf(me.user));
};
follow();
useAuth.subscribe(follow);
// A phone ends pages in the background without asking.
document.addEventListener('visibilitychange', () => document.hidden && writeAll());

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
