/** The open questions of one session, above its composer. */
import { useShallow } from 'zustand/react/shallow';
import { isOpen, useApprovals } from '../../app/feeds.ts';
import { ago, useNow } from '../../app/time.ts';
import s from './Approvals.module.css';
import { Card } from './Card.tsx';

export function Approvals({ sessionId }: { readonly sessionId: string }) {
  const open = useApprovals(
    useShallow((rows) => [...rows.byKey.values()].filter((each) => each.sessionId === sessionId && isOpen(each))),
  );
  const now = useNow();
  if (open.length === 0) return null;
  return (
    <ul className={s['list']}>
      {open.map((approval) => (
        <Card key={approval.id} approval={approval} when={ago(approval.createdAt, now)} />
      ))}
    </ul>
  );
}
