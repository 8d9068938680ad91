/** How well a few typed letters fit a text: all in order, better at the beginnings of words and side by side. Pure. */

/** Higher is better; null when a letter is missing. An empty query fits everything alike. */
export function score(query: string, text: string): number | null {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const hay = text.toLowerCase();
  let total = 0;
  for (const word of words) {
    const one = scoreWord(word, hay);
    if (one === null) return null;
    total += one;
  }
  // Of two that fit alike the shorter is the more exact.
  return total - Math.min(hay.length, 200) / 1000;
}

function scoreWord(word: string, hay: string): number | null {
  const at = hay.indexOf(word);
  if (at >= 0 && startsWord(hay, at)) return 150 * word.length - Math.min(at, 100) / 10;
  // Inside a word a part says less than the beginnings of two: `ns` is a new session before it is `Sessions`.
  if (at >= 0 && word.length > 2) return 20 * word.length - Math.min(at, 100) / 10;
  return align(word, hay);
}

const HIT = 1;
const SIDE_BY_SIDE = 12;
const BEGINNING = 14;

/** The best of all ways to find the letters in order: the first place of a letter is not always the one that was meant. */
function align(word: string, hay: string): number | null {
  const NEVER = Number.NEGATIVE_INFINITY;
  /** Best score with the letters so far, the last of them exactly at this place. */
  let before: number[] = [];
  for (let i = 0; i < word.length; i += 1) {
    const now: number[] = new Array<number>(hay.length).fill(NEVER);
    let reached = i === 0 ? 0 : NEVER;
    for (let at = 0; at < hay.length; at += 1) {
      if (i > 0 && at > 0) reached = Math.max(reached, before[at - 1] ?? NEVER);
      if (hay[at] !== word[i]) continue;
      const joined = i > 0 && at > 0 ? (before[at - 1] ?? NEVER) + SIDE_BY_SIDE : NEVER;
      now[at] = Math.max(reached + (startsWord(hay, at) ? BEGINNING : HIT), joined);
    }
    before = now;
  }
  const found = Math.max(NEVER, ...before);
  return found === NEVER ? null : found;
}

const startsWord = (hay: string, at: number): boolean => at === 0 || /[\s\-_/.:]/.test(hay[at - 1] ?? '');

/** Found only in what stands beside the name: after all that are found by name. */
const BESIDE = 10_000;

/** The best first; those that do not fit are left out; equals keep their order. `beside`: further words, worth less than the text. */
export function best<T>(
  query: string,
  all: readonly T[],
  textOf: (one: T) => string,
  limit: number,
  beside: (one: T) => string = () => '',
): readonly T[] {
  const scored: { readonly one: T; readonly score: number; readonly at: number }[] = [];
  for (const [at, one] of all.entries()) {
    const named = score(query, textOf(one));
    const around = named === null ? score(query, `${textOf(one)} ${beside(one)}`) : null;
    const fits = named ?? (around === null ? null : around - BESIDE);
    if (fits !== null) scored.push({ one, score: query.trim() === '' ? 0 : fits, at });
  }
  return scored
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .slice(0, limit)
    .map(({ one }) => one);
}
