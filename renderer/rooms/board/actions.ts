/** What can be done with a card from its menu, its panel and the palette. Each tells its own failure. */
import type { Card, CardRow } from '../../../shared/contract/board.ts';
import { newPromptId } from '../../../shared/ids.ts';
import { attempt } from '../../app/act.ts';
import { cardNow, learn, useColumns } from '../../app/cards.ts';
import { useAuth, wire } from '../../app/connect.ts';
import { useSessions } from '../../app/feeds.ts';
import type { StartWish } from '../../app/start.ts';
import { toast } from '../../ui/Toasts.tsx';
import { isFinished } from './filter.ts';
import { columnTitle, moveCard } from './moves.ts';
import { promptOf, sessionNameOf } from './words.ts';

const me = (): string => useAuth.getState().me?.user ?? '';
export const kindOf = (row: Pick<CardRow, 'column'>) => useColumns.getState().byKey.get(row.column)?.kind;

/** Why the card cannot be claimed now; null when it can. */
export function whyNotClaimed(row: CardRow): string | null {
  if (row.claim) return `${row.claim.by.name} has it`;
  if (isFinished(kindOf(row))) return 'it is finished; move it back first';
  if (row.blockedBy.length > 0) return `it waits for ${row.blockedBy.join(', ')}`;
  return null;
}

export const claim = (key: string, session?: string): Promise<boolean> =>
  attempt(`Could not claim ${key}`, async () => {
    learn(await wire().call('board.claim', session === undefined ? { key } : { key, session }));
  });

export const release = (key: string): Promise<boolean> =>
  attempt(`Could not release ${key}`, async () => {
    learn(await wire().call('board.release', { key }));
  });

export const renew = (key: string, fence: number): Promise<boolean> =>
  attempt(`Could not renew the claim of ${key}`, async () => {
    learn(await wire().call('board.renew', { key, fence }));
  });

export const assignToMe = (row: CardRow): Promise<boolean> =>
  attempt(`Could not assign ${row.key}`, async () => {
    learn(await wire().call('board.edit', { key: row.key, owner: me() }));
  });

export const setPriority = (key: string, priority: Card['priority']): Promise<boolean> =>
  attempt(`Could not change ${key}`, async () => {
    learn(await wire().call('board.edit', { key, priority }));
  });

export const remove = (key: string): Promise<boolean> =>
  attempt(`Could not delete ${key}`, async () => {
    const version = cardNow(key)?.version;
    await wire().call('board.remove', version === undefined ? { key } : { key, version });
  });

export function moveToDone(row: CardRow): void {
  const done = [...useColumns.getState().byKey.values()]
    .sort((a, b) => a.position - b.position)
    .find(({ kind }) => kind === 'done');
  if (done && done.id !== row.column) void moveCard(row, { column: done.id, before: null });
}

export function copy(text: string, what: string): void {
  // Browsers have a clipboard on https pages and this machine only.
  if (!navigator.clipboard) {
    toast('good', `${what}: ${text}`);
    return;
  }
  navigator.clipboard.writeText(text).then(
    () => toast('good', `${what} copied`),
    () => toast('bad', `The browser refused the clipboard. ${what}: ${text}`),
  );
}

/** What the form for a new session is filled with; once it is there, the card knows it and it has the card. */
export function startWish(card: Card): StartWish {
  const { key } = card;
  const taken = new Set([...useSessions.getState().byKey.values()].map((session) => session.name));
  const name = sessionNameOf(key);
  return {
    ...(taken.has(name) ? {} : { name }),
    prompt: promptOf(card),
    tags: card.tags,
    started: (session) => void hand(card, session.id),
  };
}

/** Links a session and lets it claim the card where it can; a card that somebody has stays theirs. */
async function hand(card: Card, session: string): Promise<void> {
  const { key } = card;
  const linked = await attempt(`Could not link ${key} to the session`, async () => {
    learn(await wire().call('board.edit', { key, links: { session } }));
  });
  const row = cardNow(key);
  if (linked && row && whyNotClaimed(row) === null) await claim(key, session);
}

/** Queues the card as a prompt. Fault when the session takes none. */
export async function sendAsPrompt(
  card: Card,
  session: { readonly id: string; readonly name: string },
  prompt: { readonly id: string; readonly text: string },
  claims: boolean,
): Promise<void> {
  await wire().call('prompts.enqueue', { name: session.id, id: prompt.id, text: prompt.text }, { retry: true });
  toast('good', `${card.key} is queued for ${session.name}`);
  if (claims) await hand(card, session.id);
}
export const newPrompt = newPromptId;
export { columnTitle };
