import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { STATES, type State } from '../../../shared/contract/states.ts';
import { echoOf } from './echo.ts';
import {
  type BrokenOff,
  clean,
  GONE_MS,
  goOn,
  holdOfScreen,
  holdOfSession,
  isForeign,
  LATE_MS,
  type Limits,
  type Look,
  type Seen,
  type Standing,
  type Wish,
} from './rules.ts';

const wish: Wish = { now: false, steer: false, lines: false, text: 'x' };
const at = (state: State, more: Partial<Standing> = {}): Standing => ({
  agent: 'claude',
  node: 'local',
  state,
  retrying: false,
  paused: false,
  archived: false,
  resets: null,
  since: NOW - 60_000,
  ...more,
});
const limits: Limits = { graceMs: 5000, strict: false, maxHoldMs: 300_000 };
const look = (more: Partial<Look> = {}): Look => ({
  state: 'idle',
  composer: { text: '', folded: false },
  dialog: null,
  resets: null,
  ...more,
});
const NOW = 1_000_000;

describe('what a prompt may be', () => {
  test.each([
    ['a\r\nb', 'a\nb'],
    ['a\tb\n', 'a\tb\n'],
    ['a\x1b[201~b', 'a[201~b'],
    ['a\u009b201~b\x7f', 'a201~b'],
    ['-; #{x} $(y)', '-; #{x} $(y)'],
  ])('%j becomes %j', (given, text) => expect(clean(given)).toEqual({ ok: true, text }));

  test('whatever is given, no control character but LF and TAB is left, and cleaning again changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (given) => {
        const first = clean(given);
        if (!first.ok) return;
        expect(first.text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
        expect(clean(first.text)).toEqual(first);
      }),
    );
  });
  test('the limit counts bytes', () => {
    expect(clean('é'.repeat(524_288))).toMatchObject({ ok: true });
    expect(clean('é'.repeat(524_289))).toMatchObject({ ok: false, code: 'too-large' });
    expect(clean('🎉'.repeat(262_145))).toMatchObject({ ok: false, code: 'too-large' });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (t) => void expect(clean(`${t}a`).ok).toBe(!t.includes('\0'))),
    );
  });
});

describe('what the session says', () => {
  const hold = (
    s: Standing,
    p: Partial<Wish> = {},
    turn = null as { since: number; worked: boolean } | null,
    typed: number | null = null,
  ) => holdOfSession({ ...wish, ...p }, s, turn, typed, limits, NOW)?.why ?? null;

  test.each(STATES.filter((s) => !['idle', 'done', 'error'].includes(s)))(
    '%s holds, and says what would release it',
    (state) => {
      expect(hold(at(state))).toMatch(/^waits: .{15,}/);
    },
  );
  test.each<[State, Partial<Wish>, boolean]>([
    ['idle', {}, false],
    ['done', {}, false],
    ['error', {}, false],
    ['working', { steer: true }, false],
    ['working', { now: true }, true],
    ['unknown', { now: true }, false],
    ['unknown', { steer: true }, true],
    ['ratelimit', { now: true }, false],
    ['approval', { now: true, steer: true }, true],
    ['question', { now: true, steer: true }, true],
    ['trust', { now: true, steer: true }, true],
    ['login', { now: true, steer: true }, true],
    ['menu', { now: true, steer: true }, true],
    ['starting', { now: true }, true],
    ['exited', { now: true }, true],
    ['unreachable', { now: true }, true],
  ])('%s with %j is held: %s', (state, p, held) => expect(hold(at(state), p) !== null).toBe(held));

  test('paused and archived sessions, and typing people, hold whatever was wished', () => {
    expect(hold(at('idle', { paused: true }), { now: true, steer: true })).toContain('paused');
    expect(hold(at('idle', { archived: true }), { now: true })).toContain('archived');
    expect(hold(at('idle'), { now: true, steer: true }, null, NOW - 4999)).toContain('typing');
    expect(hold(at('idle'), {}, null, NOW - 5000)).toBe(null);
    expect(hold(at('error', { retrying: true }))).toContain('retries');
  });
  test('a turn that has just begun holds the next prompt, a strict one until its end is known or it lasts too long', () => {
    const strict = (since: number) =>
      holdOfSession(wish, at('idle'), { since, worked: true }, null, { ...limits, strict: true }, NOW);
    expect(hold(at('idle'), {}, { since: NOW - 100, worked: false })).toContain('just taken');
    expect(hold(at('idle'), { steer: true }, { since: NOW - 100, worked: false })).toBe(null);
    expect(hold(at('idle'), {}, { since: NOW - 5000, worked: false })).toBe(null);
    expect(hold(at('done', { since: NOW - 100 }), {}, { since: NOW - 5000, worked: true })).toContain('just taken');
    expect(hold(at('done', { since: NOW - 300 }), {}, { since: NOW - 5000, worked: true })).toBe(null);
    expect(strict(NOW - 299_000)).toMatchObject({ until: NOW + 1000 });
    expect(strict(NOW - 300_000)).toBe(null);
  });
});

