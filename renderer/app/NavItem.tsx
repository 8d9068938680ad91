/** A screen in the rail or among the phone's tabs. */
import { Link } from 'wouter';
import s from './NavItem.module.css';
import { type Place, placeAt } from './places.ts';
import { routes } from './routes.ts';

export function NavItem(props: { readonly place: Place; readonly path: string; readonly count: number }) {
  const { place, path } = props;
  const Icon = place.icon;
  const count = place.path === routes.inbox ? props.count : 0;
  const here = path === place.path || placeAt(path) === place;
  return (
    <li>
      <Link href={place.path} className={s['item']} aria-current={here ? 'page' : undefined}>
        <Icon size={16} aria-hidden />
        <span>{place.label}</span>
        {count > 0 && (
          <span className={s['count']}>
            {count > 99 ? '99+' : count}
            <span className="visually-hidden"> need you</span>
          </span>
        )}
      </Link>
    </li>
  );
}
