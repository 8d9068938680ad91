import { describe, expect, it } from 'vitest';
import { SCOPES } from '../../../shared/contract/define.ts';
import { inWords } from './scopes.ts';

describe('rights in words', () => {
  it('in the order of the contract, whatever order they came in', () => {
    expect(inWords(['approve', 'read'])).toBe('Look, approve');
    expect(inWords(['read'])).toBe('Look');
    expect(inWords([])).toBe('');
  });
  it('an admin holds everything', () => {
    expect(inWords([...SCOPES])).toBe('Everything');
    expect(inWords(['admin'])).toBe('Everything');
  });
});
