/** What was asked lately and how it ended: who said what, when, to exactly what. */
import { ChevronRight, CircleCheck, CircleSlash, CircleX } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Approval } from '../../../shared/contract/approvals.ts';
import { addressNow } from '../../app/feeds.ts';
import { sessionPath } from '../../app/routes.ts';
import { ago, dateTime } from '../../app/time.ts';
import { Button } from '../../ui/Button.tsx';
import { TextDiff } from '../../ui/TextDiff.tsx';
import { whoOf } from './answers.ts';
import s from './Inbox.module.css';

const FIRST = 8;

/** Newest first. */
export function Answered({ list, now }: { readonly list: readonly Approval[]; readonly now: number }) {
  const [all, setAll] = useState(false);
  const shown = all ? list : list.slice(0, FIRST);
  return (
    <section aria-label="Answered lately">
      <h2 className={s['title']}>Answered lately</h2>
      <ul className={s['list']}>
        {shown.map((approval) => (
          <Row key={approval.id} approval={approval} now={now} />
        ))}
      </ul>
      {list.length > FIRST && (
        <Button look="ghost" className={s['all']} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${list.length}`}
        </Button>
      )}
    </section>
  );
}

function Row({ approval, now }: { readonly approval: Approval; readonly now: number }) {
  const [open, setOpen] = useState(false);
  const { answer } = approval;
  const means = approval.choices.find((choice) => choice.n === answer?.choice)?.means;
  const Icon = answer === null ? CircleSlash : means === 'deny' ? CircleX : CircleCheck;
  const asked = approval.subject || approval.title;
  return (
    <li className={s['row']} data-means={answer === null ? 'gone' : (means ?? 'other')}>
      <button type="button" className={s['line']} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon size={14} aria-hidden />
        <span className={s['name']}>{approval.session}</span>
        <span className={s['saw']} dir="auto">
          {answer === null ? 'closed without an answer from here' : `${whoOf(answer.by)} answered “${answer.label}”`}:{' '}
          <code>{asked.split('\n', 1)[0]}</code>
        </span>
        <time className={s['when']} dateTime={new Date(answer?.at ?? approval.createdAt).toISOString()}>
          {ago(answer?.at ?? approval.createdAt, now)}
        </time>
        <ChevronRight size={14} aria-hidden className={s['chevron']} />
      </button>
      {open && (
        <div className={s['more']}>
          {approval.subject !== '' && <TextDiff text={approval.subject} wrap />}
          <dl className={s['facts']}>
            <div>
              <dt>Asked</dt>
              <dd dir="auto">
                {approval.title}
                {approval.tool !== null && ` (${approval.tool})`}, {dateTime(approval.createdAt)}
              </dd>
            </div>
            <div>
              <dt>Answer</dt>
              <dd>
                {answer === null
                  ? 'The dialog closed: it was answered in the terminal, or withdrawn.'
                  : `“${answer.label}” by ${whoOf(answer.by)}, ${dateTime(answer.at)}`}
              </dd>
            </div>
            {answer?.reason !== undefined && (
              <div>
                <dt>Reason</dt>
                <dd dir="auto">{answer.reason}</dd>
              </div>
            )}
          </dl>
          <Link href={sessionPath(addressNow(approval))}>Open {approval.session}</Link>
        </div>
      )}
    </li>
  );
}
