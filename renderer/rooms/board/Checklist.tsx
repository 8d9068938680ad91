/** The steps of a card: ticked, renamed, added and taken away one by one. */
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Card } from '../../../shared/contract/board.ts';
import { Button } from '../../ui/Button.tsx';
import { composing } from '../../ui/composing.ts';
import { cx } from '../../ui/cx.ts';
import { inputClass } from '../../ui/Field.tsx';
import s from './Checklist.module.css';
import { setField } from './edits.ts';
import { Section } from './Section.tsx';

type Item = Card['checklist'][number];
const MOST = 200;

/** Short, and not among those that are there. */
function newItemId(items: readonly Item[]): string {
  const numbers = items.map(({ id }) => Number(/^i(\d+)$/.exec(id)?.[1] ?? 0));
  return `i${Math.max(0, ...numbers) + 1}`;
}

export function Checklist({ card, canType }: { readonly card: Card; readonly canType: boolean }) {
  const items = card.checklist;
  const [text, setText] = useState('');
  const set = (next: Item[]) => setField(card.key, 'checklist', next);
  const add = async () => {
    const wanted = text.trim();
    if (wanted === '') return;
    // The text stays until the hub has it, and what was typed meanwhile stays longer.
    if (await set([...items, { id: newItemId(items), text: wanted, done: false }]))
      setText((now) => (now === text ? '' : now));
  };
  if (items.length === 0 && !canType) return null;
  const done = items.filter((item) => item.done).length;
  return (
    <Section title={items.length === 0 ? 'Checklist' : `Checklist, ${done} of ${items.length} done`}>
      {items.length > 0 && (
        <progress className={s['bar']} aria-label="Checklist progress" value={done} max={items.length} />
      )}
      <ul className={s['list']}>
        {items.map((item) => (
          <li key={item.id} className={s['item']}>
            <label className={s['label']}>
              <input
                type="checkbox"
                checked={item.done}
                disabled={!canType}
                onChange={(event) =>
                  void set(items.map((each) => (each.id === item.id ? { ...each, done: event.target.checked } : each)))
                }
              />
              <span dir="auto">{item.text}</span>
            </label>
            {canType && (
              <Button
                look="icon"
                className={s['remove']}
                aria-label={`Take away: ${item.text}`}
                onClick={() => void set(items.filter((each) => each.id !== item.id))}
              >
                <Trash2 size={13} aria-hidden />
              </Button>
            )}
          </li>
        ))}
      </ul>
      {canType && items.length < MOST && (
        <input
          className={cx(inputClass)}
          aria-label="New step"
          placeholder="Add a step"
          dir="auto"
          maxLength={500}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || composing(event)) return;
            event.preventDefault();
            void add();
          }}
        />
      )}
    </Section>
  );
}
