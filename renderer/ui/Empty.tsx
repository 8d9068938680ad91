/** An empty or failed screen: what is so, and the next step. */
import type { ReactNode } from 'react';
import s from './Empty.module.css';

export function Empty(props: {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly text?: ReactNode;
  readonly children?: ReactNode;
}) {
  return (
    <div className={s['empty']}>
      {props.icon !== undefined && <div className={s['icon']}>{props.icon}</div>}
      <h2 className={s['title']}>{props.title}</h2>
      {props.text !== undefined && <p className={s['text']}>{props.text}</p>}
      {props.children}
    </div>
  );
}
