/** While a card is carried near an edge, what is under it scrolls: the column up and down, the board sideways. */
import type { LaneHandle } from './drag.ts';

/** Pixels from the edge at which it begins, and pixels a frame at the edge itself. */
const EDGE = 56;
const FASTEST = 18;

const pull = (at: number, low: number, high: number): number => {
  if (at < low + EDGE) return -FASTEST * Math.min(1, (low + EDGE - at) / EDGE);
  if (at > high - EDGE) return FASTEST * Math.min(1, (at - high + EDGE) / EDGE);
  return 0;
};

/** `moved` is called after each scroll, because what is under the finger is another place then. */
export function startAutoScroll(
  node: HTMLElement,
  point: () => { readonly x: number; readonly y: number },
  lanes: ReadonlyMap<string, LaneHandle>,
  moved: () => void,
): () => void {
  const deck = node.closest<HTMLElement>('[data-deck]');
  let frame = requestAnimationFrame(tick);
  function tick(): void {
    const { x, y } = point();
    let scrolled = false;
    if (deck) {
      const box = deck.getBoundingClientRect();
      const by = pull(x, box.left, box.right);
      const before = deck.scrollLeft;
      if (by !== 0) deck.scrollLeft += by;
      scrolled = deck.scrollLeft !== before;
    }
    for (const { element } of lanes.values()) {
      const box = element.getBoundingClientRect();
      if (x < box.left || x > box.right) continue;
      const by = pull(y, box.top, box.bottom);
      const before = element.scrollTop;
      if (by !== 0) element.scrollTop += by;
      scrolled ||= element.scrollTop !== before;
    }
    if (scrolled) moved();
    frame = requestAnimationFrame(tick);
  }
  return () => cancelAnimationFrame(frame);
}
