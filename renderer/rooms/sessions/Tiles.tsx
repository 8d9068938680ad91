/** Every live terminal at once. The grid knows ids only; each tile selects its own row, so one busy agent draws one tile. */
import { LayoutGrid, Plus } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useSessions, useTileIds } from '../../app/feeds.ts';
import { useStart } from '../../app/start.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { tileColumns } from '../terminal/fit.ts';
import { Restore } from './Restore.tsx';
import s from './Tiles.module.css';

const Tile = lazy(() => import('./Tile.tsx'));
/** Pixels; narrower than this a terminal is a smudge. */
const NARROWEST = 340;
const SHORTEST = 220;

export default function Tiles() {
  const start = useStart();
  const ready = useSessions((rows) => rows.ready);
  const ids = useTileIds();
  const box = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState({ width: 0, height: 0 });

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setRoom({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const cols = tileColumns(ids.length, room.width, room.height, NARROWEST);
  const rows = Math.max(1, Math.ceil(ids.length / cols));
  const height = Math.max(SHORTEST, (room.height - (rows - 1) * 8) / rows);

  return (
    <>
      <Restore />
      <div ref={box} className={s['box']}>
        {ready && ids.length === 0 && (
          <Empty
            icon={<LayoutGrid size={20} aria-hidden />}
            title="No sessions yet"
            text="Start an agent in a folder. It runs in tmux on this machine and goes on when you close this page."
          >
            {start && (
              <Button look="primary" onClick={() => start()}>
                <Plus size={15} aria-hidden />
                Start a session
              </Button>
            )}
          </Empty>
        )}
        {room.width > 0 && ids.length > 0 && (
          <ul
            className={s['grid']}
            style={{ gridTemplateColumns: `repeat(${cols}, minmax(0, 1fr))`, gridAutoRows: height }}
          >
            <Suspense>
              {ids.map((id) => (
                <Tile key={id} id={id} />
              ))}
            </Suspense>
          </ul>
        )}
      </div>
    </>
  );
}
