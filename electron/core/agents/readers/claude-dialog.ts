/** Claude Code without its composer: dialogs, pickers, sign-in pages. */
import { boxedDialog } from './boxed-dialog.ts';
import { resetTime } from './choice-means.ts';
import { type ChoiceList, markedChoices, numberedChoices } from './dialog-choices.ts';
import { dialogOf, lastParagraph, plainDialog } from './dialog-kind.ts';
import { closingHint, lowestParagraph } from './live-signs.ts';
import { at, type Found, saw, UNKNOWN, withDialog } from './read-screen.ts';
import { blank, hasStyles, isRule, joined, line, oneLine, type Rows, rgbOf, styleAt } from './screen-rows.ts';

export function claudeDialog(rows: Rows): Found {
  const lines = rows.lines.slice(0, rows.last + 1);
  const list = numberedChoices(lines, rows.view.cols);
  if (list?.marked && isLast(rows, list)) return listed(rows, list);
  return signIn(rows) ?? boxedDialog(rows) ?? picker(rows) ?? UNKNOWN;
}

const DASHES = /^[ ]*[╌┄]{8,}$/;

/** Only hints, the preview of a theme and the like may stand below the choices. */
function isLast(rows: Rows, list: ChoiceList): boolean {
  let row = list.to + 1;
  while (row <= rows.last && blank(line(rows, row))) row += 1;
  if (row > rows.last) return true;
  if (/^[ ]*[╌┄─]/.test(line(rows, row))) return true;
  const rest = rows.lines.slice(row, rows.last + 1);
  return closingHint(lowestParagraph(rest).lines) !== null || closingHint(rest) !== null;
}

function listed(rows: Rows, list: ChoiceList): Found {
  let top = list.from - 1;
  while (top >= 0 && !isRule(rows, top)) top -= 1;
  const heading = rows.lines.slice(top + 1, list.from);
  // The frame of a diff (`╌╌╌`) ends it as a blank row would.
  const dashes = heading.findLastIndex((text) => DASHES.test(text));
  const tail = lastParagraph(heading.slice(dashes + 1));
  const [title, asked] = [tail.text, dashes + 1 + tail.from];
  const below = joined(rows, list.to + 1, rows.last);
  const question =
    /^[ ←]*[☐☒☑✔]/.test(heading.find((text) => !blank(text)) ?? '') ||
    list.choices.some((choice) => /^(?:type something|chat about this)\b/i.test(choice.label));
  const first = heading.findIndex((text) => !blank(text));
  const firstRun = top < 0 && /let['’]s get started|welcome to claude code/i.test(oneLine(heading));
  const above = joined(rows, Math.max(0, list.from - 16), list.from - 1);
  const known = dialogOf({
    title: titleOf(heading, title, firstRun),
    heading: oneLine([heading[first] ?? '', title]),
    list,
    answerBy: 'digit',
    question,
  });
  const dialog = firstRun && known.kind === 'menu' ? { ...known, kind: 'login' as const } : known;
  const evidence = [
    saw(
      `rows ${list.from + 1}-${list.to + 1}: ${list.choices.length} choices under "${dialog.title}"`,
      dialog.kind,
      0.95,
    ),
    ...(below === '' ? [] : [saw(`below them: ${below}`, 'a dialog is open', 0.8)]),
  ];
  if (dialog.kind === 'ratelimit') return withDialog(dialog, evidence, { resets: resetTime(above) });
  if (dialog.kind !== 'approval') return withDialog(dialog, evidence);
  // Of a long diff only the end is left on the screen: then the first row is no tool's name.
  const tool = top >= 0 && first >= 0 && first < asked ? (heading[first] ?? '').trim() : undefined;
  const subject = subjectOf(rows, top < 0 ? 0 : top + 1 + first + 1, top + 1 + (dashes >= 0 ? dashes : asked));
  return withDialog({ ...dialog, ...(tool ? { tool } : {}), ...(subject ? { subject } : {}) }, evidence);
}

function titleOf(heading: readonly string[], last: string, firstRun: boolean): string {
  if (/\?\s*$/.test(last)) return questionOf(last);
  const words = oneLine(heading);
  const asked = /[A-Z][^.!?]*\btrust\b[^.!?]*\?/.exec(words)?.[0];
  if (asked !== undefined) return asked;
  return firstRun ? (/\bchoose\b[^.]*?(?= To change|$)/i.exec(words)?.[0] ?? last) : last;
}

/** The last sentence that asks, when the paragraph before the choices holds more than that. */
function questionOf(paragraph: string): string {
  return /(?:^|[.!?)] )((?:[^.!?]|[.!?](?! ))*\?)\s*$/.exec(paragraph)?.[1]?.trim() || paragraph;
}

