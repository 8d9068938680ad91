/**
 * Finds the list of choices of a dialog: numbered rows (`❯ 1. Yes`) or rows with a marker (`› OpenRouter`), with their
 * wrapped words and descriptions. Gets rows without frames; says nothing about whether the dialog is live.
 */
import type { Choice } from '../reading.ts';
import { meansOf } from './choice-means.ts';
import { widthOf } from './columns.ts';
import { blank } from './screen-rows.ts';

export interface ChoiceList {
  readonly choices: readonly Choice[];
  /** Index of the first and the last row that belong to the list. */
  readonly from: number;
  readonly to: number;
  /** A list that scrolls: arrows or a counter say that there is more. */
  readonly partial: boolean;
  /** Check boxes: several may be ticked. */
  readonly multiple: boolean;
  /** One row carries the marker; without it, plain text may merely look like a list. */
  readonly marked: boolean;
}

const MARK = '❯›>●•▶▸→⏵»∙◉';
const NUMBERED = new RegExp(
  `^([ \\u00a0]*)(?:([${MARK}])[ \\u00a0]+)?(?:\\[[ x✓✔]?\\] ?|[☐☑☒◯◉✔] )?(\\d{1,2})[.)][ \\u00a0]*(\\S.*)$`,
);
const MORE = /^[ \u00a0]*(?:[↓↑▼▲⌄⌃]|… ?\+?\d+ more|\(?\d+[/-]\d+(?: of \d+)?\)?|\.\.\. \d+ more.*)[ \u00a0]*$/;
const TICK = /^(?:\[[ xX✓✔]?\]|[☐☑☒◻◼✔□■])[ \u00a0]+/;

interface Item {
  readonly n: number;
  readonly row: number;
  readonly indent: number;
  readonly column: number;
  readonly text: string;
  readonly marked: boolean;
}

function itemAt(line: string, row: number): Item | null {
  const match = NUMBERED.exec(line);
  if (match === null) return null;
  const text = match[4] ?? '';
  return {
    n: Number(match[3]),
    row,
    indent: (match[1] ?? '').length + (match[2] ? 2 : 0),
    column: widthOf(line.slice(0, line.length - text.length)),
    text,
    marked: match[2] !== undefined,
  };
}

/**
 * The lowest run of numbers that rises by one. Its first number need not be 1 when the top has scrolled away.
 * `width` is how many columns the rows have, to tell a wrapped label from a description below it.
 */
export function numberedChoices(lines: readonly string[], width: number): ChoiceList | null {
  const items: Item[] = [];
  for (let row = lines.length - 1; row >= 0; row -= 1) {
    const item = itemAt(lines[row] ?? '', row);
    if (item === null) continue;
    const next = items[0];
    if (next === undefined) items.unshift(item);
    else if (item.n === next.n - 1 && Math.abs(item.indent - next.indent) <= 2) items.unshift(item);
    else if (items.length === 1 || (items.length > 1 && items[0]?.n !== 1)) {
      // A number inside a description or a diff: go on from the row that fits with what is above.
      if (items.some((known) => known.marked)) continue;
      items.length = 0;
      items.unshift(item);
    }
    if (items[0]?.n === 1 && items.length >= 2) break;
  }
  if (items.length < 2 || !items.every((item, index) => index === 0 || item.n === (items[index - 1]?.n ?? 0) + 1)) {
    return null;
  }
  const first = items[0];
  const final = items.at(-1);
  if (first === undefined || final === undefined) return null;
  const choices: Choice[] = [];
  let to = final.row;
  let ticks = 0;
  items.forEach((item, index) => {
    const end = items[index + 1]?.row ?? lines.length;
    const body = bodyOf(item, lines, end, width);
    if (index === items.length - 1) to = body.to;
    if (TICK.test(item.text) || /[☐☑☒]|\[[ x✓✔]?\]/.test(lines[item.row]?.slice(0, item.column + 4) ?? '')) ticks += 1;
    // The number as shown: it is the digit to type, also when the rows above it have scrolled away.
    choices.push(choiceOf(item.n, body.label.replace(TICK, ''), body.description, item.marked));
  });
  const below = lines.slice(to + 1, to + 3);
  return {
    choices,
    from: first.row,
    to,
    partial: first.n !== 1 || below.some((text) => MORE.test(text)) || MORE.test(lines[first.row - 1] ?? ''),
    multiple: ticks >= 2,
    marked: items.some((item) => item.marked),
  };
}

function choiceOf(n: number, label: string, description: string, selected: boolean): Choice {
  const words = label.replace(/\s+✔$/, '').trim();
  const base = { n, label: words, selected, means: meansOf(words) };
  return description === '' ? base : { ...base, description };
}

interface Body {
  readonly label: string;
  readonly description: string;
  readonly to: number;
}

