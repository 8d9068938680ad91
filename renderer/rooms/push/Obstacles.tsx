/** Why this browser cannot be told, each with the way out. */
import { BellOff, CloudOff, LockOpen, Share } from 'lucide-react';
import type { ReactNode } from 'react';
import s from './Push.module.css';

function Obstacle(props: { readonly icon: ReactNode; readonly title: string; readonly children: ReactNode }) {
  return (
    <div className={s['obstacle']}>
      {props.icon}
      <div className={s['words']}>
        <strong>{props.title}</strong>
        {props.children}
      </div>
    </div>
  );
}

export function Insecure() {
  return (
    <Obstacle icon={<LockOpen size={16} aria-hidden />} title="Notifications need https">
      <p>Browsers offer them only to pages over https, or on the machine of the hub itself.</p>
      <ol>
        <li>
          Put a proxy with TLS before the hub, such as <code>tailscale serve {location.port || '4097'}</code>.
        </li>
        <li>
          Add its name to the setting <code>hub.hosts</code>.
        </li>
        <li>Open Quarterdeck at that https address and come back here.</li>
      </ol>
    </Obstacle>
  );
}

export function IosTab() {
  return (
    <Obstacle icon={<Share size={16} aria-hidden />} title="Install the app first">
      <p>iPhone and iPad tell only apps on the home screen, not tabs.</p>
      <ol>
        <li>Tap Share in the browser's bar.</li>
        <li>Choose Add to Home Screen, then Add.</li>
        <li>Open Quarterdeck from the home screen, sign in, and come back here.</li>
      </ol>
    </Obstacle>
  );
}

export function Unsupported() {
  return (
    <Obstacle icon={<BellOff size={16} aria-hidden />} title="This browser has no web push">
      <p>Use a current Chrome, Edge, Firefox or Safari, not in a private window.</p>
    </Obstacle>
  );
}

export function Blocked() {
  return (
    <Obstacle icon={<BellOff size={16} aria-hidden />} title="Blocked in this browser">
      <p>You said no once, and a page may not ask again. To undo it:</p>
      <ol>
        <li>
          Open the site's settings by the icon left of the address; in an installed app, the system's settings for it.
        </li>
        <li>Set Notifications to Allow.</li>
        <li>Come back here and turn them on.</li>
      </ol>
    </Obstacle>
  );
}

export function NoService() {
  return (
    <Obstacle icon={<CloudOff size={16} aria-hidden />} title="The browser's push service does not answer">
      <p>Messages travel through the browser maker's service, encrypted for this device. What to look at:</p>
      <ol>
        <li>Is this device online, and does its network let the browser reach its maker?</li>
        <li>Brave: allow “Google services for push messaging” in its privacy settings.</li>
        <li>Chromium without a maker's keys, and private windows, have none: use another browser.</li>
      </ol>
    </Obstacle>
  );
}
