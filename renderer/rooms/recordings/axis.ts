/**
 * The line that a recording is played along: its time, with long stretches of silence squeezed to a moment, so that an
 * evening's work of a week-old session can still be pointed at. Pure.
 */
import type { Mark } from '../../../shared/contract/recordings.ts';
import { clock, LOCALE } from '../../app/time.ts';

/** What is left of a stretch without output, milliseconds. */
export const SQUEEZED = 1000;

export interface Axis {
  /** Unix milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Milliseconds along the line. */
  readonly length: number;
  /** Where on the line a time is; times outside are at its ends. */
  along(at: number): number;
  /** The time at a place on the line. */
  time(along: number): number;
}

/** `quiet`: ordered, not overlapping. With `squeeze` off the line is the time itself. */
export function createAxis(
  from: number,
  to: number,
  quiet: readonly (readonly [number, number])[],
  squeeze: boolean,
): Axis {
  const times = [from];
  const places = [0];
  const end = Math.max(from, to);
  const point = (at: number, width: number) => {
    times.push(at);
    places.push((places.at(-1) ?? 0) + width);
  };
  if (squeeze)
    for (const stretch of quiet) {
      const begin = Math.max(stretch[0], times.at(-1) ?? from);
      const finish = Math.min(stretch[1], end);
      if (finish - begin <= SQUEEZED) continue;
      point(begin, begin - (times.at(-1) ?? from));
      point(finish, SQUEEZED);
    }
  point(end, end - (times.at(-1) ?? from));
  return {
    from,
    to: end,
    length: places.at(-1) ?? 0,
    along: (at) => between(times, places, at),
    time: (along) => between(places, times, along),
  };
}

/** The value at `x` on the line through the points (xs, ys), both rising. */
function between(xs: readonly number[], ys: readonly number[], x: number): number {
  let low = 0;
  let high = xs.length - 1;
  if (x <= (xs[0] ?? 0)) return ys[0] ?? 0;
  if (x >= (xs[high] ?? 0)) return ys[high] ?? 0;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((xs[middle] ?? 0) <= x) low = middle;
    else high = middle;
  }
  const [x0 = 0, x1 = 0, y0 = 0, y1 = 0] = [xs[low], xs[high], ys[low], ys[high]];
  return x1 === x0 ? y1 : y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}

/** `0:07`, `12:34`, `1:02:03`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A moment for people, to the second; the day where it may be another than one thinks. */
export function moment(at: number, withDay: boolean): string {
  if (!withDay) return clock(at);
  return `${new Date(at).toLocaleDateString(LOCALE, { day: 'numeric', month: 'short' })}, ${clock(at)}`;
}

export const isSameDay = (a: number, b: number): boolean => new Date(a).toDateString() === new Date(b).toDateString();

export interface Tick {
  readonly kind: Mark['kind'];
  /** 0 to 1. */
  readonly place: number;
}

/** What matters most of marks that fall on the same spot. */
const RANK: Readonly<Record<Mark['kind'], number>> = { approval: 4, prompt: 3, exit: 2, start: 1, state: 0 };

/** Marks as ticks, at most one on each of `spots` spots. */
export function ticksOf(marks: readonly Mark[], axis: Axis, spots: number): readonly Tick[] {
  const found = new Map<number, Tick>();
  for (const mark of marks) {
    const place = axis.length === 0 ? 0 : axis.along(mark.at) / axis.length;
    const spot = Math.round(place * spots);
    const there = found.get(spot);
    if (!there || RANK[mark.kind] > RANK[there.kind]) found.set(spot, { kind: mark.kind, place });
  }
  return [...found.values()].sort((a, b) => a.place - b.place);
}

/** The last mark at or before a time; -1 when there is none. */
export function markAt(marks: readonly Mark[], at: number): number {
  let low = -1;
  let high = marks.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((marks[middle]?.at ?? 0) <= at) low = middle;
    else high = middle;
  }
  return low;
}
