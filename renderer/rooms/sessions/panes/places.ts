/** Where panes stand in pixels: of a tree or of an automatic grid; who is beside whom; where a drop would land. Pure. */
import { type Axis, isLeaf, type Node, type Place, rowSizes, SIDES, type Side, type Tree } from './layout.ts';

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}
export interface Size {
  readonly width: number;
  readonly height: number;
}
export interface Divider extends Place {
  /** `row`: it stands upright between two that are side by side. */
  readonly axis: Axis;
  readonly rect: Rect;
  /** Pixels of the two beside it, and how few each may have. */
  readonly before: number;
  readonly after: number;
  readonly leastBefore: number;
  readonly leastAfter: number;
}

/** Pixels between panes. */
export const GAP = 6;

const along = (axis: Axis, size: Size): number => (axis === 'row' ? size.width : size.height);

/** The least room a tree needs when no pane may be smaller than `least`. */
export function leastSize(node: Node, least: Size): Size {
  if (isLeaf(node)) return least;
  const sizes = node.children.map((child) => leastSize(child, least));
  const gaps = GAP * (sizes.length - 1);
  const sum = (of: (size: Size) => number) => sizes.reduce((all, size) => all + of(size), 0) + gaps;
  const most = (of: (size: Size) => number) => Math.max(...sizes.map(of));
  return node.axis === 'row'
    ? { width: sum((s) => s.width), height: most((s) => s.height) }
    : { width: most((s) => s.width), height: sum((s) => s.height) };
}

/** Pixels for each, by share, but none below its least while there is enough for all. */
export function shareOut(room: number, shares: readonly number[], least: readonly number[]): readonly number[] {
  const fixed = new Set<number>();
  for (;;) {
    const free = room - [...fixed].reduce((sum, i) => sum + (least[i] ?? 0), 0);
    const weight = shares.reduce((sum, share, i) => (fixed.has(i) ? sum : sum + share), 0);
    const sizes = shares.map((share, i) => (fixed.has(i) ? (least[i] ?? 0) : weight > 0 ? (free * share) / weight : 0));
    const short = sizes.findIndex((size, i) => !fixed.has(i) && size < (least[i] ?? 0) - 1e-6);
    if (short < 0 || fixed.size === shares.length - 1) return sizes.map((size) => Math.max(0, size));
    fixed.add(short);
  }
}

export interface Placed {
  readonly rects: ReadonlyMap<string, Rect>;
  readonly dividers: readonly Divider[];
  /** Of the whole, at least the room that was given. */
  readonly size: Size;
}

/** A tree in a room; where its panes need more than there is, the whole becomes larger than the room. */
export function placeTree(tree: Tree, room: Size, least: Size): Placed {
  const rects = new Map<string, Rect>();
  const dividers: Divider[] = [];
  if (!tree) return { rects, dividers, size: room };
  const needs = leastSize(tree, least);
  const size = { width: Math.max(room.width, needs.width), height: Math.max(room.height, needs.height) };
  const walk = (node: Node, rect: Rect, path: readonly number[]): void => {
    if (isLeaf(node)) {
      rects.set(node.pane, rect);
      return;
    }
    const { axis } = node;
    const leasts = node.children.map((child) => along(axis, leastSize(child, least)));
    const sizes = shareOut(along(axis, rect) - GAP * (leasts.length - 1), node.shares, leasts);
    let at = axis === 'row' ? rect.left : rect.top;
    for (const [index, child] of node.children.entries()) {
      const mine = sizes[index] ?? 0;
      walk(child, axis === 'row' ? { ...rect, left: at, width: mine } : { ...rect, top: at, height: mine }, [
        ...path,
        index,
      ]);
      at += mine;
      if (index < node.children.length - 1) {
        dividers.push({
          path,
          index,
          axis,
          rect: axis === 'row' ? { ...rect, left: at, width: GAP } : { ...rect, top: at, height: GAP },
          before: mine,
          after: sizes[index + 1] ?? 0,
          leastBefore: leasts[index] ?? 0,
          leastAfter: leasts[index + 1] ?? 0,
        });
      }
      at += GAP;
    }
  };
  walk(tree, { left: 0, top: 0, ...size }, []);
  return { rects, dividers, size };
}

/** Tiles in rows of equal height. Higher than the room when it must be. */
export function placeGrid(panes: readonly string[], columns: number, room: Size, least: Size): Placed {
  const rects = new Map<string, Rect>();
  const rows = rowSizes(panes.length, columns);
  const height = Math.max(least.height, (room.height - GAP * (rows.length - 1)) / Math.max(1, rows.length));
  let next = 0;
  for (const [row, count] of rows.entries()) {
    const width = (room.width - GAP * (count - 1)) / count;
    for (const [i, pane] of panes.slice(next, next + count).entries())
      rects.set(pane, { left: i * (width + GAP), top: row * (height + GAP), width, height });
    next += count;
  }
  return { rects, dividers: [], size: { width: room.width, height: rows.length * (height + GAP) - GAP } };
}

