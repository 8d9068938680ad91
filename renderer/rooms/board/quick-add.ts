/** Adding cards one after the other at the top of a column. What is typed stays until the hub has it. */
import { create } from 'zustand';
import { messageOf, wire } from '../../app/connect.ts';
import { learn } from './cards.ts';
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

export async function send(item: Adding): Promise<void> {
  put((list) => [...list.filter((each) => each.id !== item.id), { ...item, failed: null }]);
  try {
    const card = await wire().call(
      'board.add',
      { id: item.id, title: item.title, column: item.column },
      { retry: true },
    );
    forget(item.id);
    learn(card);
    // The hub puts new cards at the end; this one was written at the top.
    const top = allIn(item.column).find((key) => key !== card.key);
    if (top !== undefined) {
      const { description, ...row } = card;
      await moveCard({ ...row, described: description !== '', blockedBy: [] }, { column: item.column, before: top });
    }
  } catch (failure) {
    const failed = messageOf(failure);
    put((list) => list.map((each) => (each.id === item.id ? { ...each, failed } : each)));
  }
}

/** Not randomUUID: browsers have it on https pages only. */
const newId = (): string =>
  `c_${Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('')}`;

export const add = (column: string, title: string): void => void send({ id: newId(), column, title, failed: null });
