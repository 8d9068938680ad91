/** Remarks on lines of a diff, and the one prompt that they become. Pure. */
import type { DiffLine, FileDiff, Hunk } from '../../ui/diff.ts';

export interface Comment {
  readonly id: string;
  readonly path: string;
  /** `old`: lines that are gone, counted as they were. */
  readonly side: 'old' | 'now';
  readonly from: number;
  readonly to: number;
  /** The lines as they were when it was written. */
  readonly quote: readonly string[];
  readonly text: string;
}

const MOST_QUOTED = 12;
const LONGEST_QUOTED = 400;

const numberOf = (line: DiffLine, side: Comment['side']): number | null => (side === 'old' ? line.old : line.now);

/** Where a comment on some lines of a hunk goes: beside what is new, unless all of it is gone. Null for no lines. */
export function anchorOf(
  path: string,
  hunk: Hunk,
  from: number,
  to: number,
): Pick<Comment, 'path' | 'side' | 'from' | 'to' | 'quote'> | null {
  const chosen = hunk.lines.slice(Math.min(from, to), Math.max(from, to) + 1);
  const side = chosen.every((line) => line.now === null) ? 'old' : 'now';
  const lines = chosen.filter((line) => numberOf(line, side) !== null);
  const first = lines[0];
  const last = lines.at(-1);
  if (!first || !last) return null;
  return {
    path,
    side,
    from: numberOf(first, side) ?? 0,
    to: numberOf(last, side) ?? 0,
    quote: lines.map((line) => line.text),
  };
}

/**
 * The line that a comment stands below: its last one, or where that went, if the file moved on meanwhile. Null when the
 * line is in no hunk any more.
 */
export function standsAt(comment: Comment, file: FileDiff): { readonly hunk: number; readonly line: number } | null {
  const text = comment.quote.at(-1);
  let best: { readonly hunk: number; readonly line: number; readonly away: number } | null = null;
  for (const [h, hunk] of file.hunks.entries()) {
    for (const [l, line] of hunk.lines.entries()) {
      const n = numberOf(line, comment.side);
      if (n === null || line.text !== text) continue;
      const away = Math.abs(n - comment.to);
      if (!best || away < best.away) best = { hunk: h, line: l, away };
    }
  }
  return best && { hunk: best.hunk, line: best.line };
}

export const placeWord = ({ path, side, from, to }: Pick<Comment, 'path' | 'side' | 'from' | 'to'>): string =>
  `${path}:${from === to ? from : `${from}-${to}`}${side === 'old' ? ' (removed)' : ''}`;

export const commentsWord = (count: number): string => `${count} ${count === 1 ? 'comment' : 'comments'}`;

/** Those that say something, in the order of the files and lines. */
export const written = (comments: readonly Comment[]): readonly Comment[] =>
  comments
    .filter((comment) => comment.text.trim() !== '')
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.from - b.from || a.to - b.to));

/** One prompt of all comments: place, quoted lines, remark. */
export function promptOf(comments: readonly Comment[]): string {
  const all = written(comments);
  const parts = all.map((comment, i) => {
    const quoted = comment.quote
      .slice(0, MOST_QUOTED)
      .map((line) => `> ${line.replace(/\r$/, '').slice(0, LONGEST_QUOTED)}`.trimEnd());
    if (comment.quote.length > MOST_QUOTED) quoted.push(`> ... ${comment.quote.length - MOST_QUOTED} more lines`);
    const number = all.length > 1 ? `${i + 1}. ` : '';
    return `${number}${placeWord(comment)}\n${quoted.join('\n')}\n${comment.text.trim()}`;
  });
  const head = all.length === 1 ? 'A comment on your changes:' : `${all.length} comments on your changes:`;
  return `${head}\n\n${parts.join('\n\n')}`;
}
