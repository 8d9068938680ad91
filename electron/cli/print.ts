/** How the command line speaks: tables that fit the terminal, colours only for people, errors on standard error. */
import type { Session } from '../../shared/contract/sessions.ts';
import { Fault, type FaultCode } from '../../shared/fault.ts';

/** Exit codes, as `qd help exit-codes` tells them. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3, notReached: 4 } as const;

export const colour = process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
const paint = (code: string) => (text: string) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
export const dim = paint('2');
export const bold = paint('1');
export const red = paint('31');
export const yellow = paint('33');
export const green = paint('32');
export const cyan = paint('36');

export const out = (text: string): void => {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
};
export const warn = (text: string): void => {
  process.stderr.write(`${text}\n`);
};
export const json = (value: unknown): void => out(JSON.stringify(value, null, process.stdout.isTTY ? 2 : 0));

/** Text of an agent or a file: control characters made visible, so that a name cannot drive this terminal. */
export const plain = (text: string): string =>
  text.replace(/[\x00-\x1f\x7f-\x9f]/g, (c) =>
    c === '\t' ? ' ' : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );

/** Columns a string takes: wide East Asian characters and emoji take two. */
export function width(text: string): number {
  let columns = 0;
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) {
    const code = segment.codePointAt(0) ?? 0;
    const wide =
      (code >= 0x1100 && code <= 0x115f) ||
      (code >= 0x2e80 && code <= 0xa4cf) ||
      (code >= 0xac00 && code <= 0xd7a3) ||
      (code >= 0xf900 && code <= 0xfaff) ||
      (code >= 0xfe30 && code <= 0xfe6f) ||
      (code >= 0xff00 && code <= 0xff60) ||
      (code >= 0x1f300 && code <= 0x1faff) ||
      (code >= 0x20000 && code <= 0x3fffd);
    columns += wide ? 2 : 1;
  }
  return columns;
}

/** Cuts to `columns`, with an ellipsis where something was cut. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) {
    if (width(kept + segment) > columns - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

export interface Column<T> {
  readonly head: string;
  readonly value: (row: T) => string;
  readonly style?: (row: T, text: string) => string;
  /** Narrow terminals shrink these first, down to their head. */
  readonly shrink?: boolean;
}

/** A table no wider than the terminal (piped: as wide as it needs to be). */
export function table<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  total = process.stdout.columns ?? Number.POSITIVE_INFINITY,
): string {
  const cells = rows.map((row) => columns.map((c) => plain(c.value(row))));
  const widths = columns.map((c, i) => Math.max(width(c.head), ...cells.map((line) => width(line[i] ?? ''))));
  let over = widths.reduce((sum, w) => sum + w + 2, -2) - total;
  for (const shrinkable of [true, false]) {
    for (let i = columns.length - 1; i >= 0 && over > 0; i--) {
      if ((columns[i]?.shrink ?? false) !== shrinkable) continue;
      const least = Math.min(widths[i] ?? 0, Math.max(width(columns[i]?.head ?? ''), 6));
      const cut = Math.min(over, (widths[i] ?? 0) - least);
      widths[i] = (widths[i] ?? 0) - cut;
      over -= cut;
    }
  }
  const line = (texts: readonly string[], style: (i: number, text: string) => string) =>
    texts
      .map((text, i) => {
        const shown = cut(text, widths[i] ?? 0);
        const pad = i === texts.length - 1 ? '' : ' '.repeat(Math.max(0, (widths[i] ?? 0) - width(shown)));
        return style(i, shown) + pad;
      })
      .join('  ')
      .trimEnd();
  return [
    line(
      columns.map((c) => c.head),
      (_, text) => dim(text),
    ),
    ...cells.map((texts, r) => line(texts, (i, text) => columns[i]?.style?.(rows[r] as T, text) ?? text)),
  ].join('\n');
}

/** `3 s`, `5 min`, `2 h`, `4 d`. */
export function ago(at: number, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

export function stateStyle(session: Pick<Session, 'needsYou' | 'state'>, text: string): string {
  if (session.needsYou) return yellow(text);
  if (session.state === 'working' || session.state === 'starting') return cyan(text);
  if (session.state === 'done') return green(text);
  return session.state === 'error' || session.state === 'unreachable' ? red(text) : text;
}

const UNREACHABLE: ReadonlySet<FaultCode> = new Set(['unreachable', 'unavailable']);

/** Says what went wrong, and the exit code for it. */
export function fail(error: unknown, asJson: boolean): number {
  const fault =
    error instanceof Fault ? error : new Fault('internal', error instanceof Error ? error.message : String(error));
  if (asJson) process.stderr.write(`${JSON.stringify({ error: fault.toJSON() })}\n`);
  else {
    warn(`${red('qd:')} ${fault.message}`);
    const candidates = fault.data?.['candidates'];
    if (Array.isArray(candidates)) for (const candidate of candidates) warn(`    ${plain(String(candidate))}`);
  }
  return UNREACHABLE.has(fault.code) ? EXIT.unreachable : fault.code === 'invalid' ? EXIT.usage : EXIT.failed;
}
