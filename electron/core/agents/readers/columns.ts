/** Columns of text on a terminal: wide characters take two, so positions on the screen are not positions in the string. */

/** 0, 1 or 2 columns, near enough to Unicode 11's tables for the letters and signs that terminal programs print. */
export function columnsOf(code: number): 0 | 1 | 2 {
  if (code < 0x300) return 1;
  if (
    (code >= 0x300 && code <= 0x36f) ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    code === 0xfeff
  ) {
    return 0;
  }
  if (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0x303e) ||
    (code >= 0x3041 && code <= 0xa4cf) ||
    (code >= 0xa960 && code <= 0xa97c) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1f64f) ||
    (code >= 0x1f680 && code <= 0x1f6ff) ||
    (code >= 0x1f900 && code <= 0x1f9ff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  ) {
    return 2;
  }
  return 1;
}

export function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += columnsOf(char.codePointAt(0) ?? 0);
  return width;
}

/** The part of a row between two columns (end excluded). A wide character cut by the edge belongs to neither side. */
export function sliceColumns(text: string, from: number, to = Number.POSITIVE_INFINITY): string {
  // Most rows are narrow letters only: then a column is an index.
  if (isNarrow(text)) return text.slice(from, to === Number.POSITIVE_INFINITY ? undefined : to);
  let column = 0;
  let cut = '';
  for (const char of text) {
    const wide = columnsOf(char.codePointAt(0) ?? 0);
    if (column >= from && column + wide <= to) cut += char;
    column += wide;
    if (column >= to) break;
  }
  return cut;
}

function isNarrow(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 0x1100 && columnsOf(code) !== 1) return false;
    if (code >= 0x300 && code <= 0x36f) return false;
    if (code >= 0xd800 && code <= 0xdfff) return false;
  }
  return true;
}
