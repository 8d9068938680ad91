/** What was written and not sent, and the receipt of what was: at the foot of the review. */
import { ArrowUp, CircleAlert, MessageSquare } from 'lucide-react';
import type { Session } from '../../../shared/contract/sessions.ts';
import { usePrompts } from '../../app/feeds.ts';
import { receiptTone, receiptWord } from '../../app/receipts.ts';
import { Button } from '../../ui/Button.tsx';
import { commentsWord, written } from './comments.ts';
import { type Drafts, send } from './drafts.ts';
import s from './SendBar.module.css';

export function SendBar({ session, drafts }: { readonly session: Session; readonly drafts: Drafts }) {
  const count = written(drafts.comments).length;
  const receipt = usePrompts((rows) => (drafts.sent ? rows.byKey.get(drafts.sent.id) : undefined));
  if (count === 0 && !drafts.sent) return null;
  return (
    <footer className={s['bar']}>
      <div className={s['told']} aria-live="polite">
        {drafts.error !== null && (
          <p className={s['error']}>
            <CircleAlert size={14} aria-hidden />
            Not sent: {drafts.error} Your comments are kept.
          </p>
        )}
        {drafts.sent && drafts.error === null && (
          <p className={s['receipt']} data-tone={receipt ? receiptTone(receipt) : 'busy'}>
            <MessageSquare size={14} aria-hidden />
            {commentsWord(drafts.sent.count)}: <b>{receipt ? receiptWord(receipt) : 'On its way'}</b>
            {receipt?.reason !== undefined && <span className={s['reason']}>{receipt.reason}</span>}
          </p>
        )}
      </div>
      {count > 0 && (
        <Button look="primary" busy={drafts.sending} onClick={() => void send(session.id, session.name)}>
          <ArrowUp size={15} aria-hidden />
          Send {commentsWord(count)} to {session.name}
        </Button>
      )}
    </footer>
  );
}
