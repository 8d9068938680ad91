/** How this device likes to look at things: terminal font size. Layout only; never data. */
import { create } from 'zustand';

const KEY = 'quarterdeck.font';
export const FONT = { least: 8, most: 24, usual: 13 } as const;

const within = (size: number): number =>
  Number.isFinite(size) && size > 0 ? Math.min(FONT.most, Math.max(FONT.least, Math.round(size))) : FONT.usual;

function stored(): number {
  try {
    return within(Number(localStorage.getItem(KEY) ?? FONT.usual));
  } catch {
    return FONT.usual;
  }
}

export const usePrefs = create<{ readonly font: number; setFont(size: number): void }>((set) => ({
  font: stored(),
  setFont(size) {
    const font = within(size);
    try {
      localStorage.setItem(KEY, String(font));
    } catch {
      // Without storage the size lasts until the page is closed.
    }
    set({ font });
  },
}));
