/** Find a file by a few letters of its path. */
import { Dialog } from '@base-ui/react/dialog';
import { Search } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { messageOf, wire } from '../../app/connect.ts';
import { useAtOnce } from '../../ui/at-once.ts';
import { choiceAfter } from '../../ui/choose.ts';
import { composing } from '../../ui/composing.ts';
import s from './Finder.module.css';
import { nameOf, parentOf } from './tree.ts';

const MOST = 50;
/** A person types faster than a large folder can be searched. */
const REST_MS = 80;

export function Finder(props: {
  readonly session: string;
  readonly onOpen: (path: string) => void;
  readonly onClose: () => void;
}) {
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<{ readonly of: string; readonly paths: readonly string[] } | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useAtOnce(field, true);
  /** Enter came before the answer to what was typed: the first of that is meant, not one of the list before. */
  const entered = useRef(false);
  const pick = (path: string | undefined) => {
    if (path === undefined) return;
    props.onClose();
    props.onOpen(path);
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for what is typed; whom it is told does not change
  useEffect(() => {
    const control = new AbortController();
    entered.current = false;
    const timer = setTimeout(async () => {
      try {
        const hits = await wire().call(
          'files.find',
          { name: props.session, q: query, limit: MOST },
          { signal: control.signal },
        );
        setFound({ of: query, paths: hits.map((hit) => hit.path) });
        setAt(0);
        setError(null);
        if (entered.current) pick(hits[0]?.path);
      } catch (failure) {
        if (!control.signal.aborted) setError(messageOf(failure));
      }
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [props.session, query]);
  useEffect(() => {
    list.current?.querySelector(`[data-at="${at}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [at]);

  const hits = found?.paths ?? [];
  const onKey = (event: KeyboardEvent) => {
    const next = choiceAfter(event.key, at, hits.length);
    if (next !== null) setAt(next);
    else if (event.key === 'Enter' && !composing(event)) {
      if (found?.of === query) pick(hits[at]);
      else entered.current = true;
    } else return;
    event.preventDefault();
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && props.onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={s['backdrop']} />
        <Dialog.Popup className={s['popup']} aria-label="Find a file" onKeyDown={onKey}>
          <div className={s['field']}>
            <Search size={16} aria-hidden />
            <input
              ref={field}
              role="combobox"
              aria-expanded
              aria-controls="find-list"
              aria-activedescendant={hits.length > 0 ? `find-${at}` : undefined}
              aria-label="Find a file"
              placeholder="Letters of its path"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              value={query}
              onChange={(event) => setQuery(event.target.value)}
            />
          </div>
          <div ref={list} id="find-list" role="listbox" aria-label="Files" className={s['list']} tabIndex={-1}>
            {hits.map((path, i) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the list is driven by the field's keys (aria-activedescendant)
              <div
                key={path}
                id={`find-${i}`}
                data-at={i}
                role="option"
                tabIndex={-1}
                aria-selected={i === at}
                className={s['hit']}
                onPointerMove={i === at ? undefined : () => setAt(i)}
                onClick={() => pick(path)}
              >
                <b>{nameOf(path)}</b>
                <bdi>{parentOf(path)}</bdi>
              </div>
            ))}
          </div>
          {error !== null ? (
            <p role="alert" className={s['none']}>
              {error}
            </p>
          ) : (
            found?.paths.length === 0 && <p className={s['none']}>No file has these letters in this order.</p>
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
