/** Codex without its composer: approvals, questions, pickers, trust and sign-in pages. */
import { asksLogin, asksTrust, isLimit, resetTime } from './choice-means.ts';
import { type ChoiceList, numberedChoices } from './dialog-choices.ts';
import { dialogOf, lastParagraph, plainDialog } from './dialog-kind.ts';
import { closingHint, lowestParagraph } from './live-signs.ts';
import { at, type Found, saw, UNKNOWN, withDialog } from './read-screen.ts';
import { blank, joined, line, oneLine, type Rows } from './screen-rows.ts';

export function codexDialog(rows: Rows): Found {
  const lines = rows.lines.slice(0, rows.last + 1);
  const list = numberedChoices(lines, rows.view.cols);
  if (list?.marked && onlyHintsBelow(rows, list)) return listed(rows, list);
  return page(rows) ?? UNKNOWN;
}

function onlyHintsBelow(rows: Rows, list: ChoiceList): boolean {
  const rest = rows.lines.slice(list.to + 1, rows.last + 1).filter((text) => !blank(text));
  if (rest.length === 0) return true;
  if (rest.length > 8) return false;
  return (
    rest.every((text) => /^ *[↓↑] *$/.test(text)) ||
    closingHint(rest.filter((text) => !/^ *[↓↑] *$/.test(text))) !== null
  );
}

/** The heading of a dialog begins below the last thing at column 0 (transcript) and two blank rows. */
function headingOf(rows: Rows, before: number): readonly string[] {
  let top = before - 1;
  while (top >= 0 && !/^[^\s]/.test(line(rows, top))) {
    if (
      blank(line(rows, top)) &&
      blank(line(rows, top - 1)) &&
      rows.lines.slice(top, before).some((text) => !blank(text))
    ) {
      // Two blank rows part a dialog from what is above, but also its heading from the choices.
      const above = rows.lines.slice(top + 1, before);
      if (above.filter((text) => !blank(text)).length > 0) break;
    }
    top -= 1;
  }
  return rows.lines.slice(top + 1, before);
}

function listed(rows: Rows, list: ChoiceList): Found {
  const heading = headingOf(rows, list.from);
  const full = heading.filter((text) => !blank(text));
  const first = full[0]?.trim() ?? '';
  const below = joined(rows, list.to + 1, rows.last);
  const counted = /^Question \d+\/\d+/i.test(first);
  const approval =
    /^(?:Would you like to|Do you want to|Allow )/i.test(first) && /\besc to cancel\b|\bconfirm\b/i.test(below);
  const title = counted ? oneLine(full.slice(1)) : approval ? firstSentence(full) : lastQuestion(heading) || first;
  // The notice of a limit is the last of the program's own red blocks, wherever the screen's height puts it.
  const notice = rows.lines.slice(0, list.from).findLastIndex((text) => text.startsWith('■ '));
  const above = joined(rows, Math.max(notice, 0, notice < 0 ? list.from - 14 : 0), list.from - 1);
  const base = {
    title,
    heading: oneLine(full),
    list,
    answerBy: 'digit' as const,
    question: counted,
  };
  const subject = approval ? subjectOf(heading) : undefined;
  const dialog = dialogOf({
    ...base,
    approval: approval && !asksTrust('', list.choices),
    ...(approval ? { tool: toolOf(first) } : {}),
    ...(subject ? { subject } : {}),
  });
  const evidence = [
    saw(
      `rows ${list.from + 1}-${list.to + 1}: ${list.choices.length} choices under "${dialog.title}"`,
      dialog.kind,
      0.95,
    ),
    ...(below === '' ? [] : [saw(`below them: ${below}`, 'a dialog is open', 0.85)]),
  ];
  return withDialog(
    dialog,
    evidence,
    dialog.kind === 'ratelimit' || isLimit(above) ? { resets: resetTime(above) } : {},
  );
}

/** The question in the last paragraph, or that paragraph. */
function lastQuestion(heading: readonly string[]): string {
  const { text } = lastParagraph(heading);
  return /(?:^|[.!] )([^.!?]*\?)/.exec(text)?.[1]?.trim() ?? text;
}

function firstSentence(full: readonly string[]): string {
  const words = oneLine(full);
  return /^[^?]*\?/.exec(words)?.[0] ?? words;
}

function toolOf(first: string): string {
  if (/command/i.test(first)) return 'shell';
  if (/edit|change|patch/i.test(first)) return 'edit';
  return /network|access|host/i.test(first) ? 'network' : first.replace(/\?$/, '');
}

/** `$ command` with its wrapped rows, or everything below the question for edits. */
function subjectOf(heading: readonly string[]): string {
  const start = heading.findIndex((text) => /^ {1,4}\$ /.test(text));
  const from = start >= 0 ? start : heading.findIndex((text) => /\?\s*$/.test(text)) + 1;
  const kept = heading.slice(from).map((text) => text.replace(/^ {1,2}/, '').trimEnd());
  if (start >= 0) kept[0] = (kept[0] ?? '').replace(/^\$ /, '');
  return kept.join('\n').trim();
}

/** Pages without a list: sign-in, and pickers that are closed with a key. */
function page(rows: Rows): Found | null {
  const words = joined(rows, 0, rows.last);
  if (/^\s*(?:>_ )?(?:Welcome to Codex|.*Finish signing in)/i.test(words) && asksLogin(words)) {
    const title =
      rows.lines
        .slice(1, rows.last + 1)
        .find((text) => asksLogin(text))
        ?.trim() ?? 'Sign in';
    return withDialog(plainDialog('login', title, 'none'), [saw(at(rows, rows.last), 'login', 0.85)]);
  }
  const { lines, from } = lowestParagraph(rows.lines.slice(0, rows.last + 1));
  const hint = closingHint(lines) ?? closingHint(lines.slice(-1));
  if (hint === null) return null;
  const heading =
    headingOf(rows, from)
      .find((text) => !blank(text))
      ?.trim() ?? '';
  return withDialog(plainDialog('menu', heading, 'vertical'), [saw(at(rows, from, hint), 'menu', 0.75)]);
}
