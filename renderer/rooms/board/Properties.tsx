/** The facts of a card, each a control that saves when it is changed or left. */
import { X } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useState } from 'react';
import { Link } from 'wouter';
import type { Actor } from '../../../shared/contract/actors.ts';
import type { Card } from '../../../shared/contract/board.ts';
import { useCards } from '../../app/cards.ts';
import { useAuth, useCan, wire } from '../../app/connect.ts';
import { sortedSessions, useSession, useSessions } from '../../app/feeds.ts';
import { addressOf, sessionPath } from '../../app/routes.ts';
import { composing } from '../../ui/composing.ts';
import { cx } from '../../ui/cx.ts';
import { inputClass, selectClass } from '../../ui/Field.tsx';
import { StateMark } from '../../ui/State.tsx';
import { setField } from './edits.ts';
import { actorKey, PRIORITIES } from './filter.ts';
import { priorityWord, Tag } from './marks.tsx';
import { moveTo, useMoves } from './moves.ts';
import s from './Properties.module.css';
import { useView } from './view.ts';

export function Properties({ card, canType }: { readonly card: Card; readonly canType: boolean }) {
  const columns = useView((view) => view.columns);
  const pending = useMoves((moves) => moves.pending.get(card.key));
  const { key } = card;
  return (
    <fieldset className={s['grid']} disabled={!canType}>
      <legend className="visually-hidden">Facts</legend>
      <Row label="Column">
        {(id) => (
          <select
            id={id}
            className={selectClass}
            value={pending?.column ?? card.column}
            onChange={(event) => moveTo(key, event.target.value)}
          >
            {columns.map((column) => (
              <option key={column.id} value={column.id}>
                {column.title}
              </option>
            ))}
          </select>
        )}
      </Row>
      <Row label="Priority">
        {(id) => (
          <select
            id={id}
            className={selectClass}
            value={card.priority}
            onChange={(event) => {
              const priority = PRIORITIES.find((each) => each === event.target.value);
              if (priority) void setField(key, 'priority', priority);
            }}
          >
            {PRIORITIES.map((each) => (
              <option key={each} value={each}>
                {priorityWord(each)}
              </option>
            ))}
          </select>
        )}
      </Row>
      <Row label="Owner">{(id) => <Owner id={id} card={card} />}</Row>
      <Row label="Due">
        {(id) => (
          <Typed
            id={id}
            type="date"
            value={card.due ?? ''}
            onSave={(text) => setField(key, 'due', text === '' ? null : text)}
          />
        )}
      </Row>
      <Row label="Tags">{(id) => <Tags id={id} card={card} canType={canType} />}</Row>
      <Row label="Session">{(id) => <Session id={id} card={card} />}</Row>
      <Row label="Branch">
        {(id) => (
          <Typed
            id={id}
            value={card.links.branch ?? ''}
            placeholder="None"
            most={255}
            mono
            onSave={(text) => setField(key, 'links', { ...card.links, branch: text === '' ? null : text })}
          />
        )}
      </Row>
      <Row label="PR or issue">
        {(id) => (
          <span className={s['linked']}>
            <Typed
              id={id}
              type="url"
              value={card.links.pr ?? ''}
              placeholder="https://"
              most={2000}
              onSave={(text) => setField(key, 'links', { ...card.links, pr: text === '' ? null : text })}
            />
            {card.links.pr !== null && (
              <a href={card.links.pr} target="_blank" rel="noopener noreferrer" title={card.links.pr}>
                Open
              </a>
            )}
          </span>
        )}
      </Row>
      <Row label="Cost, USD">
        {(id) => (
          <Typed
            id={id}
            type="number"
            value={card.cost === null ? '' : String(card.cost)}
            placeholder="Not known"
            onSave={(text) => setField(key, 'cost', text === '' || Number.isNaN(Number(text)) ? null : Number(text))}
          />
        )}
      </Row>
      <Row label="Finished by">
        {(id) => (
          <select
            id={id}
            className={selectClass}
            value={card.review}
            onChange={(event) => void setField(key, 'review', event.target.value === 'other' ? 'other' : 'anyone')}
          >
            <option value="anyone">Anyone</option>
            <option value="other">Somebody other than its owner</option>
          </select>
        )}
      </Row>
    </fieldset>
  );
}

function Row({ label, children }: { readonly label: string; readonly children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <>
      <label htmlFor={id} className={s['label']}>
        {label}
      </label>
      <div className={s['value']}>{children(id)}</div>
    </>
  );
}

/** A field that is saved when it is left or Enter is pressed; what is typed stays when the hub refuses it. */
function Typed(props: {
  readonly id: string;
  readonly value: string;
  readonly type?: 'text' | 'date' | 'url' | 'number';
  readonly placeholder?: string;
  readonly most?: number;
  readonly mono?: boolean;
  readonly onSave: (text: string) => Promise<boolean>;
}) {
  const [text, setText] = useState<string | null>(null);
  const save = async (wanted: string) => {
    // What was typed while the answer was on its way stays.
    if (wanted === props.value || (await props.onSave(wanted)))
      setText((now) => (now === null || now.trim() === wanted ? null : now));
  };
  return (
    <input
      id={props.id}
      type={props.type ?? 'text'}
      className={cx(inputClass, props.mono && s['mono'])}
      value={text ?? props.value}
      placeholder={props.placeholder}
      maxLength={props.most}
      step={props.type === 'number' ? 'any' : undefined}
      min={props.type === 'number' ? 0 : undefined}
      dir={props.type === 'date' ? undefined : 'auto'}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => text !== null && void save(text.trim())}
      onKeyDown={(event: KeyboardEvent<HTMLInputElement>) => {
        if (event.key === 'Enter' && !composing(event)) event.currentTarget.blur();
        else if (event.key === 'Escape') setText(null);
      }}
    />
  );
}

