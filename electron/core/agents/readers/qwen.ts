/** Qwen Code: a composer between two rules; its working row stands on the upper rule without a gap. */
import type { ScreenFacts } from '../reading.ts';
import { isLimit, resetTime } from './choice-means.ts';
import { unwrap } from './composer-text.ts';
import { lookAtGemini } from './gemini.ts';
import { contextLeftIn, endsAsking, lowestText, RETRYING } from './live-signs.ts';
import { at, composerOf, type Found, readerOf, saw } from './read-screen.ts';
import { blank, hasStyles, isAlarming, isRule, joined, line, oneLine, type Rows, styleAt } from './screen-rows.ts';

export const qwen = readerOf(look);

interface Composer {
  readonly top: number;
  readonly bottom: number;
  readonly text: string;
}

function look(rows: Rows, facts: ScreenFacts): Found {
  const box = qwenComposer(rows);
  // Earlier versions still drew their composer as gemini did.
  if (box === null) return lookAtGemini(rows, facts);
  const composer = composerOf(box.text);
  const where = saw(
    at(rows, box.top + 1, `composer ${box.text === '' ? 'empty' : 'with unsent text'} between rules`),
    'composer',
    0.95,
  );
  const base = { composer, contextLeft: contextLeftIn(joined(rows, box.bottom + 1, rows.last)) };
  const working = workingSign(rows, box);
  if (working !== null) return { ...base, ...working, evidence: [...working.evidence, where] };
  const popup = popupBelow(rows, box);
  if (popup !== null) return { ...base, state: 'menu', evidence: [saw(popup, 'menu', 0.9), where] };
  return { ...base, ...rest(rows, box, where) };
}

/** `(r:)` while earlier prompts are searched. */
const PROMPT = /^(?:[>*!?❯]|\(r:\))(?: |$)/;

function qwenComposer(rows: Rows): Composer | null {
  for (let bottom = rows.last; bottom > 1; bottom -= 1) {
    if (!isRule(rows, bottom)) continue;
    for (let top = bottom - 2; top >= 0; top -= 1) {
      if (!isRule(rows, top)) continue;
      if (!PROMPT.test(line(rows, top + 1)) || dialogBelow(rows, bottom)) return null;
      return { top, bottom, text: typedText(rows, top + 1, bottom - 1) };
    }
    return null;
  }
  return null;
}

function dialogBelow(rows: Rows, bottom: number): boolean {
  for (let row = bottom + 1; row <= rows.last; row += 1) if (/^ {0,3}[╭┌╰└✦✕]/.test(line(rows, row))) return true;
  return false;
}

function typedText(rows: Rows, from: number, to: number): string {
  const first = line(rows, from);
  const words = first.slice(2);
  // Behind the cursor's cell the placeholder begins two columns further right than typed words.
  const shell = first.startsWith('!') ? '!' : '';
  if (/^ {2}\S/.test(words) || first.startsWith('(r:)')) return shell;
  // The program wraps at nine tenths of the screen, less its margins and the blank after a word.
  const body = [words, ...rows.lines.slice(from + 1, to + 1).map((text) => text.slice(2))];
  return shell + unwrap(body, Math.floor(rows.view.cols * 0.9) - 7);
}

/** `..  Counting electrons... (2s · ↓ 36 tokens · esc to cancel)`: ends right above the rule, in one to four rows. */
function workingSign(rows: Rows, box: Composer): Found | null {
  let from = box.top - 1;
  if (from < 0 || blank(line(rows, from))) return null;
  while (from > 0 && !blank(line(rows, from - 1)) && box.top - from < 5 && !startsStatus(line(rows, from))) from -= 1;
  const words = joined(rows, from, box.top - 1);
  if (
    !/\((?:\d+h ?)?(?:\d+m ?)?\d+(?:\.\d+)?s\b[^()]*\besc to cancel\b/i.test(words) &&
    !/\besc to cancel\)?$/i.test(words)
  )
    return null;
  const failed = joined(rows, Math.max(0, from - 8), from - 1);
  const evidence = [saw(at(rows, from, words), 'working', 0.95)];
  const retry = /(?:^|\s)↻ .{0,20}retrying/i.exec(failed);
  if (retry === null && !RETRYING.test(words)) return { state: 'working', evidence };
  const told = /✕ (.*)$/.exec(failed)?.[1] ?? failed;
  const state = isLimit(told) ? 'ratelimit' : 'error';
  return {
    state,
    retrying: true,
    resets: resetTime(failed.slice(retry?.index ?? 0)),
    evidence: [...evidence, saw(failed.slice(retry?.index ?? 0), 'the agent retries by itself', 0.9)],
  };
}

function startsStatus(text: string): boolean {
  return /^ {1,3}(?:\.{1,3}|[⠁-⣿]) /.test(text);
}

function popupBelow(rows: Rows, box: Composer): string | null {
  if (line(rows, box.top + 1).startsWith('(r:)')) return `row ${box.top + 2}: search through earlier prompts`;
  if (!/^\/|(?:^|\s)@\S*$/.test(box.text)) return null;
  const row = box.bottom + 1;
  const first = line(rows, row);
  return blank(first) || /^ {2}(?:\? for shortcuts|.*\(shift \+ tab)/.test(first)
    ? null
    : `row ${row + 1}: list under the composer`;
}

function rest(rows: Rows, box: Composer, where: ReturnType<typeof saw>): Found {
  const to = lowestText(rows, 0, box.top - 1);
  for (let row = to; row >= 0; row -= 1) {
    const text = line(rows, row);
    const glyph = /^ {0,2}([✦✕●ℹ⚠↻>]) /.exec(text)?.[1];
    if (glyph === undefined) {
      if (/^ {0,3}[╰└]/.test(text))
        return { state: /Tips:|│/.test(text) || row < 6 ? 'idle' : 'done', evidence: [where] };
      if (/^ {0,3}Tips: /.test(text)) return { state: 'idle', evidence: [where] };
      continue;
    }
    const words = oneLine([text.replace(/^ *[✦✕●ℹ⚠↻>] /, ''), ...rows.lines.slice(row + 1, to + 1)]);
    const failed = glyph === '✕' && (!hasStyles(rows) || isAlarming(styleAt(rows, row)));
    if (failed) {
      const limit = isLimit(words);
      const state = limit ? 'ratelimit' : 'error';
      return { state, resets: limit ? resetTime(words) : null, evidence: [saw(at(rows, row), state, 0.9), where] };
    }
    return { state: 'done', asks: glyph === '✦' && endsAsking(words), evidence: [where] };
  }
  return { state: 'idle', evidence: [where] };
}
