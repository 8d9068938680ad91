/**
 * How the connection stands, when it does not, and what waits for it. It floats: a line that pushed the page down would
 * give every terminal another size, twice, for a break of two seconds. A short break says nothing; rows stay meanwhile.
 */

import { CircleAlert, CloudOff, CloudUpload, LoaderCircle, RefreshCw, Wifi } from 'lucide-react';
import { Suspense, useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { create } from 'zustand';
import { Button } from '../ui/Button.tsx';
import { useCommands } from './commands.ts';
import { useLink, wire } from './connect.ts';
import s from './LinkBanner.module.css';
import { patiently } from './patiently.ts';
import { takeUpdate, unsent, useUpdate } from './update.ts';
import { useNarrow } from './viewport.ts';
import { useOutbox, useWaitingList } from './waiting.ts';

const WaitingList = patiently(() => import('./WaitingList.tsx'));
const UpdateOffer = patiently(() => import('./UpdateOffer.tsx'));

const QUIET_MS = 1500;
const BACK_MS = 2000;

/** Where the banner stands instead, while a page lies over the frame. */
const useHost = create<{ readonly host: HTMLElement | null }>(() => ({ host: null }));
const setHost = (host: HTMLElement | null) => useHost.setState({ host });

/** For a page that covers the frame, as an open card does on a phone: the banner stands at its upper edge. */
export function LinkHere() {
  return <div ref={setHost} className={s['host']} />;
}

const useOffered = () => useUpdate(({ build, later }) => build !== null && build !== later);

/** For the rail: a newer build covers nothing there. */
export function UpdateHere() {
  return (
    useOffered() && (
      <Suspense>
        <UpdateOffer inRail />
      </Suspense>
    )
  );
}

export function Link() {
  const { state, problem, before } = useLink();
  const waiting = useOutbox((outbox) => outbox.list.length);
  const refused = useOutbox((outbox) => outbox.list.some((entry) => entry.refused !== null));
  const listed = useWaitingList((list) => list.open);
  const [shown, setShown] = useState<'none' | 'away' | 'back'>('none');
  const told = useRef(false);
  const offered = useOffered();
  const narrow = useNarrow();
  const { host } = useHost();
  const newer = useUpdate(({ build }) => build !== null);
  useCommands(
    () => [
      {
        id: 'app.update',
        title: 'Reload to the new version',
        section: 'General',
        icon: RefreshCw,
        enabled: newer,
        // The offer asks about what is typed.
        run: () => (unsent() ? useUpdate.setState({ later: null }) : takeUpdate()),
      },
    ],
    [newer],
  );
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

  useEffect(() => {
    document.documentElement.dataset['link'] = shown === 'away' ? 'away' : 'fine';
  }, [shown]);

  const open = (
    <Button look="ghost" className={s['try']} onClick={() => useWaitingList.setState({ open: true })}>
      {waiting === 1 ? '1 waits' : `${waiting} wait`}
    </Button>
  );
  const banner =
    shown === 'away' ? (
      <div className={s['banner']} role="status">
        {state === 'connecting' ? (
          <LoaderCircle size={14} aria-hidden className={s['turning']} />
        ) : (
          <CloudOff size={14} aria-hidden />
        )}
        <span title={problem ?? undefined}>
          {before ? 'The hub is out of reach. What you see is from before.' : 'Connecting to the hub.'}
        </span>
        {waiting > 0 && open}
        {state === 'offline' && (
          <Button className={s['try']} onClick={() => wire().wake()}>
            Try now
          </Button>
        )}
      </div>
    ) : refused ? (
      <div className={s['banner']} role="status" data-kind="bad">
        <CircleAlert size={14} aria-hidden />
        <span>Something you wrote was not taken.</span>
        <Button className={s['try']} onClick={() => useWaitingList.setState({ open: true })}>
          Look
        </Button>
      </div>
    ) : shown === 'back' ? (
      <div className={s['banner']} role="status" data-kind="back">
        {waiting > 0 ? <CloudUpload size={14} aria-hidden /> : <Wifi size={14} aria-hidden />}
        <span>Connected again</span>
        {waiting > 0 && open}
      </div>
    ) : (
      offered &&
      narrow && (
        <Suspense>
          <UpdateOffer />
        </Suspense>
      )
    );
  return (
    <>
      {host ? createPortal(banner, host) : banner}
      {listed && (
        <Suspense>
          <WaitingList />
        </Suspense>
      )}
    </>
  );
}
