/** One pane: its head and its terminal, at a place that the grid gives it. */
import { memo, useCallback, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { useSession } from '../../../app/feeds.ts';
import { SessionPane } from '../../../app/SessionPane.tsx';
import type { PaneControls } from '../../terminal/Pane.tsx';
import { inTurn } from '../../terminal/turns.ts';
import s from './Grid.module.css';
import { Head } from './Head.tsx';
import { look } from './looked.ts';
import { usePanes } from './state.ts';

/** The answer to what one typed last comes after one has left; it is no news. */
const LEAVE_MS = 2000;

export interface TileProps {
  readonly id: string;
  /** Pixels. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** In sight or nearly so; before it ever was, a pane is its name only. */
  readonly near: boolean;
  /** Another one has the whole room. */
  readonly away: boolean;
}

export const Tile = memo(function Tile({ id, left, top, width, height, near, away }: TileProps) {
  const session = useSession(id);
  const place = useRef<HTMLLIElement>(null);
  const pane = useRef<PaneControls>(null);
  const [met, setMet] = useState(false);
  const [focused, setFocused] = useState(false);
  const leaving = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [foreign, setForeign] = useState(false);
  const wanted = usePanes((panes) => panes.wanted === id);
  const chosen = usePanes((panes) => panes.selected.has(id));
  const dragged = usePanes((panes) => panes.dragged === id);
  const outputAt = session?.outputAt ?? null;
  const onFits = useCallback((fits: boolean) => setForeign(!fits), []);

  useEffect(() => () => clearTimeout(leaving.current), []);
  // Two dozen heads drawn in one go hold the page up: each in its turn, the one that is wanted first.
  useEffect(() => {
    if (near && !met) return inTurn(() => flushSync(() => setMet(true)), wanted);
  }, [near, met, wanted]);
  useEffect(() => {
    if (!wanted) return;
    place.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    if (!pane.current) return;
    pane.current.focus();
    usePanes.setState({ wanted: null });
  }, [wanted]);
  useEffect(() => {
    if (focused) look({ id, outputAt });
  }, [focused, id, outputAt]);

  if (!session) return null;
  return (
    <li
      ref={place}
      className={s['tile']}
      style={{ left, top, width, height }}
      hidden={away}
      data-pane={id}
      data-need={session.needsYou || session.stalled}
      data-chosen={chosen}
      data-dragged={dragged}
      onFocus={() => usePanes.getState().focused !== id && usePanes.setState({ focused: id })}
    >
      {met ? (
        <>
          <Head
            session={session}
            foreign={foreign}
            onTakeSize={() => pane.current?.takeSize()}
            onSearch={() => pane.current?.search()}
          />
          <SessionPane
            ref={pane}
            session={session}
            scrollback={500}
            endOnly
            autoFocus={wanted}
            onFocus={(now) => {
              clearTimeout(leaving.current);
              if (now) setFocused(true);
              else leaving.current = setTimeout(() => setFocused(false), LEAVE_MS);
              if (now && usePanes.getState().wanted === id) usePanes.setState({ wanted: null });
            }}
            onFits={onFits}
          />
        </>
      ) : (
        <h2 className={s['name']}>{session.name}</h2>
      )}
    </li>
  );
});
