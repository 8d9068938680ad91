/**
 * A menu behind a button. Items close it; an item may be told as dangerous or be a separator. Nothing of it exists until
 * it is opened: a hundred rows with a menu each must cost a hundred buttons, not a hundred menus.
 */
import { Menu as Base } from '@base-ui/react/menu';
import { cloneElement, type KeyboardEvent, type ReactElement, type ReactNode, useRef, useState } from 'react';
import { cx } from './cx.ts';
import s from './Menu.module.css';

export interface MenuEntry {
  readonly key: string;
  readonly label: string;
  readonly icon?: ReactNode;
  /** At the right: a key, a count, a mark. */
  readonly aside?: ReactNode;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  /** Draws a line above. */
  readonly apart?: boolean;
  /** One of several of which one is chosen. */
  readonly checked?: boolean;
  readonly onSelect: () => void;
}

export interface MenuProps {
  /** A button. */
  readonly trigger: ReactElement<Record<string, unknown>>;
  /** A function is asked when the menu opens. */
  readonly entries: readonly MenuEntry[] | (() => readonly MenuEntry[]);
  readonly align?: 'start' | 'end';
  /** Above the entries. */
  readonly heading?: ReactNode;
}

export function Menu({ trigger, entries, align = 'end', heading }: MenuProps) {
  const anchor = useRef<HTMLButtonElement>(null);
  /** `closing`: gone for the hand, still fading. */
  const [stage, setStage] = useState<'none' | 'open' | 'closing'>('none');
  /** A press on the button closes the menu by itself; the click that follows must not open it again. */
  const wasOpen = useRef(false);
  const open = stage === 'open';
  /** Back to the button, unless what was chosen has taken the keyboard to itself. */
  const back = () => {
    const now = document.activeElement;
    return now === null || now === document.body || now.closest('[role="menu"]') ? anchor.current : false;
  };
  return (
    <>
      {cloneElement(trigger, {
        ref: anchor,
        'aria-haspopup': 'menu',
        'aria-expanded': open,
        'data-popup-open': open ? '' : undefined,
        onPointerDown: () => {
          wasOpen.current = open;
        },
        onClick: () => {
          if (!wasOpen.current) setStage('open');
          wasOpen.current = false;
        },
        onKeyDown: (event: KeyboardEvent) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          setStage('open');
        },
      })}
      {stage !== 'none' && (
        <Base.Root
          open={open}
          onOpenChange={(next) => setStage(next ? 'open' : 'closing')}
          onOpenChangeComplete={(now) => !now && setStage('none')}
        >
          <Base.Portal>
            <Base.Positioner
              anchor={anchor}
              sideOffset={4}
              align={align}
              collisionPadding={8}
              className={s['positioner']}
            >
              <Base.Popup className={s['popup']} finalFocus={back}>
                {heading}
                <Items entries={typeof entries === 'function' ? entries() : entries} />
              </Base.Popup>
            </Base.Positioner>
          </Base.Portal>
        </Base.Root>
      )}
    </>
  );
}

/** The same menu without a button of its own, at the element that asked for it; there while it is open. */
export function MenuAt(props: {
  readonly anchor: Element;
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  readonly onClose: () => void;
}) {
  const [open, setOpen] = useState(true);
  return (
    <Base.Root open={open} onOpenChange={setOpen} onOpenChangeComplete={(now) => !now && props.onClose()}>
      <Base.Portal>
        <Base.Positioner
          anchor={props.anchor}
          sideOffset={4}
          align="end"
          collisionPadding={8}
          className={s['positioner']}
        >
          <Base.Popup className={s['popup']} aria-label={props.label}>
            <Items entries={props.entries} />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

const Items = ({ entries }: { readonly entries: readonly MenuEntry[] }) =>
  entries.map((entry) => (
    <Base.Item
      key={entry.key}
      disabled={entry.disabled ?? false}
      className={cx(s['item'], entry.danger && s['danger'], entry.apart && s['apart'])}
      data-checked={entry.checked}
      aria-current={entry.checked || undefined}
      onClick={entry.onSelect}
    >
      {entry.icon}
      <span className={s['label']}>{entry.label}</span>
      {entry.aside !== undefined && <span className={s['aside']}>{entry.aside}</span>}
    </Base.Item>
  ));
