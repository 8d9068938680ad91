/** The gaps between arranged panes, as handles: by pointer, or by arrow keys where one has the keyboard. */
import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import s from './Grid.module.css';
import type { Place } from './layout.ts';
import type { Divider } from './places.ts';

/** Pixels of one key press; with Shift the larger. */
const STEP = { small: 16, large: 80 } as const;

export function DividerHandle(props: {
  readonly divider: Divider;
  /** The share of the two for the first, while it moves. */
  readonly onMove: (place: Place, share: number) => void;
  readonly onDone: (place: Place, share: number) => void;
}) {
  const { divider, onMove, onDone } = props;
  const { axis, rect, before, after, leastBefore, leastAfter } = divider;
  const start = useRef<{ readonly at: number; readonly divider: Divider } | null>(null);
  const both = before + after;
  const shareOf = (pixels: number) => {
    const least = Math.min(leastBefore, both / 2);
    const most = Math.max(both - leastAfter, both / 2);
    return both > 0 ? Math.min(most, Math.max(least, pixels)) / both : 0.5;
  };
  const along = (event: PointerEvent) => (axis === 'row' ? event.clientX : event.clientY);
  const moved = (event: PointerEvent): number | null =>
    start.current ? shareOf(start.current.divider.before + along(event) - start.current.at) : null;

  const onKey = (event: KeyboardEvent) => {
    const [less, more] = axis === 'row' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
    const step = event.shiftKey ? STEP.large : STEP.small;
    const to =
      event.key === less
        ? before - step
        : event.key === more
          ? before + step
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? both
              : event.key === 'Enter'
                ? both / 2
                : null;
    if (to === null) return;
    event.preventDefault();
    onDone(divider, shareOf(to));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved; this one can
    <div
      role="separator"
      tabIndex={0}
      aria-orientation={axis === 'row' ? 'vertical' : 'horizontal'}
      aria-label={axis === 'row' ? 'Width of the panes beside' : 'Height of the panes above and below'}
      aria-valuemin={Math.round(shareOf(0) * 100)}
      aria-valuemax={Math.round(shareOf(both) * 100)}
      aria-valuenow={both > 0 ? Math.round((before / both) * 100) : 50}
      className={s['divider']}
      data-axis={axis}
      style={{ ...rect }}
      onKeyDown={onKey}
      onDoubleClick={() => onDone(divider, 0.5)}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { at: along(event), divider };
      }}
      onPointerMove={(event) => {
        const share = moved(event);
        if (share !== null) onMove(divider, share);
      }}
      onPointerUp={(event) => {
        const share = moved(event);
        const far = start.current !== null && Math.abs(along(event) - start.current.at) > 1;
        start.current = null;
        if (share !== null && far) onDone(divider, share);
      }}
      onPointerCancel={() => {
        start.current = null;
        onMove(divider, before / both);
      }}
    />
  );
}
