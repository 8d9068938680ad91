/** Claude Code: a composer between two rules at the bottom, a spinner row right above it, dialogs in its place. */
import type { ScreenFacts } from '../reading.ts';
import { isLimit, resetTime } from './choice-means.ts';
import { type ClaudeComposer, claudeComposer, popupBelow } from './claude-composer.ts';
import { claudeDialog } from './claude-dialog.ts';
import { contextLeftIn, endsAsking, INTERRUPT, RETRYING, spinningTitle } from './live-signs.ts';
import { at, composerOf, type Found, readerOf, saw } from './read-screen.ts';
import { blank, hasStyles, joined, line, oneLine, type Rows, styleAt } from './screen-rows.ts';

export const claude = readerOf(look);

function look(rows: Rows, _facts: ScreenFacts): Found {
  const composer = claudeComposer(rows);
  return composer === null ? claudeDialog(rows) : withComposer(rows, composer);
}

function withComposer(rows: Rows, box: ClaudeComposer): Found {
  const composer = composerOf(box.text);
  const footer = joined(rows, box.bottom + 1, rows.last);
  const typed = box.text === '' ? 'empty' : 'with unsent text';
  const where = saw(
    at(rows, box.top + 1, `composer ${line(rows, box.top + 1).slice(0, 1)} ${typed} between rules`),
    'composer',
    0.95,
  );
  const base = { composer, contextLeft: contextLeftIn(footer) };
  const popup = popupBelow(rows, box);
  const working = workingSign(rows, box, footer);
  if (working !== null) return { ...base, ...working, evidence: [...working.evidence, where] };
  if (popup !== null) return { ...base, state: 'menu', evidence: [saw(popup, 'menu', 0.9), where] };
  const block = lastBlock(rows, box.top - 1);
  const failed = block === null ? null : failure(rows, block);
  if (block !== null && failed !== null) {
    return { ...base, ...failed, evidence: [saw(at(rows, block.row), failed.state, 0.85), where] };
  }
  const answered = block !== null && block.glyph !== '';
  return {
    ...base,
    state: answered ? 'done' : 'idle',
    asks: answered && /[●⏺]/.test(block.glyph) && endsAsking(block.words),
    evidence: [where],
  };
}

/** The spinner's signs, at column 0. `●` and `❯` are not among them. */
const SPINNER = /^([·✢✳✶✻✽✺✹✸∗*+])[ \u00a0]+(\S.*)$/;
/** A finished turn: `✻ Brewed for 4s`. */
const FINISHED = /^[·✢✳✶✻✽✺✹✸∗*+][ \u00a0]+\S+(?: \S+)? for (?:\d+[hms] ?)+/;

function workingSign(rows: Rows, box: ClaudeComposer, footer: string): Found | null {
  const spinner = spinnerAbove(rows, box.top - 1);
  if (spinner >= 0) {
    const words = joined(rows, spinner, Math.min(spinner + 2, box.top - 1));
    const evidence = [saw(at(rows, spinner), 'working', 0.95)];
    if (!RETRYING.test(words)) return { state: 'working', evidence };
    const state = isLimit(words)
      ? 'ratelimit'
      : /\b[45]\d\d\b|overloaded|server error/i.test(words)
        ? 'error'
        : 'working';
    return { state, retrying: true, resets: resetTime(words), evidence };
  }
  if (INTERRUPT.test(footer)) {
    return { state: 'working', evidence: [saw(`footer below the composer: ${footer}`, 'working', 0.9)] };
  }
  if (!spinningTitle(rows.view.title)) return null;
  return { state: 'working', evidence: [saw(`title ${rows.view.title}`, 'working', 0.7, 'title')] };
}

/** The row of a running spinner: the last row at column 0 above the composer, with `…` or a retry in its words. */
function spinnerAbove(rows: Rows, from: number): number {
  for (let row = from, seen = 0; row >= 0 && seen < 14; row -= 1) {
    const text = line(rows, row);
    if (blank(text)) continue;
    seen += 1;
    // Tips and task lists under the spinner are indented.
    if (/^[ \u00a0]/.test(text)) continue;
    const match = SPINNER.exec(text);
    if (match === null || FINISHED.test(text)) return -1;
    const words = oneLine([match[2] ?? '', line(rows, row + 1)]);
    return /…|\.\.\./.test(match[2] ?? '') || RETRYING.test(words) ? row : -1;
  }
  return -1;
}

interface Block {
  readonly row: number;
  /** `●`, `❯`, `⎿` or empty. */
  readonly glyph: string;
  readonly words: string;
}

/** The last thing said above the composer: from its glyph down, the line of a finished turn left out. */
function lastBlock(rows: Rows, from: number): Block | null {
  let to = from;
  while (to >= 0 && (blank(line(rows, to)) || FINISHED.test(line(rows, to)) || /^ *(?:※|✔|○) /.test(line(rows, to))))
    to -= 1;
  if (to < 0) return null;
  for (let row = to; row >= 0; row -= 1) {
    const text = line(rows, row);
    const match = /^(?:([●⏺❯>])[ \u00a0]|[ \u00a0]{1,4}(⎿))/.exec(text);
    if (match !== null) {
      const glyph = match[1] ?? match[2] ?? '';
      return { row, glyph, words: oneLine([text.slice(match[0].length), ...rows.lines.slice(row + 1, to + 1)]) };
    }
    // The banner of a fresh start, bare in a narrow terminal, in a frame of its own in a wide one.
    if (/^[ ]*│?[ ]*[▐▛▜▝▘█▙▟]/.test(text)) return null;
  }
  return { row: to, glyph: '●', words: joined(rows, Math.max(0, to - 3), to) };
}

const ERROR_WORDS =
  /^(?:API Error\b|Please run \/login|Invalid API key|Not logged in|OAuth token|Your organization|Credit balance|Connection error|Request timed out|Unable to connect|Prompt is too long|Context limit|Error: )/i;
const LIMIT_WORDS = /^(?:You['’]ve (?:hit|reached) (?:your|the) |Claude (?:AI )?usage limit|.{0,30}limit reached\b)/i;

function failure(rows: Rows, block: Block): Pick<Found, 'state' | 'resets'> | null {
  const limit = LIMIT_WORDS.test(block.words);
  if (block.glyph === '❯' || block.glyph === '>' || !(limit || ERROR_WORDS.test(block.words))) return null;
  // The program colours its own failures; an answer that merely begins with such words has the plain colour.
  const start = line(rows, block.row).search(/[\p{L}\p{N}]/u);
  if (hasStyles(rows) && (styleAt(rows, block.row, start)?.fg ?? -1) === -1) return null;
  if (limit || isLimit(block.words)) return { state: 'ratelimit', resets: resetTime(block.words) };
  return { state: 'error' };
}
