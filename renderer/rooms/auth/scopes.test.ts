import { describe, expect, it } from 'vitest';
import { SCOPES } from '../../../shared/contract/define.ts';
import { inWords, personInWords, ROLES, roleOf } from './scopes.ts';

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
  it('usual sets have a name, whatever order they came in; others speak for themselves', () => {
    for (const { role, scopes } of ROLES) expect(roleOf(scopes.toReversed())).toBe(role);
    expect(roleOf(['admin'])).toBe('admin');
    expect(roleOf(['read', 'run'])).toBe('own');
    expect(personInWords(['run', 'read', 'type', 'approve'])).toBe('Member: look, type, approve, run');
    expect(personInWords(['read', 'type'])).toBe('Look, type');
  });
});
