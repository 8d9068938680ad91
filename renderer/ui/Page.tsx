/** The shapes of a screen: a column to read, a list beside the one thing that is open; and the bar over a list. */
import type { ReactNode } from 'react';
import s from './Page.module.css';

/**
 * Scrolls; its content stands in one column. `tight`: what belongs together rather than parts of their own. `wide`: for what
 * is looked at rather than read.
 */
export function Column(props: { readonly children: ReactNode; readonly tight?: boolean; readonly wide?: boolean }) {
  return (
    <div className={s['page']}>
      <div className={s['column']} data-tight={props.tight === true} data-wide={props.wide === true}>
        {props.children}
      </div>
    </div>
  );
}

/** A list at the left and what is open at the right; null leaves a side out, the other then has the whole width. */
export function Beside({ list, open }: { readonly list: ReactNode; readonly open: ReactNode }) {
  return (
    <div className={s['beside']}>
      {list !== null && (
        <div className={s['list']} data-alone={open === null}>
          {list}
        </div>
      )}
      {open !== null && <div className={s['open']}>{open}</div>}
    </div>
  );
}

/** What narrows a list, above it. */
export function Bar({ children }: { readonly children: ReactNode }) {
  return <div className={s['bar']}>{children}</div>;
}
