/** Another device that is told: where it stands, and the way to take it off the list. */
import { Laptop, Smartphone, Trash2 } from 'lucide-react';
import { memo, useState } from 'react';
import type { PushDevice } from '../../../shared/contract/push.ts';
import { attempt } from '../../app/act.ts';
import { useAuth, wire } from '../../app/connect.ts';
import { useNow } from '../../app/time.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Confirm } from '../../ui/Dialog.tsx';
import s from './Push.module.css';
import { wordsOf } from './Trace.tsx';

const STATES: Readonly<Record<Exclude<PushDevice['state'], 'on'>, string>> = {
  failing: 'Failing',
  gone: 'Ended',
  'signed-out': 'Signed out',
};

export const DeviceRow = memo(function DeviceRow({ device }: { readonly device: PushDevice }) {
  const now = useNow();
  const me = useAuth((auth) => auth.me?.user);
  const [asking, setAsking] = useState(false);
  const Icon = /iPhone|iPad|Android/.test(device.name) ? Smartphone : Laptop;
  return (
    <li className={s['device']}>
      <Icon size={16} aria-hidden />
      <div className={s['about']}>
        <p className={s['name']}>
          <span dir="auto">{device.name}</span>
          {device.user !== me && <Badge>{device.user}</Badge>}
          {device.state !== 'on' && <Badge tone="need">{STATES[device.state]}</Badge>}
        </p>
        <p className={s['note']}>
          {wordsOf(device, now)}
          {device.quiet && `, quiet ${device.quiet.from} to ${device.quiet.to}`}
        </p>
        {device.problem !== '' && <p className={s['problem']}>{device.problem}</p>}
      </div>
      <Button look="icon" aria-label={`Remove ${device.name}`} onClick={() => setAsking(true)}>
        <Trash2 size={15} aria-hidden />
      </Button>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={`Remove ${device.name}?`}
        text="It is told nothing any more, until notifications are turned on there again."
        action="Remove"
        onConfirm={() =>
          void attempt(`${device.name} could not be removed`, () => wire().call('push.remove', { id: device.id }))
        }
      />
    </li>
  );
});
