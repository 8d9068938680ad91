/** From sessions, arrangement and view to the places of panes; told to `scene` for the commands. */
import { useLayoutEffect, useMemo, useRef } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { useSessions } from '../../../app/feeds.ts';
import { tileColumns } from '../../terminal/fit.ts';
import { type Known, resolve } from './arrangement.ts';
import { fromGrid, keep, type Place, panesOf, reshare, type Tree } from './layout.ts';
import { type Placed, placeGrid, placeTree, type Size } from './places.ts';
import { scene, showPane, usePanes } from './state.ts';
import { filters, fits, inOrder, type View } from './view.ts';

/** Pixels; narrower or lower a tile is a smudge, and the grid scrolls instead. */
const LEAST: Size = { width: 300, height: 180 };
/** Who arranges panes by hand may want them smaller, and never wants to scroll sideways. */
const LEAST_ARRANGED: Size = { width: 120, height: 90 };

export interface Scene {
  /** Sessions that could be shown. */
  readonly live: readonly Known[];
  /** In the arrangement, filtered or not. */
  readonly all: readonly string[];
  readonly shown: readonly string[];
  readonly placed: Placed;
  /** The gaps can be moved: what is seen is the arrangement itself. */
  readonly movable: boolean;
}

/** Sessions with a terminal, oldest first: the order of tiles never moves under the hand. */
function useLive(): readonly Known[] {
  const flat = useSessions(
    useShallow((rows) =>
      [...rows.byKey.values()]
        .filter((session) => !session.archived)
        .sort((a, b) => a.createdAt - b.createdAt || a.id.localeCompare(b.id))
        .flatMap(({ id, name }) => [id, name]),
    ),
  );
  return useMemo(() => {
    const live: Known[] = [];
    for (let i = 0; i < flat.length; i += 2) live.push({ id: flat[i] ?? '', name: flat[i + 1] ?? '' });
    return live;
  }, [flat]);
}

export function useScene(
  view: View,
  room: Size,
  draft: { readonly place: Place; readonly share: number } | null,
): Scene {
  const live = useLive();
  const arrangement = usePanes((panes) => panes.arrangement);
  const fitting = useSessions(
    useShallow((rows) =>
      live.flatMap(({ id }) => {
        const session = rows.byKey.get(id);
        return session && fits(session, view) ? [id] : [];
      }),
    ),
  );
  /** Changes when the order may change; by recency that is not with every line that somebody writes. */
  const needing = useSessions(
    useShallow((rows) =>
      view.sort === 'needs' ? live.flatMap(({ id }) => (rows.byKey.get(id)?.needsYou ? [id] : [])) : [],
    ),
  );
  const shape = room.height > 0 ? room.width / room.height : 1.6;

  const whole = useMemo(() => {
    if (arrangement.mode === 'arranged') {
      const tree = resolve(arrangement, live, shape);
      return { tree, all: panesOf(tree) };
    }
    const closed = new Set(arrangement.closed);
    return { tree: null, all: live.flatMap(({ id }) => (closed.has(id) ? [] : [id])) };
  }, [arrangement, live, shape]);

  const shown = useMemo(() => {
    const wanted = new Set(fitting);
    const list = whole.all.filter((id) => wanted.has(id));
    if (view.sort === 'arranged') return list;
    // Named, though not read: who needs somebody decides the order.
    void needing;
    const rows = useSessions.getState().byKey;
    const sessions = list.flatMap((id) => rows.get(id) ?? []);
    return sessions.sort((a, b) => inOrder(view.sort, a, b)).map((each) => each.id);
  }, [whole, fitting, needing, view.sort]);

  const made = useMemo((): { placed: Placed; tree: Tree; movable: boolean } => {
    const columns = (count: number) => tileColumns(count, room.width, room.height, LEAST.width);
    if (whole.tree !== null && view.sort === 'arranged') {
      const wanted = new Set(shown);
      const narrowed = filters(view);
      const tree = narrowed ? keep(whole.tree, (id) => wanted.has(id)) : whole.tree;
      const drawn = draft && !narrowed ? reshare(tree, draft.place, draft.share) : tree;
      return { placed: placeTree(drawn, room, LEAST_ARRANGED), tree: whole.tree, movable: !narrowed };
    }
    const tree = whole.tree ?? fromGrid(whole.all, columns(whole.all.length));
    return { placed: placeGrid(shown, columns(shown.length), room, LEAST), tree, movable: false };
  }, [whole, shown, room, view, draft]);

  const before = useRef<readonly string[]>([]);
  useLayoutEffect(() => {
    Object.assign(scene, { live, shown, tree: made.tree, placed: made.placed, room });
    const { awaited, focused, wanted } = usePanes.getState();
    // Elements that change their order lose the keyboard; the pane that had it gets it back.
    const moved = before.current !== shown && before.current.length > 0;
    before.current = shown;
    if (
      moved &&
      focused !== null &&
      wanted === null &&
      document.activeElement === document.body &&
      shown.includes(focused)
    )
      usePanes.setState({ wanted: focused });
    const fresh = awaited && live.find(({ id }) => !awaited.known.has(id));
    if (fresh) {
      usePanes.setState({ awaited: null });
      if (Date.now() < awaited.until) showPane(fresh.id, awaited.target, awaited.side);
    }
  }, [live, shown, made, room]);

  return { live, all: whole.all, shown, placed: made.placed, movable: made.movable };
}
