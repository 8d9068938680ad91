/** The worktrees of a session's repository: who works in each, what is only there, and how to be rid of one. */
import { FolderGit2, GitBranch, Lock, Trash2 } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import type { Worktree } from '../../../shared/contract/git.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import { messageOf, useCan, wire } from '../../app/connect.ts';
import { SessionLink, useWhich } from '../../app/SessionLink.tsx';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { toast } from '../../ui/Toasts.tsx';
import s from './Worktrees.module.css';

const SLOW_MS = 180_000;

export function Worktrees({ session, onClose }: { readonly session: Session; readonly onClose: () => void }) {
  const [all, setAll] = useState<readonly Worktree[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const read = useCallback(() => {
    wire()
      .call('git.worktrees', { name: session.id })
      .then(setAll, (failure: unknown) => setError(messageOf(failure)));
  }, [session.id]);
  useEffect(read, [read]);
  return (
    <Dialog open onClose={onClose} title="Worktrees" width={640}>
      {error !== null && (
        <p role="alert" className={s['error']}>
          {error}
        </p>
      )}
      <ul className={s['list']} aria-busy={all === null && error === null}>
        {all?.map((one) => (
          <Row key={one.path} worktree={one} session={session} onGone={read} onLink={onClose} />
        ))}
      </ul>
    </Dialog>
  );
}

/** All worktrees of a repository are on the machine of the session that is looked at. */
function Works(props: { readonly name: string; readonly node: string; readonly onLink: () => void }) {
  const of = useWhich({ name: props.name, node: props.node });
  return (
    <span>
      <SessionLink of={of} name={props.name} onClick={props.onLink} />
    </span>
  );
}

function Row(props: {
  readonly worktree: Worktree;
  readonly session: Session;
  readonly onGone: () => void;
  readonly onLink: () => void;
}) {
  const { worktree, session } = props;
  const canRun = useCan('run');
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const remove = async (keep: boolean) => {
    setBusy(true);
    setRefusal(null);
    try {
      const done = await wire().call(
        'git.removeWorktree',
        { name: session.id, path: worktree.path, keep },
        { timeoutMs: SLOW_MS },
      );
      toast('good', done.kept === null ? 'The worktree is removed.' : `Removed; the work is kept on ${done.kept}.`);
      props.onGone();
    } catch (failure) {
      setRefusal(messageOf(failure));
      setAsking(true);
    }
    setBusy(false);
  };
  const work = worktree.changed > 0 || worktree.unmerged > 0;
  return (
    <li className={s['row']}>
      <FolderGit2 size={15} aria-hidden />
      <div className={s['what']}>
        <p className={s['path']} title={worktree.path}>
          {worktree.path}
        </p>
        <p className={s['facts']}>
          <span className={s['branch']}>
            <GitBranch size={12} aria-hidden />
            {worktree.branch ?? `detached at ${worktree.head}`}
          </span>
          {worktree.main && <span>main working tree</span>}
          {worktree.ours && <span className={s['ours']}>made by Quarterdeck</span>}
          {worktree.locked && (
            <span>
              <Lock size={11} aria-hidden /> locked
            </span>
          )}
          {worktree.changed > 0 && <span>{worktree.changed} uncommitted</span>}
          {worktree.unmerged > 0 && <span>{worktree.unmerged} commits nowhere else</span>}
          {worktree.sessions.map((name) => (
            <Works key={name} name={name} node={session.node} onLink={props.onLink} />
          ))}
        </p>
        {refusal !== null && (
          <p role="alert" className={s['error']}>
            {refusal}
          </p>
        )}
        {asking && (
          <p className={s['ways']}>
            <Button onClick={() => setAsking(false)} disabled={busy}>
              Cancel
            </Button>
            {work && (
              <Button busy={busy} onClick={() => void remove(true)}>
                Keep the work and remove
              </Button>
            )}
            {refusal === null && (
              <Button look="danger" busy={busy} onClick={() => void remove(false)}>
                Remove
              </Button>
            )}
          </p>
        )}
      </div>
      {canRun && !worktree.main && !asking && (
        <Button look="icon" aria-label={`Remove the worktree ${worktree.path}`} onClick={() => setAsking(true)}>
          <Trash2 size={14} aria-hidden />
        </Button>
      )}
    </li>
  );
}
