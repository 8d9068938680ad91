/**
 * One live terminal in one box: the pipe's bytes into xterm, typed bytes into the pipe, sizes, visibility. No React
 * here; `Pane.tsx` gives it a box and draws what it tells. The order of bytes and sizes is kept by xterm's own write
 * queue: a size that arrived between two pieces of output is applied between them.
 */
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import type { ViewerControl, ViewerNotice } from '../../../shared/contract/viewers.ts';
import type { Pipe } from '../../../shared/wire/client.ts';
import { wire } from '../../app/connect.ts';
import { FONT, usePrefs } from '../../app/prefs.ts';
import type { Theme } from '../../app/theme.ts';
import { innerBox, openLink, widthOf } from './browser.ts';
import { createEcho } from './echo.ts';
import { FONT_MIN, type Grid, gridFor, rowsHidden } from './fit.ts';
import { glFor } from './gl.ts';
import { createInflow } from './inflow.ts';
import { isFocusReport } from './keys.ts';
import { type Cell, createLetters } from './letters.ts';
import { clipboardText } from './osc52.ts';
import { contrastFor, terminalFont, terminalTheme } from './palette.ts';
import type { PaneEvents } from './pane-events.ts';
import { pastesAsText, withoutMarks } from './paste.ts';
import { goTo, type Place, placeOf } from './place.ts';
import { swallowQueries } from './replies.ts';
import { drawOnlyNewRows } from './rows.ts';
import { drawOnlyRealSelections } from './selection.ts';
import { shortcut } from './shortcuts.ts';
import { allowXtermStyles } from './strict-styles.ts';
import { listenToTouch } from './touch.ts';
import { countLikeTmux } from './unicode.ts';
import { wholeScreen } from './whole.ts';

export interface PaneOptions {
  readonly host: HTMLElement;
  /** Session id. */
  readonly session: string;
  readonly scrollback: number;
  /** The size that it is said to have: drawn for another, it would be drawn twice. */
  readonly first: Grid;
  /** Where all of someone else's screen would be too small to read, show its end: for tiles. */
  readonly endOnly: boolean;
  readonly theme: Theme;
  readonly font: number;
  readonly canType: boolean;
  readonly events: PaneEvents;
}

export type PaneHandle = ReturnType<typeof createPane>;

const RESIZE_MS = 120;
const encoder = new TextEncoder();
/** Bytes not parsed yet above which a whole screen is the shorter way. */
const BACKLOG_MOST = 1_500_000;

