/** Where the hub, the machines and the jump hosts between them stand in the picture. Pure. */

export interface Reached {
  readonly id: string;
  /** What the way goes through, nearest first. */
  readonly via: readonly string[];
}
interface Jump {
  readonly kind: 'jump';
  /** The whole way up to it: two gates of one name behind different ones are two. */
  readonly key: string;
  readonly name: string;
  readonly children: readonly Branch[];
}
interface Leaf {
  readonly kind: 'node';
  readonly key: string;
  readonly id: string;
}
type Branch = Jump | Leaf;

/** What is reached through the same gates hangs together, in the order of the list. */
export function branches(nodes: readonly Reached[], depth = 0, before = ''): readonly Branch[] {
  const found: Branch[] = [];
  const done = new Set<string>();
  for (const { id, via } of nodes) {
    const name = via[depth];
    if (name === undefined) found.push({ kind: 'node', key: id, id });
    else if (!done.has(name)) {
      done.add(name);
      const key = `${before}${name}\n`;
      const behind = nodes.filter((each) => each.via[depth] === name);
      found.push({ kind: 'jump', key, name, children: branches(behind, depth + 1, key) });
    }
  }
  return found;
}

const leaves = (branch: Branch): number =>
  branch.kind === 'node' ? 1 : branch.children.reduce((sum, child) => sum + leaves(child), 0);
const depthOf = (branch: Branch): number =>
  branch.kind === 'node' ? 0 : 1 + Math.max(0, ...branch.children.map(depthOf));

export interface Sizes {
  readonly width: number;
  /** Of the hub, of a machine, of a jump host at most; and from the top of one row to the next. */
  readonly hub: number;
  readonly node: number;
  readonly jump: number;
  readonly row: number;
  /** At least between two that follow each other. */
  readonly gap: number;
}

export interface Spot {
  readonly key: string;
  readonly kind: 'node' | 'jump';
  /** Id of the machine, name of the jump host. */
  readonly name: string;
  /** Middle of its height; left edge and width. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** How many gates are before it. */
  readonly depth: number;
  readonly side: 'left' | 'right';
  /** Machines behind it, or itself. */
  readonly ids: readonly string[];
}
/** From one thing to the next, in the direction away from the hub. */
export interface Edge {
  readonly key: string;
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  /** Where it has bent to its height: from there on it runs straight, past the gates of others. */
  readonly bent: number;
  readonly ids: readonly string[];
}
export interface Picture {
  readonly height: number;
  /** Left edge and middle of the hub. */
  readonly hub: readonly [number, number];
  /** In reading order, a jump host before what is behind it. */
  readonly spots: readonly Spot[];
  readonly edges: readonly Edge[];
}

/** More rows than this stand on both sides of the hub. */
const ONE_SIDE = 6;

export function layOut(nodes: readonly Reached[], sizes: Sizes): Picture {
  const all = branches(nodes);
  const total = all.reduce((sum, branch) => sum + leaves(branch), 0);
  const both = total > ONE_SIDE;
  const right: Branch[] = [];
  const left: Branch[] = [];
  let count = 0;
  for (const branch of all) {
    // A branch is never torn apart: it goes where more of it belongs.
    const here = !both || count + leaves(branch) / 2 <= total / 2;
    (here ? right : left).push(branch);
    count += leaves(branch);
  }
  const rowsOf = (side: readonly Branch[]) => side.reduce((sum, branch) => sum + leaves(branch), 0);
  const rows = Math.max(1, rowsOf(right), rowsOf(left));
  const height = rows * sizes.row;
  const hubX = both ? (sizes.width - sizes.hub) / 2 : 0;
  const spots: Spot[] = [];
  const edges: Edge[] = [];

  const place = (side: 'left' | 'right', list: readonly Branch[]): void => {
    const away = side === 'right' ? 1 : -1;
    const start = side === 'right' ? hubX + sizes.hub : hubX;
    const end = side === 'right' ? sizes.width - sizes.node : sizes.node;
    const steps = Math.max(0, ...list.map(depthOf));
    // Gates share what is between the hub and the machines.
    const slot = steps === 0 ? 0 : (Math.abs(end - start) - sizes.gap) / steps;
    const jump = Math.max(0, Math.min(sizes.jump, slot - sizes.gap));
    let row = (rows - rowsOf(list)) / 2;
    const put = (branch: Branch, depth: number): { readonly y: number; readonly ids: readonly string[] } => {
      if (branch.kind === 'node') {
        const y = (row + 0.5) * sizes.row;
        row += 1;
        const x = side === 'right' ? sizes.width - sizes.node : 0;
        spots.push({
          key: branch.key,
          kind: 'node',
          name: branch.id,
          x,
          y,
          width: sizes.node,
          depth,
          side,
          ids: [branch.id],
        });
        return { y, ids: [branch.id] };
      }
      const at = spots.length;
      const inner = branch.children.map((child) => ({ child, ...put(child, depth + 1) }));
      const ids = inner.flatMap((each) => each.ids);
      const y = ((inner[0]?.y ?? 0) + (inner.at(-1)?.y ?? 0)) / 2;
      const near = start + away * (sizes.gap + depth * slot);
      const far = near + away * jump;
      spots.splice(at, 0, {
        key: branch.key,
        kind: 'jump',
        name: branch.name,
        x: Math.min(near, far),
        y,
        width: jump,
        depth,
        side,
        ids,
      });
      for (const each of inner) {
        const to = each.child.kind === 'node' ? end : near + away * slot;
        const bent = depth + 1 < steps ? near + away * slot : to;
        edges.push({ key: `${branch.key}${each.child.key}`, from: [far, y], to: [to, each.y], bent, ids: each.ids });
      }
      return { y, ids };
    };
    for (const branch of list) {
      const { y, ids } = put(branch, 0);
      const to = branch.kind === 'node' ? end : start + away * sizes.gap;
      const bent = steps === 0 ? to : start + away * sizes.gap;
      edges.push({ key: branch.key, from: [start, height / 2], to: [to, y], bent, ids });
    }
  };
  place('right', right);
  place('left', left);
  return { height, hub: [hubX, height / 2], spots, edges };
}
