/** The field at the top of a column: Enter adds and stays for the next card, Escape leaves. */
import { CircleAlert, X } from 'lucide-react';
import { useLayoutEffect, useRef, useState } from 'react';
import { WaitingHere } from '../../app/WaitingList.tsx';
import { useStuck } from '../../app/waiting.ts';
import { Button } from '../../ui/Button.tsx';
import { composing } from '../../ui/composing.ts';
import { columnTitle } from './moves.ts';
import s from './QuickAdd.module.css';
import { add, closeQuickAdd, forget, send, useQuickAdd } from './quick-add.ts';

export function QuickAdd({ column }: { readonly column: string }) {
  const open = useQuickAdd((state) => state.column === column);
  const adding = useQuickAdd((state) => state.adding);
  const waiting = useStuck(({ name, input }) => name === 'board.add' && 'column' in input && input.column === column);
  // What waits says so itself.
  const here = adding.filter((item) => item.column === column && !waiting.some(({ id }) => id === item.id));
  if (!open && here.length + waiting.length === 0) return null;
  return (
    <div className={s['box']}>
      {open && <Field column={column} />}
      <WaitingHere list={waiting} textOf={(each) => ('title' in each.input ? String(each.input.title) : each.label)} />
      {here.map((item) => (
        <div key={item.id} className={s['item']} data-failed={item.failed !== null}>
          <span dir="auto">{item.title}</span>
          {item.failed !== null && (
            <>
              <p role="alert" className={s['why']}>
                <CircleAlert size={13} aria-hidden />
                Not added: {item.failed}
              </p>
              <div className={s['row']}>
                <Button onClick={() => void send(item)}>Try again</Button>
                <Button look="icon" aria-label="Give it up" onClick={() => forget(item.id)}>
                  <X size={14} aria-hidden />
                </Button>
              </div>
            </>
          )}
        </div>
      ))}
    </div>
  );
}

function Field({ column }: { readonly column: string }) {
  const want = useQuickAdd((state) => state.want);
  const [text, setText] = useState('');
  const input = useRef<HTMLTextAreaElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for again: back to the field
  useLayoutEffect(() => input.current?.focus(), [want]);
  const submit = () => {
    const title = text.replace(/\s+/g, ' ').trim();
    if (title === '') return;
    add(column, title);
    setText('');
  };
  return (
    <textarea
      ref={input}
      className={s['field']}
      rows={2}
      maxLength={300}
      dir="auto"
      aria-label={`Title of a new card in ${columnTitle(column)}`}
      placeholder="What is to be done? Enter adds it"
      value={text}
      enterKeyHint="done"
      onChange={(event) => setText(event.target.value)}
      onBlur={() => text === '' && closeQuickAdd()}
      onKeyDown={(event) => {
        if (composing(event)) return;
        if (event.key === 'Enter') {
          event.preventDefault();
          submit();
        } else if (event.key === 'Escape') {
          event.stopPropagation();
          closeQuickAdd();
        }
      }}
    />
  );
}
