import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FONT_MIN, fontFor, gridFor, tileColumns } from './fit.ts';

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
  it('never enlarges above the base and never shrinks below the least', () => {
    expect(fontFor(5000, 5000, cell, { cols: 20, rows: 5 }, 13)).toBe(13);
    expect(fontFor(40, 40, cell, { cols: 400, rows: 200 }, 13)).toBe(FONT_MIN);
  });
  it('what it answers fits the box, and half a pixel more would not', () => {
    fc.assert(
      fc.property(
        fc.record({ w: fc.integer({ min: 200, max: 3000 }), h: fc.integer({ min: 150, max: 2000 }) }),
        fc.record({ cols: fc.integer({ min: 2, max: 300 }), rows: fc.integer({ min: 2, max: 120 }) }),
        ({ w, h }, grid) => {
          const font = fontFor(w, h, cell, grid, 16);
          const fits = (f: number) => grid.cols * cell.width * f <= w + 0.01 && grid.rows * cell.height * f <= h + 0.01;
          if (font > FONT_MIN) expect(fits(font)).toBe(true);
          if (font < 16 && font > FONT_MIN) expect(fits(font + 0.5)).toBe(false);
        },
      ),
    );
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
