import { describe, expect, it } from 'vitest';
import { settle, step } from './triage.ts';

describe('the keys of the Inbox', () => {
  it('walk the cards and stay at the ends', () => {
    expect(step(['a', 'b', 'c'], null, 1)).toBe('a');
    expect(step(['a', 'b', 'c'], null, -1)).toBe('c');
    expect(step(['a', 'b', 'c'], 'a', 1)).toBe('b');
    expect(step(['a', 'b', 'c'], 'c', 1)).toBe('c');
    expect(step(['a', 'b', 'c'], 'a', -1)).toBe('a');
    expect(step(['a'], 'gone', 1)).toBe('a');
    expect(step([], 'gone', 1)).toBe(null);
  });
  const mine = () => true;
  it('go on to the next after an own answer, at the end to the one before', () => {
    expect(settle(['a', 'b', 'c'], ['a', 'c'], 'b', mine)).toBe('c');
    expect(settle(['a', 'b', 'c'], ['a', 'b'], 'c', mine)).toBe('b');
    expect(settle(['a', 'b', 'c'], ['a', 'd'], 'b', mine)).toBe('a');
    expect(settle(['a'], [], 'a', mine)).toBe(null);
  });
  it('are on nothing when somebody else answered, or the dialog went', () => {
    expect(settle(['a', 'b'], ['b'], 'a', () => false)).toBe(null);
    expect(settle(['a', 'b'], ['b'], 'b', () => false)).toBe('b');
  });
});
