import { expect, test } from 'vitest';
import type { Principal } from '../kernel/handlers.ts';
import { admit } from './authorise.ts';

const who = (nodes: string[] | null): Principal => ({
  user: 'ann',
  tokenId: 't',
  via: 'token',
  scopes: new Set(['read']),
  sessions: null,
  nodes: nodes && new Set(nodes),
});

test('a token limited to other nodes does nothing here', () => {
  const entry = { scope: 'read', limited: 'filtered' } as const;
  expect(() => admit(entry, who(['far']))).toThrow(/other nodes/);
  expect(() => admit(entry, who([]))).toThrow(/other nodes/);
  expect(() => admit(entry, who(['far', 'local']))).not.toThrow();
  expect(() => admit(entry, who(null))).not.toThrow();
});
