/** The command palette: type, see every action and session that fits, run it. Without a word it shows what was used last. */
import { Dialog } from '@base-ui/react/dialog';
import { CornerDownLeft, Search, SquareTerminal } from 'lucide-react';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useAtOnce } from '../ui/at-once.ts';
import { choiceAfter } from '../ui/choose.ts';
import { composing } from '../ui/composing.ts';
import { StateMark } from '../ui/State.tsx';
import { allCommands, bindingsOf, type Command, useRegistry } from './commands.ts';
import { sortedSessions, useSessions } from './feeds.ts';
import { best } from './fuzzy.ts';
import { Keys } from './Keys.tsx';
import { KEYMAP, readBindings } from './keymap.ts';
import { go } from './navigate.ts';
import s from './Palette.module.css';
import { usePalette } from './palette.ts';
import { usePreference } from './preferences.ts';
import { addressOf, sessionPath } from './routes.ts';

const MOST = 60;
/** Ids of what was run last, newest first; for as long as the page lives. */
const recent: string[] = [];

type Item = Pick<Command, 'id' | 'title' | 'section' | 'icon' | 'keys' | 'run'> & {
  readonly session?: string;
  /** Further words that find it. */
  readonly beside: string;
};

/** Sections in falling closeness; those of the screen come first. */
const ORDER: readonly string[] = ['Sessions', 'Go to', 'General'];
const rank = (section: string): number => ORDER.indexOf(section);

const remember = (id: string): void => {
  const at = recent.indexOf(id);
  if (at >= 0) recent.splice(at, 1);
  recent.unshift(id);
  recent.length = Math.min(recent.length, 6);
};

export default function Palette() {
  const open = usePalette((state) => state.open);
  return (
    <Dialog.Root open={open} onOpenChange={(next) => usePalette.setState({ open: next })}>
      <Dialog.Portal>
        <Dialog.Backdrop className={s['backdrop']} />
        <Dialog.Popup className={s['popup']} aria-label="Commands">
          <Body />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Body() {
  const [query, setQuery] = useState(() => usePalette.getState().typed);
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => usePalette.setState({ typed: '' }), []);
  useAtOnce(
    input,
    usePalette((state) => state.open),
  );
  const registry = useRegistry();
  const sessions = useSessions();
  const own = usePreference(KEYMAP, readBindings) ?? {};

  const items = useMemo(() => {
    const commands = allCommands(registry).filter((each) => each.enabled !== false && each.hidden !== true);
    const all: Item[] = commands.map((each) => ({
      ...each,
      beside: `${each.words ?? ''} ${each.section}`,
    }));
    for (const session of sortedSessions(sessions)) {
      all.push({
        id: `session:${session.id}`,
        title: session.name,
        section: 'Sessions',
        session: session.id,
        beside: `${session.agent} ${session.cwd} ${session.title} ${session.tags.join(' ')}`,
        run: () => go(sessionPath(addressOf(session))),
      });
    }
    return all;
  }, [registry, sessions]);

  const shown = useMemo(() => {
    if (query.trim() !== '')
      return best(
        query,
        items,
        (each) => each.title,
        MOST,
        (each) => each.beside,
      );
    const last = recent.flatMap((id) => items.find((each) => each.id === id) ?? []);
    // A person who typed nothing wants to see what there is: what this screen can do first, what all can last.
    const rest = items.filter((each) => !last.includes(each)).sort((a, b) => rank(a.section) - rank(b.section));
    return [...last.map((each) => ({ ...each, section: 'Used last' })), ...rest].slice(0, MOST);
  }, [query, items]);

  const chosen = Math.min(at, shown.length - 1);
  useEffect(() => {
    list.current?.querySelector(`[data-at="${chosen}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);

  const run = (item: Item | undefined) => {
    if (!item) return;
    remember(item.id);
    usePalette.setState({ open: false });
    // After the palette has given the keyboard back: what runs may want it.
    setTimeout(item.run, 0);
  };
  const onKey = (event: KeyboardEvent) => {
    const next = choiceAfter(event.key, chosen, shown.length);
    if (next !== null) {
      event.preventDefault();
      setAt(next);
    } else if (event.key === 'Enter' && !composing(event)) {
      event.preventDefault();
      run(shown[chosen]);
    }
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys of the field, wherever in the palette the focus is
    <div className={s['body']} onKeyDown={onKey}>
      <div className={s['field']}>
        <Search size={16} aria-hidden />
        <input
          ref={input}
          role="combobox"
          aria-expanded
          aria-controls="palette-list"
          aria-activedescendant={shown.length > 0 ? `palette-${chosen}` : undefined}
          aria-label="Find a command or session"
          placeholder="Find a command or session"
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
        />
      </div>
      <div
        ref={list}
        id="palette-list"
        role="listbox"
        aria-label="Commands and sessions"
        className={s['list']}
        tabIndex={-1}
      >
        {shown.map((item, i) => (
          <Row key={item.id} item={item} at={i} first={i === 0 || shown[i - 1]?.section !== item.section} query={query}>
            {{ chosen: i === chosen, own, hover: () => setAt(i), pick: () => run(item) }}
          </Row>
        ))}
        {shown.length === 0 && <p className={s['none']}>Nothing is called that. Try fewer letters.</p>}
      </div>
      <footer className={s['foot']}>
        <span>
          <kbd>↑</kbd>
          <kbd>↓</kbd> choose
        </span>
        <span>
          <kbd>
            <CornerDownLeft size={10} aria-hidden />
          </kbd>{' '}
          run
        </span>
        <span>
          <kbd>Esc</kbd> close
        </span>
      </footer>
    </div>
  );
}

function Row({
  item,
  at,
  first,
  query,
  children: { chosen, own, hover, pick },
}: {
  readonly item: Item;
  readonly at: number;
  readonly first: boolean;
  readonly query: string;
  readonly children: {
    readonly chosen: boolean;
    readonly own: Parameters<typeof bindingsOf>[1];
    readonly hover: () => void;
    readonly pick: () => void;
  };
}) {
  const Icon = item.icon ?? SquareTerminal;
  const session = useSessions((rows) => (item.session === undefined ? undefined : rows.byKey.get(item.session)));
  const [binding] = item.session === undefined ? bindingsOf(item, own) : [];
  return (
    <>
      {first && query.trim() === '' && (
        <div role="presentation" className={s['section']}>
          {item.section}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the list is driven by the field's keys (aria-activedescendant) */}
      <div
        id={`palette-${at}`}
        data-at={at}
        role="option"
        tabIndex={-1}
        aria-selected={chosen}
        className={s['row']}
        onPointerMove={chosen ? undefined : hover}
        onClick={pick}
      >
        {session ? <StateMark state={session.state} word={false} /> : <Icon size={15} aria-hidden />}
        <span className={s['title']}>{item.title}</span>
        {session && <span className={s['detail']}>{session.agent}</span>}
        {query.trim() !== '' && <span className={s['detail']}>{item.section}</span>}
        {binding && <Keys binding={binding} />}
      </div>
    </>
  );
}
