/**
 * What a session asks, as a sheet from the bottom of a phone: the exact thing, whole, and the answers under the thumb. It
 * lies over the page and moves nothing: another size of the terminal would make the agent draw its question anew. Put
 * aside it leaves a line that brings it back.
 */
import { ChevronDown, ShieldAlert, Terminal } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { Approval } from '../../../shared/contract/approvals.ts';
import type { Choice } from '../../../shared/contract/sessions.ts';
import { useCan } from '../../app/connect.ts';
import { isOpen, useApprovals, useSession } from '../../app/feeds.ts';
import { Button } from '../../ui/Button.tsx';
import { TextDiff } from '../../ui/TextDiff.tsx';
import { answer, choiceThat, useAttempt } from './answers.ts';
import s from './Sheet.module.css';

/** A thumb that was on its way when the sheet came must not answer. */
const ARM_MS = 500;

export function Sheet(props: {
  readonly sessionId: string;
  /** Somebody types: the question waits as a line, not under the fingers. */
  readonly aside: boolean;
  readonly onTerminal: () => void;
}) {
  const open = useApprovals(
    useShallow((rows) => [...rows.byKey.values()].filter((each) => each.sessionId === props.sessionId && isOpen(each))),
  );
  const first = open[0];
  /** What the person chose for this question; until then the page decides. */
  const [chosen, setChosen] = useState<{ readonly id: string; readonly aside: boolean } | null>(null);
  if (!first) return null;
  const aside = chosen?.id === first.id ? chosen.aside : props.aside;
  if (aside) {
    return (
      <button type="button" className={s['line']} onClick={() => setChosen({ id: first.id, aside: false })}>
        <ShieldAlert size={16} aria-hidden />
        <span className={s['asks']} dir="auto">
          {first.title}
        </span>
        <span className={s['open']}>Answer</span>
      </button>
    );
  }
  return (
    <Open
      key={first.id}
      approval={first}
      more={open.length - 1}
      onAside={() => setChosen({ id: first.id, aside: true })}
      onTerminal={() => {
        setChosen({ id: first.id, aside: true });
        props.onTerminal();
      }}
    />
  );
}

function Open(props: {
  readonly approval: Approval;
  readonly more: number;
  readonly onAside: () => void;
  readonly onTerminal: () => void;
}) {
  const { approval } = props;
  const { sending, error } = useAttempt(approval.id);
  const canApprove = useCan('approve');
  const cwd = useSession(approval.sessionId)?.cwd;
  const answering = approval.status === 'answering';
  const disabled = !canApprove || answering || sending !== null;
  const [armed, setArmed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setArmed(true), ARM_MS);
    return () => clearTimeout(timer);
  }, []);

  const allow = choiceThat(approval, 'allow');
  const deny = choiceThat(approval, 'deny');
  const large = allow && deny ? [deny, allow] : [];
  const others = approval.choices.filter((choice) => !large.includes(choice));
  const button = (choice: Choice, look: 'primary' | 'danger' | 'plain') => (
    <Button
      key={choice.n}
      look={look}
      className={s['button']}
      busy={sending === choice.n}
      disabled={disabled || !armed}
      onClick={() => void answer(approval, choice)}
    >
      <span>
        {choice.label}
        {choice.description !== undefined && <small>{choice.description}</small>}
      </span>
    </Button>
  );
  return (
    <section className={s['sheet']} aria-label={`${approval.session} asks`}>
      <header className={s['head']}>
        <ShieldAlert size={17} aria-hidden />
        <h2 dir="auto">{approval.title}</h2>
        {props.more > 0 && <span className={s['more']}>and {props.more} more</span>}
        <Button look="icon" aria-label="Put aside" onClick={props.onAside}>
          <ChevronDown size={20} aria-hidden />
        </Button>
      </header>
      <div className={s['body']}>
        {approval.subject !== '' && <TextDiff text={approval.subject} wrap className={s['subject']} />}
        <p className={s['tool']} dir="ltr">
          {approval.tool !== null && `${approval.tool}, `}in {cwd}
        </p>
      </div>
      {error !== null && (
        <p role="alert" className={s['error']}>
          {error}
        </p>
      )}
      {answering && <p className={s['note']}>An answer is on its way.</p>}
      {!canApprove && <p className={s['note']}>You may look, but not answer: your account lacks the approve right.</p>}
      <div className={s['choices']}>
        {approval.multiple || approval.choices.length === 0 ? (
          <Button className={s['button']} onClick={props.onTerminal}>
            <Terminal size={16} aria-hidden />
            Answer in the terminal
          </Button>
        ) : (
          <>
            {others.map((choice) => button(choice, 'plain'))}
            {allow && deny && (
              <div className={s['large']}>
                {button(deny, 'danger')}
                {button(allow, 'primary')}
              </div>
            )}
          </>
        )}
      </div>
    </section>
  );
}
