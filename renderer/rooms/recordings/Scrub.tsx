/** The line of a recording with its marks: dragged, clicked, or moved by keys. */
import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from 'react';
import type { Mark } from '../../../shared/contract/recordings.ts';
import { type Axis, moment, span, ticksOf } from './axis.ts';
import s from './Scrub.module.css';

/** Milliseconds of the line that a key moves. */
export const STEP = { small: 5000, large: 30_000 } as const;
const SPOTS = 400;

/** Where a key leads to along the line; null when it leads nowhere. */
export function keyTarget(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey'>,
  along: number,
  length: number,
): number | null {
  const step = event.shiftKey ? STEP.large : STEP.small;
  if (event.key === 'ArrowLeft' || event.key === 'ArrowDown') return along - step;
  if (event.key === 'ArrowRight' || event.key === 'ArrowUp') return along + step;
  if (event.key === 'PageDown') return along - STEP.large;
  if (event.key === 'PageUp') return along + STEP.large;
  if (event.key === 'Home') return 0;
  if (event.key === 'End') return length;
  return null;
}

export function Scrub(props: {
  readonly axis: Axis;
  readonly marks: readonly Mark[];
  /** Unix milliseconds. */
  readonly at: number;
  readonly days: boolean;
  readonly onSeek: (at: number) => void;
}) {
  const { axis, marks, at, onSeek } = props;
  const bar = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<number | null>(null);
  const dragging = useRef(false);
  const ticks = useMemo(() => ticksOf(marks, axis, SPOTS), [marks, axis]);
  const along = axis.along(at);
  const share = (part: number) => (axis.length === 0 ? '0%' : `${(100 * part) / axis.length}%`);

  const placeOf = (event: PointerEvent): number => {
    const box = bar.current?.getBoundingClientRect();
    if (!box || box.width === 0) return 0;
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * axis.length;
  };
  const move = (event: PointerEvent) => {
    const place = placeOf(event);
    if (event.pointerType !== 'touch' || dragging.current) setHover(place);
    if (dragging.current) onSeek(axis.time(place));
  };
  const end = () => {
    dragging.current = false;
    setHover(null);
  };

  return (
    <div
      className={s['scrub']}
      role="slider"
      tabIndex={0}
      aria-label="Position in the recording"
      aria-valuemin={0}
      aria-valuemax={Math.round(axis.length / 1000)}
      aria-valuenow={Math.round(along / 1000)}
      aria-valuetext={`${span(along)} of ${span(axis.length)}, ${moment(at, true)}`}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        dragging.current = true;
        move(event);
      }}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
      onPointerLeave={() => !dragging.current && setHover(null)}
      onKeyDown={(event) => {
        if (event.altKey || event.ctrlKey || event.metaKey) return;
        const target = keyTarget(event, along, axis.length);
        if (target === null) return;
        event.preventDefault();
        onSeek(axis.time(target));
      }}
    >
      <div ref={bar} className={s['bar']}>
        <div className={s['track']} />
        {hover !== null && <div className={s['ahead']} style={{ width: share(hover) }} />}
        <div className={s['played']} style={{ width: share(along) }} />
        {ticks.map((tick) => (
          <span key={tick.place} className={s['tick']} data-kind={tick.kind} style={{ left: `${100 * tick.place}%` }} />
        ))}
        <div className={s['thumb']} style={{ left: share(along) }} />
        {hover !== null && (
          <div className={s['bubble']} style={{ left: share(hover) }} aria-hidden>
            {span(hover)}
            <span>{moment(axis.time(hover), props.days)}</span>
          </div>
        )}
      </div>
    </div>
  );
}
