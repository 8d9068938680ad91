/** What differs between two texts: by lines, as hunks, and by words inside a line. Pure; costs are capped. */
import type { DiffLine, Hunk } from './diff.ts';

/** Steps of the search; beyond them the rest counts as replaced whole. Memory grows with its square. */
const MOST_STEPS = 1200;

/**
 * Pairs of indexes that are kept, in order (Myers). Null when the two differ in more than `most` places.
 */
export function common<T>(a: readonly T[], b: readonly T[], most = MOST_STEPS): [number, number][] | null {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA -= 1;
    endB -= 1;
  }
  const middle = search(a.slice(start, endA), b.slice(start, endB), most);
  if (!middle) return null;
  const kept: [number, number][] = [];
  for (let i = 0; i < start; i += 1) kept.push([i, i]);
  for (const [x, y] of middle) kept.push([x + start, y + start]);
  for (let i = 0; endA + i < a.length; i += 1) kept.push([endA + i, endB + i]);
  return kept;
}

function search<T>(a: readonly T[], b: readonly T[], most: number): [number, number][] | null {
  if (a.length === 0 || b.length === 0) return [];
  const bound = Math.min(a.length + b.length, most);
  const reach = new Int32Array(2 * bound + 3);
  const mid = bound + 1;
  const trace: Int32Array[] = [];
  for (let d = 0; d <= bound; d += 1) {
    trace.push(reach.slice(mid - d - 1, mid + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reach[mid + k - 1] ?? 0) < (reach[mid + k + 1] ?? 0));
      let x = down ? (reach[mid + k + 1] ?? 0) : (reach[mid + k - 1] ?? 0) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x += 1;
        y += 1;
      }
      reach[mid + k] = x;
      if (x >= a.length && y >= b.length) return back(trace, a.length, b.length);
    }
  }
  return null;
}

/** From the end back to the start, along the furthest points of each step. */
function back(trace: readonly Int32Array[], endX: number, endY: number): [number, number][] {
  const kept: [number, number][] = [];
  let x = endX;
  let y = endY;
  for (let d = trace.length - 1; d >= 0; d -= 1) {
    const row = trace[d] ?? new Int32Array();
    const at = (k: number) => row[k + d + 1] ?? 0;
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const before = d === 0 ? 0 : down ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : at(before);
    const fromY = fromX - before;
    while (x > fromX && y > fromY) {
      x -= 1;
      y -= 1;
      kept.push([x, y]);
    }
    x = fromX;
    y = fromY;
  }
  return kept.reverse();
}

/** Two texts by lines, with so many lines around each change. */
export function compareLines(before: string, after: string, context = 3): Hunk[] {
  const split = (text: string) => {
    const lines = text.split('\n');
    const ended = lines.at(-1) === '';
    if (ended) lines.pop();
    return { lines, ended };
  };
  const a = split(before);
  const b = split(after);
  const all: DiffLine[] = [];
  let x = 0;
  let y = 0;
  const put = (kind: DiffLine['kind']) => {
    const unended =
      (kind !== 'added' && !a.ended && x === a.lines.length - 1) ||
      (kind !== 'removed' && !b.ended && y === b.lines.length - 1);
    const text = (kind === 'added' ? b.lines[y] : a.lines[x]) ?? '';
    all.push({ kind, text, old: kind === 'added' ? null : x + 1, now: kind === 'removed' ? null : y + 1, unended });
    if (kind !== 'added') x += 1;
    if (kind !== 'removed') y += 1;
  };
  // A last line that only lost its newline is another line.
  const marked = ({ lines, ended }: typeof a) =>
    lines.map((line, i) => (ended || i < lines.length - 1 ? line : `${line}\0`));
  for (const [keepX, keepY] of [...(common(marked(a), marked(b)) ?? []), [a.lines.length, b.lines.length] as const]) {
    while (x < keepX) put('removed');
    while (y < keepY) put('added');
    if (x < a.lines.length) put('same');
  }
  return hunksOf(all, context);
}

function hunksOf(all: readonly DiffLine[], context: number): Hunk[] {
  const hunks: Hunk[] = [];
  let from = -1;
  let last = -1;
  const close = () => {
    if (from < 0) return;
    const lines = all.slice(from, Math.min(all.length, last + context + 1));
    hunks.push({
      oldStart: lines.find((line) => line.old !== null)?.old ?? 0,
      oldCount: lines.filter((line) => line.old !== null).length,
      newStart: lines.find((line) => line.now !== null)?.now ?? 0,
      newCount: lines.filter((line) => line.now !== null).length,
      heading: '',
      lines,
    });
  };
  for (const [i, line] of all.entries()) {
    if (line.kind === 'same') continue;
    if (from >= 0 && i - last > 2 * context) {
      close();
      from = -1;
    }
    if (from < 0) from = Math.max(0, i - context);
    last = i;
  }
  close();
  return hunks;
}

/** Offsets, end exclusive. */
export type Span = readonly [from: number, to: number];

const LONGEST_LINE = 600;
const MOST_WORDS = 300;

/**
 * The parts of two versions of a line that differ. Null when marking them would say nothing: lines too long, or with so
 * little in common that all of it is new.
 */
export function compareWords(before: string, after: string): { readonly old: Span[]; readonly now: Span[] } | null {
  if (before.length > LONGEST_LINE || after.length > LONGEST_LINE || before === after) return null;
  const words = (text: string) => text.match(/[\p{L}\p{N}_]+|\s+|\P{M}\p{M}*/gu) ?? [];
  const a = words(before);
  const b = words(after);
  if (a.length > MOST_WORDS || b.length > MOST_WORDS) return null;
  const kept = common(a, b, MOST_WORDS);
  if (!kept) return null;
  const weight = kept.reduce((sum, [x]) => sum + (a[x]?.trim().length ?? 0), 0);
  const longest = Math.max(before.replaceAll(/\s/g, '').length, after.replaceAll(/\s/g, '').length);
  if (weight < longest * 0.35) return null;
  return { old: spans(a, new Set(kept.map(([x]) => x))), now: spans(b, new Set(kept.map(([, y]) => y))) };
}

function spans(words: readonly string[], kept: ReadonlySet<number>): Span[] {
  const found: [number, number][] = [];
  let at = 0;
  for (const [i, word] of words.entries()) {
    const end = at + word.length;
    const last = found.at(-1);
    if (!kept.has(i)) {
      if (last && last[1] === at) last[1] = end;
      else found.push([at, end]);
    }
    at = end;
  }
  return found;
}
