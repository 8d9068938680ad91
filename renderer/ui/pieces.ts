/** A line of code cut into pieces that look alike: by syntax, by what changed in it, and by signs nobody would see. Pure. */
import type { Token } from './colours.ts';
import type { Span } from './compare.ts';

export interface Piece {
  /** Offset in the line. */
  readonly at: number;
  readonly text: string;
  readonly type: string | null;
  readonly marked: boolean;
  /** Stands for a sign that does not show, or that turns the direction of others. */
  readonly hidden: boolean;
}

/** More of a line is not drawn: a bundle in one line would stop the page. */
export const LONGEST_SHOWN = 2000;

/** Control characters, marks and overrides of direction, and spaces without width. */
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

const nameOf = (sign: string): string =>
  sign === '\r' ? '␍' : `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

export function pieces(line: string, tokens: readonly Token[] | undefined, spans: readonly Span[] = []): Piece[] {
  const shown = line.slice(0, LONGEST_SHOWN);
  const cuts = new Set<number>([0, shown.length]);
  const types: { readonly from: number; readonly to: number; readonly type: string }[] = [];
  let at = 0;
  for (const [type, text] of tokens ?? []) {
    if (type !== null) types.push({ from: at, to: at + text.length, type });
    at += text.length;
  }
  for (const { from, to } of types) cuts.add(from).add(to);
  for (const [from, to] of spans) cuts.add(from).add(to);
  const unseen = new Set<number>();
  for (const { index } of shown.matchAll(UNSEEN)) {
    unseen.add(index);
    cuts.add(index).add(index + 1);
  }
  const places = [...cuts].filter((cut) => cut <= shown.length).sort((a, b) => a - b);
  const found: Piece[] = [];
  let t = 0;
  for (const [i, from] of places.entries()) {
    const to = places[i + 1];
    if (to === undefined) break;
    while (t < types.length && (types[t]?.to ?? 0) <= from) t += 1;
    const type = types[t];
    const hidden = unseen.has(from);
    const text = shown.slice(from, to);
    found.push({
      at: from,
      text: hidden ? nameOf(text) : text,
      type: type && type.from <= from ? type.type : null,
      marked: spans.some(([a, b]) => a <= from && from < b),
      hidden,
    });
  }
  return found;
}
