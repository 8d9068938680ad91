/** What this machine keeps of the desktop app: start at login, do not disturb, the shortcut of quick-send; and what it is. */
import { useEffect, useState } from 'react';
import type { About, Chosen } from '../../../shared/desktop.ts';
import { attempt } from '../../app/act.ts';
import { shellPort } from '../../app/desktop.ts';
import { TextField } from '../../ui/Field.tsx';
import { Switch } from '../../ui/Switch.tsx';
import s from './Settings.module.css';

export default function Shell() {
  const [about, setAbout] = useState<About | null>(null);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [keys, setKeys] = useState<string | null>(null);
  useEffect(() => {
    void attempt('The shell did not answer', async () => {
      const shell = await shellPort();
      setAbout(await shell.ask('about', {}));
      setChosen(await shell.ask('choices', {}));
    });
  }, []);
  const set = (change: { login?: boolean; quietUntil?: number | null; shortcut?: string }) =>
    void attempt('Not changed', async () => setChosen(await (await shellPort()).ask('choices', { set: change })));
  if (!about || !chosen) return null;
  return (
    <section className={s['group']} aria-labelledby="shell">
      <h2 id="shell">Desktop app</h2>
      <ul className={s['list']}>
        <li className={s['row']} data-wide="true">
          <Switch
            label="Start at login, hidden"
            hint={chosen.loginWhy ?? 'The tray shows what needs you; agents themselves never stopped.'}
            checked={chosen.login}
            disabled={chosen.loginWhy !== null}
            onChange={(login) => set({ login })}
          />
        </li>
        <li className={s['row']} data-wide="true">
          <Switch
            label="Do not disturb"
            hint="No notifications on this machine until you switch it off. Phones are told as before."
            checked={chosen.quiet}
            onChange={(on) => set({ quietUntil: on ? null : 0 })}
          />
        </li>
        <li className={s['row']} data-wide="true">
          <TextField
            label="Shortcut of quick send"
            hint="Works in every program; empty takes it away. Such as CommandOrControl+Shift+Space."
            value={keys ?? chosen.shortcut}
            error={keys === null ? (chosen.shortcutWhy ?? undefined) : undefined}
            onChange={(event) => setKeys(event.target.value)}
            onBlur={() => {
              if (keys !== null && keys !== chosen.shortcut) set({ shortcut: keys.trim() });
              setKeys(null);
            }}
          />
        </li>
        <li className={s['row']}>
          <div className={s['what']}>
            <span className={s['title']}>Quarterdeck {about.version}</span>
            <p className={s['note']}>
              Electron {about.electron}.{' '}
              {about.own
                ? 'The core was started by this app.'
                : 'The core was started elsewhere and goes on without this app.'}
              {about.secrets === 'plain' &&
                ' This system has no keyring: what programs keep as secrets can be read by every program of yours.'}
            </p>
          </div>
        </li>
      </ul>
    </section>
  );
}
