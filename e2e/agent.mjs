#!/usr/bin/env node
/**
 * A scripted terminal agent for tests: a raw-mode program that draws itself like Claude Code (composer, spinner, dialogs),
 * so that the reader of `claude` reads it. No network, no model. Every prompt it takes goes as one JSON line to `--log`.
 *
 * Options (each with a value; milliseconds where it is a time):
 *   --log FILE        one JSON line for each thing that happens: {"kind":"ready|prompt|answer|interrupt|exit","text":...,"at":...}
 *   --boot MS         time until the composer shows (default 50)
 *   --trust 1         ask to trust the folder first;   --login 1  show a sign-in page first (any Enter passes it)
 *   --work MS         length of a turn without other words (default 300)
 *   --bracketed 0     do not ask for bracketed paste: a line feed typed or pasted then submits, as in a line-mode program
 *   --deaf MS         an Enter sooner than this after a paste or text is swallowed (default 0)
 *   --newline MS      an Enter sooner than this after a paste or text becomes a line break (default 0)
 *   --swallow N       swallow the first N Enters (default 0)
 *   --echo MS         delay between bytes taken and drawn (default 0)
 *   --fold N          pastes of more than N lines or 100 N characters are shown folded (default 10)
 *   --hooks FILE      append one JSON line for each hook event, named as Claude Code names them
 * `--session-id`, `--resume ID` and unknown words are accepted; a resumed id is shown.
 *
 * Words in a prompt: `slow MS` (turn of that length), `say WORD`, `long N` (N lines), `tool CMD` (permission dialog),
 * `choose` (choice dialog), `error`, `limit`, `ask` (ends with a plain question), `quote` (quotes other screens),
 * `stall` (works for ever, silently), `burn` (the same, using the CPU), `exit N`. Escape interrupts, C-c twice or `/exit` leaves, `/` alone shows a menu.
 */
import { appendFileSync } from 'node:fs';
import { keyboard } from './agent-keys.mjs';
import { cols, PAGES, rule, wrap } from './agent-screens.mjs';

const options = new Map();
for (let i = 2; i < process.argv.length; i += 1) {
  const word = process.argv[i] ?? '';
  if (word.startsWith('--')) options.set(word.slice(2), process.argv[i + 1] ?? '');
}
const number = (name, fallback) => (options.has(name) ? Number(options.get(name)) : fallback);
const flag = (name, fallback) => number(name, fallback ? 1 : 0) !== 0;
const note = (kind, text = '') => {
  const file = options.get('log');
  if (file) appendFileSync(file, `${JSON.stringify({ kind, text, at: Date.now() })}\n`);
};
const conversation = options.get('session-id') || options.get('resume') || '00000000-0000-4000-8000-000000000000';
const hook = (name, more = {}) => {
  const file = options.get('hooks');
  if (!file) return;
  const event = { session_id: conversation, cwd: process.cwd(), hook_event_name: name, ...more };
  appendFileSync(file, `${JSON.stringify({ at: Date.now(), agent: 'claude', event })}\n`);
};

const out = (text) => process.stdout.write(text);
/** `boot`, `login`, `trust`, `idle`, `working`, `approval`, `question`, `limit` */
let mode = 'boot';
let composer = '';
let folded = [];
let turn = null;
let dialog = null;
let drawn = 0;
let drawnCols = 0;
let lastText = 0;
let swallow = number('swallow', 0);
let lastCtrlC = 0;
let frame = 0;

function composerRows() {
  const rows = wrap(composer, cols() - 3);
  return rows.map((row, i) => `${i === 0 ? '❯\u00a0' : '  '}${row}${i === rows.length - 1 ? '\x1b[7m \x1b[0m' : ''}`);
}

const ICONS = ['·', '✢', '✳', '✶', '✻', '✽'];
function liveRows() {
  if (mode === 'boot') return [];
  const page = PAGES[mode];
  if (page) return page(dialog);
  const rows = [];
  if (mode === 'working' && turn) {
    const seconds = Math.floor((Date.now() - turn.began) / 1000);
    rows.push(
      `\x1b[38;5;174m${ICONS[frame % ICONS.length]} Percolating…\x1b[39m (${seconds}s · ↓ ${seconds * 4} tokens)`,
      '',
    );
  }
  rows.push(rule(), ...composerRows(), rule());
  if (composer.startsWith('/') && !/\s/.test(composer)) {
    rows.push(
      '/clear                        Start a new session with empty context',
      '/exit                         Exit the CLI',
    );
    return rows;
  }
  const hint =
    mode === 'working' ? 'esc to interrupt · ← for agents' : composer === '' ? '? for shortcuts · ← for agents' : '';
  rows.push(`  \x1b[38;5;246m${hint}\x1b[39m`);
  return rows;
}

