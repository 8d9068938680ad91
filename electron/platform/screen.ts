/**
 * The headless terminal behind a session: xterm without a window. It parses what the pane printed and tells what is
 * on the screen. It never answers terminal queries (its replies have no listener): tmux alone answers them, a second
 * answer would arrive at the program as typed keys.
 */
import { SerializeAddon } from '@xterm/addon-serialize';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import headless from '@xterm/headless';
import { Fault } from '../../shared/fault.ts';
import { type Widths, widthsLikeTmux } from '../../shared/widths.ts';
import type { CellStyle, Screen, ScreenHint, ScreenView, StyledRun } from './ports.ts';
import { type Buffer, bufferEscapes, type Cell, type Terminal } from './screen-escapes.ts';

export interface ScreenOptions {
  readonly cols: number;
  readonly rows: number;
  /** Lines kept above the screen; each costs 12 bytes a column. Default 1000. */
  readonly scrollback?: number;
}

/** Sequences that agents use to tell of themselves: iTerm notice, kitty notice, urxvt notice, codex's state. */
const HINT_OSC = [9, 99, 777, 7501] as const;
const HINT_LENGTH = 1024;

/** What a program may send as a title or notice, fit for a list or a log: no control characters, no text direction marks. */
export function tidy(text: string): string {
  const clean = text
    .slice(0, HINT_LENGTH * 4)
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu, ' ')
    .trim();
  return clean.length <= HINT_LENGTH ? clean : clean.slice(0, HINT_LENGTH).replace(/[\ud800-\udbff]$/, '');
}

/** The addon only gives its tables to a terminal that it is loaded into: this one takes them. */
function countLikeTmux(terminal: Terminal): void {
  const taker = { unicode: { register: (base: Widths) => terminal.unicode.register(widthsLikeTmux(base)) } };
  new Unicode11Addon().activate(taker as unknown as Parameters<Unicode11Addon['activate']>[0]);
  terminal.unicode.activeVersion = 'tmux';
}

/** Throws a Fault `too-large` from `write` when 50 MB wait unparsed: treat it as a gap and take a new snapshot. */
export function createScreen(options: ScreenOptions): Screen {
  const terminal = new headless.Terminal({
    cols: options.cols,
    rows: options.rows,
    scrollback: options.scrollback ?? 1000,
    allowProposedApi: true,
    logLevel: 'off',
  });
  countLikeTmux(terminal);
  const serializer = new SerializeAddon();
  terminal.loadAddon(serializer);

  const hints = new Set<(hint: ScreenHint) => void>();
  const waiting = new Set<() => void>();
  const modes = trackModes(terminal);
  let title = '';
  /** Rises with every parsed slice and resize: tells a view whether the buffer is still what it was made from. */
  let generation = 0;
  let cached: { readonly generation: number; readonly view: ScreenView } | null = null;
  let disposed = false;

  const tell = (hint: ScreenHint): void => {
    for (const listener of hints) listener(hint);
  };
  terminal.onWriteParsed(() => {
    generation += 1;
  });
  terminal.onTitleChange((text) => {
    title = tidy(text);
    tell({ kind: 'title', text: title });
  });
  terminal.onBell(() => tell({ kind: 'bell' }));
  for (const code of HINT_OSC) {
    terminal.parser.registerOscHandler(code, (data) => {
      tell({ kind: 'osc', code, text: tidy(data) });
      return true;
    });
  }

  return {
    write(bytes) {
      if (disposed) return;
      try {
        terminal.write(bytes);
      } catch (error) {
        throw new Fault(
          'too-large',
          'The terminal printed faster than it could be read; take a new snapshot of the pane.',
          undefined,
          error,
        );
      }
    },
    settled() {
      if (disposed) return Promise.resolve();
      return new Promise((resolve) => {
        const done = (): void => {
          waiting.delete(done);
          generation += 1;
          resolve();
        };
        waiting.add(done);
        terminal.write('', done);
      });
    },
    resize(cols, rows) {
      if (disposed || (cols === terminal.cols && rows === terminal.rows)) return;
      terminal.resize(cols, rows);
      modes.resized();
      generation += 1;
    },
    view() {
      if (cached?.generation !== generation) {
        const made = generation;
        cached = { generation, view: viewOf(terminal, title, modes.cursorVisible(), () => generation === made) };
      }
      return cached.view;
    },
    serialize(scrollback) {
      const { normal, active } = terminal.buffer;
      const main = bufferEscapes(terminal, normal, Math.max(0, scrollback));
      const other = active.type === 'alternate' ? `\u001b[?1049h\u001b[H${bufferEscapes(terminal, active, 0)}` : '';
      // Asked for a row that is not there, the addon gives the pen and the modes alone. A number beyond the last row will
      // not do: once the history is full, xterm counts around and gives an old line, which would stand at the cursor.
      const nowhere = 0.5;
      const rest = serializer.serialize({ range: { start: nowhere, end: nowhere }, excludeAltBuffer: true });
      return main + other + rest + modes.restore();
    },
    text(lines) {
      return textOf(terminal.buffer.active, lines);
    },
    get bracketedPaste() {
      return terminal.modes.bracketedPasteMode;
    },
    get gone() {
      return modes.scrollsWhole() ? (options.scrollback ?? 1000) + 2 * terminal.rows : null;
    },
    onHint(listener) {
      hints.add(listener);
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      terminal.dispose();
      hints.clear();
      // A disposed terminal forgets its callbacks; whoever waits must still go on.
      for (const done of [...waiting]) done();
    },
  };
}

