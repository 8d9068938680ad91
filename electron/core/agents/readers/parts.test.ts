/** The parts that readers share: choices, meanings, wraps, frames, hints, times. */
import { expect, test } from 'vitest';
import { meansOf, resetTime } from './choice-means.ts';
import { sliceColumns, widthOf } from './columns.ts';
import { unwrap } from './composer-text.ts';
import { markedChoices, numberedChoices } from './dialog-choices.ts';
import { closingHint, contextLeftIn, endsAsking, spinningTitle } from './live-signs.ts';

test.each([
  ['Yes', 'allow'],
  ['Yes, proceed (y)', 'allow'],
  ['Allow once', 'allow'],
  ['Confirm', 'allow'],
  ['Yes, and don’t ask again for: node *', 'allow-always'],
  ["Always allow run 'touch *' commands in this project", 'allow-always'],
  ['Allow for this session', 'allow-always'],
  ['Yes, allow all edits during this session (shift+tab)', 'allow-always'],
  ['Yes, and auto-accept edits', 'allow-always'],
  ['No, and tell Codex what to do differently (esc)', 'deny'],
  ['No, suggest changes (esc)', 'deny'],
  ["Don't trust", 'deny'],
  ['Reject', 'deny'],
  ['Modify with external editor', 'other'],
  ['None of the above', 'other'],
  ['Blue', 'other'],
] as const)('%s means %s', (label, means) => {
  expect(meansOf(label)).toBe(means);
});

test('wrapped labels meet again, descriptions stay apart', () => {
  const list = numberedChoices(
    [
      'Pick one',
      ' ❯ 1. Yes, and always allow access to',
      '      the folder',
      '   2. Blue',
      '      A calm colour',
      '   3. No',
      '',
      'Esc to cancel',
    ],
    42,
  );
  expect(list?.choices.map(({ label, description }) => [label, description])).toEqual([
    ['Yes, and always allow access to the folder', undefined],
    ['Blue', 'A calm colour'],
    ['No', undefined],
  ]);
  expect(list).toMatchObject({ from: 1, to: 5, marked: true, partial: false });
});

test('columns of label and description, also when the description wraps', () => {
  const list = numberedChoices(['› 1. Fast    Quick and', '             cheap', '  2. Slow    Better', '↓'], 30);
  expect(list?.choices.map(({ label, description }) => [label, description])).toEqual([
    ['Fast', 'Quick and cheap'],
    ['Slow', 'Better'],
  ]);
  expect(list?.partial).toBe(true);
});

test('a list whose top has scrolled away keeps its numbers and says that it is partial', () => {
  const list = numberedChoices(['  2. Two', '❯ 3. Three', '  4. Four'], 40);
  expect(list?.choices.map(({ n, label }) => [n, label])).toEqual([
    [2, 'Two'],
    [3, 'Three'],
    [4, 'Four'],
  ]);
  expect(list?.partial).toBe(true);
});

test('numbers in a diff above do not join the list', () => {
  const list = numberedChoices(['  1 first', '  2. second step', '  7. seventh', ' ❯ 1. Yes', '   2. No'], 40);
  expect(list?.choices.map(({ label }) => label)).toEqual(['Yes', 'No']);
  expect(numberedChoices(['1. alone'], 40)).toBeNull();
  expect(numberedChoices(['1. one', '2. two'], 40)?.marked).toBe(false);
});

test('check boxes mean several', () => {
  const list = numberedChoices(['❯ 1. [ ] Blue', '  2. [✓] Green', '  3. [ ] Red'], 40);
  expect(list?.multiple).toBe(true);
  expect(list?.choices.map(({ label }) => label)).toEqual(['Blue', 'Green', 'Red']);
});

test('a marker list, plain and in groups with descriptions', () => {
  expect(
    markedChoices(['  Blue', '› Green', '  Red'])?.choices.map(({ label, selected }) => [label, selected]),
  ).toEqual([
    ['Blue', false],
    ['Green', true],
    ['Red', false],
  ]);
  const grouped = markedChoices(['', '› Open', '  in a browser', '', '  Key', '  by hand', '']);
  expect(grouped?.choices.map(({ label, description }) => [label, description])).toEqual([
    ['Open', 'in a browser'],
    ['Key', 'by hand'],
  ]);
});

test('soft wraps are undone, typed breaks stay', () => {
  expect(unwrap(['one two three', 'four'], 16)).toBe('one two three four');
  expect(unwrap(['one', 'two'], 16)).toBe('one\ntwo');
  expect(unwrap(['one', '', 'two'], 16)).toBe('one\n\ntwo');
  expect(unwrap(['aaaaaaaaaaaaaaaa', 'aaaa'], 16)).toBe('aaaaaaaaaaaaaaaaaaaa');
  expect(unwrap(['漢字漢字漢字 漢字', '漢字'], 18)).toBe('漢字漢字漢字 漢字 漢字');
});

test.each([
  ["You've hit your session limit · resets 6:28am (UTC)", '6:28am (UTC)'],
  ['purchase more credits or try again at 6:28 AM.', '6:28 AM'],
  ['quota exceeded [retrying in 4h 58m attempt #1]', '4h 58m'],
  ['Please try again in 20 minutes.', '20 minutes'],
  ['weekly limit reached · resets Oct 12, 3pm', 'Oct 12, 3pm'],
  ['the test resets the counter', null],
])('the reset time in: %s', (text, time) => {
  expect(resetTime(text)).toBe(time);
});

test.each([
  ['Esc to cancel · Tab to amend', true],
  ['Press enter to confirm or esc to cancel', true],
  ['enter select · esc back', true],
  ['↑/↓: Navigate | Enter: Select | Esc: Cancel', true],
  ['(Use Enter to select, Tab to configure scope, Esc to close)', true],
  ['Enter/Space to change · / to search · Esc to close', true],
  ['? for shortcuts · ← for agents', false],
  ['I pressed enter to confirm that it works, and it did.', false],
  ['', false],
])('key hints that close something: %s', (text, closes) => {
  expect(closingHint([text]) !== null).toBe(closes);
});

test('titles, context and questions', () => {
  expect([spinningTitle('⠂ Title'), spinningTitle('✳ Title'), spinningTitle('❯ x')]).toEqual([true, false, false]);
  expect(contextLeftIn('Context left until auto-compact: 8%')).toBe(8);
  expect(contextLeftIn('gpt · 62% context left')).toBe(62);
  expect(contextLeftIn('95% of tests pass')).toBeNull();
  expect([
    endsAsking('Should I?'),
    endsAsking('どうしますか？'),
    endsAsking('(really?)'),
    endsAsking('Why? Because.'),
  ]).toEqual([true, true, true, false]);
});

test('columns: wide characters count two', () => {
  expect(widthOf('a漢字🙂')).toBe(7);
  expect(sliceColumns('漢字abc', 2, 5)).toBe('字a');
  expect(sliceColumns('abc', 1)).toBe('bc');
});
