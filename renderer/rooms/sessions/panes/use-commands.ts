/** Every action of the panes by name and key. */
import {
  ArrowLeftRight,
  CheckCheck,
  Columns2,
  Eye,
  EyeOff,
  Fullscreen,
  Funnel,
  History,
  LayoutGrid,
  Maximize2,
  PanelsTopLeft,
  Pencil,
  Rows2,
  Save,
  Scale,
} from 'lucide-react';
import { type Command, useCommands } from '../../../app/commands.ts';
import { useSessions } from '../../../app/feeds.ts';
import { askLayout } from './Layouts.tsx';
import { SIDES, type Side } from './layout.ts';
import { usePicker } from './Picker.tsx';
import { neighbour } from './places.ts';
import { clearSelection } from './Selection.tsx';
import {
  applyAuto,
  applyLayout,
  evenOut,
  goTo,
  hidePane,
  movePane,
  scene,
  select,
  showPane,
  useLayouts,
  usePanes,
} from './state.ts';

const ARROW: Readonly<Record<Side, string>> = {
  left: 'ArrowLeft',
  right: 'ArrowRight',
  top: 'ArrowUp',
  bottom: 'ArrowDown',
};
const WORD: Readonly<Record<Side, string>> = { left: 'left', right: 'right', top: 'above', bottom: 'below' };

/** The pane that has, or last had, the keyboard. */
function here(): string | null {
  const { zoomed, focused } = usePanes.getState();
  if (zoomed !== null) return zoomed;
  return focused !== null && scene.shown.includes(focused) ? focused : null;
}
const towards = (pane: string, side: Side): string | null =>
  scene.placed ? neighbour(scene.placed.rects, pane, side) : null;

function step(by: number): void {
  const { shown } = scene;
  const pane = here();
  const at = pane === null ? (by > 0 ? -1 : 0) : shown.indexOf(pane);
  const next = shown[(at + by + shown.length) % Math.max(1, shown.length)];
  if (next !== undefined) goTo(next);
}

const withPane = (run: (pane: string) => void) => () => {
  const pane = here() ?? scene.shown[0];
  if (pane !== undefined) run(pane);
};

/** To the session in need after the one that has the keyboard; it is brought onto the screen when it is not there. */
export function jump(ids: readonly string[]): void {
  const pane = here();
  const at = pane === null ? -1 : ids.indexOf(pane);
  const next = ids[(at + 1) % Math.max(1, ids.length)];
  if (next === undefined) return;
  if (scene.shown.includes(next)) goTo(next);
  else showPane(next);
}

