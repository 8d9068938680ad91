/** The window of quick-send: made when it is first asked for, gone when it was hidden for long, there again at once. */
import { EventEmitter } from 'node:events';
import type { BrowserWindow } from 'electron';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createQuick } from './quick.ts';
import type { Windows } from './windows.ts';

const shortcuts = vi.hoisted(() => ({ register: vi.fn(), unregisterAll: vi.fn() }));
vi.mock('electron', () => ({
  globalShortcut: shortcuts,
  screen: {
    getCursorScreenPoint: () => ({ x: 0, y: 0 }),
    getDisplayNearestPoint: () => ({ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }),
  },
}));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.resetAllMocks();
});

class Fake extends EventEmitter {
  visible = false;
  isVisible = () => this.visible;
  getSize = () => [640, 250];
  setPosition = vi.fn();
  setSize = vi.fn();
  focus = vi.fn();
  show() {
    this.visible = true;
    this.emit('show');
  }
  hide() {
    this.visible = false;
    this.emit('hide');
  }
  destroy() {
    this.emit('closed');
  }
}
function start() {
  const made: Fake[] = [];
  const windows: Windows = {
    open: () => {
      made.push(new Fake());
      return made.at(-1) as unknown as BrowserWindow;
    },
    tell: vi.fn(),
    close: vi.fn(),
  };
  return { made, quick: createQuick(windows) };
}

it('holds no page before it is asked for, nor long after', () => {
  const { made, quick } = start();
  expect(made).toEqual([]);
  quick.toggle();
  made[0]?.emit('ready-to-show');
  expect(made[0]?.visible).toBe(true);
  quick.toggle();
  expect(made[0]?.visible).toBe(false);
  // Asked for again within the time: the same page.
  vi.advanceTimersByTime(2 * 60_000);
  quick.toggle();
  vi.advanceTimersByTime(60 * 60_000);
  expect([made.length, quick.window() === null]).toEqual([1, false]);
  made[0]?.emit('blur');
  vi.advanceTimersByTime(4 * 60_000);
  expect(quick.window()).toBeNull();
  quick.toggle();
  expect(made.length).toBe(2);
});

it('tells why a shortcut is not to be had', () => {
  const { quick } = start();
  shortcuts.register
    .mockReturnValueOnce(true)
    .mockReturnValueOnce(false)
    .mockImplementationOnce(() => {
      throw new TypeError('no accelerator');
    });
  expect(['Ctrl+A', 'Ctrl+B', 'nonsense', ''].map((keys) => quick.shortcut(keys))).toEqual([
    null,
    'another program has this shortcut',
    'this is no shortcut',
    null,
  ]);
  expect(shortcuts.unregisterAll).toHaveBeenCalledTimes(4);
});
