/** While something is carried near the edge of what scrolls, that scrolls. */
import type { Point } from './carry.ts';

/** Pixels from the edge at which it begins, and pixels a frame at the edge itself. */
const EDGE = 56;
const FASTEST = 18;

const pull = (at: number, low: number, high: number): number => {
  if (at < low + EDGE) return -FASTEST * Math.min(1, (low + EDGE - at) / EDGE);
  if (at > high - EDGE) return FASTEST * Math.min(1, (at - high + EDGE) / EDGE);
  return 0;
};

/** True where it scrolled. */
function scroll(element: HTMLElement, edge: 'scrollLeft' | 'scrollTop', by: number): boolean {
  const before = element[edge];
  if (by !== 0) element[edge] += by;
  return element[edge] !== before;
}

/**
 * Scrolls, frame by frame until the answer is called: `sideways` to the left and right, and that of `upright` up and down which
 * the point is over. `moved` is called after each scroll, because what is under the hand is another place then.
 */
export function startAutoScroll(
  point: () => Point,
  areas: { readonly sideways: HTMLElement | null; readonly upright: () => Iterable<HTMLElement> },
  moved: () => void,
): () => void {
  let frame = requestAnimationFrame(tick);
  function tick(): void {
    const { x, y } = point();
    let scrolled = false;
    if (areas.sideways) {
      const box = areas.sideways.getBoundingClientRect();
      scrolled = scroll(areas.sideways, 'scrollLeft', pull(x, box.left, box.right));
    }
    for (const element of areas.upright()) {
      const box = element.getBoundingClientRect();
      if (x < box.left || x > box.right) continue;
      if (scroll(element, 'scrollTop', pull(y, box.top, box.bottom))) scrolled = true;
    }
    if (scrolled) moved();
    frame = requestAnimationFrame(tick);
  }
  return () => cancelAnimationFrame(frame);
}
