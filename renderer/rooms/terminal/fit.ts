/** How a terminal of some columns and rows is put into a box of pixels: numbers only, so that it can be tested. */

/** Pixels of one cell at a font size of one pixel; the terminal measures it, this only scales it. */
export interface CellRatio {
  readonly width: number;
  readonly height: number;
}

export interface Grid {
  readonly cols: number;
  readonly rows: number;
}

export interface Box {
  readonly width: number;
  readonly height: number;
}

export const FONT_MIN = 4;
/** Smaller than this a tile shows the end of the screen instead of all of it. */
export const FONT_READABLE = 8.5;
/** Limits of the wire's `resize`. */
const LIMIT = { cols: [2, 500], rows: [2, 300] } as const;

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** The grid that fills the box at this font size; null for a box without room (hidden, not laid out yet). */
export function gridFor(width: number, height: number, cell: CellRatio, font: number): Grid | null {
  if (!(width > 0 && height > 0 && cell.width > 0 && cell.height > 0 && font > 0)) return null;
  return {
    // A hair of tolerance: 80 cells of 8.4 px in 672 px are 80, not 79.
    cols: clamp(Math.floor(width / (cell.width * font) + 1e-6), ...LIMIT.cols),
    rows: clamp(Math.floor(height / (cell.height * font) + 1e-6), ...LIMIT.rows),
  };
}

/**
 * The largest font, not above `base`, at which someone else's grid fits the box. Columns are drawn in whole device
 * pixels, so the font goes by whole columns: half a pixel less would waste a fifth of a small tile. Never below
 * FONT_MIN: the pane then scrolls rather than becoming invisible. `dpr`: device pixels per pixel.
 */
export function fontFor(box: Box, cell: CellRatio, grid: Grid, base: number, dpr: number): number {
  const { width, height } = box;
  if (!(width > 0 && height > 0 && cell.width > 0 && cell.height > 0)) return base;
  const tall = Math.floor((height / (grid.rows * cell.height)) * 2 + 1e-6) / 2;
  return clamp(Math.min(wideFont(width, cell, grid.cols, dpr), tall), FONT_MIN, base);
}

/** The largest font at which so many columns fit the width. */
export function wideFont(width: number, cell: CellRatio, cols: number, dpr: number): number {
  const column = Math.floor((width / cols) * dpr + 1e-6) / dpr;
  // A hair more than the column, or rounding down takes a whole pixel away again.
  return Math.ceil((column / cell.width) * 100 + 1e-6) / 100;
}

/** Rows above the box when only the end of a screen is shown: its last line with anything on it stands at the bottom. */
export const rowsHidden = (last: number, shown: number): number => Math.max(0, last + 1 - Math.max(1, shown));

/** Columns and rows of an automatic grid of tiles: as square as the screen allows, tiles about 8:5. */
export function tileColumns(count: number, width: number, height: number, narrowest: number): number {
  if (count <= 1 || width <= 0) return 1;
  const most = Math.max(1, Math.floor(width / narrowest));
  let best = 1;
  let bestScore = Number.POSITIVE_INFINITY;
  for (let cols = 1; cols <= Math.min(most, count); cols += 1) {
    const rows = Math.ceil(count / cols);
    const ratio = width / cols / Math.max(height / rows, 1);
    // How far from the wished shape, and how many holes in the last row.
    const score = Math.abs(Math.log(ratio / 1.6)) + 0.15 * (cols * rows - count);
    if (score < bestScore) {
      best = cols;
      bestScore = score;
    }
  }
  return best;
}
