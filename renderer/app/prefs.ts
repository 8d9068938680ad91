/** How terminals look here: font size of this device, palette of the hub. Layout only; never data. */
import { create } from 'zustand';
import type { Palette } from '../../shared/palettes.ts';

const KEY = 'quarterdeck.font';
export const FONT = { least: 8, most: 24, usual: 13 } as const;

const within = (size: number): number =>
  Number.isFinite(size) && size > 0 ? Math.min(FONT.most, Math.max(FONT.least, Math.round(size))) : FONT.usual;

function stored(): number | null {
  try {
    const text = localStorage.getItem(KEY);
    return text === null ? null : within(Number(text));
  } catch {
    return null;
  }
}

interface Prefs {
  readonly font: number;
  /** The hub's choice; high contrast does without. */
  readonly palette: Palette;
  setFont(size: number): void;
  /** What counts while this device has no size of its own. */
  usual(size: number): void;
}

let own = stored();

export const usePrefs = create<Prefs>((set) => ({
  font: own ?? FONT.usual,
  palette: 'app',
  setFont(size) {
    own = within(size);
    try {
      localStorage.setItem(KEY, String(own));
    } catch {
      // Without storage the size lasts until the page is closed.
    }
    set({ font: own });
  },
  usual(size) {
    if (own === null) set({ font: within(size) });
  },
}));
