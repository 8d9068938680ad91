import { Switch as Base } from '@base-ui/react/switch';
import { type ReactNode, useId } from 'react';
import s from './Switch.module.css';

export function Switch(props: {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}) {
  const id = useId();
  return (
    <div className={s['row']}>
      <Base.Root
        className={s['track']}
        checked={props.checked}
        disabled={props.disabled ?? false}
        onCheckedChange={props.onChange}
        aria-labelledby={id}
        aria-describedby={props.hint === undefined ? undefined : `${id}-hint`}
      >
        <Base.Thumb className={s['thumb']} />
      </Base.Root>
      <div>
        <span id={id} className={s['label']}>
          {props.label}
        </span>
        {props.hint !== undefined && (
          <p id={`${id}-hint`} className={s['hint']}>
            {props.hint}
          </p>
        )}
      </div>
    </div>
  );
}
