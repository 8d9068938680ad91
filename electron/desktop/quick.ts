/** The quick-send window: small, over everything, shown by a global shortcut or the tray, hidden by Escape or by looking away. */
import { type BrowserWindow, globalShortcut, screen } from 'electron';
import type { Windows } from './windows.ts';

export const SHORTCUT = 'CommandOrControl+Shift+Space';
const SIZE = { width: 640, height: 250 };
/** A hidden page holds some 50 MB: whoever sends now and then gets it at once, whoever does not pays nothing. */
const KEEP_MS = 3 * 60_000;

export interface Quick {
  toggle(): void;
  window(): BrowserWindow | null;
  height(pixels: number): void;
  /** Empty takes it away. Answers why it could not be had, or null. */
  shortcut(keys: string): string | null;
}

export function createQuick(windows: Windows): Quick {
  let window: BrowserWindow | null = null;
  let leaving: ReturnType<typeof setTimeout> | undefined;
  const make = (): BrowserWindow => {
    const made = windows.open('/quick', {
      ...SIZE,
      minWidth: 0,
      minHeight: 0,
      frame: false,
      resizable: false,
      maximizable: false,
      minimizable: false,
      fullscreenable: false,
      skipTaskbar: true,
      alwaysOnTop: true,
      title: 'Quick Send',
    });
    made.on('blur', () => made.hide());
    // What is written there and not sent is kept by the page.
    made.on('hide', () => {
      leaving = setTimeout(() => made.destroy(), KEEP_MS);
    });
    made.on('show', () => clearTimeout(leaving));
    made.on('closed', () => {
      clearTimeout(leaving);
      window = null;
    });
    // What was asked for before the page was there is shown when it is.
    made.once('ready-to-show', () => place(made));
    return made;
  };
  const place = (on: BrowserWindow) => {
    const { workArea } = screen.getDisplayNearestPoint(screen.getCursorScreenPoint());
    const [width = SIZE.width] = on.getSize();
    on.setPosition(Math.round(workArea.x + (workArea.width - width) / 2), Math.round(workArea.y + workArea.height / 4));
    on.show();
    on.focus();
    windows.tell(on, 'shown', {});
  };
  return {
    toggle() {
      if (!window) {
        window = make();
        return;
      }
      if (window.isVisible()) window.hide();
      else place(window);
    },
    window: () => window,
    height(pixels) {
      const [width = SIZE.width] = window?.getSize() ?? [];
      window?.setSize(width, Math.round(pixels));
    },
    shortcut(keys) {
      globalShortcut.unregisterAll();
      if (keys === '') return null;
      try {
        return globalShortcut.register(keys, () => this.toggle()) ? null : 'another program has this shortcut';
      } catch {
        return 'this is no shortcut';
      }
    },
  };
}
