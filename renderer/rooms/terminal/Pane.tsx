/** A session's terminal in React: the box, what lies over it (size, exit, clipboard, link, search), and visibility. */
import { ClipboardCopy, Copy, Maximize2, PlugZap, RotateCcw, Square, X } from 'lucide-react';
import { type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Session } from '../../../shared/contract/sessions.ts';
import type { State } from '../../../shared/contract/states.ts';
import { useCan } from '../../app/connect.ts';
import { usePrefs } from '../../app/prefs.ts';
import { isFirstLook } from '../../app/start.ts';
import { useTheme } from '../../app/theme.ts';
import { Button } from '../../ui/Button.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { Away } from './Away.tsx';
import { copyText } from './browser.ts';
import { applySticky, NO_STICKY, type Sticky } from './keys.ts';
import s from './Pane.module.css';
import { terminalTheme } from './palette.ts';
import { createPane, type PaneHandle } from './pane.ts';
import type { PaneSize } from './pane-events.ts';
import { Search } from './Search.tsx';
import { inTurn } from './turns.ts';
import '@xterm/xterm/css/xterm.css';

export interface PaneProps {
  /** Session id. */
  readonly session: string;
  /** For screen readers. */
  readonly name: string;
  readonly scrollback: number;
  /** The size of its screen, as the session's row says. */
  readonly cols: number;
  readonly rows: number;
  /** A tile or a phone: where all of a screen would be too small to read, it shows the end. */
  readonly endOnly?: boolean;
  /** What the session itself says about the end of its program. */
  readonly exit: { readonly status: number | null } | null;
  /** Opens with this looked for. */
  readonly find?: string | undefined;
  /** The screen is about it: it is made with the screen, not when the browser has drawn that and says that it is in sight. */
  readonly atOnce?: boolean;
  /** Focuses the terminal when it appears. */
  readonly autoFocus?: boolean;
  readonly onFocus?: (focused: boolean) => void;
  /** Whether the terminal has the size that fits here; false when another viewer gave it another. */
  readonly onFits?: (fits: boolean) => void;
  /** Two fingers asked for the next session (1) or the one before. */
  readonly onSwipe?: (by: -1 | 1) => void;
  /** When the program was started: a new one is a new life of the same pane. */
  readonly startedAt: number;
  readonly state: State;
  /** Id of the machine it runs on. */
  readonly node: string;
  /** Bytes typed that wait for that machine. */
  readonly unsent: number | undefined;
  readonly lostKeys: Session['lostKeys'];
  /** Offered when the program has ended and its screen still stands. */
  readonly onRestart?: (() => void) | undefined;
  /** Offered when the terminal itself is gone. */
  readonly onWake?: (() => void) | undefined;
  readonly sticky?: Sticky;
  readonly onStickyUsed?: () => void;
  readonly ref?: Ref<PaneControls>;
}

export interface PaneControls {
  focus(): void;
  press(data: string): void;
  paste(text: string): void;
  search(): void;
  /** Gives the terminal the size that fits here. */
  takeSize(): void;
  /** The program asked for application cursor keys. */
  applicationKeys(): boolean;
}

/** A pane that nobody saw for this long is taken down; coming back it is opened afresh. */
const FORGET_MS = 30_000;
/** On a page in the background it stays longer: a look at another app and back must not begin with an empty box. */
const FORGET_PAGE_MS = 10 * 60_000;

