/** The state badge, and on hover, focus or tap the evidence that it rests on. */
import type { Session } from '../../../shared/contract/sessions.ts';
import { ago, useNow } from '../../app/time.ts';
import { Popover } from '../../ui/Popover.tsx';
import { StateMark, stateWord } from '../../ui/State.tsx';
import s from './Evidence.module.css';

export function StateBadge({ session, word }: { readonly session: Session; readonly word?: boolean }) {
  return (
    <Popover
      hover
      label={`Why ${session.name} is ${stateWord(session.state).toLowerCase()}`}
      trigger={
        <button type="button" className={s['badge']}>
          <StateMark state={session.state} stalled={session.stalled} word={word ?? true} />
        </button>
      }
    >
      <Evidence session={session} />
    </Popover>
  );
}

function Evidence({ session }: { readonly session: Session }) {
  const now = useNow();
  return (
    <div className={s['body']}>
      <p className={s['head']}>
        <StateMark state={session.state} stalled={session.stalled} />
        <span className={s['since']}>for {ago(session.since, now).replace('now', 'a moment')}</span>
      </p>
      {session.stalled && <p>Says it works, but shows no output, no transcript and no processor time.</p>}
      {session.retrying && <p>The agent tries again by itself.</p>}
      {session.draft && <p>There is unsent text in its prompt.</p>}
      {session.resets !== null && <p>Limit resets {session.resets}.</p>}
      {session.evidence.length === 0 ? (
        <p className={s['none']}>Nothing was seen yet that tells more.</p>
      ) : (
        <ul className={s['list']}>
          {session.evidence.map((each) => (
            <li key={`${each.source}${each.at}${each.saw}`}>
              <span className={s['source']}>{each.source}</span>
              <span className={s['saw']}>{each.saw}</span>
              <span className={s['since']}>
                {Math.round(each.confidence * 100)}% · {ago(each.at, now)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
