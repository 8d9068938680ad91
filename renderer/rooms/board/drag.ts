/**
 * Carrying a card by mouse, finger or keys, outside of React: what moves on the screen while a card is carried is the carried card
 * and one line, never another card.
 */
import { create } from 'zustand';
import type { CardRow } from '../../../shared/contract/board.ts';
import { cardNow } from '../../app/cards.ts';
import { startAutoScroll } from '../../ui/autoscroll.ts';
import { type Arrow, carryByHand, carryByKeys, type Point } from '../../ui/carry.ts';
import { focusCard } from './focus.ts';
import { beforeOf, stands } from './lists.ts';
import { columnTitle, moveCard } from './moves.ts';
import { allIn, type Spot, shownIn, spotOf, useView } from './view.ts';

/** A column as the drag sees it. */
export interface LaneHandle {
  readonly element: HTMLElement;
  /** The gap at this height of the window: 0 is above the first card that is shown. */
  gapAt(clientY: number): number;
  /** Scrolls so that the gap can be seen. */
  reveal(gap: number): void;
}
const lanes = new Map<string, LaneHandle>();
export function registerLane(id: string, lane: LaneHandle): () => void {
  lanes.set(id, lane);
  return () => {
    if (lanes.get(id) === lane) lanes.delete(id);
  };
}

interface Drag {
  readonly key: string | null;
  readonly how: 'pointer' | 'keys';
  /** As it was when it was taken. */
  readonly seen: CardRow | null;
  /** Width of the card that was taken, pixels. */
  readonly width: number;
  /** `index`: among the cards that are shown there, the carried one not counted. */
  readonly target: Spot | null;
}
const NOTHING: Drag = { key: null, how: 'pointer', seen: null, width: 0, target: null };
export const useDrag = create<Drag>(() => NOTHING);

/** For screen readers. */
export const useSaid = create<{ readonly text: string }>(() => ({ text: '' }));
const say = (text: string): void => useSaid.setState({ text });

/** Where the finger or mouse is, and how far into the card it took hold. */
let at: Point = { x: 0, y: 0 };
let hold: Point = { x: 0, y: 0 };
let carried: HTMLElement | null = null;
let stopScroll: (() => void) | null = null;

export function setCarried(element: HTMLElement | null): void {
  carried = element;
  follow();
}
function follow(): void {
  if (carried) carried.style.transform = `translate3d(${at.x - hold.x}px, ${at.y - hold.y}px, 0)`;
}

const others = (column: string, key: string): readonly string[] => shownIn(column).filter((each) => each !== key);

/** The gap in the list as it is drawn, where the carried card still stands, from an index that does not count it. */
export function gapOf(target: Spot, key: string): number {
  const own = shownIn(target.column).indexOf(key);
  return own >= 0 && target.index > own ? target.index + 1 : target.index;
}

function setTarget(target: Spot | null): void {
  const before = useDrag.getState().target;
  if (before?.column === target?.column && before?.index === target?.index) return;
  useDrag.setState({ target });
}

/** Half of the space between two columns, pixels: a card over it is over one of them. */
const BETWEEN = 8;

/** Finds the gap under the finger or mouse. */
function aim(): void {
  const { key, how } = useDrag.getState();
  if (key === null || how !== 'pointer') return;
  for (const [column, lane] of lanes) {
    const box = lane.element.getBoundingClientRect();
    if (box.width === 0 || at.x < box.left - BETWEEN || at.x > box.right + BETWEEN) continue;
    const gap = lane.gapAt(at.y);
    const own = shownIn(column).indexOf(key);
    setTarget({ column, index: own >= 0 && gap > own ? gap - 1 : gap });
    return;
  }
  setTarget(null);
}

function placeWords({ column, index }: Spot, key: string): string {
  const { columns } = useView.getState();
  const limit = columns.find(({ id }) => id === column)?.limit ?? null;
  const count = allIn(column).filter((each) => each !== key).length;
  const full = limit !== null && count >= limit && cardNow(key)?.column !== column ? ', which is full' : '';
  return `${columnTitle(column)}${full}, position ${index + 1} of ${others(column, key).length + 1}`;
}

function begin(key: string, how: Drag['how'], node: HTMLElement): boolean {
  const seen = cardNow(key);
  const spot = spotOf(key);
  if (!seen || !spot) return false;
  useDrag.setState({ key, how, seen, width: node.offsetWidth, target: spot });
  say(`Picked up ${key}, ${seen.title}. It is in ${placeWords(spot, key)}.`);
  if (how === 'pointer') {
    const sideways = node.closest<HTMLElement>('[data-deck]');
    const upright = () => [...lanes.values()].map(({ element }) => element);
    stopScroll = startAutoScroll(() => at, { sideways, upright }, aim);
  }
  return true;
}

function end(drop: boolean): void {
  const { key, seen, target, how } = useDrag.getState();
  stopScroll?.();
  stopScroll = null;
  useDrag.setState(NOTHING);
  if (key === null || !seen) return;
  if (!drop || !target) {
    say(`${key} was put back.`);
  } else {
    const all = allIn(target.column);
    const before = beforeOf(all, others(target.column, key), target.index, key);
    say(`${key} was dropped in ${placeWords(target, key)}.`);
    if (!stands(all, key, before)) void moveCard(seen, { column: target.column, before });
  }
  if (how === 'keys') focusCard(key);
}

/** One step with the arrow keys while a card is carried by keys. */
function step(code: Arrow): void {
  const { key, target } = useDrag.getState();
  if (key === null || !target) return;
  const columns = useView.getState().columns.map(({ id }) => id);
  let { column, index } = target;
  if (code === 'ArrowUp') index--;
  else if (code === 'ArrowDown') index++;
  else column = columns[columns.indexOf(column) + (code === 'ArrowLeft' ? -1 : 1)] ?? column;
  index = Math.max(0, Math.min(index, others(column, key).length));
  const next = { column, index };
  setTarget(next);
  const lane = lanes.get(column);
  lane?.element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  lane?.reveal(gapOf(next, key));
  say(placeWords(next, key));
}

/** Takes an event that may begin a drag. `node`: the card. */
export function sense(kind: 'mouse' | 'touch' | 'keys', event: Event, key: string, node: HTMLElement): void {
  if (kind === 'keys') {
    carryByKeys(event, { begin: () => begin(key, 'keys', node), step, end });
    return;
  }
  carryByHand(kind, event, node, {
    begin(from) {
      const box = node.getBoundingClientRect();
      at = from;
      hold = { x: from.x - box.left, y: from.y - box.top };
      return begin(key, 'pointer', node);
    },
    move(to) {
      at = to;
      follow();
      aim();
    },
    end,
  });
}
