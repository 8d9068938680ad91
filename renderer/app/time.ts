/** Times for people. One ticking clock for the whole page: a timer per row would wake the page a hundred times. */
import { useSyncExternalStore } from 'react';

/** The text of the face is English, and so are its dates: one form everywhere, and no guess about what 3/4 is. */
export const LOCALE = 'en-GB';
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago, short: `now`, `40s`, `5m`, `3h`, `2d`, else the date. A clock slightly ahead of ours reads as `now`. */
export function ago(at: number, now: number): string {
  const passed = now - at;
  if (passed < 5 * SECOND) return 'now';
  if (passed < MINUTE) return `${Math.floor(passed / SECOND)}s`;
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)}m`;
  if (passed < DAY) return `${Math.floor(passed / HOUR)}h`;
  if (passed < 14 * DAY) return `${Math.floor(passed / DAY)}d`;
  const date = new Date(at);
  const year = date.getFullYear() === new Date(now).getFullYear() ? undefined : 'numeric';
  return date.toLocaleDateString(LOCALE, { day: 'numeric', month: 'short', year });
}

/** Token counts, short: 950, 1.2k, 34k, 5.6M. */
export function short(count: number): string {
  const scaled = (value: number, unit: string) =>
    `${value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)}${unit}`;
  if (count < 1000) return String(Math.round(count));
  if (count < 999_500) return scaled(count / 1000, 'k');
  if (count < 999_500_000) return scaled(count / 1_000_000, 'M');
  return scaled(count / 1_000_000_000, 'B');
}

export const clock = (at: number): string =>
  new Date(at).toLocaleTimeString(LOCALE, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

export const dateTime = (at: number): string =>
  new Date(at).toLocaleString(LOCALE, { dateStyle: 'medium', timeStyle: 'short' });

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  // Nobody listened: the time stood still. React reads the snapshot again after it subscribed.
  if (listeners.size === 0) now = Date.now();
  listeners.add(listener);
  timer ??= setInterval(() => {
    if (document.hidden) return;
    now = Date.now();
    for (const each of listeners) each();
  }, 5 * SECOND);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time, moving every five seconds while the page shows. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);