describe('what the screen says', () => {
  test.each<[string, Look, Partial<Wish>, RegExp | null]>([
    ['an empty composer', look(), {}, null],
    ['a draft', look({ composer: { text: 'mine', folded: false } }), { now: true, steer: true }, /unsent text/],
    ['a folded draft', look({ composer: { text: '', folded: true } }), { now: true }, /unsent text/],
    ['a permission dialog', look({ dialog: { kind: 'approval' } }), { now: true, steer: true }, /asks for permission/],
    ['an unknown dialog', look({ dialog: { kind: 'error' } }), { now: true }, /dialog/],
    ['a usage limit menu', look({ dialog: { kind: 'ratelimit' } }), { now: true }, /usage limit/],
    ['no composer', look({ composer: null, state: 'unknown' }), {}, /no composer/],
    ['no composer, at rest by the patterns of the user', look({ composer: null }), {}, null],
    ['no composer, to be typed anyway', look({ composer: null, state: 'unknown' }), { now: true }, null],
    ['work', look({ state: 'working' }), {}, /working/],
    ['work, to be steered', look({ state: 'working' }), { steer: true }, null],
  ])('%s', (_what, seen, p, why) => {
    const hold = holdOfScreen({ ...wish, ...p }, at('idle'), seen);
    if (why === null) expect(hold).toBe(null);
    else expect(hold?.why).toMatch(why);
  });
  test('only the popup over our own command is no dialog to be afraid of', () => {
    expect(isForeign(look({ dialog: { kind: 'menu' } }), 'ours')).toBe(false);
    expect(isForeign(look({ dialog: { kind: 'menu' } }), 'none')).toBe(true);
    expect(isForeign(look({ dialog: { kind: 'approval' } }), 'ours')).toBe(true);
  });
});

