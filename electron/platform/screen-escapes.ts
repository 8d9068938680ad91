/**
 * Writes a terminal's cells as escapes that draw them again in a fresh terminal of the same size. The serialize addon
 * does not do for this: on a screen painted with a background (opencode) it drops the rows below the last text, and it
 * carries the pen of the moment over into the alternate screen. It still gives the pen and the modes.
 */
import type headless from '@xterm/headless';

export type Terminal = InstanceType<typeof headless.Terminal>;
export type Buffer = Terminal['buffer']['active'];
export type Cell = ReturnType<Buffer['getNullCell']>;

const RESET = '\u001b[m';

/** SGR of a cell, from a plain pen; empty for a plain cell. */
function penOf(cell: Cell): string {
  if (cell.isAttributeDefault()) return '';
  const codes: (number | string)[] = [];
  if (cell.isBold()) codes.push(1);
  if (cell.isDim()) codes.push(2);
  if (cell.isItalic()) codes.push(3);
  if (cell.isUnderline()) codes.push(4);
  if (cell.isBlink()) codes.push(5);
  if (cell.isInverse()) codes.push(7);
  if (cell.isInvisible()) codes.push(8);
  if (cell.isStrikethrough()) codes.push(9);
  if (cell.isOverline()) codes.push(53);
  const fg = cell.getFgColor();
  const bg = cell.getBgColor();
  if (cell.isFgRGB()) codes.push(`38;2;${rgb(fg)}`);
  else if (cell.isFgPalette()) codes.push(fg < 8 ? 30 + fg : fg < 16 ? 82 + fg : `38;5;${fg}`);
  if (cell.isBgRGB()) codes.push(`48;2;${rgb(bg)}`);
  else if (cell.isBgPalette()) codes.push(bg < 8 ? 40 + bg : bg < 16 ? 92 + bg : `48;5;${bg}`);
  return codes.length === 0 ? '' : `\u001b[${codes.join(';')}m`;
}

function rgb(value: number): string {
  return `${(value >>> 16) & 255};${(value >>> 8) & 255};${value & 255}`;
}

/** One row; the pen is plain before and after. A row that goes on in the next is filled to its end, so that it wraps by itself. */
function rowEscapes(buffer: Buffer, y: number, cols: number, goesOn: boolean, cell: Cell): string {
  const line = buffer.getLine(y);
  if (!line) return '';
  let text = '';
  let pen = '';
  let blanks = 0;
  let wide = false;
  const flush = (fill: boolean): void => {
    if (blanks === 0) return;
    if (fill) text += ' '.repeat(blanks);
    else if (pen !== '') text += `\u001b[${blanks}X\u001b[${blanks}C`;
    else text += `\u001b[${blanks}C`;
    blanks = 0;
  };
  for (let x = 0; x < cols; x += 1) {
    if (!line.getCell(x, cell)) continue;
    // The second half of a wide character comes with the first; one whose first half was overwritten is a blank.
    const half = wide && cell.getWidth() === 0;
    wide = cell.getWidth() === 2;
    if (half) continue;
    const chars = cell.getWidth() === 0 ? '' : cell.getChars();
    const next = penOf(cell);
    if (next !== pen) {
      flush(goesOn);
      text += next === '' ? RESET : pen === '' ? next : RESET + next;
      pen = next;
    }
    // An erased cell has a background at most; what is left of a half overwritten wide character keeps its whole style.
    if (chars === '' && (next === '' || /^.\[(4[0-8]|10\d)/.test(next))) blanks += 1;
    else {
      flush(goesOn);
      text += chars || ' ';
    }
  }
  // Plain blanks at the end of a row are there in a fresh terminal already.
  if (goesOn || pen !== '') flush(goesOn);
  return pen === '' ? text : text + RESET;
}

/** The last `history` lines above the screen, the screen itself, and the cursor in its place. */
export function bufferEscapes(terminal: Terminal, buffer: Buffer, history: number): string {
  const { cols, rows } = terminal;
  const cell = buffer.getNullCell();
  const last = buffer.baseY + rows - 1;
  const first = Math.max(0, buffer.baseY - history);
  const parts: string[] = [];
  let gap = '';
  for (let y = first; y <= last; y += 1) {
    const goesOn = y < last && buffer.getLine(y + 1)?.isWrapped === true;
    const text = rowEscapes(buffer, y, cols, goesOn, cell);
    // Blank rows at the end need no line feeds, but those that scroll do.
    if (text !== '' || y - first >= rows) {
      parts.push(gap, text);
      gap = '';
    }
    gap += goesOn ? '' : '\r\n';
  }
  const scrolled = last - first + 1 > rows;
  if (scrolled && gap.length > 2) parts.push(gap.slice(2));
  return parts.join('') + cursorEscapes(terminal, buffer, cell);
}

function cursorEscapes(terminal: Terminal, buffer: Buffer, cell: Cell): string {
  const { cols } = terminal;
  const { cursorX, cursorY } = buffer;
  if (cursorX < cols) return `\u001b[${cursorY + 1};${cursorX + 1}H`;
  // The cursor waits behind the last column: only a character written there brings it back.
  const line = buffer.getLine(buffer.baseY + cursorY);
  let x = cols - 1;
  line?.getCell(x, cell);
  if (cell.getWidth() === 0 && x > 0) {
    x -= 1;
    line?.getCell(x, cell);
  }
  return `\u001b[${cursorY + 1};${x + 1}H${penOf(cell)}${cell.getChars() || ' '}${RESET}`;
}
