import { describe, expect, it } from 'vitest';
import type { State } from '../../../shared/contract/states.ts';
import {
  CLAIM_MS,
  type Claim,
  freeName,
  fuse,
  GRACE_MS,
  type Seen,
  type Sources,
  STARTING_MS,
  steadyTitle,
} from './rules.ts';

const NOW = 1_750_000_000_000;
const claim = (state: State, ago: number, more: Partial<Claim> = {}): Claim => ({
  state,
  at: NOW - ago,
  saw: `said ${state}`,
  retrying: false,
  ...more,
});
/** A screen that reads so since `ago`. */
const seen = (state: State, ago = 10_000, more: Partial<Seen> = {}): Seen => ({
  state,
  draft: false,
  asks: false,
  retrying: false,
  evidence: [{ saw: `row 1: ${state}`, means: state, source: 'screen', confidence: 0.9 }],
  since: NOW - ago,
  at: NOW,
  ...more,
});
const all = (given: Partial<Sources>): Sources => ({
  now: NOW,
  startedAt: NOW - 3_600_000,
  unreachable: null,
  ended: null,
  seen: null,
  event: null,
  transcript: null,
  interruptedAt: null,
  turned: false,
  tellsReady: true,
  before: 'unknown',
  ...given,
});
const state = (given: Partial<Sources>) => fuse(all(given)).state;

