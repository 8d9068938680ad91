/** A screen prepared for reading: its rows from the bottom, and what they look like. All reading starts at the live bottom. */
import type { CellStyle, ScreenView } from '../../../platform/ports.ts';
import { widthOf } from './columns.ts';

export interface Rows {
  readonly view: ScreenView;
  readonly lines: readonly string[];
  /** Index of the last row that is not blank; -1 on an empty screen. */
  readonly last: number;
}

/** Zero-width signs that some programs put at the cursor (qwen: U+200B) are no text. */
const ZERO_WIDTH = /[\u200b\u2060\ufeff]/g;

export function rowsOf(view: ScreenView): Rows {
  const lines = view.lines.map((line) => (line.includes('\u200b') ? line.replace(ZERO_WIDTH, '').trimEnd() : line));
  let last = lines.length - 1;
  while (last >= 0 && blank(lines[last])) last -= 1;
  return { view, lines, last };
}

export function blank(line: string | undefined): boolean {
  return line === undefined || line.trim() === '';
}

export function line(rows: Rows, row: number): string {
  return rows.lines[row] ?? '';
}

/** Rows `from` to `to` (both included) as one text, so that words wrapped by a narrow screen meet again. */
export function joined(rows: Rows, from: number, to: number): string {
  return oneLine(rows.lines.slice(Math.max(0, from), to + 1));
}

export function oneLine(lines: readonly string[]): string {
  return lines
    .join(' ')
    .replace(/[\s\u00a0]+/g, ' ')
    .trim();
}

/** A rule over the whole width: `───` from the first to the last column; some programs set a name into it. */
export function isRule(rows: Rows, row: number): boolean {
  const text = line(rows, row);
  if (text.charCodeAt(0) !== 0x2500 && text.charCodeAt(0) !== 0x2501) return false;
  const width = widthOf(text);
  if (width < rows.view.cols - 2) return false;
  return /^[─━]{3,}(?: [^─━]{1,60} )?[─━]*$/.test(text) && (text.match(/[─━]/g)?.length ?? 0) * 3 >= width;
}

/** Style of the first visible character of a row, or of the one at this string index; null on a blank. */
export function styleAt(rows: Rows, row: number, index?: number): CellStyle | null {
  let seen = 0;
  for (const run of rows.view.runs(row)) {
    const end = seen + run.text.length;
    if (index === undefined ? run.text.trim() !== '' : index < end) return run.style;
    seen = end;
  }
  return null;
}

/** Whether the screen came with colours at all; plain recordings have none, and then style tells nothing. */
export function hasStyles(rows: Rows): boolean {
  for (let row = rows.last; row >= 0; row -= 1) {
    for (const { style } of rows.view.runs(row)) {
      if (style.fg !== -1 || style.bg !== -1 || style.bold || style.dim || style.inverse) return true;
    }
  }
  return false;
}

/** Red, orange or pink in any palette: what terminal programs use for failures. */
export function isAlarming(style: CellStyle | null): boolean {
  if (style === null || style.fg < 0) return false;
  const [red, green, blue] = rgbOf(style.fg);
  return red > 120 && red - Math.min(green, blue) > 60 && red >= green && red >= blue;
}

export function rgbOf(colour: number): readonly [number, number, number] {
  if (colour >= 0x1000000) return [(colour >> 16) & 255, (colour >> 8) & 255, colour & 255];
  if (colour < 16) {
    const bright = colour >= 8 ? 255 : 170;
    return [colour & 1 ? bright : 0, colour & 2 ? bright : 0, colour & 4 ? bright : 0];
  }
  if (colour >= 232) {
    const grey = 8 + (colour - 232) * 10;
    return [grey, grey, grey];
  }
  const cube = colour - 16;
  const level = (step: number): number => (step === 0 ? 0 : 55 + step * 40);
  return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)];
}

/** The text of the cursor's row left of the cursor. */
export function beforeCursor(rows: Rows): string {
  const { x, y } = rows.view.cursor;
  let column = 0;
  let text = '';
  for (const char of line(rows, y)) {
    if (column >= x) break;
    text += char;
    column += widthOf(char);
  }
  return text;
}
