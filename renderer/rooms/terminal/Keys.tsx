/** Keys that a phone's keyboard lacks, in a bar above it. Pressing one must not take the focus: the keyboard would close. */
import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp, ClipboardPaste, CornerDownLeft, Ellipsis } from 'lucide-react';
import { type PointerEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { toast } from '../../ui/Toasts.tsx';
import s from './Keys.module.css';
import { applySticky, encodeKey, type Holds, type SoftKey, spent, stickyOf, tapped } from './keys.ts';
import type { PaneControls } from './Pane.tsx';

const ARROWS: readonly { readonly key: SoftKey; readonly label: string; readonly face: ReactNode }[] = [
  { key: 'Up', label: 'Up', face: <ArrowUp size={17} aria-hidden /> },
  { key: 'Down', label: 'Down', face: <ArrowDown size={17} aria-hidden /> },
  { key: 'Left', label: 'Left', face: <ArrowLeft size={17} aria-hidden /> },
  { key: 'Right', label: 'Right', face: <ArrowRight size={17} aria-hidden /> },
];
const CHARS = ['|', '/', '~', '-', '_', ':', ';'] as const;
const FAR: readonly { readonly key: SoftKey; readonly face: string; readonly label: string }[] = [
  { key: 'Home', face: 'Home', label: 'Home' },
  { key: 'End', face: 'End', label: 'End' },
  { key: 'PageUp', face: 'PgUp', label: 'Page up' },
  { key: 'PageDown', face: 'PgDn', label: 'Page down' },
  { key: 'Delete', face: 'Del', label: 'Delete' },
];
/** What terminals are told most often by Ctrl. */
const CONTROLS = ['C', 'D', 'R', 'L', 'Z', 'A', 'E', 'U', 'W'] as const;

const REPEAT_AFTER_MS = 350;
const REPEAT_EVERY_MS = 60;

export function Keys(props: {
  readonly pane: () => PaneControls | null;
  readonly holds: Holds;
  readonly onHolds: (holds: Holds) => void;
}) {
  const { holds } = props;
  const [far, setFar] = useState(false);
  const send = (data: (pane: PaneControls) => string) => {
    const pane = props.pane();
    if (!pane) return;
    pane.press(data(pane));
    props.onHolds(spent(holds));
  };
  const key = (name: SoftKey) => send((pane) => encodeKey(name, stickyOf(holds), pane.applicationKeys()));
  const paste = () => {
    if (!navigator.clipboard) {
      toast('bad', 'Pages without https get no clipboard here: use the keyboard’s own paste.');
      return;
    }
    navigator.clipboard.readText().then(
      (text) => props.pane()?.paste(text),
      () => toast('bad', 'The browser refused to read the clipboard.'),
    );
  };
  const arrow = ({ key: name, label, face }: (typeof ARROWS)[number]) => (
    <Repeating key={name} label={label} onPress={() => key(name)}>
      {face}
    </Repeating>
  );
  const modifier = (name: 'ctrl' | 'alt', face: string) => (
    <button
      type="button"
      className={s['key']}
      aria-pressed={holds[name] !== 'off'}
      data-locked={holds[name] === 'locked'}
      aria-description={holds[name] === 'locked' ? 'Locked' : undefined}
      onClick={() => props.onHolds({ ...holds, [name]: tapped(holds[name]) })}
    >
      {face}
    </button>
  );
  return (
    <div
      className={s['bar']}
      role="toolbar"
      aria-label="Terminal keys"
      onPointerDown={(event) => event.preventDefault()}
    >
      <div className={s['row']}>
        {far ? (
          <>
            {FAR.map((each) => (
              <Repeating key={each.key} label={each.label} onPress={() => key(each.key)}>
                {each.face}
              </Repeating>
            ))}
            {CONTROLS.map((letter) => (
              <button
                key={letter}
                type="button"
                className={s['key']}
                aria-label={`Control ${letter}`}
                onClick={() => send(() => applySticky(letter, { ctrl: true, alt: false }).data)}
              >
                ^{letter}
              </button>
            ))}
          </>
        ) : (
          <>
            <button type="button" className={s['key']} onClick={() => key('Escape')}>
              Esc
            </button>
            {ARROWS.slice(0, 2).map(arrow)}
            <button type="button" className={s['key']} aria-label="Enter" onClick={() => key('Enter')}>
              <CornerDownLeft size={17} aria-hidden />
            </button>
            {modifier('ctrl', 'Ctrl')}
            <button type="button" className={s['key']} onClick={() => key('Tab')}>
              Tab
            </button>
            <button type="button" className={s['key']} aria-label="Shift Tab" onClick={() => key('BackTab')}>
              ⇧Tab
            </button>
            {ARROWS.slice(2).map(arrow)}
            {modifier('alt', 'Alt')}
            <button type="button" className={s['key']} aria-label="Paste" onClick={paste}>
              <ClipboardPaste size={17} aria-hidden />
            </button>
            {CHARS.map((each) => (
              <button
                key={each}
                type="button"
                className={s['key']}
                onClick={() => send(() => applySticky(each, stickyOf(holds)).data)}
              >
                {each}
              </button>
            ))}
          </>
        )}
      </div>
      <button type="button" className={s['key']} aria-label="More keys" aria-pressed={far} onClick={() => setFar(!far)}>
        <Ellipsis size={17} aria-hidden />
      </button>
    </div>
  );
}

/** A key that repeats while it is held, as on a keyboard. */
function Repeating(props: { readonly label: string; readonly onPress: () => void; readonly children: ReactNode }) {
  const press = useRef(props.onPress);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const repeated = useRef(false);
  useEffect(() => {
    press.current = props.onPress;
  });
  const stop = () => clearTimeout(timer.current);
  useEffect(() => () => clearTimeout(timer.current), []);
  const begin = (event: PointerEvent) => {
    event.preventDefault();
    stop();
    repeated.current = false;
    const again = () => {
      repeated.current = true;
      press.current();
      timer.current = setTimeout(again, REPEAT_EVERY_MS);
    };
    timer.current = setTimeout(again, REPEAT_AFTER_MS);
  };
  return (
    <button
      type="button"
      className={s['key']}
      aria-label={props.label}
      onPointerDown={begin}
      onPointerUp={stop}
      onPointerLeave={stop}
      // The bar began to scroll under the finger.
      onPointerCancel={stop}
      onContextMenu={(event) => event.preventDefault()}
      onClick={() => {
        if (!repeated.current) props.onPress();
        repeated.current = false;
      }}
    >
      {props.children}
    </button>
  );
}
