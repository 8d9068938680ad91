/** What the lines of a hunk need to be drawn, made once for each hunk and only when one of them shows. */
import { BLOCK, type Block, blocksOf } from '../../ui/colours.ts';
import { compareWords, type Span } from '../../ui/compare.ts';
import { type Hunk, pairs } from '../../ui/diff.ts';

interface Side {
  readonly blocks: readonly Block[];
  /** By index of the hunk's line: its place among the lines of this side. */
  readonly at: ReadonlyMap<number, number>;
}
const sides = new WeakMap<Hunk, { readonly old: Side; readonly now: Side }>();
const words = new WeakMap<Hunk, Map<number, ReturnType<typeof compareWords>>>();
const partners = new WeakMap<Hunk, ReadonlyMap<number, number>>();

function sideOf(language: string, hunk: Hunk, skip: 'added' | 'removed'): Side {
  const at = new Map<number, number>();
  const lines: string[] = [];
  for (const [i, line] of hunk.lines.entries()) {
    if (line.kind === skip) continue;
    at.set(i, lines.length);
    lines.push(line.text);
  }
  return { blocks: blocksOf(language, lines), at };
}

/** The block that colours a line, and the line's place in it. Each side is read as the file that it is. */
export function blockOf(
  language: string | null,
  hunk: Hunk,
  line: number,
): { readonly block: Block; readonly at: number } | null {
  if (language === null) return null;
  const both = sides.get(hunk) ?? { old: sideOf(language, hunk, 'added'), now: sideOf(language, hunk, 'removed') };
  sides.set(hunk, both);
  const side = hunk.lines[line]?.kind === 'removed' ? both.old : both.now;
  const at = side.at.get(line);
  const block = at === undefined ? undefined : side.blocks[Math.floor(at / BLOCK)];
  return at === undefined || !block ? null : { block, at: at % BLOCK };
}

/** The parts of a changed line that are not in the line that it replaces. */
export function spansOf(hunk: Hunk, line: number): readonly Span[] | undefined {
  const kind = hunk.lines[line]?.kind;
  if (kind === undefined || kind === 'same') return undefined;
  let other = partners.get(hunk);
  if (!other) {
    const found = new Map<number, number>();
    for (const { left, right } of pairs(hunk.lines))
      if (left !== null && right !== null && left !== right) found.set(left, right).set(right, left);
    partners.set(hunk, found);
    other = found;
  }
  const partner = other.get(line);
  if (partner === undefined) return undefined;
  const [old, now] = kind === 'removed' ? [line, partner] : [partner, line];
  const known = words.get(hunk) ?? new Map<number, ReturnType<typeof compareWords>>();
  words.set(hunk, known);
  if (!known.has(old)) known.set(old, compareWords(hunk.lines[old]?.text ?? '', hunk.lines[now]?.text ?? ''));
  return kind === 'removed' ? known.get(old)?.old : known.get(old)?.now;
}
