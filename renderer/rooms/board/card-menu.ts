/** Which card's menu is open, and at what: one menu for all cards, because two thousand would cost two thousand. */
import { create } from 'zustand';

/** The key stays while the menu closes, so that it does not empty itself on its way out. */
export const useCardMenu = create<{
  readonly key: string | null;
  readonly anchor: Element | null;
  readonly open: boolean;
}>(() => ({ key: null, anchor: null, open: false }));

export const openCardMenu = (key: string, anchor: Element): void => useCardMenu.setState({ key, anchor, open: true });
export const closeCardMenu = (): void => useCardMenu.setState({ open: false });
