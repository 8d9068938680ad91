/** What can be done with several panes at once; a bar while any is selected. */
import { OctagonX, Send, Tag, Trash2, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { Session } from '../../../../shared/contract/sessions.ts';
import { interrupt, stop } from '../../../app/act.ts';
import { messageOf, useCan, wire } from '../../../app/connect.ts';
import { useSessions } from '../../../app/feeds.ts';
import { Button } from '../../../ui/Button.tsx';
import { Confirm, Dialog, FormFoot } from '../../../ui/Dialog.tsx';
import { TextField } from '../../../ui/Field.tsx';
import { toast } from '../../../ui/Toasts.tsx';
import s from './Selection.module.css';
import { usePanes } from './state.ts';

type Asking = 'none' | 'stop' | 'tag';
export const clearSelection = (): void => usePanes.setState({ selected: new Set() });

export function Selection({ onPrompt }: { readonly onPrompt: (ids: readonly string[]) => void }) {
  const selected = usePanes((panes) => panes.selected);
  const sessions = useSessions(
    useShallow((rows) => [...selected].flatMap((id) => rows.byKey.get(id) ?? []).filter((each) => !each.archived)),
  );
  const [asking, setAsking] = useState<Asking>('none');
  const canType = useCan('type');
  const canRun = useCan('run');
  if (sessions.length === 0) return null;
  const live = sessions.filter((each) => each.state !== 'exited' && each.state !== 'unreachable');
  return (
    <section className={s['bar']} aria-label="Selected panes">
      <strong className={s['count']} role="status">
        {sessions.length} selected
      </strong>
      {canType && (
        <>
          <Button look="primary" disabled={live.length === 0} onClick={() => onPrompt(live.map((each) => each.id))}>
            <Send size={14} aria-hidden />
            Send a prompt
          </Button>
          <Button disabled={live.length === 0} onClick={() => void Promise.all(live.map(interrupt))}>
            <OctagonX size={14} aria-hidden />
            Interrupt
          </Button>
        </>
      )}
      {canRun && (
        <>
          <Button onClick={() => setAsking('tag')}>
            <Tag size={14} aria-hidden />
            Tag
          </Button>
          <Button look="danger" onClick={() => setAsking('stop')}>
            <Trash2 size={14} aria-hidden />
            Stop
          </Button>
        </>
      )}
      <Button look="icon" aria-label="Clear the selection" onClick={clearSelection}>
        <X size={15} aria-hidden />
      </Button>
      {asking === 'stop' && (
        <Confirm
          open
          onClose={() => setAsking('none')}
          title={sessions.length === 1 ? `Stop ${sessions[0]?.name}?` : `Stop ${sessions.length} sessions?`}
          text={
            <>
              {sessions.map((each) => each.name).join(', ')}: their processes are ended and their terminals are gone.
              The conversations stay on disk.
            </>
          }
          action={sessions.length === 1 ? 'Stop session' : `Stop ${sessions.length} sessions`}
          onConfirm={() => {
            clearSelection();
            void Promise.all(sessions.map(stop));
          }}
        />
      )}
      {asking === 'tag' && <TagDialog sessions={sessions} onClose={() => setAsking('none')} />}
    </section>
  );
}

/** Adds and takes away tags; those that only some have stay as they are. */
function TagDialog({ sessions, onClose }: { readonly sessions: readonly Session[]; readonly onClose: () => void }) {
  const common = (sessions[0]?.tags ?? []).filter((tag) => sessions.every((each) => each.tags.includes(tag)));
  const [text, setText] = useState(common.join(', '));
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const wanted = [...new Set(text.split(',').map((tag) => tag.trim()))].filter((tag) => tag !== '');
    if (wanted.some((tag) => tag.length > 64)) return setError('A tag has at most 64 characters.');
    const gone = common.filter((tag) => !wanted.includes(tag));
    setBusy(true);
    const results = await Promise.allSettled(
      sessions.map(({ id, tags }) => {
        const next = [...new Set([...tags.filter((tag) => !gone.includes(tag)), ...wanted])];
        return wire().call('sessions.edit', { name: id, tags: next });
      }),
    );
    setBusy(false);
    const refused = results.flatMap((each, i) =>
      each.status === 'rejected' ? [`${sessions[i]?.name}: ${messageOf(each.reason)}`] : [],
    );
    if (refused.length > 0) return setError(refused.join(' '));
    toast('good', `Tagged ${sessions.length} ${sessions.length === 1 ? 'session' : 'sessions'}.`);
    onClose();
  };
  return (
    <Dialog open onClose={onClose} title={`Tags of ${sessions.length} sessions`} width={400}>
      <form onSubmit={submit}>
        <TextField
          label="Tags that all of them have"
          hint="Divided by commas. Tags that only some have stay."
          value={text}
          error={error}
          onChange={(event) => {
            setText(event.target.value);
            setError(undefined);
          }}
        />
        <FormFoot onCancel={onClose} busy={busy}>
          Save tags
        </FormFoot>
      </form>
    </Dialog>
  );
}
