/** What happened to a card and what was said about it, newest first, and the place to say something. */
import { useState } from 'react';
import { newClientId } from '../../../shared/ids.ts';
import { attempt } from '../../app/act.ts';
import { useCan } from '../../app/connect.ts';
import { ago, dateTime, useNow } from '../../app/time.ts';
import { WaitingHere } from '../../app/WaitingList.tsx';
import { sendLater, useStuck } from '../../app/waiting.ts';
import { Button } from '../../ui/Button.tsx';
import { composing } from '../../ui/composing.ts';
import { cx } from '../../ui/cx.ts';
import { inputClass } from '../../ui/Field.tsx';
import { editNow, setComment, useEdit } from './edits.ts';
import { readHistory, useHistory, useReading } from './history.ts';
import { Who } from './marks.tsx';
import { columnTitle } from './moves.ts';
import { Section } from './Section.tsx';
import { Text } from './Text.tsx';
import s from './Timeline.module.css';
import { changeWords } from './words.ts';

export function Timeline({ cardKey, version }: { readonly cardKey: string; readonly version: number }) {
  const list = useHistory(cardKey);
  const failed = useReading(cardKey, version);
  const canType = useCan('type');
  const now = useNow();
  const waiting = useStuck((each) => each.name === 'board.comment' && each.lane === `card ${cardKey}`);
  return (
    <Section title="Comments and history">
      {canType && <Say cardKey={cardKey} />}
      <WaitingHere list={waiting} textOf={(each) => ('text' in each.input ? String(each.input.text) : each.label)} />
      {failed !== null && (
        <p role="alert" className={s['failed']}>
          The history cannot be read: {failed}
        </p>
      )}
      <ol className={s['list']}>
        {list?.map((change) => (
          <li key={change.id} className={s['item']} data-what={change.what}>
            <p className={s['line']}>
              <Who actor={change.by} /> <span className={s['words']}>{changeWords(change, columnTitle)}</span>
              <time dateTime={new Date(change.at).toISOString()} title={dateTime(change.at)}>
                {ago(change.at, now)}
              </time>
            </p>
            {change.text !== '' && (
              <div className={s['text']}>
                <Text text={change.text} />
              </div>
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}

function Say({ cardKey }: { readonly cardKey: string }) {
  const { comment } = useEdit(cardKey);
  const [busy, setBusy] = useState(false);
  const send = async () => {
    const text = comment.trim();
    if (text === '' || busy) return;
    setBusy(true);
    const heard = () => void attempt('Could not read the history', () => readHistory(cardKey));
    const said = await attempt('Could not comment', () =>
      sendLater(
        'board.comment',
        { id: newClientId('k'), key: cardKey, text },
        `Comment on ${cardKey}: ${text.slice(0, 200)}`,
        heard,
      ),
    );
    // What was typed while the answer was on its way stays.
    if (said && editNow(cardKey).comment === comment) setComment(cardKey, '');
    setBusy(false);
  };
  return (
    <div className={s['say']}>
      <textarea
        className={cx(inputClass, s['field'])}
        aria-label="Comment"
        placeholder="Say something; markdown works"
        dir="auto"
        rows={2}
        maxLength={16_384}
        value={comment}
        onChange={(event) => setComment(cardKey, event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || composing(event)) return;
          event.preventDefault();
          void send();
        }}
      />
      {comment.trim() !== '' && (
        <Button look="primary" busy={busy} onClick={() => void send()}>
          Comment
        </Button>
      )}
    </div>
  );
}
