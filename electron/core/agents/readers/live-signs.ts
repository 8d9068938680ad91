/** Signs that programs share: spinners, key hints in footers, error words, an answer that ends with a question. */
import { blank, line, oneLine, type Rows } from './screen-rows.ts';

/** A title that begins with a braille spinner. `✳` and `❯` are no spinners. */
export function spinningTitle(title: string): boolean {
  return /^[\u2801-\u28ff](?:\s|$)/.test(title);
}

/** `esc to interrupt`, `esc to cancel`, also cut by a narrow screen (`esc to i…`). */
export const INTERRUPT = /\besc(?:ape)? to (?:interrupt\b|cancel\b|stop\b|in?[a-z]*…|ca?[a-z]*…|…)/i;

/** One hint: a key, then what it does: `Esc to cancel`, `enter select`, `↑/↓: Navigate`, `Type to filter`. */
const KEY =
  '(?:enter|return|left|right|up|down|esc(?:ape)?|tab|space|type|ctrl[ +-]\\S|\\^[a-z]|alt[ +-]\\S|shift[ +-](?:tab|\\S)|[↑↓←→⇆⇥⏎]+|arrows?(?: keys)?|y/n|pg(?:up|dn))';
const SEGMENT = new RegExp(
  `^\\W{0,3}(?:(?:press |use |hit )?${KEY}(?:(?:, |/| or | and )?${KEY})*(?: to |: ?| )|(?:press )?[a-z0-9/?](?: to |: ?))\\w.{0,50}$`,
  'i',
);
/** A hint that closes, answers or leaves: without one, a row of hints may stand under a composer too. */
const LEAVES =
  /(?:\b(?:esc(?:ape)?|enter|return|q|ctrl[ +-][cot]|\^c)|[↵⏎])(?:\/\S+)?(?::| to| or \S+ to)? *(?:again to )?(?:cancel|clos|exit|go back|back|dismiss|confirm|select|submit|continue|return|quit|set|save|apply|accept|resume|view|open|toggle|change|clear|choose|approve|leave|switch|insert|copy|proceed|run)/i;

/** Words of the last rows when they are key hints that close or answer something; null when they are anything else. */
export function closingHint(lines: readonly string[]): string | null {
  const words = oneLine(lines);
  if (words === '' || words.length > 320 || !LEAVES.test(words)) return null;
  // Two blanks part hints too, so each row is split before blanks are made one.
  const segments = lines
    .map((text) => text.replace(/^\s*[─━]{3,}.*$/, '').trim())
    .join('  ')
    .split(/ +[·|•─] +| {2,}|, (?=[A-Z↑])|; /)
    .filter((part) => part !== '');
  if (segments.length === 0) return null;
  const hints = segments.filter((part) => SEGMENT.test(part)).length;
  return hints * 2 >= segments.length ? words : null;
}

/** The lowest paragraph: rows up to the next blank one, at most `most`. */
export function lowestParagraph(
  lines: readonly string[],
  most = 4,
): { readonly lines: readonly string[]; readonly from: number } {
  let to = lines.length - 1;
  while (to >= 0 && blank(lines[to])) to -= 1;
  let from = to;
  while (from > 0 && !blank(lines[from - 1]) && to - from + 1 < most) from -= 1;
  return { lines: lines.slice(Math.max(0, from), to + 1), from: Math.max(0, from) };
}

export const RETRYING = /\b(?:retrying|reconnecting)\b|\[re[a-z]*$|\battempt #?\d+(?:\/\d+|\])/i;

/** Words of a failed request, for programs that draw errors like any other text. */
export const FAILURE =
  /\b(?:api error|error|unauthori[sz]ed|forbidden|invalid api key|incorrect api key|overloaded|at capacity|high demand|internal server|bad gateway|unavailable|timed? ?out|connection (?:reset|refused|error)|permission denied|expired)\b/i;

/** True when these words, the end of an answer, ask something: the last sentence ends with a question mark. */
export function endsAsking(words: string): boolean {
  return /[?？]["'”’»)\]*_`\s]*$/.test(words);
}

/** `12% context left`, `Context left until auto-compact: 8%`, `(98% context left)`; null when the text says nothing. */
export function contextLeftIn(text: string): number | null {
  const match =
    /(\d{1,3})% (?:of )?context (?:left|remaining)/i.exec(text) ??
    /context left until auto-compact: (\d{1,3})%/i.exec(text) ??
    /(\d{1,3})% until auto-compact/i.exec(text);
  if (match !== null) return clamp(Number(match[1]));
  const used = /(\d{1,3})(?:\.\d+)?% (?:of )?context used/i.exec(text);
  return used === null ? null : clamp(100 - Number(used[1]));
}

function clamp(value: number): number {
  return Math.max(0, Math.min(100, value));
}

/** The index of the lowest row in a range that is not blank, or -1. */
export function lowestText(rows: Rows, from: number, to: number): number {
  for (let row = to; row >= from; row -= 1) if (!blank(line(rows, row))) return row;
  return -1;
}
