/**
 * How panes stand: a tree of splits with panes as its leaves. Everything here answers a new tree and never changes one.
 * The laws, kept by every operation: no pane is lost or doubled, a split has at least two children, a child never splits
 * the way its parent does, and the shares of a split are positive and sum to one.
 */

/** `row`: side by side; `column`: one above the other. */
export type Axis = 'row' | 'column';
export type Side = 'left' | 'right' | 'top' | 'bottom';
export const SIDES: readonly Side[] = ['left', 'right', 'top', 'bottom'];

export interface Leaf {
  /** Session id. */
  readonly pane: string;
}
export interface Split {
  readonly axis: Axis;
  readonly children: readonly Node[];
  readonly shares: readonly number[];
}
export type Node = Leaf | Split;
/** Null: no pane at all. */
export type Tree = Node | null;

export const isLeaf = (node: Node): node is Leaf => 'pane' in node;
export const axisOf = (side: Side): Axis => (side === 'left' || side === 'right' ? 'row' : 'column');

/** In reading order. */
export function panesOf(tree: Tree): readonly string[] {
  if (!tree) return [];
  return isLeaf(tree) ? [tree.pane] : tree.children.flatMap(panesOf);
}

/** A split of these, as the laws want it: null for none, the child itself for one, children of the same axis taken in. */
export function split(axis: Axis, parts: readonly { readonly node: Tree; readonly share: number }[]): Tree {
  const flat: { node: Node; share: number }[] = [];
  for (const { node, share } of parts) {
    if (!node) continue;
    const weight = Number.isFinite(share) && share > 0 ? share : 1e-6;
    if (!isLeaf(node) && node.axis === axis)
      for (const [i, child] of node.children.entries())
        flat.push({ node: child, share: weight * (node.shares[i] ?? 0) });
    else flat.push({ node, share: weight });
  }
  const [first] = flat;
  if (!first) return null;
  if (flat.length === 1) return first.node;
  const sum = flat.reduce((all, { share }) => all + share, 0);
  return { axis, children: flat.map(({ node }) => node), shares: flat.map(({ share }) => share / sum) };
}

/** The tree with each leaf replaced; a leaf that becomes null leaves its place to its neighbours. */
function replace(tree: Tree, each: (leaf: Leaf) => Tree): Tree {
  if (!tree) return null;
  if (isLeaf(tree)) return each(tree);
  return split(
    tree.axis,
    tree.children.map((child, i) => ({ node: replace(child, each), share: tree.shares[i] ?? 0 })),
  );
}

/** Only these panes; the others leave their places to their neighbours. */
export const keep = (tree: Tree, wanted: (pane: string) => boolean): Tree =>
  replace(tree, (leaf) => (wanted(leaf.pane) ? leaf : null));

export const remove = (tree: Tree, pane: string): Tree => keep(tree, (each) => each !== pane);

/**
 * A pane beside another, which gives it half of its place. A pane that is there already moves. Beside a pane that is not
 * there, or beside itself: at the right of everything when it is new, else nothing happens.
 */
export function insert(tree: Tree, pane: string, target: string, side: Side): Tree {
  const there = panesOf(tree);
  if (pane === target || !there.includes(target)) {
    if (there.includes(pane)) return tree;
    return split('row', [
      { node: tree, share: Math.max(1, there.length) },
      { node: { pane }, share: 1 },
    ]);
  }
  const first = side === 'left' || side === 'top';
  return replace(remove(tree, pane), (leaf) => {
    if (leaf.pane !== target) return leaf;
    const mine = { node: { pane }, share: 1 };
    const theirs = { node: leaf, share: 1 };
    return split(axisOf(side), first ? [mine, theirs] : [theirs, mine]);
  });
}

/** Two panes change places; with one of them missing nothing happens. */
export function swap(tree: Tree, a: string, b: string): Tree {
  const there = panesOf(tree);
  if (!there.includes(a) || !there.includes(b)) return tree;
  return replace(tree, (leaf) => (leaf.pane === a ? { pane: b } : leaf.pane === b ? { pane: a } : leaf));
}

/** The same arrangement with other panes in its places; `to` must not bring one twice. */
export const rename = (tree: Tree, to: (pane: string) => string): Tree =>
  replace(tree, (leaf) => ({ pane: to(leaf.pane) }));

/** How many panes each row of an automatic grid has: as even as can be, so that no last row is one wide pane. */
export function rowSizes(count: number, columns: number): readonly number[] {
  const rows = Math.ceil(count / Math.max(1, Math.floor(columns)));
  return Array.from({ length: rows }, (_, i) => Math.floor(count / rows) + (i < count % rows ? 1 : 0));
}

