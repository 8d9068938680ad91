/** Codex: the last `›` row above one or two footer rows is the composer; lists and dialogs replace it. */
import type { ScreenFacts } from '../reading.ts';
import { isLimit, resetTime } from './choice-means.ts';
import { codexDialog } from './codex-dialog.ts';
import { unwrap } from './composer-text.ts';
import { contextLeftIn, endsAsking, INTERRUPT, RETRYING, spinningTitle } from './live-signs.ts';
import { at, composerOf, type Found, readerOf, saw } from './read-screen.ts';
import { blank, hasStyles, joined, line, oneLine, type Rows, styleAt } from './screen-rows.ts';

export const codex = readerOf(look);

interface Composer {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

function look(rows: Rows, facts: ScreenFacts): Found {
  const box = codexComposer(rows);
  if (box === null) return codexDialog(rows);
  const footer = joined(rows, box.to + 1, rows.last);
  const composer = composerOf(box.text);
  const where = saw(
    at(rows, box.from, `composer › ${box.text === '' ? 'empty' : 'with unsent text'}`),
    'composer',
    0.9,
  );
  const base = { composer, contextLeft: contextLeftIn(footer) };
  const popup = popupAbove(rows, box);
  const working = workingSign(rows, box, facts);
  if (working !== null) return { ...base, ...working, evidence: [...working.evidence, where] };
  if (popup !== null) return { ...base, state: 'menu', evidence: [saw(popup, 'menu', 0.9), where] };
  if (/^\s*loading\b/i.test(footer)) {
    return { ...base, state: 'starting', evidence: [saw(`footer: ${footer}`, 'starting', 0.8), where] };
  }
  return { ...base, ...rest(rows, box, where) };
}

const PROMPT = /^[›❯>!](?: |$)/;

/** The lowest row at column 0 with `›`; below it only its own indented rows, a blank row and the footer. */
function codexComposer(rows: Rows): Composer | null {
  let from = rows.last;
  while (from >= 0 && !/^\S/.test(line(rows, from))) from -= 1;
  if (from < 0 || !PROMPT.test(line(rows, from))) return null;
  let blanks = from + 1;
  for (let row = rows.last; row > from; row -= 1) {
    if (blank(line(rows, row))) {
      blanks = row;
      break;
    }
  }
  const footer = rows.lines.slice(blanks, rows.last + 1).filter((text) => !blank(text));
  // Choices stand under a `›` too, with their keys below; a composer has the model and its own hints there.
  if (footer.length > 6 || dialogKeys(oneLine(footer))) return null;
  if (/^› \d+\. /.test(line(rows, from)) && dialogKeys(joined(rows, from, rows.last))) return null;
  if (footer.length === 0 && from !== rows.last && rows.view.cursor.y !== from) return null;
  const to = footer.length === 0 ? rows.last : blanks - 1;
  return { from, to, text: typedText(rows, from, to) };
}

function dialogKeys(words: string): boolean {
  return /\b(?:enter|esc|tab)\b(?: to)? (?:confirm|select|continue|submit|cancel|go back|back|add notes|close|exit|save|toggle|dismiss)\b/i.test(
    words,
  );
}

function typedText(rows: Rows, from: number, to: number): string {
  const first = line(rows, from).slice(2);
  const { cursor } = rows.view;
  const style = styleAt(rows, from, 2);
  const shell = line(rows, from).startsWith('!') ? '!' : '';
  // The placeholder is dim; without styles, a cursor at the very start before words means that nobody typed them.
  if (first !== '' && style?.dim === true) return '';
  const unstyled = !hasStyles(rows);
  if (unstyled && /^(?:Ask Codex to do anything|Ask me anything)/i.test(first)) return '';
  if (unstyled && cursor.visible && cursor.y === from && cursor.x === 2 && /[a-z] [a-z]/.test(first)) return '';
  const lines = [first, ...rows.lines.slice(from + 1, to + 1).map((text) => text.slice(2))];
  return shell + unwrap(lines, rows.view.cols - 3);
}

/** Commands, files or skills listed right above the composer, one of them marked. */
function popupAbove(rows: Rows, box: Composer): string | null {
  if (/\breverse-i-search:/.test(joined(rows, box.to + 1, rows.last))) return 'footer: search through earlier prompts';
  if (!/^[/@$]|[\s]@\S*$/.test(box.text)) return null;
  let row = box.from - 1;
  while (row >= 0 && blank(line(rows, row)) && row >= box.from - 3) row -= 1;
  const end = row;
  while (row >= 0 && /^(?:› | {2,})\S/.test(line(rows, row))) row -= 1;
  const list = rows.lines.slice(row + 1, end + 1);
  return list.length > 0 && list.some((text) => /^› \S|no matches|loading/i.test(text) || /^ {2}\/\S/.test(text))
    ? `rows ${row + 2}-${end + 1}: list above the composer`
    : null;
}

/** `• Working (3s • esc to interrupt)`, also cut (`esc to i…`) or with the retry's words. */
const STATUS = /^[•◦●○·⠀-⣿] ?.*\((?:\d+h ?)?(?:\d+m ?)?\d+s • (?:esc\b|…)/;

function workingSign(rows: Rows, box: Composer, facts: ScreenFacts): Found | null {
  let row = box.from - 1;
  while (row >= 0 && (blank(line(rows, row)) || /^ /.test(line(rows, row)))) row -= 1;
  const words = joined(rows, row, box.from - 1);
  if (row >= 0 && STATUS.test(oneLine([line(rows, row)])) && !INTERRUPTED.test(words)) {
    const evidence = [saw(at(rows, row), 'working', 0.95)];
    if (!RETRYING.test(line(rows, row))) return { state: 'working', evidence };
    const state = isLimit(words) ? 'ratelimit' : /\b5\d\d\b|overloaded/i.test(words) ? 'error' : 'working';
    return { state, retrying: true, resets: resetTime(words), evidence };
  }
  if (spinningTitle(rows.view.title)) {
    return { state: 'working', evidence: [saw(`title ${rows.view.title}`, 'working', 0.8, 'title')] };
  }
  if (/\bstate=working\b/.test(facts.osc ?? '')) {
    return { state: 'working', evidence: [saw(`OSC 7501 ${facts.osc}`, 'working', 0.85, 'osc')] };
  }
  if (box.text !== '' && INTERRUPT.test(joined(rows, box.to + 1, rows.last))) return null;
  if (/\btab to queue message\b/.test(joined(rows, box.to + 1, rows.last))) {
    return { state: 'working', evidence: [saw('footer: tab to queue message', 'working', 0.8)] };
  }
  return null;
}

const INTERRUPTED = /^■ Conversation interrupted/;
const FINISHED = /^ {1,3}(?:─ ?)?Worked for /;

/** Not working: what the last block above the composer says. */
function rest(rows: Rows, box: Composer, where: ReturnType<typeof saw>): Found {
  let to = box.from - 1;
  while (to >= 0 && blank(line(rows, to))) to -= 1;
  const finished = to >= 0 && (FINISHED.test(line(rows, to)) || /^─ Worked for /.test(line(rows, to)));
  if (finished) to -= 1;
  while (to >= 0 && blank(line(rows, to))) to -= 1;
  let from = to;
  while (from >= 0 && !/^[•◦■⚠✔✗›●] /.test(line(rows, from))) from -= 1;
  if (from < 0) {
    const spoke = to >= 0 && finished;
    return { state: spoke ? 'done' : 'idle', evidence: [where] };
  }
  const words = oneLine([line(rows, from).slice(2), ...rows.lines.slice(from + 1, to + 1)]);
  if (line(rows, from).startsWith('■ ') && !INTERRUPTED.test(line(rows, from))) {
    const limit = isLimit(words);
    const evidence = [saw(at(rows, from), limit ? 'ratelimit' : 'error', 0.9), where];
    return { state: limit ? 'ratelimit' : 'error', resets: limit ? resetTime(words) : null, evidence };
  }
  const answer = /^[•●] /.test(line(rows, from));
  // This version closes a turn with `Worked for`; an open one without a title to tell is still being written.
  const open = answer && !finished && rows.view.title === '' && rows.lines.some((text) => FINISHED.test(text));
  if (open)
    return {
      state: 'working',
      evidence: [saw(at(rows, from, 'an answer without its closing line'), 'working', 0.6), where],
    };
  return { state: 'done', asks: answer && endsAsking(words), evidence: [where] };
}
