/** What a person arranged, as it is kept in the hub, and what it means for the sessions that there are now. Pure. */
import { grow, keep, panesOf, readTree, rename, type Tree } from './layout.ts';

export interface Arrangement {
  /** `auto`: tiles by themselves, in the order of the list; the tree then waits unused. */
  readonly mode: 'auto' | 'arranged';
  readonly tree: Tree;
  /** Names of the panes when they were last arranged: a session that is made anew under its old name has its place back. */
  readonly names: Readonly<Record<string, string>>;
  /** Taken off the screen by hand. */
  readonly closed: readonly string[];
  /** Sessions that are new come in by themselves. */
  readonly follows: boolean;
  /** The saved layout that this was, if nothing was changed since. */
  readonly layout: string | null;
}

export const AUTO: Arrangement = { mode: 'auto', tree: null, names: {}, closed: [], follows: true, layout: null };

/** A layout that was saved under a name. */
export type Layout = Omit<Arrangement, 'mode' | 'layout'> & { readonly name: string };

export interface Known {
  readonly id: string;
  readonly name: string;
}

export const LAYOUT_NAME_MOST = 60;
const LAYOUTS_MOST = 100;

/** The tree for the sessions that live now, without those that are gone, with those that are new. `shape`: width by height. */
export function resolve(arrangement: Arrangement, live: readonly Known[], shape: number): Tree {
  const ids = new Set(live.map((each) => each.id));
  const before = new Set(panesOf(arrangement.tree));
  const heirs = new Map<string, string>();
  const taken = new Set<string>();
  for (const pane of before) {
    if (ids.has(pane)) continue;
    const name = arrangement.names[pane];
    const heir = name === undefined ? undefined : live.find((each) => each.name === name && !before.has(each.id));
    if (!heir || taken.has(heir.id)) continue;
    taken.add(heir.id);
    heirs.set(pane, heir.id);
  }
  const tree = keep(
    rename(arrangement.tree, (pane) => heirs.get(pane) ?? pane),
    (pane) => ids.has(pane),
  );
  if (!arrangement.follows) return tree;
  const away = new Set(arrangement.closed);
  const fresh = live.filter((each) => !before.has(each.id) && !taken.has(each.id) && !away.has(each.id));
  return grow(
    tree,
    fresh.map((each) => each.id),
    shape,
  );
}

/** Ids on the screen, in order. */
export function shownPanes(arrangement: Arrangement, live: readonly Known[], shape: number): readonly string[] {
  if (arrangement.mode === 'arranged') return panesOf(resolve(arrangement, live, shape));
  const away = new Set(arrangement.closed);
  return live.flatMap((each) => (away.has(each.id) ? [] : [each.id]));
}

/** An arrangement with another tree: names are taken along, closed ones that show again are closed no more. */
export function arranged(before: Arrangement, tree: Tree, live: readonly Known[]): Arrangement {
  const shown = new Set(panesOf(tree));
  const names = Object.fromEntries(live.flatMap((each) => (shown.has(each.id) ? [[each.id, each.name]] : [])));
  return {
    mode: 'arranged',
    tree,
    names,
    closed: before.closed.filter((each) => !shown.has(each)),
    follows: before.mode === 'auto' ? true : before.follows,
    layout: null,
  };
}

/** Off the screen; the session goes on. */
export function closePane(before: Arrangement, tree: Tree, pane: string, live: readonly Known[]): Arrangement {
  const closed = [...before.closed.filter((each) => each !== pane), pane];
  if (before.mode === 'auto') return { ...before, closed };
  const next = arranged(
    before,
    keep(tree, (each) => each !== pane),
    live,
  );
  return { ...next, closed };
}

const text = (value: unknown): value is string => typeof value === 'string';
const record = (value: unknown): Record<string, unknown> | null =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? [...new Set(value.filter(text))] : []);

function readParts(from: Record<string, unknown>): Omit<Layout, 'name'> {
  const names = record(from['names']) ?? {};
  return {
    tree: readTree(from['tree']),
    names: Object.fromEntries(Object.entries(names).flatMap(([id, name]) => (text(name) ? [[id, name]] : []))),
    closed: texts(from['closed']),
    follows: from['follows'] !== false,
  };
}

/** As it was kept; whatever cannot be understood is the automatic one. */
export function readArrangement(value: unknown): Arrangement | null {
  const from = record(value);
  if (!from) return null;
  return {
    ...readParts(from),
    mode: from['mode'] === 'arranged' ? 'arranged' : 'auto',
    layout: text(from['layout']) ? from['layout'] : null,
  };
}

export function readLayouts(value: unknown): readonly Layout[] {
  const list = record(value)?.['layouts'];
  if (!Array.isArray(list)) return [];
  const seen = new Set<string>();
  return list.slice(0, LAYOUTS_MOST).flatMap((each: unknown) => {
    const from = record(each);
    const name = from?.['name'];
    if (!from || !text(name) || name.trim() === '' || seen.has(name)) return [];
    seen.add(name);
    return [{ name, ...readParts(from) }];
  });
}
export const writeLayouts = (layouts: readonly Layout[]): unknown => ({ layouts });

/** Changes of the saved layouts, each meaningful whatever another device saved meanwhile. */
export const withLayout = (layouts: readonly Layout[], layout: Layout): readonly Layout[] =>
  layouts.some((each) => each.name === layout.name)
    ? layouts.map((each) => (each.name === layout.name ? layout : each))
    : [...layouts, layout];
export const withoutLayout = (layouts: readonly Layout[], name: string): readonly Layout[] =>
  layouts.filter((each) => each.name !== name);
export const renamedLayout = (layouts: readonly Layout[], name: string, to: string): readonly Layout[] =>
  layouts.some((each) => each.name === to)
    ? layouts
    : layouts.map((each) => (each.name === name ? { ...each, name: to } : each));

/** What is wrong with a name for a layout; null when it is fine. */
export function layoutNameFault(name: string, taken: readonly string[]): string | null {
  const trimmed = name.trim();
  if (trimmed === '') return 'Give it a name.';
  if (trimmed.length > LAYOUT_NAME_MOST) return `At most ${LAYOUT_NAME_MOST} characters.`;
  if (trimmed.toLowerCase() === 'auto') return 'Auto is always there; choose another name.';
  return taken.includes(trimmed) ? `There is a layout named ${trimmed} already.` : null;
}
