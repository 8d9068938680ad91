/** A card on the board. It selects its own row: nothing that happens to another card draws it. */
import { Ellipsis, GitBranch, GitPullRequest, ListChecks, Lock, OctagonAlert } from 'lucide-react';
import { memo } from 'react';
import type { CardRow } from '../../../shared/contract/board.ts';
import { useCard } from '../../app/cards.ts';
import { go } from '../../app/navigate.ts';
import { cardPath } from '../../app/routes.ts';
import { Button } from '../../ui/Button.tsx';
import { openCardMenu } from './card-menu.ts';
import { useDrag } from './drag.ts';
import { noteFocus } from './focus.ts';
import { ClaimMark, DueMark, OwnerMark, PriorityMark, ReviewMark, SessionState, Tag } from './marks.tsx';
import { useMoves } from './moves.ts';
import s from './Tile.module.css';

/** More would make the card about its tags. */
const TAGS = 4;
export const HOW_TO_MOVE = 'board-how-to-move';

export const Tile = memo(function Tile(props: {
  readonly cardKey: string;
  readonly tabbable: boolean;
  readonly open: boolean;
}) {
  const { cardKey } = props;
  const row = useCard(cardKey);
  const carried = useDrag((drag) => drag.key === cardKey);
  const refused = useMoves((moves) => moves.refused.get(cardKey));
  const moving = useMoves((moves) => moves.pending.has(cardKey));
  if (!row) return null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the menu is also behind the button and in the palette
    <div
      className={s['tile']}
      data-card={cardKey}
      data-carried={carried}
      data-open={props.open}
      data-moving={moving}
      data-refused={refused !== undefined}
      onContextMenu={(event) => {
        event.preventDefault();
        openCardMenu(cardKey, event.currentTarget);
      }}
    >
      <Face row={row} tabbable={props.tabbable} />
      {refused !== undefined && (
        <p className={s['refused']}>
          <OctagonAlert size={13} aria-hidden />
          Not moved: {refused}
        </p>
      )}
    </div>
  );
});

/** What a card shows; `tabbable` undefined: the one that is carried, which takes no keys. */
export function Face({ row, tabbable }: { readonly row: CardRow; readonly tabbable?: boolean }) {
  const done = row.checklist.filter((item) => item.done).length;
  const { session, branch, pr } = row.links;
  const worker = row.claim?.by.kind === 'session' ? row.claim.by.id : null;
  const sessions = [...new Set([worker, session].filter((id) => id !== null))];
  const people = row.claim !== null || row.owner !== null || sessions.length > 0;
  return (
    <>
      <div className={s['top']}>
        <span className={s['key']}>{row.key}</span>
        <PriorityMark priority={row.priority} />
        {tabbable !== undefined && (
          <Button
            look="icon"
            className={s['menu']}
            tabIndex={tabbable ? 0 : -1}
            aria-label={`Actions for ${row.key}`}
            aria-haspopup="menu"
            onClick={(event) => openCardMenu(row.key, event.currentTarget)}
          >
            <Ellipsis size={15} aria-hidden />
          </Button>
        )}
      </div>
      {tabbable === undefined ? (
        <span className={s['title']} dir="auto">
          {row.title}
        </span>
      ) : (
        <a
          href={cardPath(row.key)}
          className={s['title']}
          dir="auto"
          draggable={false}
          tabIndex={tabbable ? 0 : -1}
          aria-describedby={HOW_TO_MOVE}
          data-title
          onFocus={() => noteFocus(row.key)}
          onClick={(event) => {
            // Another tab gets the plain address; here the filter stays. No <Link>: one more subscription for each card.
            if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
            event.preventDefault();
            go(cardPath(row.key, location.search));
          }}
        >
          {row.title}
        </a>
      )}
      {row.tags.length > 0 && (
        <div className={s['line']}>
          {row.tags.slice(0, TAGS).map((tag) => (
            <Tag key={tag} tag={tag} />
          ))}
          {row.tags.length > TAGS && <span className={s['fact']}>+{row.tags.length - TAGS}</span>}
        </div>
      )}
      <Facts row={row} done={done} branch={branch} pr={pr} />
      {people && (
        <div className={s['people']}>
          {row.claim !== null ? <ClaimMark claim={row.claim} /> : row.owner !== null && <OwnerMark owner={row.owner} />}
          {sessions.map((id) => (
            <SessionState key={id} id={id} />
          ))}
        </div>
      )}
    </>
  );
}

function Facts(props: {
  readonly row: CardRow;
  readonly done: number;
  readonly branch: string | null;
  readonly pr: string | null;
}) {
  const { row, branch, pr } = props;
  const blocked = row.blockedBy.length > 0 && row.finishedAt === null;
  const none = row.due === null && row.checklist.length === 0 && branch === null && pr === null;
  if (none && !blocked && row.review === 'anyone') return null;
  return (
    <div className={s['line']}>
      {blocked && (
        <span className={s['fact']} data-tone="need" title={row.blockedBy.join(', ')}>
          <Lock size={13} aria-hidden />
          Blocked by {row.blockedBy.length === 1 ? row.blockedBy[0] : row.blockedBy.length}
        </span>
      )}
      <DueMark row={row} />
      {row.checklist.length > 0 && (
        <span className={s['fact']}>
          <ListChecks size={13} aria-hidden />
          <span>
            {props.done}/{row.checklist.length}
            <span className="visually-hidden"> done</span>
          </span>
        </span>
      )}
      {branch !== null && (
        <span className={s['fact']} title={branch}>
          <GitBranch size={13} aria-hidden />
          <span className={s['cut']}>{branch}</span>
        </span>
      )}
      {pr !== null && (
        <a href={pr} target="_blank" rel="noopener noreferrer" className={s['pr']} title={pr} tabIndex={-1}>
          <GitPullRequest size={13} aria-hidden />
          {prName(pr)}
        </a>
      )}
      {row.review === 'other' && row.finishedAt === null && <ReviewMark />}
    </div>
  );
}

/** `#12` for addresses that end in a number, else the host. */
function prName(address: string): string {
  const number = /\/(\d+)\/?$/.exec(address)?.[1];
  if (number !== undefined) return `#${number}`;
  try {
    return new URL(address).host;
  } catch {
    // The hub takes addresses only; an odd one from elsewhere is shown as it is.
    return address;
  }
}
