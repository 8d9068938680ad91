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
  let total = 0;
  let from = 0;
  let before = -2;
  for (const letter of word) {
    const found = hay.indexOf(letter, from);
    if (found < 0) return null;
    total += found === before + 1 ? 12 : startsWord(hay, found) ? 14 : 1;
    before = found;
    from = found + letter.length;
  }
  return total;
}

const startsWord = (hay: string, at: number): boolean => at === 0 || /[\s\-_/.:]/.test(hay[at - 1] ?? '');

/** The best first; those that do not fit are left out; equals keep their order. */
export function best<T>(query: string, all: readonly T[], textOf: (one: T) => string, limit: number): readonly T[] {
  const scored: { readonly one: T; readonly score: number; readonly at: number }[] = [];
  for (const [at, one] of all.entries()) {
    const fits = score(query, textOf(one));
    if (fits !== null) scored.push({ one, score: query.trim() === '' ? 0 : fits, at });
  }
  return scored
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .slice(0, limit)
    .map(({ one }) => one);
}