describe('one state out of many sources', () => {
  const cases: [string, Partial<Sources>, State][] = [
    ['the screen alone', { seen: seen('working') }, 'working'],
    [
      'an unreachable node goes before all',
      { unreachable: 'gone', seen: seen('working'), ended: { status: 0, saw: '' } },
      'unreachable',
    ],
    [
      'an ended program goes before what it left on the screen',
      { ended: { status: 1, saw: 'x' }, seen: seen('working'), event: claim('working', 10) },
      'exited',
    ],
    [
      'a dialog on the screen goes before a fresh event',
      { seen: seen('approval', 0), event: claim('working', 0) },
      'approval',
    ],
    ['a trust question too', { seen: seen('trust'), event: claim('done', 5) }, 'trust'],
    [
      'never done while a dialog is open',
      { seen: seen('question', 0), event: claim('done', 0), turned: true },
      'question',
    ],
    ['an event is newer than the screen', { seen: seen('idle', 60_000), event: claim('working', 100) }, 'working'],
    [
      'a screen that has stood otherwise for a while',
      { seen: seen('idle', 5000), event: claim('working', 6000) },
      'idle',
    ],
    ['not before it has stood', { seen: seen('idle', 500), event: claim('working', 6000) }, 'working'],
    [
      'an interrupt that no event tells',
      { seen: seen('idle', 10), event: claim('working', 6000), interruptedAt: NOW - 50 },
      'idle',
    ],
    [
      'an interrupt of before the claim counts not',
      { seen: seen('idle', 10), event: claim('working', 20), interruptedAt: NOW - 50 },
      'working',
    ],
    ['work seen after an idle claim', { seen: seen('working', 10), event: claim('done', 10_000) }, 'working'],
    [
      'an idle claim just now against a spinner not yet wiped',
      { seen: seen('working', 30_000), event: claim('done', 100) },
      'done',
    ],
    ['an active claim expires', { seen: seen('unknown', 10_000), event: claim('working', CLAIM_MS + 1) }, 'unknown'],
    [
      'an active claim holds until then',
      { seen: seen('unknown', 10_000), event: claim('working', CLAIM_MS - 1) },
      'working',
    ],
    ['an idle claim may last', { seen: seen('unknown', 10_000), event: claim('done', 10 * CLAIM_MS) }, 'done'],
    ['older than the last start', { startedAt: NOW - 1000, seen: seen('idle'), event: claim('working', 1001) }, 'idle'],
    ['the error is known by the event', { seen: seen('done'), event: claim('error', 9000) }, 'error'],
    [
      'the error is known by the screen, the event only says that the turn ended',
      { seen: seen('error'), event: claim('done', 9000) },
      'error',
    ],
    ['a limit on the screen', { seen: seen('ratelimit'), event: claim('done', 10) }, 'ratelimit'],
    ['an approval is about to be drawn', { seen: seen('working'), event: claim('approval', 100) }, 'approval'],
    ['an approval that was answered', { seen: seen('working'), event: claim('approval', GRACE_MS + 1) }, 'working'],
    ['transcript without events', { seen: seen('unknown'), transcript: claim('error', 3000) }, 'error'],
    [
      'the later of event and transcript',
      { seen: seen('unknown'), event: claim('working', 9000), transcript: claim('done', 100) },
      'done',
    ],
    [
      'of two at once the event',
      { seen: seen('unknown'), event: claim('done', 500), transcript: claim('working', 100) },
      'done',
    ],
    ['idle with a turn behind it is done', { seen: seen('idle'), turned: true }, 'done'],
    ['idle without one is idle', { seen: seen('idle') }, 'idle'],
    ['a redraw does not flicker', { seen: seen('unknown', 100), before: 'working' }, 'working'],
    ['a screen that stays unknown', { seen: seen('unknown', 300), before: 'working' }, 'unknown'],
    [
      'starting until something is known',
      { startedAt: NOW - 3000, seen: seen('unknown'), before: 'starting' },
      'starting',
    ],
    ['not for ever', { startedAt: NOW - STARTING_MS, seen: seen('unknown'), before: 'starting' }, 'unknown'],
    [
      'a shell is not starting once it printed',
      { startedAt: NOW - 3000, seen: seen('unknown'), before: 'starting', tellsReady: false },
      'unknown',
    ],
    ['nothing was seen at all', { seen: null, before: 'idle' }, 'unknown'],
  ];
  it.each(cases)('%s', (_what, given, wanted) => expect(state(given)).toBe(wanted));

  it('needs a person by one rule', () => {
    expect(fuse(all({ seen: seen('error') })).needsYou).toBe(true);
    expect(fuse(all({ seen: seen('error', 0, { retrying: true }) })).needsYou).toBe(false);
    expect(fuse(all({ seen: seen('menu') })).needsYou).toBe(false);
    expect(fuse(all({ seen: seen('done', 0, { asks: true }), turned: true }))).toMatchObject({
      needsYou: false,
      asks: true,
    });
  });

  it('says when time alone will change the answer, and then it has', () => {
    const sources = all({ seen: seen('idle', 500), event: claim('working', 6000) });
    const { again } = fuse(sources);
    expect(again).toBeGreaterThan(NOW);
    expect(fuse({ ...sources, now: again ?? 0 }).state).toBe('idle');
    const claimed = all({ seen: seen('unknown'), event: claim('working', 1000) });
    expect(fuse({ ...claimed, now: (fuse(claimed).again ?? 0) + 1 }).state).toBe('unknown');
  });

  it('tells of every source what it said and whether it was believed', () => {
    const { sources, evidence } = fuse(all({ seen: seen('approval'), event: claim('working', 10) }));
    expect(sources.find((s) => s.source === 'screen')).toMatchObject({ state: 'approval', believed: true });
    expect(sources.find((s) => s.source === 'event')).toMatchObject({ state: 'working', believed: false });
    expect(evidence.length).toBeLessThanOrEqual(5);
    expect(evidence[0]).toMatchObject({ source: 'screen', means: 'approval' });
  });
});

it('makes free names that tmux takes', () => {
  const taken = new Set(['claude', 'claude-2']);
  expect(freeName('claude', (n) => taken.has(n))).toBe('claude-3');
  expect(freeName('my agent.é', () => false)).toBe('my-agent--');
  expect(freeName('...', () => false)).toBe('session');
});

it('keeps the words of a title and drops its spinner', () => {
  expect(steadyTitle('⠂ Fix the bug')).toBe('Fix the bug');
  expect(steadyTitle('✳ Claude Code')).toBe('Claude Code');
  expect(steadyTitle('user@host: ~/x')).toBe('user@host: ~/x');
  expect(steadyTitle('-bash')).toBe('-bash');
});
