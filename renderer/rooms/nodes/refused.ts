/** What was refused of a form, at the field that it is about, until that form is changed. */
import { useState } from 'react';

export interface Refused<Field extends string> {
  readonly field: Field;
  readonly message: string;
}

export function useRefused<Field extends string>() {
  const [refused, setRefused] = useState<Refused<Field> | null>(null);
  const field = (name: Field, set: (text: string) => void) => ({
    error: refused?.field === name ? refused.message : undefined,
    onChange: (event: { readonly target: { readonly value: string } }) => {
      setRefused(null);
      set(event.target.value);
    },
  });
  return { setRefused, field };
}
