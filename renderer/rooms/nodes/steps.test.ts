import { describe, expect, it } from 'vitest';
import { keyChanged, sameFingerprint, stepsOf, type Way } from './steps.ts';

const way = (more: Partial<Way>): Way => ({
  state: 'connecting',
  problem: 'connecting to a:22',
  question: null,
  tmux: null,
  address: 'ann@a',
  retryAt: null,
  ...more,
});
const states = (more: Partial<Way>) => stepsOf(way(more)).map((step) => step.state);
const question = { id: 'q', title: '', text: '', prompts: [], fingerprint: null };

describe('the steps to a machine', () => {
  it('go on one after another', () => {
    expect(states({})).toEqual(['doing', 'waiting', 'waiting', 'waiting']);
    expect(states({ state: 'asking', question: { ...question, kind: 'host-key' } })).toEqual([
      'done',
      'asking',
      'waiting',
      'waiting',
    ]);
    expect(states({ problem: 'connecting with the answer' })).toEqual(['done', 'done', 'doing', 'waiting']);
    expect(states({ state: 'asking', question: { ...question, kind: 'password' } })).toEqual([
      'done',
      'done',
      'asking',
      'waiting',
    ]);
    expect(states({ problem: 'connecting and looking around' })).toEqual(['done', 'done', 'done', 'doing']);
    expect(states({ problem: '' })).toEqual(['done', 'done', 'done', 'doing']);
    expect(states({ state: 'live', problem: '', tmux: '3.4' })).toEqual(['done', 'done', 'done', 'done']);
  });

  it.each([
    ['a:22 cannot be reached: nothing listens there (connection refused).', 'reach'],
    ['a takes connections but did not say hello within 12 s.', 'reach'],
    ['The host key of a has CHANGED: it shows ssh-ed25519 SHA256:x, but', 'key'],
    ['The key of a was not confirmed, so nothing was sent to it.', 'key'],
    ['a does not let ann in. Tried: nothing', 'login'],
    ['The password was not given, so a stays unconnected.', 'login'],
    ['a takes connections but did not answer within 12 s.', 'login'],
    ['The machine let us in, but its shell did not answer.', 'tmux'],
  ])('tell where it failed: %s', (problem, name) => {
    const failed = stepsOf(way({ state: 'unreachable', problem })).filter((step) => step.state === 'failed');
    expect(failed).toEqual([{ name, state: 'failed', text: problem }]);
  });

  it('show the next try of a machine that is away', () => {
    expect(states({ state: 'unreachable', problem: 'connecting to a:22' })).toEqual([
      'doing',
      'waiting',
      'waiting',
      'waiting',
    ]);
  });

  it('fail at tmux when the machine answers but cannot run sessions', () => {
    expect(states({ state: 'degraded', problem: 'tmux 2.9 is too old' })).toEqual(['done', 'done', 'done', 'failed']);
  });
});

it('a changed key is a stop only while nobody tries again', () => {
  const problem = 'The host key of a has CHANGED: it shows';
  expect(keyChanged({ state: 'unreachable', retryAt: null, problem })).toBe(true);
  expect(keyChanged({ state: 'unreachable', retryAt: 5, problem })).toBe(false);
  expect(keyChanged({ state: 'unreachable', retryAt: null, problem: 'The password was not given' })).toBe(false);
});

it.each([
  ['SHA256:abc+/1', true],
  ['abc+/1', true],
  ['256 SHA256:abc+/1 root@a (ED25519)', true],
  ['  SHA256:abc+/1= \n', true],
  ['SHA256:abc+/2', false],
  ['SHA256:ABC+/1', false],
  ['x', false],
  [' ', null],
])('a fingerprint that was given, %j, is compared', (given, same) => {
  expect(sameFingerprint(given, 'SHA256:abc+/1')).toBe(same);
});