/** The automatic grid as a tree. */
export function fromGrid(panes: readonly string[], columns: number): Tree {
  let at = 0;
  return split(
    'column',
    rowSizes(panes.length, columns).map((size) => {
      const row = panes.slice(at, at + size);
      at += size;
      return {
        node: split(
          'row',
          row.map((pane) => ({ node: { pane }, share: 1 })),
        ),
        share: 1,
      };
    }),
  );
}

/** New panes, each put beside the one that has the most room: the larger half is the one that gives. */
export function grow(tree: Tree, fresh: readonly string[], shape: number): Tree {
  let now = tree;
  for (const pane of fresh) {
    if (panesOf(now).includes(pane)) continue;
    const widest = largest(now, shape);
    now = widest ? insert(now, pane, widest.pane, widest.wide ? 'right' : 'bottom') : { pane };
  }
  return now;
}

/** The leaf with the largest area, and whether it is wider than high; `shape`: width of the whole by its height. */
function largest(tree: Tree, shape: number): { readonly pane: string; readonly wide: boolean } | null {
  let best: { pane: string; wide: boolean } | null = null;
  let area = 0;
  const walk = (node: Node, width: number, height: number): void => {
    if (isLeaf(node)) {
      // A hair of tolerance: equal halves must not be told apart by rounding.
      if (width * height > area * (1 + 1e-9)) {
        area = width * height;
        // Characters are higher than wide: a terminal of two squares side by side is the natural one.
        best = { pane: node.pane, wide: width > height * 1.5 };
      }
      return;
    }
    for (const [i, child] of node.children.entries()) {
      const share = node.shares[i] ?? 0;
      if (node.axis === 'row') walk(child, width * share, height);
      else walk(child, width, height * share);
    }
  };
  if (tree) walk(tree, shape, 1);
  return best;
}

/** Where a divider is: the way of child numbers to its split, and the child before it. */
export interface Place {
  readonly path: readonly number[];
  readonly index: number;
}

/** The two beside the divider share anew: `share` of both together for the first. Places that are not there change nothing. */
export function reshare(tree: Tree, { path, index }: Place, share: number): Tree {
  if (!tree || isLeaf(tree) || !Number.isFinite(share)) return tree;
  const [head, ...rest] = path;
  if (head === undefined) {
    const [a, b] = [tree.shares[index], tree.shares[index + 1]];
    if (a === undefined || b === undefined) return tree;
    const first = (a + b) * Math.min(0.98, Math.max(0.02, share));
    const shares = tree.shares.map((each, i) => (i === index ? first : i === index + 1 ? a + b - first : each));
    return { ...tree, shares };
  }
  const child = tree.children[head];
  if (!child) return tree;
  const next = reshare(child, { path: rest, index }, share);
  return { ...tree, children: tree.children.map((each, i) => (i === head ? (next ?? each) : each)) };
}

/** All panes of a split equally large, by how many panes each side holds. */
export function even(tree: Tree): Tree {
  if (!tree || isLeaf(tree)) return tree;
  return split(
    tree.axis,
    tree.children.map((child) => ({ node: even(child), share: weight(child, tree.axis) })),
  );
}
const weight = (node: Node, axis: Axis): number =>
  isLeaf(node)
    ? 1
    : node.axis === axis
      ? node.children.reduce((sum, child) => sum + weight(child, axis), 0)
      : Math.max(...node.children.map((child) => weight(child, axis)));

const MOST_PANES = 500;
const DEEPEST = 40;

/** A tree as it was kept; null for what is none. Doubled panes count once, odd shares are mended. */
export function readTree(value: unknown): Tree {
  const seen = new Set<string>();
  const read = (from: unknown, depth: number): Tree => {
    if (from === null || typeof from !== 'object' || depth > DEEPEST) return null;
    const { pane, axis, children, shares } = from as Record<string, unknown>;
    if (typeof pane === 'string') {
      if (pane === '' || seen.has(pane) || seen.size >= MOST_PANES) return null;
      seen.add(pane);
      return { pane };
    }
    if ((axis !== 'row' && axis !== 'column') || !Array.isArray(children)) return null;
    const given: readonly unknown[] = Array.isArray(shares) ? shares : [];
    return split(
      axis,
      children.map((child: unknown, i) => {
        const share = given[i];
        return { node: read(child, depth + 1), share: typeof share === 'number' && share > 0 ? share : 1 };
      }),
    );
  };
  return read(value, 0);
}
