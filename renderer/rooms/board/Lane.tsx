/** One column: its name and count, its cards as a virtual list, and the line that shows where a carried card would land. */
import { defaultRangeExtractor, type Range, useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { Plus } from 'lucide-react';
import { memo, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { cardNow, useColumns } from '../../app/cards.ts';
import { useCan } from '../../app/connect.ts';
import { Button } from '../../ui/Button.tsx';
import { gapOf, registerLane, useDrag } from './drag.ts';
import { boardHasFocus, useFocus } from './focus.ts';
import s from './Lane.module.css';
import { listOf } from './lists.ts';
import { KindIcon } from './marks.tsx';
import { QuickAdd } from './QuickAdd.tsx';
import { openQuickAdd, useQuickAdd } from './quick-add.ts';
import { Tile } from './Tile.tsx';
import { useView } from './view.ts';

const GAP = 8;
const PAD = 8;

/** Near enough for a first layout; the real height is measured when the card is drawn. */
function guess(key: string): number {
  const row = cardNow(key);
  if (!row) return 80;
  const lines = Math.min(3, Math.ceil(row.title.length / 38));
  const facts = row.due !== null || row.checklist.length > 0 || row.blockedBy.length > 0 || row.links.branch !== null;
  const people = row.claim !== null || row.owner !== null || row.links.session !== null;
  return 46 + lines * 18 + (row.tags.length > 0 ? 24 : 0) + (facts ? 22 : 0) + (people ? 29 : 0);
}

/** Columns that surely cannot be seen yet draw their cards after the first picture, not before it. */
function useSoon(at: number): boolean {
  const [soon, setSoon] = useState(() => at * LEAST_WIDTH < window.innerWidth);
  useEffect(() => {
    const frame = requestAnimationFrame(() => setSoon(true));
    return () => cancelAnimationFrame(frame);
  }, []);
  return soon;
}
const LEAST_WIDTH = 272;
const NONE: readonly string[] = [];

/** `at`: the how many-th column it is, from 0. */
export const Lane = memo(function Lane(props: {
  readonly id: string;
  readonly at: number;
  readonly open: string | null;
}) {
  const { id } = props;
  const soon = useSoon(props.at);
  const listed = useView((view) => listOf(view.shown, id));
  const keys = soon ? listed : NONE;
  const box = useRef<HTMLDivElement>(null);
  const held = useFocus((focus) => (focus.key !== null && keys.includes(focus.key) ? focus.key : null));
  const heldAt = held === null ? -1 : keys.indexOf(held);

  // The focused card stays drawn wherever the list is scrolled to: taking it away would take the focus away.
  const rangeExtractor = useCallback(
    (range: Range) => {
      const drawn = defaultRangeExtractor(range);
      if (heldAt < 0 || drawn.includes(heldAt)) return drawn;
      return [...drawn, heldAt].sort((a, b) => a - b);
    },
    [heldAt],
  );
  const virtual = useVirtualizer<HTMLDivElement, HTMLLIElement>({
    count: keys.length,
    getScrollElement: () => box.current,
    estimateSize: (index) => guess(keys[index] ?? ''),
    getItemKey: (index) => keys[index] ?? index,
    rangeExtractor,
    overscan: 2,
    gap: GAP,
    paddingStart: PAD,
    paddingEnd: PAD,
    scrollPaddingStart: PAD,
    scrollPaddingEnd: PAD,
    initialRect: { width: 280, height: 720 },
    useFlushSync: false,
  });
  useLaneHandle(id, virtual, box);
  useWanted(held, heldAt, virtual, box);

  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  return (
    <section className={s['lane']} aria-labelledby={`lane-${id}`} data-lane={id}>
      <LaneHead id={id} shown={listed.length} />
      <QuickAdd column={id} />
      <div ref={box} className={s['scroll']}>
        {listed.length === 0 && <Nothing id={id} />}
        <ul className={s['list']} style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const key = keys[item.index];
            if (key === undefined) return null;
            return (
              <li
                key={key}
                ref={virtual.measureElement}
                data-index={item.index}
                className={s['item']}
                style={{ transform: `translateY(${item.start}px)` }}
                aria-setsize={keys.length}
                aria-posinset={item.index + 1}
              >
                <Tile
                  cardKey={key}
                  tabbable={heldAt < 0 ? item.index === first : item.index === heldAt}
                  open={key === props.open}
                />
              </li>
            );
          })}
        </ul>
        <Landing id={id} virtual={virtual} />
      </div>
    </section>
  );
});

