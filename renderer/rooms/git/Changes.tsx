/** What a session changed: files, lines, and comments that go back to the agent. */
import {
  ChevronsDownUp,
  Columns2,
  Files,
  FolderGit2,
  FoldVertical,
  GitBranch,
  GitCompare,
  MessageSquarePlus,
  RefreshCw,
  Search,
  Send,
} from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { Session } from '../../../shared/contract/sessions.ts';
import { useCommands } from '../../app/commands.ts';
import { useCan } from '../../app/connect.ts';
import { useGitPlaces } from '../../app/feeds.ts';
import { setPreference, usePreference } from '../../app/preferences.ts';
import { addressOf, sessionFilePath } from '../../app/routes.ts';
import { useNarrow } from '../../app/viewport.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Bar } from './Bar.tsx';
import s from './Changes.module.css';
import { written } from './comments.ts';
import { send, useDrafts } from './drafts.ts';
import { FileList } from './FileList.tsx';
import { Overlaps } from './Overlaps.tsx';
import { fold, refresh, sectionsOf, setBase, useReview } from './review.ts';
import { type Layout, rowsOf } from './rows.ts';
import { SendBar } from './SendBar.tsx';
import { Viewer, type ViewerControls } from './Viewer.tsx';
import { Worktrees } from './Worktrees.tsx';

/** Two sides need this many pixels each to be read. */
const SPLIT_WIDTH = 980;
const LAYOUT = 'changes.layout';
const readLayout = (value: unknown): Layout | null => (value === 'split' || value === 'unified' ? value : null);

