import { readdir, readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFault } from '../../shared/fault.ts';
import { readRecorded } from './recorded-screen.ts';

const SAMPLE = {
  agent: 'Claude',
  cols: 20,
  rows: 3,
  title: '✳ Title',
  alternate_on: true,
  cursor: { x: 2, y: 1, visible: false },
  current_command: 'claude',
  pane_dead: false,
  dead_status: null,
  screen: ['one', '❯\u00a0two'],
  ansi: '\u001b[1mone\n❯\u00a0two\n',
};

test('a recording becomes a view with styles, cursor, title and facts', async () => {
  const { agent, view, facts } = await readRecorded(JSON.stringify(SAMPLE));
  expect(agent).toBe('claude');
  expect(view.lines).toEqual(['one', '❯\u00a0two', '']);
  expect(view.runs(0)[0]?.style.bold).toBe(true);
  expect(view.cursor).toEqual({ x: 2, y: 1, visible: false });
  expect(view.alternate).toBe(true);
  expect(view.title).toBe('✳ Title');
  expect(facts).toEqual({ command: 'claude', dead: false });
});

test('without ansi the plain lines are drawn; a long line or one too many moves nothing', async () => {
  const { view } = await readRecorded({ ...SAMPLE, ansi: undefined, screen: ['x'.repeat(50), 'b', 'c', 'd'] });
  expect(view.lines).toEqual(['x'.repeat(20), 'b', 'c']);
});

test.each([
  ['not json', '{'],
  ['not an object', '[]'],
  ['null', null],
  ['no size', { ...SAMPLE, cols: undefined }],
  ['a huge size', { ...SAMPLE, rows: 1e9 }],
  ['no lines', { ...SAMPLE, ansi: null, screen: null }],
  ['lines of another type', { ...SAMPLE, ansi: null, screen: [1] }],
  ['an agent that is no name', { ...SAMPLE, agent: '../x' }],
  ['a cursor of another type', { ...SAMPLE, cursor: { x: 'a' } }],
])('%s is refused', async (_, json) => {
  const error = await readRecorded(json).catch((thrown: unknown) => thrown);
  expect(isFault(error, 'invalid')).toBe(true);
});

test('anything at all either gives a view of the stated size or a Fault', async () => {
  const shape = fc.record(
    {
      agent: fc.oneof(fc.constant('codex'), fc.anything()),
      cols: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.anything()),
      rows: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.anything()),
      ansi: fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.anything()),
      title: fc.oneof(fc.string({ unit: 'binary' }), fc.anything()),
      cursor: fc.oneof(fc.record({ x: fc.integer(), y: fc.integer() }), fc.anything()),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(shape, fc.anything()), async (json) => {
      const result = await readRecorded(json).catch((thrown: unknown) => thrown);
      if (isFault(result, 'invalid')) return;
      expect(result).toMatchObject({ view: { lines: expect.any(Array) } });
    }),
    { numRuns: 300 },
  );
});

test('every recorded screen shows its own plain lines', async () => {
  const root = new URL('../../e2e/recordings/', import.meta.url);
  let seen = 0;
  for (const agent of await readdir(root)) {
    for (const file of (await readdir(new URL(`${agent}/`, root))).filter((name) => name.endsWith('.json'))) {
      const text = await readFile(new URL(`${agent}/${file}`, root), 'utf8');
      const { view } = await readRecorded(text);
      const recorded: { readonly screen: readonly string[] } = JSON.parse(text);
      const plain = recorded.screen.map((line) => line.replace(/ +$/, ''));
      // The two were captured some milliseconds apart: a counter or a spinner may have moved on.
      const other = plain.filter((line, row) => line !== view.lines[row]);
      expect(other.length, `${agent}/${file}: ${other.join(' | ')}`).toBeLessThanOrEqual(3);
      seen += 1;
    }
  }
  expect(seen).toBeGreaterThan(300);
});
