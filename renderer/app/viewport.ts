/** How much of the page can be seen: narrow screens, and the part that a phone's keyboard leaves. */
import { useSyncExternalStore } from 'react';

const narrow = window.matchMedia('(max-width: 720px)');

export const useNarrow = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      narrow.addEventListener('change', listener);
      return () => narrow.removeEventListener('change', listener);
    },
    () => narrow.matches,
  );

/**
 * iOS lays the keyboard over the page and scrolls it away; browsers that shrink the page themselves lose nothing here.
 * The page is given exactly the height that can be seen.
 */
export function startViewport(): void {
  const seen = window.visualViewport;
  if (!seen) return;
  const root = document.documentElement;
  const apply = () => {
    // A pinched-in page is not a smaller page.
    if (seen.scale > 1.05) return;
    root.style.setProperty('--page', `${seen.height}px`);
    root.dataset['keyboard'] = String(window.innerHeight - seen.height > 120);
    window.scrollTo(0, 0);
  };
  seen.addEventListener('resize', apply);
  seen.addEventListener('scroll', apply);
  apply();
}
