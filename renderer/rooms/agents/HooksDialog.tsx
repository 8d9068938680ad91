/** The exact change that hooks make to an agent's own settings, before it is made; and the way back. */
import { useEffect, useState } from 'react';
import type { Agent, HooksView } from '../../../shared/contract/agents.ts';
import { messageOf, wire } from '../../app/connect.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogFoot } from '../../ui/Dialog.tsx';
import { TextDiff } from '../../ui/TextDiff.tsx';
import s from './Agents.module.css';
import { askAgents } from './useAgents.ts';

export function HooksDialog({ agent, onClose }: { readonly agent: Agent; readonly onClose: () => void }) {
  const [view, setView] = useState<HooksView | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    wire()
      .call('agents.hookPlan', { agent: agent.key })
      .then(setView, (failure: unknown) => setError(messageOf(failure)));
  }, [agent.key]);

  const change = async (entry: 'agents.installHooks' | 'agents.removeHooks') => {
    setBusy(true);
    setError(null);
    try {
      setView(await wire().call(entry, { agent: agent.key }));
      await askAgents(false);
    } catch (failure) {
      setError(messageOf(failure));
    }
    setBusy(false);
  };
  const plan = view?.plan ?? null;
  const nothing = plan !== null && plan.diff === '';
  return (
    <Dialog
      open
      onClose={onClose}
      width={680}
      title={`Hooks of ${agent.title}`}
      description="With hooks the agent itself tells when it works, asks and ends, so that its state is known at once. Yours stay as they are."
    >
      {error !== null && (
        <p role="alert" className={s['error']}>
          {error}
        </p>
      )}
      {plan !== null && (
        <>
          <p className={s['file']}>
            <code>{plan.file}</code>
          </p>
          {nothing ? (
            <p className={s['note']}>Everything is in place; there is nothing to change.</p>
          ) : (
            <TextDiff text={plan.diff} diff />
          )}
          {plan.note !== null && <p className={s['note']}>{plan.note}</p>}
        </>
      )}
      <DialogFoot>
        {view !== null && view.state !== 'absent' && view.state !== null && (
          <Button look="danger" busy={busy} onClick={() => void change('agents.removeHooks')}>
            Remove hooks
          </Button>
        )}
        <Button onClick={onClose}>Close</Button>
        {plan !== null && !nothing && (
          <Button look="primary" busy={busy} onClick={() => void change('agents.installHooks')}>
            {view?.state === 'outdated' ? 'Bring up to date' : 'Make this change'}
          </Button>
        )}
      </DialogFoot>
    </Dialog>
  );
}
