/** A field for a passphrase: shown on request, with a word when Caps Lock is on. */
import { Eye, EyeOff } from 'lucide-react';
import { type ComponentProps, type KeyboardEvent, useState } from 'react';
import { TextField } from '../../ui/Field.tsx';
import s from './People.module.css';

export function PassphraseField(props: Omit<ComponentProps<typeof TextField>, 'type' | 'aside'>) {
  const [shown, setShown] = useState(false);
  const [caps, setCaps] = useState(false);
  const look = (event: KeyboardEvent) => setCaps(event.getModifierState('CapsLock'));
  return (
    <TextField
      {...props}
      type={shown ? 'text' : 'password'}
      autoCapitalize="none"
      spellCheck={false}
      hint={caps ? 'Caps Lock is on.' : props.hint}
      onKeyDown={look}
      onKeyUp={look}
      aside={
        <button
          type="button"
          className={s['eye']}
          aria-label={shown ? 'Hide characters' : 'Show characters'}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
        >
          {shown ? <EyeOff size={13} aria-hidden /> : <Eye size={13} aria-hidden />}
          {shown ? 'Hide' : 'Show'}
        </button>
      }
    />
  );
}
