/** One session with the whole screen: its terminal with soft keys on a phone, composer and queue; its changes; its files. */
import { ArrowLeft, Bell, GitBranch, Keyboard, MessageSquare } from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { Approvals } from '../rooms/approvals/Approvals.tsx';
import { SharingBanner, SharingMark } from '../rooms/git/Sharing.tsx';
import { Composer } from '../rooms/prompts/Composer.tsx';
import { StateBadge } from '../rooms/sessions/Evidence.tsx';
import { SessionMenu } from '../rooms/sessions/SessionMenu.tsx';
import { Keys } from '../rooms/terminal/Keys.tsx';
import { NO_STICKY, type Sticky } from '../rooms/terminal/keys.ts';
import { Pane, type PaneControls } from '../rooms/terminal/Pane.tsx';
import { Button } from '../ui/Button.tsx';
import { Empty } from '../ui/Empty.tsx';
import { calls } from '../ui/State.tsx';
import { restart, wake } from './act.ts';
import { useCan } from './connect.ts';
import { useSessionNamed, useSessions } from './feeds.ts';
import { routes } from './routes.ts';
import s from './SessionPage.module.css';
import { type SessionView, SessionViews } from './SessionViews.tsx';
import { short } from './time.ts';
import { useNarrow } from './viewport.ts';

const Changes = lazy(() => import('../rooms/git/Changes.tsx'));
const Files = lazy(() => import('../rooms/files/Files.tsx'));

export default function SessionPage({ name, view }: { readonly name: string; readonly view: SessionView }) {
  const session = useSessionNamed(name);
  const ready = useSessions((rows) => rows.ready);
  const narrow = useNarrow();
  const pane = useRef<PaneControls>(null);
  const [sticky, setSticky] = useState<Sticky>(NO_STICKY);
  const [typing, setTyping] = useState(false);
  const [composing, setComposing] = useState(true);
  const [, navigate] = useLocation();
  /** A search led here: `?find=` is looked for in the terminal. */
  const find = new URLSearchParams(useSearch()).get('find') ?? undefined;
  const canRun = useCan('run');
  const canType = useCan('type');

  if (!session) {
    if (!ready) return <div className={s['page']} />;
    return (
      <Empty title={`There is no session named ${name}`} text="It was stopped, or renamed.">
        <Button onClick={() => navigate(routes.sessions)}>All sessions</Button>
      </Empty>
    );
  }
  return (
    <div className={s['page']}>
      <header className={s['head']}>
        <Link href={narrow ? routes.sessions : routes.tiles} className={s['back']} aria-label="Back">
          <ArrowLeft size={17} aria-hidden />
        </Link>
        <h1 className={s['name']}>{session.name}</h1>
        {!narrow && <SessionViews session={session} view={view} />}
        <span className={s['agent']}>{session.agent}</span>
        {!narrow && (
          <span className={s['where']}>
            {session.cwd}
            {session.branch !== null && (
              <span className={s['branch']}>
                <GitBranch size={12} aria-hidden />
                {session.branch}
              </span>
            )}
          </span>
        )}
        <span className={s['gap']} />
        {!narrow && session.contextLeft !== null && (
          <span className={s['fact']}>{Math.round(session.contextLeft)}% context left</span>
        )}
        {!narrow && session.tokens !== null && (
          <span className={s['fact']}>{short(session.tokens.input + session.tokens.output)} tokens</span>
        )}
        {session.needsYou && !calls(session.state) && (
          <span className={s['need']}>
            <Bell size={12} aria-hidden />
            Needs you
          </span>
        )}
        <SharingMark session={session} />
        <StateBadge session={session} />
        <SessionMenu session={session} onSearch={view === 'terminal' ? () => pane.current?.search() : undefined} />
      </header>
      {narrow && <SessionViews session={session} view={view} />}
      <SharingBanner session={session} />
      {view !== 'terminal' ? (
        <Suspense fallback={<div className={s['body']} />}>
          {view === 'changes' ? <Changes session={session} /> : <Files session={session} />}
        </Suspense>
      ) : (
        <div className={s['body']}>
          <div className={s['terminal']}>
            <Pane
              key={`${session.id} ${find ?? ''}`}
              ref={pane}
              find={find}
              session={session.id}
              name={session.name}
              scrollback={5000}
              exit={session.exit}
              startedAt={session.startedAt}
              state={session.state}
              onWake={canRun ? () => void wake(session) : undefined}
              autoFocus={!narrow && find === undefined}
              onFocus={setTyping}
              onRestart={canRun ? () => void restart(session) : undefined}
              sticky={sticky}
              onStickyUsed={() => setSticky(NO_STICKY)}
            />
            {narrow && canType && (
              <div className={s['keys']}>
                <Button
                  look="icon"
                  aria-label={composing ? 'Type into the terminal' : 'Write a prompt'}
                  onClick={() => {
                    setComposing(!composing);
                    if (composing) pane.current?.focus();
                  }}
                >
                  {composing ? <Keyboard size={18} aria-hidden /> : <MessageSquare size={18} aria-hidden />}
                </Button>
                <Keys pane={() => pane.current} sticky={sticky} onSticky={setSticky} />
              </div>
            )}
          </div>
          {(!narrow || (composing && !typing)) && (
            <aside className={s['side']} aria-label="Prompts and questions">
              <Approvals sessionId={session.id} />
              <Composer session={session} />
            </aside>
          )}
        </div>
      )}
    </div>
  );
}
