/** The head of the review: which branch, against what, how it is laid out. */
import { FolderGit2, GitBranch, GitCommitHorizontal, ListTree, RefreshCw } from 'lucide-react';
import { Button } from '../../ui/Button.tsx';
import { Segments } from '../../ui/Segments.tsx';
import s from './Bar.module.css';
import { Counts } from './Kind.tsx';
import { type Base, type Review, refresh, setBase } from './review.ts';
import type { Layout } from './rows.ts';

export function Bar(props: {
  readonly session: string;
  readonly review: Review;
  readonly layout: Layout;
  /** Null where there is no room for two sides. */
  readonly onLayout: ((layout: Layout) => void) | null;
  readonly onWorktrees: () => void;
  /** Null where the list of files stands beside. */
  readonly onFiles: (() => void) | null;
}) {
  const { review, session } = props;
  const { status } = review;
  const sum = (which: 'added' | 'removed') =>
    (status?.changes ?? []).reduce((total, change) => total + (change[which] ?? 0), 0);
  return (
    <div className={s['bar']}>
      {status && (
        <div className={s['where']}>
          <span className={s['branch']} title={status.root}>
            {status.branch === null ? (
              <GitCommitHorizontal size={14} aria-hidden />
            ) : (
              <GitBranch size={14} aria-hidden />
            )}
            <bdi>{status.branch ?? (status.head === null ? 'no commit yet' : `detached at ${status.head}`)}</bdi>
          </span>
          {status.upstream !== null && (status.ahead > 0 || status.behind > 0) && (
            <span className={s['fact']} title={`Compared with ${status.upstream}`}>
              {status.ahead > 0 && <span>↑{status.ahead}</span>}
              {status.behind > 0 && <span>↓{status.behind}</span>}
              <span className="visually-hidden">
                {status.ahead} ahead of and {status.behind} behind {status.upstream}
              </span>
            </span>
          )}
          {status.worktree && (
            <span className={s['chip']} title={status.ours ? 'A worktree that Quarterdeck made' : 'A linked worktree'}>
              worktree
            </span>
          )}
          <Counts added={sum('added')} removed={sum('removed')} />
        </div>
      )}
      <span className={s['gap']} />
      <Segments<Base>
        label="Compare with"
        value={review.base}
        options={[
          { value: 'head', label: 'Last commit' },
          { value: 'fork', label: 'Branch start' },
        ]}
        onChange={(base) => setBase(session, base)}
      />
      {props.onLayout && (
        <Segments<Layout>
          label="Layout"
          value={props.layout}
          options={[
            { value: 'unified', label: 'Unified' },
            { value: 'split', label: 'Split' },
          ]}
          onChange={props.onLayout}
        />
      )}
      {props.onFiles && (
        <Button onClick={props.onFiles}>
          <ListTree size={14} aria-hidden />
          Files
        </Button>
      )}
      <Button look="icon" aria-label="Worktrees" title="Worktrees" onClick={props.onWorktrees}>
        <FolderGit2 size={15} aria-hidden />
      </Button>
      <Button look="icon" aria-label="Read again" title="Read again" onClick={() => void refresh(session)}>
        <RefreshCw size={14} aria-hidden />
      </Button>
    </div>
  );
}
