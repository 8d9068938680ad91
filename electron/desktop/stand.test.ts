import { describe, expect, it } from 'vitest';
import type { Approval } from '../../shared/contract/approvals.ts';
import type { Receipt } from '../../shared/contract/prompts.ts';
import type { Session } from '../../shared/contract/sessions.ts';
import { answerOf, changed, decisionPressed, decisionsOf, plain, quietNow, standOf } from './stand.ts';

const session = (name: string, more: Partial<Session> = {}): Session =>
  ({
    id: `s_${name}`,
    name,
    state: 'idle',
    needsYou: false,
    stalled: false,
    archived: false,
    since: 1,
    evidence: [],
    ...more,
  }) as unknown as Session;
const approval = (id: string, more: Partial<Approval> = {}): Approval =>
  ({
    id,
    session: 'fixer',
    sessionId: 's_fixer',
    kind: 'approval',
    tool: 'Bash',
    title: 'Bash command',
    subject: 'rm -rf build',
    digest: 'd',
    status: 'open',
    createdAt: 1,
    choices: [
      { n: 1, label: 'Yes', selected: true, means: 'allow' },
      { n: 2, label: 'No', selected: false, means: 'deny' },
    ],
    ...more,
  }) as Approval;

describe('how things stand', () => {
  it('tells requests with their exact subject, and other needs once', () => {
    const stand = standOf(
      true,
      [
        session('fixer', { needsYou: true, state: 'approval' }),
        session('b', { needsYou: true, state: 'question' }),
        session('c', { stalled: true, state: 'working' }),
        session('gone', { needsYou: true, state: 'exited' }),
      ],
      [approval('a_1'), approval('a_2', { status: 'answered' })],
    );
    expect(stand.needs.map(({ title }) => title)).toEqual([
      'fixer asks: Bash',
      'b has a question',
      'c has been silent for long',
    ]);
    expect(stand.needs[0]).toMatchObject({
      body: 'rm -rf build',
      approval: { id: 'a_1', digest: 'd' },
      path: '/s/fixer',
    });
    expect(stand.working).toBe(1);
    expect(stand.sessions.length).toBe(3);
  });
  it('offers no answer where allow and deny are not both to be had', () => {
    const [only] = approval('x').choices;
    expect(standOf(true, [], [approval('a', { choices: only ? [only] : [] })]).needs[0]?.approval).toBeNull();
    expect(standOf(true, [], [approval('a', { kind: 'question' })]).needs[0]?.approval).toBeNull();
  });
  it('tells news once, and nothing of what waited before', () => {
    const first = standOf(true, [], [approval('a_1')]);
    const start = changed(null, first);
    expect(start.fresh).toEqual([]);
    const second = changed(start.keys, standOf(true, [], [approval('a_1'), approval('a_2')]));
    expect(second.fresh.map(({ key }) => key)).toEqual(['a_2']);
    expect(changed(second.keys, standOf(true, [], [approval('a_2')])).gone).toEqual(['a_1']);
  });
});

it('knows the pressed button of a notification, as older and newer Electrons tell it', () => {
  const [need] = standOf(true, [], [approval('a')]).needs;
  const [question] = standOf(true, [], [approval('q', { kind: 'question' })]).needs;
  if (!need || !question) throw new Error('there are needs');
  expect([decisionsOf(need), decisionsOf(question)]).toEqual([['allow', 'deny'], []]);
  expect([0, 1, 2, -1, undefined, '0'].map((index) => decisionPressed(need, {}, index))).toEqual([
    'allow',
    'deny',
    null,
    null,
    null,
    null,
  ]);
  // A newer one says it in the event; what stands beside it is of no matter.
  expect(decisionPressed(need, { actionIndex: 1, selectionIndex: -1 }, undefined)).toBe('deny');
  expect(decisionPressed(need, { actionIndex: -1 }, 0)).toBeNull();
  expect(decisionPressed(question, { actionIndex: 0 }, 0)).toBeNull();
});

it('shows hostile text as one harmless line', () => {
  expect(plain('a\x1b[31m\n\u202eb\tc  d', 99)).toBe('a [31m b c d');
  expect(plain('x'.repeat(300), 10)).toBe(`${'x'.repeat(9)}…`);
  expect(plain(`${'x'.repeat(8)}😀😀`, 10)).toBe(`${'x'.repeat(8)}…`);
});

it('tells the end of a watched prompt, good or bad', () => {
  const receipt = (more: Partial<Receipt>): Receipt =>
    ({ session: 'fixer', text: 'do it', state: 'confirmed', idleAt: null, ...more }) as Receipt;
  expect(answerOf(receipt({}))).toBeNull();
  expect(answerOf(receipt({ idleAt: 5 }))).toEqual({ title: 'fixer has answered', body: 'do it' });
  expect(answerOf(receipt({ state: 'failed', reason: 'the session ended' }))).toMatchObject({
    body: 'the session ended',
  });
});

it('is quiet until then, for ever, or not at all', () => {
  expect([quietNow(undefined, 10), quietNow(0, 10), quietNow(11, 10), quietNow(null, 10)]).toEqual([
    false,
    false,
    true,
    true,
  ]);
});
