/** Everything that waits for a person: permission dialogs to answer here, and other sessions to jump to. */
import { CircleCheck, Inbox as InboxIcon } from 'lucide-react';
import { useMemo } from 'react';
import { Link } from 'wouter';
import type { Approval } from '../../../shared/contract/approvals.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import { inboxOf, useApprovals, useSessions } from '../../app/feeds.ts';
import { sessionPath } from '../../app/routes.ts';
import { ago, useNow } from '../../app/time.ts';
import { Empty } from '../../ui/Empty.tsx';
import { StateMark } from '../../ui/State.tsx';
import { Card } from './Card.tsx';
import s from './Inbox.module.css';

/** Milliseconds that an answered card stays, to say who answered. */
const LINGER = 60_000;

export default function Inbox() {
  const approvals = useApprovals();
  const sessions = useSessions();
  const now = useNow();
  const { open, others } = useMemo(() => inboxOf(approvals, sessions), [approvals, sessions]);
  const closed = [...approvals.byKey.values()]
    .filter((each) => each.status === 'answered' && each.answer !== null && now - each.answer.at < LINGER)
    .sort((a, b) => (b.answer?.at ?? 0) - (a.answer?.at ?? 0));

  if (!approvals.ready || !sessions.ready) return <div className={s['page']} />;
  if (open.length + others.length + closed.length === 0) {
    return (
      <Empty
        icon={<InboxIcon size={20} aria-hidden />}
        title="Nothing needs you"
        text="When an agent asks for permission, signs out, hits a limit or fails, it shows here."
      />
    );
  }
  return (
    <div className={s['page']}>
      <div className={s['column']}>
        {open.length > 0 && (
          <section aria-label="Approvals">
            <h2 className={s['title']}>Waiting for your answer</h2>
            <ul className={s['cards']}>
              {open.map((approval) => (
                <Card key={approval.id} approval={approval} when={ago(approval.createdAt, now)} />
              ))}
            </ul>
          </section>
        )}
        {others.length > 0 && (
          <section aria-label="Sessions that need you">
            <h2 className={s['title']}>Sessions that need you</h2>
            <ul className={s['others']}>
              {others.map((session) => (
                <Other key={session.id} session={session} when={ago(session.since, now)} />
              ))}
            </ul>
          </section>
        )}
        {closed.length > 0 && (
          <section aria-label="Answered">
            <h2 className={s['title']}>Just answered</h2>
            <ul className={s['others']}>
              {closed.map((approval) => (
                <Answered key={approval.id} approval={approval} now={now} />
              ))}
            </ul>
          </section>
        )}
      </div>
    </div>
  );
}

function Other({ session, when }: { readonly session: Session; readonly when: string }) {
  return (
    <li>
      <Link href={sessionPath(session.name)} className={s['other']}>
        <StateMark state={session.state} stalled={session.stalled} />
        <span className={s['name']}>{session.name}</span>
        <span className={s['saw']}>
          {session.resets !== null ? `resets ${session.resets}` : session.evidence[0]?.saw}
        </span>
        <time className={s['when']}>{when}</time>
      </Link>
    </li>
  );
}

function Answered({ approval, now }: { readonly approval: Approval; readonly now: number }) {
  const { answer } = approval;
  if (answer === null) return null;
  return (
    <li className={s['other']}>
      <CircleCheck size={14} aria-hidden />
      <span className={s['name']}>{approval.session}</span>
      <span className={s['saw']}>
        {answer.by} answered “{answer.label}”: {approval.subject || approval.title}
      </span>
      <time className={s['when']}>{ago(answer.at, now)}</time>
    </li>
  );
}
