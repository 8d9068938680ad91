/** Somebody saved this note meanwhile: both texts whole, side by side, and the three ways on. Nothing is lost by any of them. */
import { GitMerge } from 'lucide-react';
import type { Note } from '../../../shared/contract/memory.ts';
import { Button } from '../../ui/Button.tsx';
import s from './Conflict.module.css';

export function Conflict(props: {
  readonly mine: string;
  readonly theirs: Note;
  readonly onMerge: (body: string) => void;
  readonly onMine: () => void;
  readonly onTheirs: () => void;
}) {
  const { theirs } = props;
  return (
    <section className={s['conflict']} role="alert">
      <p className={s['what']}>
        <GitMerge size={15} aria-hidden />
        {theirs.updatedBy.name} saved this note while you typed. Yours is not saved yet.
      </p>
      <div className={s['sides']}>
        <div>
          <h3>Yours</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
          <pre tabIndex={0} dir="auto">
            {props.mine}
          </pre>
        </div>
        <div>
          <h3>By {theirs.updatedBy.name}</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
          <pre tabIndex={0} dir="auto">
            {theirs.body}
          </pre>
        </div>
      </div>
      <footer className={s['ways']}>
        <Button onClick={props.onTheirs}>Take theirs</Button>
        <Button onClick={() => props.onMerge(`${theirs.body}\n\n${props.mine}`)}>Edit both together</Button>
        <Button look="primary" onClick={props.onMine}>
          Save mine over it
        </Button>
      </footer>
      <p className={s['note']}>The other one stays among the versions.</p>
    </section>
  );
}
