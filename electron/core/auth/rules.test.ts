import { expect, it } from 'vitest';
import type { Scope } from '../../../shared/contract/define.ts';
import {
  addressKey,
  exceeding,
  expiry,
  isReserved,
  limitWithin,
  ordered,
  readSecret,
  within,
  writeSecret,
} from './rules.ts';

const set = (...scopes: Scope[]) => new Set(scopes);

it('writes and reads secrets, and nothing that only looks like one', () => {
  const id = `t_${'0'.repeat(24)}z`;
  const secret = 'ab'.repeat(32);
  expect(readSecret(writeSecret(id, secret))).toEqual({ id, secret });
  for (const bad of [
    '',
    'qd_',
    `qd_${'0'.repeat(25)}_`,
    `${writeSecret(id, secret)}\n`,
    `xqd_${id}_${secret}`,
    `QD_${id}`,
  ]) {
    expect(readSecret(bad)).toBeNull();
  }
});

it('admin covers every scope, no other covers another', () => {
  expect(exceeding(['read', 'admin'], set('admin'))).toEqual([]);
  expect(exceeding(['admin', 'read', 'type'], set('read', 'run'))).toEqual(['type', 'admin']);
  expect(within(['run', 'read'], set('read'))).toEqual(['read']);
  expect(within(['run', 'read'], set('admin'))).toEqual(['read', 'run']);
  expect(ordered(['admin', 'read', 'read'])).toEqual(['read', 'admin']);
});

it('limits only get narrower', () => {
  expect(limitWithin(null, null)).toBe(true);
  expect(limitWithin(['a'], null)).toBe(true);
  expect(limitWithin(null, new Set(['a']))).toBe(false);
  expect(limitWithin(['a', 'b'], new Set(['a']))).toBe(false);
  expect(limitWithin(['a'], new Set(['a', 'b']))).toBe(true);
  expect([expiry(null, null), expiry(5, null), expiry(null, 7), expiry(9, 7), expiry(5, 7)]).toEqual([
    null,
    5,
    7,
    7,
    5,
  ]);
});

it.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['::FFFF:10.0.0.1', '10.0.0.1'],
  ['0:0:0:0:0:ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['[2001:db8:1:2::7]', '2001:db8:1:2::/64'],
])('counts attempts of %s at %s', (address, key) => {
  expect(addressKey(address)).toBe(key);
});

it('survives addresses that are none', () => {
  for (const odd of ['', ':', ':::::::::::::', 'x'.repeat(1e5), '::ffff:', '%%'])
    expect(addressKey(odd).length).toBeLessThan(100);
});

it('keeps names for itself', () => {
  expect(['local', 'LOCAL', 'hub', 'Agent', 'ada', 'localhost'].map(isReserved)).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
});
