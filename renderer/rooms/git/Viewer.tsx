/**
 * The review as one long list of which only what shows is drawn. The list has the keyboard as a whole and a cursor inside:
 * rows come and go, the focus does not. News from the hub move nothing that is being read.
 */
import { type Range, useVirtualizer } from '@tanstack/react-virtual';
import { LoaderCircle, UnfoldVertical } from 'lucide-react';
import {
  type CSSProperties,
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { Button } from '../../ui/Button.tsx';
import { Grid, GridCell, GridRow } from '../../ui/Grid.tsx';
import { Comment } from './Comment.tsx';
import { anchorOf } from './comments.ts';
import { begin, open, useDrafts } from './drafts.ts';
import { FileHead } from './FileHead.tsx';
import { CodeLine, type LineHands } from './Line.tsx';
import { ask, fold, reviewOf } from './review.ts';
import { type CodeRow, isCode, lineOf, type Row, WHOLE } from './rows.ts';
import s from './Viewer.module.css';

export interface ViewerControls {
  readonly toFile: (path: string) => void;
  readonly step: (by: 1 | -1) => void;
  readonly comment: () => void;
  readonly fold: () => void;
  /** The file that the cursor or the top of the view is in. */
  readonly file: () => string | null;
  readonly focus: () => void;
}

const LINE = 20;
const COARSE_LINE = 24;
const REST_MS = 180;
const coarse = window.matchMedia('(pointer: coarse)');
const HEIGHTS: Readonly<Record<Row['kind'], number>> = {
  file: 36,
  note: 40,
  hunk: 28,
  line: LINE,
  pair: LINE,
  comment: 120,
};

export function Viewer(props: {
  readonly session: string;
  readonly linkOf: (path: string) => string | null;
  readonly rows: readonly Row[];
  readonly canComment: boolean;
  readonly ref: RefObject<ViewerControls | null>;
}) {
  const { session, rows, canComment } = props;
  const { seen } = reviewOf(session);
  const box = useRef<HTMLDivElement>(null);
  const drafts = useDrafts(session);
  const [cursor, setCursor] = useState<string | null>(seen.cursor);
  /** The other end of a choice of lines. */
  const [anchor, setAnchor] = useState<string | null>(null);
  const indexOf = useMemo(() => new Map(rows.map((row, i) => [row.key, i])), [rows]);
  const heads = useMemo(() => rows.flatMap((row, i) => (row.kind === 'file' ? [i] : [])), [rows]);
  const digits = useMemo(() => String(rows.reduce((most, row) => Math.max(most, lastNumber(row)), 0)).length, [rows]);

  const at = cursor === null ? -1 : (indexOf.get(cursor) ?? -1);
  const other = anchor === null ? at : (indexOf.get(anchor) ?? at);
  const [low, high] = [Math.min(at, other), Math.max(at, other)];
  const latest = useRef({ rows, at, indexOf, anchor, cursor });
  latest.current = { rows, at, indexOf, anchor, cursor };

  const headOf = useCallback((index: number) => heads.findLast((head) => head <= index) ?? -1, [heads]);
  const sticky = useRef(-1);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: (i) => {
      const { kind } = rows[i] ?? { kind: 'line' as const };
      return coarse.matches && (kind === 'line' || kind === 'pair')
        ? COARSE_LINE
        : HEIGHTS[kind] + (coarse.matches && kind === 'file' ? 8 : 0);
    },
    // The same function as long as the rows are: another one makes the list measure all of them anew.
    getItemKey: useCallback((i: number) => rows[i]?.key ?? i, [rows]),
    overscan: 12,
    initialOffset: seen.scroll,
    rangeExtractor: useCallback(
      (range: Range) => {
        sticky.current = headOf(range.startIndex);
        const shown = new Set<number>();
        for (
          let i = Math.max(0, range.startIndex - range.overscan);
          i <= Math.min(range.count - 1, range.endIndex + range.overscan);
          i += 1
        )
          shown.add(i);
        // The head of the file above, and the cursor's row, which the keyboard's focus points to.
        for (const i of [sticky.current, latest.current.at]) if (i >= 0 && i < range.count) shown.add(i);
        return [...shown].sort((a, b) => a - b);
      },
      [headOf],
    ),
  });

  // What stood at the top stays at the top when rows above it come or go.
  const held = useRef<{ readonly key: string; readonly into: number } | null>(null);
  const note = () => {
    const top = box.current?.scrollTop ?? 0;
    seen.scroll = top;
    const first = virtual.getVirtualItemForOffset(top);
    held.current = first ? { key: String(first.key), into: top - first.start } : null;
  };
  const drawn = useRef(rows);
  useLayoutEffect(() => {
    if (drawn.current === rows) return;
    drawn.current = rows;
    const index = held.current ? indexOf.get(held.current.key) : undefined;
    const start = index === undefined ? undefined : virtual.measurementsCache[index]?.start;
    if (start !== undefined && held.current && box.current) box.current.scrollTop = start + held.current.into;
  }, [rows, indexOf, virtual]);

  const go = useCallback(
    (index: number, extend: boolean) => {
      const row = latest.current.rows[index];
      if (!row) return;
      if (!extend) setAnchor(null);
      else setAnchor((now) => now ?? latest.current.cursor);
      setCursor(row.key);
      seen.cursor = row.key;
      const item = virtual.measurementsCache[index];
      const element = box.current;
      if (!item || !element) return;
      // Not below the head that stays at the top.
      const top = element.scrollTop + (row.kind === 'file' ? 0 : HEIGHTS.file);
      if (item.start < top) virtual.scrollToOffset(Math.max(0, item.start - HEIGHTS.file - LINE));
      else if (item.end > element.scrollTop + element.clientHeight) virtual.scrollToIndex(index, { align: 'end' });
    },
    [seen, virtual],
  );
  const comment = useCallback(
    (key?: string) => {
      const { rows: all, indexOf: index, at: now, anchor: from } = latest.current;
      const end = key === undefined ? now : (index.get(key) ?? -1);
      const chosen = from === null ? now : (index.get(from) ?? now);
      const inside = key === undefined || (Math.min(now, chosen) <= end && end <= Math.max(now, chosen));
      const last = all[inside ? Math.max(now, chosen) : end];
      const first = all[inside ? Math.min(now, chosen) : end];
      if (!isCode(last)) return;
      // A choice that reaches over several hunks is a choice in the last of them.
      const start = isCode(first) && first.hunk === last.hunk ? lineOf(first) : lineOf(last);
      const found = anchorOf(last.path, last.hunk, start, lineOf(last));
      if (found) begin(session, found);
      setCursor(last.key);
      setAnchor(null);
    },
    [session],
  );
  const hands = useMemo<LineHands>(
    () => ({
      press: (key, far) => {
        go(latest.current.indexOf.get(key) ?? -1, far);
        box.current?.focus({ preventScroll: true });
      },
      comment,
    }),
    [go, comment],
  );
  const focus = useCallback(() => box.current?.focus({ preventScroll: true }), []);

  useImperativeHandle(
    props.ref,
    () => ({
      toFile: (path) => {
        const index = indexOf.get(`f\0${path}`);
        if (index === undefined) return;
        setAnchor(null);
        setCursor(`f\0${path}`);
        virtual.scrollToIndex(index, { align: 'start' });
        focus();
      },
      step: (by) => {
        const here = at >= 0 ? at : (virtual.range?.startIndex ?? 0);
        const next = by > 0 ? heads.find((head) => head > here) : heads.findLast((head) => head < here);
        if (next === undefined) return;
        go(next, false);
        virtual.scrollToIndex(next, { align: 'start' });
        focus();
      },
      comment: () => comment(),
      fold: () => {
        const row = rows[headOf(at >= 0 ? at : (virtual.range?.startIndex ?? 0))];
        if (row?.kind !== 'file') return;
        fold(session, [row.path], !row.section.folded);
        setCursor(row.key);
      },
      file: () => rows[headOf(at >= 0 ? at : (virtual.range?.startIndex ?? 0))]?.path ?? null,
      focus,
    }),
    [indexOf, heads, rows, at, virtual, go, comment, focus, headOf, session],
  );

  const onKey = (event: KeyboardEvent) => {
    if (event.target !== box.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 400) / LINE) - 3);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }[event.key];
    const first = at >= 0 ? at : (virtual.range?.startIndex ?? 0) - 1;
    if (step !== undefined) go(Math.max(0, Math.min(rows.length - 1, first + step)), event.shiftKey);
    else if (event.key === 'Home') go(0, event.shiftKey);
    else if (event.key === 'End') go(rows.length - 1, event.shiftKey);
    else if (event.key === 'Escape' && anchor !== null) setAnchor(null);
    else if (event.key === 'Enter' || event.key === ' ') act(rows[at]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const act = (row: Row | undefined) => {
    if (row?.kind === 'file') fold(session, [row.path], !row.section.folded);
    else if (row?.kind === 'hunk') widen(row.path, row.context);
    else if (row?.kind === 'comment') open(session, row.id);
    else if (isCode(row) && canComment) comment();
  };
  const widen = (path: string, context: number) => void ask(session, path, context < 20 ? 25 : WHOLE);

  const items = virtual.getVirtualItems();
  return (
    <Grid
      ref={box}
      className={s['box']}
      aria-label="Changed lines"
      aria-rowcount={rows.length}
      aria-multiselectable
      aria-activedescendant={at >= 0 && items.some((item) => item.index === at) ? `row-${at}` : undefined}
      onKeyDown={onKey}
      onScroll={note}
      style={{ '--digits': digits } as CSSProperties}
    >
      <div className={s['all']} role="presentation" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          const stuck = item.index === sticky.current;
          const inside = item.index >= low && item.index <= high && at >= 0;
          return (
            <GridRow
              key={item.key}
              id={`row-${item.index}`}
              ref={virtual.measureElement}
              data-index={item.index}
              aria-rowindex={item.index + 1}
              aria-selected={isCode(row) ? inside : undefined}
              className={stuck ? s['stuck'] : s['item']}
              style={stuck ? undefined : { transform: `translateY(${item.start}px)` }}
            >
              {isCode(row) ? (
                <CodeLine row={row} chosen={inside} canComment={canComment} hands={hands} />
              ) : row.kind === 'file' ? (
                <FileHead row={row} session={session} link={props.linkOf(row.path)} chosen={inside} />
              ) : row.kind === 'hunk' ? (
                <GridCell className={s['hunk']} data-chosen={inside || undefined}>
                  <button
                    type="button"
                    tabIndex={-1}
                    className={s['widen']}
                    aria-label="Show more lines around"
                    title={row.context < 20 ? 'Show more lines around' : 'Show the whole file'}
                    onClick={() => widen(row.path, row.context)}
                  >
                    <UnfoldVertical size={13} aria-hidden />
                  </button>
                  <span>
                    Line {row.hunk.newStart || row.hunk.oldStart}
                    {row.hunk.heading !== '' && <code>{row.hunk.heading}</code>}
                  </span>
                </GridCell>
              ) : row.kind === 'note' ? (
                <Note row={row} session={session} chosen={inside} />
              ) : (
                <GridCell>
                  {drafts.comments
                    .filter((one) => one.id === row.id)
                    .map((one) => (
                      <Comment
                        key={one.id}
                        session={session}
                        comment={one}
                        editing={drafts.open === one.id}
                        adrift={row.adrift}
                        onLeave={focus}
                      />
                    ))}
                </GridCell>
              )}
            </GridRow>
          );
        })}
      </div>
    </Grid>
  );
}

function Note(props: {
  readonly row: Extract<Row, { kind: 'note' }>;
  readonly session: string;
  readonly chosen: boolean;
}) {
  const { row, session } = props;
  const { wait, path } = row;
  useEffect(() => {
    if (wait !== 'absent') return;
    // Not for what only flies past.
    const timer = setTimeout(() => void ask(session, path, 3), REST_MS);
    return () => clearTimeout(timer);
  }, [wait, session, path]);
  return (
    <GridCell className={s['note']} data-chosen={props.chosen || undefined}>
      {(wait === 'absent' || wait === 'loading') && <LoaderCircle size={13} aria-hidden className={s['turning']} />}
      {row.text}
      {wait === 'failed' && <Button onClick={() => void ask(session, path, 3)}>Try again</Button>}
    </GridCell>
  );
}

function lastNumber(row: Row): number {
  if (row.kind !== 'hunk') return isCode(row) ? numberIn(row) : 0;
  return Math.max(row.hunk.oldStart + row.hunk.oldCount, row.hunk.newStart + row.hunk.newCount);
}
const numberIn = (row: CodeRow): number => {
  const line = row.hunk.lines[lineOf(row)];
  return Math.max(line?.old ?? 0, line?.now ?? 0);
};
