/** The board: cards in columns, shared by people and agents. */

import { Columns3, SquareKanban } from 'lucide-react';
import { Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useState } from 'react';
import { useLocation, useRoute } from 'wouter';
import { useShallow } from 'zustand/react/shallow';
import { useBoardFeeds, useCards, useColumns } from '../../app/cards.ts';
import { useAuth, useCan, wire } from '../../app/connect.ts';
import { useSessions } from '../../app/feeds.ts';
import { useSearch } from '../../app/navigate.ts';
import { patiently } from '../../app/patiently.ts';
import { routes } from '../../app/routes.ts';
import { useNow } from '../../app/time.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import s from './Board.module.css';
import { BoardBar, type BoardDialog } from './BoardBar.tsx';
import { BoardCommands } from './BoardCommands.tsx';
import { CardMenu } from './CardMenu.tsx';
import { Deck } from './Deck.tsx';
import { DragLayer } from './DragLayer.tsx';
import { forgetWish } from './edit-wish.ts';
import { dayOf, type Filter, isFiltered, readFilter, writeFilter } from './filter.ts';
import { focusCard } from './focus.ts';
import { Questions } from './Questions.tsx';
import { openQuickAdd, useQuickAdd } from './quick-add.ts';
import { setFilter, useView } from './view.ts';

const Panel = patiently<{ readonly cardKey: string; readonly onClose: () => void }>(() =>
  import('./Panel.tsx').then(({ Panel }) => ({ default: Panel })),
);
const ColumnsDialog = patiently(() => import('./ColumnsDialog.tsx'));
const ImportDialog = patiently(() => import('./ImportDialog.tsx'));
const CalendarDialog = patiently(() => import('./CalendarDialog.tsx'));

export default function Board() {
  const refused = useBoardFeeds();
  const ready = useCards((rows) => rows.ready);
  const columnsReady = useColumns((rows) => rows.ready);
  const none = useCards((rows) => rows.byKey.size === 0);
  const search = useSearch();
  const [path, navigate] = useLocation();
  const [, params] = useRoute(`${routes.board}/:key`);
  const open = params?.key ?? null;
  const [dialog, setDialog] = useState<BoardDialog | null>(null);
  const adding = useQuickAdd((state) => state.column !== null || state.adding.length > 0);
  const filter = useFilter(search);

  const onFilter = useCallback(
    // One entry of the browser's history for all that is typed into the filter.
    (next: Filter) => navigate(path + writeFilter(next), { replace: true }),
    [navigate, path],
  );
  const onClose = useCallback(() => {
    forgetWish();
    navigate(routes.board + writeFilter(readFilter(search)));
    if (open !== null) focusCard(open);
  }, [navigate, search, open]);

  if (refused !== null) return <Empty title="The board cannot be read" text={refused} />;
  return (
    <div className={s['page']}>
      <div className={s['board']}>
        <BoardBar filter={filter} onFilter={onFilter} onDialog={setDialog} />
        {!ready || !columnsReady ? (
          <Skeleton />
        ) : none && !adding && !isFiltered(filter) ? (
          <First onColumns={() => setDialog('columns')} />
        ) : (
          <Deck open={open} />
        )}
      </div>
      <Suspense>
        {open !== null && ready && <Panel key={open} cardKey={open} onClose={onClose} />}
        {dialog === 'columns' && <ColumnsDialog onClose={() => setDialog(null)} />}
        {dialog === 'import' && <ImportDialog onClose={() => setDialog(null)} />}
        {dialog === 'calendar' && <CalendarDialog onClose={() => setDialog(null)} />}
      </Suspense>
      <CardMenu />
      <Questions />
      <DragLayer />
      <BoardCommands open={open} filter={filter} onFilter={onFilter} onClose={onClose} onDialog={setDialog} />
    </div>
  );
}

/** Milliseconds without a key before the hub is asked about descriptions. */
const TYPING_MS = 200;

/** The filter in the address, put into the view; the hub is asked for words in descriptions, which rows do not carry. */
function useFilter(search: string): Filter {
  const filter = useMemo(() => readFilter(search), [search]);
  const me = useAuth((auth) => auth.me?.user ?? '');
  const today = dayOf(useNow());
  const [found, setFound] = useState<{ readonly text: string; readonly keys: ReadonlySet<string> }>({
    text: '',
    keys: new Set(),
  });
  // Names of machines change with no state of a session: what is compared is only where each runs.
  const places = useSessions(
    useShallow((rows) => (filter.node === '' ? [] : [...rows.byKey.values()].map(({ id, node }) => `${id}\n${node}`))),
  );
  const nodes = useMemo(() => new Map(places.map((each) => each.split('\n') as [string, string])), [places]);
  const text = filter.text.trim();
  useEffect(() => {
    if (text === '') return;
    let gone = false;
    const timer = setTimeout(() => {
      wire()
        .call('board.list', { q: text.slice(0, 256), limit: 10_000 })
        .then(
          (rows) => !gone && setFound({ text, keys: new Set(rows.map((row) => row.key)) }),
          // Titles, keys and tags are still filtered here.
          () => undefined,
        );
    }, TYPING_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [text]);
  useLayoutEffect(
    () => setFilter(filter, { me, today, nodes, described: found.text === text ? found.keys : new Set() }),
    [filter, me, today, nodes, found, text],
  );
  return filter;
}

function Skeleton() {
  return (
    <div className={s['skeleton']} role="status" aria-busy="true" aria-label="Loading the board">
      {[5, 4, 3, 2].map((cards) => (
        <div key={cards} className={s['lane']}>
          <span className={s['bone']} data-size="s" />
          {Array.from({ length: cards }, (_, i) => `${cards}-${i}`).map((key) => (
            <span key={key} className={s['bone']} />
          ))}
        </div>
      ))}
    </div>
  );
}

function First({ onColumns }: { readonly onColumns: () => void }) {
  const canType = useCan('type');
  const canRun = useCan('run');
  const todo = useView((view) => view.columns.find(({ kind }) => kind === 'todo')?.id);
  return (
    <Empty
      icon={<SquareKanban size={20} aria-hidden />}
      title="No cards yet"
      text={
        <>
          Cards are work for people and agents alike. A free agent takes the most urgent card that nothing blocks with{' '}
          <code>qd board next</code>, and holds it by a claim that ends when the agent does. What it does, says and
          finishes shows here at once.
        </>
      }
    >
      <div className={s['first']}>
        {canType && (
          <Button look="primary" onClick={() => openQuickAdd(todo)}>
            Write the first card
          </Button>
        )}
        {canRun && (
          <Button onClick={onColumns}>
            <Columns3 size={15} aria-hidden />
            Columns and limits
          </Button>
        )}
      </div>
    </Empty>
  );
}
