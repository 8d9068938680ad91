/** A modal dialog; on a phone it rises from the bottom and fills the width. */
import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type CSSProperties, type ReactNode, type RefObject, useRef } from 'react';
import { Button } from './Button.tsx';
import s from './Dialog.module.css';

/** Who opens a dialog with something to write in wants to write; on a touch screen that would bring the keyboard up. */
const TEXT = 'input:not([type="checkbox"], [type="radio"], [type="range"], [type="file"]), textarea';

export interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly description?: ReactNode;
  readonly children: ReactNode;
  /** Pixels; the phone ignores it. */
  readonly width?: number;
  /** What gets the keyboard first; default the first field to write in, else the first control. */
  readonly initialFocus?: RefObject<HTMLElement | null>;
  /** The whole screen, for what is a page rather than a question. */
  readonly full?: boolean;
  /** Controls in the head, before the one that closes. */
  readonly aside?: ReactNode;
}

export function Dialog(props: DialogProps) {
  const { open, onClose, title, description, children, width = 480, initialFocus } = props;
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={s['backdrop']} />
        <Base.Popup
          className={s['popup']}
          data-full={props.full}
          style={{ '--dialog': `${width}px` } as CSSProperties}
          ref={popup}
          initialFocus={
            initialFocus ??
            ((how) => (how === 'touch' ? true : (popup.current?.querySelector<HTMLElement>(TEXT) ?? true)))
          }
        >
          <header className={s['head']}>
            <Base.Title className={s['title']}>{title}</Base.Title>
            {props.aside}
            <Base.Close render={<Button look="icon" aria-label="Close" />}>
              <X size={16} aria-hidden />
            </Base.Close>
          </header>
          {description !== undefined && <Base.Description className={s['description']}>{description}</Base.Description>}
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** A question before something that cannot be taken back. */
export function Confirm(props: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly text: ReactNode;
  readonly action: string;
  readonly onConfirm: () => void;
}) {
  // While it fades it says what it said: whoever asked has often forgotten by then what about.
  const said = useRef(props);
  if (props.open) said.current = props;
  const { title, text, action } = said.current;
  return (
    <Dialog open={props.open} onClose={props.onClose} title={title} description={text} width={420}>
      <footer className={s['foot']}>
        <Button onClick={props.onClose}>Cancel</Button>
        <Button
          look="danger"
          onClick={() => {
            props.onClose();
            props.onConfirm();
          }}
        >
          {action}
        </Button>
      </footer>
    </Dialog>
  );
}

export const DialogFoot = ({ children }: { readonly children: ReactNode }) => (
  <footer className={s['foot']}>{children}</footer>
);

/** The end of a form in a dialog: what was refused, the way back, and the press that sends it. */
export function FormFoot(props: {
  readonly error?: string | null | undefined;
  readonly onCancel: () => void;
  readonly busy?: boolean;
  readonly disabled?: boolean;
  /** What the press does. */
  readonly children: ReactNode;
}) {
  return (
    <>
      {props.error != null && (
        <p role="alert" className={s['refused']}>
          {props.error}
        </p>
      )}
      <DialogFoot>
        <Button onClick={props.onCancel}>Cancel</Button>
        <Button type="submit" look="primary" busy={props.busy} disabled={props.disabled}>
          {props.children}
        </Button>
      </DialogFoot>
    </>
  );
}
