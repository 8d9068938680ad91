/** A comment below its line: typed here, shown here, sent with the others. */
import { MessageSquare, Pencil, Trash2 } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { Button } from '../../ui/Button.tsx';
import { composing } from '../../ui/composing.ts';
import s from './Comment.module.css';
import { type Comment as Draft, placeWord } from './comments.ts';
import { drop, edit, open } from './drafts.ts';

export function Comment(props: {
  readonly session: string;
  readonly comment: Draft;
  readonly editing: boolean;
  readonly adrift: boolean;
  /** Gives the keyboard back to the list. */
  readonly onLeave: () => void;
}) {
  const { session, comment } = props;
  const area = useRef<HTMLTextAreaElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight + 2, 240)}px`;
  }, [comment.text, props.editing]);
  useEffect(() => {
    if (props.editing) area.current?.focus({ preventScroll: true });
  }, [props.editing]);

  const onKey = (event: KeyboardEvent) => {
    if (composing(event)) return;
    const done = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
    if (!done && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    open(session, null);
    props.onLeave();
  };
  return (
    <section className={s['comment']} aria-label={`Comment on ${placeWord(comment)}`}>
      <header className={s['head']}>
        <MessageSquare size={13} aria-hidden />
        <span className={s['place']}>{placeWord(comment)}</span>
        {props.adrift && <span className={s['adrift']}>this line is no longer in the changes</span>}
        <span className={s['gap']} />
        {!props.editing && (
          <Button look="icon" aria-label="Edit this comment" onClick={() => open(session, comment.id)}>
            <Pencil size={13} aria-hidden />
          </Button>
        )}
        <Button
          look="icon"
          aria-label="Delete this comment"
          onClick={() => {
            drop(session, comment.id);
            props.onLeave();
          }}
        >
          <Trash2 size={13} aria-hidden />
        </Button>
      </header>
      {props.adrift && <pre className={s['quote']}>{comment.quote.join('\n')}</pre>}
      {props.editing ? (
        <>
          <textarea
            ref={area}
            rows={2}
            dir="auto"
            className={s['text']}
            aria-label={`Comment on ${placeWord(comment)}`}
            placeholder="What should the agent know about this?"
            value={comment.text}
            onChange={(event) => edit(session, comment.id, event.target.value)}
            onKeyDown={onKey}
          />
          <div className={s['tools']}>
            <span className={s['hint']}>Kept here until you send it</span>
            <Button
              disabled={comment.text.trim() === ''}
              onClick={() => {
                open(session, null);
                props.onLeave();
              }}
            >
              Keep
            </Button>
          </div>
        </>
      ) : (
        <p className={s['words']} dir="auto">
          {comment.text}
        </p>
      )}
    </section>
  );
}
