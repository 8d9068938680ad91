/**
 * A line that scrolls makes xterm's own renderer draw every row of the screen anew, though all but one only changed their
 * place: most of what a pane that streams costs. Here a row that shows the same cells already is kept and put into its new
 * place, and only the others are drawn. Where more than cells may have changed (selection, focus, colours, sizes, links,
 * decorations) all is drawn as ever. xterm has no option for it; an xterm that is built otherwise just draws as it did.
 */
import type { Terminal } from '@xterm/xterm';
import { shareWidths } from './glyphs.ts';

/** A letter of a script that joins its letters, with its marks. */
const JOINED = /([\p{Script=Arabic}\p{Script=Syriac}\p{Script=Nko}\p{Script=Mandaic}\p{Script=Mongolian}]\p{M}*)/u;

interface Line {
  /** Three words a cell: what stands there, its colours. */
  readonly _data: Uint32Array;
}

interface Buffer {
  readonly ydisp: number;
  readonly ybase: number;
  readonly y: number;
  readonly lines: { get(row: number): Line | undefined };
}

interface Renderer {
  renderRows(start: number, end: number): void;
  readonly _rowElements: HTMLElement[];
  readonly _rowContainer: HTMLElement;
  readonly dimensions: { readonly css: { readonly cell: { readonly width: number } } };
  readonly _rowFactory: { readonly _selectionStart: unknown };
}

interface Core {
  readonly _bufferService: { readonly buffer: Buffer };
  readonly _renderService: {
    readonly _renderer: { readonly value: object | undefined };
    setRenderer(next: object): void;
  };
  readonly _decorationService: {
    onDecorationRegistered(run: () => void): unknown;
    onDecorationRemoved(run: () => void): unknown;
  };
}

/** After any of these a row may look otherwise though its cells are the same. */
const CHANGES = [
  'handleDevicePixelRatioChange',
  'handleResize',
  'handleCharSizeChanged',
  'handleBlur',
  'handleFocus',
  'handleSelectionChanged',
  'clear',
  '_handleOptionsChanged',
  '_injectCss',
  '_setCellUnderline',
] as const;

/** Parts of a cell's words that stand for more than the words themselves say: accents, underlines, links. */
const COMBINED = 0x20_0000;
const EXTENDED = 0x1000_0000;

/** What a row shows: a number to find it by, and its cells to be sure. */
export interface Cells {
  readonly hash: number;
  readonly data: Uint32Array;
}

/** Null for cells that cannot be told by their words. */
export function cellsOf(data: Uint32Array): Cells | null {
  let hash = 0;
  let contents = 0;
  let backgrounds = 0;
  for (let i = 0; i + 2 < data.length; i += 3) {
    const content = data[i] ?? 0;
    const background = data[i + 2] ?? 0;
    contents |= content;
    backgrounds |= background;
    hash = Math.imul(hash ^ content, 0x9e3779b1);
    hash = Math.imul((hash >>> 15) ^ hash ^ (data[i + 1] ?? 0), 0x85ebca6b);
    hash = Math.imul((hash >>> 13) ^ hash ^ background, 0xc2b2ae35);
  }
  return contents & COMBINED || backgrounds & EXTENDED ? null : { hash, data };
}

function same(one: Cells, other: Cells): boolean {
  if (one.hash !== other.hash || one.data.length !== other.data.length) return false;
  for (let i = 0; i < one.data.length; i += 1) if (one.data[i] !== other.data[i]) return false;
  return true;
}

/**
 * For each row of `now` the row of `before` that shows the same, or -1. Those that are kept stay in their order: all of them
 * are moved by the same number of rows, or, like the lines below a region that scrolls, not at all.
 */
export function keptRows(before: readonly (Cells | null)[], now: readonly (Cells | null)[]): number[] {
  const votes = new Map<number, number>();
  for (const [to, cells] of now.entries()) {
    if (!cells) continue;
    for (const [from, old] of before.entries()) {
      if (old?.hash === cells.hash) votes.set(from - to, (votes.get(from - to) ?? 0) + 1);
    }
  }
  let by = 0;
  for (const [shift, count] of votes) if (count > (votes.get(by) ?? 0)) by = shift;
  let last = -1;
  return now.map((cells, to) => {
    for (const from of cells ? [to + by, to] : []) {
      const old = before[from];
      if (from <= last || !cells || !old || !same(old, cells)) continue;
      last = from;
      return from;
    }
    return -1;
  });
}

/**
 * Each letter in a box of its own, a column wide, as tmux counts them. Joined, lam and alef would share a column and all
 * behind them stand a column off; and browsers put no space between letters that they join.
 */