export function Pane(props: PaneProps) {
  const box = useRef<HTMLDivElement>(null);
  const urgent = useRef(props.autoFocus ?? false);
  useEffect(() => {
    urgent.current = props.autoFocus ?? false;
  });
  /** Near the visible part of the page, or lately so. */
  const [near, setNear] = useState(() => (props.atOnce ?? false) && !document.hidden);
  const [seen, setSeen] = useState(near);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let inView = false;
    let cancel: () => void = () => undefined;
    const update = () => {
      const now = inView && !document.hidden;
      setSeen(now);
      clearTimeout(timer);
      cancel();
      // Rendered, and the terminal made, within the turn: React would gather several into one long task.
      if (now) cancel = inTurn(() => flushSync(() => setNear(true)), urgent.current);
      else timer = setTimeout(() => setNear(false), inView ? FORGET_PAGE_MS : FORGET_MS);
    };
    const observer = new IntersectionObserver((entries) => {
      inView = entries.at(-1)?.isIntersecting ?? false;
      update();
    });
    observer.observe(element);
    document.addEventListener('visibilitychange', update);
    return () => {
      clearTimeout(timer);
      cancel();
      observer.disconnect();
      document.removeEventListener('visibilitychange', update);
    };
  }, []);

  return (
    <div ref={box} className={s['box']}>
      {near && <Live {...props} visible={seen} />}
    </div>
  );
}

