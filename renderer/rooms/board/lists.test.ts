import { describe, expect, it } from 'vitest';
import type { CardRow } from '../../../shared/contract/board.ts';
import { beforeOf, filterLists, listOf, makeLists, type PendingMove, stands } from './lists.ts';

const row = (key: string, column: string, rank: number) => ({ key, column, rank, createdAt: 0 }) as CardRow;
const ROWS = [row('A-3', 'todo', 3), row('A-1', 'todo', 1), row('A-2', 'todo', 2), row('B-1', 'doing', 1)];
const COLUMNS = ['todo', 'doing'];
const none = new Map<string, never>();
const moves = (...list: readonly (readonly [string, PendingMove])[]) => new Map(list);

describe('lists of cards', () => {
  it('are by column and rank', () => {
    const lists = makeLists(ROWS, COLUMNS, none, none);
    expect(Object.fromEntries(lists)).toEqual({ todo: ['A-1', 'A-2', 'A-3'], doing: ['B-1'] });
  });
  it('stay the very same arrays when nothing in them changed', () => {
    const before = makeLists(ROWS, COLUMNS, none, none);
    expect(makeLists(ROWS, COLUMNS, none, before)).toBe(before);
    const after = makeLists(ROWS, COLUMNS, moves(['B-1', { column: 'todo', before: null }]), before);
    expect(after).not.toBe(before);
    const again = makeLists(ROWS, COLUMNS, moves(['A-1', { column: 'todo', before: 'A-2' }]), before);
    expect(again.get('doing')).toBe(before.get('doing'));
  });
  it('show moves that are not answered yet, above the card they were put above', () => {
    const at = (before: string | null) =>
      listOf(makeLists(ROWS, COLUMNS, moves(['B-1', { column: 'todo', before }]), none), 'todo');
    expect(at('A-2')).toEqual(['A-1', 'B-1', 'A-2', 'A-3']);
    expect(at(null)).toEqual(['A-1', 'A-2', 'A-3', 'B-1']);
    expect(at('GONE-1')).toEqual(['A-1', 'A-2', 'A-3', 'B-1']);
  });
  it('put a later move above an earlier one that is not answered either', () => {
    const both = moves(['A-1', { column: 'doing', before: null }], ['A-2', { column: 'doing', before: 'A-1' }]);
    expect(listOf(makeLists(ROWS, COLUMNS, both, none), 'doing')).toEqual(['B-1', 'A-2', 'A-1']);
  });
  it('forget a move of a card that is gone, and cards of a column that is gone', () => {
    const lists = makeLists(ROWS, ['todo'], moves(['X-1', { column: 'todo', before: null }]), none);
    expect(Object.fromEntries(lists)).toEqual({ todo: ['A-1', 'A-2', 'A-3'] });
  });
  it('are filtered with the same care for identity', () => {
    const all = makeLists(ROWS, COLUMNS, none, none);
    const shown = filterLists(all, (key) => key !== 'A-2', none);
    expect(listOf(shown, 'todo')).toEqual(['A-1', 'A-3']);
    expect(filterLists(all, (key) => key !== 'A-2', shown)).toBe(shown);
  });
});

describe('a gap between cards', () => {
  const all = ['A', 'h1', 'B', 'C', 'h2', 'D'];
  const shown = ['A', 'B', 'C'];
  it('is above the next card that is shown, never above the one that moves', () => {
    expect(beforeOf(all, shown, 0, 'X')).toBe('A');
    expect(beforeOf(all, shown, 1, 'B')).toBe('C');
  });
  it('behind the last one shown is right behind it, not behind what the filter hides', () => {
    expect(beforeOf(all, shown, 3, 'X')).toBe('h2');
    expect(beforeOf(all, shown, 3, 'C')).toBe('h2');
    expect(beforeOf(['A', 'B'], ['A', 'B'], 2, 'A')).toBe(null);
  });
  it('in a column where nothing is shown is the top', () => {
    expect(beforeOf(['h1', 'h2'], [], 0, 'X')).toBe('h1');
    expect(beforeOf([], [], 0, 'X')).toBe(null);
  });
  it('where the card stands already is no move', () => {
    expect(stands(['A', 'B'], 'A', 'B')).toBe(true);
    expect(stands(['A', 'B'], 'B', null)).toBe(true);
    expect(stands(['A', 'B'], 'A', null)).toBe(false);
    expect(stands(['A', 'B'], 'X', null)).toBe(false);
  });
});
