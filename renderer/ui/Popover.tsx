/** Something to read or choose beside a thing: opens on hover, Enter or tap. Nothing of it exists until then. */
import { Popover as Base } from '@base-ui/react/popover';
import { cloneElement, type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react';
import s from './Popover.module.css';

/** Before a hovered thing tells more, and before it stops when the pointer left: on the way to it there is a gap. */
const REST_MS = 250;
const LEAVE_MS = 140;

export function Popover(props: {
  /** A button. */
  readonly trigger: ReactElement<Record<string, unknown>>;
  readonly children: ReactNode | ((close: () => void) => ReactNode);
  readonly hover?: boolean;
  readonly label: string;
}) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [stage, setStage] = useState<'none' | 'open' | 'closing'>('none');
  const wasOpen = useRef(false);
  /** Opened by a press: it stays when the pointer goes. */
  const pinned = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const open = stage === 'open';
  const close = () => {
    clearTimeout(timer.current);
    pinned.current = false;
    setStage((now) => (now === 'open' ? 'closing' : now));
  };
  const later = (ms: number, what: () => void) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(what, ms);
  };
  const enter = { onPointerEnter: () => clearTimeout(timer.current) };
  const leave = {
    onPointerLeave: () => {
      if (!pinned.current) later(LEAVE_MS, close);
    },
  };
  return (
    <>
      {cloneElement(props.trigger, {
        ref: anchor,
        'aria-haspopup': 'dialog',
        'aria-expanded': open,
        'data-popup-open': open ? '' : undefined,
        onPointerDown: () => {
          wasOpen.current = open && pinned.current;
        },
        onClick: () => {
          clearTimeout(timer.current);
          if (wasOpen.current) close();
          else {
            pinned.current = true;
            setStage('open');
          }
          wasOpen.current = false;
        },
        ...(props.hover
          ? {
              onPointerEnter: (event: PointerEvent) => {
                if (event.pointerType === 'mouse') later(open ? 0 : REST_MS, () => setStage('open'));
              },
              ...leave,
            }
          : {}),
      })}
      {stage !== 'none' && (
        <Base.Root
          open={open}
          onOpenChange={(next, { event }) => {
            // The press on the button is the button's own business.
            if (!next && event.target instanceof Node && anchor.current?.contains(event.target)) return;
            if (!next) close();
          }}
          onOpenChangeComplete={(now) => !now && setStage('none')}
        >
          <Base.Portal>
            <Base.Positioner
              anchor={anchor}
              sideOffset={6}
              align="start"
              collisionPadding={8}
              className={s['positioner']}
            >
              <Base.Popup
                className={s['popup']}
                aria-label={props.label}
                initialFocus={props.hover ? false : undefined}
                finalFocus={props.hover && !pinned.current ? false : anchor}
                {...(props.hover ? { ...enter, ...leave } : {})}
              >
                {typeof props.children === 'function' ? props.children(close) : props.children}
              </Base.Popup>
            </Base.Positioner>
          </Base.Portal>
        </Base.Root>
      )}
    </>
  );
}
