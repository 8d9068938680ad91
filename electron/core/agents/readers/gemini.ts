/** Gemini: the composer is the lowest `▄▄▄ > text ▀▀▀` bar; its messages look alike, but have a transcript below them. */
import type { ScreenFacts } from '../reading.ts';
import { boxedDialog, hintedPicker, plainSignIn } from './boxed-dialog.ts';
import { isLimit, resetTime } from './choice-means.ts';
import { unwrap } from './composer-text.ts';
import { numberedChoices } from './dialog-choices.ts';
import { closingHint, contextLeftIn, endsAsking, lowestParagraph, lowestText, RETRYING } from './live-signs.ts';
import { at, composerOf, type Found, readerOf, saw, UNKNOWN } from './read-screen.ts';
import { blank, hasStyles, isAlarming, joined, line, oneLine, type Rows, styleAt } from './screen-rows.ts';

export const gemini = readerOf(lookAtGemini);

interface Composer {
  readonly top: number;
  readonly bottom: number;
  /** The rule above the mode line; what is above belongs to the transcript. */
  readonly rule: number;
  readonly text: string;
}

export function lookAtGemini(rows: Rows, _facts: ScreenFacts): Found {
  const box = geminiComposer(rows);
  if (box === null) return boxedDialog(rows) ?? plainSignIn(rows) ?? hintedPicker(rows) ?? UNKNOWN;
  const below = joined(rows, box.bottom + 1, rows.last);
  const composer = composerOf(box.text);
  const where = saw(
    at(rows, box.top + 1, `composer ${box.text === '' ? 'empty' : 'with unsent text'}`),
    'composer',
    0.95,
  );
  const base = { composer, contextLeft: contextLeftIn(below) };
  const working = workingSign(rows, box);
  if (working !== null) return { ...base, ...working, evidence: [...working.evidence, where] };
  const popup = popupBelow(rows, box);
  if (popup !== null) return { ...base, state: 'menu', evidence: [saw(popup, 'menu', 0.9), where] };
  return { ...base, ...rest(rows, box, where) };
}

const BAR_TOP = /^[ ]?▄{8,}$/;
const BAR_BOTTOM = /^[ ]?▀{8,}$/;
const RULE_TOP = /^[ ]?(?:╭[─━]{6,}╮|[─━]{8,})$/;
/** `(r:)` while earlier prompts are searched. */
const PROMPT = /^[ │]{0,3}([>*!❯]|\(r:\))(?: |$)/;

function geminiComposer(rows: Rows): Composer | null {
  for (let bottom = rows.last; bottom > 1; bottom -= 1) {
    const text = line(rows, bottom);
    const bar = BAR_BOTTOM.test(text);
    if (!bar && !/^[ ]?(?:╰[─━]{6,}╯|[─━]{8,})$/.test(text)) continue;
    let top = bottom - 1;
    while (top >= 0 && !(bar ? BAR_TOP : RULE_TOP).test(line(rows, top))) {
      if (blank(line(rows, top)) && top < bottom - 1 && !bar) break;
      top -= 1;
    }
    if (top < 0 || top >= bottom - 1 || !PROMPT.test(line(rows, top + 1))) {
      if (bar) return null;
      continue;
    }
    if (transcriptBelow(rows, bottom)) return null;
    if (!bar && isList(rows, top, bottom)) return null;
    const rule = ruleAbove(rows, top);
    return { top, bottom, rule, text: typedText(rows, top + 1, bottom - 1) };
  }
  return null;
}

/** A dialog may begin with `>` too (`> Select Theme`), but has choices or keys. */
function isList(rows: Rows, top: number, bottom: number): boolean {
  const inside = rows.lines.slice(top + 1, bottom).map((text) => text.replace(/[│]/g, ' '));
  return (
    numberedChoices(inside, rows.view.cols)?.marked === true || closingHint(lowestParagraph(inside, 2).lines) !== null
  );
}

/** Under a sent message stands what came of it: an answer, a box, a notice, a spinner. Under the composer: footer or popup. */
function transcriptBelow(rows: Rows, bottom: number): boolean {
  for (let row = bottom + 1; row <= rows.last; row += 1) {
    if (/^ {0,3}(?:[✦✕ℹ⚠╭┌│╰?✓⊷]|[⠁-⣿] )/.test(line(rows, row))) return true;
  }
  return false;
}

function ruleAbove(rows: Rows, top: number): number {
  for (let row = top - 1; row >= Math.max(0, top - 5); row -= 1) {
    if (/^[─━]{8,}$/.test(line(rows, row).trim())) return row;
  }
  return top;
}

function typedText(rows: Rows, from: number, to: number): string {
  const lines = rows.lines.slice(from, to + 1).map((text) => text.replace(/^│/, ' ').replace(/ *│$/, ''));
  const first = PROMPT.exec(line(rows, from));
  const start = first === null ? 3 : first[0].length;
  const mode = first?.[1] === '!' ? '!' : '';
  const words = (lines[0] ?? '').slice(start);
  // The placeholder stands two columns further right than typed words, behind the cursor's own cell.
  if (/^ {1,2}\S/.test(words) && isPlaceholder(rows, from, start, words)) return mode;
  const body = [words, ...lines.slice(1).map((text) => text.slice(3))];
  return mode + unwrap(body, rows.view.cols - 7);
}

