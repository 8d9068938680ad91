/** Dialogs in a box at the bottom, as gemini and qwen draw them (both grew from one source). */
import type { Dialog } from '../reading.ts';
import { asksLogin, offersPermission, resetTime } from './choice-means.ts';
import { type ChoiceList, markedChoices, numberedChoices } from './dialog-choices.ts';
import { dialogOf, lastParagraph, plainDialog } from './dialog-kind.ts';
import { type Frame, innerBox, lowestFrame } from './frames.ts';
import { closingHint, lowestParagraph } from './live-signs.ts';
import { at, type Found, saw, withDialog } from './read-screen.ts';
import { blank, line, oneLine, type Rows } from './screen-rows.ts';

/** A tool waiting for its answer: `? Shell  ls` (gemini), `?  Shell ls ←` (qwen). */
const TOOL = /^ *\?[ ]{1,3}(\S+)\s*(.*?)\s*←?$/;
const HINT_ROW = /\b(?:Enter|Esc|Tab|↑|←|Ctrl|Space)\b.*(?:to |: ?)\w+/i;

/** The dialog in the lowest box, or null. The caller has made sure that no composer is on the screen. */
export function boxedDialog(rows: Rows): Found | null {
  const frame = lowestFrame(rows, 3);
  if (frame === null || !onlyNotesBelow(rows, frame)) return null;
  return dialogIn(rows, frame);
}

