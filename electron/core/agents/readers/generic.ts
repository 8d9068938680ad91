/**
 * Programs that no reader knows: shells, scripts, other agents. Says only what the last rows say without doubt: a list
 * with a marker and key hints, a yes-or-no prompt at the cursor, a spinner with its stop key. Everything else is unknown.
 */
import type { Choice, ScreenFacts } from '../reading.ts';
import { meansOf, offersPermission } from './choice-means.ts';
import { type ChoiceList, markedChoices, numberedChoices } from './dialog-choices.ts';
import { kindOf, lastParagraph, plainDialog } from './dialog-kind.ts';
import { type Frame, frameEndingAt } from './frames.ts';
import { closingHint } from './live-signs.ts';
import { at, type Found, plainReaderOf, saw, UNKNOWN, withDialog } from './read-screen.ts';
import { beforeCursor, blank, joined, line, oneLine, type Rows } from './screen-rows.ts';

export const generic = plainReaderOf(look);

function look(rows: Rows, _facts: ScreenFacts): Found {
  return promptAtCursor(rows) ?? listAtBottom(rows) ?? spinnerAtBottom(rows) ?? UNKNOWN;
}

const YES_NO =
  /(?:[[(]\s*y(?:es)?\s*[/|]\s*n(?:o)?(?:\s*[/|][^\])]{1,40})?\s*[\])]|\(y\)es\s*\/\s*\(n\)o.*|\[yes\/no[^\]]*\]|\((?:yes\/no|no\/yes)[^)]*\))\s*(?:\[[^\]]{1,12}\])?\s*[:?>]?\s*$/i;
const SECRET =
  /(?:^|\s)(?:password|passphrase|passcode|pin|otp|verification code|one-time code|token|username)\b[^\n]{0,120}:\s*$/i;
const CONTINUE =
  /(?:press|hit) (?:any key|enter|return|\[enter\]|<enter>)(?: to \w+| key)?[^\n]{0,30}$|^(?:continue|proceed|are you sure)\b[^\n]{0,60}\?\s*$/i;
const PAGER = /^(?:--More--|\(END\)|lines \d+-\d+.*|.*\(END\)|:)$/;

function promptAtCursor(rows: Rows): Found | null {
  const { y } = rows.view.cursor;
  if (y < rows.last) return null;
  const current = beforeCursor(rows);
  if (blank(current)) return null;
  if (PAGER.test(line(rows, y).trim()) && y === rows.view.rows - 1) {
    return withDialog(plainDialog('menu', 'A pager is open'), [saw(at(rows, y), 'menu', 0.6)]);
  }
  const words = oneLine([...(wraps(rows, y) ? [line(rows, y - 1)] : []), current]);
  const raw = `${current.trimEnd()} `;
  if (YES_NO.test(words) || CONTINUE.test(words)) {
    const choices: readonly Choice[] = YES_NO.test(words) ? [yesNo(1, 'Yes', words), yesNo(2, 'No', words)] : [];
    const dialog = { ...plainDialog('question', words, 'text'), choices, partial: false };
    return withDialog(dialog, [saw(at(rows, y, words), 'question', 0.85)]);
  }
  if (!SECRET.test(raw)) return null;
  return withDialog(plainDialog('question', words, 'text'), [saw(at(rows, y, words), 'question', 0.8)]);
}

function wraps(rows: Rows, y: number): boolean {
  return y > 0 && (rows.view.wrapped(y) || line(rows, y - 1).length >= rows.view.cols - 1);
}

/** The answer written large, or named in a second bracket, is the one that Enter gives. */
function yesNo(n: number, label: 'Yes' | 'No', words: string): Choice {
  const letter = label.charAt(0);
  const preset =
    new RegExp(`[[(/]${letter}(?:${label.slice(1)}|${label.slice(1).toUpperCase()})?[\\]/)]`).test(words) &&
    !/\(Y\)es/.test(words);
  const named = new RegExp(`\\[${label}\\]`, 'i').test(words);
  return { n, label, selected: preset || named, means: meansOf(label) };
}

