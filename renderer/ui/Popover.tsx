/** Something to read beside a thing: opens on hover, focus-and-Enter, or tap. */
import { Popover as Base } from '@base-ui/react/popover';
import type { ReactElement, ReactNode } from 'react';
import s from './Popover.module.css';

export function Popover(props: {
  readonly trigger: ReactElement;
  readonly children: ReactNode;
  readonly hover?: boolean;
  readonly label: string;
}) {
  return (
    <Base.Root>
      <Base.Trigger openOnHover={props.hover ?? false} delay={250} render={props.trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} align="start" collisionPadding={8} className={s['positioner']}>
          <Base.Popup className={s['popup']} aria-label={props.label} initialFocus={false}>
            {props.children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
