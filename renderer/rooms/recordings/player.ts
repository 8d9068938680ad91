/** Plays a recording: fetches its pages, keeps the time, goes where it is told. Shows through a stage; no React, no DOM. */
import type { PlayEvent } from '../../../shared/contract/recordings.ts';
import type { Axis } from './axis.ts';
import type { Stage } from './stage.ts';

export interface Page {
  readonly events: readonly PlayEvent[];
  readonly cols: number;
  readonly rows: number;
  readonly next: string | null;
}

export interface PlayerDeps {
  readonly read: (where: { readonly at: number } | { readonly next: string }) => Promise<Page>;
  readonly stage: Pick<Stage, 'clear' | 'show'>;
  readonly frame: (run: (now: number) => void) => () => void;
  readonly changed: (state: PlayerState) => void;
  readonly failed: (error: unknown) => void;
}

export interface PlayerState {
  /** Unix milliseconds. */
  readonly at: number;
  readonly playing: boolean;
  /** Waits for the hub. */
  readonly loading: boolean;
  readonly ended: boolean;
}

export interface Player {
  /** Shows this moment. Of many wishes in a row the last counts. Resolves when it, or a later one, is on the stage. */
  seek(at: number): Promise<void>;
  play(): void;
  pause(): void;
  setSpeed(speed: number): void;
  setAxis(axis: Axis): void;
  state(): PlayerState;
  close(): void;
}

/** Fewer milliseconds of events than this ahead: the next page is fetched. */
const AHEAD_MS = 5000;
/** A page that slept (a laptop, a hidden tab) does not leap. */
const STEP_MS = 250;

export function createPlayer(deps: PlayerDeps, first: Axis): Player {
  let axis = first;
  let at = axis.from;
  let speed = 1;
  let playing = false;
  let events: readonly PlayEvent[] = [];
  let index = 0;
  let next: string | null = null;
  let fetching = false;
  let wanted: number | null = null;
  let seeking: Promise<void> | null = null;
  let turn = 0;
  let closed = false;
  let cancelFrame: (() => void) | null = null;
  let last: number | null = null;

  const state = (): PlayerState => ({
    at: wanted ?? at,
    playing,
    loading: seeking !== null || (playing && fetching && index >= events.length),
    ended: at >= axis.to && seeking === null,
  });
  const tell = () => {
    if (!closed) deps.changed(state());
  };
  const showUntil = (moment: number) => {
    const begin = index;
    while (index < events.length && (events[index]?.[0] ?? 0) <= moment) index += 1;
    if (index > begin) deps.stage.show(events.slice(begin, index));
  };

  const go = async (moment: number): Promise<void> => {
    // A little further on, and here already.
    if (moment >= at && events.length > 0 && (events.at(-1)?.[0] ?? 0) >= moment) {
      showUntil(moment);
      at = moment;
      return;
    }
    turn += 1;
    const mine = turn;
    let page = await deps.read({ at: moment });
    if (mine !== turn || closed) return;
    deps.stage.clear(page.cols, page.rows);
    for (;;) {
      events = page.events;
      index = 0;
      next = page.next;
      showUntil(moment);
      if (index < events.length || next === null) break;
      page = await deps.read({ next });
      if (mine !== turn || closed) return;
    }
    at = moment;
  };
  const seek = (moment: number): Promise<void> => {
    wanted = Math.min(axis.to, Math.max(axis.from, moment));
    seeking ??= (async () => {
      try {
        while (wanted !== null && !closed) {
          const target: number = wanted;
          await go(target);
          if (wanted === target) wanted = null;
        }
      } catch (error) {
        wanted = null;
        playing = false;
        deps.failed(error);
      } finally {
        seeking = null;
        last = null;
        tell();
      }
    })();
    tell();
    return seeking;
  };
  const fetchMore = () => {
    if (fetching || next === null) return;
    const mine = turn;
    fetching = true;
    deps
      .read({ next })
      .then((page) => {
        if (mine !== turn || closed) return;
        events = [...events.slice(index), ...page.events];
        index = 0;
        next = page.next;
      })
      .catch((error: unknown) => {
        if (mine !== turn || closed) return;
        pause();
        deps.failed(error);
      })
      .finally(() => {
        fetching = false;
        tell();
      });
  };
  const step = (now: number) => {
    cancelFrame = null;
    if (!playing || closed) return;
    if (last !== null && seeking === null) {
      const ahead = events.at(-1)?.[0] ?? at;
      let target = axis.time(axis.along(at) + Math.min(STEP_MS, now - last) * speed);
      // Past the last event that is here nothing is known yet.
      if (next !== null) target = Math.min(target, Math.max(at, ahead));
      showUntil(target);
      at = target;
      if (next !== null && axis.along(ahead) - axis.along(at) < AHEAD_MS * speed) fetchMore();
      if (at >= axis.to) playing = false;
      tell();
    }
    last = now;
    if (playing) cancelFrame = deps.frame(step);
  };
  const pause = () => {
    playing = false;
    cancelFrame?.();
    cancelFrame = null;
    tell();
  };

  return {
    seek,
    play() {
      if (playing || closed) return;
      playing = true;
      last = null;
      if (at >= axis.to) void seek(axis.from);
      cancelFrame ??= deps.frame(step);
      tell();
    },
    pause,
    setSpeed(value) {
      speed = value;
    },
    setAxis(value) {
      axis = value;
      tell();
    },
    state,
    close() {
      closed = true;
      turn += 1;
      cancelFrame?.();
    },
  };
}
