/** Changed files at the side: filter, see what happened to each, go to it. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { MessageSquare } from 'lucide-react';
import { type KeyboardEvent, type RefObject, useCallback, useMemo, useRef, useState } from 'react';
import type { Change } from '../../../shared/contract/git.ts';
import { composing } from '../../ui/composing.ts';
import { Find } from '../../ui/Find.tsx';
import s from './FileList.module.css';
import { Counts, KindMark } from './Kind.tsx';

const coarse = window.matchMedia('(pointer: coarse)');

export function FileList(props: {
  readonly changes: readonly Change[];
  readonly truncated: boolean;
  /** Comments by path. */
  readonly remarks: ReadonlyMap<string, number>;
  readonly at: string | null;
  readonly onOpen: (path: string) => void;
  readonly filter: RefObject<HTMLInputElement | null>;
}) {
  const [query, setQuery] = useState('');
  const box = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    return props.changes.filter(({ path }) => words.every((word) => path.toLowerCase().includes(word)));
  }, [props.changes, query]);
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => box.current,
    estimateSize: () => (coarse.matches ? 48 : 40),
    getItemKey: useCallback((i: number) => shown[i]?.path ?? i, [shown]),
    overscan: 12,
  });

  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Enter' && !composing(event) && event.target === props.filter.current && shown[0])
      return props.onOpen(shown[0].path);
    if (step === undefined) return;
    event.preventDefault();
    const buttons = [...(box.current?.querySelectorAll<HTMLElement>('button') ?? [])];
    const now = buttons.indexOf(document.activeElement as HTMLElement);
    if (now === 0 && step < 0) return props.filter.current?.focus();
    const next = buttons[now < 0 ? 0 : now + step];
    next?.focus({ preventScroll: true });
    const index = Number(next?.parentElement?.dataset['index'] ?? -1);
    if (index >= 0) virtual.scrollToIndex(index);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys on what is inside
    <div className={s['list']} onKeyDown={move}>
      <div className={s['filter']}>
        <Find
          ref={props.filter}
          label="Filter files"
          placeholder="Filter files"
          value={query}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setQuery(event.target.value)}
        />
      </div>
      <div ref={box} className={s['box']}>
        {shown.length === 0 && <p className={s['none']}>No changed file is called that.</p>}
        <ul style={{ height: virtual.getTotalSize() }} aria-label="Changed files">
          {virtual.getVirtualItems().map((item) => {
            const change = shown[item.index];
            if (!change) return null;
            const slash = change.path.replace(/\/$/, '').lastIndexOf('/') + 1;
            const remarks = props.remarks.get(change.path) ?? 0;
            return (
              <li
                key={item.key}
                data-index={item.index}
                aria-setsize={shown.length}
                aria-posinset={item.index + 1}
                style={{ height: item.size, transform: `translateY(${item.start}px)` }}
              >
                <button
                  type="button"
                  className={s['file']}
                  aria-current={change.path === props.at || undefined}
                  title={change.path}
                  onClick={() => props.onOpen(change.path)}
                >
                  <KindMark kind={change.kind} />
                  <span className={s['name']}>
                    <b data-kind={change.kind}>{change.path.slice(slash)}</b>
                    {slash > 0 && (
                      <span className={s['folder']}>
                        <bdi>{change.path.slice(0, slash - 1)}</bdi>
                      </span>
                    )}
                  </span>
                  {remarks > 0 && (
                    <span className={s['remarks']}>
                      <MessageSquare size={11} aria-hidden />
                      {remarks}
                      <span className="visually-hidden"> comments</span>
                    </span>
                  )}
                  <Counts added={change.added} removed={change.removed} />
                </button>
              </li>
            );
          })}
        </ul>
        {props.truncated && <p className={s['none']}>There are more changed files than are listed here.</p>}
      </div>
    </div>
  );
}
