/** Recorded screens changed in ways that their programs, terminals and people change them; the reading must hold. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRecorded } from '../../../platform/recorded-screen.ts';
import type { Reading } from '../reading.ts';
import {
  AGENTS,
  isRight,
  needsPerson,
  plainQuestion,
  type Recording,
  recordings,
} from './fixtures/recorded-screens.ts';
import { readerFor } from './readers.ts';

async function readWith(recording: Recording, change: Readonly<Record<string, unknown>>): Promise<Reading> {
  const { agent, view, facts } = await readRecorded({ ...recording.json, ...change });
  return readerFor(agent)(view, facts);
}

const linesOf = (recording: Recording): readonly string[] => recording.screen.view.lines;
const ansiOf = (recording: Recording): readonly string[] => String(recording.json['ansi']).split('\n');

/** Where the live part of a resting screen begins, and how the program indents its answers. */
const LIVE: Readonly<
  Record<string, { readonly from: RegExp; readonly first: string; readonly indent: string; readonly up: number }>
> = {
  claude: { from: /^❯\u00a0?$/, first: '● ', indent: '  ', up: 1 },
  codex: { from: /^› Ask Codex/, first: '• ', indent: '  ', up: 0 },
  gemini: { from: /^ [>*] {3}Type your/, first: '✦ ', indent: '  ', up: 4 },
  opencode: { from: /^ +┃ +Build · /, first: '     ', indent: '     ', up: 3 },
  qwen: { from: /^[>*] {3}Type your/, first: '  ✦ ', indent: '    ', up: 1 },
};

/** What an answer may quote: other screens of the same programs, word for word. */
const QUOTES: readonly (readonly string[])[] = [
  ['While it works the footer shows esc to interrupt.', 'esc to interrupt', '(esc to cancel, 12s)'],
  [
    '✻ Thinking… (12s · ↓ 300 tokens · esc to interrupt)',
    '⠋ Thinking... (esc to cancel, 4s)',
    '• Working (3s • esc to interrupt)',
  ],
  [
    'Then it asks:',
    'Do you want to proceed?',
    '❯ 1. Yes',
    '  2. Yes, and don’t ask again',
    '  3. No',
    '',
    'Esc to cancel · Tab to amend',
  ],
  [
    'Would you like to run the following command?',
    '$ rm -rf build',
    '› 1. Yes, proceed (y)',
    '  2. No (esc)',
    'Press enter to confirm or esc to cancel',
  ],
  [
    '╭──────────────────────────╮',
    '│ ? Shell  ls              │',
    '│ Allow execution?         │',
    '│ ● 1. Allow once          │',
    '│   2. No (esc)            │',
    '╰──────────────────────────╯',
  ],
  ['┃  △ Permission required', '┃   Allow once   Allow always   Reject  ctrl+f fullscreen  ⇆ select  enter confirm'],
  [
    'API Error: 500 Internal server error',
    '✕ [API Error: 429 Too Many Requests]',
    '■ You’ve hit your usage limit. Try again at 6:28 AM.',
  ],
  [
    'You have hit your session limit · resets 6:28am (UTC)',
    'Do you trust the files in this folder?',
    '● 1. Trust folder',
    '  2. Don’t trust',
  ],
  [
    'Steps:',
    '1. Yes, build it',
    '2. No tests yet',
    '3. Trust the cache',
    'Select login method: https://example.com/oauth',
  ],
  [
    'Enter the authorization code:',
    'Password:',
    'Overwrite? [y/N]',
    'Waiting for user confirmation...',
    'Retrying in 5s (attempt 2/10)',
  ],
  [
    '■■■⬝⬝⬝⬝⬝  esc interrupt',
    '[retrying in 4h 58m attempt #1]',
    'Context left until auto-compact: 3%',
    'Pane is dead (status 0, now)',
  ],
];

