/** Load, memory, disk and round trip of a machine over the last hour, one small picture each; the same as a table. */
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import type { Node, NodeSample } from '../../../shared/contract/nodes.ts';
import { clock, useNow } from '../../app/time.ts';
import s from './Graphs.module.css';
import { useHistory } from './history.ts';
import {
  figure,
  isMuch,
  linesOf,
  METRIC_NAME,
  METRICS,
  type Metric,
  nowText,
  type Point,
  SPAN_MS,
  summary,
  table,
  topOf,
} from './series.ts';

const HEIGHT = 44;
/** Room for half of a line and for the dot at its end. */
const EDGE = 3;

const hour = (at: number): string => clock(at).slice(0, 5);

export function Graphs({ node }: { readonly node: Node }) {
  const samples = useHistory(node.id);
  const now = useNow();
  const last = samples.at(-1);
  if (!last) return node.reachable ? <div className={s['soon']} aria-busy="true" /> : null;
  const told = METRICS.filter((metric) => samples.some((each) => linesOf([each], metric, each.at).length > 0));
  return (
    <ul className={s['graphs']} aria-label="How it is" data-away={!node.reachable}>
      {told.map((metric) => (
        <Graph key={metric} metric={metric} samples={samples} last={last} now={now} />
      ))}
    </ul>
  );
}

function Graph(props: {
  readonly metric: Metric;
  readonly samples: readonly NodeSample[];
  readonly last: NodeSample;
  readonly now: number;
}) {
  const { metric, samples, last, now } = props;
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [at, setAt] = useState<number | null>(null);
  // Drawn at the size it has: lines of a scaled picture are thick and thin.
  useEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const lines = linesOf(samples, metric, now);
  const points = lines.flat();
  const top = topOf(metric, points, last.cpus);
  const x = (when: number) => EDGE + (width - 2 * EDGE) * Math.max(0, 1 - (now - when) / SPAN_MS);
  const y = (value: number) => HEIGHT - 1 - (HEIGHT - 1 - EDGE) * Math.min(1, value / top);
  const path = (line: readonly Point[]) =>
    line.map(({ at: when, value }, i) => `${i === 0 ? 'M' : 'L'}${x(when).toFixed(1)} ${y(value).toFixed(1)}`).join('');
  const area = (line: readonly Point[]) =>
    `${path(line)}L${x(line.at(-1)?.at ?? now).toFixed(1)} ${HEIGHT}L${x(line[0]?.at ?? now).toFixed(1)} ${HEIGHT}Z`;
  const shown = at === null ? undefined : points[Math.min(at, points.length - 1)];
  const end = points.at(-1);

  const onMove = (event: PointerEvent) => {
    const left = event.currentTarget.getBoundingClientRect().left;
    const distances = points.map((point) => Math.abs(x(point.at) - (event.clientX - left)));
    setAt(distances.length === 0 ? null : distances.indexOf(Math.min(...distances)));
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined || points.length === 0) return;
    event.preventDefault();
    setAt((before) => Math.max(0, Math.min(points.length - 1, (before ?? points.length - 1) + step)));
  };
  const much = isMuch(last, metric);
  return (
    <li className={s['graph']} data-much={much}>
      <span className={s['name']}>{METRIC_NAME[metric]}</span>
      <span className={s['text']}>
        {nowText(last, metric)}
        {much && <span className="visually-hidden">, nearly used up</span>}
      </span>
      <div ref={box} className={s['box']}>
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={summary(metric, points)}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys read out the moments
          tabIndex={0}
          onKeyDown={onKey}
          onBlur={() => setAt(null)}
          onPointerMove={onMove}
          onPointerLeave={() => setAt(null)}
        >
          {[0.25, 0.5, 0.75].map((part) => (
            <line key={part} x1={x(now - part * SPAN_MS)} x2={x(now - part * SPAN_MS)} y1={0} y2={HEIGHT} />
          ))}
          {lines.map((line) => (
            <g key={line[0]?.at}>
              <path className={s['area']} d={area(line)} />
              <path className={s['line']} d={path(line)} />
            </g>
          ))}
          {shown ? (
            <>
              <line className={s['at']} x1={x(shown.at)} x2={x(shown.at)} y1={0} y2={HEIGHT} />
              <circle cx={x(shown.at)} cy={y(shown.value)} r={2.5} />
            </>
          ) : (
            end && <circle cx={x(end.at)} cy={y(end.value)} r={2} />
          )}
        </svg>
      </div>
      <span className={s['axis']} aria-live="polite">
        {shown ? (
          <>
            <span>{hour(shown.at)}</span>
            <b>
              {figure(metric, shown.value)}
              {metric === 'memory' || metric === 'disk' ? ' used' : ''}
            </b>
          </>
        ) : (
          <>
            <span aria-hidden>1 h ago</span>
            <span aria-hidden>0–{metric === 'load' ? top : figure(metric, top)}</span>
          </>
        )}
      </span>
    </li>
  );
}

/** The pictures as means of five minutes. */
export function Figures({ node }: { readonly node: Node }) {
  const samples = useHistory(node.id);
  const now = useNow();
  const rows = table(samples, now);
  const told = METRICS.filter((metric) => rows.some(({ values }) => values[metric] !== null));
  return (
    <section className={s['figures']} aria-label={`Figures of ${node.title}`}>
      {rows.length === 0 ? (
        <p className={s['none']}>Nothing was heard of it in the last hour.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys
        <section className={s['scroll']} tabIndex={0} aria-label="Last hour">
          <table>
            <thead>
              <tr>
                <th scope="col">From</th>
                {told.map((metric) => (
                  <th key={metric} scope="col">
                    {METRIC_NAME[metric]}
                    {metric === 'memory' || metric === 'disk' ? ' used' : ''}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ at, values }) => (
                <tr key={at}>
                  <th scope="row">{hour(at)}</th>
                  {told.map((metric) => {
                    const value = values[metric];
                    return <td key={metric}>{value === null ? 'not told' : figure(metric, value)}</td>;
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}