export function createPane(options: PaneOptions) {
  const { host, session, scrollback, first, endOnly, theme, font, canType, events } = options;
  let base = font;
  let colours = terminalTheme(theme);
  const family = terminalFont();
  const letters = createLetters({ host, family, base: () => base, endOnly });
  let remote: { cols: number; rows: number; owner: string | null; mine: boolean } | null = null;
  let own: Grid | null = null;
  let pipe: Pipe | null = null;
  let visible = true;
  let focused = false;
  let disposed = false;
  /** Only the end of the screen is in sight: heights in pixels of a row and of the room for them. */
  let shownEnd: { readonly row: number; readonly room: number } | null = null;
  /** The bytes that come next are a whole screen of this size. */
  let fresh: Grid | null = null;
  /** Bytes are of no use until a whole screen comes. */
  let skipping = false;

  // The hub takes the screen while the terminal is made, which takes a phone a quarter of a second; nothing is heard before.
  open();
  allowXtermStyles();
  const term = new Terminal({
    allowProposedApi: true,
    cols: first.cols,
    rows: first.rows,
    scrollback,
    fontFamily: family,
    fontSize: letters.first(first),
    lineHeight: 1.2,
    theme: colours,
    minimumContrastRatio: contrastFor(theme),
    cursorBlink: false,
    cursorInactiveStyle: 'outline',
    disableStdin: !canType,
    macOptionIsMeta: true,
    rightClickSelectsWord: false,
    linkHandler: {
      activate: (_event, uri) => openLink(uri),
      hover: (_event, uri) => events.link(uri),
      leave: () => events.link(null),
    },
  });
  swallowQueries(term.parser);
  term.parser.registerOscHandler(52, (data) => {
    const text = clipboardText(data);
    if (text !== null) events.clipboard(text);
    return true;
  });
  countLikeTmux(term);
  term.loadAddon(pastesAsText(host));
  term.loadAddon(
    new WebLinksAddon((_event, uri) => openLink(uri), {
      hover: (_event, uri) => events.link(uri),
      leave: () => events.link(null),
    }),
  );
  term.open(host);
  drawOnlyRealSelections(term);
  drawOnlyNewRows(term);
  const inflow = createInflow(term);
  const gl = glFor(term, () => layout());
  const echo = createEcho(term, { latency: () => wire().latency(), measure: () => wire().measure() });
  const screen = () => term.element?.querySelector<HTMLElement>('.xterm-screen') ?? null;

  /** Null without a box. */
  function cell(): Cell | null {
    const drawn = gl.draws() ? 'gl' : 'elements';
    const known = letters.known(drawn);
    if (known) return known;
    setFont(base);
    const box = screen()?.getBoundingClientRect();
    if (!box || box.height === 0) return null;
    const height = box.height / term.rows / base;
    const width = box.width / term.cols / base;
    return letters.keep(drawn, { ratio: { width: widthOf(family), height }, drawn: { width, height } });
  }
  function setFont(size: number): void {
    if (term.options.fontSize !== size) term.options.fontSize = size;
  }

  /** Draws the present grid as large as the box allows, and tells the core what this viewer would choose. */
  function layout(): void {
    if (disposed) return;
    const room = innerBox(host);
    if (room.width <= 0 || room.height <= 0) return;
    const known = cell();
    if (!known) return;
    const chosen = gridFor(room.width, room.height, known.drawn, base);
    if (chosen && (chosen.cols !== own?.cols || chosen.rows !== own.rows)) {
      own = chosen;
      control({ kind: 'resize', ...chosen });
    }
    const grid = remote ?? first;
    const fits = remote?.mine === true || (own?.cols === grid.cols && own.rows === grid.rows);
    let end = false;
    if (fits) setFont(base);
    else {
      const small = letters.scaled(room, known, grid);
      end = small.end;
      let { size } = small;
      setFont(size);
      // Heights are rounded up to whole device pixels: what fits by the numbers may be a little too tall when drawn.
      for (let tries = 0; !end && tries < 4 && size > FONT_MIN; tries += 1) {
        const now = screen()?.getBoundingClientRect();
        if (!now || (now.width <= room.width + 1 && now.height <= room.height + 1)) break;
        size -= 0.5;
        setFont(size);
      }
    }
    host.dataset['fit'] = fits ? 'whole' : end ? 'end' : 'scaled';
    shownEnd = end ? { row: (screen()?.clientHeight ?? 0) / term.rows, room: room.height } : null;
    slide();
    if (remote) events.size({ cols: remote.cols, rows: remote.rows, owner: remote.owner, fits });
  }

  /** In a tile that shows only the end of a screen: moves the last line with anything on it into view. */
  function slide(): void {
    const element = term.element;
    if (!element) return;
    let hidden = 0;
    if (shownEnd && shownEnd.row > 0) {
      const buffer = term.buffer.active;
      let last = term.rows - 1;
      while (
        last > buffer.cursorY &&
        !buffer
          .getLine(buffer.baseY + last)
          ?.translateToString(true)
          .trim()
      )
        last -= 1;
      hidden = Math.round(rowsHidden(last, Math.floor(shownEnd.room / shownEnd.row)) * shownEnd.row);
    }
    const translate = hidden > 0 ? `0 ${-hidden}px` : '';
    if (element.style.translate !== translate) element.style.translate = translate;
  }
  let slideTimer: ReturnType<typeof setTimeout> | undefined;
  term.onWriteParsed(() => {
    if (!shownEnd || slideTimer !== undefined) return;
    slideTimer = setTimeout(() => {
      slideTimer = undefined;
      if (!disposed) slide();
    }, 100);
  });

  let resizeTimer: ReturnType<typeof setTimeout> | undefined;
  const observer = new ResizeObserver(() => {
    clearTimeout(resizeTimer);
    resizeTimer = setTimeout(layout, RESIZE_MS);
  });
  observer.observe(host);

  function control(message: ViewerControl): void {
    pipe?.control(message);
  }

  function notice(message: ViewerNotice): void {
    if (message.kind === 'screen') {
      fresh = message;
      skipping = false;
      events.live();
    } else if (message.kind === 'size') {
      const { cols, rows, owner, mine } = message;
      inflow.write('', () => {
        remote = { cols, rows, owner, mine };
        resizeTo(cols, rows);
      });
    } else if (message.kind === 'exit') {
      inflow.write('', () => events.exit(message.status));
    } else {
      events.live();
    }
  }

  /** A whole new screen takes the place of the old one in one piece of work: nothing empty is drawn in between. */
  function replace(cols: number, rows: number, bytes: Uint8Array): void {
    let place: Place | null = null;
    inflow.write('', () => {
      place = placeOf(term);
      echo.reset();
      resizeTo(cols, rows);
    });
    inflow.write(wholeScreen(bytes), () => place && goTo(term, place));
  }

  /** A program writes faster than this page reads: what waits is thrown away for the screen as it is now. */
  function catchUp(): void {
    skipping = true;
    inflow.drop();
    control({ kind: 'visible', visible: false });
    control({ kind: 'visible', visible: true });
  }

  function resizeTo(cols: number, rows: number): void {
    if (disposed) return;
    if (cols !== term.cols || rows !== term.rows) term.resize(cols, rows);
    remote = { cols, rows, owner: remote?.owner ?? null, mine: remote?.mine ?? false };
    layout();
  }

  function open(): void {
    if (disposed || pipe) return;
    fresh = null;
    pipe = wire().pipe(
      'sessions.terminal',
      { name: session, scrollback, ...(own ?? {}) },
      {
        bytes(bytes) {
          const now = fresh;
          fresh = null;
          if (now) replace(now.cols, now.rows, bytes);
          // A view of the frame: xterm parses later than this turn.
          else if (!skipping) inflow.write(bytes.slice());
          if (inflow.backlog() > BACKLOG_MOST && !skipping && !now) catchUp();
        },
        notice: (message) => notice(message as ViewerNotice),
        // After a reconnection the core knows nothing of this viewer; the parameters are those of the first time.
        opened: () => {
          if (own) control({ kind: 'resize', ...own });
          if (!visible) control({ kind: 'visible', visible: false });
        },
        refused: (fault) => events.refused(fault.message),
        ended: (fault) => {
          pipe = null;
          if (!disposed) events.failed(fault?.message ?? 'The hub closed this terminal.');
        },
      },
    );
  }

  /** Keystrokes without a connection are dropped, never kept for a screen that nobody has seen; that is told. */
  function put(bytes: Uint8Array): boolean {
    if (!pipe) return false;
    const sent = pipe.bytes(bytes);
    if (!sent) events.refused('Not connected: what you typed was not sent.');
    return sent;
  }
  const send = (data: string) => {
    if (!canType || isFocusReport(data) || !put(encoder.encode(data))) return;
    echo.typed(data);
    // The mouse has no echo.
    if (!data.startsWith('\x1b[<')) inflow.typed();
  };
  term.onData((data) => send(events.typed(data)));
  // Old mouse reports are bytes above 0x7f, one per character.
  term.onBinary((data) => canType && put(Uint8Array.from(data, (char) => char.charCodeAt(0) & 0xff)));

  const onFocus = (now: boolean) => () => {
    focused = now;
    inflow.urgent(now);
    if (visible) gl.want(now);
    events.focus(now);
  };
  const gained = onFocus(true);
  const lost = onFocus(false);
  term.textarea?.addEventListener('focus', gained);
  term.textarea?.addEventListener('blur', lost);
  term.textarea?.setAttribute('aria-label', 'Terminal input');

  const endTouch = listenToTouch({
    term,
    host,
    font: () => base,
    limits: FONT,
    onFont: usePrefs.getState().setFont,
    onSwipe: events.swipe,
    onSelect: events.selected,
  });

  let onFind: () => void = () => undefined;
  term.attachCustomKeyEventHandler((event) => shortcut(term, event, () => onFind()));

  // Of the first letters on a page nothing is known: to measure them is as much work as the rest, and has a task of its own.
  if (letters.known('elements')) layout();
  else setTimeout(layout);
  gl.want(false);

  return {
    term,
    focus: () => term.focus(),
    /** Sends bytes as if typed, for the soft keys. */
    press: (data: string) => {
      send(data);
      term.scrollToBottom();
    },
    paste: (text: string) => canType && term.paste(withoutMarks(text)),
    /** Takes the size for this viewer. */
    takeSize() {
      if (own) control({ kind: 'resize', ...own });
      control({ kind: 'take-size' });
    },
    setTheme(next: Theme) {
      term.options.minimumContrastRatio = contrastFor(next);
      const wanted = terminalTheme(next);
      if (JSON.stringify(wanted) === JSON.stringify(colours)) return;
      colours = wanted;
      term.options.theme = wanted;
    },
    setFont(size: number) {
      if (size === base) return;
      base = size;
      layout();
    },
    /** A hidden pane costs nothing: no bytes, no WebGL context. */
    setVisible(next: boolean) {
      if (next === visible) return;
      visible = next;
      control({ kind: 'visible', visible: next });
      if (next) {
        term.options.scrollback = scrollback;
        gl.want(focused);
        layout();
      } else {
        // A whole screen comes when it shows again, with its history: held meanwhile only for whoever reads in it.
        if (!placeOf(term)) term.options.scrollback = 0;
        skipping = true;
        inflow.drop();
        gl.release();
      }
    },
    onFind(listener: () => void) {
      onFind = listener;
    },
    /** Opens the pipe again after it failed. */
    retry: open,
    dispose() {
      disposed = true;
      inflow.dispose();
      clearTimeout(resizeTimer);
      clearTimeout(slideTimer);
      observer.disconnect();
      echo.dispose();
      endTouch();
      gl.release();
      pipe?.close();
      pipe = null;
      term.textarea?.removeEventListener('focus', gained);
      term.textarea?.removeEventListener('blur', lost);
      term.dispose();
    },
  };
}
