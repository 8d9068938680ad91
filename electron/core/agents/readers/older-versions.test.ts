/** How earlier versions of the programs drew the same things: boxes where there are rules and bars now. */
import { expect, test } from 'vitest';
import { readRecorded } from '../../../platform/recorded-screen.ts';
import type { Reading } from '../reading.ts';
import { readerFor } from './readers.ts';

const COLS = 60;

function box(lines: readonly string[], left = '', width = COLS): readonly string[] {
  const inside = width - 2;
  return [
    `${left}╭${'─'.repeat(inside)}╮`,
    ...lines.map((text) => `${left}│${text.padEnd(inside)}│`),
    `${left}╰${'─'.repeat(inside)}╯`,
  ];
}

async function read(agent: string, screen: readonly string[], title = ''): Promise<Reading> {
  const { view, facts } = await readRecorded({ agent, cols: COLS, rows: 30, screen, title, current_command: 'node' });
  return readerFor(agent)(view, facts);
}

test('claude 1: composer in a box, work above it, dialogs in boxes', async () => {
  const footer = ['  ? for shortcuts'];
  const idle = await read('claude', ['⏺ Hello', '', ...box([' > ']), ...footer]);
  expect([idle.state, idle.composer?.text]).toEqual(['done', '']);
  const draft = await read('claude', ['', ...box([' > fix the bug', '   and the test']), ...footer]);
  expect([draft.draft, draft.composer?.text]).toEqual([true, 'fix the bug\nand the test']);
  const work = await read('claude', [
    '> say hi',
    '',
    '✻ Pondering… (3s · ↑ 12 tokens · esc to interrupt)',
    '',
    ...box([' > ']),
    ...footer,
  ]);
  expect(work.state).toBe('working');
  const approval = await read('claude', [
    '⏺ Bash(ls)',
    '',
    ...box([
      ' Bash command',
      '',
      '   ls -la',
      '   List files',
      '',
      ' Do you want to proceed?',
      ' ❯ 1. Yes',
      '   2. Yes, and don’t ask again this session (shift+tab)',
      '   3. No, and tell Claude what to do differently (esc)',
      '',
    ]),
  ]);
  expect([approval.state, approval.needsYou, approval.dialog?.title]).toEqual([
    'approval',
    true,
    'Do you want to proceed?',
  ]);
  expect(approval.dialog?.choices.map((choice) => choice.means)).toEqual(['allow', 'allow-always', 'deny']);
});

test.each(['gemini', 'qwen'])('%s: composer in a box, work above it, permission in a box', async (agent) => {
  const footer = ['~/demo   no sandbox   model (98% context left)'];
  const input = box([' >   Type your message or @path/to/file']);
  const idle = await read(agent, ['✦ Hello there', '', ...input, '', ...footer]);
  expect([idle.state, idle.composer?.text, idle.contextLeft]).toEqual(['done', '', 98]);
  const draft = await read(agent, ['', ...box([' > fix the bug']), '', ...footer]);
  expect([draft.draft, draft.composer?.text]).toEqual([true, 'fix the bug']);
  const work = await read(agent, ['> hi', '', ' ⠏ Thinking (esc to cancel, 3s)', '', ...input, '', ...footer]);
  expect(work.state).toBe('working');
  const approval = await read(agent, [
    '✦ ok',
    ...box([
      ' ?  Shell ls -la (List files) ←',
      '',
      '   ls -la',
      '',
      " Allow execution of: 'ls'?",
      '',
      ' ● 1. Yes, allow once',
      '   2. Yes, allow always',
      '   3. No, suggest changes (esc)',
      '',
    ]),
    '',
    ' ⠏ Waiting for user confirmation...',
  ]);
  expect([approval.state, approval.dialog?.subject, approval.dialog?.tool]).toEqual(['approval', 'ls -la', 'Shell']);
});

test('codex: other footers, the status in other words', async () => {
  const composer = ['', '› Summarize recent commits', '', '  100% context left · ? for shortcuts'];
  const idle = await read('codex', ['• Hello', ...composer]);
  expect([idle.state, idle.contextLeft]).toEqual(['done', 100]);
  const work = await read('codex', ['› hi', '', '', '• Exploring the code (1m 12s • esc to interrupt)', ...composer]);
  expect(work.state).toBe('working');
});