function unjoin(row: HTMLElement | undefined, width: number): void {
  if (!row || !JOINED.test(row.textContent)) return;
  const all: Text[] = [];
  const texts = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) all.push(text as Text);
  for (const text of all) {
    const parts = text.data.split(JOINED).map((part, i) => {
      if (i % 2 === 0) return part;
      const letter = document.createElement('span');
      Object.assign(letter.style, { display: 'inline-block', width: `${width}px`, letterSpacing: '0' });
      letter.textContent = part;
      return letter;
    });
    if (parts.length > 1) text.replaceWith(...parts.filter((part) => part !== ''));
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const has = (value: unknown, name: string, type: string) => isObject(value) && typeof Reflect.get(value, name) === type;

function coreOf(term: Terminal): Core | null {
  const core: unknown = Reflect.get(term, '_core');
  if (!isObject(core)) return null;
  const [buffers, service, decorations] = ['_bufferService', '_renderService', '_decorationService'].map(
    (name): unknown => Reflect.get(core, name),
  );
  return has(buffers, 'buffer', 'object') &&
    has(service, '_renderer', 'object') &&
    has(service, 'setRenderer', 'function') &&
    has(decorations, 'onDecorationRegistered', 'function') &&
    has(decorations, 'onDecorationRemoved', 'function')
    ? (core as Core)
    : null;
}

/** xterm's own renderer, which draws with elements; WebGL draws otherwise. */
const isOfElements = (renderer: unknown): renderer is Renderer =>
  has(renderer, '_rowElements', 'object') &&
  has(renderer, '_rowContainer', 'object') &&
  has(renderer, '_rowFactory', 'object') &&
  has(renderer, 'dimensions', 'object') &&
  has(renderer, 'renderRows', 'function') &&
  CHANGES.every((name) => has(renderer, name, 'function'));

/** After the terminal was opened. */
export function drawOnlyNewRows(term: Terminal): void {
  const core = coreOf(term);
  if (!core) return;
  /** What the rows show that are drawn; null where that is not known. */
  let drawn: (Cells | null)[] = [];
  let decorations = 0;
  const forget = () => {
    drawn = [];
  };
  core._decorationService.onDecorationRegistered(() => {
    decorations += 1;
    forget();
  });
  core._decorationService.onDecorationRemoved(() => {
    decorations -= 1;
    forget();
  });

  const teach = (renderer: unknown) => {
    forget();
    if (!isOfElements(renderer)) return;
    shareWidths(renderer);
    const plainly = renderer.renderRows.bind(renderer);
    const draw = (start: number, end: number) => {
      plainly(start, end);
      for (let y = start; y <= end; y += 1) unjoin(renderer._rowElements[y], renderer.dimensions.css.cell.width);
    };
    for (const name of CHANGES) {
      const plain = Reflect.get(renderer, name) as (...args: readonly unknown[]) => unknown;
      Reflect.set(renderer, name, (...args: readonly unknown[]) => {
        forget();
        return plain.apply(renderer, [...args]);
      });
    }
    renderer.renderRows = (start, end) => {
      const { buffer } = core._bufferService;
      const cursor = buffer.ybase + buffer.y - buffer.ydisp;
      const now: (Cells | null)[] = [];
      for (let y = start; y <= end; y += 1) {
        const line = y === cursor ? undefined : buffer.lines.get(y + buffer.ydisp);
        now.push(line ? cellsOf(line._data) : null);
      }
      const plain = end === start || decorations > 0 || renderer._rowFactory._selectionStart !== undefined;
      const kept = plain ? [] : keptRows(drawn.slice(start, end + 1), now);
      if (!kept.some((from) => from >= 0)) draw(start, end);
      else {
        place(renderer, start, end, kept);
        for (const [i, from] of kept.entries()) if (from < 0) draw(start + i, start + i);
      }
      for (const [i, cells] of now.entries()) {
        const old = kept[i] ?? -1;
        // The terminal writes into its cells: what was drawn is a copy of its own.
        now[i] = old >= 0 ? (drawn[start + old] ?? null) : cells && { hash: cells.hash, data: cells.data.slice() };
      }
      while (drawn.length < start) drawn.push(null);
      drawn.splice(start, now.length, ...now);
    };
  };
  teach(core._renderService._renderer.value);
  const setRenderer = core._renderService.setRenderer.bind(core._renderService);
  core._renderService.setRenderer = (next) => {
    teach(next);
    setRenderer(next);
  };
}

/** Puts the elements of rows that are kept into their new places, the others between them. */
function place(
  { _rowElements: elements, _rowContainer: container }: Renderer,
  start: number,
  end: number,
  kept: readonly number[],
) {
  if (kept.every((from, to) => from < 0 || from === to)) return;
  const before = elements.slice(start, end + 1);
  const stay = new Set(kept);
  const spare = before.filter((_, from) => !stay.has(from));
  for (const element of spare) element.remove();
  let next = elements[end + 1] ?? null;
  for (let to = kept.length - 1; to >= 0; to -= 1) {
    const from = kept[to] ?? -1;
    const element = from >= 0 ? before[from] : spare.pop();
    if (!element) continue;
    if (from < 0) container.insertBefore(element, next);
    elements[start + to] = element;
    next = element;
  }
}
