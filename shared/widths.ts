/**
 * How many columns a character takes, as tmux counts them: tmux places everything on the screen, so a terminal that counts
 * otherwise has its cursor, and all that follows, in another column. xterm's tables are those of Unicode 11 and know no
 * joining; this adds what came after, and a zero width joiner. Measured against tmux 3.3a with glibc's tables.
 */

/** xterm's `IUnicodeVersionProvider`, which the headless and the drawing xterm each declare for themselves. */
export interface Widths {
  readonly version: string;
  wcwidth(codepoint: number): 0 | 1 | 2;
  /** xterm's packed answer: bit 0 joins the cell before, bits 1 and 2 the width, the rest is carried to the next character. */
  charProperties(codepoint: number, preceding: number): number;
}

/** Wide since Unicode 12; the last block is kept for emoji as a whole. First and last code points. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x3248, 0x324f],
  [0x4dc0, 0x4dff],
  [0x16ff0, 0x16ff1],
  [0x18af3, 0x18cd5],
  [0x18d00, 0x18d08],
  [0x1aff0, 0x1affe],
  [0x1b11f, 0x1b122],
  [0x1f6d5, 0x1f6d7],
  [0x1f6dc, 0x1f6df],
  [0x1f6fa, 0x1f6fc],
  [0x1f7e0, 0x1f7f0],
  [0x1f90c, 0x1f90f],
  [0x1f93f, 0x1f93f],
  [0x1f971, 0x1f972],
  [0x1f977, 0x1f97b],
  [0x1f9a3, 0x1f9af],
  [0x1f9ba, 0x1f9cf],
  [0x1fa70, 0x1faff],
];
/** Drawings that are no emoji, in the middle of wide ones. */
const NARROW: ReadonlySet<number> = new Set([0x1f93b, 0x1f946]);
const JOINER = 0x200d;
const JOINED = 1;

/** Below it xterm's tables and tmux agree. */
const FIRST_OTHER = 0x3248;
/** A character of one column that joins nothing, as `charProperties` packs it. */
const ONE = 1 << 1;

const isWide = (codepoint: number): boolean => {
  for (const [first, last] of WIDE) if (codepoint <= last) return codepoint >= first;
  return false;
};

export function widthsLikeTmux(base: Widths): Widths {
  const wcwidth = (codepoint: number): 0 | 1 | 2 =>
    codepoint < FIRST_OTHER
      ? base.wcwidth(codepoint)
      : isWide(codepoint)
        ? 2
        : NARROW.has(codepoint)
          ? 1
          : base.wcwidth(codepoint);
  return {
    version: 'tmux',
    wcwidth,
    charProperties(codepoint, preceding) {
      // Nearly all that is ever printed: a flood spends more time here than anywhere else.
      if (codepoint >= 0x20 && codepoint < 0x7f) return ONE;
      const own = wcwidth(codepoint);
      const before = (preceding >> 1) & 3;
      // After a joiner whatever is not ASCII belongs to the same character, which keeps its columns.
      const follows = preceding >> 3 === JOINED && codepoint > 0x7f;
      const joins = before > 0 && (own === 0 || follows);
      const width = joins ? before : own;
      const kind = joins && codepoint === JOINER ? JOINED : 0;
      return (kind << 3) | (width << 1) | (joins ? 1 : 0);
    },
  };
}
