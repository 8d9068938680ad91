/** The cards that must be done before this one can be claimed. */
import { CircleCheck, Lock, X } from 'lucide-react';
import { useId, useState } from 'react';
import { Link } from 'wouter';
import type { Card } from '../../../shared/contract/board.ts';
import { useCard, useCards } from '../../app/cards.ts';
import { cardPath } from '../../app/routes.ts';
import { Button } from '../../ui/Button.tsx';
import { composing } from '../../ui/composing.ts';
import { inputClass } from '../../ui/Field.tsx';
import { setField } from './edits.ts';
import { Section } from './Section.tsx';
import s from './WaitsFor.module.css';

const HITS = 6;

export function WaitsFor(props: {
  readonly card: Card;
  readonly blockedBy: readonly string[];
  readonly canType: boolean;
}) {
  const { card, canType } = props;
  const set = (next: string[]) => setField(card.key, 'dependencies', next);
  if (card.dependencies.length === 0 && !canType) return null;
  return (
    <Section title="Waits for">
      {card.dependencies.length > 0 && (
        <ul className={s['list']}>
          {card.dependencies.map((key) => (
            <One
              key={key}
              cardKey={key}
              waiting={props.blockedBy.includes(key)}
              onRemove={canType ? () => void set(card.dependencies.filter((each) => each !== key)) : undefined}
            />
          ))}
        </ul>
      )}
      {canType && <Find card={card} onPick={(key) => set([...card.dependencies, key])} />}
    </Section>
  );
}

function One(props: {
  readonly cardKey: string;
  readonly waiting: boolean;
  readonly onRemove: (() => void) | undefined;
}) {
  const row = useCard(props.cardKey);
  return (
    <li className={s['item']} data-waiting={props.waiting}>
      {props.waiting ? <Lock size={14} aria-hidden /> : <CircleCheck size={14} aria-hidden />}
      <span className="visually-hidden">{props.waiting ? 'Not done: ' : 'Done: '}</span>
      {row ? (
        <Link href={cardPath(row.key)} className={s['link']}>
          <span className={s['key']}>{row.key}</span>
          <span className={s['title']} dir="auto">
            {row.title}
          </span>
        </Link>
      ) : (
        <span className={s['link']}>
          <span className={s['key']}>{props.cardKey}</span>
          <span className={s['title']}>no such card</span>
        </span>
      )}
      {props.onRemove && (
        <Button look="icon" aria-label={`No longer wait for ${props.cardKey}`} onClick={props.onRemove}>
          <X size={13} aria-hidden />
        </Button>
      )}
    </li>
  );
}

/** Finds a card by its key or title. */
function Find({ card, onPick }: { readonly card: Card; readonly onPick: (key: string) => Promise<boolean> }) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = useCards((state) => state.byKey);
  const hits =
    words.length === 0
      ? []
      : [...rows.values()]
          .filter((row) => row.key !== card.key && !card.dependencies.includes(row.key))
          .filter((row) => words.every((word) => `${row.key} ${row.title}`.toLowerCase().includes(word)))
          // What is still to be done is what one waits for.
          .sort((a, b) => Number(a.finishedAt !== null) - Number(b.finishedAt !== null) || b.updatedAt - a.updatedAt)
          .slice(0, HITS);
  const current = hits[Math.min(at, hits.length - 1)];
  const pick = async (key: string) => {
    if (await onPick(key)) setText((now) => (now === text ? '' : now));
  };
  return (
    <div className={s['find']}>
      <input
        className={inputClass}
        role="combobox"
        aria-label="Find a card it waits for"
        aria-expanded={hits.length > 0}
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={current ? `${id}-${current.key}` : undefined}
        placeholder="Find a card by key or title"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(Math.min(at + 1, hits.length - 1));
          else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0));
          else if (event.key === 'Enter' && current && !composing(event)) void pick(current.key);
          else if (event.key === 'Escape' && text !== '') {
            setText('');
            event.stopPropagation();
          } else return;
          event.preventDefault();
        }}
      />
      <div id={id} role="listbox" aria-label="Cards found" className={s['hits']} hidden={hits.length === 0}>
        {hits.map((row) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above takes the keys
          <div
            key={row.key}
            id={`${id}-${row.key}`}
            role="option"
            tabIndex={-1}
            aria-selected={row === current}
            className={s['hit']}
            onClick={() => void pick(row.key)}
          >
            <span className={s['key']}>{row.key}</span>
            <span className={s['title']} dir="auto">
              {row.title}
            </span>
          </div>
        ))}
      </div>
      {words.length > 0 && hits.length === 0 && <p className={s['none']}>No card fits.</p>}
    </div>
  );
}
