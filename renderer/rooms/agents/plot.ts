/** Numbers of a plot: round ticks, days in a row, stacks. Pure. */
import type { UsageRow } from '../../../shared/contract/agents.ts';

export type Measure = 'tokens' | 'cost';

/** All tokens of a row, caches included: they count against limits and cost money. */
export const tokensOf = ({ tokens }: Pick<UsageRow, 'tokens'>): number =>
  tokens.input + tokens.output + tokens.cacheRead + tokens.cacheWrite;

export const amountOf = (row: UsageRow, measure: Measure): number =>
  measure === 'tokens' ? tokensOf(row) : (row.cost ?? 0);

/** From 0 to a round number at or above `most`, in 2 to 5 steps of 1, 2 or 5 times a power of ten. */
export function ticks(most: number): readonly number[] {
  if (!(most > 0) || !Number.isFinite(most)) return [0, 1];
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10);
  const count = Math.ceil(most / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

const DAY = 86_400_000;
/** YYYY-MM-DD of a moment where this browser is. */
export function dayOf(at: number): string {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Every day of a span, first to last; days without use are days too. At most 400. */
export function daysBetween(from: string, to: string): readonly string[] {
  const days: string[] = [];
  const first = Date.parse(`${from}T12:00:00Z`);
  for (let at = first; days.length < 400 && !Number.isNaN(first); at += DAY) {
    const day = new Date(at).toISOString().slice(0, 10);
    if (day > to) break;
    days.push(day);
  }
  return days;
}

export interface Stack {
  readonly day: string;
  readonly total: number;
  /** One part a series, in the order of the series; `from` and `to` are values, bottom up. */
  readonly parts: readonly { readonly series: string; readonly from: number; readonly to: number }[];
}

/** One stack a day out of each series' rows by day. */
export function stacks(
  days: readonly string[],
  series: readonly { readonly name: string; readonly rows: readonly UsageRow[] }[],
  measure: Measure,
): readonly Stack[] {
  const values = series.map(({ rows }) => new Map(rows.map((row) => [row.key, amountOf(row, measure)])));
  return days.map((day) => {
    let total = 0;
    const parts = series.flatMap(({ name }, i) => {
      const value = values[i]?.get(day) ?? 0;
      if (value <= 0) return [];
      const from = total;
      total += value;
      return [{ series: name, from, to: total }];
    });
    return { day, total, parts };
  });
}

export const money = (dollars: number): string =>
  dollars === 0 ? '$0' : dollars < 0.01 ? '< $0.01' : `$${dollars.toFixed(dollars < 100 ? 2 : 0)}`;
