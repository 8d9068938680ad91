/** Browsers that are signed in, phones among them: each can be shown out. */
import { Laptop, Smartphone } from 'lucide-react';
import { useState } from 'react';
import type { Device } from '../../../shared/contract/auth.ts';
import { attempt } from '../../app/act.ts';
import { useAuth, wire } from '../../app/connect.ts';
import { askPairing } from '../../app/pairing.ts';
import { dateTime, useNow } from '../../app/time.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Confirm } from '../../ui/Dialog.tsx';
import { toast } from '../../ui/Toasts.tsx';
import s from './People.module.css';
import { since } from './Person.tsx';

/** More than these are folded away: old browsers stay until they end. */
const FEW = 6;

export function Devices({
  devices,
  reload,
}: {
  readonly devices: readonly Device[] | null;
  readonly reload: () => Promise<void>;
}) {
  const [removing, setRemoving] = useState<Device | null>(null);
  const [all, setAll] = useState(false);
  const shown = all ? devices : devices?.slice(0, FEW);
  return (
    <section aria-label="Devices">
      <header className={s['head']}>
        <div>
          <h2>Devices</h2>
          <p className={s['note']}>Phones and browsers that are signed in.</p>
        </div>
        <Button onClick={askPairing}>
          <Smartphone size={15} aria-hidden />
          Pair a phone
        </Button>
      </header>
      {devices === null ? (
        <div className={s['wait']} aria-busy />
      ) : devices.length === 0 ? (
        <div className={s['none']}>
          <Smartphone size={16} aria-hidden /> No device is signed in.
        </div>
      ) : (
        <ul className={s['list']}>
          {shown?.map((device) => (
            <DeviceRow key={device.id} device={device} onRemove={() => setRemoving(device)} />
          ))}
        </ul>
      )}
      {!all && (devices?.length ?? 0) > FEW && (
        <Button look="ghost" onClick={() => setAll(true)}>
          Show {(devices?.length ?? 0) - FEW} more
        </Button>
      )}
      <Confirm
        open={removing !== null}
        onClose={() => setRemoving(null)}
        title={`Remove “${removing?.name ?? ''}”?`}
        text={
          removing?.current
            ? 'It is this browser: you are signed out here at once.'
            : 'It is signed out within a second. To come back it is paired again, or signs in.'
        }
        action="Remove"
        onConfirm={() => {
          if (!removing) return;
          const { id, name } = removing;
          void attempt(`Could not remove ${name}`, async () => {
            await wire().call('auth.removeToken', { id });
            toast('good', `“${name}” is signed out.`);
          }).then(reload);
        }}
      />
    </section>
  );
}

const PHONE = /Android|iPhone|iPad/;

function DeviceRow({ device, onRemove }: { readonly device: Device; readonly onRemove: () => void }) {
  const now = useNow();
  const user = useAuth((auth) => auth.me?.user);
  const Icon = PHONE.test(device.name) ? Smartphone : Laptop;
  return (
    <li className={s['row']}>
      <span className={s['face']} aria-hidden>
        <Icon size={15} />
      </span>
      <div className={s['main']}>
        <strong>
          {device.name}
          {device.current && <Badge tone="good">this browser</Badge>}
          {device.user !== user && <Badge>{device.user}</Badge>}
        </strong>
        <span className={s['note']}>since {dateTime(device.createdAt)}</span>
      </div>
      <div className={s['when']}>
        <span>{device.lastUsedAt === null ? 'never used' : `used ${since(device.lastUsedAt, now)}`}</span>
        <span>{device.expiresAt === null ? 'no end' : `until ${dateTime(device.expiresAt)}`}</span>
      </div>
      <Button look="danger" aria-label={`Remove ${device.name}`} onClick={onRemove}>
        Remove
      </Button>
    </li>
  );
}