describe('a delivery that was broken off', () => {
  const base: BrokenOff = {
    step: 'pasting',
    stepAt: NOW,
    restarted: false,
    command: false,
    blind: false,
    evidence: false,
  };
  const next = (d: Partial<BrokenOff>, seen: Seen | null, later: number, l: Partial<Look> = {}) =>
    goOn({ ...base, ...d }, at('idle'), look(l), seen, NOW + later).do;

  test.each<[Partial<BrokenOff>, Seen | null, number, Partial<Look>, string]>([
    [{ step: 'pasting' }, 'none', 0, {}, 'wait'],
    [{ step: 'pasting' }, 'none', LATE_MS, {}, 'again'],
    [{ step: 'pasting' }, 'none', LATE_MS, { state: 'working' }, 'wait'],
    [{ step: 'pasting' }, 'ours', 0, {}, 'enter'],
    [{ step: 'pasting' }, 'part', 0, {}, 'wait'],
    [{ step: 'pasting' }, 'part', LATE_MS, {}, 'failed'],
    [{ step: 'pasted' }, 'part', LATE_MS, {}, 'enter'],
    [{ step: 'pasted' }, 'none', 0, {}, 'wait'],
    [{ step: 'pasted' }, 'none', LATE_MS, {}, 'unverified'],
    [{ step: 'pasted' }, 'ours', 0, {}, 'enter'],
    [{ step: 'pasted' }, 'mixed', LATE_MS, {}, 'unverified'],
    [{ step: 'entered' }, 'ours', 0, {}, 'enter'],
    [{ step: 'entered' }, 'none', 0, {}, 'wait'],
    [{ step: 'entered' }, 'none', 0, { state: 'working' }, 'confirmed'],
    [{ step: 'entered' }, 'none', LATE_MS, {}, 'unverified'],
    [{ step: 'entered', command: true }, 'none', LATE_MS, {}, 'confirmed'],
    [{ step: 'entered', restarted: true }, 'none', LATE_MS, {}, 'unverified'],
    [{ step: 'pasted', restarted: true }, 'none', 0, {}, 'again'],
    [{ step: 'pasted', blind: true }, null, 0, {}, 'unverified'],
    [{ step: 'entered' }, null, LATE_MS, {}, 'wait'],
    [{ step: 'entered' }, null, GONE_MS, {}, 'unverified'],
    [{ step: 'pasted', evidence: true }, 'none', 0, {}, 'confirmed'],
    [{ step: 'pasted' }, null, LATE_MS, { dialog: { kind: 'approval' } }, 'wait'],
  ])('%j, the composer %s, %i ms later, %j: %s', (d, seen, later, l, expected) =>
    expect(next(d, seen, later, l)).toBe(expected),
  );

  test('what may have been submitted is never sent again', () => {
    const seen = fc.constantFrom<Seen | null>('none', 'ours', 'part', 'mixed', 'other', null);
    fc.assert(
      fc.property(
        seen,
        fc.integer({ min: 0, max: 100_000 }),
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom(...STATES),
        (s, later, restarted, evidence, state) => {
          expect(next({ step: 'entered', restarted, evidence }, s, later, { state })).not.toBe('again');
          if (!restarted) expect(next({ step: 'pasted', evidence }, s, later, { state })).not.toBe('again');
        },
      ),
    );
  });
  test('a dialog is never answered', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Seen | null>('none', 'ours', 'part', null),
        fc.integer({ min: 0, max: 100_000 }),
        (s, later) => {
          expect(next({ step: 'pasted' }, s, later, { dialog: { kind: 'approval' } })).toBe('wait');
        },
      ),
    );
  });
});

describe('the echo of a prompt', () => {
  const seen = (text: string, shown: string, folded = false) => echoOf(text).inComposer({ text: shown, folded });
  test.each<[string, string, boolean, Seen]>([
    ['hello world', '', false, 'none'],
    ['hello world', 'hello world', false, 'ours'],
    ['hello\tworld\nagain', 'hello   world again', false, 'ours'],
    ['hello world', 'hello', false, 'part'],
    ['hello world', 'hello world and mine', false, 'mixed'],
    ['hello world', 'something else entirely', false, 'other'],
    ['a\nb\nc', '[Pasted text #1 +2 lines]', true, 'ours'],
    ['a\nb\nc', 'mine [Pasted text #1 +2 lines]', true, 'other'],
    ['begin of a long text, its middle, its end', 'begin of a[...Truncated text #1 +9 lines...]its end', true, 'ours'],
    ['first line\nsecond line which is the last', 'second line which is the last', false, 'ours'],
    ['👩‍💻 done 🎉', '👩💻 done 🎉', false, 'ours'],
    ['│ ─', 'anything', false, 'ours'],
  ])('%j shown as %j is %s', (text, shown, folded, expected) => expect(seen(text, shown, folded)).toBe(expected));

  test('survives any wrapping', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 1, max: 40 }), (text, cols) => {
        const wrapped = [...text].reduce((all, c, i) => all + (i > 0 && i % cols === 0 ? `\n  ${c}` : c), '');
        if (wrapped.trim() !== '' && echoOf(text).inComposer({ text: wrapped, folded: false }) !== 'none') {
          expect(seen(text, wrapped)).toBe('ours');
        }
      }),
    );
  });
  test('counts how often the conversation shows it', () => {
    expect(echoOf('say hello to me').onScreen('❯ say hello\n  to me\n● hello\n❯ say hello to me')).toBe(2);
    expect(echoOf('go').onScreen('❯ go\n● go on\n  > go')).toBe(2);
    expect(echoOf('go').onScreen('going, going, gone')).toBe(0);
    expect(echoOf(';').onScreen('❯ ;\n● OK;\n❯ ')).toBe(1);
  });
});
