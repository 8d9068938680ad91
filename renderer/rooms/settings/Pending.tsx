/** Everything that waits for the next start of the hub, in one place, with how to start it again. */
import { Power } from 'lucide-react';
import type { Setting } from '../../../shared/contract/settings.ts';
import { CopyLine } from '../../ui/Copy.tsx';
import s from './Settings.module.css';
import { titleOf } from './titles.ts';

export const RESTART = 'qd hub stop && qd hub start';

export function Pending({ settings }: { readonly settings: readonly Setting[] }) {
  const waiting = settings.filter((each) => each.pending === true);
  if (waiting.length === 0) return null;
  return (
    <section className={s['pending']} aria-label="Waiting for the next start" role="status">
      <Power size={16} aria-hidden />
      <div>
        <p>
          <strong>
            {waiting.length === 1 ? 'One change counts' : `${waiting.length} changes count`} from the next start of the
            hub:
          </strong>{' '}
          {waiting.map((each) => titleOf(each.key)).join(', ')}.
        </p>
        <p className={s['note']}>
          Agents go on while it starts again. Where a service or a terminal runs the hub, start it again there.
        </p>
        <CopyLine text={RESTART} />
      </div>
    </section>
  );
}
