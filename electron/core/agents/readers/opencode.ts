/** OpenCode: a box of `┃` rows on `╹▀▀▀` is the composer; permission and question blocks take its place; windows lie over all. */
import type { Choice, ScreenFacts } from '../reading.ts';
import { asksLogin, isLimit, meansOf, resetTime } from './choice-means.ts';
import { widthOf } from './columns.ts';
import { numberedChoices } from './dialog-choices.ts';
import { dialogOf, lastParagraph, plainDialog } from './dialog-kind.ts';
import { endsAsking, FAILURE, RETRYING } from './live-signs.ts';
import {
  type Block,
  lowestBlock,
  type OpencodeComposer,
  opencodeComposer,
  overlay,
  withoutSidebar,
} from './opencode-box.ts';
import { at, composerOf, type Found, readerOf, saw, UNKNOWN, withDialog } from './read-screen.ts';
import { blank, hasStyles, isAlarming, joined, line, oneLine, type Rows, styleAt } from './screen-rows.ts';

export const opencode = readerOf(look);

function look(screen: Rows, _facts: ScreenFacts): Found {
  const window = overlay(screen);
  const rows = withoutSidebar(screen);
  if (window !== null) {
    const kind =
      asksLogin(window.words.slice(0, 160)) && /provider|api key|auth|log ?in|sign ?in|code/i.test(window.title)
        ? 'login'
        : 'menu';
    return withDialog(plainDialog(kind, window.title, 'vertical'), [
      saw(at(rows, window.row, `window "${window.title}" with esc at its right`), kind, 0.85),
    ]);
  }
  const box = opencodeComposer(rows);
  return box === null ? blockDialog(rows) : withComposer(rows, box);
}

function withComposer(rows: Rows, box: OpencodeComposer): Found {
  const composer = composerOf(box.text);
  const where = saw(
    at(rows, box.bottom, `composer box ${box.text === '' ? 'empty' : 'with unsent text'}`),
    'composer',
    0.95,
  );
  const below = joined(rows, box.bottom + 1, rows.last);
  const used = /\((\d{1,3})%\)?/.exec(below)?.[1];
  const base = { composer, contextLeft: used === undefined ? null : Math.max(0, 100 - Number(used)) };
  const working = workingSign(rows, box, below);
  if (working !== null) return { ...base, ...working, evidence: [...working.evidence, where] };
  if (/^[/@]|(?:^|\s)@\S*$/.test(box.text) && box.top > 0 && /┃.*┃ *$/.test(line(rows, box.top - 1))) {
    return {
      ...base,
      state: 'menu',
      evidence: [saw(at(rows, box.top - 1, 'list above the composer'), 'menu', 0.9), where],
    };
  }
  if (
    box.text === '' &&
    /Tip (?:Run )?\/connect to add (?:an AI|a) provider/i.test(joined(rows, box.bottom + 1, rows.last))
  ) {
    return {
      ...base,
      state: 'login',
      evidence: [saw('the tip below the composer: no provider is connected', 'login', 0.7), where],
    };
  }
  return { ...base, ...rest(rows, box, where) };
}

