/** A menu behind a button. Items close it; an item may be told as dangerous or be a separator. */
import { Menu as Base } from '@base-ui/react/menu';
import type { ReactElement, ReactNode } from 'react';
import { cx } from './cx.ts';
import s from './Menu.module.css';

export interface MenuEntry {
  readonly key: string;
  readonly label: string;
  readonly icon?: ReactNode;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  /** Draws a line above. */
  readonly apart?: boolean;
  readonly onSelect: () => void;
}

export function Menu(props: { readonly trigger: ReactElement; readonly entries: readonly MenuEntry[] }) {
  return (
    <Base.Root>
      <Base.Trigger render={props.trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="end" className={s['positioner']}>
          <Base.Popup className={s['popup']}>
            {props.entries.map((entry) => (
              <Base.Item
                key={entry.key}
                disabled={entry.disabled ?? false}
                className={cx(s['item'], entry.danger && s['danger'], entry.apart && s['apart'])}
                onClick={entry.onSelect}
              >
                {entry.icon}
                {entry.label}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
