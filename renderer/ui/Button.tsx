import type { ComponentProps } from 'react';
import s from './Button.module.css';
import { cx } from './cx.ts';

export interface ButtonProps extends ComponentProps<'button'> {
  /** `plain` is the default; `icon` needs an `aria-label`, which a mouse that rests on it shows too. */
  readonly look?: 'plain' | 'primary' | 'danger' | 'ghost' | 'icon';
  /** Shows that the action runs and takes no second press. */
  readonly busy?: boolean;
}

export function Button({ look = 'plain', busy = false, className, disabled, type = 'button', ...rest }: ButtonProps) {
  return (
    <button
      title={look === 'icon' ? rest['aria-label'] : undefined}
      {...rest}
      type={type}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={cx(s['button'], s[look], className)}
    />
  );
}

/** The look of a plain button, for links that stand among buttons. */
export const buttonClass = s['button'];
