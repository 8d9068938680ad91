import { describe, expect, it } from 'vitest';
import type { Column } from '../../../shared/contract/board.ts';
import { columnsOf, draftOf, moved, newColumnId, problemOf, sameColumns, whyStays } from './columns-draft.ts';

const COLUMNS: readonly Column[] = [
  { id: 'backlog', title: 'Backlog', kind: 'backlog', limit: null },
  { id: 'todo', title: 'To do', kind: 'todo', limit: null },
  { id: 'doing', title: 'Doing', kind: 'doing', limit: 3 },
  { id: 'done', title: 'Done', kind: 'done', limit: null },
  { id: 'discarded', title: 'Discarded', kind: 'discarded', limit: null },
];
const draft = draftOf(COLUMNS);
const at = (id: string) => draft.find((column) => column.id === id) ?? draft[0] ?? expect.fail();

describe('columns being arranged', () => {
  it('come out as they went in', () => {
    expect(columnsOf(draft)).toEqual(COLUMNS);
    expect(sameColumns(COLUMNS, columnsOf(moved(draft, 0, 1)))).toBe(false);
  });
  it('move one place, and not beyond the ends', () => {
    expect(moved(draft, 1, -1).map(({ id }) => id)).toEqual(['todo', 'backlog', 'doing', 'done', 'discarded']);
    expect(moved(draft, 0, -1).map(({ id }) => id)).toEqual(COLUMNS.map(({ id }) => id));
  });
  it.each([
    ['QA & Tests', 'qa-tests'],
    ['123 go', 'go'],
    ['Überprüfung', 'uberprufung'],
    ['校閲', 'column'],
    ['Done', 'done-2'],
    ['a'.repeat(60), 'a'.repeat(24)],
  ])('get an id from %s', (title, id) => {
    expect(newColumnId(title, ['done'])).toBe(id);
    expect(id).toMatch(/^[a-z][a-z0-9-]{0,31}$/);
  });
  it('stay while they hold cards or are the last of a kind that is needed', () => {
    expect(whyStays(draft, at('doing'), 2)).toContain('2 cards');
    expect(whyStays(draft, at('doing'), 0)).toContain('only one');
    const more = [...draft, { id: 'qa', title: 'QA', kind: 'doing' as const, limit: '' }];
    expect(whyStays(more, at('doing'), 0)).toBeNull();
  });
  it('are not saved with an empty title, an odd limit or a kind missing', () => {
    expect(problemOf(draft)).toBeNull();
    expect(problemOf([{ ...at('todo'), title: ' ' }])?.why).toContain('title');
    for (const limit of ['0', '-1', '1.5', 'x', '10001']) {
      expect(problemOf(draft.map((each) => ({ ...each, limit })))?.why).toContain('number');
    }
    expect(problemOf(draft.filter(({ kind }) => kind !== 'done'))?.why).toContain('Done');
  });
});