/** Commits finished lines above the live region, then draws the live region anew, in one write. */
function draw(commit = []) {
  const rows = liveRows();
  // After a change of width the old rows are wrapped otherwise: begin on a clean screen rather than count wrong.
  const up = drawnCols !== 0 && drawnCols !== cols() ? '\x1b[2J\x1b[H' : drawn > 1 ? `\x1b[${drawn - 1}A\r` : '\r';
  const lines = commit.map((line) => `${line}\r\n`).join('');
  out(`\x1b[?2026h${up}\x1b[J${lines}${rows.join('\r\n')}\x1b[?2026l`);
  drawn = Math.min(rows.length, process.stdout.rows || 24);
  drawnCols = cols();
}

const title = (text) => out(`\x1b]0;${text}\x07`);
const goIdle = (commit) => {
  mode = 'idle';
  turn = null;
  dialog = null;
  title('✳ Claude Code');
  draw(commit);
};

function open(kind, choices, more = {}) {
  mode = kind;
  dialog = { kind, choices, at: 0, ...more };
  title('✳ Claude Code');
  draw();
}

function submit() {
  let text = composer;
  for (const [mark, whole] of folded) text = text.replace(mark, () => whole);
  composer = '';
  folded = [];
  if (text.trim() === '') return draw();
  if (text === '/exit') return leave(0);
  note('prompt', text);
  hook('UserPromptSubmit', { prompt: text });
  const first = wrap(text, cols() - 3).slice(0, 20);
  const echo = first.map((row, i) => `\x1b[48;5;237m${i === 0 ? '❯ ' : '  '}${row}\x1b[49m`);
  if (mode === 'working') return draw([...echo, '']);
  const slow = /\bslow (\d+)/.exec(text);
  mode = 'working';
  turn = { began: Date.now(), text, timer: null };
  title('⠐ Claude Code');
  draw([...echo, '']);
  const wait = slow ? Number(slow[1]) : number('work', 300);
  if (/\bburn\b/.test(text)) turn.timer = setInterval(burn, 100);
  else if (!/\bstall\b/.test(text)) turn.timer = setTimeout(() => act(text), wait);
}

function burn() {
  const until = Date.now() + 60;
  while (Date.now() < until);
}

function act(text) {
  const exit = /\bexit (\d+)/.exec(text);
  if (exit) return leave(Number(exit[1]));
  const tool = /\btool(?: (.+))?$/m.exec(text);
  if (tool) {
    const command = tool[1] || 'touch made-by-agent.txt';
    hook('PermissionRequest', { tool_name: 'Bash', tool_input: { command } });
    open('approval', ['Yes', 'Yes, and always allow access to demo/ from this project', 'No'], { command });
    return;
  }
  if (/\bchoose\b/.test(text)) return open('question', ['Blue', 'Green', 'Type something.']);
  if (/\blimit\b/.test(text)) {
    hook('StopFailure', { error: 'rate_limit' });
    draw([
      "  \x1b[38;5;220m⎿  You've hit your session limit · resets 6:28am (UTC)\x1b[39m",
      '',
      '✻ Crunched for 0s',
      '',
      '❯ /rate-limit-options',
      '',
    ]);
    return open('limit', ['Stop and wait for limit to reset', 'Upgrade your plan']);
  }
  finish(answer(text));
}

function answer(text) {
  if (/\berror\b/.test(text)) {
    hook('StopFailure', { error: 'server_error' });
    return [
      '\x1b[38;5;220m● API Error: 500 Internal server error. This is a server-side issue, usually temporary.\x1b[39m',
    ];
  }
  if (/\bquote\b/.test(text))
    return [
      '● The screen said:',
      '  Do you want to proceed?',
      '  ❯ 1. Yes',
      '    2. No',
      '  ✢ Percolating… (3s · esc to interrupt)',
      '  that is all.',
    ];
  if (/\bask\b/.test(text)) return ['● I can do this in two ways. Which one would you like?'];
  const long = /\blong (\d+)/.exec(text);
  if (long)
    return Array.from({ length: Number(long[1]) }, (_, i) => `${i === 0 ? '●' : ' '} line ${i + 1} of ${long[1]}`);
  return [`● ${/\bsay (\S+)/.exec(text)?.[1] ?? 'OK'}`];
}

function finish(lines) {
  const seconds = turn ? Math.round((Date.now() - turn.began) / 1000) : 0;
  note('answer', lines.join('\n'));
  if (!lines[0]?.includes('API Error')) hook('Stop', { last_assistant_message: lines.join('\n') });
  goIdle([...lines, '', `✻ Brewed for ${seconds}s`, '']);
}

