/** Letting a phone in: a code for its camera, then the number that both screens show, then one press. */
import { CircleCheck, RotateCw, Smartphone } from 'lucide-react';
import { Suspense, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { Pairing, User } from '../../../shared/contract/auth.ts';
import { attempt } from '../../app/act.ts';
import { messageOf, useAuth, useCan, useLink, wire } from '../../app/connect.ts';
import { DESKTOP, hubOrigin, shellPort } from '../../app/desktop.ts';
import { readable } from '../../app/pairing.ts';
import { patiently } from '../../app/patiently.ts';
import { reachable } from '../../app/reachable.ts';
import { routes } from '../../app/routes.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyButton } from '../../ui/Copy.tsx';
import { Dialog, DialogFoot } from '../../ui/Dialog.tsx';
import { SelectField } from '../../ui/Field.tsx';
import s from './Pairing.module.css';

const QrCode = patiently(() => import('../../ui/QrCode.tsx'));
const SIZE = 232;
const VALID_S = 60;

interface Offer {
  readonly code: string;
  readonly id: string;
  /** By this page's own clock: the hub's may be another. */
  readonly until: number;
}

export default function PairDialog({ onClose }: { readonly onClose: () => void }) {
  const [urls, setUrls] = useState<readonly string[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  const online = useLink((link) => link.state === 'online');
  // biome-ignore lint/correctness/useExhaustiveDependencies: a round more looks anew
  useEffect(() => {
    if (!online) return;
    let gone = false;
    Promise.all([wire().call('hub.info', {}, { retry: true }), hubOrigin()]).then(
      ([info, here]) => !gone && setUrls(reachable(info.urls, here)),
      (failure: unknown) => !gone && setError(messageOf(failure)),
    );
    return () => {
      gone = true;
    };
  }, [online, round]);
  return (
    <Dialog open onClose={onClose} title="Pair a phone" width={440}>
      {error !== null && <p role="alert">{error}</p>}
      {urls === null ? (
        <div className={s['pair']} aria-busy={error === null}>
          <div className={s['code']} />
        </div>
      ) : urls.length === 0 ? (
        <Unreachable onClose={onClose} onServed={() => setRound((n) => n + 1)} />
      ) : (
        <Pair urls={urls} onClose={onClose} />
      )}
    </Dialog>
  );
}

/** No phone reaches this hub: in the desktop app a press changes that. */
function Unreachable({ onClose, onServed }: { readonly onClose: () => void; readonly onServed: () => void }) {
  const [busy, setBusy] = useState(false);
  const [, navigate] = useLocation();
  const serve = async () => {
    setBusy(true);
    if (await attempt('Not changed', async () => (await shellPort()).ask('serve', { on: true }))) onServed();
    setBusy(false);
  };
  return (
    <div className={s['steps']}>
      <p>The hub listens on this machine only, so no phone can reach it yet.</p>
      <p className={s['note']}>
        {DESKTOP
          ? 'The core starts anew when it opens to your network; agents go on meanwhile.'
          : 'The settings say how it opens to your network, or to a private one such as Tailscale.'}
      </p>
      <DialogFoot>
        <Button onClick={onClose}>Cancel</Button>
        {DESKTOP ? (
          <Button look="primary" busy={busy} onClick={() => void serve()}>
            Serve phones
          </Button>
        ) : (
          <Button
            look="primary"
            onClick={() => {
              navigate(routes.phones);
              onClose();
            }}
          >
            Show how
          </Button>
        )}
      </DialogFoot>
    </div>
  );
}

function Pair({ urls, onClose }: { readonly urls: readonly string[]; readonly onClose: () => void }) {
  const me = useAuth((auth) => auth.me);
  const admin = useCan('admin');
  const [users, setUsers] = useState<readonly User[]>([]);
  const [user, setUser] = useState<string>();
  const [url, setUrl] = useState(urls[0] ?? '');
  const [offer, setOffer] = useState<Offer | null>(null);
  const [row, setRow] = useState<Pairing | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  const online = useLink((link) => link.state === 'online');
  const standing = useRef(row?.state);
  standing.current = row?.state;

  useEffect(() => {
    if (admin && online)
      wire()
        .call('auth.users', {}, { retry: true })
        .then(setUsers, () => undefined);
  }, [admin, online]);
  // One offer for each round and person; what is left behind is withdrawn.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a round more is a new code
  useEffect(() => {
    let gone = false;
    let id: string | null = null;
    const withdraw = () => {
      // Who has said yes and closes the dialog has said yes. It may be over already, which is as good.
      if (id !== null && standing.current !== 'accepted')
        void wire()
          .call('auth.answerPairing', { id, accept: false })
          .catch(() => undefined);
    };
    setOffer(null);
    setRow(null);
    setError(null);
    wire()
      .call('auth.offerPairing', user === undefined ? {} : { user })
      .then(
        ({ code, pairing }) => {
          id = pairing.id;
          if (gone) return withdraw();
          setRow(pairing);
          setOffer({ code, id, until: Date.now() + VALID_S * 1000 });
        },
        (failure: unknown) => !gone && setError(messageOf(failure)),
      );
    return () => {
      gone = true;
      withdraw();
    };
  }, [user, round]);
  const id = offer?.id;
  useEffect(() => {
    if (id === undefined) return;
    return wire().feed(
      'auth.pairings',
      {},
      {
        rows(rows) {
          const now = rows.get(id);
          // A core that started anew knows nothing of it: the code is of no use.
          setRow((before) => now ?? (before?.state === 'paired' ? before : before && { ...before, state: 'expired' }));
        },
      },
    );
  }, [id]);

  const again = () => setRound((n) => n + 1);
  if (error !== null)
    return (
      <div className={s['steps']}>
        <p role="alert">{error}</p>
        <DialogFoot>
          <Button onClick={onClose}>Close</Button>
          <Button look="primary" onClick={again}>
            Try again
          </Button>
        </DialogFoot>
      </div>
    );
  if (row?.state === 'claimed' || row?.state === 'accepted') return <Compare row={row} />;
  if (row?.state === 'paired')
    return (
      <div className={s['pair']}>
        <CircleCheck size={36} aria-hidden className={s['done']} />
        <p role="status">
          <strong>{row.device}</strong> is signed in{row.user === 'local' ? '' : ` as ${row.user}`}.
        </p>
        <p className={s['note']}>It stands among the devices under People and tokens, where it can be removed.</p>
        <div className={s['answers']}>
          <Button onClick={again}>Pair another</Button>
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        </div>
      </div>
    );
  const over = row?.state === 'expired' || row?.state === 'declined';
  return (
    <div className={s['pair']}>
      <p className={s['lead']}>
        Point the phone’s camera at the code and open the link. Then compare a number; no passphrase is needed.
      </p>
      <div className={s['code']} aria-busy={offer === null}>
        {offer !== null && !over && (
          <Suspense>
            <QrCode text={`${url}/#pair=${offer.code}`} size={SIZE} label={`QR code that lets a phone in at ${url}`} />
          </Suspense>
        )}
        {over && (
          <div className={s['old']} role="status">
            <p>{row.state === 'expired' ? 'This code is too old.' : 'Nothing was let in.'}</p>
            <Button look="primary" onClick={again}>
              <RotateCw size={14} aria-hidden />
              Show a new code
            </Button>
          </div>
        )}
      </div>
      {offer !== null && !over && <Left until={offer.until} />}
      <div className={s['fields']}>
        {urls.length > 1 && (
          <SelectField label="Address" value={url} onChange={(event) => setUrl(event.target.value)}>
            {urls.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </SelectField>
        )}
        {users.length > 1 && (
          <SelectField
            label="Signs in as"
            value={user ?? row?.user ?? me?.user ?? ''}
            onChange={(event) => setUser(event.target.value)}
          >
            {users.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </SelectField>
        )}
        <div className={s['foot']}>
          <p className={s['note']}>
            {url.startsWith('http:') && 'This address is not encrypted: use it inside a network that you trust.'}
          </p>
          {offer !== null && !over && <CopyButton text={`${url}/#pair=${offer.code}`} label="the link" word />}
        </div>
      </div>
    </div>
  );
}

/** How long the code holds. */
function Left({ until }: { readonly until: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(0, Math.ceil((until - now) / 1000));
  return (
    <div className={s['left']}>
      <div className={s['bar']} aria-hidden>
        <span style={{ transform: `scaleX(${left / VALID_S})` }} />
      </div>
      <span>
        One use, {left} {left === 1 ? 'second' : 'seconds'} left
      </span>
    </div>
  );
}

function Compare({ row }: { readonly row: Pairing }) {
  const [busy, setBusy] = useState<'yes' | 'no' | null>(row.state === 'accepted' ? 'yes' : null);
  const box = useRef<HTMLElement>(null);
  // The number is read out, and no press meant for what stood here before answers it.
  useEffect(() => box.current?.focus(), []);
  const answer = async (accept: boolean) => {
    setBusy(accept ? 'yes' : 'no');
    const done = await attempt(accept ? 'Not let in' : 'Not declined', () =>
      wire().call('auth.answerPairing', { id: row.id, accept, ...(row.number === null ? {} : { number: row.number }) }),
    );
    if (!done) setBusy(null);
  };
  return (
    <section className={s['pair']} ref={box} tabIndex={-1} aria-label="Compare the number">
      <p className={s['device']}>
        <Smartphone size={16} aria-hidden />
        {row.device}
        <small>{row.address}</small>
      </p>
      <p className={s['lead']}>
        Does the phone in your hand show <strong>this number</strong>? Only then let it in
        {row.user === 'local' ? '' : ` as ${row.user}`}.
      </p>
      <output className={s['number']}>{readable(row.number ?? '')}</output>
      <div className={s['answers']}>
        <Button look="danger" busy={busy === 'no'} disabled={busy !== null} onClick={() => void answer(false)}>
          No, decline
        </Button>
        <Button look="primary" busy={busy === 'yes'} disabled={busy !== null} onClick={() => void answer(true)}>
          Yes, let it in
        </Button>
      </div>
    </section>
  );
}