/** Command or diff: the rows between the tool's name and the question, without rules, padding and the dim explanation. */
function subjectOf(rows: Rows, from: number, to: number): string {
  const kept: string[] = [];
  let row = from;
  while (row < to && blank(line(rows, row))) row += 1;
  // The grey row under a command explains it; the grey row above a diff is the file's name.
  const framed = rows.lines.slice(row, to + 1).some((text) => DASHES.test(text));
  const styled = !framed && hasStyles(rows);
  for (; row < to; row += 1) {
    const text = line(rows, row);
    if (/^[ ]*[╌┄─]{8,}$/.test(text)) continue;
    if (blank(text)) {
      // What follows a blank row is an explanation, unless it is still part of a diff.
      if (!rows.lines.slice(row, to).some((later) => /^[ ]*[╌┄─]{8,}$/.test(later))) break;
    }
    if (styled && isDim(rows, row)) continue;
    kept.push(text);
  }
  const indent = Math.min(...kept.filter((text) => !blank(text)).map((text) => text.length - text.trimStart().length));
  return kept
    .map((text) => text.slice(Number.isFinite(indent) ? indent : 0))
    .join('\n')
    .trim();
}

/** A grey row: every word of it in one grey. Diff rows begin with grey numbers but go on in other colours. */
function isDim(rows: Rows, row: number): boolean {
  const runs = rows.view.runs(row).filter((run) => run.text.trim() !== '');
  const first = runs[0]?.style;
  if (first === undefined || (first.fg === -1 && !first.dim)) return false;
  const index = line(rows, row).search(/\S/);
  const [red, green, blue] = rgbOf(first.fg);
  if (!first.dim && Math.max(red, green, blue) - Math.min(red, green, blue) > 24) return false;
  return !/^\s*\d/.test(line(rows, row)) && runs.every((run) => run.style.fg === styleAt(rows, row, index)?.fg);
}

const SIGN_IN =
  /paste code here|browser didn['’]t open|url below to sign in|opening browser to sign in|select login method|creating api key|login successful|oauth error/i;

/** The page with the address to sign in on, and the prompt for the code. */
function signIn(rows: Rows): Found | null {
  const words = joined(rows, Math.max(0, rows.last - 20), rows.last);
  if (!SIGN_IN.test(words)) return null;
  const row = rows.last;
  return withDialog(plainDialog('login', line(rows, row).trim() || 'Sign in', 'text'), [
    saw(at(rows, row), 'login', 0.85),
  ]);
}

/** Any other thing in the composer's place: it says with which keys it is left. */
function picker(rows: Rows): Found | null {
  const { lines, from } = lowestParagraph(rows.lines.slice(0, rows.last + 1));
  const hint = closingHint(lines) ?? closingHint(lines.slice(-1));
  if (hint === null) return null;
  let top = from - 1;
  while (top >= 0 && !isRule(rows, top)) top -= 1;
  const list = top < 0 ? null : markedChoices(rows.lines.slice(top + 1, from));
  const title =
    rows.lines
      .slice(top + 1, from)
      .find((text) => !blank(text))
      ?.trim() ?? '';
  const dialog = { ...plainDialog('menu', title, 'vertical'), choices: list?.choices ?? [] };
  return withDialog(dialog, [saw(at(rows, from, hint), 'menu', 0.8)]);
}
