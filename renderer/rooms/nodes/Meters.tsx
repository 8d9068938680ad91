/** Load, memory and disk of a machine: a small picture each, and the same in figures. */
import type { ReactNode } from 'react';
import type { Look } from './health.ts';
import s from './Meters.module.css';
import { size, skew } from './words.ts';

/** Above this a part is nearly used up. */
const MUCH = 0.9;
const WIDTH = 72;
const HEIGHT = 18;

export function Meters({ look: { health, loads } }: { readonly look: Look }) {
  if (health === null) return null;
  const { load, cpus, memory, disk, clockSkewMs } = health;
  const clock = clockSkewMs === null ? null : skew(clockSkewMs);
  if (load === null && memory === null && disk === null && clock === null) return null;
  return (
    <ul className={s['meters']} aria-label="How it is">
      {load !== null && (
        <Meter name="Load" much={load / Math.max(1, cpus ?? 1) > 1} text={loadText(load, cpus)}>
          <Spark values={loads} />
        </Meter>
      )}
      {memory !== null && <Used name="Memory" {...memory} />}
      {disk !== null && <Used name="Disk" {...disk} />}
      {clock !== null && <Meter name="Clock" much text={clock} />}
    </ul>
  );
}

const loadText = (load: number, cpus: number | null): string =>
  cpus === null ? load.toFixed(2) : `${load.toFixed(2)} on ${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'}`;

function Used({ name, total, free }: { readonly name: string; readonly total: number; readonly free: number }) {
  const used = total <= 0 ? 0 : Math.min(1, Math.max(0, 1 - free / total));
  return (
    <Meter name={name} much={used > MUCH} text={`${size(free)} of ${size(total)} free`}>
      <span className={s['bar']} aria-hidden>
        <span style={{ width: `${Math.round(used * 100)}%` }} />
      </span>
    </Meter>
  );
}

function Meter(props: {
  readonly name: string;
  readonly much: boolean;
  readonly text: string;
  readonly children?: ReactNode;
}) {
  return (
    <li className={s['meter']} data-much={props.much}>
      <span className={s['name']}>{props.name}</span>
      {props.children}
      <span className={s['text']}>{props.text}</span>
    </li>
  );
}

/** The last minutes of load; full height is every processor busy, or the most there was. */
function Spark({ values }: { readonly values: readonly number[] }) {
  const top = Math.max(1, ...values);
  const step = WIDTH / Math.max(1, values.length - 1);
  const points = (values.length === 1 ? [...values, ...values] : values).map(
    (value, i) =>
      `${(values.length === 1 ? i * WIDTH : i * step).toFixed(1)},${(HEIGHT - 1 - (HEIGHT - 2) * (value / top)).toFixed(1)}`,
  );
  return (
    <svg width={WIDTH} height={HEIGHT} className={s['spark']} aria-hidden="true">
      <polyline points={points.join(' ')} />
    </svg>
  );
}
