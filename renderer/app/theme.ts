/** Light, dark or as the system says; terminals read the resolved one. Kept in localStorage: layout, never data. */
import { create } from 'zustand';

export type ThemeChoice = 'system' | Theme;
export type Theme = 'dark' | 'light' | 'contrast';
const KEY = 'quarterdeck.theme';

const light = window.matchMedia('(prefers-color-scheme: light)');
const contrast = window.matchMedia('(prefers-contrast: more)');

/** What was chosen on this device; null when nothing was. */
function stored(): ThemeChoice | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'dark' || value === 'light' || value === 'contrast' || value === 'system' ? value : null;
  } catch {
    // Storage is denied in some private windows: the usual look is a fine default.
    return null;
  }
}

function resolve(choice: ThemeChoice): Theme {
  if (choice !== 'system') return choice;
  if (contrast.matches) return 'contrast';
  return light.matches ? 'light' : 'dark';
}

interface ThemeState {
  readonly choice: ThemeChoice;
  readonly theme: Theme;
  choose(choice: ThemeChoice): void;
  /** What counts while nothing was chosen on this device. */
  usual(choice: ThemeChoice): void;
}

let own = stored();

export const useTheme = create<ThemeState>((set) => ({
  choice: own ?? 'system',
  theme: resolve(own ?? 'system'),
  choose(choice) {
    own = choice;
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // The choice then lasts until the page is closed.
    }
    set({ choice, theme: resolve(choice) });
  },
  usual(choice) {
    if (own === null) set({ choice, theme: resolve(choice) });
  },
}));

/** Applies the theme to the page now and on every change; called once, before the first paint. */
export function startTheme(): void {
  const apply = (theme: Theme) => {
    document.documentElement.dataset['theme'] = theme;
    const colour = getComputedStyle(document.documentElement).getPropertyValue('--bg').trim();
    for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) meta.content = colour;
  };
  apply(useTheme.getState().theme);
  useTheme.subscribe((state) => apply(state.theme));
  const system = () => useTheme.setState((s) => ({ theme: resolve(s.choice) }));
  light.addEventListener('change', system);
  contrast.addEventListener('change', system);
}
