/** A small choice among a few, as one control: a radio group drawn as a bar. */
import { useId } from 'react';
import s from './Segments.module.css';

export function Segments<V extends string>(props: {
  readonly label: string;
  readonly value: V;
  readonly options: readonly { readonly value: V; readonly label: string; readonly disabled?: boolean }[];
  readonly onChange: (value: V) => void;
}) {
  const name = useId();
  return (
    <fieldset className={s['bar']}>
      <legend className="visually-hidden">{props.label}</legend>
      {props.options.map((option) => (
        <label key={option.value} className={s['option']}>
          <input
            type="radio"
            name={name}
            className="visually-hidden"
            checked={option.value === props.value}
            disabled={option.disabled}
            onChange={() => props.onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
