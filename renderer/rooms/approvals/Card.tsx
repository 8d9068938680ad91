/** One permission dialog: the exact thing asked, whole, and the agent's own choices as buttons. */
import { Terminal } from 'lucide-react';
import { memo, useState } from 'react';
import { Link } from 'wouter';
import type { Approval } from '../../../shared/contract/approvals.ts';
import type { Choice } from '../../../shared/contract/sessions.ts';
import { messageOf, useCan, wire } from '../../app/connect.ts';
import { sessionPath } from '../../app/routes.ts';
import { Button, type ButtonProps } from '../../ui/Button.tsx';
import s from './Card.module.css';
import { diffLines } from './diff.ts';

const LOOK: Readonly<Record<Choice['means'], NonNullable<ButtonProps['look']>>> = {
  allow: 'primary',
  'allow-always': 'plain',
  deny: 'danger',
  other: 'plain',
};

export const Card = memo(function Card({ approval, when }: { readonly approval: Approval; readonly when: string }) {
  const [sending, setSending] = useState<number | null>(null);
  const [error, setError] = useState<string | null>(null);
  const canApprove = useCan('approve');
  const answering = approval.status === 'answering';

  const answer = async (choice: Choice) => {
    setSending(choice.n);
    setError(null);
    try {
      // The digest says which dialog was on this screen: if another one is there by now, the answer is refused.
      await wire().call('approvals.answer', { id: approval.id, choice: choice.n, digest: approval.digest });
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setSending(null);
    }
  };

  return (
    <li className={s['card']}>
      <header className={s['head']}>
        <Link href={sessionPath(approval.session)} className={s['session']}>
          {approval.session}
        </Link>
        <span className={s['agent']}>{approval.agent}</span>
        {approval.tool !== null && <span className={s['tool']}>{approval.tool}</span>}
        <time className={s['when']}>{when}</time>
      </header>
      <p className={s['title']}>{approval.title}</p>
      {approval.subject !== '' && (
        <div className={s['subject']}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
          <pre tabIndex={0}>
            {diffLines(approval.subject).map((line) => (
              <span key={line.n} data-kind={line.kind}>
                {line.text}
                {'\n'}
              </span>
            ))}
          </pre>
        </div>
      )}
      {approval.multiple ? (
        <p className={s['note']}>
          Several answers can be chosen at once:{' '}
          <Link href={sessionPath(approval.session)}>answer in the terminal</Link>.
        </p>
      ) : (
        <div className={s['choices']}>
          {approval.choices.map((choice) => (
            <div key={choice.n} className={s['choice']}>
              <Button
                look={LOOK[choice.means]}
                className={s['button']}
                busy={sending === choice.n}
                disabled={!canApprove || answering || sending !== null}
                onClick={() => void answer(choice)}
              >
                {choice.label}
              </Button>
              {choice.description !== undefined && <p className={s['note']}>{choice.description}</p>}
            </div>
          ))}
          {approval.choices.length === 0 && (
            <Link href={sessionPath(approval.session)} className={s['jump']}>
              <Terminal size={14} aria-hidden />
              Answer in the terminal
            </Link>
          )}
        </div>
      )}
      {answering && <p className={s['note']}>An answer is on its way.</p>}
      {!canApprove && <p className={s['note']}>You may look, but not answer: your account lacks the approve right.</p>}
      {error !== null && (
        <p role="alert" className={s['error']}>
          {error}
        </p>
      )}
    </li>
  );
});