export default function Changes({ session }: { readonly session: Session }) {
  const review = useReview(session.id, session.state === 'working');
  const drafts = useDrafts(session.id);
  const place = useGitPlaces((rows) => rows.byKey.get(session.id));
  const narrow = useNarrow();
  const canType = useCan('type');
  const [, navigate] = useLocation();
  const kept = usePreference(LAYOUT, readLayout);
  /** Until the hub has kept the choice. */
  const [chosen, setChosen] = useState<Layout | null>(null);
  const layout = chosen ?? kept ?? 'unified';
  const [wide, setWide] = useState(false);
  const [listing, setListing] = useState(false);
  const [worktrees, setWorktrees] = useState(false);
  const [at, setAt] = useState<string | null>(null);
  const main = useRef<HTMLDivElement>(null);
  const viewer = useRef<ViewerControls>(null);
  const filter = useRef<HTMLInputElement>(null);

  useEffect(() => {
    const element = main.current;
    if (!element) return;
    const watch = new ResizeObserver(([entry]) => setWide((entry?.contentRect.width ?? 0) >= SPLIT_WIDTH));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);

  const shownLayout = wide ? layout : 'unified';
  const sections = useMemo(() => sectionsOf(review), [review]);
  // Rows hang on where comments stand, not on what is typed into them.
  const anchors = JSON.stringify(drafts.comments.map(({ text: _text, ...anchor }) => anchor));
  const rows = useMemo(
    () => rowsOf(sections, shownLayout, JSON.parse(anchors) as typeof drafts.comments),
    [sections, shownLayout, anchors],
  );
  const remarks = useMemo(() => {
    const counts = new Map<string, number>();
    for (const { path } of drafts.comments) counts.set(path, (counts.get(path) ?? 0) + 1);
    return counts;
  }, [drafts.comments]);
  const choose = (next: Layout) => {
    setChosen(next);
    // Not kept, it lasts as long as the page: that needs no words.
    setPreference(LAYOUT, next).catch(() => undefined);
  };
  const ready = review.status !== null;
  const some = (review.status?.changes.length ?? 0) > 0;
  const root = review.status?.root ?? '';
  // git counts from the top of its tree, Files from the session's folder. A folder that does not begin like the tree
  // was reached through a link, most likely to its top.
  const address = addressOf(session);
  const linkOf = useCallback(
    (path: string): string | null => {
      const below = session.cwd.startsWith(`${root}/`) ? `${session.cwd.slice(root.length + 1)}/` : '';
      return path.startsWith(below) ? sessionFilePath(address, path.slice(below.length)) : null;
    },
    [root, session.cwd, address],
  );
  const openFile = (path: string) => {
    setAt(path);
    setListing(false);
    viewer.current?.toFile(path);
  };

  useCommands(
    () => [
      {
        id: 'changes.next',
        title: 'Next changed file',
        section: 'Changes',
        keys: '.',
        icon: GitCompare,
        enabled: some,
        run: () => viewer.current?.step(1),
      },
      {
        id: 'changes.previous',
        title: 'Previous changed file',
        section: 'Changes',
        keys: ',',
        icon: GitCompare,
        enabled: some,
        run: () => viewer.current?.step(-1),
      },
      {
        id: 'changes.comment',
        title: 'Comment on the line',
        section: 'Changes',
        keys: 'c',
        icon: MessageSquarePlus,
        words: 'review remark annotate',
        enabled: canType && some,
        run: () => viewer.current?.comment(),
      },
      {
        id: 'changes.send',
        title: `Send comments to ${session.name}`,
        section: 'Changes',
        keys: 'Mod+Shift+Enter',
        icon: Send,
        enabled: canType && written(drafts.comments).length > 0,
        run: () => void send(session.id, session.name),
      },
      {
        id: 'changes.fold',
        title: 'Fold or open the file',
        section: 'Changes',
        keys: 'x',
        icon: FoldVertical,
        enabled: some,
        run: () => viewer.current?.fold(),
      },
      {
        id: 'changes.fold-all',
        title: 'Fold or open all files',
        section: 'Changes',
        keys: 'Shift+X',
        icon: ChevronsDownUp,
        enabled: some,
        run: () =>
          fold(
            session.id,
            sections.map((section) => section.change.path),
            sections.some((section) => !section.folded),
          ),
      },
      {
        id: 'changes.layout',
        title: layout === 'split' ? 'Unified layout' : 'Split layout',
        section: 'Changes',
        keys: 'u',
        icon: Columns2,
        enabled: wide,
        run: () => choose(layout === 'split' ? 'unified' : 'split'),
      },
      {
        id: 'changes.base',
        title: review.base === 'head' ? 'Compare with the branch start' : 'Compare with the last commit',
        section: 'Changes',
        keys: 'b',
        icon: GitBranch,
        run: () => setBase(session.id, review.base === 'head' ? 'fork' : 'head'),
      },
      {
        id: 'changes.filter',
        title: 'Filter changed files',
        section: 'Changes',
        keys: '/',
        icon: Search,
        enabled: some,
        run: () => {
          if (narrow) setListing(true);
          else filter.current?.focus();
        },
      },
      {
        id: 'changes.open',
        title: 'Open the file in Files',
        section: 'Changes',
        keys: 'o',
        icon: Files,
        enabled: some,
        run: () => {
          const path = viewer.current?.file();
          const link = path ? linkOf(path) : null;
          if (link !== null) navigate(link);
        },
      },
      {
        id: 'changes.worktrees',
        title: 'Worktrees',
        section: 'Changes',
        keys: 'w',
        icon: FolderGit2,
        enabled: ready,
        run: () => setWorktrees(true),
      },
      {
        id: 'changes.refresh',
        title: 'Read changes again',
        section: 'Changes',
        keys: 'r',
        icon: RefreshCw,
        run: () => void refresh(session.id),
      },
    ],
    [session, sections, canType, some, ready, wide, narrow, layout, review.base, drafts.comments, navigate, linkOf],
  );

  const list = (
    <FileList
      changes={review.status?.changes ?? []}
      truncated={review.status?.truncated ?? false}
      remarks={remarks}
      at={at}
      onOpen={openFile}
      filter={filter}
    />
  );
  return (
    <section
      className={s['page']}
      aria-label="Changes"
      aria-busy={!ready && review.none === null && review.error === null}
    >
      {review.none === null && (ready || review.error === null) && (
        <Bar
          session={session.id}
          review={review}
          layout={layout}
          onLayout={wide ? choose : null}
          onWorktrees={() => setWorktrees(true)}
          onFiles={narrow && some ? () => setListing(true) : null}
        />
      )}
      {place && place.overlaps.length > 0 && <Overlaps place={place} />}
      {review.error !== null && ready && (
        <p role="alert" className={s['stale']}>
          What stands here may be old: {review.error}
          <Button onClick={() => void refresh(session.id)}>Try again</Button>
        </p>
      )}
      <div ref={main} className={s['body']}>
        {review.none !== null ? (
          <Empty
            icon={<GitBranch size={20} aria-hidden />}
            title="No changes to show here"
            text={`${review.none} Its files can be read and edited all the same.`}
          >
            <Button onClick={() => navigate(sessionFilePath(addressOf(session), ''))}>Open Files</Button>
          </Empty>
        ) : review.error !== null && !ready ? (
          <Empty icon={<GitBranch size={20} aria-hidden />} title="The changes could not be read" text={review.error}>
            <Button onClick={() => void refresh(session.id)}>Try again</Button>
          </Empty>
        ) : !ready ? (
          <Skeleton />
        ) : !some && drafts.comments.length === 0 ? (
          <Empty
            icon={<GitCompare size={20} aria-hidden />}
            title={review.base === 'head' ? 'Nothing is changed' : 'This branch brings nothing new'}
            text={
              review.base === 'head'
                ? 'Every file is as in the last commit. What the agent changes shows here at once.'
                : 'There is no difference from where the branch began.'
            }
          >
            {review.base === 'head' && (
              <Button onClick={() => setBase(session.id, 'fork')}>Compare with the branch start</Button>
            )}
          </Empty>
        ) : (
          <>
            {!narrow && <aside className={s['files']}>{list}</aside>}
            <Viewer session={session.id} linkOf={linkOf} rows={rows} canComment={canType} ref={viewer} />
          </>
        )}
      </div>
      <SendBar session={session} drafts={drafts} />
      {listing && (
        <Dialog open onClose={() => setListing(false)} title="Changed files" initialFocus={filter}>
          <div className={s['sheet']}>{list}</div>
        </Dialog>
      )}
      {worktrees && <Worktrees session={session} onClose={() => setWorktrees(false)} />}
    </section>
  );
}

/** Shapes of what is to come, where a look takes longer than a blink. */
function Skeleton() {
  return (
    <div className={s['skeleton']} aria-hidden>
      {Array.from({ length: 14 }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: shapes without identity
        <span key={i} style={{ width: `${30 + ((i * 37) % 55)}%` }} />
      ))}
    </div>
  );
}
