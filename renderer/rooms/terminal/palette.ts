/** Colours of the terminal in both themes. Sixteen colours keep 4.5:1 on their own background where programs write text. */
import type { ITheme } from '@xterm/xterm';
import type { Palette } from '../../../shared/palettes.ts';
import { usePrefs } from '../../app/prefs.ts';
import type { Theme } from '../../app/theme.ts';
import { isLight, namedPalette } from './palettes.ts';

const dark: ITheme = {
  background: '#090a0d',
  foreground: '#d9dee5',
  cursor: '#84a9ff',
  cursorAccent: '#090a0d',
  selectionBackground: '#84a9ff40',
  selectionInactiveBackground: '#84a9ff26',
  scrollbarSliderBackground: '#ffffff1f',
  scrollbarSliderHoverBackground: '#ffffff33',
  scrollbarSliderActiveBackground: '#ffffff4d',
  black: '#2b313a',
  red: '#ff7b72',
  green: '#6fd396',
  yellow: '#e8b964',
  blue: '#79a6ff',
  magenta: '#cf9bf2',
  cyan: '#63cbd6',
  white: '#c5ccd6',
  brightBlack: '#7a8593',
  brightRed: '#ff9d96',
  brightGreen: '#8fe3b0',
  brightYellow: '#f5d089',
  brightBlue: '#a3c2ff',
  brightMagenta: '#e0b9fb',
  brightCyan: '#8ee0e8',
  brightWhite: '#f2f5f8',
};

const light: ITheme = {
  background: '#ffffff',
  foreground: '#1d2127',
  cursor: '#2b57cc',
  cursorAccent: '#ffffff',
  selectionBackground: '#2f5fde33',
  selectionInactiveBackground: '#2f5fde1f',
  scrollbarSliderBackground: '#0000001f',
  scrollbarSliderHoverBackground: '#00000033',
  scrollbarSliderActiveBackground: '#0000004d',
  black: '#1d2127',
  red: '#b3261e',
  green: '#1a7544',
  yellow: '#855a00',
  blue: '#2552cb',
  magenta: '#8a3bb0',
  cyan: '#0b6f7c',
  white: '#59626e',
  brightBlack: '#6c7683',
  brightRed: '#c93a32',
  brightGreen: '#218654',
  brightYellow: '#96690a',
  brightBlue: '#3565e0',
  brightMagenta: '#9c4cc4',
  brightCyan: '#167f8d',
  brightWhite: '#3a424c',
};

/** High contrast stands above any palette: who asks for it needs it. */
const chosen = (theme: Theme): Palette => (theme === 'contrast' ? 'app' : usePrefs.getState().palette);

export function terminalTheme(theme: Theme): ITheme {
  const palette = chosen(theme);
  if (palette !== 'app') return namedPalette(palette);
  return theme === 'light' ? light : dark;
}
/** Programs pick pale colours for dark backgrounds; on white xterm darkens what would be unreadable. */
export function contrastFor(theme: Theme): number {
  const palette = chosen(theme);
  return palette === 'app' ? { dark: 1, light: 4.5, contrast: 7 }[theme] : isLight(palette) ? 4.5 : 1;
}
/** Resolved at run time: xterm measures the font and takes no CSS variables. */
export function terminalFont(): string {
  const style = getComputedStyle(document.documentElement);
  // The hub's setting, where there is one; ours stays behind it for what that font does not have.
  const [chosen, ours] = ['--terminal-font', '--mono'].map((name) => style.getPropertyValue(name).trim());
  return chosen ? `${chosen}, ${ours}` : (ours ?? '');
}