interface Modes {
  cursorVisible(): boolean;
  scrollsWhole(): boolean;
  resized(): void;
  /** What the serialize addon leaves out, and the cursor that some of its modes move. */
  restore(): string;
}

/** Watches the modes that xterm keeps to itself. Handlers return false, so that xterm still acts on the sequence. */
function trackModes(terminal: Terminal): Modes {
  let visible = true;
  let mouseEncoding: 0 | 1006 | 1016 = 0;
  let cursorStyle = 0;
  const region: Record<'normal' | 'alternate', readonly [number, number] | null> = { normal: null, alternate: null };
  const reset = (): void => {
    visible = true;
    region[terminal.buffer.active.type] = null;
  };

  for (const final of ['h', 'l'] as const) {
    terminal.parser.registerCsiHandler({ prefix: '?', final }, (params) => {
      for (const param of params) {
        if (param === 25) visible = final === 'h';
        if (param === 1006 || param === 1016) mouseEncoding = final === 'h' ? param : 0;
      }
      return false;
    });
  }
  terminal.parser.registerCsiHandler({ intermediates: ' ', final: 'q' }, (params) => {
    const style = params[0];
    cursorStyle = typeof style === 'number' && style >= 0 && style <= 6 ? style : 0;
    return false;
  });
  terminal.parser.registerCsiHandler({ final: 'r' }, (params) => {
    const top = Number(params[0] ?? 1) || 1;
    const given = Number(params[1] ?? 0) || terminal.rows;
    const bottom = Math.min(given, terminal.rows);
    if (bottom > top)
      region[terminal.buffer.active.type] = top === 1 && bottom === terminal.rows ? null : [top, bottom];
    return false;
  });
  terminal.parser.registerCsiHandler({ intermediates: '!', final: 'p' }, () => {
    reset();
    return false;
  });
  terminal.parser.registerEscHandler({ final: 'c' }, () => {
    reset();
    region.normal = null;
    region.alternate = null;
    mouseEncoding = 0;
    cursorStyle = 0;
    return false;
  });
  terminal.buffer.onBufferChange((buffer) => {
    // xterm clears the alternate screen, and its region, on the way back.
    if (buffer.type === 'normal') region.alternate = null;
  });

  return {
    cursorVisible: () => visible,
    scrollsWhole: () => region[terminal.buffer.active.type] === null,
    resized() {
      region.normal = null;
      region.alternate = null;
    },
    restore() {
      const buffer = terminal.buffer.active;
      let text = '';
      const margins = region[buffer.type];
      if (margins !== null) text += `\u001b[${margins[0]};${margins[1]}r`;
      // Setting margins or origin mode sends the cursor home: bring it back, counting from the margin in origin mode.
      const { originMode } = terminal.modes;
      if (margins !== null || originMode) {
        const from = originMode && margins !== null ? margins[0] - 1 : 0;
        const x = Math.min(buffer.cursorX, terminal.cols - 1);
        text += `\u001b[${buffer.cursorY - from + 1};${x + 1}H`;
      }
      if (mouseEncoding !== 0) text += `\u001b[?${mouseEncoding}h`;
      if (cursorStyle !== 0) text += `\u001b[${cursorStyle} q`;
      if (!visible) text += '\u001b[?25l';
      return text;
    },
  };
}

