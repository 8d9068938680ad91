import { describe, expect, it } from 'vitest';
import type { Card, CardChange } from '../../../shared/contract/board.ts';
import { changeWords, dayWords, left, promptOf } from './words.ts';

describe('what remains of a lease', () => {
  it.each([
    [-1, 'lease over'],
    [0, 'lease over'],
    [900, '1s left'],
    [59_001, '60s left'],
    [60_000, '1m left'],
    [3_599_999, '59m left'],
    [7_260_000, '2h 1m left'],
  ])('%i ms: %s', (ms, text) => expect(left(ms)).toBe(text));
});

describe('a day', () => {
  it.each([
    ['2026-03-10', 'today'],
    ['2026-03-11', 'tomorrow'],
    ['2026-03-09', 'yesterday'],
    ['2026-12-04', '4 Dec'],
    ['2027-01-01', '1 Jan 2027'],
  ])('%s: %s', (day, text) => expect(dayWords(day, '2026-03-10')).toBe(text));
  it('is the neighbour over the end of a year and of February', () => {
    expect(dayWords('2027-01-01', '2026-12-31')).toBe('tomorrow');
    expect(dayWords('2026-02-28', '2026-03-01')).toBe('yesterday');
  });
});

describe('a card as a prompt', () => {
  const card = {
    key: 'QD-7',
    title: 'Mend it',
    description: 'All of it.',
    checklist: [
      { id: '1', text: 'look', done: true },
      { id: '2', text: 'sew', done: false },
    ],
    links: { branch: 'fix/it', pr: null, session: null },
    due: null,
    review: 'other',
  } as unknown as Card;
  it('has all that is to be done, and how to tell the board', () => {
    const text = promptOf(card);
    for (const part of ['QD-7: Mend it', 'All of it.', '- [x] look', '- [ ] sew', 'fix/it', 'qd board claim QD-7']) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('null');
  });
  it('sends work that another must review to review, not to done', () => {
    expect(promptOf(card)).toContain('move QD-7 review');
    expect(promptOf({ ...card, review: 'anyone' })).toContain('move QD-7 done');
  });
});

describe('a line of history', () => {
  const line = (what: CardChange['what'], changes: CardChange['changes'] = {}) =>
    changeWords({ what, changes } as CardChange, (id) => id.toUpperCase());
  it('names columns as they are called', () => {
    expect(line('moved', { column: { before: 'todo', after: 'done' } })).toBe('moved it from TODO to DONE');
    expect(line('moved', { rank: { before: 1, after: 2 } })).toBe('moved it inside its column');
  });
  it('tells one field with both values, a long text and several fields by name', () => {
    expect(line('edited', { due: { before: null, after: '2026-01-01' } })).toBe(
      'changed due from nothing to 2026-01-01',
    );
    expect(line('edited', { description: { before: 'a', after: 'b' } })).toBe('changed description');
    expect(line('edited', { title: { before: 'a', after: 'b' }, cost: { before: 1, after: 2 } })).toBe(
      'changed title, cost',
    );
    expect(line('edited', { title: { before: 'a'.repeat(200), after: 'b' } }).length).toBeLessThan(130);
  });
});
