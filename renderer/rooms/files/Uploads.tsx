/** What goes from this device into the folder: how far, what failed and why. */
import { CircleAlert, CircleCheck, CircleDashed, LoaderCircle, X } from 'lucide-react';
import { forget, overwrite, type Upload, useUploads } from '../../app/upload.ts';
import { Button } from '../../ui/Button.tsx';
import { sizeWord } from './text.ts';
import s from './Uploads.module.css';

const ICONS = {
  waiting: CircleDashed,
  sending: LoaderCircle,
  done: CircleCheck,
  exists: CircleAlert,
  failed: CircleAlert,
} as const;
const WORDS: Readonly<Record<Upload['state'], string>> = {
  waiting: 'waits',
  sending: 'on its way',
  done: 'there',
  exists: 'is there already',
  failed: 'failed',
};

export function Uploads({ session }: { readonly session: string }) {
  const list = useUploads((state) => state.list).filter((one) => one.session === session);
  if (list.length === 0) return null;
  const busy = list.filter((one) => one.state === 'waiting' || one.state === 'sending').length;
  return (
    <section className={s['panel']} aria-label="Uploads">
      <header className={s['head']}>
        <b aria-live="polite">
          {busy > 0 ? `Uploading ${list.length - busy + 1} of ${list.length}` : `${list.length} uploaded or tried`}
        </b>
        <Button
          look="icon"
          aria-label="Close the list of uploads"
          disabled={busy > 0}
          onClick={() => forget(list.map((one) => one.id))}
        >
          <X size={14} aria-hidden />
        </Button>
      </header>
      <ul className={s['list']}>
        {list.map((one) => {
          const Icon = ICONS[one.state];
          return (
            <li key={one.id} className={s['item']} data-state={one.state}>
              <Icon size={14} aria-hidden />
              <span className={s['what']}>
                <bdi>{one.path}</bdi>
                <span className={s['why']}>
                  {sizeWord(one.size)}, {one.state === 'failed' ? (one.why ?? WORDS.failed) : WORDS[one.state]}
                </span>
              </span>
              {one.state === 'exists' && <Button onClick={() => void overwrite(one.id)}>Replace</Button>}
              {(one.state === 'exists' || one.state === 'failed') && (
                <Button look="icon" aria-label={`Forget ${one.path}`} onClick={() => forget([one.id])}>
                  <X size={13} aria-hidden />
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
