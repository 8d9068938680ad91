/** The card that keys act on: the one that has, or had, the focus. */
import { create } from 'zustand';
import { type Spot, shownIn, spotOf, useView } from './view.ts';

interface Focus {
  readonly key: string | null;
  /** Rises when the card is to be scrolled to and focused. */
  readonly want: number;
}
export const useFocus = create<Focus>(() => ({ key: null, want: 0 }));

export const noteFocus = (key: string): void => {
  if (useFocus.getState().key !== key) useFocus.setState({ key });
};

export const focusCard = (key: string): void => useFocus.setState(({ want }) => ({ key, want: want + 1 }));

/** The focus is among the cards, or nowhere: then it may be moved without taking it from somebody who types. */
export function boardHasFocus(): boolean {
  const at = document.activeElement;
  return at === null || at === document.body || at.closest('[data-deck]') !== null || at.id === 'main';
}

export type Step = 'up' | 'down' | 'left' | 'right' | 'first' | 'last';

/** The card one step away; from nowhere, the first one there is. */
export function neighbour(from: Spot | null, step: Step): string | null {
  const columns = useView.getState().columns.map(({ id }) => id);
  if (!from) return columns.map((id) => shownIn(id)[0]).find((key) => key !== undefined) ?? null;
  const here = shownIn(from.column);
  if (step === 'up') return here[from.index - 1] ?? null;
  if (step === 'down') return here[from.index + 1] ?? null;
  if (step === 'first') return here[0] ?? null;
  if (step === 'last') return here.at(-1) ?? null;
  const by = step === 'left' ? -1 : 1;
  for (let at = columns.indexOf(from.column) + by; at >= 0 && at < columns.length; at += by) {
    const keys = shownIn(columns[at] ?? '');
    const key = keys[Math.min(from.index, keys.length - 1)];
    if (key !== undefined) return key;
  }
  return null;
}

export function stepFocus(step: Step): void {
  const { key } = useFocus.getState();
  const next = neighbour(key === null ? null : spotOf(key), step);
  if (next !== null) focusCard(next);
}