/** The rows of one choice: its label, its wrapped words, and a description to the right or below. */
function bodyOf(item: Item, lines: readonly string[], end: number, width: number): Body {
  const columns = /^(.*?\S)[ \u00a0]{2,}(\S.*)$/.exec(item.text);
  let label = columns?.[1] ?? item.text;
  let description = columns?.[2] ?? '';
  const second = columns === null ? Number.POSITIVE_INFINITY : item.column + widthOf(item.text) - widthOf(description);
  let to = item.row;
  let filled = item.column + widthOf(item.text);
  let inLabel = columns === null;
  for (let row = item.row + 1; row < end; row += 1) {
    const text = lines[row] ?? '';
    if (blank(text) || MORE.test(text)) break;
    const indent = text.length - text.trimStart().length;
    // A footer or a question below the list stands further left than the words of a choice.
    if (indent < item.column - 1 && !(inLabel && indent >= item.indent && !fits(filled, text, width))) break;
    const words = text.trim();
    if (indent >= second - 1) description = description === '' ? words : `${description} ${words}`;
    else if (inLabel && !fits(filled, text, width)) label = `${label} ${words}`;
    else {
      inLabel = false;
      description = description === '' ? words : `${description} ${words}`;
    }
    filled = indent + widthOf(words);
    to = row;
  }
  return { label, description, to };
}

/** Whether the first word of the next row would have found room: then the break was meant, and is no wrap. */
function fits(filled: number, next: string, width: number): boolean {
  const word = /\S+/.exec(next)?.[0] ?? '';
  return filled + 1 + widthOf(word) <= width - 2;
}

/** A list without numbers: one row has the marker, the others start where its words start. */
export function markedChoices(lines: readonly string[], marks = '❯›●▶▸'): ChoiceList | null {
  const pattern = new RegExp(`^([ \\u00a0]*)([${marks}])([ \\u00a0]+)(\\S.*)$`);
  for (let row = lines.length - 1; row >= 0; row -= 1) {
    const match = pattern.exec(lines[row] ?? '');
    if (match === null) continue;
    const column = (match[1] ?? '').length + 1 + (match[3] ?? '').length;
    const found = siblings(lines, row, column);
    if (found.length < 2) continue;
    const choices = found.map((at, index) => {
      const text = (lines[at.row] ?? '').slice(column);
      const parts = /^(.*?\S)[ \u00a0]{2,}(\S.*)$/.exec(text);
      return choiceOf(index + 1, (parts?.[1] ?? text).replace(TICK, ''), parts?.[2] ?? at.description, at.row === row);
    });
    const first = found[0]?.row ?? row;
    const to = found.at(-1)?.to ?? row;
    return {
      choices,
      from: first,
      to,
      partial: MORE.test(lines[first - 1] ?? '') || lines.slice(to + 1, to + 3).some((text) => MORE.test(text)),
      multiple: found.filter((at) => TICK.test((lines[at.row] ?? '').slice(column))).length >= 2,
      marked: true,
    };
  }
  return null;
}

interface Sibling {
  readonly row: number;
  readonly to: number;
  readonly description: string;
}

/** Rows above and below the marked one with words at the same column; in groups parted by blanks, only the first row of each is a choice. */
function siblings(lines: readonly string[], marked: number, column: number): readonly Sibling[] {
  const startsHere = (text: string | undefined): boolean =>
    text !== undefined &&
    text.length > column &&
    blank(text.slice(0, column)) &&
    /\S/.test(text.slice(column, column + 3));
  const belongs = (row: number): boolean => row === marked || startsHere(lines[row]) || blank(lines[row]);
  let top = marked;
  while (top > 0 && belongs(top - 1) && !(blank(lines[top - 1]) && blank(lines[top - 2]))) top -= 1;
  let bottom = marked;
  while (bottom < lines.length - 1 && belongs(bottom + 1) && !(blank(lines[bottom + 1]) && blank(lines[bottom + 2])))
    bottom += 1;
  const grouped = lines.slice(top, bottom + 1).some((text, index) => blank(text) && index > 0 && top + index < bottom);
  const found: { row: number; to: number; description: string }[] = [];
  for (let row = top; row <= bottom; row += 1) {
    if (blank(lines[row])) continue;
    // A row that stands further right goes on from the one above.
    const deeper = row !== marked && /\s/.test((lines[row] ?? '').charAt(column));
    const follows = found.length > 0 && (deeper || (grouped && !blank(lines[row - 1]) && row > top));
    const open = found.at(-1);
    if (follows && open !== undefined) {
      open.description = `${open.description} ${(lines[row] ?? '').trim()}`.trim();
      open.to = row;
    } else found.push({ row, to: row, description: '' });
  }
  return found;
}
