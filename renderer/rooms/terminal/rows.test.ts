import { describe, expect, it } from 'vitest';
import { type Cells, cellsOf, keptRows } from './rows.ts';

/** A row as xterm keeps it: three words a cell. */
function row(text: string, { fg = 0, bg = 0 }: { fg?: number; bg?: number } = {}): Uint32Array {
  return Uint32Array.from([...text.padEnd(8)].flatMap((char) => [char.charCodeAt(0) | (1 << 22), fg, bg]));
}
const rows = (...texts: readonly string[]) => texts.map((text) => (text === '?' ? null : cellsOf(row(text))));
/** What stands where, if what is kept is kept and the rest is drawn. */
function moved(before: readonly (Cells | null)[], now: readonly (Cells | null)[]) {
  const kept = keptRows(before, now);
  for (const [to, from] of kept.entries()) if (from >= 0) expect(before[from]?.data).toEqual(now[to]?.data);
  const order = kept.filter((from) => from >= 0);
  expect(order).toEqual([...new Set(order)].sort((a, b) => a - b));
  return kept;
}

describe('rows that are kept', () => {
  it('moves all with what scrolled, and draws what came', () => {
    expect(moved(rows('a', 'b', 'c', 'd'), rows('b', 'c', 'd', 'e'))).toEqual([1, 2, 3, -1]);
    expect(moved(rows('a', 'b', 'c', 'd'), rows('x', 'y', 'a', 'b'))).toEqual([-1, -1, 0, 1]);
  });

  it('leaves what did not scroll below and above', () => {
    expect(moved(rows('top', 'a', 'b', 'c', 'd', 'foot'), rows('top', 'b', 'c', 'd', 'e', 'foot'))).toEqual([
      0, 2, 3, 4, -1, 5,
    ]);
    expect(moved(rows('a', 'b', 'c', 'd', 'e', 'foot'), rows('b', 'c', 'd', 'e', 'f', 'foot'))).toEqual([
      1, 2, 3, 4, -1, 5,
    ]);
  });

  it('keeps all where nothing changed, one that changed aside', () => {
    expect(moved(rows('a', '', '', 'b'), rows('a', '', '', 'b'))).toEqual([0, 1, 2, 3]);
    expect(moved(rows('a', 'b', 'c'), rows('a', 'x', 'c'))).toEqual([0, -1, 2]);
  });

  it('knows nothing of rows that were not seen, and keeps nothing of another width', () => {
    expect(moved([], rows('a', 'b'))).toEqual([-1, -1]);
    expect(moved(rows('?', 'b'), rows('b', '?'))).toEqual([1, -1]);
    expect(keptRows([cellsOf(row('a'))], [cellsOf(row('a').slice(0, 6))])).toEqual([-1]);
  });

  it('sees colours, and that cells with accents or links say more than their words', () => {
    expect(keptRows([cellsOf(row('a'))], [cellsOf(row('a', { fg: 1 }))])).toEqual([-1]);
    expect(keptRows([cellsOf(row('a'))], [cellsOf(row('a', { bg: 1 }))])).toEqual([-1]);
    expect(cellsOf(row('a', { bg: 0x1000_0000 }))).toBeNull();
    const accent = row('ab');
    accent[3] = 0x20_0000 | (1 << 22);
    expect(cellsOf(accent)).toBeNull();
  });

  it('is right for screens that change at random', () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return Math.floor((seed / 0x7fffffff) * below) % below;
    };
    let screen = Array.from({ length: 24 }, () => 'abc'[random(3)] ?? '');
    for (let step = 0; step < 200; step += 1) {
      const next = [...screen];
      const [from, count] = [random(24), random(5)];
      if (step % 3 === 0) next.push(...next.splice(0, count));
      else if (step % 3 === 1) next.splice(from, 1, 'abcdef'[random(6)] ?? '');
      else next.splice(random(24), 0, ...next.splice(from, count));
      moved(rows(...screen), rows(...next));
      screen = next;
    }
  });
});
