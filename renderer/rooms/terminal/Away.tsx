/**
 * Over the screen of a session whose machine is away: that it is of before, and what was typed meanwhile and waits; and over
 * any screen, what was typed and never arrived.
 */
import { TriangleAlert, Unplug } from 'lucide-react';
import type { Session } from '../../../shared/contract/sessions.ts';
import { useNode } from '../../app/nodes.ts';
import s from './Away.module.css';

export interface AwayProps {
  readonly node: string;
  readonly away: boolean;
  /** Bytes that wait; for letters that is as many keys. */
  readonly unsent: number;
  readonly lost: Session['lostKeys'];
}

export function Away({ node, away, unsent, lost }: AwayProps) {
  const title = useNode(node)?.title ?? 'its machine';
  return (
    <div className={s['away']} role="status" title={useNode(node)?.problem}>
      {away ? <Unplug size={14} aria-hidden /> : <TriangleAlert size={14} aria-hidden />}
      <div className={s['said']}>
        {away && (
          <span>
            <b dir="auto">{title}</b> is out of reach. This is its last screen; the session goes on there.
          </span>
        )}
        {unsent > 0 && (
          <span className={s['held']}>
            {unsent} {unsent === 1 ? 'key waits' : 'keys wait'} for {title}
          </span>
        )}
        {lost && (
          <span>
            <b>
              {lost.count} {lost.count === 1 ? 'key' : 'keys'} that you typed did not arrive.
            </b>{' '}
            {lost.why} {lost.count === 1 ? 'Type it again.' : 'Type them again.'}
          </span>
        )}
      </div>
    </div>
  );
}
