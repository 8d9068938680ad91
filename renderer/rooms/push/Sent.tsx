/** What was sent to one's devices lately, and what became of each: fetched when it is opened, and again when a device has news. */
import { ChevronRight } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { PushDevice, PushMessage } from '../../../shared/contract/push.ts';
import { messageOf, useLink, wire } from '../../app/connect.ts';
import { clock, dateTime, useNow } from '../../app/time.ts';
import s from './Push.module.css';
import { subjectOf, wordsOf } from './Trace.tsx';

const MOST = 30;
const DAY_MS = 86_400_000;

export function Sent({ devices }: { readonly devices: readonly PushDevice[] }) {
  const [open, setOpen] = useState(false);
  const [list, setList] = useState<readonly PushMessage[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const online = useLink((link) => link.state === 'online');
  const now = useNow();
  // Changes with each message and each receipt.
  const news = JSON.stringify(devices.map((each) => each.last));

  useEffect(() => {
    if (!open || !online || news === '') return;
    let dropped = false;
    wire()
      .call('push.messages', { limit: MOST })
      .then(
        (all) => {
          if (dropped) return;
          setList(all);
          setError(null);
        },
        (failure: unknown) => dropped || setError(messageOf(failure)),
      );
    return () => {
      dropped = true;
    };
  }, [open, online, news]);

  const nameOf = (id: string) => devices.find((each) => each.id === id)?.name ?? 'a removed device';
  return (
    <details className={s['sent']} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <ChevronRight size={14} aria-hidden />
        What was sent lately
      </summary>
      {error !== null && <p className={s['problem']}>{error}</p>}
      {list?.length === 0 && <p className={s['note']}>Nothing yet.</p>}
      {list === null && error === null && <div className={s['skeleton']} aria-hidden />}
      {list !== null && list.length > 0 && (
        <ul>
          {list.map((each) => (
            <li key={each.id}>
              <span className={s['what']} dir="auto">
                {subjectOf(each)}
              </span>
              <span className={s['to']} dir="auto">
                {nameOf(each.device)}
              </span>
              <span className={s['came']} data-bad={each.status === 'failed'}>
                {wordsOf({ last: each }, now)}
              </span>
              <time dateTime={new Date(each.at).toISOString()} title={dateTime(each.at)}>
                {now - each.at < DAY_MS ? clock(each.at) : dateTime(each.at)}
              </time>
              {each.problem !== '' && <p className={s['problem']}>{each.problem}</p>}
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}
