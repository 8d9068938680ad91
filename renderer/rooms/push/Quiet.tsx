/** Hours in which this device is not disturbed, in the zone that it is in. */
import type { PushDevice, QuietHours } from '../../../shared/contract/push.ts';
import { attempt } from '../../app/act.ts';
import { wire } from '../../app/connect.ts';
import { inputClass } from '../../ui/Field.tsx';
import { Switch } from '../../ui/Switch.tsx';
import s from './Push.module.css';

const USUAL = { from: '22:00', to: '07:00' };
const TIME = /^\d\d:\d\d$/;

export function Quiet({ device }: { readonly device: Pick<PushDevice, 'id' | 'quiet'> }) {
  const { id, quiet } = device;
  const save = (next: QuietHours | null) =>
    void attempt('The quiet hours were not saved', () => wire().call('push.edit', { id, quiet: next }));
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const change = (field: 'from' | 'to', value: string) => {
    // A time field is empty while it is being typed.
    if (quiet && TIME.test(value)) save({ ...quiet, [field]: value, zone });
  };
  return (
    <div className={s['quiet']}>
      <Switch
        label="Quiet hours"
        hint="What still needs you when they end is told then."
        checked={quiet !== null}
        onChange={(on) => save(on ? { ...USUAL, zone } : null)}
      />
      {quiet && (
        <div className={s['hours']}>
          {(['from', 'to'] as const).map((field) => (
            <label key={field}>
              <span>{field === 'from' ? 'From' : 'to'}</span>
              <input
                type="time"
                className={inputClass}
                value={quiet[field]}
                onChange={(event) => change(field, event.target.value)}
              />
            </label>
          ))}
        </div>
      )}
    </div>
  );
}
