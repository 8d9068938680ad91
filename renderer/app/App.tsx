/** The frame around every screen: where one is, what needs one, and how the connection stands. */

import { Ellipsis, Plus } from 'lucide-react';
import { type ComponentType, Suspense, useEffect, useState } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { Button } from '../ui/Button.tsx';
import { Announcer } from './Announcer.tsx';
import s from './App.module.css';
import { Boundary } from './Boundary.tsx';
import { FrameCommands } from './FrameCommands.tsx';
import { useInboxCount, useSessions } from './feeds.ts';
import { Link as LinkBanner } from './LinkBanner.tsx';
import { NavItem } from './NavItem.tsx';
import { NodeQuestions } from './NodeQuestions.tsx';
import { Pairing } from './Pairing.tsx';
import { Presence } from './Presence.tsx';
import { usePalette } from './palette.ts';
import { patiently } from './patiently.ts';
import { type Place, placeAt, places } from './places.ts';
import { Rail } from './Rail.tsx';
import { routes } from './routes.ts';
import type { SessionView } from './SessionViews.tsx';
import { ShellNews } from './ShellNews.tsx';
import { useShortcuts } from './shortcuts.ts';
import { useStart, useStarting } from './start.ts';
import { isNarrow, useNarrow } from './viewport.ts';

const loadPanes = () => import('./PanesPage.tsx');
const loadSession = () => import('./SessionPage.tsx');
const Panes = patiently(loadPanes);
const SessionPage = patiently(loadSession);
const Start = patiently(() => import('../rooms/sessions/Start.tsx'));
const Welcome = patiently(() => import('./Welcome.tsx'));
const More = patiently(() => import('./More.tsx'));
const Palette = patiently(() => import('./Palette.tsx'));
const ShortcutList = patiently(() => import('./ShortcutList.tsx'));

/** Made once: a lazy component made anew would load, and forget, anew. */
const SCREENS = places.flatMap((place): readonly { readonly path: string; readonly Screen: ComponentType }[] => {
  if (!place.load) return [];
  // A screen whose own addresses go on below it reads them itself.
  const path = place.under === `${place.path}/` ? `${place.path}/*?` : place.path;
  return [{ path, Screen: patiently(place.load) }];
});

/** Begins to load the code of the screen at `path`, while the hub is still asked who is here. */
export function preloadScreen(path: string): void {
  // A phone's first screen is the list.
  const at = path === routes.tiles && isNarrow() ? routes.sessions : path;
  const load = at.startsWith('/s/') ? loadSession : at === routes.tiles ? loadPanes : placeAt(at)?.load;
  // What fails now fails again when the screen is drawn, and is told there.
  load?.().catch(() => undefined);
}

export function App() {
  const narrow = useNarrow();
  const count = useInboxCount();
  const [path] = useLocation();
  const wish = useStarting((state) => state.wish);
  const shortcuts = useShortcuts((state) => state.open);

  useEffect(() => {
    document.title = count > 0 ? `(${count}) Quarterdeck` : 'Quarterdeck';
  }, [count]);

  const inSession = path.startsWith('/s/');
  return (
    <div className={s['app']} data-narrow={narrow}>
      <a href="#main" className={s['skip']}>
        Skip to content
      </a>
      {!narrow && <Rail path={path} />}
      <main id="main" className={s['main']} tabIndex={-1}>
        <LinkBanner />
        {narrow && !inSession && <PhoneHead path={path} />}
        {!narrow && !inSession && <h1 className="visually-hidden">{titleOf(path)}</h1>}
        <Boundary path={path}>
          <Suspense fallback={<div className={s['wait']} aria-busy />}>
            <Switch>
              <Route path={routes.tiles}>{narrow ? <Redirect to={routes.sessions} replace /> : <Home />}</Route>
              {SCREENS.map(({ path: at, Screen }) => (
                <Route key={at} path={at}>
                  <Screen />
                </Route>
              ))}
              <Route path={`${routes.session}/:view?`}>
                {({ name = '', view }) => <SessionPage name={decodeURIComponent(name)} view={viewOf(view)} />}
              </Route>
              <Route path={routes.more}>
                <More />
              </Route>
              <Route>
                <Redirect to={routes.tiles} replace />
              </Route>
            </Switch>
          </Suspense>
        </Boundary>
      </main>
      {narrow && <Tabs count={count} path={path} hidden={inSession} />}
      <Suspense>
        {wish !== null && <Start wish={wish} onClose={() => useStarting.setState({ wish: null })} />}
        {shortcuts && <ShortcutList />}
      </Suspense>
      <NodeQuestions />
      <Pairing />
      <LaterPalette />
      <FrameCommands />
      <Announcer />
      <Presence />
      <ShellNews />
    </div>
  );
}

/** Milliseconds. By then the first screen stands, and the palette is there before anybody wants it. */
const PALETTE_AFTER = 1500;

/** Stays once it is there: a dialog that goes away at once gives the keyboard back to nobody. */
function LaterPalette() {
  const open = usePalette((state) => state.open);
  const [there, setThere] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setThere(true), PALETTE_AFTER);
    return () => clearTimeout(timer);
  }, []);
  return <Suspense fallback={open ? <PaletteSoon /> : null}>{(open || there) && <Palette />}</Suspense>;
}

/** Takes the keyboard from the first press: a letter typed for the palette must not be a command of the screen. */
function PaletteSoon() {
  return (
    <div role="dialog" aria-label="Commands" aria-busy className="visually-hidden">
      <input
        // biome-ignore lint/a11y/noAutofocus: the palette was asked for by a key
        autoFocus
        aria-label="Find a command or session"
        onChange={(event) => usePalette.setState({ typed: event.target.value })}
        onKeyDown={(event) => {
          if (event.key === 'Escape') usePalette.setState({ open: false });
        }}
      />
    </div>
  );
}

const viewOf = (word: string | undefined): SessionView => (word === 'changes' || word === 'files' ? word : 'terminal');

/** The phone's last tab: what has no tab of its own. */
const MORE: Place = { path: routes.more, label: 'More', icon: Ellipsis, section: 'other', keys: '' };

/** With nothing to show yet, the first steps. */
function Home() {
  const none = useSessions((rows) => rows.ready && rows.byKey.size === 0);
  return none ? <Welcome /> : <Panes />;
}

const titleOf = (path: string): string => (path === routes.more ? 'More' : (placeAt(path)?.label ?? 'Quarterdeck'));

function PhoneHead({ path }: { readonly path: string }) {
  const start = useStart();
  return (
    <header className={s['phone']}>
      <h1>{titleOf(path)}</h1>
      {start && path === routes.sessions && (
        <Button look="icon" aria-label="New session" onClick={() => start()}>
          <Plus size={20} aria-hidden />
        </Button>
      )}
    </header>
  );
}

function Tabs({ count, path, hidden }: { readonly count: number; readonly path: string; readonly hidden: boolean }) {
  const tabs = places.filter((place) => place.tab === true);
  // A screen without a tab of its own was reached by More.
  const at = tabs.some((place) => place === placeAt(path)) ? path : routes.more;
  return (
    <nav className={s['tabs']} aria-label="Screens" hidden={hidden} data-tabs>
      <ul>
        {[...tabs, MORE].map((place) => (
          <NavItem key={place.path} place={place} path={at} count={count} />
        ))}
      </ul>
    </nav>
  );
}
