/** Who has the card now, for how long, and the ways to change that. */
import { Hand, Play, Send } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { CardRow } from '../../../shared/contract/board.ts';
import { attempt } from '../../app/act.ts';
import { useCan, wire } from '../../app/connect.ts';
import { useSession } from '../../app/feeds.ts';
import { addressOf, sessionPath } from '../../app/routes.ts';
import { useStart } from '../../app/start.ts';
import { useNow } from '../../app/time.ts';
import { Button } from '../../ui/Button.tsx';
import { StateMark } from '../../ui/State.tsx';
import { claim, kindOf, release, renew, startWish, whyNotClaimed } from './actions.ts';
import { ask } from './asking.ts';
import s from './ClaimBox.module.css';
import { isFinished } from './filter.ts';
import { useIsMe, Who } from './marks.tsx';
import { left } from './words.ts';

export function ClaimBox({ row }: { readonly row: CardRow }) {
  const canType = useCan('type');
  const start = useStart();
  const [busy, setBusy] = useState(false);
  const mine = useIsMe(row.claim?.by);
  const whyNot = whyNotClaimed(row);
  const run = async (action: () => Promise<boolean>) => {
    setBusy(true);
    await action();
    setBusy(false);
  };
  if (isFinished(kindOf(row)) && !row.claim) return null;
  return (
    <section className={s['box']} aria-label="Claim" data-held={row.claim !== null}>
      {row.claim ? <Held claim={row.claim} mine={mine} /> : <Free whyNot={whyNot} />}
      {canType && (
        <div className={s['actions']}>
          {row.claim ? (
            <>
              {mine && (
                <Button busy={busy} onClick={() => void run(() => renew(row.key, row.claim?.fence ?? 0))}>
                  Renew
                </Button>
              )}
              <Button busy={busy} onClick={() => void run(() => release(row.key))}>
                {mine ? 'Give back' : 'Take away'}
              </Button>
            </>
          ) : (
            <>
              <Button busy={busy} disabled={whyNot !== null} onClick={() => void run(() => claim(row.key))}>
                <Hand size={14} aria-hidden />
                Claim
              </Button>
              <Button disabled={whyNot !== null} onClick={() => ask('claim-for', row.key)}>
                For a session…
              </Button>
            </>
          )}
          <Button onClick={() => ask('send', row.key)}>
            <Send size={14} aria-hidden />
            Send…
          </Button>
          {start !== null && (
            <Button
              onClick={() =>
                void attempt(`Could not read ${row.key}`, async () =>
                  start(startWish(await wire().call('board.get', { key: row.key }))),
                )
              }
            >
              <Play size={14} aria-hidden />
              Start a session…
            </Button>
          )}
        </div>
      )}
    </section>
  );
}

function Held({ claim: held, mine }: { readonly claim: NonNullable<CardRow['claim']>; readonly mine: boolean }) {
  const now = useNow();
  const session = useSession(held.by.kind === 'session' ? held.by.id : '');
  return (
    <p className={s['line']}>
      <Hand size={15} aria-hidden />
      <span>
        Claimed by{' '}
        {session ? (
          <Link href={sessionPath(addressOf(session))}>
            <Who actor={held.by} />
          </Link>
        ) : (
          <Who actor={held.by} mine={mine} />
        )}
      </span>
      {session && <StateMark state={session.state} stalled={session.stalled} />}
      <span className={s['lease']}>{left(held.expiresAt - now)}</span>
    </p>
  );
}

function Free({ whyNot }: { readonly whyNot: string | null }) {
  return (
    <p className={s['line']}>
      <Hand size={15} aria-hidden />
      <span>{whyNot === null ? 'Nobody has it' : `Cannot be claimed: ${whyNot}`}</span>
    </p>
  );
}
