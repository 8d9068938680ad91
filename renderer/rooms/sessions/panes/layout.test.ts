import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  even,
  fromGrid,
  grow,
  insert,
  isLeaf,
  keep,
  type Node,
  panesOf,
  readTree,
  remove,
  reshare,
  rowSizes,
  SIDES,
  swap,
  type Tree,
} from './layout.ts';

function lawful(tree: Tree): void {
  const panes = panesOf(tree);
  expect(new Set(panes).size).toBe(panes.length);
  const walk = (node: Node): void => {
    if (isLeaf(node)) return;
    expect(node.children.length).toBeGreaterThan(1);
    expect(node.shares.length).toBe(node.children.length);
    expect(node.shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
    for (const share of node.shares) expect(share).toBeGreaterThan(0);
    for (const child of node.children) {
      if (!isLeaf(child)) expect(child.axis).not.toBe(node.axis);
      walk(child);
    }
  };
  if (tree) walk(tree);
}

const pane = fc.integer({ min: 0, max: 11 }).map((n) => `s${n}`);
const side = fc.constantFrom(...SIDES);
/** Every operation with what it must do to the set of panes. */
const operation = fc.oneof(
  fc.record({ kind: fc.constant('insert' as const), pane, target: pane, side }),
  fc.record({ kind: fc.constant('remove' as const), pane }),
  fc.record({ kind: fc.constant('swap' as const), a: pane, b: pane }),
  fc.record({ kind: fc.constant('keep' as const), gone: fc.array(pane, { maxLength: 3 }) }),
  fc.record({
    kind: fc.constant('grow' as const),
    fresh: fc.array(pane, { maxLength: 4 }),
    shape: fc.double({ min: 0.2, max: 4, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant('reshare' as const),
    path: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
    index: fc.integer({ min: 0, max: 4 }),
    share: fc.double(),
  }),
  fc.record({ kind: fc.constant('even' as const) }),
  fc.record({ kind: fc.constant('store' as const) }),
);

describe('any sequence of operations', () => {
  it('loses and doubles no pane, and keeps the laws', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(pane),
        fc.integer({ min: 1, max: 5 }),
        fc.array(operation, { maxLength: 30 }),
        (start, columns, steps) => {
          let tree = fromGrid(start, columns);
          const there = new Set(start);
          for (const step of steps) {
            if (step.kind === 'insert') {
              tree = insert(tree, step.pane, step.target, step.side);
              there.add(step.pane);
            } else if (step.kind === 'remove') {
              tree = remove(tree, step.pane);
              there.delete(step.pane);
            } else if (step.kind === 'swap') tree = swap(tree, step.a, step.b);
            else if (step.kind === 'keep') {
              tree = keep(tree, (each) => !step.gone.includes(each));
              for (const each of step.gone) there.delete(each);
            } else if (step.kind === 'grow') {
              tree = grow(tree, step.fresh, step.shape);
              for (const each of step.fresh) there.add(each);
            } else if (step.kind === 'reshare') tree = reshare(tree, step, step.share);
            else if (step.kind === 'even') tree = even(tree);
            else tree = readTree(JSON.parse(JSON.stringify(tree)));
            lawful(tree);
            expect(new Set(panesOf(tree))).toEqual(there);
          }
        },
      ),
    );
  });

  it('what was kept is read back whatever somebody wrote there', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => lawful(readTree(value))));
    const odd = {
      axis: 'row',
      shares: [-1, 'x', null],
      children: [{ pane: 'a' }, { pane: 'a' }, { axis: 'row', children: [{ pane: 'b' }, 3] }],
    };
    expect(panesOf(readTree(odd))).toEqual(['a', 'b']);
    let deep: unknown = { pane: 'z' };
    for (let i = 0; i < 5000; i += 1) deep = { axis: i % 2 ? 'row' : 'column', children: [deep, { pane: `p${i}` }] };
    lawful(readTree(deep));
  });
});

describe('single operations', () => {
  const grid = fromGrid(['a', 'b', 'c', 'd'], 2);

  it('a grid is rows of equal panes', () => {
    expect(grid).toEqual({
      axis: 'column',
      shares: [0.5, 0.5],
      children: [
        { axis: 'row', shares: [0.5, 0.5], children: [{ pane: 'a' }, { pane: 'b' }] },
        { axis: 'row', shares: [0.5, 0.5], children: [{ pane: 'c' }, { pane: 'd' }] },
      ],
    });
    expect(rowSizes(7, 3)).toEqual([3, 2, 2]);
    expect(rowSizes(24, 5)).toEqual([5, 5, 5, 5, 4]);
    expect(panesOf(fromGrid(['a', 'b', 'c', 'd', 'e'], 4))).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(fromGrid([], 3)).toBeNull();
    expect(fromGrid(['a'], 3)).toEqual({ pane: 'a' });
  });

  it('a pane beside another takes half of its place', () => {
    expect(insert({ pane: 'a' }, 'b', 'a', 'left')).toEqual({
      axis: 'row',
      shares: [0.5, 0.5],
      children: [{ pane: 'b' }, { pane: 'a' }],
    });
    const right = insert(grid, 'e', 'b', 'right');
    expect(panesOf(right)).toEqual(['a', 'b', 'e', 'c', 'd']);
    expect(right && !isLeaf(right) && right.children[0]).toMatchObject({ shares: [0.5, 0.25, 0.25] });
    expect(panesOf(insert(grid, 'd', 'a', 'top'))).toEqual(['d', 'a', 'b', 'c']);
  });

  it('a pane that vanishes leaves its place to its neighbours, in their proportion', () => {
    const three = {
      axis: 'row' as const,
      shares: [0.5, 0.25, 0.25],
      children: [{ pane: 'a' }, { pane: 'b' }, { pane: 'c' }],
    };
    expect(remove(three, 'c')).toMatchObject({ shares: [2 / 3, 1 / 3] });
    expect(remove(remove(grid, 'a'), 'b')).toEqual({
      axis: 'row',
      shares: [0.5, 0.5],
      children: [{ pane: 'c' }, { pane: 'd' }],
    });
  });

  it('two change places and nothing else moves', () => {
    expect(panesOf(swap(grid, 'a', 'd'))).toEqual(['d', 'b', 'c', 'a']);
    expect(swap(grid, 'a', 'nobody')).toBe(grid);
  });

  it('a new one comes beside the largest, along its longer side', () => {
    const two = insert({ pane: 'a' }, 'b', 'a', 'right');
    expect(grow(reshare(two, { path: [], index: 0 }, 0.3), ['c'], 1.6)).toMatchObject({
      children: [{ pane: 'a' }, { axis: 'column', children: [{ pane: 'b' }, { pane: 'c' }] }],
    });
    expect(panesOf(grow(null, ['x', 'y'], 1.6))).toEqual(['x', 'y']);
  });

  it('a divider moves between its two only', () => {
    const moved = reshare(grid, { path: [1], index: 0 }, 0.75);
    expect(moved).toMatchObject({ shares: [0.5, 0.5], children: [{ shares: [0.5, 0.5] }, { shares: [0.75, 0.25] }] });
    expect(reshare(grid, { path: [0, 5], index: 0 }, 0.7)).toEqual(grid);
    expect(even(moved)).toEqual(grid);
  });
});
