/** How much of the page can be seen: narrow screens, and the part that a phone's keyboard leaves. */
import { useSyncExternalStore } from 'react';

/** Held in a hand: narrow, or turned sideways. */
const phone = window.matchMedia('(max-width: 720px), (pointer: coarse) and (max-height: 520px)');
const coarse = window.matchMedia('(pointer: coarse)');
/** Turned sideways: every line of height counts. By width: what a keyboard leaves of an upright phone is wide and flat too. */
const flat = window.matchMedia('(pointer: coarse) and (max-height: 520px) and (min-width: 560px)');

const useMedia = (query: MediaQueryList): boolean =>
  useSyncExternalStore(
    (listener) => {
      query.addEventListener('change', listener);
      return () => query.removeEventListener('change', listener);
    },
    () => query.matches,
  );

/** The phone's face. */
export const useNarrow = (): boolean => useMedia(phone);
export const isNarrow = (): boolean => phone.matches;
export const useFlat = (): boolean => useMedia(flat);

const keyboardListeners = new Set<() => void>();
/** The phone's keyboard covers a part of the page. */
export const useKeyboard = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      keyboardListeners.add(listener);
      return () => keyboardListeners.delete(listener);
    },
    () => document.documentElement.dataset['keyboard'] === 'true',
  );

/**
 * iOS lays the keyboard over the page and scrolls it away; browsers that shrink the page themselves lose nothing here.
 * The page is given exactly the height that can be seen.
 */
export function startViewport(): void {
  const seen = window.visualViewport;
  if (!seen) return;
  const root = document.documentElement;
  /** The greatest height seen at this width: browsers that shrink the page for the keyboard shrink `innerHeight` too. */
  let full = { width: 0, height: 0 };
  const apply = () => {
    // A pinched-in page is not a smaller page.
    if (seen.scale > 1.05) return;
    root.style.setProperty('--page', `${seen.height}px`);
    if (window.innerWidth !== full.width) full = { width: window.innerWidth, height: window.innerHeight };
    full.height = Math.max(full.height, window.innerHeight);
    const keyboard = String(coarse.matches && full.height - seen.height > 120);
    if (root.dataset['keyboard'] !== keyboard) {
      root.dataset['keyboard'] = keyboard;
      for (const listener of keyboardListeners) listener();
    }
    window.scrollTo(0, 0);
  };
  seen.addEventListener('resize', apply);
  seen.addEventListener('scroll', apply);
  apply();
}
