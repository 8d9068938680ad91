/** Figures of a machine over time: what is plotted, its scale, its gaps, and the same in words. Pure. */
import type { NodeSample } from '../../../shared/contract/nodes.ts';
import { size, trip } from './words.ts';

export const SPAN_MS = 3_600_000;
/** Longer without a figure: it was away, or the hub did not run. The hub looks once a minute. */
const GAP_MS = 150_000;

export const METRICS = ['load', 'memory', 'disk', 'trip'] as const;
export type Metric = (typeof METRICS)[number];
export const METRIC_NAME: Readonly<Record<Metric, string>> = {
  load: 'Load',
  memory: 'Memory',
  disk: 'Disk',
  trip: 'Round trip',
};

export interface Point {
  readonly at: number;
  readonly value: number;
}
type Amount = NonNullable<NodeSample['memory']>;

const usedOf = ({ total, free }: Amount): number => (total <= 0 ? 0 : Math.min(1, Math.max(0, 1 - free / total)));

/** What is drawn: the load as it is, memory and disk as the part that is used, the round trip in milliseconds. Null: not told. */
export function amountIn(sample: NodeSample, metric: Metric): number | null {
  switch (metric) {
    case 'load':
      return sample.load;
    case 'trip':
      return sample.latencyMs;
    default:
      return sample[metric] && usedOf(sample[metric]);
  }
}

/** Of the last hour before `now`, oldest first; broken where nothing was heard for minutes. */
export function linesOf(samples: readonly NodeSample[], metric: Metric, now: number): readonly (readonly Point[])[] {
  const lines: Point[][] = [];
  let last: Point | undefined;
  for (const sample of samples) {
    const value = amountIn(sample, metric);
    if (value === null || now - sample.at > SPAN_MS) continue;
    const point = { at: sample.at, value };
    if (!last || point.at - last.at > GAP_MS) lines.push([]);
    lines.at(-1)?.push(point);
    last = point;
  }
  return lines;
}

/** The first of 1, 2, 5 times a power of ten at or above `value`. */
export function roundUp(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const step = [1, 2, 5, 10].find((each) => each * power >= value * (1 - 1e-9)) ?? 10;
  return Number((step * power).toPrecision(12));
}

/** What the full height stands for: every processor busy, all of it used, a round number of milliseconds; more if there was more. */
export function topOf(metric: Metric, points: readonly Point[], cpus: number | null): number {
  const most = Math.max(0, ...points.map(({ value }) => value));
  if (metric === 'load') return most <= (cpus ?? 1) ? (cpus ?? 1) : roundUp(most);
  return metric === 'trip' ? roundUp(Math.max(1, most)) : 1;
}

/** One figure with its unit, short. */
export function figure(metric: Metric, value: number): string {
  if (metric === 'load') return value.toFixed(2);
  return metric === 'trip' ? trip(value) : `${Math.round(value * 100)} %`;
}

/** As it is now, with what it is measured against. */
export function nowText(sample: NodeSample, metric: Metric): string | null {
  if (metric === 'load') {
    const { load, cpus } = sample;
    if (load === null) return null;
    return cpus === null ? load.toFixed(2) : `${load.toFixed(2)} of ${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'}`;
  }
  if (metric === 'trip') return sample.latencyMs === null ? null : trip(sample.latencyMs);
  const amount = sample[metric];
  return amount && `${size(amount.free)} of ${size(amount.total)} free`;
}

/** It is nearly used up, or more is wanted than there is. */
export function isMuch(sample: NodeSample, metric: Metric): boolean {
  const value = amountIn(sample, metric);
  if (value === null || metric === 'trip') return false;
  return metric === 'load' ? value > Math.max(1, sample.cpus ?? 1) : value > 0.9;
}

/** What the picture shows, for those who do not see it. */
export function summary(metric: Metric, points: readonly Point[]): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return `${METRIC_NAME[metric]}: nothing was heard in the last hour`;
  const values = points.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const minutes = Math.max(1, Math.round((last.at - first.at) / 60_000));
  const word = metric === 'memory' || metric === 'disk' ? ' used' : '';
  return `${METRIC_NAME[metric]}${word} over ${minutes} min: now ${figure(metric, last.value)}, between ${figure(metric, least)} and ${figure(metric, most)}`;
}

export interface Slot {
  /** Its beginning. */
  readonly at: number;
  /** The mean; null where nothing was heard. */
  readonly values: Readonly<Record<Metric, number | null>>;
}

/** Means of five minutes each, newest first, without those in which nothing was heard. */
export function table(samples: readonly NodeSample[], now: number, every = 300_000): readonly Slot[] {
  const slots = new Map<number, NodeSample[]>();
  for (const sample of samples) {
    if (now - sample.at > SPAN_MS) continue;
    const at = Math.floor(sample.at / every) * every;
    slots.set(at, [...(slots.get(at) ?? []), sample]);
  }
  const mean = (inside: readonly NodeSample[], metric: Metric): number | null => {
    const values = inside.map((sample) => amountIn(sample, metric)).filter((value) => value !== null);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return [...slots]
    .sort((a, b) => b[0] - a[0])
    .map(([at, inside]) => ({
      at,
      values: {
        load: mean(inside, 'load'),
        memory: mean(inside, 'memory'),
        disk: mean(inside, 'disk'),
        trip: mean(inside, 'trip'),
      },
    }));
}
