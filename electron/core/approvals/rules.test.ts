import { describe, expect, test } from 'vitest';
import type { Choice } from '../../../shared/contract/sessions.ts';
import { identity, pick, steps } from './rules.ts';

const choice = (n: number, label: string, means: Choice['means'], selected = false): Choice => ({
  n,
  label,
  means,
  selected,
});
const CHOICES = [choice(1, 'Yes, always', 'allow-always'), choice(2, 'Yes', 'allow', true), choice(3, 'No', 'deny')];

describe('an answer', () => {
  test('allow is the choice that allows once', () => {
    expect(pick(CHOICES, { decision: 'allow' })).toMatchObject({ ok: true, choice: { n: 2 } });
    expect(pick(CHOICES, { decision: 'deny' })).toMatchObject({ ok: true, choice: { n: 3 } });
    expect(pick(CHOICES, { choice: 1 })).toMatchObject({ ok: true, choice: { n: 1 } });
  });
  test('says what is offered when it cannot be given', () => {
    expect(pick(CHOICES, {})).toMatchObject({ ok: false, code: 'invalid' });
    expect(pick(CHOICES, { decision: 'allow', choice: 1 })).toMatchObject({ ok: false, code: 'invalid' });
    expect(pick(CHOICES, { choice: 4 })).toMatchObject({ ok: false, message: expect.stringContaining('3 No') });
    expect(pick([choice(1, 'Blue', 'other')], { decision: 'deny' })).toMatchObject({ ok: false, code: 'unsupported' });
  });
  test('steps from the marker', () => {
    expect(steps(CHOICES, 3)).toBe(1);
    expect(steps(CHOICES, 1)).toBe(-1);
    expect(steps([choice(1, 'Yes', 'allow')], 1)).toBe(null);
  });
});

test('a dialog is another when anything but the marker differs', () => {
  const dialog = {
    kind: 'approval',
    title: 'Do it?',
    tool: 'Bash',
    subject: 'ls',
    choices: CHOICES,
    partial: false,
    multiple: false,
  };
  const same = identity('s', { ...dialog, choices: CHOICES.map((c) => ({ ...c, selected: !c.selected })) });
  expect(identity('s', dialog)).toBe(same);
  const others = [
    identity('t', dialog),
    identity('s', { ...dialog, subject: 'ls -a' }),
    identity('s', { ...dialog, title: 'Do it' }),
    identity('s', { ...dialog, tool: 'Sh' }),
    identity('s', { ...dialog, kind: 'trust' }),
    identity('s', { ...dialog, choices: CHOICES.slice(1) }),
  ];
  expect(new Set([same, ...others]).size).toBe(others.length + 1);
});
