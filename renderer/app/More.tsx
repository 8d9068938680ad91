/** On a phone: the screens that have no tab of their own, and signing out. */
import { ChevronRight, LogOut } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { attempt } from './act.ts';
import { logout, useAuth, useLink } from './connect.ts';
import { DESKTOP } from './desktop.ts';
import s from './More.module.css';
import { placesFor } from './places.ts';
import { routes } from './routes.ts';

export default function More() {
  const me = useAuth((auth) => auth.me);
  const version = useLink((link) => link.version);
  return (
    <div className={s['page']}>
      <ul className={s['list']}>
        {placesFor(me)
          .filter((place) => place.tab !== true && place.section !== 'other' && place.path !== routes.tiles)
          .map(({ path, label, icon: Icon }) => (
            <Item key={path} to={path} icon={<Icon size={18} aria-hidden />} label={label} />
          ))}
      </ul>
      {!DESKTOP && (
        <ul className={s['list']}>
          <li>
            <button type="button" className={s['item']} onClick={() => void attempt('Could not sign out', logout)}>
              <LogOut size={18} aria-hidden />
              Sign out {me?.user}
            </button>
          </li>
        </ul>
      )}
      {version !== null && <p className={s['version']}>Quarterdeck {version}</p>}
    </div>
  );
}

function Item(props: { readonly to: string; readonly icon: ReactNode; readonly label: string }) {
  return (
    <li>
      <Link href={props.to} className={s['item']}>
        {props.icon}
        <span>{props.label}</span>
        <ChevronRight size={16} aria-hidden />
      </Link>
    </li>
  );
}