test.each(AGENTS)('%s: an answer that quotes any of this changes nothing', async (agent) => {
  const live = LIVE[agent];
  if (live === undefined) throw new Error(agent);
  const resting = (await recordings(agent)).filter(
    ({ label, note }) => label === 'done' && /short answer|tool|streaming/.test(note),
  );
  expect(resting.length).toBeGreaterThan(2);
  let tried = 0;
  for (const recording of resting) {
    for (const quote of QUOTES) {
      for (const source of ['ansi', 'screen'] as const) {
        // Claude marks its own failures by colour alone.
        if (agent === 'claude' && source === 'screen' && /^API Error/.test(quote[0] ?? '')) continue;
        const lines = [...(source === 'ansi' ? ansiOf(recording) : linesOf(recording))];
        const plain = linesOf(recording);
        const row = plain.findLastIndex((text) => live.from.test(text)) - live.up;
        const closing = agent === 'codex' || agent === 'opencode' ? 3 : 2;
        // The line that closes a turn stays where the program draws one.
        const end = agent === 'claude' || closing === 3 ? row - closing : row - 1;
        const said = quote.map((text, index) => (index === 0 ? live.first : live.indent) + text);
        const from = end - said.length;
        if (row < 0 || from < 1) continue;
        lines.splice(from, said.length, ...said.map((text) => (source === 'ansi' ? `\u001b[m${text}` : text)));
        const reading = await readWith(
          recording,
          source === 'ansi' ? { ansi: lines.join('\n') } : { ansi: undefined, screen: lines },
        );
        const shown = `${recording.name} ${source}: ${quote[0]}\n${lines.join('\n')}`;
        expect(['idle', 'done'], shown).toContain(reading.state);
        expect(reading.needsYou, shown).toBe(false);
        expect(reading.dialog, shown).toBeNull();
        tried += 1;
      }
    }
  }
  expect(tried).toBeGreaterThan(20);
});

/** Keeps the kind of a colour (its hue) but makes it another theme's: lighter, darker, as true colour, without dim or bold. */
const THEMES: Readonly<Record<string, (ansi: string) => string>> = {
  'no bold': (ansi) => ansi.replace(/\u001b\[1m/g, '').replace(/\u001b\[1;/g, '\u001b['),
  darker: (ansi) =>
    ansi.replace(
      /([34])8;2;(\d+);(\d+);(\d+)/g,
      (_, ground, ...rgb) =>
        `${ground}8;2;${rgb
          .slice(0, 3)
          .map((value) => Math.round(Number(value) * 0.85))
          .join(';')}`,
    ),
  lighter: (ansi) =>
    ansi.replace(
      /([34])8;2;(\d+);(\d+);(\d+)/g,
      (_, ground, ...rgb) =>
        `${ground}8;2;${rgb
          .slice(0, 3)
          .map((value) => Math.min(255, Math.round(Number(value) * 1.08 + 6)))
          .join(';')}`,
    ),
  'other palette': (ansi) =>
    ansi
      .replace(/38;5;24[4-6]/g, '38;5;240')
      .replace(/38;5;153/g, '38;5;69')
      .replace(/38;5;174/g, '38;5;209'),
};

test.each(AGENTS)('%s: other themes read the same', async (agent) => {
  for (const recording of await recordings(agent)) {
    for (const [theme, change] of Object.entries(THEMES)) {
      const reading = await readWith(recording, { ansi: change(String(recording.json['ansi'])) });
      expect(isRight(recording, reading), `${theme}: ${recording.name} read as ${reading.state}`).toBe(true);
    }
  }
});

function hasDialog(recording: Recording, reading: Reading): boolean {
  return reading.dialog !== null && !plainQuestion(recording);
}

test.each(AGENTS)('%s: a dialog whose top has scrolled away is still a dialog', async (agent) => {
  let tried = 0;
  for (const recording of await recordings(agent)) {
    const { view, facts } = recording.screen;
    const full = readerFor(agent)(view, facts);
    if (!hasDialog(recording, full) || full.dialog?.choices.length === 0 || view.alternate) continue;
    const lines = view.lines.slice(0, view.lines.findLastIndex((text) => text !== '') + 1);
    const first = lines.findIndex((text) => text.includes(full.dialog?.choices[0]?.label.slice(0, 8) ?? '\u0000'));
    for (let rows = lines.length; rows >= Math.max(3, lines.length - first); rows -= 2) {
      const reading = await readWith(recording, { rows, ansi: undefined, screen: lines.slice(-rows) });
      const shown = `${recording.name} at ${rows} rows: ${reading.state}`;
      expect(['idle', 'done', 'working', 'exited'], shown).not.toContain(reading.state);
      if (recording.label === 'approval') expect(reading.state, shown).toBe('approval');
      tried += 1;
    }
  }
  if (agent === 'claude' || agent === 'gemini' || agent === 'qwen') expect(tried).toBeGreaterThan(40);
});

test.each(AGENTS)('%s: whatever stands above an open dialog, it is never read as resting', async (agent) => {
  const dialogs = (await recordings(agent)).filter((recording) => {
    const reading = readerFor(agent)(recording.screen.view, recording.screen.facts);
    return hasDialog(recording, reading) && ['approval', 'question'].includes(reading.state);
  });
  expect(dialogs.length).toBeGreaterThan(5);
  const prose = fc.constantFrom(
    ...QUOTES.flat(),
    '❯ say hello',
    '✻ Brewed for 4s',
    '',
    '────────────────',
    '• fine',
    '✦ ok',
    '> go on',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...dialogs),
      fc.array(prose, { minLength: 3, maxLength: 12 }),
      async (recording, words) => {
        const lines = [...linesOf(recording)];
        const before = readerFor(agent)(recording.screen.view, recording.screen.facts);
        const label = before.dialog?.choices[0]?.label.slice(0, 10) ?? '';
        const first = lines.findLastIndex((text) => text.includes(label));
        // The dialog's own rows begin at most 12 rows above its choices.
        const room = Math.max(0, Math.min(first - 12, words.length));
        lines.splice(0, room, ...words.slice(0, room));
        const reading = await readWith(recording, { ansi: undefined, screen: lines });
        expect(['idle', 'done', 'working'], lines.join('\n')).not.toContain(reading.state);
        expect(reading.needsYou, lines.join('\n')).toBe(needsPerson(recording));
      },
    ),
    { numRuns: 60 },
  );
});

