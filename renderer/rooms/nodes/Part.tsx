/** A part of a card that is opened by hand: its name, looking once more, what went wrong, and what was found. */
import { LoaderCircle, RefreshCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../ui/Button.tsx';
import s from './Part.module.css';

export function Part(props: {
  readonly title: string;
  /** Of which machine. */
  readonly of: string;
  /** What the button does that looks again. */
  readonly again: string;
  readonly onAgain: () => void;
  readonly busy: boolean;
  readonly error: string | null;
  readonly children: ReactNode;
}) {
  const { title, busy, error } = props;
  return (
    <section className={s['part']} aria-label={`${title} of ${props.of}`} aria-busy={busy}>
      <header className={s['head']}>
        <h3>{title}</h3>
        <Button look="icon" busy={busy} aria-label={props.again} onClick={props.onAgain}>
          {busy ? <LoaderCircle size={14} aria-hidden className={s['turning']} /> : <RefreshCw size={14} aria-hidden />}
        </Button>
      </header>
      {error !== null && (
        <p role="alert" className={s['error']}>
          {error}
        </p>
      )}
      {props.children}
    </section>
  );
}
