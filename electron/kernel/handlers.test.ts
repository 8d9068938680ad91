import { expect, it } from 'vitest';
import { actor } from './audit.ts';
import { actingFor, may, nameOf, type Principal } from './handlers.ts';

const hub: Principal = {
  user: 'hub',
  tokenId: 't_1',
  via: 'token',
  scopes: new Set(['read']),
  sessions: null,
  hub: true,
};
const anna = { name: 'anna', id: 'u_1', hub: 'desk' };

it("writes down whom a hub acts for, by that hub's word, and allows nothing by it", () => {
  const who = actingFor(hub, anna);
  expect(nameOf(who)).toBe('anna via desk');
  expect(actor(who)).toEqual({ who: 'anna via desk', via: 'hub', for: { ...anna, token: 't_1' } });
  expect([who.user, may(who, 'approve'), may(who, 'admin')]).toEqual(['hub', false, false]);
});

it('hears nobody else say so, and no name that hides or turns text around', () => {
  const person: Principal = { ...hub, user: 'bob' };
  const { hub: _, ...other } = person;
  expect(actingFor(other, anna)).toBe(other);
  expect(actor(other)).toEqual({ who: 'bob', via: 'token' });
  expect(actingFor(hub, undefined)).toBe(hub);
  expect(actingFor(hub, { name: '\u202e\u0007', id: null, hub: 'desk' })).toBe(hub);
  expect(nameOf(actingFor(hub, { name: 'an\u202ena\n', id: null, hub: `${'d'.repeat(100)}` }))).toBe(
    `anna via ${'d'.repeat(64)}`,
  );
});
