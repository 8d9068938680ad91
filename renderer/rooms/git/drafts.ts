/** Comments not sent yet, by session: kept through reloads of the tab, and until the hub has said that it has them. */
import { create } from 'zustand';
import { newPromptId } from '../../../shared/ids.ts';
import { messageOf } from '../../app/connect.ts';
import { sendLater } from '../../app/waiting.ts';
import { type Comment, commentsWord, promptOf, written } from './comments.ts';

export interface Drafts {
  readonly comments: readonly Comment[];
  /** The comment whose text is being typed; the others stand as text. */
  readonly open: string | null;
  /** The last that was tried. The same words keep their id: a send whose answer was lost is not sent twice. */
  readonly tried: { readonly id: string; readonly prompt: string } | null;
  readonly sending: boolean;
  readonly error: string | null;
  /** The prompt that the last comments became, for its receipt. */
  readonly sent: { readonly id: string; readonly count: number } | null;
}
const NONE: Drafts = { comments: [], open: null, tried: null, sending: false, error: null, sent: null };
const KEY = 'quarterdeck.comments.';

const useAll = create<{ readonly bySession: ReadonlyMap<string, Drafts> }>(() => ({ bySession: new Map() }));

function stored(session: string): Drafts {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(KEY + session) ?? 'null');
    if (value === null || typeof value !== 'object') return NONE;
    const { comments, tried } = value as Record<string, unknown>;
    return {
      ...NONE,
      comments: Array.isArray(comments) ? comments.filter(isComment) : [],
      tried: isTried(tried) ? tried : null,
    };
  } catch {
    // Storage is denied or holds something odd: then there are no drafts of before.
    return NONE;
  }
}
const isTried = (value: unknown): value is NonNullable<Drafts['tried']> => {
  const { id, prompt } = Object(value) as Record<string, unknown>;
  return typeof id === 'string' && typeof prompt === 'string';
};
const isComment = (value: unknown): value is Comment => {
  const { id, path, side, from, to, quote, text } = Object(value) as Record<string, unknown>;
  return (
    [id, path, text].every((each) => typeof each === 'string') &&
    (side === 'old' || side === 'now') &&
    [from, to].every((each) => typeof each === 'number') &&
    Array.isArray(quote) &&
    quote.every((line) => typeof line === 'string')
  );
};

function get(session: string): Drafts {
  const known = useAll.getState().bySession.get(session);
  if (known) return known;
  const read = stored(session);
  // Not told to listeners: a component asks for it while it draws.
  (useAll.getState().bySession as Map<string, Drafts>).set(session, read);
  return read;
}

function put(session: string, change: Partial<Drafts>): void {
  const next = { ...get(session), ...change };
  useAll.setState(({ bySession }) => ({ bySession: new Map(bySession).set(session, next) }));
  try {
    if (next.comments.length === 0) sessionStorage.removeItem(KEY + session);
    else sessionStorage.setItem(KEY + session, JSON.stringify({ comments: next.comments, tried: next.tried }));
  } catch {
    // Without storage they live in the page alone.
  }
}

export const useDrafts = (session: string): Drafts => useAll((state) => state.bySession.get(session) ?? get(session));

/** Opens the comment that stands on these lines, or a new one. */
export function begin(session: string, anchor: Omit<Comment, 'id' | 'text'>): void {
  const { comments } = get(session);
  const there = comments.find(
    ({ path, side, from, to }) =>
      path === anchor.path && side === anchor.side && from === anchor.from && to === anchor.to,
  );
  if (there) {
    put(session, { open: there.id });
    return;
  }
  const id = newPromptId();
  put(session, { comments: [...keep(comments, null), { ...anchor, id, text: '' }], open: id, error: null });
}

/** Comments without a word are dropped when they are left. */
const keep = (comments: readonly Comment[], open: string | null): readonly Comment[] =>
  comments.filter((comment) => comment.text.trim() !== '' || comment.id === open);

export function edit(session: string, id: string, text: string): void {
  put(session, { comments: get(session).comments.map((one) => (one.id === id ? { ...one, text } : one)) });
}
export function open(session: string, id: string | null): void {
  put(session, { comments: keep(get(session).comments, id), open: id });
}
export function drop(session: string, id: string): void {
  const { comments, open: now } = get(session);
  put(session, { comments: comments.filter((one) => one.id !== id), open: now === id ? null : now });
}

/** Sends all of them as one prompt. Nothing is dropped before the hub, or this device's own outbox, has it. */
export async function send(session: string, name: string): Promise<void> {
  const { comments, tried, sending } = get(session);
  const ready = written(comments);
  if (sending || ready.length === 0) return;
  const prompt = promptOf(ready);
  const attempt = tried?.prompt === prompt ? tried : { id: newPromptId(), prompt };
  put(session, { sending: true, error: null, tried: attempt, sent: null });
  try {
    await sendLater(
      'prompts.enqueue',
      { name: session, id: attempt.id, text: prompt },
      `${name}: ${commentsWord(ready.length)}`,
    );
    // What was written while the answer was on its way, or changed, stays.
    const gone = new Map(ready.map((one) => [one.id, one.text]));
    const left = get(session).comments.filter((one) => gone.get(one.id) !== one.text);
    const now = get(session).open;
    put(session, {
      comments: left,
      open: left.some((one) => one.id === now) ? now : null,
      sending: false,
      tried: null,
      sent: { id: attempt.id, count: ready.length },
    });
  } catch (failure) {
    put(session, { sending: false, error: messageOf(failure) });
  }
}
