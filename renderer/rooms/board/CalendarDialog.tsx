/** The secret address of the due dates, for a calendar program. It is shown once: the hub keeps only its fingerprint. */
import { Copy } from 'lucide-react';
import { useState } from 'react';
import { messageOf, wire } from '../../app/connect.ts';
import { hubOrigin } from '../../app/desktop.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogFoot } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/Field.tsx';
import { copy } from './actions.ts';
import s from './Questions.module.css';

export default function CalendarDialog({ onClose }: { readonly onClose: () => void }) {
  const [address, setAddress] = useState<string | null>(null);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const make = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const { path } = await wire().call('board.calendar', {});
      setAddress((await hubOrigin()) + path);
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Calendar of due dates"
      description="Add the address to a calendar program: it shows the due dates of all cards and follows them. Whoever has the address sees titles and dates, and nothing else."
      width={520}
    >
      <div className={s['form']}>
        {address === null ? (
          <p className={s['note']}>A new address ends the one you made before.</p>
        ) : (
          <TextField
            label="Your address"
            readOnly
            value={address}
            hint="It is shown this once."
            onFocus={(event) => event.currentTarget.select()}
          />
        )}
        {error !== undefined && (
          <p role="alert" className={s['error']}>
            {error}
          </p>
        )}
        <DialogFoot>
          <Button onClick={onClose}>Close</Button>
          {address === null ? (
            <Button look="primary" busy={busy} onClick={() => void make()}>
              Make an address
            </Button>
          ) : (
            <Button look="primary" onClick={() => copy(address, 'Address')}>
              <Copy size={14} aria-hidden />
              Copy
            </Button>
          )}
        </DialogFoot>
      </div>
    </Dialog>
  );
}