function isPlaceholder(rows: Rows, row: number, start: number, words: string): boolean {
  if (/^ {1,2}Type your (?:message|shell command)|^ {1,2}Press |^ {1,2}Thinking/.test(words)) return true;
  if (!hasStyles(rows)) return false;
  const prompt = line(rows, row).search(/[>*!❯]/);
  const style = styleAt(rows, row, start + words.search(/\S/));
  return prompt >= 0 && style !== null && (style.dim || isGrey(style.fg));
}

function isGrey(fg: number): boolean {
  if (fg < 0x1000000) return fg === 8 || (fg >= 236 && fg <= 250);
  const red = (fg >> 16) & 255;
  const green = (fg >> 8) & 255;
  const blue = fg & 255;
  return Math.max(red, green, blue) - Math.min(red, green, blue) < 24 && red > 60 && red < 200;
}

/** `⠴ Thinking... (esc to cancel, 3s)` right above the rule. The words change, the bracket does not. */
const STATUS = /^ ?[⠁-⣿⊷✦]? ?.*\(esc to cancel(?:,|\)| )/i;

function workingSign(rows: Rows, box: Composer): Found | null {
  const { rule } = box;
  const from = Math.max(0, rule - 4);
  for (let row = rule - 1; row >= from; row -= 1) {
    const words = joined(rows, row, rule - 1);
    if (!/^ ?[⠁-⣿]/.test(line(rows, row)) || !(STATUS.test(words) || /esc to ca/i.test(words))) continue;
    const evidence = [saw(at(rows, row), 'working', 0.95)];
    return { state: 'working', retrying: RETRYING.test(words), evidence };
  }
  if (!/^✦\s+Working/.test(rows.view.title)) return null;
  return { state: 'working', evidence: [saw(`title ${rows.view.title.trim()}`, 'working', 0.75, 'title')] };
}

const FOOTER = /\/directory|\/model|sandbox|^ ~|% context|^ \S*\/\S* {3,}/;

function popupBelow(rows: Rows, box: Composer): string | null {
  if (/^[ │]{0,3}\(r:\)/.test(line(rows, box.top + 1))) return `row ${box.top + 2}: search through earlier prompts`;
  if (!/^\/|(?:^|\s)@\S*$/.test(box.text) && !/^[!]/.test(box.text)) return null;
  const row = box.bottom + 1;
  const first = line(rows, row);
  if (blank(first) || FOOTER.test(first)) return null;
  return `row ${row + 1}: list under the composer`;
}

function rest(rows: Rows, box: Composer, where: ReturnType<typeof saw>): Found {
  // The status row right above the rule holds hints at its right end, and the spinner while there is work.
  let from = Math.min(box.rule, box.top) - 1;
  if (/^ {6,}\S/.test(line(rows, from))) from -= 1;
  const block = lastBlock(rows, from);
  if (block === null) return { state: 'idle', evidence: [where] };
  if (block.glyph === '✕') {
    const limit = isLimit(block.words);
    const state = limit ? 'ratelimit' : 'error';
    return {
      state,
      resets: limit ? resetTime(block.words) : null,
      evidence: [saw(at(rows, block.row), state, 0.9), where],
    };
  }
  return { state: 'done', asks: block.glyph === '✦' && endsAsking(block.words), evidence: [where] };
}

interface Block {
  readonly row: number;
  readonly glyph: string;
  readonly words: string;
}

/** The last block that tells something: notices (`ℹ`) that go with an error are passed over. */
function lastBlock(rows: Rows, from: number): Block | null {
  let to = lowestText(rows, 0, from);
  for (let row = to; row >= 0; row -= 1) {
    const text = line(rows, row);
    const glyph = /^([✦✕ℹ⚠])(?: |$)/.exec(text)?.[1];
    if (glyph === 'ℹ' && /request failed|F12/i.test(joined(rows, row, to))) {
      to = row - 1;
      continue;
    }
    if (glyph !== undefined) {
      // A cross in an answer is text; the program's own is coloured.
      if (glyph === '✕' && hasStyles(rows) && !isAlarming(styleAt(rows, row))) continue;
      return { row, glyph, words: oneLine([text.slice(1), ...rows.lines.slice(row + 1, to + 1)]) };
    }
    if (BAR_BOTTOM.test(text) || /^ {0,2}[╰└]/.test(text)) return { row, glyph: '>', words: '' };
    if (/^(?:\d\. |Tips for getting started)/.test(text) || /[▝▜▗▟]/.test(text))
      return row === to ? null : tail(rows, row, to);
  }
  return null;
}

function tail(rows: Rows, row: number, to: number): Block | null {
  return rows.lines.slice(row + 1, to + 1).some((text) => /^ {2}\S/.test(text))
    ? { row: to, glyph: '', words: '' }
    : null;
}
