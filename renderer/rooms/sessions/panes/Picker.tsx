/** Which session stands beside a pane after a split: one that is not shown, one that moves there, or a new one. */
import { Plus } from 'lucide-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import { create } from 'zustand';
import { sortedSessions, useSessions } from '../../../app/feeds.ts';
import { best } from '../../../app/fuzzy.ts';
import { useStart } from '../../../app/start.ts';
import { composing } from '../../../ui/composing.ts';
import { Dialog } from '../../../ui/Dialog.tsx';
import { inputClass } from '../../../ui/Field.tsx';
import { StateMark } from '../../../ui/State.tsx';
import type { Side } from './layout.ts';
import s from './Picker.module.css';
import { awaitNew, scene, showPane } from './state.ts';

/** Null: closed. Without a target the session goes where there is room. */
export const usePicker = create<{ readonly beside: { readonly target: string | null; readonly side: Side } | null }>(
  () => ({
    beside: null,
  }),
);
const close = () => usePicker.setState({ beside: null });

export function Picker() {
  const beside = usePicker((state) => state.beside);
  if (!beside) return null;
  const title =
    beside.target === null ? 'Show a session' : beside.side === 'right' ? 'Split right with' : 'Split down with';
  return (
    <Dialog open onClose={close} title={title} width={420}>
      <Body target={beside.target} side={beside.side} />
    </Dialog>
  );
}

function Body({ target, side }: { readonly target: string | null; readonly side: Side }) {
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const start = useStart();
  const rows = useSessions();
  const shown = new Set(scene.shown);
  const sessions = sortedSessions(rows).filter((each) => !each.archived && each.id !== target);
  // Those that are not on the screen are what a split is mostly for.
  const ordered = [...sessions.filter((each) => !shown.has(each.id)), ...sessions.filter((each) => shown.has(each.id))];
  const found =
    query.trim() === ''
      ? ordered
      : best(query, ordered, (each) => `${each.name} ${each.agent} ${each.cwd} ${each.title}`, 100);
  const chosen = Math.min(at, Math.max(0, found.length - 1));
  const pick = (id: string | undefined) => {
    if (id === undefined) return;
    close();
    showPane(id, target ?? undefined, side);
  };
  const fresh = () => {
    close();
    if (target !== null) awaitNew(target, side);
    start?.();
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) {
      event.preventDefault();
      const next = (chosen + step + found.length) % found.length;
      setAt(next);
      list.current?.children[next]?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter' && !composing(event)) {
      event.preventDefault();
      pick(found[chosen]?.id);
    }
  };
  return (
    <div className={s['body']}>
      <input
        type="search"
        role="combobox"
        aria-expanded
        aria-controls="picker-list"
        aria-activedescendant={found.length > 0 ? `picker-${chosen}` : undefined}
        aria-label="Find a session"
        placeholder="Find a session"
        className={inputClass}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKey}
      />
      <div ref={list} id="picker-list" role="listbox" aria-label="Sessions" tabIndex={-1} className={s['list']}>
        {found.map((each, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: driven by the field's keys
          <div
            key={each.id}
            id={`picker-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === chosen}
            className={s['row']}
            onPointerMove={() => i !== chosen && setAt(i)}
            onClick={() => pick(each.id)}
          >
            <StateMark state={each.state} word={false} stalled={each.stalled} />
            <span className={s['name']}>{each.name}</span>
            <span className={s['agent']}>{each.agent}</span>
            {shown.has(each.id) && <span className={s['agent']}>moves here</span>}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className={s['none']}>No session is called that.</p>}
      {start && (
        <button type="button" className={s['new']} onClick={fresh}>
          <Plus size={14} aria-hidden />
          New session
        </button>
      )}
    </div>
  );
}
