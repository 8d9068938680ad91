/** How the connection stands, when it does not. A break shorter than a blink says nothing; rows stay meanwhile. */
import { CloudOff, LoaderCircle, Wifi } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../ui/Button.tsx';
import { useLink, wire } from './connect.ts';
import s from './LinkBanner.module.css';

const QUIET_MS = 700;
const BACK_MS = 2000;

export function Link() {
  const { state, problem, before } = useLink();
  const [shown, setShown] = useState<'none' | 'away' | 'back'>('none');
  const told = useRef(false);
  const online = state === 'online';

  useEffect(() => {
    if (!online) {
      const timer = setTimeout(() => {
        told.current = true;
        setShown('away');
      }, QUIET_MS);
      return () => clearTimeout(timer);
    }
    if (!told.current) return;
    told.current = false;
    setShown('back');
    const timer = setTimeout(() => setShown('none'), BACK_MS);
    return () => clearTimeout(timer);
  }, [online]);

  if (shown === 'none') return null;
  if (shown === 'back') {
    return (
      <div className={s['banner']} role="status" data-kind="back">
        <Wifi size={14} aria-hidden />
        Connected again
      </div>
    );
  }
  return (
    <div className={s['banner']} role="status">
      {state === 'connecting' ? (
        <LoaderCircle size={14} aria-hidden className={s['turning']} />
      ) : (
        <CloudOff size={14} aria-hidden />
      )}
      <span>
        {before ? 'The hub is out of reach. What you see is from before.' : 'Connecting to the hub.'}
        {problem !== null && state === 'offline' && <span className={s['why']}> {problem}</span>}
      </span>
      {state === 'offline' && (
        <Button className={s['try']} onClick={() => wire().wake()}>
          Try now
        </Button>
      )}
    </div>
  );
}
