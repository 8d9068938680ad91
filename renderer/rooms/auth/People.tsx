/** Tokens of scripts and devices, and, for an admin, the users of this hub. */
import { Copy, KeyRound, Plus } from 'lucide-react';
import { type FormEvent, useCallback, useEffect, useState } from 'react';
import type { Token, User } from '../../../shared/contract/auth.ts';
import { SCOPES, type Scope } from '../../../shared/contract/define.ts';
import { attempt } from '../../app/act.ts';
import { messageOf, useAuth, useCan, useLink, wire } from '../../app/connect.ts';
import { ago, dateTime, useNow } from '../../app/time.ts';
import { Button } from '../../ui/Button.tsx';
import { Confirm, Dialog, DialogFoot } from '../../ui/Dialog.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import s from './People.module.css';
import { ScopeBoxes } from './ScopeBoxes.tsx';
import { Users } from './Users.tsx';

export default function People() {
  const [tokens, setTokens] = useState<readonly Token[] | null>(null);
  const [users, setUsers] = useState<readonly User[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [minting, setMinting] = useState(false);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const admin = useCan('admin');
  const online = useLink((link) => link.state === 'online');
  const me = useAuth((auth) => auth.me);
  const now = useNow();

  const load = useCallback(async () => {
    try {
      const [ours, people] = await Promise.all([
        wire().call('auth.tokens', {}),
        admin ? wire().call('auth.users', {}) : null,
      ]);
      setTokens(ours);
      setUsers(people);
      setError(null);
    } catch (failure) {
      setError(messageOf(failure));
    }
  }, [admin]);
  useEffect(() => {
    if (online) void load();
  }, [online, load]);

  if (error !== null && tokens === null) return <Empty title="Tokens and people could not be read" text={error} />;
  return (
    <div className={s['page']}>
      <div className={s['column']}>
        <section>
          <header className={s['head']}>
            <div>
              <h2>Tokens</h2>
              <p className={s['note']}>
                For scripts, the command line and devices. A token can do no more than its user; revoking cuts its
                connections.
              </p>
            </div>
            <Button onClick={() => setMinting(true)}>
              <Plus size={15} aria-hidden />
              New token
            </Button>
          </header>
          {tokens !== null && tokens.length === 0 && (
            <div className={s['none']}>
              <KeyRound size={16} aria-hidden /> No tokens yet.
            </div>
          )}
          <ul className={s['list']}>
            {tokens?.map((token) => (
              <li key={token.id} className={s['row']}>
                <div className={s['main']}>
                  <strong>{token.name}</strong>
                  <span className={s['note']}>
                    {token.user !== me?.user && `${token.user} · `}
                    {token.scopes.join(', ')}
                    {token.sessions !== null && ` · ${token.sessions.length} sessions only`}
                    {token.expiresAt !== null && ` · until ${dateTime(token.expiresAt)}`}
                  </span>
                </div>
                <span className={s['when']}>
                  {token.lastUsedAt === null ? 'never used' : `used ${ago(token.lastUsedAt, now)}`}
                </span>
                <Button look="danger" onClick={() => setRevoking(token)}>
                  Revoke
                </Button>
              </li>
            ))}
          </ul>
        </section>
        {users !== null && <Users users={users} reload={load} />}
      </div>
      {minting && (
        <Mint
          allowed={me?.scopes ?? []}
          onClose={() => {
            setMinting(false);
            void load();
          }}
        />
      )}
      <Confirm
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title={`Revoke ${revoking?.name ?? ''}?`}
        text="Whatever uses this token is signed out at once. This cannot be taken back."
        action="Revoke"
        onConfirm={() => {
          if (revoking) {
            void attempt('Could not revoke', () => wire().call('auth.removeToken', { id: revoking.id })).then(load);
          }
        }}
      />
    </div>
  );
}

const DAYS: readonly { readonly label: string; readonly seconds: number }[] = [
  { label: 'Never', seconds: 0 },
  { label: 'In a day', seconds: 86_400 },
  { label: 'In 30 days', seconds: 30 * 86_400 },
  { label: 'In a year', seconds: 365 * 86_400 },
];

function Mint({ allowed, onClose }: { readonly allowed: readonly Scope[]; readonly onClose: () => void }) {
  const may = allowed.includes('admin') ? SCOPES : SCOPES.filter((scope) => allowed.includes(scope));
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['read']);
  const [seconds, setSeconds] = useState(0);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [token, setToken] = useState<string | null>(null);
  const [copied, setCopied] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const made = await wire().call('auth.addToken', {
        name,
        scopes: [...scopes],
        ...(seconds > 0 ? { expiresIn: seconds } : {}),
      });
      setToken(made.token);
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setBusy(false);
    }
  };

  if (token !== null) {
    return (
      <Dialog
        open
        onClose={onClose}
        title="Your new token"
        description="This is the only time it is shown: keep it now."
      >
        <code className={s['secret']}>{token}</code>
        <DialogFoot>
          {navigator.clipboard && (
            <Button onClick={() => void navigator.clipboard.writeText(token).then(() => setCopied(true))}>
              <Copy size={14} aria-hidden />
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
          <Button look="primary" onClick={onClose}>
            I have it
          </Button>
        </DialogFoot>
      </Dialog>
    );
  }
  return (
    <Dialog open onClose={onClose} title="New token" width={420}>
      <form className={s['form']} onSubmit={submit}>
        <TextField
          label="Name"
          placeholder="laptop, ci, backup script"
          required
          maxLength={128}
          value={name}
          error={error}
          onChange={(event) => setName(event.target.value)}
        />
        <ScopeBoxes may={may} value={scopes} onChange={setScopes} />
        <SelectField label="Expires" value={seconds} onChange={(event) => setSeconds(Number(event.target.value))}>
          {DAYS.map((each) => (
            <option key={each.seconds} value={each.seconds}>
              {each.label}
            </option>
          ))}
        </SelectField>
        <DialogFoot>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={busy} disabled={name === '' || scopes.length === 0}>
            Make token
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
