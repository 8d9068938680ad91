import { describe, expect, it } from 'vitest';
import { PROMPT_STATES, type Receipt } from '../../shared/contract/prompts.ts';
import { historyOf, queueOf, receiptTone, receiptWord, waits } from './receipts.ts';

const receipt = (id: string, over: Partial<Receipt>): Receipt => ({
  id,
  session: 'api',
  sessionId: 's_1',
  state: 'queued',
  text: 'x',
  origin: 'user',
  by: 'ann',
  now: false,
  steer: false,
  position: 0,
  createdAt: 0,
  deliveredAt: null,
  confirmedAt: null,
  idleAt: null,
  ...over,
});

describe('queueOf', () => {
  const all = [
    receipt('old', { state: 'confirmed', createdAt: 1 }),
    receipt('second', { position: 2, createdAt: 3 }),
    receipt('first', { state: 'held', position: 1, createdAt: 9 }),
    receipt('going', { state: 'delivering', position: 0, createdAt: 2 }),
    receipt('new', { state: 'failed', createdAt: 5 }),
    receipt('other', { sessionId: 's_2' }),
  ];
  it('shows what waits in its order, then the newest of what moved', () => {
    expect(queueOf(all, 's_1', 5).map((r) => r.id)).toEqual(['going', 'first', 'second', 'new', 'old']);
  });
  it('keeps all that waits however few recent ones are asked for', () => {
    expect(queueOf(all, 's_1', 1).map((r) => r.id)).toEqual(['going', 'first', 'second', 'new']);
    expect(queueOf(all, 's_3', 5)).toEqual([]);
  });
});

describe('words', () => {
  it('only what is not under way can be changed', () => {
    expect(PROMPT_STATES.filter((state) => waits({ state }))).toEqual(['queued', 'held']);
  });
  it('never calls a failure good', () => {
    expect(receiptTone({ state: 'failed' })).toBe('bad');
    expect(receiptTone({ state: 'unverified' })).toBe('need');
  });
  it('tells the end of the turn only when the prompt was taken', () => {
    expect(receiptWord({ state: 'confirmed', idleAt: 5 })).toBe('Turn ended');
    expect(receiptWord({ state: 'confirmed', idleAt: null })).toBe('Taken');
    expect(receiptWord({ state: 'failed', idleAt: 5 })).toBe('Failed');
  });
});

it('remembers what this person sent, each text once, newest first', () => {
  const all = [
    receipt('1', { text: 'build', createdAt: 1 }),
    receipt('2', { text: 'test', createdAt: 2 }),
    receipt('3', { text: 'build', createdAt: 3 }),
    receipt('4', { text: 'other person', by: 'bob', createdAt: 4 }),
    receipt('5', { text: 'at the start', origin: 'init', createdAt: 5 }),
    receipt('6', { text: 'elsewhere', sessionId: 's_2', createdAt: 6 }),
  ];
  expect(historyOf(all, 's_1', 'ann', 9).map((each) => each.id)).toEqual(['3', '2']);
  expect(historyOf(all, 's_1', 'ann', 1)).toHaveLength(1);
});
