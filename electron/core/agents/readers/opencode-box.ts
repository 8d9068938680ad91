/** Where things are on OpenCode's screen: the composer's box, a block in its place, a window over everything. */
import { sliceColumns, widthOf } from './columns.ts';
import { unwrap } from './composer-text.ts';
import { blank, hasStyles, line, oneLine, type Rows, styleAt } from './screen-rows.ts';

export interface OpencodeComposer {
  readonly top: number;
  /** The row of `╹▀▀▀`. */
  readonly bottom: number;
  /** Column of the bar at the left. */
  readonly left: number;
  readonly width: number;
  readonly text: string;
  /** `Build · Model Provider`. */
  readonly model: string;
}

/** Wide screens have a sidebar, 40 columns at the right, whose words stand in the same rows as everything else. */
export function withoutSidebar(rows: Rows): Rows {
  const edge = rows.view.cols - 40;
  if (rows.view.cols <= 110) return rows;
  const beside = rows.lines.filter((text) => /^ {2,}\S/.test(sliceColumns(text, edge - 2))).length;
  if (beside < 3) return rows;
  const lines = rows.lines.map((text) => sliceColumns(text, 0, edge - 2).trimEnd());
  return { ...rows, lines, last: lines.findLastIndex((text) => !blank(text)) };
}

const FLOOR = /^( *)╹(▀{6,})/;

/** `┃` rows that stand on `╹▀▀▀`: the lowest such box. */
export function opencodeComposer(rows: Rows): OpencodeComposer | null {
  for (let bottom = rows.last; bottom > 1; bottom -= 1) {
    const floor = FLOOR.exec(line(rows, bottom));
    if (floor === null) continue;
    const left = (floor[1] ?? '').length;
    const width = (floor[2] ?? '').length;
    let top = bottom;
    while (top > 0 && barAt(rows, top - 1, left) && !closed(rows, top - 1, left, width)) top -= 1;
    if (top === bottom) return null;
    const inside = rows.lines
      .slice(top, bottom)
      .map((text) => sliceColumns(text, left + 1, left + 1 + width).trimEnd());
    const body = parted(inside);
    return {
      top,
      bottom,
      left,
      width,
      model: body.model,
      text: (body.model === 'Shell' ? '!' : '') + typedText(rows, top, body, left, width),
    };
  }
  return null;
}

function barAt(rows: Rows, row: number, left: number): boolean {
  return /[┃│]/.test(sliceColumns(line(rows, row), left, left + 1)) && blank(sliceColumns(line(rows, row), 0, left));
}

/** A row of the popup above the box has a bar at its right end too. */
function closed(rows: Rows, row: number, left: number, width: number): boolean {
  return /┃ *$/.test(sliceColumns(line(rows, row), left + 2, left + width + 4));
}

interface Body {
  readonly words: readonly string[];
  /** Row of the first word, counted from the box's top. */
  readonly first: number;
  readonly model: string;
}

/** Text first, then a blank row, then the model. */
function parted(inside: readonly string[]): Body {
  let end = inside.length - 1;
  while (end >= 0 && blank(inside[end])) end -= 1;
  const model = (inside[end] ?? '').trim();
  const hasModel = /·/.test(model) || end === inside.length - 1;
  let last = hasModel ? end - 1 : end;
  while (last >= 0 && blank(inside[last])) last -= 1;
  let first = 0;
  while (first < last && blank(inside[first])) first += 1;
  return {
    words: inside.slice(first, last + 1).map((text) => text.replace(/^ {1,2}/, '')),
    first,
    model: hasModel ? model : '',
  };
}

function typedText(rows: Rows, top: number, body: Body, left: number, width: number): string {
  if (body.words.length === 0) return '';
  const row = top + body.first;
  const words = body.words[0] ?? '';
  if (/^(?:Ask anything(?:…|\.\.\.)|Run a command(?:…|\.\.\.))/.test(words)) {
    // Typed words that begin so are not grey, and have the cursor behind them.
    const { cursor } = rows.view;
    const atStart = !cursor.visible || cursor.y !== row || cursor.x <= left + 4;
    if (atStart || (hasStyles(rows) && styleAt(rows, row, line(rows, row).indexOf('A'))?.dim === true)) return '';
  }
  return unwrap(body.words, width - 4);
}

export interface Block {
  readonly top: number;
  readonly bottom: number;
  readonly lines: readonly string[];
}

/** The lowest rows with a bar at their left, when only blank rows and at most one row of status are below. */
export function lowestBlock(rows: Rows, from = rows.last): Block | null {
  let bottom = from;
  while (bottom >= 0 && !/^ {0,4}┃/.test(line(rows, bottom))) {
    if (!blank(line(rows, bottom))) return null;
    bottom -= 1;
  }
  if (bottom < 0) return null;
  const left = line(rows, bottom).indexOf('┃');
  let top = bottom;
  while (top > 0 && line(rows, top - 1).indexOf('┃') === left) top -= 1;
  return {
    top,
    bottom,
    lines: rows.lines.slice(top, bottom + 1).map((text) => text.slice(left + 1).replace(/ *┃? *$/, '')),
  };
}

export interface Overlay {
  readonly title: string;
  readonly row: number;
  readonly left: number;
  readonly words: string;
  readonly lines: readonly string[];
}

/** A window in the middle: its title, and `esc` at the right end of the same row. */
export function overlay(rows: Rows): Overlay | null {
  for (let row = 0; row <= rows.last; row += 1) {
    if (!line(rows, row).includes('   esc')) continue;
    const match = /^(.*?)((?:^| {2,})(?! )([^┃│]*?\S)) {3,}esc(?:\/enter)?(?= |$)/.exec(line(rows, row));
    if (match === null) continue;
    const before = (match[1] ?? '') + (match[2] ?? '');
    const title = (match[3] ?? '').split(/ {3,}/).at(-1) ?? '';
    const left = widthOf(before) - widthOf(title);
    const right = widthOf(match[0]);
    if (!isWindow(rows, row, left)) continue;
    const lines = rows.lines
      .slice(row + 1, Math.min(rows.last, row + 24) + 1)
      .map((text) => sliceColumns(text, left, right + 1).trimEnd());
    return { title: title.trim(), row, left, lines, words: oneLine([title, ...lines.slice(0, 12)]) };
  }
  return null;
}

/** More words of the window begin in the title's column; in colours, its ground differs from the screen's. */
function isWindow(rows: Rows, row: number, left: number): boolean {
  const below = rows.lines.slice(row + 1, row + 8).some((text) => {
    const at = sliceColumns(text, Math.max(0, left - 2), left + 2);
    return /^ {2}\S|^ ?[●○✓] \S|^[●○✓] /.test(at);
  });
  if (!below) return false;
  if (!hasStyles(rows)) return true;
  const ground = rows.view.runs(row)[0]?.style.bg;
  const index = line(rows, row).length - 3;
  return left <= 3 || styleAt(rows, row, index)?.bg !== ground;
}
