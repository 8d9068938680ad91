/**
 * The panes at their places. All are children of one list, wherever they stand: a pane that moves, splits or is zoomed
 * keeps its terminal. Dragging by the head moves one; the keyboard does the same from the grip in the head.
 */
import {
  type Announcements,
  DndContext,
  type DragMoveEvent,
  KeyboardCode,
  type KeyboardCoordinateGetter,
  KeyboardSensor,
  MouseSensor,
  TouchSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import { DividerHandle } from './Dividers.tsx';
import s from './Grid.module.css';
import type { Place, Side } from './layout.ts';
import { reshare } from './layout.ts';
import { allDrops, type Drop, dropAt, dropRect, dropTowards, type Size } from './places.ts';
import { movePane, scene, setTree, usePanes } from './state.ts';
import { Tile } from './Tile.tsx';
import type { Scene } from './use-scene.ts';

const SIDE: Readonly<Record<string, Side>> = {
  [KeyboardCode.Left]: 'left',
  [KeyboardCode.Right]: 'right',
  [KeyboardCode.Up]: 'top',
  [KeyboardCode.Down]: 'bottom',
};
const HOW = { left: 'Left of', right: 'Right of', top: 'Above', bottom: 'Below', swap: 'Swap with' } as const;

const nameOf = (id: string): string => scene.live.find((each) => each.id === id)?.name ?? id;
const told = (drop: Drop | null): string => (drop ? `${HOW[drop.zone]} ${nameOf(drop.target)}` : 'no place');

const same = (a: Drop | null, b: Drop | null): boolean => a?.target === b?.target && a?.zone === b?.zone;

export function Grid(props: {
  readonly scene: Scene;
  readonly room: Size;
  readonly onRoom: (room: Size) => void;
  readonly onDraft: (draft: { readonly place: Place; readonly share: number } | null) => void;
}) {
  const { placed, shown, movable } = props.scene;
  const { room, onRoom, onDraft } = props;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLUListElement>(null);
  const zoomed = usePanes((panes) => (panes.zoomed !== null && placed.rects.has(panes.zoomed) ? panes.zoomed : null));
  const [drop, setDrop] = useState<Drop | null>(null);
  /** Where the keyboard has carried the dragged pane to, in the pixels of the canvas. */
  const carried = useRef<{ readonly x: number; readonly y: number } | null>(null);
  const latest = useRef<Drop | null>(null);
  /** What is in sight, in steps of half a screen: scrolling must not draw the grid with every pixel. */
  const [step, setStep] = useState(0);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return;
      const { width, height } = entry.contentRect;
      onRoom({ width: Math.floor(width), height: Math.floor(height) });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [onRoom]);

  const half = Math.max(1, room.height / 2);
  const seen = { from: (step - 2) * half, to: (step + 5) * half };

  const offer = (next: Drop | null) => {
    latest.current = next;
    setDrop((old) => (same(old, next) ? old : next));
  };
  const coordinates: KeyboardCoordinateGetter = (event, { active, context }) => {
    const side = SIDE[event.code];
    const origin = canvas.current?.getBoundingClientRect();
    const here = placed.rects.get(String(active));
    if (!side || !origin || !here) return undefined;
    event.preventDefault();
    const from = carried.current ?? { x: here.left + here.width / 2, y: here.top + here.height / 2 };
    const next = dropTowards(allDrops(placed.rects, String(active)), from, side);
    if (!next) return undefined;
    carried.current = { x: next.x, y: next.y };
    offer({ target: next.target, zone: next.zone });
    const rect = context.collisionRect;
    return {
      x: origin.left + next.x - (rect?.width ?? 0) / 2,
      y: origin.top + next.y - (rect?.height ?? 0) / 2,
    };
  };
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 6 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 250, tolerance: 8 } }),
    useSensor(KeyboardSensor, { coordinateGetter: coordinates, scrollBehavior: 'auto' }),
  );

  const onMove = ({ active, activatorEvent, delta }: DragMoveEvent) => {
    if (activatorEvent instanceof KeyboardEvent) return;
    const origin = canvas.current?.getBoundingClientRect();
    const point =
      'touches' in activatorEvent ? (activatorEvent as TouchEvent).touches[0] : (activatorEvent as MouseEvent);
    if (!origin || !point) return;
    // The way of the pointer is told without the scrolling, where it began with the page as it was then.
    const at = dropAt(
      placed.rects,
      point.clientX + delta.x - start.current.left,
      point.clientY + delta.y - start.current.top,
    );
    offer(at && at.target !== active.id ? at : null);
  };
  const start = useRef({ left: 0, top: 0 });
  const end = (pane: string | null) => {
    const to = latest.current;
    usePanes.setState({ dragged: null });
    carried.current = null;
    offer(null);
    if (pane !== null && to) {
      movePane(pane, to);
      usePanes.setState({ wanted: pane });
    }
  };

  const announcements = useMemo(
    (): Announcements => ({
      onDragStart: ({ active }) => `${nameOf(String(active.id))} is picked up. Arrow keys choose a place.`,
      onDragMove: () => told(latest.current),
      onDragOver: () => undefined,
      onDragEnd: ({ active }) =>
        latest.current ? `${nameOf(String(active.id))} is moved: ${told(latest.current)}.` : 'Nothing was moved.',
      onDragCancel: () => 'Nothing was moved.',
    }),
    [],
  );

  const target = drop && dropRect(placed.rects, drop);
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={() => []}
      accessibility={{
        announcements,
        screenReaderInstructions: {
          draggable:
            'Press Enter to pick the pane up, arrow keys to choose a place, Enter to put it there, Escape to leave it.',
        },
      }}
      onDragStart={({ active }) => {
        const origin = canvas.current?.getBoundingClientRect();
        if (origin) start.current = { left: origin.left, top: origin.top };
        latest.current = null;
        usePanes.setState({ dragged: String(active.id), zoomed: null });
      }}
      onDragMove={onMove}
      onDragEnd={({ active }) => end(String(active.id))}
      onDragCancel={() => end(null)}
    >
      <div
        ref={box}
        className={s['box']}
        data-zoomed={zoomed !== null}
        onScroll={(event) => setStep(Math.round(event.currentTarget.scrollTop / half))}
      >
        <ul
          ref={canvas}
          className={s['canvas']}
          aria-label="Panes"
          style={zoomed === null ? { width: placed.size.width, height: placed.size.height } : undefined}
        >
          {room.width > 0 &&
            shown.map((id) => {
              const rect = placed.rects.get(id);
              if (!rect) return null;
              const at = zoomed === id ? { left: 0, top: 0, width: room.width, height: room.height } : rect;
              return (
                <Tile
                  key={id}
                  id={id}
                  {...at}
                  near={zoomed === null ? at.top + at.height > seen.from && at.top < seen.to : zoomed === id}
                  away={zoomed !== null && zoomed !== id}
                />
              );
            })}
        </ul>
        {zoomed === null &&
          movable &&
          placed.dividers.map((divider) => (
            <DividerHandle
              key={`${divider.path.join('.')}:${divider.index}`}
              divider={divider}
              onMove={(place, share) => onDraft({ place, share })}
              onDone={(place, share) => {
                onDraft(null);
                setTree(reshare(scene.tree, place, share));
              }}
            />
          ))}
        {drop && target && (
          <div className={s['drop']} style={{ ...target }}>
            <span>{told(drop)}</span>
          </div>
        )}
      </div>
    </DndContext>
  );
}
