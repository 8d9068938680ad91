/** Signing in to an agent's own service: its login runs in a real terminal, the address is found on its screen. */
import { ExternalLink, KeyRound, Smartphone, X } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import type { NodeForward } from '../../../shared/contract/nodes.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import { readSignIn, type SignInScreen } from '../../../shared/sign-in.ts';
import { attempt } from '../../app/act.ts';
import { useAgentsHere } from '../../app/agents-here.ts';
import { wire } from '../../app/connect.ts';
import { DESKTOP, shellPort } from '../../app/desktop.ts';
import { useSession, useSessions } from '../../app/feeds.ts';
import { NodeField } from '../../app/NodeField.tsx';
import { NodeMark } from '../../app/NodeMark.tsx';
import { useSearch } from '../../app/navigate.ts';
import { LOCAL, useNode } from '../../app/nodes.ts';
import { patiently } from '../../app/patiently.ts';
import { isLoopback } from '../../app/reachable.ts';
import { addressOf, routes, sessionPath } from '../../app/routes.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyLine } from '../../ui/Copy.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Column } from '../../ui/Page.tsx';
import { StateMark } from '../../ui/State.tsx';
import { toast } from '../../ui/Toasts.tsx';
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
  const [node, setNode] = useState(LOCAL);
  const { agents, looking, error } = useAgentsHere(node);
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
        node,
        ...(command === null ? {} : { command }),
      });
      open(started.id);
    });
    setBusy(null);
  };
  const waiting = [...sessions.values()].filter(({ state, archived }) => state === 'login' && !archived);
  return (
    <Column>
      {waiting.length > 0 && (
        <section aria-labelledby="waiting" className={s['part']}>
          <h2 id="waiting">Waiting for a sign-in</h2>
          <ul className={s['list']}>
            {waiting.map((session) => (
              <li key={session.id}>
                <StateMark state={session.state} />
                <span>
                  {session.name} <NodeMark id={session.node} />
                </span>
                <Button onClick={() => open(session.id)}>Sign in here</Button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="agents" className={s['part']}>
        <h2 id="agents">Sign in to an agent’s service</h2>
        <p className={s['hint']}>
          The agent’s own login runs in a terminal on the machine that it is to work on. Nothing that you enter on the
          page of the service goes through Quarterdeck.
        </p>
        <div className={s['machine']}>
          <NodeField value={node} error={undefined} onChange={setNode} />
        </div>
        {error !== null && <p role="alert">{error}</p>}
        {agents?.length === 0 && !looking && (
          <Empty
            icon={<KeyRound size={28} aria-hidden />}
            title={node === LOCAL ? 'No agent is installed' : 'No agent is installed there'}
            text={
              node === LOCAL
                ? 'Install one first, under Agents.'
                : 'Install one there first, or choose another machine.'
            }
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
    </Column>
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
  const ready = session !== undefined && isReady(session) && (asked || session.exit !== null);

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

  const agent = session?.agent ?? '';
  const name = session?.name ?? '';
  const address = session ? addressOf(session) : '';
  // Its work is done, and so is this screen's.
  useEffect(() => {
    if (!ready) return;
    toast('good', own ? `Signed in: ${agent} is ready.` : `Signed in: ${name} goes on.`);
    if (own) void attempt('Not ended', () => wire().call('sessions.stop', { name: id }));
    navigate(own ? routes.signIn : sessionPath(address), { replace: true });
  }, [ready, own, agent, name, address, id, navigate]);

  if (!session)
    return (
      <Empty
        icon={<KeyRound size={28} aria-hidden />}
        title="This sign-in is over"
        text="Begin another from the list."
      />
    );
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
            cols={session.cols}
            rows={session.rows}
            exit={session.exit}
            startedAt={session.startedAt}
            state={session.state}
            node={session.node}
            unsent={session.unsent}
            lostKeys={session.lostKeys}
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
        {ready ? null : failed ? (
          <p>The login ended without signing in. Its last words stand at the left.</p>
        ) : screen.link ? (
          <Link screen={screen} link={screen.link} node={session.node} />
        ) : (
          <p className={s['hint']}>
            Choose in the terminal how to sign in. As soon as an address stands there, it can be opened from here.
          </p>
        )}
      </aside>
    </div>
  );
}

/** Whether the browser that a press opens runs on the hub's own machine: only there its loopback is the hub's. */
const BESIDE_HUB = DESKTOP || isLoopback(location.origin);

function Link(props: {
  readonly screen: SignInScreen;
  readonly link: NonNullable<SignInScreen['link']>;
  readonly node: string;
}) {
  const { screen, link, node } = props;
  const [phone, setPhone] = useState(false);
  const [busy, setBusy] = useState(false);
  const machine = useNode(node)?.title ?? 'that machine';
  const back = link.callbackPort;
  const far = node !== LOCAL && back !== null;
  const [carried, setCarried] = useState<NodeForward | null>(null);
  const open = async () => {
    setBusy(true);
    await attempt('Not opened', async () => {
      // First the way back: the page may lead there at once.
      if (far) setCarried(await wire().call('nodes.callback', { node, url: link.url }));
      // The shell shows the host and asks; in a browser the host stands on the button.
      if (DESKTOP) await (await shellPort()).ask('browse', { url: link.url });
      else window.open(link.url, '_blank', 'noopener,noreferrer');
    });
    setBusy(false);
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
      <Button look="primary" busy={busy} onClick={() => void open()}>
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
      {back !== null && !far && (
        <p className={s['hint']}>
          The page comes back to port {back} of the machine that the agent runs on
          {BESIDE_HUB ? '.' : ': open it in a browser there.'}
        </p>
      )}
      {far && (
        <p className={s['hint']} role="status">
          {carried
            ? `Port ${carried.local} of the hub’s machine leads to ${machine} until ${timeOf(carried.endsAt)}: the page comes back there.`
            : `The page comes back to port ${back} of ${machine}. Opening it here makes the same port of the hub’s machine lead there, for ten minutes.`}
          {!BESIDE_HUB && ' Open the page in a browser on the hub’s machine.'}
        </p>
      )}
    </>
  );
}

const timeOf = (at: number | null): string =>
  at === null ? 'the hub ends' : new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
