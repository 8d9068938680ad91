import { expect, test } from 'vitest';
import type { CardRow } from '../../shared/contract/board.ts';
import { boardText } from './board-print.ts';
import { width } from './print.ts';

const ann = { kind: 'user', id: 'ann', name: 'ann' } as const;
const row = (key: string, more: Partial<CardRow> = {}): CardRow => ({
  key,
  title: `Title of ${key}`,
  column: 'todo',
  rank: 0,
  priority: 'normal',
  owner: null,
  claim: null,
  creator: ann,
  tags: [],
  due: null,
  dependencies: [],
  checklist: [],
  links: { session: null, branch: null, pr: null },
  cost: null,
  review: 'anyone',
  version: 1,
  createdAt: 0,
  updatedAt: 0,
  finishedAt: null,
  described: false,
  comments: 0,
  blockedBy: [],
  ...more,
});
const columns = [{ id: 'todo', title: 'To do', kind: 'todo', limit: null } as const];

test('the board fits any terminal, keys whole, and says nothing that is empty', () => {
  const cards = [
    row('QD-1', { title: '日本語'.repeat(40), priority: 'urgent', due: '2030-01-31', blockedBy: ['QD-2', 'QD-3'] }),
    row('QD-2', { title: 'a\x1b]0;x\x07b', owner: ann, tags: ['x'.repeat(60)] }),
  ];
  for (const total of [30, 60, 79, 80, 100, 200]) {
    const text = boardText(cards, columns, total);
    for (const line of text.split('\n')) expect(width(line), `${total}: ${line}`).toBeLessThanOrEqual(total);
    expect(text).toContain('QD-1');
    expect(text).toContain('QD-2');
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
  }
  expect(boardText(cards, columns, 100)).toMatch(/WAITS FOR/);
  expect(boardText([row('QD-1')], columns, 100)).not.toMatch(/WAITS FOR|WHO|DUE|TAGS/);
  expect(boardText(cards, columns, 60)).toMatch(
    /^To do\n {2}QD-1 {2}日.*\n {6}urgent, due 2030-01-31, waits for QD-2 QD-3\n/,
  );
});