/** The row under the box: a moving bar of `■⬝`, `esc interrupt`, or a failure with its countdown. Narrow screens wrap and cut it. */
function workingSign(rows: Rows, box: OpencodeComposer, below: string): Found | null {
  const status = line(rows, box.bottom + 1);
  const moving = /^ {1,4}[■⬝▪▫◼◻]/.test(status) || /^ {1,4}\S*[■⬝]/.test(status);
  const interrupt = /\besc (?:again to )?interrupt\b/i.test(below) || (moving && /\besc\b/.test(below));
  if (RETRYING.test(below) && (moving || /\[(?:re|retrying)/.test(below))) {
    const limit = isLimit(below);
    const state = limit
      ? 'ratelimit'
      : /error|overload|reset|failed|timeout|unavailable/i.test(below)
        ? 'error'
        : 'working';
    return {
      state,
      retrying: true,
      resets: resetTime(below),
      evidence: [saw(`below the composer: ${below}`, state, 0.9)],
    };
  }
  if (!interrupt && !moving) return null;
  return { state: 'working', evidence: [saw(at(rows, box.bottom + 1, status.trim().slice(0, 60)), 'working', 0.95)] };
}

/** `▣  Build · Model · 1.6s` closes a turn. */
const CLOSING = /^ {2,6}[▣◇◆■] {1,2}\S.*·/;

function rest(rows: Rows, box: OpencodeComposer, where: ReturnType<typeof saw>): Found {
  let to = box.top - 1;
  while (to >= 0 && blank(line(rows, to))) to -= 1;
  const closed = to >= 0 && CLOSING.test(line(rows, to));
  if (closed) to -= 1;
  while (to >= 0 && blank(line(rows, to))) to -= 1;
  const block = to < 0 ? null : lowestBlock(rows, to);
  if (block !== null && block.bottom === to && isFailure(rows, block)) {
    const words = oneLine(block.lines);
    const limit = isLimit(words);
    const state = limit ? 'ratelimit' : 'error';
    return {
      state,
      resets: limit ? resetTime(words) : null,
      evidence: [saw(at(rows, block.bottom, words), state, 0.85), where],
    };
  }
  if (
    !closed &&
    block === null &&
    !rows.lines.slice(0, box.top).some((text) => /^ {5}\S/.test(text) && !/[█▀▄]/.test(text))
  ) {
    return { state: 'idle', evidence: [where] };
  }
  let from = to;
  while (from > 0 && !blank(line(rows, from - 1))) from -= 1;
  const asks = block === null && /^ {3,6}\S/.test(line(rows, to)) && endsAsking(joined(rows, from, to));
  return { state: closed || to >= 0 ? 'done' : 'idle', asks, evidence: [where] };
}

/** A block with a red bar, or without colours one that speaks of a failure and stands where an answer would. */
function isFailure(rows: Rows, block: Block): boolean {
  const words = oneLine(block.lines);
  if (words === '' || /^(?:\$|#) /.test(words)) return false;
  if (hasStyles(rows)) return isAlarming(styleAt(rows, block.bottom, line(rows, block.bottom).indexOf('┃')));
  return FAILURE.test(words) || isLimit(words);
}

/** A permission or a question in the composer's place. */
function blockDialog(rows: Rows): Found {
  const block = lowestBlock(rows);
  if (block === null) return UNKNOWN;
  const filled = block.lines
    .map((text, index) => ({ text, row: block.top + index }))
    .filter(({ text }) => !blank(text));
  const words = oneLine(block.lines);
  if (!/\b(?:enter|esc)\b +(?:con|sub|sel|tog|dis|rej|can|next)/i.test(words) && !/⇆ *sel/.test(words)) return UNKNOWN;
  const head = filled.findIndex(({ text }) => /^ *[△⚠▲] \S/.test(text));
  if (head >= 0) return permission(rows, block, head >= 0 ? (filled[head]?.row ?? block.top) : block.top);
  const list = numberedChoices(block.lines, rows.view.cols - 4);
  if (list === null) {
    const title = filled[0]?.text.trim() ?? '';
    const choices = horizontal(rows, block);
    const dialog = {
      ...plainDialog('question', title, choices.length > 0 ? 'horizontal' : 'text'),
      choices,
      partial: false,
    };
    return withDialog(dialog, [saw(at(rows, block.top, `block in the composer's place: ${title}`), 'question', 0.8)]);
  }
  const choices = list.choices.map((choice) => ({ ...choice, selected: isPicked(rows, block, choice.label) }));
  const title = lastParagraph(block.lines.slice(0, list.from)).text;
  const dialog = dialogOf({ title, list: { ...list, choices }, answerBy: 'digit', question: true });
  return withDialog(dialog, [
    saw(`rows ${block.top + 1}-${block.bottom + 1}: ${choices.length} choices under "${title}"`, 'question', 0.95),
  ]);
}

/** The row of the picked choice has another ground than the block's bar. */
function isPicked(rows: Rows, block: Block, label: string): boolean {
  if (!hasStyles(rows)) return false;
  const word = label.slice(0, 24);
  for (let row = block.top; row <= block.bottom; row += 1) {
    const text = line(rows, row);
    const index = text.indexOf(word);
    if (index < 0 || !/\d\. |[●○] /.test(text)) continue;
    return styleAt(rows, row, index)?.bg !== styleAt(rows, row, text.indexOf('┃'))?.bg;
  }
  return false;
}

function permission(rows: Rows, block: Block, head: number): Found {
  const lines = block.lines.slice(head - block.top);
  const choices = horizontal(rows, block);
  const first = oneLine([lines[0] ?? '']).replace(/^[△⚠▲] /, '');
  const named = oneLine([lines.slice(1).find((text) => !blank(text)) ?? '']);
  const buttons = lines.findIndex(
    (text) => /^ {1,6}\S.* {2,}\S/.test(text) && choices.some((choice) => text.includes(choice.label)),
  );
  const body = lines
    .slice(2, buttons < 0 ? undefined : buttons)
    .map((text) => text.replace(/^ {1,2}/, '').replace(/ {2,}[▀▄█▌▐]$/, ''));
  const subject = body.join('\n').trim().replace(/^\$ /, '');
  const dialog = {
    kind: 'approval' as const,
    title: first,
    ...(named === '' ? {} : { tool: named.replace(/^[#→←⚙%✱◇│] /, '') }),
    ...(subject === '' ? {} : { subject }),
    choices,
    answerBy: choices.length > 0 ? ('horizontal' as const) : ('text' as const),
    partial: false,
    multiple: false,
  };
  return withDialog(dialog, [saw(at(rows, head), 'approval', 0.95)]);
}

/** Buttons in one row: `Allow once   Allow always   Reject`, key hints behind them left out. */
function horizontal(rows: Rows, block: Block): readonly Choice[] {
  for (let row = block.bottom; row >= block.top; row -= 1) {
    const text = line(rows, row);
    const bar = text.indexOf('┃');
    const parts = [...text.slice(bar + 1).matchAll(/\S+(?: \S+)*/g)];
    const buttons = parts.filter(({ 0: words }) => !/^(?:ctrl|enter|esc|tab|⇆|↑|←)/i.test(words));
    const hints = parts.length - buttons.length;
    const known = buttons.filter(({ 0: words }) => meansOf(words) !== 'other');
    if (buttons.length < 2 || known.length < 2 || buttons.length > 5) continue;
    if (hints > 0 && widthOf(buttons.at(-1)?.[0] ?? '') > 40) continue;
    const ground = styleAt(rows, row, bar + 1)?.bg;
    return buttons.map(({ 0: label, index: start }, index) => {
      const selected = hasStyles(rows) && styleAt(rows, row, bar + 1 + start)?.bg !== ground;
      return { n: index + 1, label, selected, means: meansOf(label) };
    });
  }
  return [];
}
