/** The arrangement that is on the screen, whose it is, and where it is kept: the hub, for this person and kind of device. */
import { useMemo } from 'react';
import { create } from 'zustand';
import type { Preference } from '../../../../shared/contract/preferences.ts';
import { Fault } from '../../../../shared/fault.ts';
import { attempt } from '../../../app/act.ts';
import { useAuth, wire } from '../../../app/connect.ts';
import { usePreferences } from '../../../app/preferences.ts';
import {
  type Arrangement,
  AUTO,
  arranged,
  closePane,
  type Known,
  type Layout,
  readArrangement,
  readLayouts,
  writeLayouts,
} from './arrangement.ts';
import { even, grow, insert, panesOf, type Side, swap, type Tree } from './layout.ts';
import type { Drop, Placed, Size } from './places.ts';

/** A tablet is held in another way than a desk is sat at: each kind of device has its own arrangement. */
export const HERE = window.matchMedia('(pointer: coarse)').matches ? 'panes.tablet' : 'panes.desktop';
export const LAYOUTS = 'layouts';
const SAVE_MS = 400;
/** A session that was to be made beside a pane and comes later than this is like any other. */
const AWAIT_MS = 120_000;

interface PanesState {
  readonly arrangement: Arrangement;
  /** The hub's has been taken over, or there is none. */
  readonly ready: boolean;
  readonly focused: string | null;
  readonly zoomed: string | null;
  readonly selected: ReadonlySet<string>;
  /** Gets the keyboard as soon as it is there. */
  readonly wanted: string | null;
  /** A new session is to stand beside this one. */
  readonly awaited: {
    readonly target: string;
    readonly side: Side;
    readonly known: ReadonlySet<string>;
    readonly until: number;
  } | null;
  readonly dragged: string | null;
  /** Session whose name is being changed in its header. */
  readonly renaming: string | null;
}

export const usePanes = create<PanesState>(() => ({
  arrangement: AUTO,
  ready: false,
  focused: null,
  zoomed: null,
  selected: new Set(),
  wanted: null,
  awaited: null,
  dragged: null,
  renaming: null,
}));

/** What the grid shows now; commands read it, nothing is drawn from it. */
export const scene: {
  live: readonly Known[];
  /** In order, as filtered. */
  shown: readonly string[];
  /** The whole arrangement, unfiltered: in automatic mode the grid as a tree. */
  tree: Tree;
  placed: Placed | null;
  room: Size;
} = { live: [], shown: [], tree: null, placed: null, room: { width: 0, height: 0 } };

let timer: ReturnType<typeof setTimeout> | undefined;
/** Whose arrangement is shown. */
let owner: string | null = null;

function save(): void {
  clearTimeout(timer);
  timer = undefined;
  // Who may only read keeps an arrangement until the page is closed.
  if (!useAuth.getState().me?.scopes.some((scope) => scope === 'type' || scope === 'admin')) return;
  const { arrangement } = usePanes.getState();
  // The last one wins, and the one before is in the history.
  void attempt('The arrangement was not kept', () =>
    wire().call('preferences.set', { key: HERE, value: arrangement }, { retry: true }),
  );
}
addEventListener('pagehide', () => timer !== undefined && save());

export function setArrangement(arrangement: Arrangement): void {
  usePanes.setState({ arrangement, ready: true });
  clearTimeout(timer);
  timer = setTimeout(save, SAVE_MS);
}

/** Takes the hub's arrangement over, once for each person: what another window does later moves nothing here. */
export function takeOver(user: string, kept: Preference | undefined): void {
  if (owner === user && usePanes.getState().ready) return;
  owner = user;
  usePanes.setState({
    arrangement: (kept && readArrangement(kept.value)) ?? AUTO,
    ready: true,
    focused: null,
    zoomed: null,
    selected: new Set(),
    awaited: null,
  });
}

const shape = (): number => (scene.room.height > 0 ? scene.room.width / scene.room.height : 1.6);
const change = (tree: Tree): void => setArrangement(arranged(usePanes.getState().arrangement, tree, scene.live));

/** A pane to another place. */
export function movePane(pane: string, { target, zone }: Drop): void {
  change(zone === 'swap' ? swap(scene.tree, pane, target) : insert(scene.tree, pane, target, zone));
}
export const setTree = change;
export const evenOut = (): void => change(even(scene.tree));

/** A session beside a pane; without one, where there is room. */
export function showPane(pane: string, target?: string, side: Side = 'right'): void {
  const { arrangement, zoomed } = usePanes.getState();
  if (arrangement.mode === 'auto' && target === undefined)
    setArrangement({ ...arrangement, closed: arrangement.closed.filter((each) => each !== pane) });
  else if (target !== undefined) change(insert(scene.tree, pane, target, side));
  else if (!panesOf(scene.tree).includes(pane)) change(grow(scene.tree, [pane], shape()));
  usePanes.setState({ wanted: pane, ...(zoomed !== null ? { zoomed: pane } : {}) });
}

export function hidePane(pane: string): void {
  const { arrangement, zoomed, focused, selected } = usePanes.getState();
  const at = scene.shown.indexOf(pane);
  const next = scene.shown[at + 1] ?? scene.shown[at - 1] ?? null;
  setArrangement(closePane(arrangement, scene.tree, pane, scene.live));
  usePanes.setState({
    selected: new Set([...selected].filter((each) => each !== pane)),
    ...(zoomed === pane ? { zoomed: null } : {}),
    ...(focused === pane ? { focused: null, wanted: next } : {}),
  });
}

/** Waits for a session that is about to be made, to put it beside this one. */
export function awaitNew(target: string, side: Side): void {
  usePanes.setState({
    awaited: { target, side, known: new Set(scene.live.map((each) => each.id)), until: Date.now() + AWAIT_MS },
  });
}

/** The keyboard to a pane; while one is zoomed, the zoom goes along. */
export function goTo(pane: string): void {
  const { zoomed } = usePanes.getState();
  usePanes.setState({ wanted: pane, ...(zoomed !== null ? { zoomed: pane } : {}) });
}

export function select(ids: readonly string[], on: boolean): void {
  const selected = new Set(usePanes.getState().selected);
  for (const id of ids) {
    if (on) selected.add(id);
    else selected.delete(id);
  }
  usePanes.setState({ selected });
}

export const useLayouts = (): readonly Layout[] => {
  const value = usePreferences((rows) => rows.byKey.get(LAYOUTS)?.value);
  return useMemo(() => readLayouts(value), [value]);
};

export function applyLayout(layout: Layout): void {
  const { name, ...parts } = layout;
  setArrangement({ ...parts, mode: parts.tree === null ? 'auto' : 'arranged', layout: name });
  usePanes.setState({ zoomed: null });
}
export const applyAuto = (): void => {
  setArrangement(AUTO);
  usePanes.setState({ zoomed: null });
};

const TRIES = 5;

/** Changes the saved layouts. When another device was faster, the same change is made to what it saved. */
export async function changeLayouts(change: (layouts: readonly Layout[]) => readonly Layout[]): Promise<void> {
  let row = usePreferences.getState().byKey.get(LAYOUTS);
  for (let tries = 1; ; tries += 1) {
    try {
      const value = writeLayouts(change(readLayouts(row?.value)));
      await wire().call('preferences.set', { key: LAYOUTS, value, version: row?.version ?? 0 });
      return;
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'conflict' || tries === TRIES) throw error;
      row = (error.data?.['preference'] as Preference | null | undefined) ?? undefined;
    }
  }
}
