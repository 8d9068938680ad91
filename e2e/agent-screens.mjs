/** What the scripted agent draws: pages and dialogs as Claude Code shows them, a row each. */
export const cols = () => process.stdout.columns || 80;
export const rule = (colour = 244) => `\x1b[38;5;${colour}m${'─'.repeat(cols())}\x1b[39m`;

function width(text) {
  let n = 0;
  for (const c of text)
    n += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u.test(c)
      ? 2
      : 1;
  return n;
}

/** Rows of at most `room` columns. */
export function wrap(text, room) {
  const rows = [];
  for (const line of text.split('\n')) {
    let row = '';
    for (const c of line.replaceAll('\t', '    ')) {
      if (width(row) + width(c) > room) {
        rows.push(row);
        row = '';
      }
      row += c;
    }
    rows.push(row);
  }
  return rows;
}

const login = () => [
  ' Browser didn’t open? Use the url below to sign in (c to copy)',
  '',
  'https://example.invalid/oauth/authorize?code=true&client_id=test',
  '',
  '',
  ' Paste code here if prompted > ',
];
const marked = (list, at, indent = ' ') =>
  list.map((label, i) => `${indent}${i === at ? '❯' : ' '} ${i + 1}. ${label}`);
const trust = (dialog) => [
  rule(),
  ' Accessing workspace:',
  '',
  ` ${process.cwd()}`,
  '',
  ' Quick safety check: Is this a project you created or one you trust?',
  '',
  " Claude Code'll be able to read, edit, and execute files here.",
  '',
  ...marked(dialog.choices, dialog.at),
  '',
  ' Enter to confirm · Esc to cancel',
];
const approval = (dialog) => [
  rule(153),
  ' \x1b[1m\x1b[38;5;153mBash command\x1b[0m',
  '',
  `   ${dialog.command}`,
  '   \x1b[38;5;246mRuns the requested command\x1b[39m',
  '',
  ' Do you want to proceed?',
  ...marked(dialog.choices, dialog.at),
  '',
  ' \x1b[38;5;246mEsc to cancel · Tab to amend · ctrl+e to explain\x1b[39m',
];
const question = (dialog) => [
  rule(),
  ' ☐ Colour',
  '',
  'Which colour should the button have?',
  '',
  ...marked(dialog.choices, dialog.at, ''),
  rule(),
  '  4. Chat about this',
  '',
  'Enter to select · ↑/↓ to navigate · Esc to cancel',
];
const limit = (dialog) => [
  rule(),
  '  What do you want to do?',
  '',
  ...marked(dialog.choices, dialog.at, '  '),
  '',
  '  Enter to confirm · Esc to cancel',
];

/** By mode: the rows of the page, given the open dialog. */
export const PAGES = { login, trust, approval, question, limit };
