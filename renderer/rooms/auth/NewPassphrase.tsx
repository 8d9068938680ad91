/** A new passphrase, written twice. */
import { PassphraseField } from './PassphraseField.tsx';
import { LEAST } from './scopes.ts';

export interface Twice {
  readonly passphrase: string;
  readonly again: string;
}
export const NOTHING: Twice = { passphrase: '', again: '' };

/** What is wrong with it, by field; empty when nothing is. */
export const faultsOf = ({ passphrase, again }: Twice): Partial<Twice> => ({
  ...(passphrase.length >= LEAST ? {} : { passphrase: `At least ${LEAST} characters; several words are best.` }),
  ...(passphrase === again ? {} : { again: 'The two are not the same.' }),
});

export function NewPassphrase(props: {
  readonly labels: Twice;
  readonly value: Twice;
  readonly faults: Partial<Twice>;
  readonly onChange: (value: Twice) => void;
}) {
  const { labels, value, faults, onChange } = props;
  return (
    <>
      <PassphraseField
        label={labels.passphrase}
        name="new-password"
        autoComplete="new-password"
        hint={`At least ${LEAST} characters.`}
        error={faults.passphrase}
        value={value.passphrase}
        onChange={(event) => onChange({ ...value, passphrase: event.target.value })}
      />
      <PassphraseField
        label={labels.again}
        name="new-password-again"
        autoComplete="new-password"
        error={faults.again}
        value={value.again}
        onChange={(event) => onChange({ ...value, again: event.target.value })}
      />
    </>
  );
}
