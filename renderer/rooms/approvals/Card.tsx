/** One permission dialog: the exact thing asked, whole, and the agent's own choices as buttons. */
import { Folder, MessageSquareReply, ShieldPlus, Terminal } from 'lucide-react';
import { type FormEvent, memo, type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { Approval } from '../../../shared/contract/approvals.ts';
import type { Choice } from '../../../shared/contract/sessions.ts';
import { useCan } from '../../app/connect.ts';
import { addressNow, useSession } from '../../app/feeds.ts';
import { NodeMark } from '../../app/NodeMark.tsx';
import { sessionPath } from '../../app/routes.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button, type ButtonProps } from '../../ui/Button.tsx';
import { cx } from '../../ui/cx.ts';
import { inputClass } from '../../ui/Field.tsx';
import { TextDiff } from '../../ui/TextDiff.tsx';
import { answer, choiceThat, useAttempt } from './answers.ts';
import s from './Card.module.css';
import f from './Frame.module.css';

const LOOK: Readonly<Record<Choice['means'], NonNullable<ButtonProps['look']>>> = {
  allow: 'primary',
  'allow-always': 'plain',
  deny: 'danger',
  other: 'plain',
};

export interface CardProps {
  readonly approval: Approval;
  readonly when: string;
  /** The keys are about this one: it shows them. */
  readonly at?: boolean;
  /** The form for the reason of a no is open. */
  readonly why?: boolean;
  readonly onWhy?: (open: boolean) => void;
  /** Makes a policy of it; absent for who may not. */
  readonly onPolicy?: (() => void) | undefined;
  readonly onFocus?: () => void;
}

export const Card = memo(function Card(props: CardProps) {
  const { approval, when, at = false } = props;
  const { sending, error } = useAttempt(approval.id);
  const [own, setOwn] = useState(false);
  const why = props.why ?? own;
  const setWhy = props.onWhy ?? setOwn;
  const canApprove = useCan('approve');
  const { cwd, node } = useSession(approval.sessionId) ?? {};
  const answering = approval.status === 'answering';
  const no = choiceThat(approval, 'deny');
  const off = !canApprove || answering || sending !== null;

  const give = (choice: Choice, reason?: string) => answer(approval, choice, reason);

  return (
    <li
      className={cx(f['frame'], s['card'])}
      data-card={`a:${approval.id}`}
      data-at={at}
      tabIndex={-1}
      onFocus={props.onFocus}
    >
      <header className={s['head']}>
        <Link href={sessionPath(addressNow(approval))} className={s['session']}>
          {approval.session}
        </Link>
        <span className={s['agent']}>{approval.agent}</span>
        {node !== undefined && <NodeMark id={node} />}
        {approval.tool !== null && (
          <Badge>
            <span className={s['tool']}>{approval.tool}</span>
          </Badge>
        )}
        <time className={s['when']}>{when}</time>
      </header>
      <p className={s['title']} dir="auto">
        {approval.title}
      </p>
      {approval.subject !== '' && <TextDiff text={approval.subject} wrap />}
      {cwd !== undefined && (
        <p className={s['cwd']}>
          <Folder size={13} aria-hidden />
          <span>in {cwd}</span>
        </p>
      )}
      {approval.multiple ? (
        <Elsewhere approval={approval}>Several answers can be chosen at once</Elsewhere>
      ) : approval.choices.length === 0 ? (
        <Elsewhere approval={approval}>Its choices could not be read</Elsewhere>
      ) : (
        <div className={s['choices']}>
          {approval.choices.map((choice) => (
            <div key={choice.n} className={s['choice']}>
              <Button
                look={LOOK[choice.means]}
                className={s['button']}
                busy={sending === choice.n}
                disabled={off}
                onClick={() => void give(choice)}
              >
                {at && canApprove && choice.n < 10 && (
                  <kbd className={s['digit']} aria-hidden>
                    {choice.n}
                  </kbd>
                )}
                {choice.label}
              </Button>
              {choice.description !== undefined && <p className={s['note']}>{choice.description}</p>}
            </div>
          ))}
        </div>
      )}
      {why && no && (
        <Reason
          disabled={off}
          onCancel={() => setWhy(false)}
          onGive={(reason) => {
            // Not taken: what was typed stays.
            void give(no, reason).then((went) => went && setWhy(false));
          }}
        />
      )}
      {!why && canApprove && !answering && ((no && !approval.multiple) || props.onPolicy) && (
        <div className={s['further']}>
          {no && (
            <Button look="ghost" onClick={() => setWhy(true)}>
              <MessageSquareReply size={14} aria-hidden />
              Deny with a reason
            </Button>
          )}
          {props.onPolicy && (
            <Button look="ghost" onClick={props.onPolicy}>
              <ShieldPlus size={14} aria-hidden />
              Always allow like this…
            </Button>
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

function Elsewhere({ approval, children }: { readonly approval: Approval; readonly children: ReactNode }) {
  return (
    <p className={s['note']}>
      {children}:{' '}
      <Link href={sessionPath(addressNow(approval))} className={s['jump']}>
        <Terminal size={14} aria-hidden />
        answer in the terminal
      </Link>
    </p>
  );
}

function Reason(props: {
  readonly disabled: boolean;
  readonly onGive: (reason: string) => void;
  readonly onCancel: () => void;
}) {
  const [reason, setReason] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    props.onGive(reason);
  };
  return (
    <form className={s['reason']} onSubmit={submit}>
      <input
        // biome-ignore lint/a11y/noAutofocus: it opened because the person asked for it
        autoFocus
        className={inputClass}
        dir="auto"
        aria-label="Why not"
        placeholder="Why not, or what to do instead"
        maxLength={4096}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && props.onCancel()}
      />
      <Button type="submit" look="danger" disabled={props.disabled || reason.trim() === ''}>
        Deny
      </Button>
      <Button look="ghost" onClick={props.onCancel}>
        Cancel
      </Button>
      <p className={s['note']}>Agents that ask why are told; with the others it is kept here only.</p>
    </form>
  );
}
