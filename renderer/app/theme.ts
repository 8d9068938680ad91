/** Light, dark or as the system says; terminals read the resolved one. Kept in localStorage: layout, never data. */
import { create } from 'zustand';

export type ThemeChoice = 'system' | 'dark' | 'light';
export type Theme = 'dark' | 'light';
const KEY = 'quarterdeck.theme';

const light = window.matchMedia('(prefers-color-scheme: light)');

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'dark' || value === 'light' ? value : 'system';
  } catch {
    // Storage is denied in some private windows: the system's choice is a fine default.
    return 'system';
  }
}

const resolve = (choice: ThemeChoice): Theme => (choice === 'system' ? (light.matches ? 'light' : 'dark') : choice);

interface ThemeState {
  readonly choice: ThemeChoice;
  readonly theme: Theme;
  choose(choice: ThemeChoice): void;
}

export const useTheme = create<ThemeState>((set) => ({
  choice: stored(),
  theme: resolve(stored()),
  choose(choice) {
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // The choice then lasts until the page is closed.
    }
    set({ choice, theme: resolve(choice) });
  },
}));

/** Applies the theme to the page now and on every change; called once, before the first paint. */
export function startTheme(): void {
  const apply = (theme: Theme) => {
    document.documentElement.dataset['theme'] = theme;
    const colour = theme === 'dark' ? '#0d0f12' : '#f4f5f7';
    for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) meta.content = colour;
  };
  apply(useTheme.getState().theme);
  useTheme.subscribe((state) => apply(state.theme));
  light.addEventListener('change', () => useTheme.setState((s) => ({ theme: resolve(s.choice) })));
}
