/** Where Claude Code's composer is, and the popups that hang under it. */
import { unwrap } from './composer-text.ts';
import { numberedChoices } from './dialog-choices.ts';
import { lowestFrame } from './frames.ts';
import { blank, hasStyles, isRule, line, oneLine, type Rows, styleAt } from './screen-rows.ts';

export interface ClaudeComposer {
  /** Rows of the two rules. */
  readonly top: number;
  readonly bottom: number;
  readonly text: string;
}

const PROMPT = /^[❯>!#&](?:[ \u00a0]|$)/;

/** The lowest pair of rules with a prompt right under the upper one. */
export function claudeComposer(rows: Rows): ClaudeComposer | null {
  for (let bottom = rows.last; bottom > 1; bottom -= 1) {
    if (!isRule(rows, bottom)) continue;
    for (let top = bottom - 2; top >= 0; top -= 1) {
      if (isRule(rows, top)) {
        const found = PROMPT.test(line(rows, top + 1)) && !choiceList(rows, top + 1, bottom);
        return found ? { top, bottom, text: typedText(rows, top + 1, bottom - 1) } : null;
      }
    }
    return boxedComposer(rows);
  }
  return boxedComposer(rows);
}

/** Version 1 drew its composer in a box. */
function boxedComposer(rows: Rows): ClaudeComposer | null {
  const frame = lowestFrame(rows, 3);
  const prompt = /^ ?([>❯!#])(?: |$)/.exec(frame?.inside[0] ?? '');
  if (frame === null || frame.top < 0 || prompt === null || numberedChoices(frame.inside, frame.width)?.marked)
    return null;
  const lines = frame.inside.map((text) => text.slice(3));
  const dim = styleAt(rows, frame.top + 1, line(rows, frame.top + 1).search(/[\p{L}\p{N}]/u))?.dim === true;
  const mode = /[!#]/.test(prompt[1] ?? '') ? prompt[1] : '';
  return { top: frame.top, bottom: frame.bottom, text: dim ? '' : mode + unwrap(lines, frame.width - 3) };
}

/** A dialog may have rules too; its choices stand between them and key hints follow. */
function choiceList(rows: Rows, from: number, bottom: number): boolean {
  return (
    /^[❯>][ \u00a0]\d{1,2}\. /.test(line(rows, from)) &&
    /\b(?:enter to (?:select|confirm)|esc to (?:cancel|exit))\b/i.test(
      oneLine(rows.lines.slice(bottom + 1, rows.last + 1)),
    )
  );
}

function typedText(rows: Rows, from: number, to: number): string {
  // What the program itself puts there is dim (its first letter may be under the cursor); what a person typed is not.
  const first = line(rows, from);
  if (first.length > 3 && styleAt(rows, from, 3)?.dim === true) return '';
  if (/^.[ \u00a0](?:Press up to edit queued messages|Try ".*")$/.test(first) && !hasStyles(rows)) return '';
  const lines = rows.lines.slice(from, to + 1).map((text) => text.slice(2));
  const text = unwrap(lines, rows.view.cols - 4);
  const mode = first.charAt(0);
  return mode === '!' || mode === '#' || mode === '&' ? `${mode}${text}` : text;
}

/** A list under the composer: commands after `/`, files after `@`. Says what it is, or null. */
export function popupBelow(rows: Rows, box: ClaudeComposer): string | null {
  const row = box.bottom + 1;
  const first = line(rows, row);
  if (blank(first)) return null;
  if (/^ *(?:search prompts:|no matching prompt)/i.test(first)) return `row ${row + 1}: search through earlier prompts`;
  if (/^\//.test(box.text) && /^ {0,3}(?:❯ )?\/\S/.test(first))
    return `row ${row + 1}: list of commands under the composer`;
  if (/(?:^|\s)@\S*$/.test(box.text) && /^ {0,3}[+*◇❯] \S/.test(first))
    return `row ${row + 1}: list of files under the composer`;
  return null;
}
