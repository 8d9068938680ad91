/** The file was changed by somebody else while one typed: what differs, and the ways on. What was typed is kept by each. */
import { GitMerge } from 'lucide-react';
import type { FileText } from '../../../shared/contract/files.ts';
import { Button } from '../../ui/Button.tsx';
import { DiffText } from '../../ui/DiffText.tsx';
import s from './Conflict.module.css';
import { toField } from './text.ts';

export function Conflict(props: {
  readonly path: string;
  readonly mine: string;
  /** Null: the file is gone. */
  readonly theirs: FileText | null;
  readonly busy: boolean;
  readonly onMine: () => void;
  readonly onTheirs: () => void;
  readonly onBoth: () => void;
  readonly onBack: () => void;
}) {
  const { theirs } = props;
  const readable = theirs?.kind === 'text' && !theirs.truncated;
  return (
    <section className={s['conflict']} aria-label="Conflict">
      <div className={s['head']} role="alert">
        <GitMerge size={15} aria-hidden />
        <p>
          {theirs === null
            ? `${props.path} was deleted while you typed. Yours is not saved yet.`
            : readable
              ? `${props.path} was changed in the folder while you typed. Yours is not saved yet.`
              : `${props.path} is something else now that cannot be shown as text. Yours is not saved yet.`}
        </p>
      </div>
      {readable && (
        <>
          <p className={s['legend']}>
            <span data-kind="removed">− in the folder</span>
            <span data-kind="added">+ yours</span>
          </p>
          <DiffText before={toField(theirs.text)} after={props.mine} label="What differs" />
        </>
      )}
      <footer className={s['ways']}>
        <Button onClick={props.onBack}>Go on typing</Button>
        <span className={s['gap']} />
        <Button onClick={props.onTheirs} disabled={props.busy}>
          {theirs === null ? 'Let it go' : 'Take theirs'}
        </Button>
        {readable && (
          <Button onClick={props.onBoth} disabled={props.busy}>
            Edit both together
          </Button>
        )}
        {(readable || theirs === null) && (
          <Button look="primary" onClick={props.onMine} busy={props.busy}>
            {theirs === null ? 'Save it as a new file' : 'Keep mine'}
          </Button>
        )}
      </footer>
    </section>
  );
}
