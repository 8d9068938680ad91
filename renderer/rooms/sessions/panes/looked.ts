/** When somebody last looked at which session on this device; for the unread mark. */
import { create } from 'zustand';
import type { Looked } from './view.ts';

const KEY = 'quarterdeck.looked';
/** Sessions remembered; the ones looked at longest ago are forgotten first. */
const MOST = 500;

type Times = Readonly<Record<string, Looked>>;

function stored(): Times {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (value === null || typeof value !== 'object') return {};
    return Object.fromEntries(
      Object.entries(value).flatMap(([id, times]: [string, Partial<Looked> | null]) =>
        typeof times?.first === 'number'
          ? [[id, { first: times.first, at: typeof times.at === 'number' ? times.at : undefined }]]
          : [],
      ),
    );
  } catch {
    // Nothing kept, or nonsense: everything that stands there now counts as seen.
    return {};
  }
}

const useTimes = create<{ readonly times: Times }>(() => ({ times: stored() }));
let timer: ReturnType<typeof setTimeout> | undefined;

function change(times: Times): void {
  useTimes.setState({ times });
  if (timer !== undefined) return;
  timer = setTimeout(() => {
    timer = undefined;
    const newest = Object.entries(useTimes.getState().times)
      .sort(([, a], [, b]) => (b.at ?? b.first) - (a.at ?? a.first))
      .slice(0, MOST);
    try {
      localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(newest)));
    } catch {
      // Without storage the marks last until the page is closed.
    }
  }, 1000);
}

interface Said {
  readonly id: string;
  /** By the hub's clock, so that no two clocks are compared. */
  readonly outputAt: number | null;
}

/** Somebody looks at it now: all that it said is read. */
export function look({ id, outputAt }: Said): void {
  const { times } = useTimes.getState();
  const before = times[id];
  const at = outputAt ?? 0;
  if (before?.at !== undefined && before.at >= at) return;
  change({ ...times, [id]: { first: before?.first ?? at, at } });
}

/** These are here: what they said before this device first saw them is no news. */
export function meet(sessions: readonly Said[]): void {
  const { times } = useTimes.getState();
  const fresh = sessions.filter((each) => times[each.id] === undefined);
  if (fresh.length === 0) return;
  change({
    ...times,
    ...Object.fromEntries(fresh.map((each) => [each.id, { first: each.outputAt ?? 0, at: undefined }])),
  });
}

export const useLooked = (id: string): Looked | undefined => useTimes(({ times }) => times[id]);
