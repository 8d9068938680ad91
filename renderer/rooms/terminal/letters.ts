/** How large the letters of a terminal are to be, from what was measured of letters like them. */
import { innerBox } from './browser.ts';
import { type Box, type CellRatio, FONT_READABLE, fontFor, type Grid, gridFor, wideFont } from './fit.ts';
import { measuredOnce } from './glyphs.ts';

/** Cell size per pixel of font, at the base size: by the font itself, and `drawn`, as xterm rounds it. */
export interface Cell {
  readonly ratio: CellRatio;
  readonly drawn: CellRatio;
}
/** WebGL rounds the cells in another way than the page does. */
export type Drawn = 'gl' | 'elements';

/** For all terminals of the same letters: each look at a box lays the page out. */
const cells = measuredOnce<string, Cell>();

export function createLetters(options: {
  readonly host: HTMLElement;
  readonly family: string;
  /** Size that the person chose, pixels. */
  readonly base: () => number;
  /** Where all of a screen would be too small to read, its end is shown. */
  readonly endOnly: boolean;
}) {
  const { host, family, base, endOnly } = options;
  const key = (drawn: Drawn): string => [base(), window.devicePixelRatio, family, drawn].join('|');

  /** Of a grid that does not fit at the base size. `end`: all of it would be too small to read. */
  function scaled(room: Box, { ratio }: Cell, grid: Grid): { readonly size: number; readonly end: boolean } {
    const dpr = window.devicePixelRatio;
    const size = fontFor(room, ratio, grid, base(), dpr);
    if (!endOnly || size >= FONT_READABLE) return { size, end: false };
    return { size: Math.min(base(), Math.max(FONT_READABLE, wideFont(room.width, ratio, grid.cols, dpr))), end: true };
  }
  return {
    /** Null: nobody measured these. */
    known: (drawn: Drawn): Cell | null => cells.get(key(drawn)) ?? null,
    keep(drawn: Drawn, cell: Cell): Cell {
      cells.set(key(drawn), cell);
      return cell;
    },
    scaled,
    /** With which a terminal will most likely be drawn: each change of the size draws all anew. */
    first(grid: Grid): number {
      const known = cells.get(key('elements'));
      const room = known ? innerBox(host) : null;
      if (!known || !room || room.width <= 0 || room.height <= 0) return base();
      const own = gridFor(room.width, room.height, known.drawn, base());
      return own?.cols === grid.cols && own.rows === grid.rows ? base() : scaled(room, known, grid).size;
    },
  };
}
