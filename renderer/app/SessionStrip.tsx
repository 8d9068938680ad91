/** The head of a session on a phone: its name between those of its neighbours. Swiping over it, or a tap, goes there. */
import { ChevronLeft, Files, GitCompare, SquareTerminal } from 'lucide-react';
import { type PointerEvent, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Session } from '../../shared/contract/sessions.ts';
import { StateBadge } from '../rooms/sessions/Evidence.tsx';
import { SessionMenu } from '../rooms/sessions/SessionMenu.tsx';
import { swiped } from '../rooms/terminal/gesture.ts';
import type { MenuEntry } from '../ui/Menu.tsx';
import { useCan } from './connect.ts';
import { useSession, useSessions, useSwipeIds } from './feeds.ts';
import { NodeMark } from './NodeMark.tsx';
import { addressOf, routes, sessionChangesPath, sessionFilePath, sessionPath } from './routes.ts';
import s from './SessionStrip.module.css';
import type { SessionView } from './SessionViews.tsx';
import { useFlat } from './viewport.ts';

const ICON = { size: 15, 'aria-hidden': true } as const;
/** Dots beyond this would be a line. */
const DOTS_MOST = 14;

export function useNeighbours(id: string) {
  const ids = useSwipeIds();
  const [, navigate] = useLocation();
  const at = ids.indexOf(id);
  const idAt = (by: -1 | 1): string | undefined => (at < 0 ? ids[0] : ids[at + by]);
  return {
    ids,
    before: at < 0 ? undefined : ids[at - 1],
    after: idAt(1),
    /** Nothing happens at the ends. The way back leads to the list, not through all that was swiped over. */
    go(by: -1 | 1): void {
      const next = idAt(by);
      const session = next === undefined ? undefined : useSessions.getState().byKey.get(next);
      if (session) navigate(sessionPath(addressOf(session)), { replace: true });
    },
  };
}

export function SessionStrip(props: {
  readonly session: Session;
  readonly view: SessionView;
  readonly onSearch: () => void;
}) {
  const { session, view } = props;
  const flat = useFlat();
  const [, navigate] = useLocation();
  const canType = useCan('type');
  /** Sideways there is no room for the row of views. */
  const views = (): readonly MenuEntry[] => [
    {
      key: 'terminal',
      label: 'Terminal',
      icon: <SquareTerminal {...ICON} />,
      onSelect: () => navigate(sessionPath(addressOf(session))),
    },
    {
      key: 'changes',
      label: 'Changes',
      icon: <GitCompare {...ICON} />,
      onSelect: () => navigate(sessionChangesPath(addressOf(session))),
    },
    {
      key: 'files',
      label: 'Files',
      icon: <Files {...ICON} />,
      onSelect: () => navigate(sessionFilePath(addressOf(session), '')),
    },
  ];
  const { ids, before, after, go } = useNeighbours(session.id);
  const [drag, setDrag] = useState(0);
  const from = useRef<{ x: number; y: number; at: number; id: number } | null>(null);
  const moved = useRef(false);

  const down = (event: PointerEvent<HTMLElement>) => {
    from.current = { x: event.clientX, y: event.clientY, at: event.timeStamp, id: event.pointerId };
    moved.current = false;
  };
  const move = (event: PointerEvent<HTMLElement>) => {
    const start = from.current;
    if (!start || event.pointerId !== start.id) return;
    const by = event.clientX - start.x;
    if (Math.abs(by) < 10 && !moved.current) return;
    if (!moved.current) event.currentTarget.setPointerCapture(event.pointerId);
    moved.current = true;
    // At the ends it gives way a little and no more.
    const end = by > 0 ? before === undefined : after === undefined;
    setDrag(end ? by / 4 : by);
  };
  const up = (event: PointerEvent<HTMLElement>) => {
    const start = from.current;
    from.current = null;
    setDrag(0);
    if (!start || !moved.current) return;
    const by = swiped(
      { x: event.clientX - start.x, y: event.clientY - start.y },
      event.timeStamp - start.at,
      event.currentTarget.clientWidth,
    );
    if (by !== 0) go(by);
  };
  const cancel = () => {
    from.current = null;
    setDrag(0);
  };

  return (
    <header className={s['head']}>
      <Link href={routes.sessions} className={s['back']} aria-label="Back">
        <ChevronLeft size={22} aria-hidden />
      </Link>
      <nav
        className={s['strip']}
        aria-label="Neighbours"
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={cancel}
        // A swipe that ends on a name is no tap on it.
        onClickCapture={(event) => {
          if (!moved.current) return;
          event.preventDefault();
          event.stopPropagation();
        }}
      >
        <div className={s['names']} style={drag === 0 ? undefined : { translate: `${drag}px`, transition: 'none' }}>
          <Neighbour id={before} side="before" />
          <div className={s['here']}>
            <h1 className={s['name']}>{session.name}</h1>
            <div className={s['state']}>
              <span className={s['agent']}>{session.agent}</span>
              <NodeMark id={session.node} />
              <StateBadge session={session} />
            </div>
          </div>
          <Neighbour id={after} side="after" />
        </div>
        {ids.length > 1 && ids.length <= DOTS_MOST && (
          <div className={s['dots']} aria-hidden>
            {ids.map((id) => (
              <Dot key={id} id={id} here={id === session.id} />
            ))}
          </div>
        )}
      </nav>
      <SessionMenu
        session={session}
        onSearch={view === 'terminal' ? props.onSearch : undefined}
        more={flat && canType ? views : undefined}
      />
    </header>
  );
}

function Neighbour({ id, side }: { readonly id: string | undefined; readonly side: 'before' | 'after' }) {
  const session = useSession(id ?? '');
  if (!session) return <span className={s['neighbour']} data-side={side} />;
  return (
    <Link
      href={sessionPath(addressOf(session))}
      replace
      className={s['neighbour']}
      data-side={side}
      data-need={session.needsYou}
      draggable={false}
    >
      {session.name}
      {session.needsYou && <span className="visually-hidden"> needs you</span>}
    </Link>
  );
}

function Dot({ id, here }: { readonly id: string; readonly here: boolean }) {
  const need = useSessions((rows) => rows.byKey.get(id)?.needsYou === true);
  return <span data-here={here} data-need={need} />;
}
