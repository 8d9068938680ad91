/** Find in one terminal's scrollback. The add-on is loaded when somebody searches. */
import type { SearchAddon } from '@xterm/addon-search';
import type { Terminal } from '@xterm/xterm';
import { ArrowDown, ArrowUp, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { composing } from '../../ui/composing.ts';
import s from './Search.module.css';

const MARKS = {
  decorations: {
    matchBackground: '#6b5a2a',
    activeMatchBackground: '#c98a1b',
    matchOverviewRuler: '#6b5a2a',
    activeMatchColorOverviewRuler: '#c98a1b',
  },
};

/** A pane that was just opened has its history within this, from its first bytes on. */
const FILLING_MS = 5000;

export function Search(props: {
  readonly term: Terminal;
  /** Looked for at once; a terminal that is being filled is looked through again until it is there. */
  readonly initial?: string | undefined;
  readonly onClose: () => void;
}) {
  const { term, initial, onClose } = props;
  const addon = useRef<SearchAddon | null>(null);
  const [text, setText] = useState(initial ?? '');
  const [found, setFound] = useState<{ readonly at: number; readonly of: number } | null>(null);

  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    void import('@xterm/addon-search').then(({ SearchAddon }) => {
      if (gone) return;
      const search = new SearchAddon({ highlightLimit: 1000 });
      term.loadAddon(search);
      search.onDidChangeResults(({ resultIndex, resultCount }) => setFound({ at: resultIndex + 1, of: resultCount }));
      addon.current = search;
      if (initial === undefined || initial === '') return;
      const look = () => {
        if (search.findPrevious(initial, MARKS)) filling.dispose();
      };
      const filling = term.onWriteParsed(() => {
        // Not before: the hub, or the machine behind it, may take its time.
        timer ??= setTimeout(() => filling.dispose(), FILLING_MS);
        look();
      });
      look();
    });
    return () => {
      gone = true;
      clearTimeout(timer);
      addon.current?.clearDecorations();
      addon.current?.dispose();
      addon.current = null;
      term.clearSelection();
    };
  }, [term, initial]);

  const find = (back: boolean, words = text) => {
    if (words === '') {
      addon.current?.clearDecorations();
      setFound(null);
    } else if (back) addon.current?.findPrevious(words, MARKS);
    else addon.current?.findNext(words, { ...MARKS, incremental: words !== text });
  };

  return (
    <search className={s['search']}>
      <input
        // biome-ignore lint/a11y/noAutofocus: it opens because somebody asked to type here
        autoFocus
        className={s['input']}
        aria-label="Find in this terminal"
        placeholder="Find"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          find(true, event.target.value);
        }}
        onKeyDown={(event) => {
          if (composing(event)) return;
          if (event.key === 'Enter') find(!event.shiftKey);
          if (event.key === 'Escape') onClose();
        }}
      />
      <span className={s['count']} role="status">
        {found === null || text === '' ? '' : found.of === 0 ? 'Nothing' : `${Math.max(found.at, 1)} of ${found.of}`}
      </span>
      <Button look="icon" aria-label="Earlier match" onClick={() => find(true)}>
        <ArrowUp size={15} aria-hidden />
      </Button>
      <Button look="icon" aria-label="Later match" onClick={() => find(false)}>
        <ArrowDown size={15} aria-hidden />
      </Button>
      <Button look="icon" aria-label="Close the search" onClick={onClose}>
        <X size={15} aria-hidden />
      </Button>
    </search>
  );
}
