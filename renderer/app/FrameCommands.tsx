/** The commands of the frame: they work on every screen. */
import { ArrowRight, Contrast, Keyboard, LogOut, Moon, Plus, Server, Sun, SunMoon, ZapIcon } from 'lucide-react';
import { useLocation } from 'wouter';
import { useShallow } from 'zustand/react/shallow';
import { attempt } from './act.ts';
import { type Command, useCommands } from './commands.ts';
import { logout, useAuth } from './connect.ts';
import { DESKTOP } from './desktop.ts';
import s from './FrameCommands.module.css';
import { useNodes, useSessions } from './feeds.ts';
import { Keys } from './Keys.tsx';
import { useSequence } from './keymap.ts';
import { jumpHere, needIds } from './need.ts';
import { usePalette } from './palette.ts';
import { placesFor } from './places.ts';
import { addressOf, routes, sessionPath } from './routes.ts';
import { useShortcuts } from './shortcuts.ts';
import { useStart } from './start.ts';
import { type ThemeChoice, useTheme } from './theme.ts';

const THEMES: readonly { readonly choice: ThemeChoice; readonly title: string; readonly icon: typeof Sun }[] = [
  { choice: 'system', title: 'Theme: as the system', icon: SunMoon },
  { choice: 'light', title: 'Theme: light', icon: Sun },
  { choice: 'dark', title: 'Theme: dark', icon: Moon },
  { choice: 'contrast', title: 'Theme: high contrast', icon: Contrast },
];

/** To the session that waits longest for a person, after the one that is open now. */
function nextInNeed(path: string, navigate: (path: string) => void): void {
  const ids = needIds();
  if (jumpHere(ids)) return;
  const paths = ids.flatMap((id) => {
    const session = useSessions.getState().byKey.get(id);
    return session ? [sessionPath(addressOf(session))] : [];
  });
  const next = paths[(paths.indexOf(path) + 1) % Math.max(1, paths.length)];
  if (next !== undefined) navigate(next);
}

export function FrameCommands() {
  const [path, navigate] = useLocation();
  const start = useStart();
  const me = useAuth((auth) => auth.me);
  const nodes = useNodes(useShallow((rows) => [...rows.byKey.values()].map(({ id, title }) => `${id}\n${title}`)));
  const presses = useSequence((state) => state.presses);

  useCommands(() => {
    const list: Command[] = [
      {
        id: 'palette',
        title: 'Find a command or session',
        section: 'General',
        keys: 'Mod+K, Mod+Shift+K',
        hidden: true,
        inDialog: true,
        run: () => usePalette.setState({ open: true }),
      },
      {
        id: 'shortcuts',
        title: 'Keyboard shortcuts',
        section: 'General',
        keys: '?',
        icon: Keyboard,
        run: () => useShortcuts.setState({ open: true }),
      },
      {
        id: 'session.new',
        title: 'New session',
        section: 'Sessions',
        keys: 'n, Mod+Shift+E',
        icon: Plus,
        words: 'start agent create',
        enabled: start !== null,
        run: () => start?.(),
      },
      {
        id: 'need.next',
        title: 'Next session that needs you',
        section: 'Sessions',
        keys: 'j, Mod+Shift+J',
        icon: ZapIcon,
        words: 'jump attention approval',
        run: () => nextInNeed(path, navigate),
      },
      ...placesFor(me).map(
        (place): Command => ({
          id: `go.${place.path}`,
          title: `Go to ${place.label}`,
          section: 'Go to',
          keys: place.keys,
          icon: place.icon ?? ArrowRight,
          run: () => navigate(place.path),
        }),
      ),
      ...THEMES.map(
        ({ choice, title, icon }): Command => ({
          id: `theme.${choice}`,
          title,
          section: 'General',
          icon,
          words: 'appearance colour mode',
          run: () => useTheme.getState().choose(choice),
        }),
      ),
      ...(nodes.length < 2 ? [] : nodes).map((each): Command => {
        const [id = '', title = ''] = each.split('\n');
        return {
          id: `node.sessions.${id}`,
          title: `Sessions on ${title}`,
          section: 'Nodes',
          icon: Server,
          words: 'machine node filter',
          run: () => navigate(`${routes.sessions}?node=${encodeURIComponent(id)}`),
        };
      }),
      {
        id: 'sign-out',
        title: 'Sign out',
        section: 'General',
        icon: LogOut,
        // At the desktop sits who owns the core: there is nothing to sign out of.
        enabled: !DESKTOP,
        run: () => void attempt('Could not sign out', logout),
      },
    ];
    return list;
  }, [path, navigate, start, me, nodes]);

  if (presses.length === 0) return null;
  return (
    <div className={s['sequence']} aria-hidden>
      <Keys binding={presses} />
    </div>
  );
}
