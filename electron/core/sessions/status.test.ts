import { expect, it } from 'vitest';
import { createTestClock } from '../../kernel/clock.ts';
import type { ScreenView } from '../../platform/ports.ts';
import type { Reading } from '../agents/reading.ts';
import type { AgentSpec } from './deps.ts';
import { createStatus } from './status.ts';

const view: ScreenView = {
  cols: 80,
  rows: 1,
  lines: ['>'],
  runs: () => [],
  wrapped: () => false,
  cursor: { x: 0, y: 0, visible: true },
  alternate: false,
  title: '',
};
const reads = (state: Reading['state']): Reading => ({
  state,
  draft: false,
  asks: false,
  retrying: false,
  needsYou: false,
  composer: null,
  dialog: null,
  resets: null,
  contextLeft: null,
  evidence: [],
});

function bench() {
  const clock = createTestClock();
  let shows: Reading['state'] = 'idle';
  const news: Reading['state'][] = [];
  const states: string[] = [];
  const status = createStatus(
    { startedAt: clock.now(), state: 'starting', since: clock.now(), turned: false },
    {
      clock,
      spec: () => ({ kind: 'agent' }) as AgentSpec,
      read: () => reads(shows),
      view: () => view,
      looked(reading) {
        news.push(reading.state);
        // What rooms do with such news: they read the screen.
        if (news.length < 20) status.reading();
      },
      changed: (fused) => states.push(fused.state),
    },
  );
  return { clock, status, news, states, show: (state: Reading['state']) => (shows = state) };
}

it('who reads the screen on news of it makes no news: one for each change, none for asking', () => {
  const { clock, status, news, states } = bench();
  status.dirty();
  clock.advance(10_000);
  expect(news).toEqual(['idle']);
  for (let i = 0; i < 5; i += 1) expect(status.reading()?.state).toBe('idle');
  clock.advance(10_000);
  expect(news).toEqual(['idle']);
  expect(states).toEqual(['idle']);
});

it('a change that somebody read before its turn is believed at once, and still told when its turn comes', () => {
  const { clock, status, news, states, show } = bench();
  status.dirty();
  clock.advance(10_000);
  show('approval');
  status.dirty();
  expect(status.reading()?.state).toBe('approval');
  expect(states).toEqual(['idle', 'approval']);
  expect(news).toEqual(['idle']);
  clock.advance(10_000);
  expect(news).toEqual(['idle', 'approval']);
});
