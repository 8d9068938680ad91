/** Signing in to an agent's own service: its login runs in a real terminal, the address is found on its screen. */
import { CircleCheck, ExternalLink, KeyRound, Smartphone, X } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import type { Session } from '../../../shared/contract/sessions.ts';
import { readSignIn, type SignInScreen } from '../../../shared/sign-in.ts';
import { attempt } from '../../app/act.ts';
import { useAgentsHere } from '../../app/agents-here.ts';
import { wire } from '../../app/connect.ts';
import { DESKTOP, shellPort } from '../../app/desktop.ts';
import { useSession, useSessions } from '../../app/feeds.ts';
import { useSearch } from '../../app/navigate.ts';
import { patiently } from '../../app/patiently.ts';
import { routes, sessionPath } from '../../app/routes.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyLine } from '../../ui/Copy.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { StateMark } from '../../ui/State.tsx';
import { Pane } from '../terminal/Pane.tsx';
import { signInCommand, signInName } from './programs.ts';
import s from './SignIn.module.css';

const QrCode = patiently(() => import('../../ui/QrCode.tsx'));
const Tty = lazy(() => import('./Tty.tsx'));
const TAG = 'sign-in';
const LOOK_MS = 700;
const NOTHING: SignInScreen = { link: null, code: null, wantsCode: false };

export default function SignIn() {
  const id = new URLSearchParams(useSearch()).get('session');
  return id === null ? <Choose /> : <Running key={id} id={id} />;
}

