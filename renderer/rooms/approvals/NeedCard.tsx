/** A session that needs a person for something else than a permission: what it is, and what to do about it. */
import { ArrowRight, Hand, RotateCcw } from 'lucide-react';
import { Link } from 'wouter';
import type { Session } from '../../../shared/contract/sessions.ts';
import { interrupt, restart } from '../../app/act.ts';
import { useCan } from '../../app/connect.ts';
import { NodeMark } from '../../app/NodeMark.tsx';
import { addressOf, routes, sessionPath } from '../../app/routes.ts';
import { Button, buttonClass } from '../../ui/Button.tsx';
import { cx } from '../../ui/cx.ts';
import { StateMark } from '../../ui/State.tsx';
import f from './Frame.module.css';
import s from './Inbox.module.css';
import { needOf } from './needs.ts';

export function NeedCard(props: {
  readonly session: Session;
  readonly when: string;
  readonly at: boolean;
  readonly onFocus: () => void;
}) {
  const { session } = props;
  const need = needOf(session);
  const canType = useCan('type');
  const canRun = useCan('run');
  return (
    <li
      className={cx(f['frame'], s['need'])}
      data-card={`s:${session.id}`}
      data-at={props.at}
      tabIndex={-1}
      onFocus={props.onFocus}
    >
      <header className={s['needHead']}>
        <StateMark state={session.state} stalled={session.stalled} />
        <Link href={sessionPath(addressOf(session))} className={s['name']}>
          {session.name}
        </Link>
        <NodeMark id={session.node} />
        <time className={s['when']}>{props.when}</time>
      </header>
      <p className={s['what']} dir="auto">
        {need.what}
      </p>
      <p className={s['todo']}>{need.todo}</p>
      <div className={s['tools']}>
        <Link href={sessionPath(addressOf(session))} className={buttonClass}>
          Open
          <ArrowRight size={14} aria-hidden />
        </Link>
        {need.act === 'interrupt' && canType && (
          <Button onClick={() => void interrupt(session)}>
            <Hand size={14} aria-hidden />
            Interrupt
          </Button>
        )}
        {need.act === 'restart' && canRun && (
          <Button onClick={() => void restart(session)}>
            <RotateCcw size={14} aria-hidden />
            Restart
          </Button>
        )}
        {need.act === 'nodes' && (
          <Link href={routes.nodes} className={buttonClass}>
            Nodes
          </Link>
        )}
      </div>
    </li>
  );
}
