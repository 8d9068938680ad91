/** Prompts that wait for a session and those that moved lately, each with its receipt. */
import { CirclePause, Pencil, Play, X } from 'lucide-react';
import { memo, useMemo, useState } from 'react';
import type { Receipt } from '../../../shared/contract/prompts.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import { attempt, setPaused } from '../../app/act.ts';
import { useCan, wire } from '../../app/connect.ts';
import { usePrompts } from '../../app/feeds.ts';
import { queueOf, receiptTone, receiptWord, waits } from '../../app/receipts.ts';
import { ago, useNow } from '../../app/time.ts';
import { WaitingTools, WaitingWord } from '../../app/WaitingList.tsx';
import { useStuck } from '../../app/waiting.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogFoot } from '../../ui/Dialog.tsx';
import { AreaField } from '../../ui/Field.tsx';
import s from './Queue.module.css';

export function Queue({ session }: { readonly session: Session }) {
  const byKey = usePrompts((rows) => rows.byKey);
  const list = useMemo(() => queueOf(byKey.values(), session.id, 12), [byKey, session.id]);
  const canType = useCan('type');
  const canRun = useCan('run');
  const now = useNow();
  const lane = `session ${session.id}`;
  const waiting = useStuck(
    (each) => each.lane === lane,
    (id) => byKey.has(id),
  );
  if (list.length === 0 && waiting.length === 0 && !session.paused) return null;
  return (
    <section className={s['queue']} aria-label="Prompts">
      {session.paused && (
        <p className={s['paused']}>
          <CirclePause size={14} aria-hidden />
          <span>The queue is paused.</span>
          {canRun && (
            <Button className={s['small']} onClick={() => void setPaused(session, false)}>
              <Play size={12} aria-hidden />
              Go on
            </Button>
          )}
        </p>
      )}
      <ol className={s['list']}>
        {waiting.map((entry) => (
          <li key={entry.id} className={s['item']} data-tone={entry.refused === null ? 'need' : 'bad'}>
            <p className={s['text']} data-open="true" dir="auto">
              {'text' in entry.input ? String(entry.input.text) : entry.label}
            </p>
            <WaitingWord entry={entry} />
            <div className={s['tools']}>
              <WaitingTools entry={entry} />
            </div>
          </li>
        ))}
        {list.map((receipt) => (
          <Item key={receipt.id} receipt={receipt} when={ago(receipt.createdAt, now)} canType={canType} />
        ))}
      </ol>
    </section>
  );
}

const Item = memo(function Item(props: {
  readonly receipt: Receipt;
  readonly when: string;
  readonly canType: boolean;
}) {
  const { receipt } = props;
  const [editing, setEditing] = useState(false);
  const [open, setOpen] = useState(false);
  const changeable = props.canType && waits(receipt);
  return (
    <li className={s['item']} data-tone={receiptTone(receipt)}>
      <button
        type="button"
        className={s['text']}
        data-open={open}
        aria-expanded={open}
        dir="auto"
        onClick={() => setOpen(!open)}
      >
        {receipt.text}
      </button>
      <p className={s['meta']}>
        <span className={s['state']}>{receiptWord(receipt)}</span>
        {receipt.steer && <span>steer</span>}
        {receipt.origin !== 'user' && (
          <span>
            {receipt.origin === 'init' ? 'first prompt' : receipt.origin === 'channel' ? 'message' : 'broadcast'}
          </span>
        )}
        <span>{receipt.by}</span>
        <span>{props.when}</span>
      </p>
      {receipt.reason !== undefined && <p className={s['reason']}>{receipt.reason}</p>}
      {receipt.screen !== undefined && (
        <details className={s['screen']}>
          <summary>Screen at that moment</summary>
          <pre>{receipt.screen}</pre>
        </details>
      )}
      {changeable && (
        <div className={s['tools']}>
          <Button look="icon" aria-label="Edit this prompt" onClick={() => setEditing(true)}>
            <Pencil size={13} aria-hidden />
          </Button>
          <Button
            look="icon"
            aria-label="Cancel this prompt"
            onClick={() => void attempt('Could not cancel', () => wire().call('prompts.cancel', { id: receipt.id }))}
          >
            <X size={14} aria-hidden />
          </Button>
        </div>
      )}
      {editing && <Edit receipt={receipt} onClose={() => setEditing(false)} />}
    </li>
  );
});

function Edit({ receipt, onClose }: { readonly receipt: Receipt; readonly onClose: () => void }) {
  const [text, setText] = useState(receipt.text);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    const well = await attempt('Could not change it', () => wire().call('prompts.edit', { id: receipt.id, text }));
    setBusy(false);
    if (well) onClose();
  };
  return (
    <Dialog open onClose={onClose} title="Edit prompt">
      <AreaField label="Prompt" rows={8} value={text} onChange={(event) => setText(event.target.value)} />
      <DialogFoot>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" busy={busy} disabled={text === '' || text === receipt.text} onClick={() => void save()}>
          Save
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
