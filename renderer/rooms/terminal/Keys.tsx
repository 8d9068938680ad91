/** Keys that a phone's keyboard lacks, in a bar above it. Pressing one must not take the focus: the keyboard would close. */
import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp, ClipboardPaste } from 'lucide-react';
import type { ReactNode } from 'react';
import { toast } from '../../ui/Toasts.tsx';
import s from './Keys.module.css';
import { applySticky, encodeKey, NO_STICKY, type SoftKey, type Sticky } from './keys.ts';
import type { PaneControls } from './Pane.tsx';

const ARROWS: readonly { readonly key: SoftKey; readonly label: string; readonly face: ReactNode }[] = [
  { key: 'Left', label: 'Left', face: <ArrowLeft size={17} aria-hidden /> },
  { key: 'Up', label: 'Up', face: <ArrowUp size={17} aria-hidden /> },
  { key: 'Down', label: 'Down', face: <ArrowDown size={17} aria-hidden /> },
  { key: 'Right', label: 'Right', face: <ArrowRight size={17} aria-hidden /> },
];
const CHARS = ['|', '/', '~', '-', '_', ':', ';'] as const;

export function Keys(props: {
  readonly pane: () => PaneControls | null;
  readonly sticky: Sticky;
  readonly onSticky: (sticky: Sticky) => void;
}) {
  const { sticky } = props;
  const key = (name: SoftKey) => {
    const pane = props.pane();
    pane?.press(encodeKey(name, sticky, pane.applicationKeys()));
    props.onSticky(NO_STICKY);
  };
  const char = (typed: string) => {
    props.pane()?.press(applySticky(typed, sticky).data);
    props.onSticky(NO_STICKY);
  };
  const paste = () => {
    if (!navigator.clipboard) {
      toast('bad', 'Pages without https get no clipboard here: hold your finger on the terminal to paste.');
      return;
    }
    navigator.clipboard.readText().then(
      (text) => props.pane()?.paste(text),
      () => toast('bad', 'The browser refused to read the clipboard.'),
    );
  };
  return (
    <div
      className={s['bar']}
      role="toolbar"
      aria-label="Terminal keys"
      onPointerDown={(event) => event.preventDefault()}
    >
      <button type="button" className={s['key']} onClick={() => key('Escape')}>
        Esc
      </button>
      <button type="button" className={s['key']} onClick={() => key('Tab')}>
        Tab
      </button>
      <button type="button" className={s['key']} aria-label="Shift Tab" onClick={() => key('BackTab')}>
        S-Tab
      </button>
      {(['ctrl', 'alt'] as const).map((name) => (
        <button
          key={name}
          type="button"
          className={s['key']}
          aria-pressed={sticky[name]}
          onClick={() => props.onSticky({ ...sticky, [name]: !sticky[name] })}
        >
          {name === 'ctrl' ? 'Ctrl' : 'Alt'}
        </button>
      ))}
      {ARROWS.map(({ key: name, label, face }) => (
        <button key={name} type="button" className={s['key']} aria-label={label} onClick={() => key(name)}>
          {face}
        </button>
      ))}
      <button type="button" className={s['key']} aria-label="Paste" onClick={paste}>
        <ClipboardPaste size={17} aria-hidden />
      </button>
      {CHARS.map((each) => (
        <button key={each} type="button" className={s['key']} onClick={() => char(each)}>
          {each}
        </button>
      ))}
    </div>
  );
}