function listAtBottom(rows: Rows): Found | null {
  for (let row = rows.last, seen = 0; row >= 0 && seen < 3; row -= 1) {
    const frame = frameEndingAt(rows, row);
    if (frame !== null) return listIn(rows, frame.inside, frame, rows.lines.slice(row + 1, rows.last + 1));
    if (!blank(line(rows, row))) seen += 1;
  }
  return listIn(rows, rows.lines.slice(0, rows.last + 1), null, []);
}

function listIn(rows: Rows, lines: readonly string[], frame: Frame | null, after: readonly string[]): Found | null {
  const width = frame?.width ?? rows.view.cols;
  const numbered = numberedChoices(lines, width);
  const list = numbered?.marked ? numbered : hintedMarks(lines);
  if (!list?.marked) return null;
  const rest = [...lines.slice(list.to + 1), ...after].filter((text) => !blank(text));
  const hint =
    rest.length === 0 ? null : (closingHint(rest.slice(-2)) ?? closingHint(rest.slice(-1)) ?? closingHint(rest));
  // A box that ends right below its choices asks as clearly as a row of keys does; a bare list may be an answer's text.
  const boxed = frame !== null && rest.length === 0 && offersPermission(list.choices);
  if (rest.length > 6 || (hint === null && !boxed)) return null;
  const heading = lines.slice(Math.max(0, list.from - 12), list.from);
  const { text: title } = lastParagraph(heading);
  const answerBy = list === numbered ? ('digit' as const) : ('vertical' as const);
  const words = oneLine(heading.slice(-3));
  const found = kindOf({ title, heading: words, list, answerBy });
  const kind = found === 'menu' && /[?？]\W*$/.test(words) ? 'question' : found;
  const dialog = {
    ...plainDialog(kind, title, answerBy),
    choices: list.choices,
    partial: list.partial,
    multiple: list.multiple,
  };
  return withDialog(dialog, [
    saw(`${list.choices.length} choices at the bottom${hint === null ? '' : `, keys: ${hint}`}`, kind, 0.8),
  ]);
}

/** A list by marker alone needs its hints directly below: without numbers, nothing else tells it from quoted text. */
function hintedMarks(lines: readonly string[]): ChoiceList | null {
  let end = lines.length - 1;
  while (end > 0 && blank(lines[end])) end -= 1;
  let from = end;
  while (from > 0 && end - from < 2 && closingHint(lines.slice(from, end + 1)) === null) from -= 1;
  return closingHint(lines.slice(from, end + 1)) === null ? null : markedChoices(lines.slice(0, from));
}

const STOP = /\b(?:esc(?:ape)?|ctrl[ +-]c|\^c|ctrl\+c)\b.{0,12}\b(?:interrupt|stop|cancel|abort)\b/i;
const SPIN = /^[ │]{0,4}(?:[⠁-⣿◐◓◑◒◴◷◶◵✢✳✶✻✽✺∗⣾⣽⣻⢿⡿⣟⣯⣷|/\\-]|[·•*◦○◉])[ \u00a0]/;

function spinnerAtBottom(rows: Rows): Found | null {
  for (let row = rows.last, seen = 0; row >= 0 && seen < 8; row -= 1) {
    const text = line(rows, row);
    if (blank(text)) continue;
    seen += 1;
    if (!SPIN.test(text)) continue;
    const words = joined(rows, row, Math.min(row + 1, rows.last));
    const braille = /^[ │]{0,4}[⠁-⣿]/.test(text);
    if (STOP.test(words) && (braille || /\d+ ?s\b|…|\.\.\./.test(words))) {
      return { state: 'working', evidence: [saw(at(rows, row), 'working', 0.75)] };
    }
  }
  return null;
}
