/** The frame around every screen: where one is, what needs one, and how the connection stands. */
import {
  Inbox as InboxIcon,
  Layers,
  LayoutGrid,
  LogOut,
  type LucideIcon,
  Plus,
  ScrollText,
  Settings2,
  Users,
} from 'lucide-react';
import { type ComponentType, lazy, Suspense, useEffect, useState } from 'react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import Tiles from '../rooms/sessions/Tiles.tsx';
import { Button } from '../ui/Button.tsx';
import { Mark } from '../ui/Mark.tsx';
import { Announcer } from './Announcer.tsx';
import s from './App.module.css';
import { attempt } from './act.ts';
import { logout, useAuth, useCan, useLink } from './connect.ts';
import { useInboxCount } from './feeds.ts';
import { Link as LinkBanner } from './LinkBanner.tsx';
import { routes } from './routes.ts';
import { useNarrow } from './viewport.ts';

const Sessions = lazy(() => import('../rooms/sessions/Sessions.tsx'));
const SessionPage = lazy(() => import('./SessionPage.tsx'));
const Inbox = lazy(() => import('../rooms/approvals/Inbox.tsx'));
const Settings = lazy(() => import('../rooms/settings/Settings.tsx'));
const People = lazy(() => import('../rooms/auth/People.tsx'));
const Logs = lazy(() => import('../rooms/logs/Logs.tsx'));
const Start = lazy(() => import('../rooms/sessions/Start.tsx'));
const More = lazy(() => import('./More.tsx'));

interface Place {
  readonly path: string;
  readonly label: string;
  readonly icon: LucideIcon;
}
const MAIN: readonly Place[] = [
  { path: routes.tiles, label: 'Terminals', icon: LayoutGrid },
  { path: routes.sessions, label: 'Sessions', icon: Layers },
  { path: routes.inbox, label: 'Inbox', icon: InboxIcon },
];
const REST: readonly Place[] = [
  { path: routes.settings, label: 'Settings', icon: Settings2 },
  { path: routes.people, label: 'People and tokens', icon: Users },
  { path: routes.logs, label: 'Logs', icon: ScrollText },
];

export function App() {
  const narrow = useNarrow();
  const count = useInboxCount();
  const [starting, setStarting] = useState(false);
  const canRun = useCan('run');
  const [path] = useLocation();
  const start = canRun ? () => setStarting(true) : null;

  useEffect(() => {
    document.title = count > 0 ? `(${count}) Quarterdeck` : 'Quarterdeck';
  }, [count]);

  const inSession = path.startsWith('/s/');
  return (
    <div className={s['app']} data-narrow={narrow}>
      <a href="#main" className={s['skip']}>
        Skip to content
      </a>
      {!narrow && <Rail count={count} path={path} onStart={start} />}
      <main id="main" className={s['main']} tabIndex={-1}>
        <LinkBanner />
        {narrow && !inSession && <PhoneHead path={path} onStart={start} />}
        {!narrow && !inSession && <h1 className="visually-hidden">{titleOf(path)}</h1>}
        <Suspense fallback={<div className={s['wait']} />}>
          <Switch>
            <Route path={routes.tiles}>
              {narrow ? <Redirect to={routes.sessions} replace /> : <Tiles onStart={start} />}
            </Route>
            <Route path={routes.sessions}>
              <Sessions onStart={start} />
            </Route>
            <Route path={routes.session}>{({ name }) => <SessionPage name={decodeURIComponent(name)} />}</Route>
            {screen(routes.inbox, Inbox)}
            {screen(routes.settings, Settings)}
            {screen(routes.people, People)}
            {screen(routes.logs, Logs)}
            {screen(routes.more, More)}
            <Route>
              <Redirect to={routes.tiles} replace />
            </Route>
          </Switch>
        </Suspense>
      </main>
      {narrow && <Tabs count={count} path={path} hidden={inSession} />}
      {starting && (
        <Suspense>
          <Start onClose={() => setStarting(false)} />
        </Suspense>
      )}
      <Announcer />
    </div>
  );
}

const screen = (path: string, Screen: ComponentType) => (
  <Route path={path}>
    <Screen />
  </Route>
);

function Rail(props: { readonly count: number; readonly path: string; readonly onStart: (() => void) | null }) {
  const me = useAuth((auth) => auth.me?.user);
  const version = useLink((link) => link.version);
  const admin = useCan('admin');
  return (
    <nav className={s['rail']} aria-label="Screens">
      <div className={s['brand']}>
        <Mark size={22} />
        <span>Quarterdeck</span>
      </div>
      {props.onStart && (
        <Button className={s['start']} onClick={props.onStart}>
          <Plus size={15} aria-hidden />
          New session
        </Button>
      )}
      <ul>
        {MAIN.map((place) => (
          <NavItem
            key={place.path}
            place={place}
            path={props.path}
            count={place.path === routes.inbox ? props.count : 0}
          />
        ))}
      </ul>
      <span className={s['gap']} />
      <ul>
        {REST.filter((place) => admin || place.path !== routes.logs).map((place) => (
          <NavItem key={place.path} place={place} path={props.path} count={0} />
        ))}
      </ul>
      <div className={s['me']}>
        <span className={s['user']}>{me}</span>
        {version !== null && <span className={s['version']}>{version}</span>}
        <Button look="icon" aria-label="Sign out" onClick={() => void attempt('Could not sign out', logout)}>
          <LogOut size={14} aria-hidden />
        </Button>
      </div>
    </nav>
  );
}

function NavItem({ place, path, count }: { readonly place: Place; readonly path: string; readonly count: number }) {
  const Icon = place.icon;
  const here = path === place.path || (place.path === routes.sessions && path.startsWith('/s/'));
  return (
    <li>
      <Link href={place.path} className={s['item']} aria-current={here ? 'page' : undefined}>
        <Icon size={16} aria-hidden />
        <span>{place.label}</span>
        {count > 0 && (
          <span className={s['count']}>
            {count}
            <span className="visually-hidden"> need you</span>
          </span>
        )}
      </Link>
    </li>
  );
}

const PHONE: readonly Place[] = [
  { path: routes.sessions, label: 'Sessions', icon: Layers },
  { path: routes.inbox, label: 'Inbox', icon: InboxIcon },
  { path: routes.more, label: 'More', icon: Settings2 },
];

const titleOf = (path: string): string =>
  [...MAIN, ...PHONE, ...REST].find((place) => place.path === path)?.label ?? 'Quarterdeck';

function PhoneHead({ path, onStart }: { readonly path: string; readonly onStart: (() => void) | null }) {
  return (
    <header className={s['phone']}>
      <h1>{titleOf(path)}</h1>
      {onStart && path === routes.sessions && (
        <Button look="icon" aria-label="New session" onClick={onStart}>
          <Plus size={20} aria-hidden />
        </Button>
      )}
    </header>
  );
}

function Tabs({ count, path, hidden }: { readonly count: number; readonly path: string; readonly hidden: boolean }) {
  return (
    <nav className={s['tabs']} aria-label="Screens" hidden={hidden}>
      <ul>
        {PHONE.map((place) => (
          <NavItem
            key={place.path}
            place={place}
            path={REST.some((rest) => rest.path === path) ? routes.more : path}
            count={place.path === routes.inbox ? count : 0}
          />
        ))}
      </ul>
    </nav>
  );
}
