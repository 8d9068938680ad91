import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FONT_MIN, fontFor, gridFor, rowsHidden, tileColumns, wideFont } from './fit.ts';

const cell = { width: 0.6, height: 1.2 };

describe('gridFor', () => {
  it('fills the box exactly where it divides', () => {
    expect(gridFor(80 * 0.6 * 13, 24 * 1.2 * 13, cell, 13)).toEqual({ cols: 80, rows: 24 });
  });
  it('has no answer for a box without room', () => {
    expect(gridFor(0, 300, cell, 13)).toBeNull();
    expect(gridFor(300, 300, { width: 0, height: 0 }, 13)).toBeNull();
    expect(gridFor(Number.NaN, 300, cell, 13)).toBeNull();
  });
  it('stays inside what the wire takes', () => {
    expect(gridFor(1, 1, cell, 13)).toEqual({ cols: 2, rows: 2 });
    expect(gridFor(1e6, 1e6, cell, 13)).toEqual({ cols: 500, rows: 300 });
  });
});

describe('fontFor', () => {
  const small = { width: 40, height: 40 };
  const large = { width: 5000, height: 5000 };
  it('never enlarges above the base and never shrinks below the least', () => {
    expect(fontFor(large, cell, { cols: 20, rows: 5 }, 13, 1)).toBe(13);
    expect(fontFor(small, cell, { cols: 400, rows: 200 }, 13, 1)).toBe(FONT_MIN);
  });
  it('what it answers fits the box as terminals draw it, in whole device pixels', () => {
    fc.assert(
      fc.property(
        fc.record({ width: fc.integer({ min: 300, max: 3000 }), height: fc.integer({ min: 200, max: 2000 }) }),
        fc.record({ cols: fc.integer({ min: 2, max: 200 }), rows: fc.integer({ min: 2, max: 100 }) }),
        fc.constantFrom(1, 1.5, 2, 3),
        (box, grid, dpr) => {
          const font = fontFor(box, cell, grid, 16, dpr);
          if (font === FONT_MIN) return;
          const column = Math.floor(cell.width * font * dpr) / dpr;
          expect(column * grid.cols).toBeLessThanOrEqual(box.width + 0.01);
          expect(grid.rows * cell.height * font).toBeLessThanOrEqual(box.height + 0.01);
        },
      ),
    );
  });
  it('uses the whole pixel of a column: 120 columns in 600 pixels are 5 wide, not 4', () => {
    expect(Math.floor(wideFont(600, cell, 120, 1) * cell.width)).toBe(5);
    expect(Math.floor(wideFont(599, cell, 120, 1) * cell.width)).toBe(4);
    expect(Math.floor(wideFont(599, cell, 120, 2) * cell.width * 2)).toBe(9);
  });
});

describe('rowsHidden', () => {
  it.each([
    [0, 20, 0],
    [19, 20, 0],
    [20, 20, 1],
    [39, 20, 20],
    [5, 0, 5],
  ])('last line %d of a box of %d rows: %d above', (last, shown, hidden) => {
    expect(rowsHidden(last, shown)).toBe(hidden);
  });
});

describe('tileColumns', () => {
  it.each([
    [0, 1],
    [1, 1],
    [2, 2],
    [4, 2],
    [6, 3],
    [9, 3],
  ])('%d tiles on a desktop stand in %d columns', (count, cols) => {
    expect(tileColumns(count, 1400, 850, 340)).toBe(cols);
  });
  it('is one column on a phone', () => expect(tileColumns(8, 412, 800, 340)).toBe(1));
  it('never makes a tile narrower than asked, nor more columns than tiles', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 4000 }), (count, width) => {
        const cols = tileColumns(count, width, 900, 340);
        expect(cols).toBeGreaterThanOrEqual(1);
        expect(cols).toBeLessThanOrEqual(count);
        if (cols > 1) expect(width / cols).toBeGreaterThanOrEqual(340);
      }),
    );
  });
});
