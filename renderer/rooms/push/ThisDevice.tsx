/** Notifications on this device: turning them on, proof that they arrive, quiet hours; and all other devices. */
import { BellOff, BellRing, Send } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { create } from 'zustand';
import type { PushDevice } from '../../../shared/contract/push.ts';
import { attempt } from '../../app/act.ts';
import { useCommands } from '../../app/commands.ts';
import { useAuth, useLink, wire } from '../../app/connect.ts';
import { follow, type RowsStore } from '../../app/feeds.ts';
import { lookHere, type PushState, turnOff, turnOn, usePushHere } from '../../app/push.ts';
import { noRows, type Rows } from '../../app/rows.ts';
import { Button } from '../../ui/Button.tsx';
import { DeviceRow } from './DeviceRow.tsx';
import { Blocked, Insecure, IosTab, NoService, Unsupported } from './Obstacles.tsx';
import s from './Push.module.css';
import { Quiet } from './Quiet.tsx';
import { Sent } from './Sent.tsx';
import { Trace } from './Trace.tsx';

const useDevices: RowsStore<PushDevice> = create<Rows<PushDevice>>(() => noRows);

/** What stands in the way, with what to do about it. */
const OBSTACLES: Partial<Record<PushState, () => React.ReactNode>> = {
  insecure: Insecure,
  tab: IosTab,
  unsupported: Unsupported,
  denied: Blocked,
  'no-service': NoService,
};

/** What happens when nobody reacts. */
function escalation(minutes: number, devices: number): string {
  if (minutes === 0) return 'All devices are told at once.';
  const wait = minutes === 1 ? 'a minute' : `${minutes} minutes`;
  const order = 'The device used last is told first';
  return devices < 2
    ? `${order}; a second one would be told when nobody reacts for ${wait}.`
    : `${order}, the next when nobody reacts for ${wait}.`;
}

/** `escalateMinutes`: null while it is not known. */
export function ThisDevice({ escalateMinutes }: { readonly escalateMinutes: number | null }) {
  const { state, device } = usePushHere();
  const online = useLink((link) => link.state === 'online');
  const rows = useDevices();
  const me = useAuth((auth) => auth.me?.user);
  // An admin sees everybody's; each person's own are told one after the other.
  const mine = [...rows.byKey.values()].filter((each) => each.user === me && each.state === 'on').length;
  const here = device === null ? undefined : rows.byKey.get(device);
  const [busy, setBusy] = useState(false);
  const on = state === 'on';

  useEffect(() => (online ? follow('push.rows', useDevices, (row) => row.id) : undefined), [online]);
  // The permission may have been changed in the browser's own settings meanwhile.
  useEffect(() => {
    if (!online) return;
    const look = () => document.visibilityState === 'visible' && void lookHere();
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [online]);
  // Removed from another device: nothing is sent here any more.
  const removed = on && rows.ready && device !== null && here === undefined;

  const act = useCallback(async (what: string, action: () => Promise<unknown>) => {
    setBusy(true);
    await attempt(what, action);
    setBusy(false);
  }, []);
  const start = useCallback(() => void act('Notifications could not be turned on', turnOn), [act]);
  const stop = useCallback(() => void act('Notifications could not be turned off', turnOff), [act]);
  const test = useCallback(
    () => void (device !== null && act('The test was not sent', () => wire().call('push.test', { id: device }))),
    [act, device],
  );
  useCommands(
    () => [
      {
        id: 'push.turn',
        title: on ? 'Turn off notifications on this device' : 'Turn on notifications on this device',
        section: 'Notifications',
        icon: on ? BellOff : BellRing,
        enabled: on || state === 'ask' || state === 'no-service',
        run: on ? stop : start,
      },
      {
        id: 'push.test',
        title: 'Send a test notification to this device',
        section: 'Notifications',
        icon: Send,
        enabled: on,
        run: test,
      },
    ],
    [on, state, start, stop, test],
  );

  const Obstacle = OBSTACLES[state];
  const others = [...rows.byKey.values()]
    .filter((each) => each.id !== device)
    .sort((a, b) => b.usedAt - a.usedAt || a.name.localeCompare(b.name));
  return (
    <section className={s['section']} aria-labelledby="push-title" id="notifications">
      <h2 id="push-title">Notifications on this device</h2>
      <div className={s['card']}>
        {Obstacle && <Obstacle />}
        {(state === 'ask' || state === 'no-service' || removed) && (
          <div className={s['lead']}>
            <div className={s['words']}>
              <strong>{state === 'no-service' ? 'Try again' : 'Know when an agent needs you'}</strong>
              <p>
                {removed
                  ? 'This device was removed from the list: nothing is sent here.'
                  : 'A notification when one asks, signs out, fails or gets stuck, also while Quarterdeck is closed. It names the session, never the command.'}
              </p>
            </div>
            <Button look="primary" busy={busy} onClick={start}>
              <BellRing size={14} aria-hidden />
              Turn on
            </Button>
          </div>
        )}
        {on && here && (
          <>
            <div className={s['lead']}>
              <div className={s['words']}>
                <strong>On</strong>
                <p>
                  {here.problem !== ''
                    ? here.problem
                    : here.shownAt === null
                      ? 'Send a test: this device says itself when it has shown it.'
                      : 'This device confirms what it shows.'}
                </p>
              </div>
              <div className={s['buttons']}>
                <Button busy={busy} onClick={test}>
                  <Send size={14} aria-hidden />
                  Send a test
                </Button>
                <Button look="ghost" busy={busy} onClick={stop}>
                  Turn off
                </Button>
              </div>
            </div>
            {here.last && <Trace message={here.last} />}
            <Quiet device={here} />
          </>
        )}
        {(state === 'looking' || (on && !rows.ready)) && <div className={s['skeleton']} aria-hidden />}
      </div>
      {rows.byKey.size > 0 && (
        <>
          {escalateMinutes !== null && <p className={s['after']}>{escalation(escalateMinutes, mine)}</p>}
          <Sent devices={[...rows.byKey.values()]} />
        </>
      )}
      {others.length > 0 && (
        <>
          <h3 id="push-others">{here ? 'Other devices' : 'Devices that are told'}</h3>
          <ul className={s['devices']} aria-labelledby="push-others">
            {others.map((each) => (
              <DeviceRow key={each.id} device={each} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
