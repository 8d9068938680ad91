/** Who is in a channel; in a group they can be added and taken out. */
import { Bot, User, Users, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { Channel } from '../../../shared/contract/channels.ts';
import { attempt } from '../../app/act.ts';
import { useCan, wire } from '../../app/connect.ts';
import { useSession, useSessions } from '../../app/feeds.ts';
import { NodeMark } from '../../app/NodeMark.tsx';
import { Button } from '../../ui/Button.tsx';
import { inputClass } from '../../ui/Field.tsx';
import { Popover } from '../../ui/Popover.tsx';
import s from './Members.module.css';

export function Members({ channel }: { readonly channel: Channel }) {
  const canType = useCan('type');
  const edit = (change: { readonly add?: string[]; readonly remove?: string[] }) =>
    attempt('The members were not changed', () => wire().call('channels.edit', { channel: channel.id, ...change }));
  return (
    <Popover
      label={`Members of ${channel.name}`}
      trigger={
        <Button look="ghost" aria-label={`${channel.members.length} members`}>
          <Users size={14} aria-hidden />
          {channel.members.length}
        </Button>
      }
    >
      <div className={s['members']}>
        <ul>
          {channel.members.map((member) => (
            <li key={`${member.kind} ${member.id}`} data-gone={member.gone}>
              {member.kind === 'session' ? <Bot size={14} aria-hidden /> : <User size={14} aria-hidden />}
              <span className={s['name']}>
                {member.name}
                {member.kind === 'session' && <Where id={member.id} />}
                {member.gone && <small>ended</small>}
              </span>
              {canType && channel.kind === 'group' && (
                <Button
                  look="icon"
                  aria-label={`Take ${member.name} out`}
                  onClick={() => void edit({ remove: [member.kind === 'session' ? member.id : member.name] })}
                >
                  <X size={13} aria-hidden />
                </Button>
              )}
            </li>
          ))}
        </ul>
        {canType && channel.kind === 'group' && <Add onAdd={(name) => edit({ add: [name] })} />}
      </div>
    </Popover>
  );
}

function Add({ onAdd }: { readonly onAdd: (name: string) => Promise<boolean> }) {
  const [name, setName] = useState('');
  const sessions = useSessions();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '') void onAdd(name.trim()).then((went) => went && setName(''));
  };
  return (
    <form className={s['add']} onSubmit={submit}>
      <input
        className={inputClass}
        aria-label="Add a session or person"
        placeholder="Session or person"
        list="channel-sessions"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <datalist id="channel-sessions">
        {[...sessions.byKey.values()].map((each) => (
          <option key={each.id} value={each.name} />
        ))}
      </datalist>
      <Button type="submit">Add</Button>
    </form>
  );
}

function Where({ id }: { readonly id: string }) {
  const session = useSession(id);
  return session && <NodeMark id={session.node} />;
}
