/** The field that narrows a list or searches it: the same picture, size and place of the glass in every room. */
import { Search } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cx } from './cx.ts';
import { inputClass } from './Field.tsx';
import s from './Find.module.css';

/** `className` is for the frame, which a toolbar may give another width. `label` is the field's name. */
export function Find({
  label,
  className,
  ...rest
}: { readonly label: string } & Omit<ComponentProps<'input'>, 'type' | 'aria-label'>) {
  return (
    <div className={cx(s['find'], className)}>
      <Search size={15} aria-hidden />
      <input {...rest} type="search" className={inputClass} aria-label={label} />
    </div>
  );
}
