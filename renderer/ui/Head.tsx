/** The head of a screen that shows one thing: the way back, its name; beside it what is told of it and done with it. */
import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import s from './Head.module.css';

export function Head(props: {
  /** Where the way back leads, and its name. */
  readonly back: string;
  readonly label: string;
  readonly name: string;
  /** The screen has a heading of its own above it. */
  readonly under?: boolean;
  readonly children: ReactNode;
}) {
  const Name = props.under ? 'h2' : 'h1';
  return (
    <header className={s['head']}>
      <Link href={props.back} className={s['back']} aria-label={props.label}>
        <ArrowLeft size={17} aria-hidden />
      </Link>
      <Name className={s['name']}>{props.name}</Name>
      {props.children}
    </header>
  );
}
