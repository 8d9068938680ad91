/** Receipts told in words a person understands, and which of them can still be changed. */
import type { PromptState, Receipt } from '../../shared/contract/prompts.ts';

export type Tone = 'quiet' | 'busy' | 'good' | 'need' | 'bad';

const WORDS: Readonly<Record<PromptState, { readonly word: string; readonly tone: Tone }>> = {
  queued: { word: 'Queued', tone: 'quiet' },
  held: { word: 'Held', tone: 'need' },
  delivering: { word: 'Delivering', tone: 'busy' },
  delivered: { word: 'Delivered', tone: 'good' },
  confirmed: { word: 'Taken', tone: 'good' },
  unverified: { word: 'Sent, not seen taken', tone: 'need' },
  failed: { word: 'Failed', tone: 'bad' },
  cancelled: { word: 'Cancelled', tone: 'quiet' },
};

export const receiptWord = (receipt: Pick<Receipt, 'state' | 'idleAt'>): string =>
  receipt.idleAt !== null && receipt.state === 'confirmed' ? 'Turn ended' : WORDS[receipt.state].word;
export const receiptTone = (receipt: Pick<Receipt, 'state'>): Tone => WORDS[receipt.state].tone;

export const waits = (receipt: Pick<Receipt, 'state'>): boolean =>
  receipt.state === 'queued' || receipt.state === 'held';

/** Those of one session: what waits in its order, then what moved lately, newest first and at most `recent`. */
export function queueOf(receipts: Iterable<Receipt>, sessionId: string, recent: number): readonly Receipt[] {
  const mine = [...receipts].filter((receipt) => receipt.sessionId === sessionId);
  const done = (receipt: Receipt) => !waits(receipt) && receipt.state !== 'delivering';
  const waiting = mine.filter((receipt) => !done(receipt)).sort((a, b) => a.position - b.position);
  const moved = mine
    .filter(done)
    .sort((a, b) => b.createdAt - a.createdAt || b.position - a.position)
    .slice(0, recent);
  return [...waiting, ...moved];
}

/** What this person sent to the session before, newest first, each text once. */
export function historyOf(
  receipts: Iterable<Receipt>,
  sessionId: string,
  by: string,
  most: number,
): readonly { readonly id: string; readonly text: string }[] {
  const seen = new Map<string, { id: string; text: string }>();
  const mine = [...receipts].filter(
    (receipt) => receipt.sessionId === sessionId && receipt.by === by && receipt.origin !== 'init',
  );
  for (const { id, text } of mine.sort((a, b) => b.createdAt - a.createdAt || b.position - a.position)) {
    if (!seen.has(text)) seen.set(text, { id, text });
  }
  return [...seen.values()].slice(0, most);
}