/** Users are listed for administrators only; everybody knows those who have cards. */
function usePeople(): ReadonlyMap<string, Actor> {
  const me = useAuth((auth) => auth.me?.user);
  const admin = useCan('admin');
  const rows = useCards((state) => state.byKey);
  const [users, setUsers] = useState<readonly string[]>([]);
  useEffect(() => {
    if (!admin) return;
    let gone = false;
    wire()
      .call('auth.users', {})
      .then(
        (list) => !gone && setUsers(list.map((user) => user.name)),
        // The list is only a help: people of other cards can still be chosen.
        () => undefined,
      );
    return () => {
      gone = true;
    };
  }, [admin]);
  const people = new Map<string, Actor>();
  const add = (actor: Actor | null | undefined) => {
    if (actor?.kind === 'user') people.set(actorKey(actor), actor);
  };
  for (const name of [me, ...users]) if (name !== undefined) add({ kind: 'user', id: name, name });
  for (const row of rows.values()) {
    add(row.owner);
    add(row.creator);
  }
  return people;
}

function Owner({ id, card }: { readonly id: string; readonly card: Card }) {
  const people = usePeople();
  const sessions = sortedSessions(useSessions()).filter((session) => !session.archived);
  const value = card.owner ? actorKey(card.owner) : '';
  const known =
    card.owner === null ||
    people.has(value) ||
    sessions.some((each) => actorKey({ kind: 'session', ...each }) === value);
  const choose = (wanted: string) => {
    const session = sessions.find((each) => `session:${each.id}` === wanted);
    const actor: Actor | null = session
      ? { kind: 'session', id: session.id, name: session.name }
      : (people.get(wanted) ?? null);
    void setField(card.key, 'owner', actor);
  };
  return (
    <select id={id} className={selectClass} value={value} onChange={(event) => choose(event.target.value)}>
      <option value="">Nobody</option>
      {!known && card.owner && <option value={value}>{card.owner.name}</option>}
      <optgroup label="People">
        {[...people].map(([key, person]) => (
          <option key={key} value={key}>
            {person.name}
          </option>
        ))}
      </optgroup>
      {sessions.length > 0 && (
        <optgroup label="Sessions">
          {sessions.map((session) => (
            <option key={session.id} value={`session:${session.id}`}>
              {session.name}
            </option>
          ))}
        </optgroup>
      )}
    </select>
  );
}

function Session({ id, card }: { readonly id: string; readonly card: Card }) {
  const sessions = sortedSessions(useSessions()).filter((session) => !session.archived);
  const linked = card.links.session;
  const session = useSession(linked ?? '');
  const known = linked === null || sessions.some((each) => each.id === linked);
  return (
    <span className={s['linked']}>
      <select
        id={id}
        className={selectClass}
        value={linked ?? ''}
        onChange={(event) =>
          void setField(card.key, 'links', {
            ...card.links,
            session: event.target.value === '' ? null : event.target.value,
          })
        }
      >
        <option value="">None</option>
        {!known && <option value={linked ?? ''}>{session?.name ?? 'a session that is gone'}</option>}
        {sessions.map((each) => (
          <option key={each.id} value={each.id}>
            {each.name}
          </option>
        ))}
      </select>
      {session && (
        <Link href={sessionPath(addressOf(session))} className={s['state']} title={`Open ${session.name}`}>
          <StateMark state={session.state} stalled={session.stalled} />
        </Link>
      )}
    </span>
  );
}

function Tags({ id, card, canType }: { readonly id: string; readonly card: Card; readonly canType: boolean }) {
  const [text, setText] = useState('');
  const list = useId();
  const rows = useCards((state) => state.byKey);
  const known = new Set([...rows.values()].flatMap((row) => row.tags));
  const set = (tags: string[]) => setField(card.key, 'tags', tags);
  const add = async () => {
    const wanted = text
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '' && !card.tags.includes(tag));
    if (wanted.length === 0 || (await set([...card.tags, ...wanted]))) setText((now) => (now === text ? '' : now));
  };
  return (
    <span className={s['tags']}>
      {card.tags.map((tag) => (
        <span key={tag} className={s['tag']}>
          <Tag tag={tag} />
          {canType && (
            <button
              type="button"
              aria-label={`Take the tag ${tag} away`}
              onClick={() => void set(card.tags.filter((each) => each !== tag))}
            >
              <X size={11} aria-hidden />
            </button>
          )}
        </span>
      ))}
      {canType && card.tags.length < 32 && (
        <>
          <input
            id={id}
            className={cx(inputClass, s['new'])}
            list={list}
            value={text}
            placeholder="Add a tag"
            maxLength={64}
            dir="auto"
            onChange={(event) => setText(event.target.value)}
            onBlur={() => void add()}
            onKeyDown={(event) => {
              if (composing(event)) return;
              if (event.key === 'Enter' || event.key === ',') {
                event.preventDefault();
                void add();
              } else if (event.key === 'Backspace' && text === '' && card.tags.length > 0) {
                void set(card.tags.slice(0, -1));
              }
            }}
          />
          <datalist id={list}>
            {[...known]
              .filter((tag) => !card.tags.includes(tag))
              .map((tag) => (
                <option key={tag} value={tag} />
              ))}
          </datalist>
        </>
      )}
    </span>
  );
}
