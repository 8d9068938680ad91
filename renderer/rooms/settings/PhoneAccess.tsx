/** How another device opens this hub: its addresses, one as a QR code; or why none leads here, and what to do about it. */
import { Smartphone } from 'lucide-react';
import { Suspense, useEffect, useState } from 'react';
import type { Setting } from '../../../shared/contract/settings.ts';
import { messageOf, useLink, wire } from '../../app/connect.ts';
import { hubOrigin } from '../../app/desktop.ts';
import { askPairing } from '../../app/pairing.ts';
import { patiently } from '../../app/patiently.ts';
import { reachable } from '../../app/reachable.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyButton, CopyLine } from '../../ui/Copy.tsx';
import { RESTART } from './Pending.tsx';
import s from './Settings.module.css';

const QrCode = patiently(() => import('../../ui/QrCode.tsx'));
const SIZE = 148;

export function PhoneAccess({ bind }: { readonly bind: Setting | undefined }) {
  const [urls, setUrls] = useState<readonly string[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [chosen, setChosen] = useState(0);
  const online = useLink((link) => link.state === 'online');
  useEffect(() => {
    if (!online) return;
    Promise.all([wire().call('hub.info', {}), hubOrigin()]).then(
      ([info, here]) => setUrls(reachable(info.urls, here)),
      (failure: unknown) => setError(messageOf(failure)),
    );
  }, [online]);

  const url = urls?.[Math.min(chosen, urls.length - 1)];
  return (
    <section className={s['group']} aria-labelledby="phone">
      <h2 id="phone">Open on a phone</h2>
      <div className={s['card']} aria-busy={urls === null && error === null}>
        {error !== null && <p className={s['error']}>{error}</p>}
        {url !== undefined && (
          <div className={s['phone']}>
            <div className={s['qr']}>
              <Suspense>
                <QrCode text={url} size={SIZE} />
              </Suspense>
            </div>
            <div className={s['urls']}>
              <div className={s['pairing']}>
                <Button look="primary" onClick={askPairing}>
                  <Smartphone size={15} aria-hidden />
                  Pair a phone
                </Button>
                <span className={s['note']}>No passphrase: both screens show a number, and you confirm it here.</span>
              </div>
              <p>Or point the phone’s camera at this code and sign in with your user and passphrase.</p>
              <ul>
                {urls?.map((each, i) => (
                  <li key={each} data-chosen={each === url}>
                    <button type="button" aria-pressed={each === url} onClick={() => setChosen(i)}>
                      {each}
                    </button>
                    <CopyButton text={each} label={each} />
                  </li>
                ))}
              </ul>
              {url.startsWith('http:') && (
                <p className={s['note']}>
                  This address is not encrypted: use it inside a network that you trust. With https, for example by{' '}
                  <code>tailscale serve</code>, browsers also allow notices and the clipboard.
                </p>
              )}
            </div>
          </div>
        )}
        {urls !== null && url === undefined && (
          <div className={s['urls']}>
            <p>
              The hub listens on this machine only, so no phone can reach it.
              {bind?.pending && ' Its addresses were changed: they count when it has started again.'}
            </p>
            {bind?.pending ? (
              <CopyLine text={RESTART} />
            ) : (
              <ol className={s['steps']}>
                <li>
                  <span>Let it listen on every address of this machine, or name one of them instead:</span>
                  <CopyLine text="qd settings set hub.bind 0.0.0.0" />
                </li>
                <li>
                  <span>Start it again; agents go on meanwhile:</span>
                  <CopyLine text={RESTART} />
                </li>
                <li>
                  <span>Come back here: the addresses and a QR code stand in this place then.</span>
                </li>
              </ol>
            )}
            <p className={s['note']}>
              From outside of your network, or for https, put a private tunnel such as <code>tailscale serve</code> in
              front instead, and add its name to “Further host names” below. Everybody signs in, wherever they come
              from.
            </p>
          </div>
        )}
      </div>
    </section>
  );
}
