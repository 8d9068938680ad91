/**
 * Recognises a prompt's text in what an agent draws: in its composer, where it may be wrapped, scrolled or folded, and in
 * the conversation above it. Pure. Only letters, digits and signs are compared: agents draw blanks, tabs, frames and
 * invisible characters each in their own way.
 */

import type { Seen } from './rules.ts';

export interface Echo {
  inComposer(composer: { readonly text: string; readonly folded: boolean }): Seen;
  /** How often the text stands on a screen given as plain rows. */
  onScreen(rows: string): number;
  /** Another record of the same prompt, such as the agent's own event. */
  same(text: string): boolean;
}

/** `[Pasted text #1 +60 lines]`, `[Pasted Content 1234 chars]`, `[...Truncated text #1 +9 lines...]`. */
const FOLD = /\[[^[\]\n]*(?:past|truncat)[^[\]\n]*\]/giu;
/** Frames and blocks, blanks, control and invisible characters, marks that join the character before. */
const UNDRAWN = /[\s\p{C}\p{M}\u2500-\u259f]+/gu;
const LEADING_SIGNS = /^[^\p{L}\p{N}]+/u;
/** Characters that make a text unlikely to be on a screen by chance. */
const TELLING = 8;
/** Of a long text the conversation may show the beginning only. */
const NEEDLE = 80;

const bare = (text: string): string => text.normalize('NFC').replace(UNDRAWN, '');

/** Share of the three-character pieces of `a` that are in `b` too, 0 to 1. */
function likeness(a: string, b: string): number {
  const pieces = new Set<string>();
  for (let i = 0; i + 3 <= a.length; i += 1) pieces.add(a.slice(i, i + 3));
  if (pieces.size === 0) return 0;
  let found = 0;
  for (const piece of pieces) if (b.includes(piece)) found += 1;
  return found / pieces.size;
}

/** The parts around the fold markers stand in the text, in this order. */
function inOrder(parts: readonly string[], text: string): boolean {
  let from = 0;
  for (const part of parts) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}

export function echoOf(text: string): Echo {
  const ours = bare(text);
  const needle = ours.slice(0, NEEDLE);
  const line = ours.replace(LEADING_SIGNS, '');
  return {
    inComposer({ text: seen, folded }) {
      const shown = bare(seen);
      if (shown === '' && !folded) return 'none';
      // Nothing of this text can be compared (blanks, frames, unusual signs): that something came is all there is to see.
      if (ours === '') return 'ours';
      if (shown === ours) return 'ours';
      if (folded) {
        const parts = seen.split(FOLD).map(bare);
        if (inOrder(parts, ours)) return 'ours';
        return inOrder([ours], shown) ? 'mixed' : 'other';
      }
      if (ours.includes(shown)) {
        // A composer that shows its end only, as one too small for the text does, has the whole text.
        return ours.endsWith(shown) && shown.length >= TELLING * 2 ? 'ours' : 'part';
      }
      if (shown.includes(ours)) return 'mixed';
      // A few characters drawn otherwise do not make it another text.
      const shorter = Math.min(shown.length, ours.length) / Math.max(shown.length, ours.length);
      return shorter > 0.8 && likeness(ours, shown) > 0.6 ? 'ours' : 'other';
    },
    onScreen(rows) {
      if (ours === '') return 0;
      if (ours.length < TELLING) {
        return rows.split('\n').filter((row) => {
          const shown = bare(row);
          if (shown === ours) return true;
          // A text of signs alone stands behind the one sign that the agent puts before it.
          return line === '' ? [...shown].slice(1).join('') === ours : shown.replace(LEADING_SIGNS, '') === line;
        }).length;
      }
      const all = bare(rows);
      let count = 0;
      for (let at = all.indexOf(needle); at >= 0; at = all.indexOf(needle, at + needle.length)) count += 1;
      return count;
    },
    same: (other) => bare(other) === ours,
  };
}
