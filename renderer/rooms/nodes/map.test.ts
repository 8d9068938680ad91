import { describe, expect, it } from 'vitest';
import { branches, layOut, type Reached } from './map.ts';

const SIZES = { width: 900, hub: 160, node: 200, jump: 110, row: 40, gap: 32 };
const node = (id: string, ...via: string[]): Reached => ({ id, via });
const many = (count: number) => Array.from({ length: count }, (_, i) => node(`n${i}`));

describe('the picture of machines', () => {
  it('hangs together what goes through the same gates', () => {
    const shape = (list: ReturnType<typeof branches>): unknown =>
      list.map((each) => (each.kind === 'node' ? each.id : [each.name, shape(each.children)]));
    expect(shape(branches([node('a', 'g'), node('b'), node('c', 'g', 'h'), node('d', 'g')]))).toEqual([
      ['g', ['a', ['h', ['c']], 'd']],
      'b',
    ]);
  });

  it.each([0, 1, 3, 6, 7, 20, 41])('keeps %d machines inside of the frame, none over another', (count) => {
    const jumps = many(count).map((each, i) => (i % 3 === 0 ? { ...each, via: ['gate', `inner${i % 2}`] } : each));
    for (const nodes of [many(count), jumps]) {
      const { spots, edges, height } = layOut(nodes, SIZES);
      expect(
        spots
          .filter(({ kind }) => kind === 'node')
          .map(({ name }) => name)
          .sort(),
      ).toEqual(nodes.map(({ id }) => id).sort());
      for (const { x, y, width } of spots) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x + width).toBeLessThanOrEqual(SIZES.width);
        expect(y).toBeGreaterThan(0);
        expect(y).toBeLessThan(height);
        expect(width).toBeGreaterThan(20);
      }
      for (const [i, a] of spots.entries())
        for (const b of spots.slice(i + 1))
          expect(
            a.x + a.width <= b.x || b.x + b.width <= a.x || Math.abs(a.y - b.y) >= SIZES.row * 0.4,
            `${a.key} over ${b.key}`,
          ).toBe(true);
      // Each has exactly one edge that leads to it, and edges lead away from the hub.
      expect(edges).toHaveLength(spots.length);
      for (const { from, to, bent } of edges) {
        expect(from[0]).not.toBe(to[0]);
        // No line runs through a gate that it does not lead to.
        const [left, right] = [Math.min(bent, to[0]), Math.max(bent, to[0])];
        for (const { kind, x, y, width } of spots)
          if (kind === 'jump' && x < right - 1 && x + width > left + 1)
            expect(Math.abs(y - to[1])).toBeGreaterThan(SIZES.row * 0.4);
      }
    }
  });

  it('uses one side for few, both for many', () => {
    expect(new Set(layOut(many(6), SIZES).spots.map(({ side }) => side))).toEqual(new Set(['right']));
    const { spots, height } = layOut(many(20), SIZES);
    expect(spots.filter(({ side }) => side === 'left')).toHaveLength(10);
    expect(height).toBe(400);
  });

  it('puts a gate before what is behind it', () => {
    const { spots } = layOut([node('a', 'g'), node('b', 'g')], SIZES);
    expect(spots.map(({ key }) => key.trim())).toEqual(['g', 'a', 'b']);
    expect(spots[0]).toMatchObject({ y: 40, ids: ['a', 'b'] });
  });
});
