/** What fingers on a terminal mean: numbers only, so that it can be tested. Pixels and milliseconds. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Before this a finger rests: fingers are never quite still. */
export const SLOP = 8;
export const LONG_PRESS_MS = 450;
const PINCH_FROM = 18;
const SWIPE_FROM = 48;

const distance = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y);
const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });

export type TwoFingers =
  | { readonly kind: 'pinch'; readonly scale: number }
  | { readonly kind: 'swipe'; readonly by: -1 | 1 };

/**
 * Two fingers that went apart or together pinch; two that went sideways together swipe. Null while it is neither.
 * `by`: 1 is to the next (fingers to the left), as pages go.
 */
export function twoFingers(from: readonly [Point, Point], to: readonly [Point, Point]): TwoFingers | null {
  const before = Math.max(1, distance(...from));
  const apart = distance(...to) - before;
  const a = middle(...from);
  const b = middle(...to);
  const sideways = b.x - a.x;
  if (Math.abs(apart) >= PINCH_FROM && Math.abs(apart) > Math.abs(sideways)) {
    return { kind: 'pinch', scale: distance(...to) / before };
  }
  if (Math.abs(sideways) >= SWIPE_FROM && Math.abs(sideways) > 2 * Math.abs(b.y - a.y)) {
    return { kind: 'swipe', by: sideways < 0 ? 1 : -1 };
  }
  return null;
}

/** One finger over a name: how far it must go to be a swipe, so that a slow scroll or a tap never is. */
export function swiped(by: Point, ms: number, width: number): -1 | 0 | 1 {
  if (Math.abs(by.x) < 2 * Math.abs(by.y)) return 0;
  const quick = Math.abs(by.x) >= 36 && Math.abs(by.x) / Math.max(ms, 1) > 0.4;
  if (!quick && Math.abs(by.x) < width / 3) return 0;
  return by.x < 0 ? 1 : -1;
}

/** Font size while pinching: whole pixels, so that columns stay sharp. */
export const pinched = (base: number, scale: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, Math.round(base * scale)));

/** Pixels and the speed left of a scroll that a finger let go, after `ms` more. Speed in pixels per millisecond. */
export function glide(speed: number, ms: number): { readonly by: number; readonly speed: number } {
  // Halved about every 230 ms, as systems do.
  const left = speed * 0.997 ** ms;
  return { by: ((speed + left) / 2) * ms, speed: Math.abs(left) < 0.03 ? 0 : left };
}

/** Speed of a finger from its last moves: those of a moment before it left, so that one that stopped does not throw. */
export function speedOf(moves: readonly { readonly at: number; readonly y: number }[], now: number): number {
  const lately = moves.filter((move) => now - move.at <= 80);
  const first = lately[0];
  const last = lately.at(-1);
  if (!first || !last || last.at <= first.at) return 0;
  return Math.max(-6, Math.min(6, (last.y - first.y) / (last.at - first.at)));
}

export interface Cell {
  readonly x: number;
  readonly y: number;
}
/** Where a selection between two cells starts and how long it is, both cells included, in a grid of `cols`. */
export function span(
  a: Cell,
  b: Cell,
  cols: number,
): { readonly x: number; readonly y: number; readonly length: number } {
  const from = a.y * cols + a.x;
  const to = b.y * cols + b.x;
  const first = Math.min(from, to);
  return { x: first % cols, y: Math.floor(first / cols), length: Math.abs(to - from) + 1 };
}

/** The word around a column: from and until, both included; the one cell where there is none. */
export function wordAt(line: string, x: number): readonly [number, number] {
  const chars = [...line];
  const inside = (i: number) => /[^\s'"`(),;<>[\]{}|│]/.test(chars[i] ?? ' ');
  if (!inside(x)) return [x, x];
  let from = x;
  let until = x;
  while (from > 0 && inside(from - 1)) from -= 1;
  while (until < chars.length - 1 && inside(until + 1)) until += 1;
  return [from, until];
}