function Choose() {
  const { agents, looking, error } = useAgentsHere();
  const [busy, setBusy] = useState<string | null>(null);
  const sessions = useSessions((rows) => rows.byKey);
  const [, navigate] = useLocation();
  const open = (session: string) => navigate(`${routes.signIn}?session=${encodeURIComponent(session)}`);
  const begin = async (agent: string) => {
    setBusy(agent);
    await attempt('The sign-in did not start', async () => {
      const command = signInCommand(agent);
      const started = await wire().call('sessions.start', {
        agent,
        name: signInName(agent, new Set([...sessions.values()].map(({ name }) => name))),
        tags: [TAG],
        ...(command === null ? {} : { command }),
      });
      open(started.id);
    });
    setBusy(null);
  };
  const waiting = [...sessions.values()].filter(({ state, archived }) => state === 'login' && !archived);
  return (
    <div className={s['page']}>
      <div className={s['column']}>
        {waiting.length > 0 && (
          <section aria-labelledby="waiting">
            <h2 id="waiting">Waiting for a sign-in</h2>
            <ul className={s['list']}>
              {waiting.map((session) => (
                <li key={session.id}>
                  <StateMark state={session.state} />
                  <span>{session.name}</span>
                  <Button onClick={() => open(session.id)}>Sign in here</Button>
                </li>
              ))}
            </ul>
          </section>
        )}
        <section aria-labelledby="agents">
          <h2 id="agents">Sign in to an agent’s service</h2>
          <p className={s['hint']}>
            The agent’s own login runs in a terminal on the machine of the hub. Nothing that you enter on the page of
            the service goes through Quarterdeck.
          </p>
          {error !== null && <p role="alert">{error}</p>}
          {agents?.length === 0 && !looking && (
            <Empty
              icon={<KeyRound size={28} aria-hidden />}
              title="No agent is installed"
              text="Install one first, under Agents."
            />
          )}
          <ul className={s['list']}>
            {agents?.map(({ key, title }) => (
              <li key={key}>
                <KeyRound size={15} aria-hidden />
                <span>{title}</span>
                <Button busy={busy === key} disabled={busy !== null} onClick={() => void begin(key)}>
                  Sign in
                </Button>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </div>
  );
}

/** Ready: it works, or a login that was run for itself ended well. */
const isReady = (session: Session): boolean =>
  session.exit !== null ? session.exit.status === 0 : session.state === 'idle' || session.state === 'working';

function Running({ id }: { readonly id: string }) {
  const session = useSession(id);
  const [screen, setScreen] = useState<SignInScreen>(NOTHING);
  const [problem, setProblem] = useState<string | null>(null);
  /** It asked for somebody: only after that is being idle the end of a sign-in. */
  const [asked, setAsked] = useState(false);
  const [, navigate] = useLocation();
  const live = session !== undefined && session.exit === null && !session.archived;
  const own = session?.tags.includes(TAG) ?? false;

  useEffect(() => {
    if (!live) return;
    let stop = false;
    const look = () =>
      void wire()
        .call('sessions.screen', { name: id, format: 'json' })
        .then(
          ({ lines, cols }) => {
            if (stop) return;
            const read = readSignIn(lines, cols);
            setScreen((before) => (JSON.stringify(before) === JSON.stringify(read) ? before : read));
            if (read.link) setAsked(true);
          },
          // The next look may find it; a session that is gone says so by its row.
          () => undefined,
        );
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => {
      stop = true;
      clearInterval(timer);
    };
  }, [id, live]);
  useEffect(() => {
    if (session?.state === 'login') setAsked(true);
  }, [session?.state]);

  if (!session)
    return (
      <Empty
        icon={<KeyRound size={28} aria-hidden />}
        title="This sign-in is over"
        text="Begin another from the list."
      />
    );
  const ready = isReady(session) && (asked || session.exit !== null);
  const failed = session.exit !== null && session.exit.status !== 0;
  const leave = () => {
    if (own) void attempt('Not ended', () => wire().call('sessions.stop', { name: id }));
    navigate(routes.signIn);
  };
  return (
    <div className={s['running']}>
      <section className={s['terminal']} aria-label="The agent’s sign-in">
        {DESKTOP && live && !ready ? (
          <Suspense>
            <Tty session={id} name={session.name} onEnd={setProblem} />
          </Suspense>
        ) : (
          <Pane
            session={id}
            name={session.name}
            scrollback={200}
            exit={session.exit}
            startedAt={session.startedAt}
            state={session.state}
            node={session.node}
            unsent={session.unsent}
            autoFocus
          />
        )}
      </section>
      <aside className={s['side']} aria-live="polite">
        <header>
          <h2>{session.name}</h2>
          <StateMark state={session.state} />
          <Button look="icon" aria-label="Leave the sign-in" onClick={leave}>
            <X size={16} aria-hidden />
          </Button>
        </header>
        {problem !== null && <p role="alert">{problem}</p>}
        {ready ? (
          <div className={s['done']}>
            <CircleCheck size={20} aria-hidden />
            <p>Signed in. {own ? 'This login has done its work.' : 'The agent is ready.'}</p>
            {own ? (
              <Button look="primary" onClick={leave}>
                Done
              </Button>
            ) : (
              <Button look="primary" onClick={() => navigate(sessionPath(session.name))}>
                To the session
              </Button>
            )}
          </div>
        ) : failed ? (
          <p>The login ended without signing in. Its last words stand at the left.</p>
        ) : screen.link ? (
          <Link screen={screen} link={screen.link} />
        ) : (
          <p className={s['hint']}>
            Choose in the terminal how to sign in. As soon as an address stands there, it can be opened from here.
          </p>
        )}
      </aside>
    </div>
  );
}

function Link({ screen, link }: { readonly screen: SignInScreen; readonly link: NonNullable<SignInScreen['link']> }) {
  const [phone, setPhone] = useState(false);
  const open = async () => {
    // The shell shows the host and asks; in a browser the host stands on the button.
    if (DESKTOP) await attempt('Not opened', async () => (await shellPort()).ask('browse', { url: link.url }));
    else window.open(link.url, '_blank', 'noopener,noreferrer');
  };
  return (
    <>
      <p>
        Sign in at <strong className={s['host']}>{link.host}</strong>
      </p>
      {screen.code !== null && (
        <div className={s['code']}>
          <span>Code to type there</span>
          <CopyLine text={screen.code} label="the code" />
        </div>
      )}
      <Button look="primary" onClick={() => void open()}>
        <ExternalLink size={15} aria-hidden />
        Open {link.host}
      </Button>
      <Button aria-pressed={phone} onClick={() => setPhone(!phone)}>
        <Smartphone size={15} aria-hidden />
        On a phone
      </Button>
      {phone && (
        <div className={s['qr']}>
          <Suspense>
            <QrCode text={link.url} size={280} />
          </Suspense>
        </div>
      )}
      <CopyLine text={link.url} label="the address" />
      {screen.wantsCode && (
        <p className={s['hint']}>When the page shows a code in the end, paste it into the terminal.</p>
      )}
      {link.callbackPort !== null && (
        <p className={s['hint']}>
          The page comes back to port {link.callbackPort} of the machine that the agent runs on: open it in a browser
          there.
        </p>
      )}
    </>
  );
}
