/** Phones and other devices: in the desktop app a switch that serves them, and how they find this hub. */
import { useCallback, useEffect, useState } from 'react';
import { Link } from 'wouter';
import type { Setting } from '../../../shared/contract/settings.ts';
import type { Serving } from '../../../shared/desktop.ts';
import { attempt } from '../../app/act.ts';
import { useLink, wire } from '../../app/connect.ts';
import { DESKTOP, shellPort } from '../../app/desktop.ts';
import { routes } from '../../app/routes.ts';
import { Switch } from '../../ui/Switch.tsx';
import { PhoneAccess } from './PhoneAccess.tsx';
import s from './Settings.module.css';

export default function Phones() {
  const [serving, setServing] = useState<Serving | null>(null);
  const [bind, setBind] = useState<Setting>();
  const [busy, setBusy] = useState(false);
  const [needed, setNeeded] = useState(false);
  const online = useLink((link) => link.state === 'online');

  const look = useCallback(async () => {
    const { settings } = await wire().call('settings.get', {}, { retry: true });
    setBind(settings.find(({ key }) => key === 'hub.bind'));
    if (!DESKTOP) return;
    setServing(await (await shellPort()).ask('serve', {}));
    setNeeded((await wire().call('auth.setupState', {}, { retry: true })).needed);
  }, []);
  useEffect(() => {
    if (online) void attempt('Could not look', look);
  }, [online, look]);

  const turn = async (on: boolean) => {
    setBusy(true);
    await attempt('Not changed', async () => setServing(await (await shellPort()).ask('serve', { on })));
    await attempt('Could not look', look);
    setBusy(false);
  };
  return (
    <div className={s['page']}>
      <div className={s['column']}>
        {DESKTOP && serving && (
          <section className={s['group']} aria-labelledby="serve">
            <h2 id="serve">This desktop as a hub</h2>
            <ul className={s['list']}>
              <li className={s['row']} data-wide="true">
                <Switch
                  label="Serve phones and browsers"
                  hint={
                    serving.fixed ??
                    'Everybody signs in, wherever they come from. The core starts anew when this changes; agents go on.'
                  }
                  checked={serving.on}
                  disabled={busy || serving.fixed !== null}
                  onChange={(on) => void turn(on)}
                />
              </li>
              {needed && (
                <li className={s['row']} data-wide="true">
                  <p className={s['note']}>
                    There is no user yet. A phone can be paired all the same; to sign in with a passphrase, make a user
                    under <Link href={routes.people}>People and tokens</Link>.
                  </p>
                </li>
              )}
            </ul>
          </section>
        )}
        {(!DESKTOP || serving?.on) && <PhoneAccess key={String(serving?.on)} bind={bind} />}
      </div>
    </div>
  );
}
