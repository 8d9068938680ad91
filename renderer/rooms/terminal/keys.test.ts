import { describe, expect, it } from 'vitest';
import { applySticky, encodeKey, isFocusReport, NO_HOLDS, NO_STICKY, spent, stickyOf, tapped } from './keys.ts';

const ctrl = { ctrl: true, alt: false };
const alt = { ctrl: false, alt: true };
const both = { ctrl: true, alt: true };

describe('soft keys', () => {
  it.each([
    ['Escape', NO_STICKY, false, '\x1b'],
    ['Tab', NO_STICKY, false, '\t'],
    ['BackTab', NO_STICKY, false, '\x1b[Z'],
    ['Up', NO_STICKY, false, '\x1b[A'],
    ['Up', NO_STICKY, true, '\x1bOA'],
    ['Left', ctrl, true, '\x1b[1;5D'],
    ['Right', alt, false, '\x1b[1;3C'],
    ['Down', both, false, '\x1b[1;7B'],
    ['Home', NO_STICKY, false, '\x1b[H'],
    ['End', NO_STICKY, true, '\x1bOF'],
    ['Tab', alt, false, '\x1b\t'],
    ['PageUp', NO_STICKY, true, '\x1b[5~'],
    ['PageDown', ctrl, false, '\x1b[6;5~'],
    ['Delete', NO_STICKY, false, '\x1b[3~'],
  ] as const)('%s with %o (application %s)', (key, sticky, application, bytes) => {
    expect(encodeKey(key, sticky, application)).toBe(bytes);
  });
});

describe('sticky modifiers', () => {
  it.each([
    ['c', ctrl, '\x03'],
    ['C', ctrl, '\x03'],
    ['[', ctrl, '\x1b'],
    [' ', ctrl, '\0'],
    ['_', ctrl, '\x1f'],
    ['/', ctrl, '\x1f'],
    ['?', ctrl, '\x7f'],
    ['b', alt, '\x1bb'],
    ['c', both, '\x1b\x03'],
    ['1', ctrl, '1'],
    ['é', alt, '\x1bé'],
  ])('%j with %o', (typed, sticky, data) => {
    expect(applySticky(typed, sticky)).toEqual({ data, used: true });
  });
  it('leaves longer input and no modifier alone', () => {
    expect(applySticky('word', ctrl)).toEqual({ data: 'word', used: false });
    expect(applySticky('c', NO_STICKY)).toEqual({ data: 'c', used: false });
    expect(applySticky('', ctrl)).toEqual({ data: '', used: false });
  });
  it('counts one character outside the basic plane as one', () => {
    expect(applySticky('\u{1F600}', alt).used).toBe(true);
  });
});

it('knows focus reports and nothing else', () => {
  expect(isFocusReport('\x1b[I')).toBe(true);
  expect(isFocusReport('\x1b[O')).toBe(true);
  expect(isFocusReport('\x1bOA')).toBe(false);
});

it('a modifier is held for one key by one tap, for all by two, and let go by the third', () => {
  let holds = { ...NO_HOLDS, ctrl: tapped('off') };
  expect(stickyOf(holds)).toEqual({ ctrl: true, alt: false });
  expect(stickyOf(spent(holds))).toEqual(NO_STICKY);
  holds = { ...holds, ctrl: tapped(holds.ctrl) };
  expect(stickyOf(spent(spent(holds)))).toEqual({ ctrl: true, alt: false });
  expect(tapped(holds.ctrl)).toBe('off');
});
