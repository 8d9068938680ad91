import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromGrid, insert, reshare, SIDES, type Tree } from './layout.ts';
import {
  allDrops,
  dropAt,
  dropRect,
  dropTowards,
  GAP,
  neighbour,
  placeGrid,
  placeTree,
  type Rect,
  shareOut,
} from './places.ts';

const LEAST = { width: 200, height: 120 };
const overlap = (a: Rect, b: Rect) =>
  Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left) > 0.01 &&
  Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top) > 0.01;

describe('places of a tree', () => {
  it('panes fill the whole, never overlap and are never smaller than the least', () => {
    const step = fc.record({
      target: fc.nat(8),
      side: fc.constantFrom(...SIDES),
      share: fc.double({ min: 0.02, max: 0.98, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 9 }),
        fc.integer({ min: 50, max: 3000 }),
        fc.integer({ min: 50, max: 2000 }),
        (steps, width, height) => {
          let tree: Tree = { pane: '0' };
          for (const [i, { target, side, share }] of steps.entries()) {
            tree = insert(tree, String(i + 1), String(target % (i + 1)), side);
            tree = reshare(tree, { path: [], index: 0 }, share);
          }
          const { rects, size } = placeTree(tree, { width, height }, LEAST);
          expect(size.width).toBeGreaterThanOrEqual(width);
          const all = [...rects.values()];
          expect(all.length).toBe(steps.length + 1);
          let area = 0;
          for (const [i, rect] of all.entries()) {
            expect(rect.width).toBeGreaterThanOrEqual(LEAST.width - 0.01);
            expect(rect.height).toBeGreaterThanOrEqual(LEAST.height - 0.01);
            expect(rect.left + rect.width).toBeLessThanOrEqual(size.width + 0.01);
            expect(rect.top + rect.height).toBeLessThanOrEqual(size.height + 0.01);
            area += rect.width * rect.height;
            for (const other of all.slice(i + 1)) expect(overlap(rect, other)).toBe(false);
          }
          // What is not panes is gaps.
          expect(area).toBeGreaterThan(size.width * size.height - GAP * all.length * (size.width + size.height));
        },
      ),
    );
  });

  it('a share below the least takes what it needs from the others', () => {
    expect(shareOut(100, [0.1, 0.9], [30, 0])).toEqual([30, 70]);
    expect(shareOut(100, [0.5, 0.25, 0.25], [0, 0, 40])).toEqual([40, 20, 40]);
  });

  it('a divider stands between its two and knows how far it may go', () => {
    const { dividers } = placeTree(fromGrid(['a', 'b', 'c', 'd'], 2), { width: 1006, height: 506 }, LEAST);
    expect(dividers).toHaveLength(3);
    expect(dividers[1]).toMatchObject({ path: [], index: 0, axis: 'column', rect: { top: 250, height: GAP } });
    expect(dividers.find((each) => each.path[0] === 1)).toMatchObject({
      axis: 'row',
      rect: { left: 500 },
      before: 500,
      leastBefore: 200,
    });
  });
});

describe('the automatic grid', () => {
  it('fills the room, and is higher when tiles would be too small', () => {
    const { rects, size } = placeGrid(['a', 'b', 'c'], 2, { width: 1006, height: 606 }, LEAST);
    expect(size).toEqual({ width: 1006, height: 606 });
    expect(rects.get('c')).toEqual({ left: 0, top: 306, width: 1006, height: 300 });
    expect(placeGrid(['a', 'b', 'c', 'd'], 1, { width: 500, height: 100 }, LEAST).size.height).toBe(4 * 126 - GAP);
  });
});

describe('going and dropping', () => {
  // a above c at the left; b at the right, over the whole height
  const tree = insert(insert({ pane: 'a' }, 'b', 'a', 'right'), 'c', 'a', 'bottom');
  const { rects } = placeTree(tree, { width: 1006, height: 606 }, LEAST);

  it('arrows reach what is there, and stop at the border', () => {
    expect(neighbour(rects, 'a', 'right')).toBe('b');
    expect(neighbour(rects, 'a', 'bottom')).toBe('c');
    expect(neighbour(rects, 'c', 'top')).toBe('a');
    expect(['a', 'c']).toContain(neighbour(rects, 'b', 'left'));
    expect(neighbour(rects, 'a', 'left')).toBeNull();
    expect(neighbour(rects, 'b', 'bottom')).toBeNull();
    expect(neighbour(rects, 'nobody', 'left')).toBeNull();
  });

  it('the middle swaps, the edges stand beside', () => {
    expect(dropAt(rects, 750, 300)).toEqual({ target: 'b', zone: 'swap' });
    expect(dropAt(rects, 520, 300)).toEqual({ target: 'b', zone: 'left' });
    expect(dropAt(rects, 250, 10)).toEqual({ target: 'a', zone: 'top' });
    expect(dropAt(rects, 5000, 10)).toBeNull();
    expect(dropRect(rects, { target: 'b', zone: 'bottom' })).toEqual({ left: 506, top: 303, width: 500, height: 303 });
  });

  it('every drop can be reached by arrow keys, and each is where it says', () => {
    const drops = allDrops(rects, 'a');
    expect(drops).toHaveLength(10);
    for (const drop of drops) expect(dropAt(rects, drop.x, drop.y)).toEqual({ target: drop.target, zone: drop.zone });
    const reached = new Set<string>();
    const queue = [{ x: 250, y: 150 }];
    for (let from = queue.pop(); from; from = queue.pop())
      for (const side of SIDES) {
        const next = dropTowards(drops, from, side);
        if (!next || reached.has(`${next.target} ${next.zone}`)) continue;
        reached.add(`${next.target} ${next.zone}`);
        queue.push(next);
      }
    expect(reached.size).toBe(10);
  });
});
