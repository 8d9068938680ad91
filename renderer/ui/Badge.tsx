/** A word in a small box, beside a name: what kind, where from. Never the only sign of a state. */
import type { ReactNode } from 'react';
import s from './Badge.module.css';

export function Badge(props: {
  readonly tone?: 'quiet' | 'accent' | 'need' | 'good' | 'bad';
  readonly title?: string | undefined;
  readonly children: ReactNode;
}) {
  return (
    <span className={s['badge']} data-tone={props.tone ?? 'quiet'} title={props.title}>
      {props.children}
    </span>
  );
}
