/** The rail of the desktop: new session, the screens, who needs somebody, who is signed in. */
import { LogOut, Plus, Search } from 'lucide-react';
import { Link } from 'wouter';
import { useShallow } from 'zustand/react/shallow';
import { Button } from '../ui/Button.tsx';
import { Mark } from '../ui/Mark.tsx';
import { StateMark } from '../ui/State.tsx';
import { attempt } from './act.ts';
import { logout, useAuth, useLink } from './connect.ts';
import { DESKTOP } from './desktop.ts';
import { inboxOf, useApprovals, useInboxCount, useSession, useSessions } from './feeds.ts';
import { Keys } from './Keys.tsx';
import { parseBinding } from './keys.ts';
import { UpdateHere } from './LinkBanner.tsx';
import { NavItem } from './NavItem.tsx';
import { usePalette } from './palette.ts';
import { placesFor } from './places.ts';
import s from './Rail.module.css';
import { addressOf, sessionPath } from './routes.ts';
import { useStart } from './start.ts';

/** More would push the screens out of a small window. */
const NEEDS = 8;
const PALETTE = parseBinding('Mod+K') ?? [];

export function Rail({ path }: { readonly path: string }) {
  const me = useAuth((auth) => auth.me);
  const version = useLink((link) => link.version);
  const start = useStart();
  const count = useInboxCount();
  const mine = placesFor(me);
  const list = (section: string) =>
    mine
      .filter((place) => place.section === section)
      .map((place) => <NavItem key={place.path} place={place} path={path} count={count} />);
  const knowledge = list('knowledge');
  return (
    <nav className={s['rail']} aria-label="Screens">
      <div className={s['brand']}>
        <Mark size={20} />
        <span>Quarterdeck</span>
        {start && (
          <Button look="icon" aria-label="New session" className={s['new']} onClick={() => start()}>
            <Plus size={16} aria-hidden />
          </Button>
        )}
      </div>
      <button type="button" className={s['find']} onClick={() => usePalette.setState({ open: true })}>
        <Search size={14} aria-hidden />
        <span>Find or run</span>
        <Keys binding={PALETTE} />
      </button>
      <div className={s['scroll']}>
        <ul>{list('work')}</ul>
        {knowledge.length > 0 && <ul>{knowledge}</ul>}
        <Needs path={path} />
      </div>
      <ul>{list('house')}</ul>
      <UpdateHere />
      <div className={s['me']}>
        <span className={s['user']} title={me?.user}>
          {me?.user}
        </span>
        {version !== null && <span className={s['version']}>{version}</span>}
        {!DESKTOP && (
          <Button look="icon" aria-label="Sign out" onClick={() => void attempt('Could not sign out', logout)}>
            <LogOut size={14} aria-hidden />
          </Button>
        )}
      </div>
    </nav>
  );
}

/** Ids of the sessions that wait for somebody, longest first. */
function useNeeds(): readonly string[] {
  const approvals = useApprovals();
  return useSessions(
    useShallow((sessions) => {
      const { open, others } = inboxOf(approvals, sessions);
      return [...new Set([...open.map((each) => each.sessionId), ...others.map((each) => each.id)])];
    }),
  );
}

function Needs({ path }: { readonly path: string }) {
  const ids = useNeeds();
  if (ids.length === 0) return null;
  return (
    <section className={s['needs']} aria-label="Needs you">
      <h2>Needs you</h2>
      <ul>
        {ids.slice(0, NEEDS).map((id) => (
          <Need key={id} id={id} path={path} />
        ))}
      </ul>
      {ids.length > NEEDS && <p className={s['rest']}>and {ids.length - NEEDS} more in the inbox</p>}
    </section>
  );
}

function Need({ id, path }: { readonly id: string; readonly path: string }) {
  const session = useSession(id);
  if (!session) return null;
  const to = sessionPath(addressOf(session));
  return (
    <li>
      <Link href={to} className={s['need']} aria-current={path === to ? 'page' : undefined}>
        <StateMark state={session.state} word={false} stalled={session.stalled} />
        <span className={s['name']}>{session.name}</span>
        <span className={s['agent']}>{session.agent}</span>
      </Link>
    </li>
  );
}