function viewOf(terminal: Terminal, title: string, visible: boolean, current: () => boolean): ScreenView {
  const buffer = terminal.buffer.active;
  const { cols, rows } = terminal;
  const top = buffer.baseY;
  const lines: string[] = [];
  const wraps: boolean[] = [];
  for (let row = 0; row < rows; row += 1) {
    const line = buffer.getLine(top + row);
    lines.push(line ? trimSpaces(line.translateToString(true)) : '');
    wraps.push(line?.isWrapped === true);
  }
  const runs = new Map<number, readonly StyledRun[]>();
  return {
    cols,
    rows,
    lines,
    runs(row) {
      const known = runs.get(row);
      if (known !== undefined) return known;
      // Once the terminal went on, its cells no longer belong to `lines`: plain text is the honest rest.
      const made = current() ? runsOf(buffer, top + row, cols, lines[row] ?? '') : plainRun(lines[row] ?? '');
      runs.set(row, made);
      return made;
    },
    wrapped: (row) => wraps[row] === true,
    cursor: { x: buffer.cursorX, y: buffer.cursorY, visible },
    alternate: buffer.type === 'alternate',
    title,
  };
}

function trimSpaces(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 32) end -= 1;
  return end === text.length ? text : text.slice(0, end);
}

const PLAIN: CellStyle = {
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
  fg: -1,
  bg: -1,
};

function plainRun(text: string): readonly StyledRun[] {
  return text === '' ? [] : [{ text, style: PLAIN }];
}

function runsOf(buffer: Buffer, row: number, cols: number, text: string): readonly StyledRun[] {
  const line = buffer.getLine(row);
  if (!line || text === '') return [];
  const cell = buffer.getNullCell();
  const runs: StyledRun[] = [];
  let style = PLAIN;
  let open = '';
  let left = text.length;
  for (let x = 0; x < cols && left > 0; x += 1) {
    if (!line.getCell(x, cell)) break;
    // The second half of a wide character has no text of its own.
    if (cell.getWidth() === 0) continue;
    const chars = cell.getChars() || ' ';
    left -= chars.length;
    if (!sameStyle(style, cell)) {
      if (open !== '') runs.push({ text: open, style });
      style = styleOf(cell);
      open = '';
    }
    open += chars;
  }
  if (open !== '') runs.push({ text: open, style });
  return runs;
}

function colour(rgb: boolean, palette: boolean, value: number): number {
  return rgb ? 0x1000000 | value : palette ? value : -1;
}

function styleOf(cell: Cell): CellStyle {
  return {
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
    italic: cell.isItalic() !== 0,
    underline: cell.isUnderline() !== 0,
    inverse: cell.isInverse() !== 0,
    fg: colour(cell.isFgRGB(), cell.isFgPalette(), cell.getFgColor()),
    bg: colour(cell.isBgRGB(), cell.isBgPalette(), cell.getBgColor()),
  };
}

function sameStyle(style: CellStyle, cell: Cell): boolean {
  return (
    style.bold === (cell.isBold() !== 0) &&
    style.dim === (cell.isDim() !== 0) &&
    style.italic === (cell.isItalic() !== 0) &&
    style.underline === (cell.isUnderline() !== 0) &&
    style.inverse === (cell.isInverse() !== 0) &&
    style.fg === colour(cell.isFgRGB(), cell.isFgPalette(), cell.getFgColor()) &&
    style.bg === colour(cell.isBgRGB(), cell.isBgPalette(), cell.getBgColor())
  );
}

/** Soft wraps undone, blank lines at the end left out, the newest `count` lines. */
function textOf(buffer: Buffer, count: number): readonly string[] {
  const found: string[] = [];
  let tail = '';
  for (let row = buffer.length - 1; row >= 0 && found.length < count; row -= 1) {
    const line = buffer.getLine(row);
    if (!line) continue;
    tail = line.translateToString(false) + tail;
    if (line.isWrapped && row > 0) continue;
    const text = trimSpaces(tail);
    tail = '';
    if (text !== '' || found.length > 0) found.push(text);
  }
  return found.reverse();
}
