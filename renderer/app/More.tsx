/** On a phone: the screens that have no tab of their own, and signing out. */
import { ChevronRight, LogOut, ScrollText, Settings2, Users } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { attempt } from './act.ts';
import { logout, useAuth, useCan, useLink } from './connect.ts';
import s from './More.module.css';
import { routes } from './routes.ts';

export default function More() {
  const me = useAuth((auth) => auth.me?.user);
  const version = useLink((link) => link.version);
  const admin = useCan('admin');
  return (
    <div className={s['page']}>
      <ul className={s['list']}>
        <Item to={routes.settings} icon={<Settings2 size={18} aria-hidden />} label="Settings" />
        <Item to={routes.people} icon={<Users size={18} aria-hidden />} label="People and tokens" />
        {admin && <Item to={routes.logs} icon={<ScrollText size={18} aria-hidden />} label="Logs" />}
      </ul>
      <ul className={s['list']}>
        <li>
          <button type="button" className={s['item']} onClick={() => void attempt('Could not sign out', logout)}>
            <LogOut size={18} aria-hidden />
            Sign out {me}
          </button>
        </li>
      </ul>
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