test('claude: other commands, paths and numbers of choices', async () => {
  const rule = '─'.repeat(80);
  const build = (
    subject: readonly string[],
    choices: readonly string[],
    footer = ' Esc to cancel · Tab to amend',
  ): readonly string[] => [
    '● I will do it.',
    '',
    rule,
    ' Bash command',
    '',
    ...subject.map((text) => `   ${text}`),
    '',
    ' Do you want to proceed?',
    ...choices.map((text, index) => `${index === 0 ? ' ❯' : '  '} ${index + 1}. ${text}`),
    '',
    footer,
  ];
  const cases: readonly (readonly [readonly string[], readonly string[]])[] = [
    [['cat "/home/dev/プロジェクト/ファイル.txt" && rm -rf ./build'], ['Yes', 'No']],
    [
      ['grep -rn "Do you want to trust this folder?" . | head', '-n 5'],
      ['Yes', 'Yes, and don’t ask again for grep commands in /srv', 'No, and tell Claude what to do differently (esc)'],
    ],
    [
      ['gh auth login --with-token < token.txt'],
      ['Yes', 'Yes, allow all of it during this session', 'Yes, and always allow access to demo/', 'No'],
    ],
    [Array.from({ length: 9 }, (_, line) => `echo "${line}. Yes" >> answers.txt;`), ['Yes', 'No']],
  ];
  for (const [subject, choices] of cases) {
    const screen = build(subject, choices);
    const { view, facts } = await readRecorded({
      agent: 'claude',
      cols: 80,
      rows: 24,
      screen,
      title: '✳ T',
      current_command: 'claude',
    });
    const { state, needsYou, dialog } = readerFor('claude')(view, facts);
    expect([state, needsYou], screen.join('\n')).toEqual(['approval', true]);
    expect(dialog?.choices.length).toBe(choices.length);
    expect(dialog?.tool).toBe('Bash command');
    expect(dialog?.subject).toBe(subject.join('\n'));
  }
});

test('codex and gemini: a question about limits or sign-in is a question, not a limit or a sign-in', async () => {
  const codex = [
    '• I will ask.',
    '',
    '',
    '  Question 1/2 (2 unanswered)',
    '  Which rate limit should the login page have?',
    '',
    '  › 1. Usage limit per hour  Fair',
    '    2. API key quota         Strict',
    '',
    '  tab to add notes | enter to submit answer | esc to interrupt',
  ];
  const gemini = [
    '✦ ok',
    '╭──────────────────────────────────────────────────╮',
    '│ Answer Questions                                 │',
    '│                                                  │',
    '│ How should people sign in with an API key?       │',
    '│                                                  │',
    '│ ● 1.  OAuth login                                │',
    '│   2.  Log in with quota                          │',
    '│                                                  │',
    '│ Enter to select · ↑/↓ to navigate · Esc to cancel│',
    '╰──────────────────────────────────────────────────╯',
  ];
  for (const [agent, screen] of [
    ['codex', codex],
    ['gemini', gemini],
  ] as const) {
    const { view, facts } = await readRecorded({ agent, cols: 80, rows: 24, screen, current_command: 'node' });
    const reading = readerFor(agent)(view, facts);
    expect([agent, reading.state, reading.dialog?.choices.length]).toEqual([agent, 'question', 2]);
  }
});
