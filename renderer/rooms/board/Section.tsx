/** A part of an open card, with its name and a small control beside it. */
import { type ReactNode, useId } from 'react';
import { Button } from '../../ui/Button.tsx';
import s from './CardBody.module.css';

export function Section(props: { readonly title: string; readonly aside?: ReactNode; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section className={s['section']} aria-labelledby={id}>
      <header className={s['head']}>
        <h3 id={id}>{props.title}</h3>
        {props.aside}
      </header>
      {props.children}
    </section>
  );
}

/** A small button in the head of a section. */
export const HeadButton = (props: { readonly onClick: () => void; readonly children: ReactNode }) => (
  <Button look="ghost" className={s['small']} onClick={props.onClick}>
    {props.children}
  </Button>
);
