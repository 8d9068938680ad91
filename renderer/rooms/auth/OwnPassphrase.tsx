/** Changing one's own passphrase. */
import { type FormEvent, useState } from 'react';
import { changePassphrase, messageOf, useAuth } from '../../app/connect.ts';
import { Dialog, FormFoot } from '../../ui/Dialog.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { faultsOf, NewPassphrase, NOTHING, type Twice } from './NewPassphrase.tsx';
import { PassphraseField } from './PassphraseField.tsx';
import s from './People.module.css';

export function OwnPassphrase(props: { readonly onClose: () => void; readonly onDone: () => void }) {
  const me = useAuth((auth) => auth.me);
  const proves = me?.scopes.includes('admin') !== true;
  const [current, setCurrent] = useState('');
  const [twice, setTwice] = useState(NOTHING);
  const [faults, setFaults] = useState<Partial<Twice>>({});
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = faultsOf(twice);
    setFaults(found);
    setFailed(null);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      await changePassphrase(twice.passphrase, proves ? current : null);
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
        <NewPassphrase
          labels={{ passphrase: 'New passphrase', again: 'The same again' }}
          value={twice}
          faults={faults}
          onChange={setTwice}
        />
        <FormFoot error={failed} onCancel={props.onClose} busy={busy}>
          Change
        </FormFoot>
      </form>
    </Dialog>
  );
}
