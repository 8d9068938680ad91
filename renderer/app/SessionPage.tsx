/** One session with the whole screen: its terminal, composer and queue; its changes; its files. A phone has its own page. */
import { Bell, CloudOff, GitBranch } from 'lucide-react';
import { useRef } from 'react';
import { useLocation } from 'wouter';
import { Approvals } from '../rooms/approvals/Approvals.tsx';
import { SharingBanner, SharingMark } from '../rooms/git/Sharing.tsx';
import { Composer } from '../rooms/prompts/Composer.tsx';
import { takePictures } from '../rooms/prompts/pictures.ts';
import { StateBadge } from '../rooms/sessions/Evidence.tsx';
import { SessionMenu } from '../rooms/sessions/SessionMenu.tsx';
import type { PaneControls } from '../rooms/terminal/Pane.tsx';
import { Button } from '../ui/Button.tsx';
import { Empty } from '../ui/Empty.tsx';
import { Head } from '../ui/Head.tsx';
import { calls } from '../ui/State.tsx';
import { useCan, useLink } from './connect.ts';
import { useSessionNamed, useSessions } from './feeds.ts';
import { NodeMark } from './NodeMark.tsx';
import { useSearch } from './navigate.ts';
import { routes } from './routes.ts';
import { Beside, type SessionFaceProps } from './SessionBeside.tsx';
import s from './SessionPage.module.css';
import { SessionPane } from './SessionPane.tsx';
import { SessionPhone } from './SessionPhone.tsx';
import { type SessionView, SessionViews } from './SessionViews.tsx';
import { short } from './time.ts';
import { useNarrow } from './viewport.ts';

export default function SessionPage({ name, view }: { readonly name: string; readonly view: SessionView }) {
  const session = useSessionNamed(name);
  const ready = useSessions((rows) => rows.ready);
  const before = useLink((link) => link.before || link.state === 'connecting');
  const narrow = useNarrow();
  const [, navigate] = useLocation();
  /** A search led here: `?find=` is looked for in the terminal. */
  const find = new URLSearchParams(useSearch()).get('find') ?? undefined;

  if (!session) {
    if (!ready && before) return <div className={s['page']} />;
    if (!ready) {
      return (
        <Empty
          icon={<CloudOff size={20} aria-hidden />}
          title="The hub is out of reach"
          text={`${name} shows here when it is back. What waits to be sent is kept.`}
        >
          <Button onClick={() => navigate(routes.sessions)}>All sessions</Button>
        </Empty>
      );
    }
    return (
      <Empty title={`There is no session named ${name}`} text="It was stopped, or renamed.">
        <Button onClick={() => navigate(routes.sessions)}>All sessions</Button>
      </Empty>
    );
  }
  return narrow ? (
    <SessionPhone session={session} view={view} find={find} />
  ) : (
    <SessionDesk session={session} view={view} find={find} />
  );
}

function SessionDesk({ session, view, find }: SessionFaceProps) {
  const pane = useRef<PaneControls>(null);
  const canType = useCan('type');
  return (
    <div className={s['page']}>
      <Head back={routes.tiles} label="Back" name={session.name}>
        <SessionViews session={session} view={view} />
        <span className={s['agent']}>{session.agent}</span>
        <NodeMark id={session.node} />
        <span className={s['where']}>
          {session.cwd}
          {session.branch !== null && (
            <span className={s['branch']}>
              <GitBranch size={12} aria-hidden />
              {session.branch}
            </span>
          )}
        </span>
        <span className={s['gap']} />
        {session.contextLeft !== null && (
          <span className={s['fact']}>{Math.round(session.contextLeft)}% context left</span>
        )}
        {session.tokens !== null && (
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
      </Head>
      <SharingBanner session={session} />
      {view !== 'terminal' ? (
        <Beside session={session} view={view} />
      ) : (
        <div className={s['body']}>
          <div
            className={s['terminal']}
            onPasteCapture={(event) => {
              // A terminal has no use for a picture: its path goes into the prompt.
              if (!canType || !takePictures(session.id, event.clipboardData)) return;
              event.preventDefault();
              event.stopPropagation();
            }}
          >
            <SessionPane
              key={`${session.id} ${find ?? ''}`}
              ref={pane}
              find={find}
              session={session}
              scrollback={5000}
              atOnce
              autoFocus={find === undefined}
            />
          </div>
          <aside className={s['side']} aria-label="Prompts and questions">
            <Approvals sessionId={session.id} />
            <Composer session={session} />
          </aside>
        </div>
      )}
    </div>
  );
}
