/** Carrying a pane to another place: by its head with mouse or finger, by its grip with keys. */
import { create } from 'zustand';
import { startAutoScroll } from '../../../ui/autoscroll.ts';
import { type Arrow, carryByHand, carryByKeys, type Point } from '../../../ui/carry.ts';
import type { Side } from './layout.ts';
import { allDrops, type Drop, dropAt, dropRect, dropTowards, type Rect } from './places.ts';
import { movePane, scene, usePanes } from './state.ts';

/** The element that scrolls, and the one whose pixels the panes are placed in. */
interface Ground {
  readonly box: HTMLElement;
  readonly canvas: HTMLElement;
}
let ground: Ground | null = null;
export function registerGround(next: Ground): () => void {
  ground = next;
  return () => {
    if (ground === next) ground = null;
  };
}

/** Where the carried pane would land, and what a screen reader is told. */
export const useDrop = create<{ readonly drop: Drop | null; readonly said: string }>(() => ({ drop: null, said: '' }));

/** Id of what is said to screen readers with each grip. */
export const HOW_TO_MOVE = 'how-to-move-a-pane';

const SIDE: Readonly<Record<Arrow, Side>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'top',
  ArrowDown: 'bottom',
};
const HOW = { left: 'Left of', right: 'Right of', top: 'Above', bottom: 'Below', swap: 'Swap with' } as const;

const nameOf = (id: string): string => scene.live.find((each) => each.id === id)?.name ?? id;
export const told = ({ target, zone }: Drop): string => `${HOW[zone]} ${nameOf(target)}`;
const rects = (): ReadonlyMap<string, Rect> => scene.placed?.rects ?? new Map();

/** Where the hand is; where keys have carried it to, in the pixels of the canvas. */
let at: Point = { x: 0, y: 0 };
let carried: Point | null = null;
let stopScroll: (() => void) | null = null;

function offer(drop: Drop | null): void {
  const old = useDrop.getState().drop;
  if (old?.target !== drop?.target || old?.zone !== drop?.zone)
    useDrop.setState({ drop, said: drop ? told(drop) : 'no place' });
}

function begin(pane: string): boolean {
  if (!ground || !rects().has(pane)) return false;
  carried = null;
  usePanes.setState({ dragged: pane, zoomed: null });
  useDrop.setState({ drop: null, said: `${nameOf(pane)} is picked up. Arrow keys choose a place.` });
  return true;
}

/** Offers the place under the hand. */
function aim(): void {
  if (!ground) return;
  const origin = ground.canvas.getBoundingClientRect();
  const drop = dropAt(rects(), at.x - origin.left, at.y - origin.top);
  offer(drop && drop.target !== usePanes.getState().dragged ? drop : null);
}

function step(arrow: Arrow): void {
  const pane = usePanes.getState().dragged;
  const here = pane !== null && rects().get(pane);
  if (!here) return;
  const from = carried ?? { x: here.left + here.width / 2, y: here.top + here.height / 2 };
  const next = dropTowards(allDrops(rects(), pane), from, SIDE[arrow]);
  if (!next) return;
  carried = { x: next.x, y: next.y };
  offer({ target: next.target, zone: next.zone });
  const rect = dropRect(rects(), next);
  if (!ground || !rect) return;
  const { box } = ground;
  box.scrollTop = Math.max(rect.top + rect.height - box.clientHeight, Math.min(box.scrollTop, rect.top));
}

function end(wanted: boolean): void {
  stopScroll?.();
  stopScroll = null;
  const pane = usePanes.getState().dragged;
  const { drop } = useDrop.getState();
  usePanes.setState({ dragged: null });
  // Either may have ended while it was carried.
  const there = pane !== null && rects().has(pane) && drop !== null && rects().has(drop.target);
  if (!wanted || !there) {
    useDrop.setState({ drop: null, said: 'Nothing was moved.' });
    return;
  }
  useDrop.setState({ drop: null, said: `${nameOf(pane)} is moved: ${told(drop)}.` });
  movePane(pane, drop);
  usePanes.setState({ wanted: pane });
}

/** Takes an event that may begin to carry a pane. `node`: its head. */
export function sense(kind: 'mouse' | 'touch' | 'keys', event: Event, pane: string, node: HTMLElement): void {
  if (kind === 'keys') {
    carryByKeys(event, { begin: () => begin(pane), step, end });
    return;
  }
  carryByHand(kind, event, node, {
    begin() {
      if (!ground || !begin(pane)) return false;
      const { box } = ground;
      stopScroll = startAutoScroll(() => at, { sideways: null, upright: () => [box] }, aim);
      return true;
    },
    move(to) {
      at = to;
      aim();
    },
    end,
  });
}
