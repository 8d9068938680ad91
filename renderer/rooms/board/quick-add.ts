/** Adding cards one after the other at the top of a column. What is typed stays until the hub, or the outbox, has it. */
import { create } from 'zustand';
import type { Card } from '../../../shared/contract/board.ts';
import { newClientId } from '../../../shared/ids.ts';
import { learn } from '../../app/cards.ts';
import { messageOf } from '../../app/connect.ts';
import { sendLater } from '../../app/waiting.ts';
import { moveCard } from './moves.ts';
import { allIn, useView } from './view.ts';

export interface Adding {
  /** Minted here: sending the same again makes no second card. */
  readonly id: string;
  readonly column: string;
  readonly title: string;
  /** Why it is not on the board. */
  readonly failed: string | null;
}
interface QuickAdds {
  /** Where the field is open. */
  readonly column: string | null;
  /** Rises when the field is to take the focus. */
  readonly want: number;
  readonly adding: readonly Adding[];
}
export const useQuickAdd = create<QuickAdds>(() => ({ column: null, want: 0, adding: [] }));

/** `column` absent: the first one that holds waiting work. */
export function openQuickAdd(column?: string): void {
  const { columns } = useView.getState();
  const to = column ?? columns.find(({ kind }) => kind === 'backlog')?.id ?? columns[0]?.id;
  if (to !== undefined) useQuickAdd.setState(({ want }) => ({ column: to, want: want + 1 }));
}
export const closeQuickAdd = (): void => useQuickAdd.setState({ column: null });

const put = (change: (list: readonly Adding[]) => readonly Adding[]): void =>
  useQuickAdd.setState(({ adding }) => ({ adding: change(adding) }));

export const forget = (id: string): void => put((list) => list.filter((each) => each.id !== id));

/** The hub puts new cards at the end; this one was written at the top. */
function toTop(card: Card, column: string): void {
  learn(card);
  const top = allIn(column).find((key) => key !== card.key);
  if (top === undefined) return;
  const { description, ...row } = card;
  void moveCard({ ...row, described: description !== '', comments: 0, blockedBy: [] }, { column, before: top });
}

export async function send(item: Adding): Promise<void> {
  const { id, title, column } = item;
  put((list) => [...list.filter((each) => each.id !== id), { ...item, failed: null }]);
  try {
    // `waits`: what waits to be sent shows it from here on.
    await sendLater('board.add', { id, title, column }, `New card: ${title}`, (card) => toTop(card, column));
    forget(id);
  } catch (failure) {
    const failed = messageOf(failure);
    put((list) => list.map((each) => (each.id === id ? { ...each, failed } : each)));
  }
}

export const add = (column: string, title: string): void =>
  void send({ id: newClientId('c'), column, title, failed: null });
