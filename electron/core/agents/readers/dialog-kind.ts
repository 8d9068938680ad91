/** Turns a list of choices and its heading into a dialog: what kind it is and how the program takes the answer. */
import type { Dialog } from '../reading.ts';
import { asksLogin, asksTrust, isLimit, offersPermission } from './choice-means.ts';
import type { ChoiceList } from './dialog-choices.ts';
import { oneLine } from './screen-rows.ts';

export interface DialogParts {
  /** The question as shown. Not the command or diff: words in those must not decide the kind. */
  readonly title: string;
  /** Further heading words, such as an explanation, that help to tell the kind. */
  readonly heading?: string;
  readonly tool?: string;
  readonly subject?: string;
  readonly list: ChoiceList;
  readonly answerBy: Dialog['answerBy'];
  /** The drawing itself says that the agent asks the person (tabs, `Question 1/2`, own-answer row). */
  readonly question?: boolean;
  /** The drawing itself says that it is a permission dialog. */
  readonly approval?: boolean;
}

export function kindOf(parts: DialogParts): Dialog['kind'] {
  const { choices } = parts.list;
  const words = oneLine([parts.title, parts.heading ?? '']);
  const labels = choices.map((choice) => choice.label).join(' | ');
  if (parts.question === true) return 'question';
  if (parts.approval === true) return 'approval';
  if (asksTrust(words, choices) || choices.some((choice) => /^no, exit$/i.test(choice.label))) return 'trust';
  if (/\b(?:custom|this) api key\b/i.test(words)) return 'login';
  if (offersPermission(choices)) return 'approval';
  if (isLimit(words) || isLimit(labels)) return 'ratelimit';
  // One account's name in a list of models is no sign-in page.
  const signIns = choices.filter((choice) => asksLogin(choice.label)).length;
  if (asksLogin(words) || signIns * 2 > choices.length) return 'login';
  return /[?？]\W*$/.test(parts.title) ? 'question' : 'menu';
}

export function dialogOf(parts: DialogParts): Dialog {
  const { choices, partial, multiple } = parts.list;
  return {
    kind: kindOf(parts),
    title: cut(parts.title),
    ...(parts.tool ? { tool: cut(parts.tool) } : {}),
    ...(parts.subject ? { subject: parts.subject } : {}),
    choices,
    answerBy: parts.answerBy,
    partial,
    multiple,
  };
}

/** A dialog without a list: a page to sign in on, a picker whose rows are not read. */
export function plainDialog(kind: Dialog['kind'], title: string, answerBy: Dialog['answerBy'] = 'none'): Dialog {
  return { kind, title: cut(oneLine([title])), choices: [], answerBy, partial: true, multiple: false };
}

function cut(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 299)}…`;
}

/** The last paragraph of some rows, as one line, and where it begins. */
export function lastParagraph(lines: readonly string[]): { readonly text: string; readonly from: number } {
  let to = lines.length - 1;
  while (to >= 0 && (lines[to] ?? '').trim() === '') to -= 1;
  let from = to;
  while (from > 0 && (lines[from - 1] ?? '').trim() !== '') from -= 1;
  return { text: to < 0 ? '' : oneLine(lines.slice(from, to + 1)), from: Math.max(0, from) };
}
