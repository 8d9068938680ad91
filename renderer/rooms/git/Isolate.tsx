/** A worktree and a branch of its own for a session: asked once, and told what was done. */
import { CircleCheck, GitBranch } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { CallOutput } from '../../../shared/contract/contract.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import { messageOf, wire } from '../../app/connect.ts';
import { useGitPlaces } from '../../app/feeds.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogFoot } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/Field.tsx';
import { Switch } from '../../ui/Switch.tsx';
import s from './Isolate.module.css';
import { refresh } from './review.ts';

/** A recipe may install what the project needs. */
const SLOW_MS = 15 * 60_000;

export function Isolate({ session, onClose }: { readonly session: Session; readonly onClose: () => void }) {
  const changed = useGitPlaces((rows) => rows.byKey.get(session.id)?.changed ?? 0);
  const [branch, setBranch] = useState('');
  const [carry, setCarry] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const [done, setDone] = useState<CallOutput<'git.isolate'> | null>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const name = branch.trim();
      setDone(
        await wire().call(
          'git.isolate',
          { name: session.id, carry, ...(name === '' ? {} : { branch: name }) },
          { timeoutMs: SLOW_MS },
        ),
      );
      void refresh(session.id);
    } catch (failure) {
      setError(messageOf(failure));
    }
    setBusy(false);
  };
  if (done) {
    return (
      <Dialog open onClose={onClose} title={`${done.session} has a worktree of its own`}>
        <dl className={s['done']}>
          <dt>
            <GitBranch size={13} aria-hidden />
            Branch
          </dt>
          <dd>{done.branch}</dd>
          <dt>
            <CircleCheck size={13} aria-hidden />
            Folder
          </dt>
          <dd>{done.path}</dd>
        </dl>
        {done.recipe.length > 0 && (
          <>
            <h3 className={s['title']}>What was set up</h3>
            <pre className={s['recipe']}>{done.recipe.join('\n')}</pre>
          </>
        )}
        <DialogFoot>
          <Button look="primary" onClick={onClose}>
            Close
          </Button>
        </DialogFoot>
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onClose={() => !busy && onClose()}
      title={`Isolate ${session.name}`}
      description={`Makes a worktree beside the repository and starts ${session.name} there again with its conversation${
        session.state === 'working' ? '; the turn that runs now is ended' : ''
      }. The folder that it leaves stays as it is.`}
    >
      <form onSubmit={submit} className={s['form']}>
        <TextField
          label="New branch"
          value={branch}
          placeholder={`qd/${session.name}`}
          error={error}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => setBranch(event.target.value)}
        />
        <Switch
          label="Take uncommitted changes along"
          hint={
            changed === 0
              ? 'There are none now.'
              : `A copy of ${changed} changed ${changed === 1 ? 'file' : 'files'}, whoever changed them; they stay where they are, too.`
          }
          checked={carry}
          onChange={setCarry}
        />
        <DialogFoot>
          <Button onClick={onClose} disabled={busy}>
            Cancel
          </Button>
          <Button type="submit" look="primary" busy={busy}>
            {busy ? 'Making the worktree' : 'Isolate'}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