const middle = (rect: Rect) => ({ x: rect.left + rect.width / 2, y: rect.top + rect.height / 2 });

/** The pane that one reaches from another by going this way: what overlaps it most, then what is nearest. */
export function neighbour(rects: ReadonlyMap<string, Rect>, from: string, side: Side): string | null {
  const here = rects.get(from);
  if (!here) return null;
  const sign = side === 'right' || side === 'bottom' ? 1 : -1;
  const flat = side === 'left' || side === 'right';
  const span = (rect: Rect) => (flat ? [rect.top, rect.top + rect.height] : [rect.left, rect.left + rect.width]);
  const [low = 0, high = 0] = span(here);
  const at = middle(here);
  let best: string | null = null;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const [pane, rect] of rects) {
    if (pane === from) continue;
    const to = middle(rect);
    const ahead = sign * (flat ? to.x - at.x : to.y - at.y);
    const [start = 0, end = 0] = span(rect);
    const edge =
      sign > 0
        ? flat
          ? rect.left - here.left - here.width
          : rect.top - here.top - here.height
        : flat
          ? here.left - rect.left - rect.width
          : here.top - rect.top - rect.height;
    if (ahead <= 0 || edge < -1) continue;
    const overlap = Math.min(high, end) - Math.max(low, start);
    const aside = Math.abs(flat ? to.y - at.y : to.x - at.x);
    const score = edge + (overlap > 1 ? aside * 0.01 : 10_000 + aside);
    if (score < bestScore) {
      best = pane;
      bestScore = score;
    }
  }
  return best;
}

/** Where a pane would land: in the place of another (they change places), or at one of its sides. */
export interface Drop {
  readonly target: string;
  readonly zone: Side | 'swap';
}

/** The outer part of a pane that means "beside it". */
const EDGE = 0.28;

export function dropAt(rects: ReadonlyMap<string, Rect>, x: number, y: number): Drop | null {
  for (const [target, rect] of rects) {
    const dx = (x - rect.left) / rect.width;
    const dy = (y - rect.top) / rect.height;
    if (dx < 0 || dx > 1 || dy < 0 || dy > 1) continue;
    const far: readonly (readonly [Side, number])[] = [
      ['left', dx],
      ['right', 1 - dx],
      ['top', dy],
      ['bottom', 1 - dy],
    ];
    const [side, depth] = far.reduce((a, b) => (b[1] < a[1] ? b : a));
    return { target, zone: depth < EDGE ? side : 'swap' };
  }
  return null;
}

/** What of the target the dropped pane would take. */
export function dropRect(rects: ReadonlyMap<string, Rect>, { target, zone }: Drop): Rect | null {
  const rect = rects.get(target);
  if (!rect) return null;
  const [w, h] = [rect.width / 2, rect.height / 2];
  if (zone === 'left') return { ...rect, width: w };
  if (zone === 'right') return { ...rect, left: rect.left + w, width: w };
  if (zone === 'top') return { ...rect, height: h };
  if (zone === 'bottom') return { ...rect, top: rect.top + h, height: h };
  return rect;
}

/** Every drop there is with its middle: where the keyboard moves a dragged pane to. */
export function allDrops(
  rects: ReadonlyMap<string, Rect>,
  dragged: string,
): readonly (Drop & { readonly x: number; readonly y: number })[] {
  return [...rects].flatMap(([target, rect]) => {
    if (target === dragged) return [];
    return (['swap', ...SIDES] as const).map((zone) => {
      const { x, y } = middle(rect);
      const dx = zone === 'left' ? -1 : zone === 'right' ? 1 : 0;
      const dy = zone === 'top' ? -1 : zone === 'bottom' ? 1 : 0;
      const reach = 0.5 - EDGE / 2;
      return { target, zone, x: x + dx * rect.width * reach, y: y + dy * rect.height * reach };
    });
  });
}

/** The next drop that an arrow key leads to from a point. */
export function dropTowards(
  drops: readonly (Drop & { readonly x: number; readonly y: number })[],
  from: { readonly x: number; readonly y: number },
  side: Side,
): (Drop & { readonly x: number; readonly y: number }) | null {
  const flat = side === 'left' || side === 'right';
  const sign = side === 'right' || side === 'bottom' ? 1 : -1;
  let best = null;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const drop of drops) {
    const ahead = sign * (flat ? drop.x - from.x : drop.y - from.y);
    if (ahead < 2) continue;
    const score = ahead + 3 * Math.abs(flat ? drop.y - from.y : drop.x - from.x);
    if (score < bestScore) {
      best = drop;
      bestScore = score;
    }
  }
  return best;
}