type Virtual = Virtualizer<HTMLDivElement, HTMLLIElement>;

/** Top of the gap above card `gap` inside the list, pixels. */
function gapTop(virtual: Virtual, gap: number): number {
  const measured = virtual.measurementsCache;
  const below = measured[gap];
  if (below) return below.start - GAP / 2;
  const last = measured.at(-1);
  return last ? last.end + GAP / 2 : PAD + 2;
}

function useLaneHandle(id: string, virtual: Virtual, box: { readonly current: HTMLDivElement | null }): void {
  // With its cards: one of them may be taken as soon as it is seen.
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    return registerLane(id, {
      element,
      gapAt(clientY) {
        const y = clientY - element.getBoundingClientRect().top + element.scrollTop;
        const measured = virtual.measurementsCache;
        let low = 0;
        let high = measured.length;
        while (low < high) {
          const middle = (low + high) >> 1;
          const item = measured[middle];
          if (item && y > item.start + item.size / 2) low = middle + 1;
          else high = middle;
        }
        return low;
      },
      reveal: (gap) => virtual.scrollToIndex(Math.max(0, Math.min(gap, virtual.options.count - 1))),
    });
  }, [id, virtual, box]);
}

/** Scrolls to the card that is wanted, and gives it the focus once it is drawn. */
function useWanted(
  held: string | null,
  heldAt: number,
  virtual: Virtual,
  box: { readonly current: HTMLDivElement | null },
): void {
  const want = useFocus((focus) => (focus.key === held ? focus.want : 0));
  const inside = held !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for again, or the card has just come into this column
  useLayoutEffect(() => {
    if (want === 0 || held === null || !boardHasFocus()) return;
    virtual.scrollToIndex(heldAt, { align: 'auto' });
    const card = box.current?.querySelector<HTMLElement>(`[data-card="${CSS.escape(held)}"] [data-title]`);
    card?.focus({ preventScroll: true });
    box.current?.closest('[data-lane]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [want, inside]);
}

function LaneHead({ id, shown }: { readonly id: string; readonly shown: number }) {
  const column = useColumns((rows) => rows.byKey.get(id));
  const count = useView((view) => listOf(view.all, id).length);
  const canType = useCan('type');
  const adding = useQuickAdd((state) => state.column === id);
  if (!column) return null;
  const full = column.limit !== null && count >= column.limit;
  const over = column.limit !== null && count > column.limit;
  return (
    <header className={s['head']} data-full={full}>
      <KindIcon kind={column.kind} />
      <h2 id={`lane-${id}`} className={s['title']} dir="auto">
        {column.title}
        <span className="visually-hidden">, </span>
        <span className={s['count']}>
          {shown === count ? '' : `${shown} of `}
          {count}
          {column.limit !== null && `/${column.limit}`}
          <span className="visually-hidden"> cards</span>
        </span>
      </h2>
      {full && <span className={s['full']}>{over ? 'Over limit' : 'Full'}</span>}
      <span className={s['gap']} />
      {canType && (
        <Button
          look="icon"
          aria-label={`Add a card to ${column.title}`}
          aria-expanded={adding}
          onClick={() => openQuickAdd(id)}
        >
          <Plus size={15} aria-hidden />
        </Button>
      )}
    </header>
  );
}

function Nothing({ id }: { readonly id: string }) {
  const hidden = useView((view) => listOf(view.all, id).length);
  return <p className={s['nothing']}>{hidden === 0 ? 'No cards' : `${hidden} hidden by the filter`}</p>;
}

/** Selects only its own column's target: no card is drawn again while one is carried. */
function Landing({ id, virtual }: { readonly id: string; readonly virtual: Virtual }) {
  const gap = useDrag((drag) =>
    drag.key !== null && drag.target?.column === id ? gapOf(drag.target, drag.key) : null,
  );
  const key = useDrag((drag) => drag.key);
  const full = useView((view) => {
    const limit = view.columns.find((column) => column.id === id)?.limit ?? null;
    return limit !== null && key !== null && cardNow(key)?.column !== id && listOf(view.all, id).length >= limit;
  });
  if (gap === null) return null;
  return (
    <div className={s['landing']} data-full={full} style={{ transform: `translateY(${gapTop(virtual, gap)}px)` }}>
      {full && <span>Full</span>}
    </div>
  );
}
