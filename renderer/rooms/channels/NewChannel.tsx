/** A message to one, or a new group. */
import { type FormEvent, useState } from 'react';
import { newClientId } from '../../../shared/ids.ts';
import { messageOf, wire } from '../../app/connect.ts';
import { useSessions } from '../../app/feeds.ts';
import { ChannelName } from '../../app/schemas.ts';
import { Dialog, FormFoot } from '../../ui/Dialog.tsx';
import { AreaField, TextField } from '../../ui/Field.tsx';
import { Segments } from '../../ui/Segments.tsx';
import s from './Channels.module.css';

type Kind = 'direct' | 'group';

export function NewChannel(props: { readonly onClose: () => void; readonly onMade: (id: string) => void }) {
  const [kind, setKind] = useState<Kind>('direct');
  const [to, setTo] = useState('');
  const [text, setText] = useState('');
  const [name, setName] = useState('');
  const [topic, setTopic] = useState('');
  const [members, setMembers] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<string | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const [id] = useState(() => newClientId('m'));
  const sessions = useSessions();
  const live = [...sessions.byKey.values()].filter((each) => !each.archived && each.state !== 'exited');

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (kind === 'group') {
      const good = ChannelName.safeParse(name);
      if (!good.success) return setError(good.error.issues[0]?.message);
    } else if (to.trim() === '') return setError('Whom should it go to?');
    setBusy(true);
    setError(undefined);
    try {
      if (kind === 'group') {
        props.onMade((await wire().call('channels.create', { name, topic, members: [...members] })).id);
      } else {
        props.onMade((await wire().call('channels.send', { id, to: to.trim(), text })).channel);
      }
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog open onClose={props.onClose} title="New channel or message" width={460}>
      <form className={s['form']} onSubmit={(event) => void submit(event)}>
        <Segments<Kind>
          label="Kind"
          value={kind}
          options={[
            { value: 'direct', label: 'To one' },
            { value: 'group', label: 'Group' },
          ]}
          onChange={setKind}
        />
        {kind === 'direct' ? (
          <>
            <TextField
              label="To"
              value={to}
              error={error}
              hint="A session or a person."
              list="message-to"
              autoComplete="off"
              onChange={(event) => setTo(event.target.value)}
            />
            <datalist id="message-to">
              {live.map((each) => (
                <option key={each.id} value={each.name} />
              ))}
            </datalist>
            <AreaField
              label="Message"
              value={text}
              rows={4}
              dir="auto"
              onChange={(event) => setText(event.target.value)}
            />
          </>
        ) : (
          <>
            <TextField
              label="Name"
              value={name}
              error={error}
              placeholder="build"
              autoComplete="off"
              onChange={(event) => setName(event.target.value.toLowerCase())}
            />
            <TextField
              label="Topic"
              value={topic}
              autoComplete="off"
              onChange={(event) => setTopic(event.target.value)}
            />
            {live.length > 0 && (
              <fieldset className={s['members']}>
                <legend>Agents in it</legend>
                {live.map((each) => (
                  <label key={each.id}>
                    <input
                      type="checkbox"
                      checked={members.has(each.id)}
                      onChange={(event) => {
                        const next = new Set(members);
                        if (event.target.checked) next.add(each.id);
                        else next.delete(each.id);
                        setMembers(next);
                      }}
                    />
                    {each.name}
                    <small>{each.agent}</small>
                  </label>
                ))}
              </fieldset>
            )}
          </>
        )}
        <FormFoot onCancel={props.onClose} busy={busy} disabled={kind === 'direct' && text.trim() === ''}>
          {kind === 'direct' ? 'Send' : 'Open group'}
        </FormFoot>
      </form>
    </Dialog>
  );
}