function choose(index) {
  const { kind, choices } = dialog;
  const label = choices[index];
  if (label === undefined) return;
  note('choice', label);
  if (kind === 'trust') {
    if (index === 1) return leave(1);
    return begin();
  }
  if (kind === 'approval' && index < 2) {
    const { command } = dialog;
    mode = 'working';
    dialog = null;
    title('⠐ Claude Code');
    draw([`● Bash(${command})`, '  ⎿  (No output)', '']);
    turn = { began: Date.now(), text: '', timer: setTimeout(() => finish(['● TOOL_DONE']), number('work', 300)) };
    return;
  }
  if (kind === 'approval') return goIdle(['● Bash', '  ⎿  Interrupted · What should Claude do instead?', '']);
  if (kind === 'limit') return goIdle([]);
  finish([`● You chose ${label}`]);
}

function interrupt() {
  if (dialog) {
    note('choice', 'cancelled');
    return goIdle(['  ⎿  Interrupted · What should Claude do instead?', '']);
  }
  if (mode === 'working') {
    if (turn?.timer) clearTimeout(turn.timer);
    note('interrupt');
    return goIdle(['  ⎿  Interrupted · What should Claude do instead?', '']);
  }
}

function enter() {
  if (mode === 'login') return next('trust');
  if (dialog) return choose(dialog.at);
  if (mode !== 'idle' && mode !== 'working') return;
  if (swallow > 0) {
    swallow -= 1;
    return;
  }
  const since = Date.now() - lastText;
  if (since < number('deaf', 0)) return;
  if (since < number('newline', 0)) return type('\n');
  submit();
}

function type(text, pasted = false) {
  if (dialog) {
    const n = Number(text);
    return Number.isInteger(n) && n > 0 ? choose(n - 1) : undefined;
  }
  if (mode !== 'idle' && mode !== 'working') return;
  lastText = Date.now();
  const fold = number('fold', 10);
  const lines = text.split('\n').length;
  if (pasted && (lines > fold || text.length > fold * 100)) {
    const mark = `[Pasted text #${folded.length + 1} +${lines - 1} lines]`;
    folded.push([mark, text]);
    composer += mark;
  } else composer += text;
  const delay = number('echo', 0);
  if (delay > 0) setTimeout(() => draw(), delay);
  else draw();
}

function leave(status) {
  note('exit', String(status));
  hook('SessionEnd', { reason: 'prompt_input_exit' });
  out(`\r\n\x1b[?2004l\x1b[?25hResume this session with:\r\nclaude --resume ${conversation}\r\n`);
  process.stdin.setRawMode?.(false);
  process.exit(status);
}

const keys = new Map([
  ['\x1b[A', () => dialog && move(-1)],
  ['\x1b[B', () => dialog && move(1)],
  ['\x1bOA', () => dialog && move(-1)],
  ['\x1bOB', () => dialog && move(1)],
  ['\r', enter],
  ['\x1b', interrupt],
  ['\x7f', () => erase()],
  ['\x15', () => clear()],
  ['\x03', () => ctrlC()],
]);
function move(by) {
  dialog.at = Math.max(0, Math.min(dialog.choices.length - 1, dialog.at + by));
  draw();
}
function erase() {
  composer = [...composer].slice(0, -1).join('');
  draw();
}
function clear() {
  composer = '';
  folded = [];
  draw();
}
function ctrlC() {
  if (Date.now() - lastCtrlC < 2000) return leave(0);
  lastCtrlC = Date.now();
  if (mode === 'working') interrupt();
  else clear();
}

function begin() {
  const resumed = options.has('resume') ? [`  resumed ${conversation}`] : [];
  note('ready', options.has('resume') ? conversation : '');
  hook('SessionStart', { source: options.has('resume') ? 'resume' : 'startup' });
  goIdle([
    ' ▐▛███▜▌   Claude Code v0.0.0-scripted',
    '▝▜█████▛▘  Scripted · no model',
    '  ▘▘ ▝▝    ~/demo',
    ...resumed,
    '',
    '',
  ]);
}
function next(step) {
  if (step === 'login' && flag('login', false)) {
    mode = 'login';
    return draw();
  }
  if ((step === 'login' || step === 'trust') && flag('trust', false))
    return open('trust', ['Yes, I trust this folder', 'No, exit']);
  begin();
}

process.stdin.setRawMode?.(true);
process.stdin.setEncoding('utf8');
process.stdin.on('data', keyboard({ keys, type, enter, interrupt, bracketed: flag('bracketed', true) }));
process.stdin.on('end', () => process.exit(0));
process.stdout.on('resize', () => draw());
process.on('SIGHUP', () => leave(129));
process.on('SIGTERM', () => leave(143));
out(`\x1b[?25l${flag('bracketed', true) ? '\x1b[?2004h' : ''}`);
setTimeout(() => next('login'), number('boot', 50));
setInterval(() => {
  if (mode === 'working' && turn && !/\b(?:stall|burn)\b/.test(turn.text)) {
    frame += 1;
    draw();
  }
}, 120);
