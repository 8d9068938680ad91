/** One prompt to several sessions, one receipt each; what could not be queued is said by name. */
import { useState } from 'react';
import { newPromptId } from '../../../shared/ids.ts';
import { messageOf, wire } from '../../app/connect.ts';
import { sortedSessions, useSessions } from '../../app/feeds.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogFoot } from '../../ui/Dialog.tsx';
import { AreaField } from '../../ui/Field.tsx';
import { StateMark } from '../../ui/State.tsx';
import { toast } from '../../ui/Toasts.tsx';
import s from './Broadcast.module.css';

export default function Broadcast(props: {
  readonly text: string;
  /** Ids of the sessions that are chosen at first. */
  readonly to: readonly string[];
  readonly onSent?: () => void;
  readonly onClose: () => void;
}) {
  const rows = useSessions();
  const live = sortedSessions(rows).filter((session) => !session.archived && session.state !== 'exited');
  const [text, setText] = useState(props.text);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(props.to));
  const [refusals, setRefusals] = useState<readonly { readonly session: string; readonly error: string }[]>([]);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  // One id per wording, as in the composer: a send whose answer was lost can be repeated.
  const [id, setId] = useState<string>(newPromptId);

  const toggle = (which: string) => {
    const next = new Set(chosen);
    if (!next.delete(which)) next.add(which);
    setChosen(next);
    setId(newPromptId());
  };
  const send = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const targets = live.filter((session) => chosen.has(session.id)).map((session) => session.id);
      const answers = await wire().call('prompts.broadcast', { sessions: targets, text, id });
      const bad = answers.filter((answer) => 'error' in answer);
      props.onSent?.();
      if (bad.length === 0) {
        toast('good', `Queued for ${answers.length} sessions.`);
        props.onClose();
      } else {
        setRefusals(bad);
        setId(newPromptId());
        const refused = new Set(bad.map((each) => each.session));
        setChosen(new Set(live.filter((one) => refused.has(one.name) || refused.has(one.id)).map((one) => one.id)));
      }
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog open onClose={props.onClose} title="Send to several sessions" width={520}>
      <AreaField
        label="Prompt"
        rows={4}
        value={text}
        error={error}
        onChange={(event) => {
          setText(event.target.value);
          setId(newPromptId());
        }}
      />
      <div className={s['head']}>
        <span>
          {chosen.size} of {live.length} chosen
        </span>
        <Button
          look="ghost"
          onClick={() => setChosen(new Set(chosen.size === live.length ? [] : live.map((x) => x.id)))}
        >
          {chosen.size === live.length ? 'None' : 'All'}
        </Button>
      </div>
      <ul className={s['list']}>
        {live.map((session) => (
          <li key={session.id}>
            <label className={s['row']}>
              <input type="checkbox" checked={chosen.has(session.id)} onChange={() => toggle(session.id)} />
              <span className={s['name']}>{session.name}</span>
              <span className={s['agent']}>{session.agent}</span>
              <StateMark state={session.state} stalled={session.stalled} />
            </label>
          </li>
        ))}
      </ul>
      {refusals.length > 0 && (
        <ul role="alert" className={s['bad']}>
          {refusals.map((each) => (
            <li key={each.session}>
              {each.session}: {each.error}
            </li>
          ))}
        </ul>
      )}
      <DialogFoot>
        <Button onClick={props.onClose}>Cancel</Button>
        <Button
          look="primary"
          busy={busy}
          disabled={text.trim() === '' || chosen.size === 0}
          onClick={() => void send()}
        >
          Queue for {chosen.size}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
