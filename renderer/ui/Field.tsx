/** A labelled control with its hint and its error; the error is announced and tied to the control. */
import { type ComponentProps, type ReactNode, useId } from 'react';
import { cx } from './cx.ts';
import s from './Field.module.css';

interface Common {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  /** Beside the label, at the right. */
  readonly aside?: ReactNode;
}

function Frame({
  id,
  label,
  hint,
  error,
  aside,
  children,
}: Common & { readonly id: string; readonly children: ReactNode }) {
  return (
    <div className={s['field']}>
      <div className={s['top']}>
        <label htmlFor={id} className={s['label']}>
          {label}
        </label>
        {aside}
      </div>
      {children}
      {error !== undefined && (
        <p id={`${id}-error`} role="alert" className={s['error']}>
          {error}
        </p>
      )}
      {hint !== undefined && error === undefined && (
        <p id={`${id}-hint`} className={s['hint']}>
          {hint}
        </p>
      )}
    </div>
  );
}

const tie = (id: string, { hint, error }: Common) => ({
  'aria-invalid': error !== undefined || undefined,
  'aria-describedby': error !== undefined ? `${id}-error` : hint !== undefined ? `${id}-hint` : undefined,
});

export function TextField({ label, hint, error, aside, className, ...rest }: Common & ComponentProps<'input'>) {
  const id = useId();
  const common = { label, hint, error, aside };
  return (
    <Frame id={id} {...common}>
      <input {...rest} id={id} {...tie(id, common)} className={cx(s['input'], className)} />
    </Frame>
  );
}

export function AreaField({ label, hint, error, aside, className, ...rest }: Common & ComponentProps<'textarea'>) {
  const id = useId();
  const common = { label, hint, error, aside };
  return (
    <Frame id={id} {...common}>
      <textarea {...rest} id={id} {...tie(id, common)} className={cx(s['input'], s['area'], className)} />
    </Frame>
  );
}

export function SelectField({ label, hint, error, aside, className, ...rest }: Common & ComponentProps<'select'>) {
  const id = useId();
  const common = { label, hint, error, aside };
  return (
    <Frame id={id} {...common}>
      <select {...rest} id={id} {...tie(id, common)} className={cx(s['input'], s['select'], className)} />
    </Frame>
  );
}

/** The bare look of an input, for controls that carry their own label. */
export const inputClass = s['input'];
export const selectClass = cx(s['input'], s['select']);
