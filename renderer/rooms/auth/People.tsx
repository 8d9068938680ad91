/** Oneself, one's devices, the tokens of scripts, and, for an admin, the people of this hub. */
import { KeyRound, Plus } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import type { Device, Token, User } from '../../../shared/contract/auth.ts';
import { attempt } from '../../app/act.ts';
import { useCommands } from '../../app/commands.ts';
import { messageOf, useAuth, useCan, useLink, wire } from '../../app/connect.ts';
import { useSessions } from '../../app/feeds.ts';
import { usePairing } from '../../app/pairing.ts';
import { dateTime, useNow } from '../../app/time.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Confirm } from '../../ui/Dialog.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Column } from '../../ui/Page.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { Devices } from './Devices.tsx';
import { Mint } from './Mint.tsx';
import { OwnPassphrase } from './OwnPassphrase.tsx';
import s from './People.module.css';
import { Face, since } from './Person.tsx';
import { inWords, personInWords } from './scopes.ts';
import { Users } from './Users.tsx';

export default function People() {
  const [tokens, setTokens] = useState<readonly Token[] | null>(null);
  const [users, setUsers] = useState<readonly User[] | null>(null);
  const [devices, setDevices] = useState<readonly Device[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [asking, setAsking] = useState<'token' | 'passphrase' | null>(null);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const admin = useCan('admin');
  const online = useLink((link) => link.state === 'online');
  const me = useAuth((auth) => auth.me);

  const load = useCallback(async () => {
    try {
      const [ours, signedIn, people] = await Promise.all([
        wire().call('auth.tokens', {}),
        wire().call('auth.devices', {}),
        admin ? wire().call('auth.users', {}) : null,
      ]);
      setTokens(ours.toSorted((a, b) => b.createdAt - a.createdAt));
      setDevices(signedIn.toSorted((a, b) => (b.lastUsedAt ?? b.createdAt) - (a.lastUsedAt ?? a.createdAt)));
      setUsers(people);
      setError(null);
    } catch (failure) {
      setError(messageOf(failure));
    }
  }, [admin]);
  // Again after a phone was let in, or was not.
  const pairing = usePairing((state) => state.open);
  useEffect(() => {
    if (online && !pairing) void load();
  }, [online, pairing, load]);
  useCommands(
    () => [
      {
        id: 'people.token',
        title: 'New token',
        section: 'People and tokens',
        keys: 'c',
        icon: KeyRound,
        run: () => setAsking('token'),
      },
      {
        id: 'people.passphrase',
        title: 'Change your passphrase',
        section: 'People and tokens',
        run: () => setAsking('passphrase'),
      },
    ],
    [],
  );

  if (error !== null && tokens === null) return <Empty title="Tokens and people could not be read" text={error} />;
  const close = () => {
    setAsking(null);
    void load();
  };
  return (
    <Column>
      <section aria-label="You">
        <header className={s['head']}>
          <h2>You</h2>
        </header>
        <div className={s['list']}>
          <div className={s['row']}>
            <Face name={me?.user ?? ''} />
            <div className={s['main']}>
              <strong>{me?.user}</strong>
              <span className={s['note']}>{personInWords(me?.scopes ?? [])}</span>
            </div>
            <Button onClick={() => setAsking('passphrase')}>Change passphrase</Button>
          </div>
        </div>
      </section>
      <Devices devices={devices} reload={load} />
      <section aria-label="Tokens">
        <header className={s['head']}>
          <div>
            <h2>Tokens</h2>
            <p className={s['note']}>
              For scripts, the command line and other programs. A token can do no more than its user.
            </p>
          </div>
          <Button onClick={() => setAsking('token')}>
            <Plus size={15} aria-hidden />
            New token
          </Button>
        </header>
        {tokens === null ? (
          <div className={s['wait']} aria-busy />
        ) : tokens.length === 0 ? (
          <div className={s['none']}>
            <KeyRound size={16} aria-hidden /> No tokens yet.
          </div>
        ) : (
          <ul className={s['list']}>
            {tokens.map((token) => (
              <TokenRow
                key={token.id}
                token={token}
                own={token.user === me?.user}
                onRevoke={() => setRevoking(token)}
              />
            ))}
          </ul>
        )}
      </section>
      {users !== null && <Users users={users} reload={load} />}
      {asking === 'token' && <Mint allowed={me?.scopes ?? []} onClose={close} />}
      {asking === 'passphrase' && <OwnPassphrase onClose={() => setAsking(null)} onDone={close} />}
      <Confirm
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title={`Revoke “${revoking?.name ?? ''}”?`}
        text={revoking ? whatStops(revoking, Date.now()) : ''}
        action="Revoke"
        onConfirm={() => {
          if (!revoking) return;
          const { id, name } = revoking;
          void attempt(`Could not revoke ${name}`, async () => {
            await wire().call('auth.removeToken', { id });
            toast('good', `“${name}” is revoked.`);
          }).then(load);
        }}
      />
    </Column>
  );
}

/** What a person should know before: who is cut off, and whether somebody was there lately. */
function whatStops(token: Token, now: number): string {
  const used = token.lastUsedAt === null ? 'It was never used.' : `It was used last ${since(token.lastUsedAt, now)}.`;
  return `Programs that use it are cut off within a second. ${used} This cannot be taken back.`;
}

/** Ends within this are told as a warning. */
const SOON = 3 * 86_400_000;

function TokenRow({
  token,
  own,
  onRevoke,
}: {
  readonly token: Token;
  readonly own: boolean;
  readonly onRevoke: () => void;
}) {
  const now = useNow();
  const sessions = useSessions();
  const names = token.sessions?.map((id) => sessions.byKey.get(id)?.name ?? 'a session that is gone');
  const ends = token.expiresAt;
  return (
    <li className={s['row']}>
      <div className={s['main']}>
        <strong>
          {token.name}
          {!own && <Badge>{token.user}</Badge>}
          {ends !== null && ends <= now ? (
            <Badge tone="bad">ended</Badge>
          ) : (
            ends !== null && ends - now < SOON && <Badge tone="need">ends soon</Badge>
          )}
        </strong>
        <span className={s['note']}>
          {inWords(token.scopes)}
          {names !== undefined &&
            (names.length <= 3 ? `, only ${names.join(', ')}` : `, only ${names.length} sessions`)}
          {token.nodes !== null && `, only on ${token.nodes.join(', ')}`}
        </span>
      </div>
      <div className={s['when']}>
        <span>{token.lastUsedAt === null ? 'never used' : `used ${since(token.lastUsedAt, now)}`}</span>
        <span title={dateTime(token.createdAt)}>{ends === null ? 'no end' : `until ${dateTime(ends)}`}</span>
      </div>
      <Button look="danger" aria-label={`Revoke ${token.name}`} onClick={onRevoke}>
        Revoke
      </Button>
    </li>
  );
}
