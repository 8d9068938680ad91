/** Boxes drawn with lines: the lowest one on the screen, and what is written inside. */
import { sliceColumns, widthOf } from './columns.ts';
import { line, type Rows } from './screen-rows.ts';

export interface Frame {
  /** Rows of the borders; `top` is -1 when it has scrolled away. */
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  /** Columns between the borders. */
  readonly width: number;
  /** The rows between the borders, without them; right-trimmed. */
  readonly inside: readonly string[];
}

const BOTTOM = /^([ \u00a0]*)[╰└╚][─━═]{8,}.*[╯┘╝]$/;

/** The box whose lower border is in this row; null when there is none. */
export function frameEndingAt(rows: Rows, bottom: number): Frame | null {
  const border = line(rows, bottom);
  const match = BOTTOM.exec(border);
  if (match === null) return null;
  const left = (match[1] ?? '').length;
  const width = widthOf(border.trimEnd()) - left - 2;
  const inside: string[] = [];
  let top = -1;
  for (let row = bottom - 1; row >= 0; row -= 1) {
    const text = line(rows, row);
    const edge = sliceColumns(text, left, left + 1);
    if (/[╭┌╔]/.test(edge)) {
      top = row;
      break;
    }
    if (!/[│┃║├]/.test(edge)) break;
    inside.unshift(sliceColumns(text, left + 1, left + 1 + width).trimEnd());
  }
  if (inside.length === 0) return null;
  return { top, bottom, left, width, inside };
}

/** The lowest box on the screen that has at most `below` rows of other text under it. */
export function lowestFrame(rows: Rows, below: number): Frame | null {
  let texts = 0;
  for (let row = rows.last; row >= 0 && texts <= below; row -= 1) {
    const frame = frameEndingAt(rows, row);
    if (frame !== null) return frame;
    if (line(rows, row).trim() !== '') texts += 1;
  }
  return null;
}

/** The text of a box inside the box (gemini draws commands so), borders removed; null when there is none. */
export function innerBox(
  inside: readonly string[],
): { readonly lines: readonly string[]; readonly from: number; readonly to: number } | null {
  const to = inside.findLastIndex((text) => /^ *[╰└][─━]{4,}.*[╯┘]$/.test(text));
  if (to < 0) return null;
  const lines: string[] = [];
  let row = to - 1;
  for (; row >= 0; row -= 1) {
    const match = /^ *│ ?(.*?) *│$/.exec(inside[row] ?? '');
    if (match === null) break;
    lines.unshift(match[1] ?? '');
  }
  return lines.length === 0 ? null : { lines, from: row, to };
}