export function usePaneCommands(find: () => void): void {
  const layouts = useLayouts();
  const arranged = usePanes((panes) => panes.arrangement.mode === 'arranged');
  const choosing = usePanes((panes) => panes.selected.size > 0);
  const lastClosed = usePanes((panes) => panes.arrangement.closed.at(-1) ?? null);

  useCommands((): readonly Command[] => {
    const section = 'Panes';
    return [
      {
        id: 'pane.zoom',
        title: 'Zoom the pane, or go back',
        section,
        keys: 'z, Mod+Shift+Enter',
        icon: Maximize2,
        words: 'maximize full',
        run: withPane((pane) =>
          usePanes.setState(({ zoomed }) => ({ zoomed: zoomed === null ? pane : null, wanted: pane })),
        ),
      },
      ...SIDES.map(
        (side): Command => ({
          id: `pane.focus.${side}`,
          title: `Go to the pane ${WORD[side]}`,
          section,
          keys: `Mod+Shift+${ARROW[side]}`,
          hidden: true,
          run: withPane((pane) => goTo(here() === null ? pane : (towards(pane, side) ?? pane))),
        }),
      ),
      { id: 'pane.next', title: 'Next pane', section, keys: '], Mod+Shift+L', run: () => step(1) },
      { id: 'pane.previous', title: 'Previous pane', section, keys: '[, Mod+Shift+H', run: () => step(-1) },
      ...SIDES.map(
        (side): Command => ({
          id: `pane.move.${side}`,
          title: `Move the pane ${side === 'top' ? 'up' : side === 'bottom' ? 'down' : side}`,
          section,
          icon: ArrowLeftRight,
          words: 'swap arrange',
          run: withPane((pane) => {
            const target = towards(pane, side);
            if (target === null) return;
            movePane(pane, { target, zone: 'swap' });
            goTo(pane);
          }),
        }),
      ),
      {
        id: 'pane.split.right',
        title: 'Split right',
        section,
        keys: 'Mod+Shift+D',
        icon: Columns2,
        run: withPane((target) => usePicker.setState({ beside: { target, side: 'right' } })),
      },
      {
        id: 'pane.split.down',
        title: 'Split down',
        section,
        keys: 'Mod+Shift+S',
        icon: Rows2,
        run: withPane((target) => usePicker.setState({ beside: { target, side: 'bottom' } })),
      },
      {
        id: 'pane.close',
        title: 'Close the pane (its session goes on)',
        section,
        keys: 'x, Mod+Shift+X',
        icon: EyeOff,
        words: 'hide',
        run: withPane(hidePane),
      },
      {
        id: 'pane.reopen',
        title: 'Show the pane closed last',
        section,
        keys: 'Mod+Shift+Y',
        icon: Eye,
        enabled: lastClosed !== null,
        run: () => {
          const alive = usePanes
            .getState()
            .arrangement.closed.filter((id) => useSessions.getState().byKey.has(id))
            .at(-1);
          if (alive !== undefined) showPane(alive);
        },
      },
      {
        id: 'pane.show',
        title: 'Show a session here',
        section,
        icon: Eye,
        run: () => usePicker.setState({ beside: { target: null, side: 'right' } }),
      },
      {
        id: 'pane.rename',
        title: 'Rename the session',
        section,
        keys: 'F2',
        icon: Pencil,
        run: withPane((pane) => usePanes.setState({ renaming: pane })),
      },
      { id: 'panes.filter', title: 'Filter panes', section, keys: '/', icon: Funnel, run: find },
      {
        id: 'panes.select',
        title: 'Select all shown',
        section,
        icon: CheckCheck,
        words: 'broadcast several',
        run: () => select(scene.shown, true),
      },
      {
        id: 'panes.unselect',
        title: 'Clear the selection',
        section,
        keys: 'Escape',
        enabled: choosing,
        run: clearSelection,
      },
      {
        id: 'panes.fullscreen',
        title: 'Full screen',
        section,
        icon: Fullscreen,
        run: () => {
          // Refused by the browser outside of a key press or click; F11 does the same.
          if (document.fullscreenElement) document.exitFullscreen().catch(() => undefined);
          else document.documentElement.requestFullscreen().catch(() => undefined);
        },
      },
      {
        id: 'layout.auto',
        title: 'Layout: Auto',
        section: 'Layouts',
        keys: 'Mod+Shift+0',
        icon: LayoutGrid,
        run: applyAuto,
      },
      ...layouts.map(
        (layout, i): Command => ({
          id: `layout.${i + 1}`,
          title: `Layout: ${layout.name}`,
          section: 'Layouts',
          ...(i < 9 ? { keys: `Mod+Shift+${i + 1}` } : {}),
          icon: PanelsTopLeft,
          run: () => applyLayout(layout),
        }),
      ),
      {
        id: 'layout.save',
        title: 'Save this arrangement',
        section: 'Layouts',
        icon: Save,
        run: () => askLayout({ kind: 'save' }),
      },
      {
        id: 'layout.history',
        title: 'Restore an earlier version',
        section: 'Layouts',
        icon: History,
        words: 'layout undo rollback',
        run: () => askLayout({ kind: 'history' }),
      },
      {
        id: 'layout.even',
        title: 'Make all panes equal',
        section: 'Layouts',
        icon: Scale,
        enabled: arranged,
        run: evenOut,
      },
    ];
  }, [layouts, arranged, choosing, lastClosed, find]);
}
