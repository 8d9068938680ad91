import { describe, expect, it } from 'vitest';
import { NODE_REASONS } from '../../../shared/contract/nodes.ts';
import { nextOf, sameFingerprint, stepsOf, type Way } from './steps.ts';

const way = (more: Partial<Way>): Way => ({
  state: 'connecting',
  problem: 'connecting to a:22',
  reason: null,
  trying: false,
  question: null,
  tmux: null,
  address: 'ann@a',
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
    ['a:22 cannot be reached: nothing listens there (connection refused).', 'network', 'reach'],
    ['a takes connections but did not say hello within 12 s.', 'network', 'reach'],
    ['The host key of a has CHANGED: it shows ssh-ed25519 SHA256:x, but', 'host-key', 'key'],
    ['The key of a was not confirmed, so nothing was sent to it.', 'unanswered', 'key'],
    ['a does not let ann in. Tried: nothing', 'auth', 'login'],
    ['The password was not given, so a stays unconnected.', 'unanswered', 'login'],
    ['a takes connections but did not answer within 12 s.', 'network', 'login'],
    ['The machine let us in, but its shell did not answer.', 'network', 'tmux'],
    ['There are too many jump hosts, or they lead in a circle.', 'config', 'reach'],
  ] as const)('tell where it failed: %s', (problem, reason, name) => {
    const failed = stepsOf(way({ state: 'unreachable', problem, reason })).filter((step) => step.state === 'failed');
    expect(failed).toEqual([{ name, state: 'failed', text: problem }]);
  });

  it('show the next try of a machine that is away', () => {
    expect(states({ state: 'unreachable', reason: 'network', trying: true, problem: 'connecting to a:22' })).toEqual([
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

it('every reason but being offline says what to do next', () => {
  expect(NODE_REASONS.filter((reason) => nextOf({ reason }) === '')).toEqual(['offline']);
  expect(nextOf({ reason: null })).toBe('');
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
