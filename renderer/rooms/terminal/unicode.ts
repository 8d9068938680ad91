/** Columns of characters as tmux counts them (`shared/widths.ts`), for the terminals that draw. */
import { Unicode11Addon } from '@xterm/addon-unicode11';
import type { Terminal } from '@xterm/xterm';
import { type Widths, widthsLikeTmux } from '../../../shared/widths.ts';

/** The addon only gives its tables to a terminal that it is loaded into: this one takes them. */
export function countLikeTmux(term: Terminal): void {
  const taker = { unicode: { register: (base: Widths) => term.unicode.register(widthsLikeTmux(base)) } };
  new Unicode11Addon().activate(taker as unknown as Terminal);
  term.unicode.activeVersion = 'tmux';
}
