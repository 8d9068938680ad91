/** The head of a file in the review: fold it, copy its path, open it; stays at the top while its lines pass below. */
import { ChevronRight, Copy, ExternalLink } from 'lucide-react';
import { memo } from 'react';
import { Link } from 'wouter';
import { Button } from '../../ui/Button.tsx';
import { GridCell } from '../../ui/Grid.tsx';
import { toast } from '../../ui/Toasts.tsx';
import s from './FileHead.module.css';
import { Counts, KindMark } from './Kind.tsx';
import { fold } from './review.ts';
import type { FileRow } from './rows.ts';

export function copy(text: string): void {
  if (!navigator.clipboard) toast('bad', 'The browser has no clipboard for pages that are not on HTTPS.');
  else
    navigator.clipboard.writeText(text).then(
      () => toast('good', `Copied: ${text}`),
      () => toast('bad', 'The browser refused the clipboard.'),
    );
}

export const FileHead = memo(function FileHead(props: {
  readonly row: FileRow;
  readonly session: string;
  /** Where it is in Files; null when it is outside of the session's folder. */
  readonly link: string | null;
  readonly chosen: boolean;
}) {
  const { change, folded } = props.row.section;
  const slash = change.path.replace(/\/$/, '').lastIndexOf('/') + 1;
  return (
    <GridCell className={s['head']} data-chosen={props.chosen || undefined}>
      <button
        type="button"
        className={s['fold']}
        aria-expanded={!folded}
        onClick={() => fold(props.session, [change.path], !folded)}
      >
        <ChevronRight size={14} aria-hidden className={s['chevron']} />
        <KindMark kind={change.kind} />
        <span className={s['path']} title={change.path}>
          {change.from !== null && (
            <>
              <span className={s['from']}>{change.from}</span>
              <span aria-hidden> → </span>
              <span className="visually-hidden">is now</span>
            </>
          )}
          <span className={s['folder']}>{change.path.slice(0, slash)}</span>
          <b>{change.path.slice(slash)}</b>
        </span>
      </button>
      <Counts added={change.added} removed={change.removed} />
      <Button look="icon" aria-label={`Copy the path ${change.path}`} onClick={() => copy(change.path)}>
        <Copy size={13} aria-hidden />
      </Button>
      {props.link !== null && change.kind !== 'deleted' && !change.path.endsWith('/') && (
        <Link href={props.link} className={s['link']} aria-label={`Open ${change.path} in Files`}>
          <ExternalLink size={13} aria-hidden />
        </Link>
      )}
    </GridCell>
  );
});
