/** Which card's menu is open, and at what. */
import { create } from 'zustand';

export const useCardMenu = create<{ readonly key: string | null; readonly anchor: Element | null }>(() => ({
  key: null,
  anchor: null,
}));

export const openCardMenu = (key: string, anchor: Element): void => useCardMenu.setState({ key, anchor });
export const closeCardMenu = (): void => useCardMenu.setState({ key: null, anchor: null });
