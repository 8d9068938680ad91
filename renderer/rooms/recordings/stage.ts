/** The terminal that a recording is played on: it shows, and takes and sends nothing. */
import type { SearchAddon } from '@xterm/addon-search';
import { Terminal } from '@xterm/xterm';
import type { PlayEvent } from '../../../shared/contract/recordings.ts';
import type { Theme } from '../../app/theme.ts';
import { openLink, widthOf } from '../terminal/browser.ts';
import { FONT_MIN, fontFor } from '../terminal/fit.ts';
import { contrastFor, terminalFont, terminalTheme } from '../terminal/palette.ts';
import { swallowQueries } from '../terminal/replies.ts';
import { allowXtermStyles } from '../terminal/strict-styles.ts';
import { countLikeTmux } from '../terminal/unicode.ts';
import '@xterm/xterm/css/xterm.css';

export interface Stage {
  /** From here on, nothing of before. */
  clear(cols: number, rows: number): void;
  show(events: readonly PlayEvent[]): void;
  /** Everything shown so far is drawn. */
  settled(): Promise<void>;
  /** Nothing can be seen on it. */
  blank(): boolean;
  /** Brings the last place with this text into sight. False when it is not there. */
  find(text: string): Promise<boolean>;
  setTheme(theme: Theme): void;
  setFont(size: number): void;
  dispose(): void;
}

const FIT_MS = 60;
/** A small grid fills the place with larger letters, up to this size. */
const FILL = 18;
const FOUND = {
  decorations: {
    activeMatchBackground: '#c98a1b',
    matchOverviewRuler: '#6b5a2a',
    activeMatchColorOverviewRuler: '#c98a1b',
  },
};

export function createStage(host: HTMLElement, theme: Theme, font: number): Stage {
  let base = Math.max(font, FILL);
  let disposed = false;
  let search: SearchAddon | null = null;
  allowXtermStyles();
  const term = new Terminal({
    allowProposedApi: true,
    cols: 80,
    rows: 24,
    scrollback: 5000,
    fontFamily: terminalFont(),
    fontSize: base,
    lineHeight: 1.2,
    theme: terminalTheme(theme),
    minimumContrastRatio: contrastFor(theme),
    cursorBlink: false,
    cursorInactiveStyle: 'outline',
    disableStdin: true,
    linkHandler: { activate: (_event, uri) => openLink(uri) },
  });
  swallowQueries(term.parser);
  // The clipboard was meant for whoever was there when it was recorded.
  term.parser.registerOscHandler(52, () => true);
  // A program that wanted the mouse gets none: its clicks would take the wheel away from whoever watches.
  term.attachCustomKeyEventHandler(() => false);
  countLikeTmux(term);
  term.open(host);
  // The player's keys belong to the player.
  if (term.textarea) {
    term.textarea.tabIndex = -1;
    term.textarea.setAttribute('aria-hidden', 'true');
  }

  const screen = () => term.element?.querySelector<HTMLElement>('.xterm-screen') ?? null;
  /** The largest font at which the recorded grid is seen whole. */
  const layout = () => {
    if (disposed) return;
    const style = getComputedStyle(host);
    const pad = (side: string) => Number.parseFloat(style.getPropertyValue(`padding-${side}`)) || 0;
    const box = {
      width: host.clientWidth - pad('left') - pad('right'),
      height: host.clientHeight - pad('top') - pad('bottom'),
    };
    if (box.width <= 0 || box.height <= 0) return;
    const setFont = (size: number) => {
      if (term.options.fontSize !== size) term.options.fontSize = size;
    };
    setFont(base);
    const drawn = screen()?.getBoundingClientRect();
    if (!drawn || drawn.height === 0) return;
    const ratio = { width: widthOf(term.options.fontFamily ?? ''), height: drawn.height / term.rows / base };
    let size = fontFor(box, ratio, { cols: term.cols, rows: term.rows }, base, window.devicePixelRatio);
    setFont(size);
    // Heights are rounded up to whole device pixels: what fits by the numbers may be a little too tall when drawn.
    for (let tries = 0; tries < 4 && size > FONT_MIN; tries += 1) {
      const now = screen()?.getBoundingClientRect();
      if (!now || (now.width <= box.width + 1 && now.height <= box.height + 1)) break;
      size -= 0.5;
      setFont(size);
    }
  };
  const resize = (cols: number, rows: number) => {
    if (disposed || (cols === term.cols && rows === term.rows)) return;
    term.resize(cols, rows);
    layout();
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const observer = new ResizeObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(layout, FIT_MS);
  });
  observer.observe(host);
  layout();

  return {
    clear(cols, rows) {
      // CAN ends a sequence that was cut in two by going elsewhere.
      term.write('\x18\x1bc', () => resize(cols, rows));
    },
    show(events) {
      let text = '';
      for (const [, kind, words] of events) {
        if (kind === 'o') text += words;
        else if (kind === 's') text += `\x18\x1bc${words}`;
        else {
          const [cols = 0, rows = 0] = words.split('x').map(Number);
          // In the order of the output around it.
          term.write(text, () => {
            if (cols > 0 && rows > 0) resize(cols, rows);
          });
          text = '';
        }
      }
      if (text !== '') term.write(text);
    },
    settled: () => new Promise((resolve) => (disposed ? resolve() : term.write('', resolve))),
    blank() {
      const { active } = term.buffer;
      for (let y = 0; y < term.rows; y += 1)
        if (active.getLine(active.viewportY + y)?.translateToString(true)) return false;
      return true;
    },
    async find(text) {
      const { SearchAddon } = await import('@xterm/addon-search');
      if (disposed) return false;
      if (!search) {
        search = new SearchAddon({ highlightLimit: 200 });
        term.loadAddon(search);
      }
      return search.findPrevious(text, FOUND);
    },
    setTheme(next) {
      term.options.theme = terminalTheme(next);
      term.options.minimumContrastRatio = contrastFor(next);
    },
    setFont(size) {
      base = Math.max(size, FILL);
      layout();
    },
    dispose() {
      disposed = true;
      clearTimeout(timer);
      observer.disconnect();
      term.dispose();
    },
  };
}
