/** Before the hub lets anybody in: signing in, making the first user, or saying that the hub does not answer. */
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { USER_NAME, USER_NAME_RULE } from '../../../shared/ids.ts';
import { login, setup, startAuth, useAuth } from '../../app/connect.ts';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/Field.tsx';
import { Mark } from '../../ui/Mark.tsx';
import s from './Gate.module.css';
import { faultsOf, NewPassphrase, NOTHING, type Twice } from './NewPassphrase.tsx';
import { PairHere } from './PairHere.tsx';
import { PassphraseField } from './PassphraseField.tsx';
import { refusal } from './refusal.ts';

export function Gate() {
  const { stage, setupCode, why, pairing } = useAuth();
  if (stage === 'asking') return <Frame title={null}>{null}</Frame>;
  if (stage === 'away') return <Away why={why} />;
  if (stage === 'pair' && pairing) {
    return (
      <Frame title={pairing.problem === null ? 'Compare the number' : 'Not paired'}>
        <PairHere {...pairing} />
      </Frame>
    );
  }
  if (stage === 'setup') return setupCode === null ? <NeedsLink /> : <Setup code={setupCode} />;
  return <Login why={why} />;
}

function Frame({ title, children }: { readonly title: string | null; readonly children: ReactNode }) {
  return (
    <main className={s['page']}>
      <div className={s['card']}>
        <Mark size={36} />
        {title !== null && <h1 className={s['title']}>{title}</h1>}
        {children}
      </div>
    </main>
  );
}

function Away({ why }: { readonly why: string | null }) {
  const [busy, setBusy] = useState(false);
  // The hub may be starting: ask again by itself, gently.
  useEffect(() => {
    const timer = setInterval(() => void startAuth(), 5000);
    return () => clearInterval(timer);
  }, []);
  return (
    <Frame title="No answer from the hub">
      <p className={s['text']}>{why}</p>
      <Button
        look="primary"
        busy={busy}
        onClick={() => {
          setBusy(true);
          void startAuth().finally(() => setBusy(false));
        }}
      >
        Try again
      </Button>
    </Frame>
  );
}

function NeedsLink() {
  return (
    <Frame title="Open the setup link">
      <p className={s['text']}>
        This hub has no user yet. When it started it printed a link that ends in <code>#setup=…</code>. Open that link
        in this browser to make the first user.
      </p>
      <Button onClick={() => void startAuth()}>Check again</Button>
    </Frame>
  );
}

function Login({ why }: { readonly why: string | null }) {
  const [user, setUser] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await login(user.trim(), passphrase);
    } catch (failure) {
      setError(refusal(failure, Date.now()));
      setBusy(false);
    }
  };
  return (
    <Frame title="Sign in to Quarterdeck">
      {why !== null && error === undefined && <p className={s['text']}>{why}</p>}
      <form className={s['form']} onSubmit={submit}>
        <TextField
          label="User"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          autoFocus
          value={user}
          onChange={(event) => setUser(event.target.value)}
        />
        <PassphraseField
          label="Passphrase"
          name="password"
          autoComplete="current-password"
          required
          value={passphrase}
          error={error}
          onChange={(event) => setPassphrase(event.target.value)}
        />
        <Button type="submit" look="primary" className={s['go']} busy={busy}>
          {busy ? 'Signing in' : 'Sign in'}
        </Button>
      </form>
      <details className={s['lost']}>
        <summary>Passphrase forgotten?</summary>
        <p>
          An administrator sets a new one under People and tokens. On the hub's own machine{' '}
          <code>qd user passphrase {user.trim() || 'NAME'}</code> does too.
        </p>
      </details>
    </Frame>
  );
}

function Setup({ code }: { readonly code: string }) {
  const [user, setUser] = useState('');
  const [twice, setTwice] = useState(NOTHING);
  const [faults, setFaults] = useState<Partial<Twice> & { readonly user?: string }>({});
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = {
      ...(USER_NAME.test(user.trim())
        ? {}
        : { user: user.trim() === '' ? 'Choose a name to sign in with.' : `Not a user name: ${USER_NAME_RULE}.` }),
      ...faultsOf(twice),
    };
    setFaults(found);
    setFailed(null);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      await setup(code, user.trim(), twice.passphrase);
    } catch (failure) {
      setFailed(refusal(failure, Date.now()));
      setBusy(false);
    }
  };
  return (
    <Frame title="Make the first user">
      <p className={s['text']}>This user may do everything on this hub, and lets others in.</p>
      <form className={s['form']} onSubmit={submit} noValidate>
        <TextField
          label="User"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          value={user}
          error={faults.user}
          onChange={(event) => setUser(event.target.value)}
        />
        <NewPassphrase
          labels={{ passphrase: 'Passphrase', again: 'Passphrase again' }}
          value={twice}
          faults={faults}
          onChange={setTwice}
        />
        {failed !== null && (
          <p role="alert" className={s['error']}>
            {failed}
          </p>
        )}
        <Button type="submit" look="primary" className={s['go']} busy={busy}>
          Make user and sign in
        </Button>
      </form>
    </Frame>
  );
}