function Live(props: PaneProps & { readonly visible: boolean }) {
  const { session, scrollback, visible, autoFocus = false } = props;
  const host = useRef<HTMLDivElement>(null);
  const handle = useRef<PaneHandle | null>(null);
  const latest = useRef(props);
  /** Asked for before the terminal was made: a press on a button may be that quick. */
  const wantsFocus = useRef(false);
  const [size, setSize] = useState<PaneSize | null>(null);
  const [ended, setExit] = useState<{ readonly status: number | null } | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [link, setLink] = useState<string | null>(null);
  const [clip, setClip] = useState<string | null>(null);
  const [searching, setSearching] = useState(props.find !== undefined);
  const [selected, setSelected] = useState(false);
  const exit = ended ?? props.exit;
  const away = props.state === 'unreachable' && exit === null;
  const theme = useTheme((state) => state.theme);
  const font = usePrefs((state) => state.font);
  const palette = usePrefs((state) => state.palette);
  const canType = useCan('type');

  useEffect(() => {
    latest.current = props;
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: theme and font are applied to the living terminal below
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const pane = createPane({
      host: element,
      session,
      scrollback,
      first: { cols: latest.current.cols, rows: latest.current.rows },
      endOnly: latest.current.endOnly ?? false,
      theme,
      font,
      canType,
      events: {
        size: (next) => {
          latest.current.onFits?.(next.fits || next.owner === null);
          if (!next.fits && next.owner === null && canType && isFirstLook(session)) handle.current?.takeSize();
          setSize((old) =>
            old &&
            old.cols === next.cols &&
            old.rows === next.rows &&
            old.owner === next.owner &&
            old.fits === next.fits
              ? old
              : next,
          );
        },
        exit: (status) => setExit({ status }),
        live: () => {
          setExit(null);
          setFailed(null);
        },
        failed: setFailed,
        refused: (message) => toast('bad', message),
        link: setLink,
        clipboard: setClip,
        focus: (focused) => latest.current.onFocus?.(focused),
        swipe: (by) => latest.current.onSwipe?.(by),
        selected: setSelected,
        typed: (data) => {
          const typed = applySticky(data, latest.current.sticky ?? NO_STICKY);
          if (typed.used) latest.current.onStickyUsed?.();
          return typed.data;
        },
      },
    });
    pane.onFind(() => setSearching(true));
    handle.current = pane;
    // Whoever writes in a field by now keeps the keyboard; another terminal gives it up.
    const field = document.activeElement?.matches('input, select, textarea:not(.xterm-helper-textarea)') ?? false;
    if ((autoFocus || wantsFocus.current) && !field) pane.focus();
    wantsFocus.current = false;
    return () => {
      handle.current = null;
      pane.dispose();
    };
  }, [session, scrollback, canType]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new start ends the news of the last life
  useEffect(() => setExit(null), [props.startedAt]);
  // A terminal that was gone may be there when the session moves again; an open one is left alone.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each move is a new chance
  useEffect(() => {
    setFailed(null);
    handle.current?.retry();
  }, [props.startedAt, props.state]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme's colours are those of the palette
  useEffect(() => handle.current?.setTheme(theme), [theme, palette]);
  useEffect(() => handle.current?.setFont(font), [font]);
  useEffect(() => handle.current?.setVisible(visible), [visible]);

  useImperativeHandle(props.ref, () => ({
    focus: () => {
      if (handle.current) handle.current.focus();
      else wantsFocus.current = true;
    },
    press: (data) => handle.current?.press(data),
    paste: (text) => handle.current?.paste(text),
    search: () => setSearching(true),
    takeSize: () => handle.current?.takeSize(),
    applicationKeys: () => handle.current?.term.modes.applicationCursorKeysMode ?? false,
  }));

  const copy = (text: string) => {
    setClip(null);
    copyText(text).then(
      () => toast('good', 'Copied.'),
      () => toast('bad', 'The browser refused the clipboard.'),
    );
  };

  return (
    // The rim around the text is of the same ground; the host itself is clipped where it shows the end of a screen.
    <section
      className={s['live']}
      style={{ background: terminalTheme(theme).background }}
      aria-label={`Terminal of ${props.name}`}
    >
      {searching && handle.current && (
        <Search
          term={handle.current.term}
          initial={props.find}
          onClose={() => {
            setSearching(false);
            handle.current?.focus();
          }}
        />
      )}
      <div ref={host} className={s['host']} data-away={away} />
      {(away || props.lostKeys) && (
        <Away node={props.node} away={away} unsent={props.unsent ?? 0} lost={props.lostKeys} />
      )}
      {selected && (
        <div className={s['selection']} role="toolbar" aria-label="Selected text">
          <Button
            look="primary"
            onClick={() => {
              const text = handle.current?.term.getSelection() ?? '';
              copy(text);
              handle.current?.term.clearSelection();
              setSelected(false);
            }}
          >
            <Copy size={15} aria-hidden />
            Copy
          </Button>
          <Button
            onClick={() => {
              handle.current?.term.selectAll();
            }}
          >
            All
          </Button>
          <Button
            look="icon"
            aria-label="Let the selection go"
            onClick={() => {
              handle.current?.term.clearSelection();
              setSelected(false);
            }}
          >
            <X size={16} aria-hidden />
          </Button>
        </div>
      )}
      {size && !size.fits && exit === null && (
        <div className={s['size']}>
          <span>
            {size.cols}×{size.rows}, {size.owner === null ? 'not sized for this screen' : 'sized by another screen'}
          </span>
          {canType && (
            <Button look="ghost" className={s['small']} onClick={() => handle.current?.takeSize()}>
              <Maximize2 size={12} aria-hidden />
              Fit to me
            </Button>
          )}
        </div>
      )}
      {exit !== null && (
        <div className={s['strip']} role="status">
          <Square size={13} aria-hidden />
          <span>
            The program has ended
            {exit.status === null ? '' : exit.status === 0 ? ' (status 0)' : ` with status ${exit.status}`}.
          </span>
          {failed !== null && props.onWake ? (
            <Button className={s['small']} onClick={props.onWake}>
              <RotateCcw size={12} aria-hidden />
              Bring back
            </Button>
          ) : (
            props.onRestart && (
              <Button className={s['small']} onClick={props.onRestart}>
                <RotateCcw size={12} aria-hidden />
                Restart
              </Button>
            )
          )}
        </div>
      )}
      {failed !== null && exit === null && !away && (
        <div className={s['strip']} data-bad role="alert">
          <PlugZap size={13} aria-hidden />
          <span>{failed}</span>
          <Button
            className={s['small']}
            onClick={() => {
              setFailed(null);
              handle.current?.retry();
            }}
          >
            Open again
          </Button>
        </div>
      )}
      {clip !== null && (
        <div className={s['strip']} role="alert">
          <ClipboardCopy size={13} aria-hidden />
          <span>
            The program wants to copy to your clipboard: <code>{clip.slice(0, 80)}</code>
            {clip.length > 80 && ` and ${clip.length - 80} more characters`}
          </span>
          <Button className={s['small']} onClick={() => copy(clip)}>
            Copy
          </Button>
          <Button look="ghost" className={s['small']} onClick={() => setClip(null)}>
            Refuse
          </Button>
        </div>
      )}
      {link !== null && <div className={s['link']}>{link}</div>}
    </section>
  );
}
