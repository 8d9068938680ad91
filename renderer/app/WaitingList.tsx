/** All that waits to be sent from this device, to look at, take back or try again. */
import { CircleAlert, CloudUpload, RotateCcw, X } from 'lucide-react';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { blocked, type Waiting, wordOf } from './outbox-rules.ts';
import { ago, useNow } from './time.ts';
import s from './WaitingList.module.css';
import { removeWaiting, retryWaiting, useOutbox, useWaitingList } from './waiting.ts';

export default function WaitingList() {
  const list = useOutbox((state) => state.list);
  const fleeting = useOutbox((state) => state.fleeting);
  const now = useNow();
  return (
    <Dialog
      open
      onClose={() => useWaitingList.setState({ open: false })}
      title="Waits to be sent"
      description={
        fleeting
          ? 'This browser gave no storage: what waits is lost when the page is closed.'
          : 'Kept on this device and sent in this order when the hub is in reach.'
      }
    >
      {list.length === 0 ? (
        <p className={s['none']}>Nothing waits: all of it has arrived.</p>
      ) : (
        <ul className={s['list']}>
          {list.map((entry) => (
            <li key={entry.id} className={s['item']}>
              <div className={s['what']}>
                <p className={s['label']} dir="auto">
                  {entry.label}
                </p>
                <WaitingWord entry={entry} />
              </div>
              <time className={s['when']}>{ago(entry.at, now)}</time>
              <WaitingTools entry={entry} />
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}

/** What waits in a room, at the place where it will stand. */
export function WaitingHere(props: { readonly list: readonly Waiting[]; readonly textOf: (entry: Waiting) => string }) {
  if (props.list.length === 0) return null;
  return (
    <ul className={s['here']} aria-label="Waits to be sent">
      {props.list.map((entry) => (
        <li key={entry.id} className={s['item']}>
          <div className={s['what']}>
            <p className={s['label']} dir="auto">
              {props.textOf(entry)}
            </p>
            <WaitingWord entry={entry} />
          </div>
          <WaitingTools entry={entry} />
        </li>
      ))}
    </ul>
  );
}

export function WaitingWord({ entry }: { readonly entry: Waiting }) {
  const sending = useOutbox((state) => state.sending.has(entry.id));
  const behind = useOutbox((state) => blocked(state.list, entry));
  const Icon = entry.refused === null ? CloudUpload : CircleAlert;
  return (
    <p className={s['word']} data-bad={entry.refused !== null}>
      <Icon size={13} aria-hidden />
      {wordOf(entry, { sending, behind })}
    </p>
  );
}

export function WaitingTools({ entry }: { readonly entry: Waiting }) {
  const sending = useOutbox((state) => state.sending.has(entry.id));
  return (
    <div className={s['tools']}>
      {entry.refused !== null && (
        <Button look="icon" aria-label="Try again" onClick={() => void retryWaiting(entry.id)}>
          <RotateCcw size={14} aria-hidden />
        </Button>
      )}
      <Button
        look="icon"
        aria-label="Do not send"
        title={entry.tried ? 'It may have arrived already' : undefined}
        disabled={sending}
        onClick={() => void removeWaiting(entry.id)}
      >
        <X size={14} aria-hidden />
      </Button>
    </div>
  );
}
