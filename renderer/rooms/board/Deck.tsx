/** The columns side by side; on a phone one at a time, swiped or chosen. Here mouse, finger and keys become a drag. */
import { type KeyboardEvent, type MouseEvent, type TouchEvent, useCallback, useEffect, useRef, useState } from 'react';
import { useColumns } from '../../app/cards.ts';
import { useCan } from '../../app/connect.ts';
import { useNarrow } from '../../app/viewport.ts';
import s from './Deck.module.css';
import { sense, useDrag } from './drag.ts';
import { Lane } from './Lane.tsx';
import { listOf } from './lists.ts';
import { KindIcon } from './marks.tsx';
import { useQuickAdd } from './quick-add.ts';
import { useView } from './view.ts';

/** The card that an event is in, unless it is in a control of its own. */
function cardOf(event: { readonly target: EventTarget }): { readonly key: string; readonly node: HTMLElement } | null {
  if (!(event.target instanceof Element) || event.target.closest('button, input, a:not([data-title])')) return null;
  const node = event.target.closest<HTMLElement>('[data-card]');
  const key = node?.dataset['card'];
  return node && key !== undefined ? { key, node } : null;
}

export function Deck({ open }: { readonly open: string | null }) {
  const columns = useView((view) => view.columns);
  const narrow = useNarrow();
  const canType = useCan('type');
  const deck = useRef<HTMLDivElement>(null);
  const carrying = useDrag((drag) => drag.key !== null);

  // The column of the open card stays in sight, also when its panel takes its place beside the columns.
  useEffect(() => {
    const element = deck.current;
    if (!element || open === null) return;
    const watch = new ResizeObserver(() => {
      const card = element.querySelector(`[data-card="${CSS.escape(open)}"]`);
      card?.closest('[data-lane]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, [open]);

  const begin = (kind: 'mouse' | 'touch' | 'keys', event: MouseEvent | TouchEvent | KeyboardEvent) => {
    const card = canType ? cardOf(event) : null;
    if (card) sense(kind, event.nativeEvent, card.key, card.node);
  };
  return (
    <>
      {narrow && <Switcher deck={deck} />}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: what is pressed are the cards inside */}
      <div
        ref={deck}
        className={s['deck']}
        data-deck
        data-carrying={carrying}
        onMouseDown={(event) => event.button === 0 && !event.ctrlKey && begin('mouse', event)}
        onTouchStart={(event) => event.touches.length === 1 && begin('touch', event)}
        onKeyDown={(event) => event.code === 'Space' && isTitle(event.target) && begin('keys', event)}
      >
        {columns.map(({ id }, at) => (
          <Lane key={id} id={id} at={at} open={open} />
        ))}
      </div>
    </>
  );
}

const isTitle = (target: EventTarget): boolean =>
  target instanceof HTMLElement && target.dataset['title'] !== undefined;

/** Which column the phone shows. */
function Switcher({ deck }: { readonly deck: { readonly current: HTMLDivElement | null } }) {
  const columns = useView((view) => view.columns);
  const [at, setAt] = useState(0);
  const adding = useQuickAdd((state) => state.column);
  const bar = useRef<HTMLDivElement>(null);

  const go = useCallback(
    (index: number, behavior: ScrollBehavior) => {
      const element = deck.current;
      element?.scrollTo({ left: index * element.clientWidth, behavior });
    },
    [deck],
  );
  useEffect(() => {
    const element = deck.current;
    if (!element) return;
    const scrolled = () => setAt(Math.round(element.scrollLeft / Math.max(1, element.clientWidth)));
    element.addEventListener('scroll', scrolled, { passive: true });
    return () => element.removeEventListener('scroll', scrolled);
  }, [deck]);
  // A field that opens in another column must be seen.
  useEffect(() => {
    const index = columns.findIndex(({ id }) => id === adding);
    if (index >= 0) go(index, 'instant');
  }, [adding, columns, go]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the one that is shown comes into sight
  useEffect(() => {
    bar.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [at]);

  return (
    <nav ref={bar} className={s['switcher']} aria-label="Columns">
      {columns.map((column, index) => (
        <Segment key={column.id} id={column.id} here={index === at} onGo={() => go(index, 'smooth')} />
      ))}
    </nav>
  );
}

function Segment({ id, here, onGo }: { readonly id: string; readonly here: boolean; readonly onGo: () => void }) {
  const column = useColumns((rows) => rows.byKey.get(id));
  const count = useView((view) => listOf(view.shown, id).length);
  if (!column) return null;
  return (
    <button type="button" className={s['segment']} aria-current={here ? 'true' : undefined} onClick={onGo}>
      <KindIcon kind={column.kind} />
      <span dir="auto">{column.title}</span>
      <span className={s['count']}>
        {count}
        {column.limit !== null && `/${column.limit}`}
      </span>
    </button>
  );
}
