/** Over the last screen of a session whose machine is away: that it is of before, and what was typed meanwhile and waits. */
import { Unplug } from 'lucide-react';
import { useNode } from '../../app/nodes.ts';
import s from './Away.module.css';

/** `unsent`: bytes that wait; for letters that is as many keys. */
export function Away({ node, unsent }: { readonly node: string; readonly unsent: number }) {
  const title = useNode(node)?.title ?? 'its machine';
  return (
    <div className={s['away']} role="status" title={useNode(node)?.problem}>
      <Unplug size={14} aria-hidden />
      <span>
        <b dir="auto">{title}</b> is out of reach. This is its last screen; the session goes on there.
      </span>
      {unsent > 0 && (
        <span className={s['held']}>
          {unsent} {unsent === 1 ? 'key waits' : 'keys wait'} for {title}
        </span>
      )}
    </div>
  );
}
