/**
 * The panes at their places. All are children of one list, wherever they stand: a pane that moves, splits or is zoomed
 * keeps its terminal. Dragging by the head moves one; the keyboard does the same from the grip in the head.
 */
import { useEffect, useRef, useState } from 'react';
import { DividerHandle } from './Dividers.tsx';
import { HOW_TO_MOVE, registerGround, told, useDrop } from './drag.ts';
import s from './Grid.module.css';
import type { Place } from './layout.ts';
import { reshare } from './layout.ts';
import { dropRect, type Size } from './places.ts';
import { scene, setTree, usePanes } from './state.ts';
import { Tile } from './Tile.tsx';
import type { Scene } from './use-scene.ts';

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
  const drop = useDrop((state) => state.drop);
  const said = useDrop((state) => state.said);
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

  useEffect(() => {
    if (box.current && canvas.current) return registerGround({ box: box.current, canvas: canvas.current });
  }, []);

  const target = drop && dropRect(placed.rects, drop);
  return (
    <>
      <p id={HOW_TO_MOVE} hidden>
        Press Enter to pick the pane up, arrow keys to choose a place, Enter to put it there, Escape to leave it.
      </p>
      <p className="visually-hidden" aria-live="assertive">
        {said}
      </p>
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
    </>
  );
}
