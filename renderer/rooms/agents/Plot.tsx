/** Bars by day, stacked by agent. Arrow keys move from day to day; the table beside it says the same in words. */
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { LOCALE, short } from '../../app/time.ts';
import s from './Plot.module.css';
import { type Measure, money, type Stack, ticks } from './plot.ts';

const HEIGHT = 240;
const LEFT = 52;
const BOTTOM = 24;
const TOP = 8;

const weekday = new Intl.DateTimeFormat(LOCALE, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  timeZone: 'UTC',
});
const month = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', timeZone: 'UTC' });
const dateOf = (day: string) => new Date(`${day}T00:00:00Z`);

export function Plot(props: {
  readonly stacks: readonly Stack[];
  /** In the order of their colours. */
  readonly series: readonly string[];
  readonly measure: Measure;
}) {
  const { stacks, measure } = props;
  const [at, setAt] = useState<number | null>(null);
  const [width, setWidth] = useState(0);
  const box = useRef<HTMLElement>(null);
  // Drawn at the size it has: a scaled picture would have letters too small to read on a phone.
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const steps = ticks(Math.max(0, ...stacks.map((each) => each.total)));
  const top = steps.at(-1) ?? 1;
  const y = (value: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
  const slot = Math.max(0, width - LEFT) / Math.max(1, stacks.length);
  const bar = Math.min(40, slot * 0.72);
  const text = (value: number) => (measure === 'tokens' ? short(value) : money(value));
  const colour = (series: string) => `var(--c${(props.series.indexOf(series) % 6) + 1})`;
  const every = Math.max(1, Math.ceil((stacks.length * 72) / Math.max(1, width - LEFT)));
  const shown = at === null ? undefined : stacks[at];

  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    setAt((now) => Math.max(0, Math.min(stacks.length - 1, (now ?? (step > 0 ? -1 : stacks.length)) + step)));
  };

  return (
    <figure ref={box} className={s['plot']} onPointerLeave={() => setAt(null)}>
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={`${measure === 'tokens' ? 'Tokens' : 'Cost'} by day`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys read out the days
        tabIndex={0}
        onKeyDown={onKey}
        onBlur={() => setAt(null)}
      >
        {steps.map((step) => (
          <g key={step}>
            <line x1={LEFT} x2={width} y1={y(step)} y2={y(step)} className={s['grid']} />
            <text x={LEFT - 8} y={y(step) + 4} textAnchor="end" className={s['label']}>
              {text(step)}
            </text>
          </g>
        ))}
        {stacks.map((stack, i) => (
          <g key={stack.day} onPointerEnter={() => setAt(i)} data-at={i === at} className={s['day']}>
            <rect x={LEFT + i * slot} y={TOP} width={slot} height={HEIGHT - TOP - BOTTOM} className={s['hit']} />
            {stack.parts.map((part) => (
              <rect
                key={part.series}
                x={LEFT + i * slot + (slot - bar) / 2}
                width={bar}
                y={y(part.to)}
                height={Math.max(1, y(part.from) - y(part.to))}
                fill={colour(part.series)}
                rx={1.5}
              />
            ))}
            {(stacks.length - 1 - i) % every === 0 && (
              <text
                x={i === stacks.length - 1 ? width : LEFT + i * slot + slot / 2}
                y={HEIGHT - 6}
                textAnchor={i === stacks.length - 1 ? 'end' : 'middle'}
                className={s['label']}
              >
                {month.format(dateOf(stack.day))}
              </text>
            )}
          </g>
        ))}
      </svg>
      <figcaption className={s['legend']} aria-live="polite">
        {shown ? (
          <>
            <b>{weekday.format(dateOf(shown.day))}</b>
            <span>{text(shown.total)}</span>
            {shown.parts.map((part) => (
              <span key={part.series} className={s['key']}>
                <i style={{ background: colour(part.series) }} />
                {part.series} {text(part.to - part.from)}
              </span>
            ))}
          </>
        ) : (
          props.series.map((name) => (
            <span key={name} className={s['key']}>
              <i style={{ background: colour(name) }} />
              {name}
            </span>
          ))
        )}
      </figcaption>
    </figure>
  );
}