/** `Press ctrl-s to show more lines`, `⠏ Waiting for user confirmation...`, hints. */
function onlyNotesBelow(rows: Rows, frame: Frame): boolean {
  const rest = rows.lines.slice(frame.bottom + 1, rows.last + 1).filter((text) => !blank(text));
  return rest.every((text) =>
    /^\s*(?:[⠀-⣿.]+\s+)?(?:waiting for|press |ctrl|use |\(|esc\b|enter\b|↑|shift)/i.test(text),
  );
}

function dialogIn(rows: Rows, frame: Frame): Found | null {
  const { inside } = frame;
  const list = listIn(inside, frame.width);
  if (list === null) return withoutList(rows, frame);
  const heading = inside.slice(0, list.from);
  const first = heading.find((text) => !blank(text))?.trim() ?? '';
  const tool = TOOL.exec(heading.find((text) => TOOL.test(text)) ?? '');
  const { text: title } = lastParagraph(heading);
  const question =
    /^(?:answer questions|.*review your answers)/i.test(first) || /^(?:AskUser|ask_user)/i.test(tool?.[1] ?? '');
  const words = questionIn(heading, title);
  const permission = tool !== null && !question && (offersPermission(list.choices) || innerBox(heading) !== null);
  const subject = permission ? subjectOf(heading) : '';
  const dialog = dialogOf({
    title: words,
    heading: tool === null ? oneLine([first, title, ...heading.slice(-8)]) : words,
    list,
    answerBy: list.choices.length > 0 && numbered(inside[list.from] ?? '') ? 'digit' : 'vertical',
    question,
    approval: permission,
    ...(permission && tool[1] ? { tool: tool[1] } : {}),
    ...(subject ? { subject } : {}),
  });
  const evidence = [
    saw(
      `${at(rows, frame.bottom, 'lower border of a box')} with ${list.choices.length} choices under "${words}"`,
      dialog.kind,
      0.95,
    ),
  ];
  const resets = dialog.kind === 'ratelimit' ? resetTime(oneLine(inside)) : null;
  return withDialog(dialog, evidence, { resets });
}

function numbered(text: string): boolean {
  return /\d{1,2}\./.test(text);
}

/** Numbers before markers; the hints at the foot of the box are no choices. */
function listIn(inside: readonly string[], width: number): ChoiceList | null {
  const list = numberedChoices(inside, width);
  if (list?.marked) return list;
  const foot = inside.findLastIndex((text) => /^\s*\(?(?:Use |Press )?(?:Enter|Esc|↑)/i.test(text));
  const rule = inside.findIndex((text) => /^ *[─━]{8,}/.test(text));
  const end = [foot, rule].filter((row) => row > 0).reduce((least, row) => Math.min(least, row), inside.length);
  return markedChoices(inside.slice(0, end));
}

/** The question nearest above the choices: a paragraph that ends with `?` or `:`, else the last one. */
function questionIn(heading: readonly string[], last: string): string {
  const asked = /(?:^|[.!] )([^.!?]*\?)\s*$/.exec(last);
  if (asked !== null) return asked[1]?.trim() ?? last;
  const row = heading.findLastIndex((text) => /\?\s*$/.test(text) && !TOOL.test(text));
  return row >= 0 ? (heading[row] ?? '').trim() : last;
}

/** The command or diff: the box in the box (gemini), or the rows between the tool's line and the question (qwen). */
function subjectOf(heading: readonly string[]): string {
  const inner = innerBox(heading);
  if (inner !== null) return inner.lines.join('\n').trim();
  const start = heading.findIndex((text) => TOOL.test(text)) + 1;
  const { from } = lastParagraph(heading);
  const kept = heading
    .slice(start, Math.max(start, from))
    .filter((text) => !/^ *\.\.\. first \d+ lines hidden/.test(text));
  const indents = kept.filter((text) => !blank(text)).map((text) => text.length - text.trimStart().length);
  const indent = indents.length === 0 ? 0 : Math.min(...indents);
  return kept
    .map((text) => text.slice(indent))
    .join('\n')
    .trim();
}

/** A box without choices: a key to paste, a page to sign in on, or a view that a key closes. */
function withoutList(rows: Rows, frame: Frame): Found | null {
  const words = oneLine(frame.inside);
  const tool = TOOL.exec(frame.inside.find((text) => TOOL.test(text)) ?? '');
  const title = frame.inside.find((text) => !blank(text))?.trim() ?? '';
  const { lines } = lowestParagraph(frame.inside);
  const hint = closingHint(lines) ?? closingHint(frame.inside.filter((text) => HINT_ROW.test(text)).slice(-1));
  const waits = /waiting for|please wait/i.test(words) || hint !== null;
  let kind: Dialog['kind'] | null = null;
  if (tool !== null && /^(?:AskUser|ask_user)/i.test(tool[1] ?? '')) kind = 'question';
  else if (/^(?:answer questions|review your answers)/i.test(title)) kind = 'question';
  else if (tool !== null) kind = 'approval';
  else if (waits && asksLogin(words)) kind = 'login';
  else if (hint !== null) kind = 'menu';
  if (kind === null) return null;
  const dialog = plainDialog(kind, title, kind === 'login' || kind === 'question' ? 'text' : 'vertical');
  return withDialog(dialog, [saw(`${at(rows, frame.bottom, 'lower border of a box')}: "${title}"`, kind, 0.8)]);
}

/** Pages outside of any box: the address to sign in on and the prompt for its code. */
export function plainSignIn(rows: Rows): Found | null {
  const words = oneLine(rows.lines.slice(0, rows.last + 1));
  const end = line(rows, rows.last).trim();
  if (!/https?:\/\/\S/.test(words) || !asksLogin(words) || !/(?:[:>?]|code)$/.test(end)) return null;
  return withDialog(plainDialog('login', end, 'text'), [saw(at(rows, rows.last), 'login', 0.85)]);
}

/** Any other view that names its closing key in one of its last rows, in a box that is broken or none at all. */
export function hintedPicker(rows: Rows): Found | null {
  for (let row = rows.last, seen = 0; row >= 0 && seen < 8; row -= 1) {
    const text = line(rows, row).replace(/[│┃╭╮╰╯┌┐└┘]/g, ' ');
    if (blank(text.replace(/[─━]/g, ' '))) continue;
    seen += 1;
    const hint = closingHint([text]);
    if (hint === null) continue;
    const list = numberedChoices(rows.lines.slice(0, row), rows.view.cols);
    const dialog = { ...plainDialog('menu', '', 'vertical'), choices: list?.marked ? list.choices : [] };
    return withDialog(dialog, [saw(at(rows, row, hint), 'menu', 0.7)]);
  }
  return null;
}
