/**
 * Carrying something over the screen by mouse, finger or keys: the cards of the board, the panes. The sensors of dnd-kit tell when
 * a mouse or finger takes something and lets it go, and nothing of it goes through React. Where the hand is, is read from the events
 * themselves: a busy page hears a whole drag in one go, and must put the thing where the hand let go of it, not where it was drawn last.
 */
import {
  MouseSensor,
  type PointerActivationConstraint,
  type SensorContext,
  type SensorProps,
  TouchSensor,
} from '@dnd-kit/core';

/** In pixels of the window. */
export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface HandCarry {
  /** It is taken at this point. False: it cannot be carried. */
  begin(from: Point): boolean;
  move(to: Point): void;
  /** `drop`: at the point of the last move; otherwise it goes back. */
  end(drop: boolean): void;
}
export type Arrow = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight';
export interface KeyCarry {
  /** False: it cannot be carried. */
  begin(): boolean;
  step(arrow: Arrow): void;
  end(drop: boolean): void;
}

const MOUSE: PointerActivationConstraint = { distance: 5 };
/** Long enough that a finger which wants to scroll has moved, short of the browser's own long press. */
const TOUCH: PointerActivationConstraint = { delay: 220, tolerance: 8 };
const DROP: ReadonlySet<string> = new Set(['Space', 'Enter']);
const PUT_BACK: ReadonlySet<string> = new Set(['Escape', 'Tab']);
const ARROWS: ReadonlySet<string> = new Set<Arrow>(['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']);
const isArrow = (code: string): code is Arrow => ARROWS.has(code);

/** dnd-kit's own context is not used, and its sensors read nothing of it. */
const context = { current: {} as unknown as SensorContext };

/** One thing at a time is carried in a window. */
let busy = false;

function pointOf(event: Event): Point | null {
  const at = 'changedTouches' in event ? (event as TouchEvent).changedTouches[0] : (event as MouseEvent);
  return at ? { x: at.clientX, y: at.clientY } : null;
}

/** Takes the press of a mouse or finger, which may begin to carry `node` or may be a click or a scroll. */
export function carryByHand(kind: 'mouse' | 'touch', press: Event, node: HTMLElement, what: HandCarry): void {
  if (busy) return;
  busy = true;
  let begun = false;
  let at: Point | null = null;
  const listening = new AbortController();
  const hear = (event: Event) => {
    at = pointOf(event) ?? at;
  };
  for (const name of kind === 'mouse' ? ['mousemove', 'mouseup'] : ['touchmove', 'touchend'])
    window.addEventListener(name, hear, { capture: true, passive: true, signal: listening.signal });
  const finish = (drop: boolean) => {
    listening.abort();
    busy = false;
    if (!begun) return;
    if (drop && at) what.move(at);
    what.end(drop);
  };
  const props = <O>(options: O): SensorProps<O> => ({
    active: 'carried',
    activeNode: {
      id: 'carried',
      key: 'carried',
      node: { current: node },
      activatorNode: { current: node },
      data: { current: {} },
    },
    event: press,
    context,
    options,
    onAbort() {},
    onPending() {},
    onStart(from) {
      begun = what.begin(from);
      if (begun && at) what.move(at);
      if (begun && kind === 'touch') navigator.vibrate?.(8);
    },
    onMove(to) {
      at = to;
      if (begun) what.move(to);
    },
    onEnd: () => finish(true),
    onCancel: () => finish(false),
  });
  if (kind === 'mouse') new MouseSensor(props({ activationConstraint: MOUSE }));
  else new TouchSensor(props({ activationConstraint: TOUCH }));
}

/**
 * Takes the key that picks something up, and hears the keys from the very next press on (dnd-kit's keyboard sensor listens a turn
 * later, and loses what is pressed meanwhile). A key that is still held down from picking up does not drop.
 */
export function carryByKeys(press: Event, what: KeyCarry): void {
  if (busy) return;
  press.preventDefault();
  if (!what.begin()) return;
  busy = true;
  const listening = new AbortController();
  const { signal } = listening;
  const over = (drop: boolean) => {
    listening.abort();
    busy = false;
    what.end(drop);
  };
  const onKey = (key: KeyboardEvent) => {
    if (key.ctrlKey || key.metaKey || key.altKey) return;
    const { code } = key;
    if (!isArrow(code) && !DROP.has(code) && !PUT_BACK.has(code)) return;
    key.preventDefault();
    key.stopPropagation();
    if (isArrow(code)) what.step(code);
    else if (!key.repeat) over(DROP.has(code));
  };
  document.addEventListener('keydown', onKey, { capture: true, signal });
  document.addEventListener('visibilitychange', () => over(false), { signal });
  window.addEventListener('resize', () => over(false), { signal });
}
