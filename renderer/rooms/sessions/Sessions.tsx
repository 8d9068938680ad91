/** The sessions as a list: what each is, where it works, what waits. Arrow keys move, Enter opens, `/` filters. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { GitBranch } from 'lucide-react';
import { type KeyboardEvent, lazy, memo, Suspense, useDeferredValue, useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { Session } from '../../../shared/contract/sessions.ts';
import { sortedSessions, useSessions } from '../../app/feeds.ts';
import { GROUPS, type Group, matches, shortPath } from '../../app/filter.ts';
import { NodeFilter, useNodeInAddress } from '../../app/NodeFilter.tsx';
import { NodeMark } from '../../app/NodeMark.tsx';
import { addressOf, sessionPath } from '../../app/routes.ts';
import { ago, short, useNow } from '../../app/time.ts';
import { useNarrow } from '../../app/viewport.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Find } from '../../ui/Find.tsx';
import { Bar } from '../../ui/Page.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { StateBadge } from './Evidence.tsx';
import { Restore } from './Restore.tsx';
import { SessionMenu } from './SessionMenu.tsx';
import s from './Sessions.module.css';

const Welcome = lazy(() => import('../../app/Welcome.tsx'));

const FIRST_ROWS = 8;
const LABEL: Readonly<Record<Group, string>> = {
  all: 'All',
  'needs you': 'Needs you',
  working: 'Working',
  ready: 'Ready',
  ended: 'Ended',
};

export default function Sessions() {
  const rows = useSessions();
  const [text, setText] = useState('');
  const [group, setGroup] = useState<Group>('all');
  const words = useDeferredValue(text);
  const list = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const sorted = useMemo(() => sortedSessions(rows), [rows]);
  // In the address: the card of a machine leads here.
  const [node, setNode] = useNodeInAddress();
  const shown = useMemo(
    () => sorted.filter((each) => (node === null || each.node === node) && matches(each, words, group)),
    [sorted, words, group, node],
  );

  const none = rows.ready && rows.byKey.size === 0;

  const narrow = useNarrow();
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => list.current,
    getItemKey: (i) => shown[i]?.id ?? i,
    estimateSize: () => (narrow ? 92 : 41),
    overscan: 6,
  });

  // The first rows at once, the others as the page has time: all of them are a long task.
  const all = useDeferredValue(true, false);
  const items = virtual.getVirtualItems();

  const move = (event: KeyboardEvent) => {
    if (event.key === '/' && event.target !== input.current) {
      event.preventDefault();
      input.current?.focus();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    const at = Number((document.activeElement as HTMLElement | null)?.dataset['row'] ?? -1);
    const next = at < 0 ? (step > 0 ? 0 : shown.length - 1) : at + step;
    if (next >= 0 && next < shown.length) {
      event.preventDefault();
      virtual.scrollToIndex(next);
      const row = () => list.current?.querySelector<HTMLElement>(`a[data-row="${next}"]`);
      // A row that was out of sight is drawn with the next frame.
      const there = row();
      if (there) there.focus();
      else requestAnimationFrame(() => row()?.focus());
    } else if (at === 0) input.current?.focus();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move between the links inside
    <div className={s['page']} onKeyDown={move}>
      <Restore />
      {!none && (
        <Bar>
          <Find
            ref={input}
            label="Filter sessions"
            placeholder="Filter by name, agent, folder, branch"
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => event.key === 'Escape' && setText('')}
          />
          <NodeFilter value={node} onChange={setNode} />
          <Segments
            label="State"
            value={group}
            options={GROUPS.map((each) => ({ value: each, label: LABEL[each] }))}
            onChange={setGroup}
          />
        </Bar>
      )}
      {none ? (
        <Suspense>
          <Welcome />
        </Suspense>
      ) : rows.ready && shown.length === 0 ? (
        <Empty title="No session fits" text="Nothing matches this filter.">
          <Button
            onClick={() => {
              setText('');
              setGroup('all');
              setNode(null);
            }}
          >
            Show all {rows.byKey.size}
          </Button>
        </Empty>
      ) : (
        <div ref={list} className={s['list']}>
          <ul aria-label="Sessions" className={s['all']} style={{ height: virtual.getTotalSize() }}>
            {(all ? items : items.slice(0, FIRST_ROWS)).map(({ index, start: top }) => {
              const session = shown[index];
              return (
                session && (
                  <Row
                    key={session.id}
                    session={session}
                    at={index}
                    of={shown.length}
                    top={top}
                    measure={virtual.measureElement}
                  />
                )
              );
            })}
          </ul>
        </div>
      )}
    </div>
  );
}

const Row = memo(function Row(props: {
  readonly session: Session;
  readonly at: number;
  readonly of: number;
  /** Pixels from the top of the list. */
  readonly top: number;
  readonly measure: (element: HTMLElement | null) => void;
}) {
  const { session, at } = props;
  return (
    <li
      ref={props.measure}
      data-index={at}
      aria-posinset={at + 1}
      aria-setsize={props.of}
      className={s['row']}
      style={{ top: props.top }}
      data-need={session.needsYou || session.stalled}
    >
      <div className={s['state']}>
        <StateBadge session={session} />
      </div>
      <div className={s['who']}>
        <Link href={sessionPath(addressOf(session))} data-row={at} className={s['name']}>
          {session.name}
        </Link>
        <span className={s['agent']}>{session.agent}</span>
        {session.archived && <span className={s['tag']}>archived</span>}
        {session.tags.map((tag) => (
          <span key={tag} className={s['tag']}>
            {tag}
          </span>
        ))}
      </div>
      <div className={s['saw']}>{session.title || session.evidence[0]?.saw}</div>
      <div className={s['where']}>
        <NodeMark id={session.node} />
        <span className={s['folder']}>{shortPath(session.cwd)}</span>
        {session.branch !== null && (
          <span className={s['branch']}>
            <GitBranch size={12} aria-hidden />
            {session.branch}
          </span>
        )}
      </div>
      <div className={s['queue']}>
        {session.queued > 0 && (
          <>
            {session.queued} <span>queued{session.paused ? ', paused' : ''}</span>
          </>
        )}
      </div>
      <div className={s['tokens']}>
        {session.tokens !== null && (
          <>
            {short(session.tokens.input + session.tokens.output)} <span>tokens</span>
          </>
        )}
      </div>
      <Since at={session.outputAt ?? session.since} />
      <SessionMenu session={session} zoomable />
    </li>
  );
});

function Since({ at }: { readonly at: number }) {
  const now = useNow();
  return <time className={s['since']}>{ago(at, now)}</time>;
}
