/** Changing one's own passphrase. */
import { type FormEvent, useState } from 'react';
import { changePassphrase, messageOf, useAuth } from '../../app/connect.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogFoot } from '../../ui/Dialog.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { PassphraseField } from './PassphraseField.tsx';
import s from './People.module.css';
import { LEAST } from './scopes.ts';

export function OwnPassphrase(props: { readonly onClose: () => void; readonly onDone: () => void }) {
  const me = useAuth((auth) => auth.me);
  const proves = me?.scopes.includes('admin') !== true;
  const [current, setCurrent] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [errors, setErrors] = useState<{ readonly passphrase?: string; readonly again?: string }>({});
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = {
      ...(passphrase.length >= LEAST ? {} : { passphrase: `At least ${LEAST} characters; several words are best.` }),
      ...(passphrase === again ? {} : { again: 'The two are not the same.' }),
    };
    setErrors(found);
    setFailed(null);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      await changePassphrase(passphrase, proves ? current : null);
      toast('good', 'Your passphrase is changed. Other browsers and your tokens are signed out.');
      props.onDone();
    } catch (failure) {
      setFailed(messageOf(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={props.onClose}
      width={420}
      title="Change your passphrase"
      description="This browser stays signed in. Your other browsers are signed out, and all your tokens are revoked."
    >
      <form className={s['form']} onSubmit={submit} noValidate>
        {proves && (
          <PassphraseField
            label="Passphrase until now"
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
          />
        )}
        <PassphraseField
          label="New passphrase"
          autoComplete="new-password"
          hint={`At least ${LEAST} characters.`}
          error={errors.passphrase}
          value={passphrase}
          onChange={(event) => setPassphrase(event.target.value)}
        />
        <PassphraseField
          label="The same again"
          autoComplete="new-password"
          error={errors.again}
          value={again}
          onChange={(event) => setAgain(event.target.value)}
        />
        {failed !== null && (
          <p role="alert" className={s['error']}>
            {failed}
          </p>
        )}
        <DialogFoot>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={busy}>
            Change
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
