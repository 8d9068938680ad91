/**
 * Fingers on a terminal: one scrolls (with momentum) or, held still, selects; two pinch the font or swipe to another
 * session. xterm itself knows only mice. A tap is left to the browser, which makes a click of it: that is how the phone's
 * keyboard opens.
 */
import type { Terminal } from '@xterm/xterm';
import { glide, LONG_PRESS_MS, type Point, pinched, SLOP, span, speedOf, twoFingers, wordAt } from './gesture.ts';

export interface TouchDeps {
  readonly term: Terminal;
  readonly host: HTMLElement;
  readonly font: () => number;
  readonly limits: { readonly least: number; readonly most: number };
  readonly onFont: (size: number) => void;
  readonly onSwipe: (by: -1 | 1) => void;
  /** Text was selected by a finger, or no longer is. */
  readonly onSelect: (selected: boolean) => void;
}

type Mode = 'none' | 'rest' | 'scroll' | 'select' | 'pair' | 'pinch' | 'done';

const still = window.matchMedia('(prefers-reduced-motion: reduce)');

/** Answers how to stop listening. */
export function listenToTouch({ term, host, font, limits, onFont, onSwipe, onSelect }: TouchDeps): () => void {
  let mode: Mode = 'none';
  let from: Point = { x: 0, y: 0 };
  let pair: readonly [Point, Point] | null = null;
  let baseFont = 0;
  let moves: { at: number; y: number }[] = [];
  let rest = 0;
  let press: ReturnType<typeof setTimeout> | undefined;
  let frame = 0;
  let anchor: readonly [{ x: number; y: number }, { x: number; y: number }] | null = null;

  const point = (touch: Touch | undefined): Point => ({ x: touch?.clientX ?? 0, y: touch?.clientY ?? 0 });
  const screen = () => term.element?.querySelector<HTMLElement>('.xterm-screen') ?? null;

  function cellAt({ x, y }: Point): { x: number; y: number } | null {
    const box = screen()?.getBoundingClientRect();
    if (!box || box.width === 0) return null;
    const within = (value: number, most: number) => Math.min(most - 1, Math.max(0, Math.floor(value)));
    return {
      x: within(((x - box.left) / box.width) * term.cols, term.cols),
      y: within(((y - box.top) / box.height) * term.rows, term.rows) + term.buffer.active.viewportY,
    };
  }

  /** Pixels downwards, as the finger goes. Whole lines only; what is left is kept for the next move. */
  function scroll(by: number): void {
    const height = (screen()?.clientHeight ?? 0) / term.rows;
    if (height === 0) return;
    rest -= by;
    const lines = Math.trunc(rest / height);
    if (lines === 0) return;
    rest -= lines * height;
    if (term.buffer.active.type === 'normal' && term.modes.mouseTrackingMode === 'none') {
      term.scrollLines(lines);
      return;
    }
    // The program scrolls itself: it is told by the wheel, which xterm turns into what the program asked for.
    for (let i = 0; i < Math.min(Math.abs(lines), 30); i += 1) {
      screen()?.dispatchEvent(
        new WheelEvent('wheel', {
          deltaY: Math.sign(lines) * height,
          clientX: from.x,
          clientY: from.y,
          bubbles: true,
          cancelable: true,
        }),
      );
    }
  }

  function throwOn(speed: number): void {
    let last = performance.now();
    let now = speed;
    const step = (at: number) => {
      const { by, speed: next } = glide(now, Math.max(0, at - last));
      last = at;
      now = next;
      scroll(by);
      if (now !== 0) frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
  }

  function selectTo(at: Point): void {
    const cell = cellAt(at);
    if (!cell || !anchor) return;
    // From the far end of the word that was held, so that it stays selected whichever way the finger goes.
    const before = cell.y < anchor[0].y || (cell.y === anchor[0].y && cell.x < anchor[0].x);
    const after = cell.y > anchor[1].y || (cell.y === anchor[1].y && cell.x > anchor[1].x);
    const { x, y, length } = span(before ? anchor[1] : anchor[0], before || after ? cell : anchor[1], term.cols);
    term.select(x, y, length);
  }

  function hold(): void {
    const cell = cellAt(from);
    if (!cell) return;
    mode = 'select';
    const line = term.buffer.active.getLine(cell.y)?.translateToString(false) ?? '';
    const [first, last] = wordAt(line, cell.x);
    anchor = [
      { x: first, y: cell.y },
      { x: last, y: cell.y },
    ];
    selectTo(from);
    onSelect(true);
  }

  const start = (event: TouchEvent) => {
    cancelAnimationFrame(frame);
    clearTimeout(press);
    if (event.touches.length === 2) {
      mode = 'pair';
      pair = [point(event.touches[0]), point(event.touches[1])];
      baseFont = font();
      return;
    }
    if (event.touches.length > 2) {
      mode = 'done';
      return;
    }
    from = point(event.touches[0]);
    moves = [{ at: event.timeStamp, y: from.y }];
    rest = 0;
    mode = 'rest';
    // A busy page hears of moves late, with its next frame: a finger that has gone on meanwhile does not rest.
    press = setTimeout(() => {
      frame = requestAnimationFrame(() => mode === 'rest' && hold());
    }, LONG_PRESS_MS);
  };

  const move = (event: TouchEvent) => {
    const now = point(event.touches[0]);
    if (mode === 'rest' && Math.hypot(now.x - from.x, now.y - from.y) > SLOP) {
      clearTimeout(press);
      cancelAnimationFrame(frame);
      // Someone else's wide screen is panned sideways by the browser.
      const sideways = Math.abs(now.x - from.x) > Math.abs(now.y - from.y);
      mode = sideways && host.scrollWidth > host.clientWidth + 1 ? 'done' : 'scroll';
    }
    if (mode === 'done' || mode === 'none') return;
    if (event.cancelable) event.preventDefault();
    if (mode === 'scroll') {
      const before = moves.at(-1)?.y ?? now.y;
      moves = [...moves.slice(-9), { at: event.timeStamp, y: now.y }];
      scroll(now.y - before);
    } else if (mode === 'select') selectTo(now);
    else if ((mode === 'pair' || mode === 'pinch') && pair && event.touches.length === 2) {
      const to: [Point, Point] = [now, point(event.touches[1])];
      const meant = twoFingers(pair, to);
      if (meant?.kind === 'swipe' && mode === 'pair') {
        mode = 'done';
        onSwipe(meant.by);
      } else if (meant?.kind === 'pinch' || mode === 'pinch') {
        mode = 'pinch';
        const scale = Math.hypot(to[0].x - to[1].x, to[0].y - to[1].y) / apart(pair);
        const size = pinched(baseFont, scale, limits.least, limits.most);
        if (size !== font()) onFont(size);
      }
    }
  };
  const apart = ([a, b]: readonly [Point, Point]) => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));

  const end = (event: TouchEvent) => {
    clearTimeout(press);
    cancelAnimationFrame(frame);
    // A click made of a selecting or pinching finger would undo it.
    if (mode === 'select' || mode === 'pinch' || mode === 'scroll') {
      if (event.cancelable) event.preventDefault();
    } else if (mode === 'rest' && term.hasSelection()) {
      term.clearSelection();
      onSelect(false);
    }
    if (mode === 'scroll' && event.touches.length === 0 && !still.matches) {
      const speed = speedOf(moves, event.timeStamp);
      if (Math.abs(speed) > 0.15) throwOn(speed);
    }
    mode = event.touches.length === 0 ? 'none' : 'done';
    pair = null;
  };
  /** The browser's own menu for a held finger would cover ours. */
  const menu = (event: Event) => mode === 'select' && event.preventDefault();

  host.addEventListener('touchstart', start, { passive: true });
  host.addEventListener('touchmove', move, { passive: false });
  host.addEventListener('touchend', end, { passive: false });
  host.addEventListener('touchcancel', end, { passive: false });
  host.addEventListener('contextmenu', menu);
  return () => {
    clearTimeout(press);
    cancelAnimationFrame(frame);
    host.removeEventListener('touchstart', start);
    host.removeEventListener('touchmove', move);
    host.removeEventListener('touchend', end);
    host.removeEventListener('touchcancel', end);
    host.removeEventListener('contextmenu', menu);
  };
}
