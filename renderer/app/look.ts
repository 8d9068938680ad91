/**
 * How terminals and pages look where this device has no choice of its own: the hub's settings. Kept from the last time, so
 * that a page does not begin in one look and change to another.
 */
import type { SettingsView } from '../../shared/contract/settings.ts';
import { PALETTES, type Palette } from '../../shared/palettes.ts';
import { useAuth, wire } from './connect.ts';
import { usePrefs } from './prefs.ts';
import { type ThemeChoice, useTheme } from './theme.ts';

const KEY = 'quarterdeck.look';
const THEMES: readonly string[] = ['system', 'light', 'dark', 'contrast'] satisfies readonly ThemeChoice[];

interface Look {
  readonly theme: ThemeChoice;
  readonly font: number;
  /** Null: the fonts that come with the app. */
  readonly family: string | null;
  readonly palette: Palette;
}

const paletteOf = (value: unknown): Palette => PALETTES.find((each) => each === value) ?? 'app';

function lookOf(view: SettingsView): Look {
  const value = (key: string): unknown => view.settings.find((each) => each.key === key)?.value;
  const chosen = view.settings.some((each) => each.key === 'terminal.fontFamily' && each.source !== 'built-in');
  const family = value('terminal.fontFamily');
  const theme = value('terminal.theme');
  return {
    theme: THEMES.includes(String(theme)) ? (theme as ThemeChoice) : 'system',
    font: Number(value('terminal.fontSize')),
    family: chosen && typeof family === 'string' ? family : null,
    palette: paletteOf(value('terminal.palette')),
  };
}

function apply(look: Look): void {
  useTheme.getState().usual(look.theme);
  usePrefs.getState().usual(look.font);
  usePrefs.setState({ palette: look.palette });
  const { style } = document.documentElement;
  if (look.family === null) style.removeProperty('--terminal-font');
  else style.setProperty('--terminal-font', look.family);
}

/** Takes the look from settings that were just read or changed. */
export function applyLook(view: SettingsView): void {
  const look = lookOf(view);
  apply(look);
  try {
    localStorage.setItem(KEY, JSON.stringify(look));
  } catch {
    // Without storage it is asked for again at the next loading.
  }
}

export function startLook(): void {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    if (typeof kept === 'object' && kept !== null) {
      const { theme, font, family, palette } = kept as Partial<Record<keyof Look, unknown>>;
      apply({
        theme: THEMES.includes(String(theme)) ? (theme as ThemeChoice) : 'system',
        font: Number(font),
        family: typeof family === 'string' ? family : null,
        palette: paletteOf(palette),
      });
    }
  } catch {
    // Denied or damaged: the usual look until the hub says.
  }
  useAuth.subscribe(({ stage, me }, before) => {
    if (stage !== 'in' || before.me === me) return;
    // A hub that does not tell leaves the look as it is; the Settings screen says why.
    wire()
      .call('settings.get', {})
      .then(applyLook, () => undefined);
  });
}
