/**
 * Where a person was reading in the scrollback, found again in a screen that was written anew. Lines are found by their
 * text: meanwhile output may have pushed them up, and the oldest may be gone.
 */
import type { Terminal } from '@xterm/xterm';

export interface Place {
  /** Texts of the topmost lines that could be seen. */
  readonly lines: readonly string[];
  /** Lines between the top of what was seen and the top of the live screen. */
  readonly above: number;
}

const LOOK_AT = 12;
/** Blank lines and rules stand everywhere: so many telling lines must agree, or all of them. */
const ENOUGH = 3;

const tells = (line: string) => /[\p{L}\p{N}]/u.test(line);

/** The index of the line that was topmost; null when the text is not there any more. `guess`: of two, the nearer one. */
export function findPlace(wanted: readonly string[], lines: readonly string[], guess: number): number | null {
  const all = wanted.filter(tells).length;
  if (all === 0) return null;
  let best: number | null = null;
  let bestScore = Math.min(ENOUGH, all) - 1;
  for (let at = 0; at < lines.length; at += 1) {
    let score = 0;
    for (let i = 0; i < wanted.length && at + i < lines.length; i += 1) {
      const line = wanted[i] ?? '';
      if (lines[at + i] !== line) break;
      if (tells(line)) score += 1;
    }
    if (score > bestScore || (score === bestScore && best !== null && Math.abs(at - guess) < Math.abs(best - guess))) {
      best = at;
      bestScore = score;
    }
  }
  return best;
}

type Reader = Pick<Terminal, 'buffer'>;

function textsOf({ buffer }: Reader, from: number, to: number): string[] {
  const texts: string[] = [];
  for (let y = from; y < to; y += 1) texts.push(buffer.active.getLine(y)?.translateToString(true) ?? '');
  return texts;
}

/** Null at the bottom, where the live screen is what one reads. */
export function placeOf(term: Reader): Place | null {
  const { viewportY, baseY, type } = term.buffer.active;
  if (type !== 'normal' || viewportY >= baseY) return null;
  return { lines: textsOf(term, viewportY, viewportY + LOOK_AT), above: baseY - viewportY };
}

/** After the new screen was written. */
export function goTo(term: Pick<Terminal, 'buffer' | 'scrollToLine'>, place: Place): void {
  const { baseY, length } = term.buffer.active;
  const guess = Math.max(0, baseY - place.above);
  term.scrollToLine(findPlace(place.lines, textsOf(term, 0, length), guess) ?? guess);
}
