/** One session in the grid: who, what state, its terminal. */
import { Bell, Maximize2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { restart, wake } from '../../app/act.ts';
import { useCan } from '../../app/connect.ts';
import { useSession } from '../../app/feeds.ts';
import { sessionPath } from '../../app/routes.ts';
import { Button } from '../../ui/Button.tsx';
import { calls } from '../../ui/State.tsx';
import { Pane, type PaneControls } from '../terminal/Pane.tsx';
import { StateBadge } from './Evidence.tsx';
import { SessionMenu } from './SessionMenu.tsx';
import s from './Tiles.module.css';

export default function Tile({ id }: { readonly id: string }) {
  const session = useSession(id);
  const [focused, setFocused] = useState(false);
  const [, navigate] = useLocation();
  const pane = useRef<PaneControls>(null);
  const canRun = useCan('run');
  if (!session) return null;
  const open = () => navigate(sessionPath(session.name));
  return (
    <li className={s['tile']} data-focused={focused} data-need={session.needsYou || session.stalled}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for the Open button beside it */}
      <header className={s['head']} onDoubleClick={open}>
        <h2 className={s['name']}>{session.name}</h2>
        <span className={s['agent']}>{session.agent}</span>
        <span className={s['gap']} />
        {session.needsYou && !calls(session.state) && (
          <span className={s['need']}>
            <Bell size={12} aria-hidden />
            <span className="visually-hidden">Needs you</span>
          </span>
        )}
        <StateBadge session={session} />
        <Button look="icon" aria-label={`Open ${session.name}`} className={s['tool']} onClick={open}>
          <Maximize2 size={14} aria-hidden />
        </Button>
        <SessionMenu session={session} zoomable onSearch={() => pane.current?.search()} />
      </header>
      <Pane
        ref={pane}
        session={session.id}
        name={session.name}
        scrollback={500}
        endOnly
        exit={session.exit}
        startedAt={session.startedAt}
        state={session.state}
        onWake={canRun ? () => void wake(session) : undefined}
        onFocus={setFocused}
        onRestart={canRun ? () => void restart(session) : undefined}
      />
    </li>
  );
}
