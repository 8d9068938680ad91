/** What differs between the three systems, as plain decisions: `process.platform` and a few facts in, the choice out. */
import type { About } from '../../shared/desktop.ts';

/** As Node names them; what is neither a Mac nor Windows is treated as Linux is. */
export type Platform = NodeJS.Platform;

/** How the system keeps secrets. `backend`: what Linux found to keep them with; elsewhere there is one way. */
export function secretsOf(platform: Platform, encrypts: boolean, backend: () => string): About['secrets'] {
  if (!encrypts) return 'none';
  return platform === 'linux' && backend() === 'basic_text' ? 'plain' : 'real';
}

/** The app ends with its last window: started from sources, where nothing else is left of it. On a Mac no app does. */
export const endsWithLastWindow = (platform: Platform, installed: boolean): boolean =>
  platform !== 'darwin' && !installed;

/** No window yet. A Mac hands an app that it starts at login no words, but says that it did. */
export const startsHidden = (platform: Platform, asked: boolean, atLogin: () => boolean): boolean =>
  asked || (platform === 'darwin' && atLogin());

/** Windows tells notifications apart by this, and shows none of an app that has another than its shortcut. */
export const userModelId = (platform: Platform): string | null => (platform === 'win32' ? 'dev.quarterdeck.app' : null);

/**
 * How start at login is set: `entry`, a file of the desktop; `system`, Electron's own. Windows knows an entry by its words
 * too: asked without them it says that there is none.
 */
export const loginWay = (
  platform: Platform,
): { readonly kind: 'entry' } | { readonly kind: 'system'; readonly args: readonly string[] } =>
  platform === 'darwin' || platform === 'win32'
    ? { kind: 'system', args: platform === 'win32' ? ['--hidden'] : [] }
    : { kind: 'entry' };

/** What starts this app again: an AppImage runs from a mount that is gone by then, its own file is what lasts. */
export const programOf = (env: NodeJS.ProcessEnv, execPath: string): string => env['APPIMAGE'] || execPath;

/**
 * Whether this app replaces itself by newer ones. What was unpacked by hand, or belongs to the package manager of a Linux
 * system, is not the app's to replace.
 */
export const updatesItself = (platform: Platform, installed: boolean, env: NodeJS.ProcessEnv): boolean =>
  installed && (platform === 'darwin' || platform === 'win32' || Boolean(env['APPIMAGE']));
