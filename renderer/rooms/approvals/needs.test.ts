import { describe, expect, it } from 'vitest';
import { type Evidence, STATES } from '../../../shared/contract/states.ts';
import { needOf } from './needs.ts';

const session = {
  state: 'idle',
  stalled: false,
  asks: false,
  retrying: false,
  resets: null,
  evidence: [] as Evidence[],
  node: 'local',
  agent: 'claude',
} as const;

describe('needOf', () => {
  it.each(STATES.map((state) => [state]))('%s: says what is so and what to do', (state) => {
    const need = needOf({ ...session, state });
    expect(need.what).not.toBe('');
    expect(need.todo).toMatch(/\.$/);
  });
  it('a stall comes before the state, and can be interrupted', () => {
    expect(needOf({ ...session, state: 'working', stalled: true }).act).toBe('interrupt');
  });
  it('tells when a limit resets', () => {
    expect(needOf({ ...session, state: 'ratelimit', resets: '6:28am (UTC)' }).what).toContain('6:28am (UTC)');
  });
});
