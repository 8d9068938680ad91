/** Asking for a card's title to be edited, before or after its panel is there. */
import { create } from 'zustand';

export const useEditWish = create<{ readonly key: string | null; readonly want: number }>(() => ({
  key: null,
  want: 0,
}));
export const wishEdit = (key: string): void => useEditWish.setState(({ want }) => ({ key, want: want + 1 }));
export const forgetWish = (): void => useEditWish.setState({ key: null });
